// Package consistency checks that a release says the same about an episode everywhere:
// in the feed's item, the ID3 tag, the chapters file and the source. It reads the bytes
// that would be published.
package consistency

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"onair/audio"
	"onair/feed/tree"
	"onair/internal/finding"
	"onair/internal/parallel"
	"onair/publish/release"
	"onair/show/chapters"
)

// item holds the values of a feed's item that are compared.
type item struct {
	title, number, season, duration string
	url, length                     string            // attributes of the enclosure
	chapters                        string            // address of the chapters file
	alternates                      map[string]string // lengths of the alternate enclosures, by address
}

// Check compares the bytes of a release. Tags and chapters of audio that is not on this
// machine are not compared.
func Check(r *release.Release) (found finding.List) {
	p := &prover{release: r, items: map[string]*item{}, objects: map[string]*release.Object{}}
	for _, o := range r.Objects {
		p.objects[o.Key] = o
	}
	if err := p.readFeed(); err != nil {
		found.Add(ruleDisagree.At(finding.Position{File: r.Show.Feed.Path}, "the feed cannot be read back: %v", err))
		return found
	}
	live := r.Live()
	differences := make([][]string, len(live))
	parallel.For(len(live), func(i int) { differences[i] = append(p.episode(live[i]), p.alternates(live[i])...) })
	for i, e := range live {
		for _, difference := range differences[i] {
			found.Add(ruleDisagree.At(e.At("title"), "%s", difference))
		}
	}
	if len(p.items) != len(live) {
		found.Add(ruleDisagree.At(finding.Position{File: r.Show.Feed.Path}, "the feed has %d episodes, the show %d", len(p.items), len(live)))
	}
	return found
}

// prover compares episodes, several at the same time once it has read the feed.
type prover struct {
	release *release.Release
	items   map[string]*item // by GUID
	objects map[string]*release.Object
}

// readFeed reads the items of all pages of the feed.
func (p *prover) readFeed() error {
	for _, key := range append([]string{p.release.Show.Feed.Path}, p.release.OlderPages()...) {
		o := p.objects[key]
		if o == nil {
			continue
		}
		data, err := o.Read()
		if err != nil {
			return err
		}
		if _, err = tree.Parse(data, &tree.Options{Item: p.keep}); err != nil {
			return err
		}
	}
	return nil
}

func (p *prover) keep(e *tree.Element) {
	enclosure := e.Child("enclosure")
	alternates := map[string]string{}
	for a := range e.All("podcast:alternateEnclosure") {
		alternates[a.Child("podcast:source").Attr("uri")] = a.Attr("length")
	}
	p.items[e.Child("guid").Value()] = &item{
		title: e.Child("title").Value(), number: e.Child("itunes:episode").Value(), season: e.Child("itunes:season").Value(),
		duration: e.Child("itunes:duration").Value(), url: enclosure.Attr("url"), length: enclosure.Attr("length"),
		chapters: e.Child("podcast:chapters").Attr("url"), alternates: alternates,
	}
}

// episode describes each difference between the source of an episode and the release.
func (p *prover) episode(e *release.Episode) (differences []string) {
	differ := func(where, what, got, want string) {
		if oneLine(got) != oneLine(want) {
			differences = append(differences, fmt.Sprintf("%s has the %s %q, and episode.md %q", where, what, got, want))
		}
	}
	i := p.items[e.GUID]
	if i == nil {
		return []string{"the feed has no item with its GUID"}
	}
	if e.Extra == "" { // extra elements may replace these
		differ("the feed", "title", i.title, e.Title)
		differ("the feed", "number", i.number, number(e.Number))
		differ("the feed", "season", i.season, number(e.Season))
	}
	if e.Enclosure == nil {
		return differences
	}
	differ("the feed", "length", i.length, fmt.Sprint(e.Enclosure.Size))
	if !strings.HasSuffix(i.url, "/"+e.Enclosure.Key) {
		differ("the feed", "enclosure", i.url, p.release.Show.URLOf(e.Enclosure.Key))
	}
	tag, err := readTag(e.Enclosure)
	if err != nil {
		return append(differences, fmt.Sprintf("the tag cannot be read back: %v", err))
	}
	if tag == nil {
		return differences
	}
	differ("the tag", "title", tag.Title, e.Title)
	differ("the tag", "GUID", tag.GUID, e.GUID)
	differ("the tag", "number", number(tag.Track), number(e.Number))
	differ("the tag", "season", number(tag.Season), number(e.Season))
	differ("the feed", "duration", i.duration, fmt.Sprint(int64(tag.Duration.Round(time.Second)/time.Second)))
	return append(differences, p.chapters(e, i, tag)...)
}

// alternates describes each difference between the feed, the tag and the release in the
// audio in other languages.
func (p *prover) alternates(e *release.Episode) (differences []string) {
	i := p.items[e.GUID]
	if i == nil {
		return nil // episode reports it
	}
	for _, a := range e.Alternates {
		if a.Enclosure == nil {
			continue
		}
		differ := func(where, what, got, want string) {
			if got != want {
				differences = append(differences, fmt.Sprintf("audio in %s: %s has the %s %q, want %q", a.Language, where, what, got, want))
			}
		}
		length := "none"
		for address, n := range i.alternates {
			if strings.HasSuffix(address, "/"+a.Enclosure.Key) {
				length = n
			}
		}
		differ("the feed", "length", length, fmt.Sprint(a.Enclosure.Size))
		tag, err := readTag(a.Enclosure)
		if err != nil {
			differences = append(differences, fmt.Sprintf("audio in %s: the tag cannot be read back: %v", a.Language, err))
		}
		if tag == nil {
			continue
		}
		differ("the tag", "title", oneLine(tag.Title), oneLine(a.Title))
		differ("the tag", "GUID", tag.GUID, e.GUID)
		differ("the tag", "language", tag.Language, audio.Language(a.Language))
		if slices.ContainsFunc(a.Chapters, func(c chapters.Chapter) bool { return !c.Hidden }) { // otherwise the tag has none
			differ("the tag", "number of chapters", number(len(tag.Chapters)), number(len(a.Chapters)))
		}
	}
	return differences
}

// chapters compares the chapters of the tag, the file and the source.
func (p *prover) chapters(e *release.Episode, i *item, tag *audio.Tag) (differences []string) {
	source := chapters.Timed(e.Chapters, e.Pin.Duration)
	if len(source) == 0 {
		return nil
	}
	var file []chapters.Chapter
	key := strings.TrimPrefix(i.chapters, p.release.Show.URL)
	if o := p.objects[key]; o != nil && o.Role == release.RoleChapters && o.Episode == e.Slug {
		data, err := o.Read()
		if err != nil {
			return []string{err.Error()}
		}
		file, _ = chapters.Parse(data, key)
	}
	if len(file) != len(source) {
		differences = append(differences, fmt.Sprintf("the chapters file has %d chapters, and the source %d", len(file), len(source)))
	}
	if len(tag.Chapters) != len(source) {
		return append(differences, fmt.Sprintf("the tag has %d chapters, and the source %d", len(tag.Chapters), len(source)))
	}
	for n, want := range source {
		got := tag.Chapters[n]
		if got.Start != want.Start.Truncate(time.Millisecond) || oneLine(got.Title) != oneLine(want.Title) {
			differences = append(differences, fmt.Sprintf("chapter %d of the tag is %q at %v, and in the source %q at %v", n+1, got.Title, got.Start, want.Title, want.Start))
		}
		if n < len(file) && ((file[n].Start-want.Start).Abs() > time.Millisecond || oneLine(file[n].Title) != oneLine(want.Title)) {
			differences = append(differences, fmt.Sprintf("chapter %d of the file is %q at %v, and in the source %q at %v", n+1, file[n].Title, file[n].Start, want.Title, want.Start))
		}
	}
	return differences
}

// readTag reads the tag at the front of the audio. It returns nil if the audio is not
// on this machine or has no tag.
func readTag(o *release.Object) (*audio.Tag, error) {
	if o.Body == nil {
		return nil, nil
	}
	body, err := o.Body()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	head := make([]byte, audio.TagHeaderBytes)
	if _, err := io.ReadFull(body, head); err != nil {
		return nil, err
	}
	size := audio.TagBytes(head)
	if size == 0 {
		return nil, nil
	}
	tag := make([]byte, size)
	copy(tag, head)
	if _, err := io.ReadFull(body, tag[len(head):]); err != nil {
		return nil, err
	}
	return audio.ReadTag(bytes.NewReader(tag), size)
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// oneLine returns a text as a tag has it, without line breaks and repeated spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

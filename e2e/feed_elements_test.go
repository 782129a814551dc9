package e2e

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"math"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
)

// readFeed is a feed as a parser read it, reduced to the elements that apps use.
type readFeed struct {
	Title, Language, Link, Author, Image string
	GUID                                 string // podcast:guid
	Locked                               bool
	Items                                []readItem
}

type readItem struct {
	Title, GUID, Link string
	Date              time.Time
	Season, Number    int
	Seconds           int
	Enclosure         promise
	Chapters          promise
	Transcripts       []promise
	People            []string
}

// TestFeedIsXML checks with xmllint that the feed is well-formed.
func TestFeedIsXML(t *testing.T) {
	t.Parallel()
	site := published(t)
	tool(t, need(t, "xmllint"), "--noout", "--nonet", site.file("feed.xml"))
}

// TestFeed reads the feed with four parsers. Each must find the values in the files of the
// show, as far as it knows the elements.
func TestFeed(t *testing.T) {
	t.Parallel()
	site := published(t)
	for _, parser := range []struct {
		name   string
		read   func(testing.TB, string) *readFeed
		forget func(*readFeed) // clears the fields that the parser does not read
	}{
		{"gofeed", readGofeed, func(*readFeed) {}},
		{"podcast-partytime", readPartytime, func(*readFeed) {}},
		{"feedparser", readPython("feedparser"), func(f *readFeed) {
			f.Author, f.Locked = "", false // the parser reads the owner as the author
			for i := range f.Items {
				f.Items[i].Chapters.mediaType = ""
				f.Items[i].Transcripts, f.Items[i].People = nil, nil // of several, the parser keeps only the last
			}
		}},
		{"podcastparser", readPython("podcastparser"), func(f *readFeed) {
			f.GUID, f.Locked = "", false
			for i := range f.Items {
				f.Items[i].Chapters, f.Items[i].Transcripts, f.Items[i].People = promise{}, nil, nil
			}
		}},
	} {
		t.Run(parser.name, func(t *testing.T) {
			want, got := site.wantFeed(t), parser.read(t, site.file("feed.xml"))
			parser.forget(want)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(promise{}), cmpopts.EquateApproxTime(0)); diff != "" {
				t.Errorf("(-source +%s):\n%s", parser.name, diff)
			}
		})
	}
}

// TestFeedPromises requests all files that the feed names, and a range of each
// enclosure, as players do and directories require.
func TestFeedPromises(t *testing.T) {
	t.Parallel()
	site := published(t)
	app := &listener{feedURL: site.url + "feed.xml"}
	app.look("publishing")
	app.mustBeSatisfied(t, 1)

	promises, err := promisesOf(site.object(t, "feed.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range promises {
		if p.length == 0 {
			continue
		}
		got, err := get(http.MethodGet, p.url, "Range", "bytes=1000-1999")
		if err != nil {
			t.Fatal(err)
		}
		if want := site.object(t, p.url)[1000:2000]; got.status != http.StatusPartialContent || !bytes.Equal(got.body, want) {
			t.Errorf("%s: status %d and %d bytes for a range of 1000, want 206 and those", p.url, got.status, len(got.body))
		}
	}
}

// TestFeedAlternates publishes an episode with audio in another language. The reference
// implementation for the podcast namespace must read it, and the feed must otherwise be
// the same.
func TestFeedAlternates(t *testing.T) {
	t.Parallel()
	const slug = "2-cloudy-with-a-chance-of-packets"
	copyAudio := func(dir string) error {
		data, err := os.ReadFile(filepath.Join(dir, "episodes", "first-light", "audio.mp3"))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "episodes", slug, "audio.es.mp3"), data, 0o644)
	}
	site, err := publishSite("alternates", copyAudio)
	if err != nil {
		t.Fatal(err)
	}
	key := site.hashed(t, "audio/"+slug+".es", ".mp3")
	type source struct{ URI string }
	type alternate struct {
		Type, Lang, Title string
		Length            int64
		Bitrate           int
		Source            []source
	}
	feed := decode[struct {
		Items []struct {
			GUID                  string
			AlternativeEnclosures []alternate
		}
	}](t, tool(t, "node", need(t, "podcast-partytime"), site.file("feed.xml")))
	var got []alternate
	for _, i := range feed.Items {
		got = append(got, i.AlternativeEnclosures...)
	}
	want := []alternate{{
		Type: "audio/mpeg", Lang: "es", Title: "español", Length: int64(len(site.object(t, key))), Bitrate: 64_000,
		Source: []source{{site.url + key}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +podcast-partytime):\n%s", diff)
	}
	if diff := cmp.Diff(site.wantFeed(t), readPartytime(t, site.file("feed.xml")), cmp.AllowUnexported(promise{}), cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("other elements (-source +podcast-partytime):\n%s", diff)
	}
	app := &listener{feedURL: site.url + "feed.xml"}
	app.look("publishing")
	app.mustBeSatisfied(t, 1)
}

// wantFeed returns the feed that the files of the show ask for.
func (s *site) wantFeed(t testing.TB) *readFeed {
	t.Helper()
	source := s.source(t)
	want := &readFeed{
		Title:    source.Title,
		Language: source.Language,
		Link:     s.url,
		Author:   source.Author,
		Image:    s.url + s.asset(t, source.Artwork),
		GUID:     podcastGUID(source.URL + source.Feed.Path),
		Locked:   source.Feed.Locked,
	}
	for _, e := range source.live() {
		want.Items = append(want.Items, s.wantItem(t, source, e))
	}
	return want
}

func (s *site) wantItem(t testing.TB, source *source, e *episodeSource) readItem {
	t.Helper()
	folder := "episodes/" + e.slug + "/"
	enclosure := s.hashed(t, "audio/"+e.slug, ".mp3")
	item := readItem{
		Title: e.Title, GUID: e.GUID, Link: s.url + folder,
		Date: e.date, Season: e.Season, Number: e.Number,
		Seconds:   int(math.Round(s.probe(t, s.file(enclosure)).Duration)),
		Enclosure: promise{s.url + enclosure, "audio/mpeg", int64(len(s.object(t, enclosure)))},
		People:    source.credits(e),
	}
	if len(e.Chapters) > 0 {
		item.Chapters = promise{url: s.url + s.hashed(t, folder+"chapters", ".json"), mediaType: "application/json+chapters"}
	}
	for _, stem := range s.transcripts(t, e) {
		for _, format := range []struct{ ext, mediaType string }{
			{".vtt", "text/vtt"},
			{".srt", "application/x-subrip"},
			{".json", "application/json"},
			{".html", "text/html"},
			{".txt", "text/plain"},
		} {
			item.Transcripts = append(item.Transcripts, promise{url: s.url + s.hashed(t, stem, format.ext), mediaType: format.mediaType})
		}
	}
	return item
}

// transcripts returns the key stems of an episode's transcripts. The first is the
// transcript in the episode's own language.
func (s *site) transcripts(t testing.TB, e *episodeSource) (stems []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.workplace.dir, filepath.FromSlash(e.dir), "transcript*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		stems = append(stems, "episodes/"+e.slug+"/"+strings.TrimSuffix(filepath.Base(file), ".md"))
	}
	slices.SortFunc(stems, func(a, b string) int { return len(a) - len(b) })
	return stems
}

// hashed returns the published key that consists of the stem, a hash and the extension.
// There must be exactly one.
func (s *site) hashed(t testing.TB, stem, ext string) string {
	t.Helper()
	files, err := filepath.Glob(s.file(stem) + "-????????????????" + ext)
	if err != nil || len(files) != 1 {
		t.Fatalf("%s-<hash>%s: %q, %v", stem, ext, files, err)
	}
	return path.Dir(stem) + "/" + filepath.Base(files[0])
}

// asset returns the key under which an image of the show is published.
func (s *site) asset(t testing.TB, name string) string {
	t.Helper()
	ext := path.Ext(name)
	key := "assets/" + strings.TrimSuffix(path.Base(name), ext) + "-"
	return key + wantHash(key, s.read(t, name)) + ext
}

// object reads a published object.
func (s *site) object(t testing.TB, key string) []byte {
	t.Helper()
	data, err := os.ReadFile(s.file(key))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// podcastGUID returns podcast:guid as its specification defines it: a version 5 UUID,
// in the podcast namespace, of the feed's URL without the scheme.
func podcastGUID(feedURL string) string {
	namespace := []byte("\xea\xd4\xc2\x36\xbf\x58\x58\xc6\xa2\xc6\xa6\xb2\x8d\x12\x8c\xb6")
	_, name, _ := strings.Cut(feedURL, "://")
	sum := sha1.Sum(append(namespace, name...))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// readGofeed reads a feed with gofeed, which returns unknown elements as extensions.
func readGofeed(t testing.TB, file string) *readFeed {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	feed, err := gofeed.NewParser().Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	podcast := feed.Extensions["podcast"]
	got := &readFeed{
		Title: feed.Title, Language: feed.Language, Link: feed.Link,
		Author: feed.ITunesExt.Author, Image: feed.ITunesExt.Image,
		GUID:   podcast["guid"][0].Value,
		Locked: podcast["locked"][0].Value == "yes",
	}
	for _, i := range feed.Items {
		podcast := i.Extensions["podcast"]
		item := readItem{
			Title: i.Title, GUID: i.GUID, Link: i.Link, Date: *i.PublishedParsed,
			Season:    number(t, i.ITunesExt.Season),
			Number:    number(t, i.ITunesExt.Episode),
			Seconds:   number(t, i.ITunesExt.Duration),
			Enclosure: promise{i.Enclosures[0].URL, i.Enclosures[0].Type, int64(number(t, i.Enclosures[0].Length))},
		}
		for _, c := range podcast["chapters"] {
			item.Chapters = promiseOf(c)
		}
		for _, x := range podcast["transcript"] {
			item.Transcripts = append(item.Transcripts, promiseOf(x))
		}
		for _, p := range podcast["person"] {
			item.People = append(item.People, p.Value)
		}
		got.Items = append(got.Items, item)
	}
	return got
}

func promiseOf(e ext.Extension) promise {
	return promise{url: e.Attrs["url"], mediaType: e.Attrs["type"]}
}

// number reads an element that may be absent.
func number(t testing.TB, text string) int {
	t.Helper()
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// readPartytime reads a feed with podcast-partytime, the reference implementation for
// the podcast namespace.
func readPartytime(t testing.TB, file string) *readFeed {
	t.Helper()
	type link struct{ URL, Type string }
	feed := decode[struct {
		Title, Language, Link, GUID string
		Author, ItunesImage         string
		Locked                      bool
		Items                       []struct {
			Title, GUID, Link string
			PubDate           time.Time
			Duration          int
			Enclosure         struct {
				link
				Length int64
			}
			PodcastChapters    link
			PodcastTranscripts []link
			PodcastPeople      []struct{ Name string }
			PodcastSeason      struct{ Number int }
			PodcastEpisode     struct{ Number int }
		}
	}](t, tool(t, "node", need(t, "podcast-partytime"), file))
	got := &readFeed{
		Title: feed.Title, Language: feed.Language, Link: feed.Link,
		Author: feed.Author, Image: feed.ItunesImage,
		GUID: feed.GUID, Locked: feed.Locked,
	}
	for _, i := range feed.Items {
		item := readItem{
			Title: i.Title, GUID: i.GUID, Link: i.Link, Date: i.PubDate,
			Season: i.PodcastSeason.Number, Number: i.PodcastEpisode.Number, Seconds: i.Duration,
			Enclosure: promise{i.Enclosure.URL, i.Enclosure.Type, i.Enclosure.Length},
			Chapters:  promise{url: i.PodcastChapters.URL, mediaType: i.PodcastChapters.Type},
		}
		for _, x := range i.PodcastTranscripts {
			// podcast-partytime maps all media types of SubRip to one name.
			item.Transcripts = append(item.Transcripts, promise{url: x.URL, mediaType: strings.Replace(x.Type, "application/srt", "application/x-subrip", 1)})
		}
		for _, p := range i.PodcastPeople {
			item.People = append(item.People, p.Name)
		}
		got.Items = append(got.Items, item)
	}
	return got
}

// readPython returns a function that reads a feed with a Python parser.
func readPython(parser string) func(testing.TB, string) *readFeed {
	return func(t testing.TB, file string) *readFeed {
		t.Helper()
		feed := decode[struct {
			Title, Language, Link, Author, Image, GUID string
			Items                                      []struct {
				Title, GUID, Link, URL, Type, Chapters string
				Date, Length                           int64
				Season, Number, Seconds                int
			}
		}](t, tool(t, need(t, parser), filepath.Join("readers", "feed.py"), parser, file))
		got := &readFeed{Title: feed.Title, Language: feed.Language, Link: feed.Link, Author: feed.Author, Image: feed.Image, GUID: feed.GUID}
		for _, i := range feed.Items {
			got.Items = append(got.Items, readItem{
				Title: i.Title, GUID: i.GUID, Link: i.Link, Date: time.Unix(i.Date, 0), Season: i.Season, Number: i.Number, Seconds: i.Seconds,
				Enclosure: promise{i.URL, i.Type, i.Length}, Chapters: promise{url: i.Chapters},
			})
		}
		return got
	}
}

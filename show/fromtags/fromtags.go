// Package fromtags makes episodes of MP3s that were published before, if there is no feed
// to import. Each episode gets title, date, number, artwork and chapters from the ID3 tag
// of its MP3. [Read] plans the episodes, and [Episode.Create] writes them.
package fromtags

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"onair/audio"
	"onair/internal/durable"
	"onair/internal/finding"
	"onair/internal/shorten"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/show"
)

// Episode is the plan for an episode made from a file.
type Episode struct {
	Options  show.NewEpisodeOptions
	Duration time.Duration
	Artwork  bool     // the episode gets artwork from the tag
	Lacks    []string // values that the tag does not have
	Notes    []string // values of the tag that are not used, or are changed
}

// Read reads the tags of files, and plans an episode for each, oldest first. If a file
// cannot become an episode, the error names it. present describes the files that are left
// out because an episode, or an earlier file, has the same bytes.
func Read(s *show.Show, files []string) (list []*Episode, present []string, err error) {
	p := &planner{show: s, slugs: map[string]bool{}, guids: map[string]bool{}, numbers: map[[2]int]bool{}, masters: map[int64][]master{}}
	for _, e := range s.Episodes {
		p.slugs[e.Slug], p.guids[e.GUID], p.numbers[[2]int{e.Season, e.Number}] = true, true, true
		if name, ok := s.Folder.Path(e.Audio); ok {
			if stat, err := os.Stat(name); err == nil {
				p.masters[stat.Size()] = append(p.masters[stat.Size()], master{name, "the audio of " + e.Dir})
			}
		}
	}
	if s.Artwork != "" {
		if name, ok := s.Folder.Path(s.Artwork); ok {
			p.artwork, _ = os.ReadFile(name)
		}
	}
	for _, name := range files {
		e, same, err := p.read(name)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		case same != "":
			present = append(present, source.OneLine(name+" is "+same))
		default:
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b *Episode) int {
		x, y := &a.Options, &b.Options
		if x.Date.IsZero() != y.Date.IsZero() { // an episode without a date may be new, so it comes last
			return cmp.Compare(btoi(x.Date.IsZero()), btoi(y.Date.IsZero()))
		}
		return cmp.Or(x.Date.Compare(y.Date), cmp.Compare(x.Season, y.Season), cmp.Compare(x.Number, y.Number), strings.Compare(x.Audio, y.Audio))
	})
	for i, e := range list {
		p.number(e)
		p.name(e)
		if i > 0 {
			separate(list[i-1], e)
		}
	}
	return list, present, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// planner holds what the episodes of a show share.
type planner struct {
	show    *show.Show
	artwork []byte // the show's artwork
	slugs   map[string]bool
	guids   map[string]bool
	numbers map[[2]int]bool    // used numbers: season and number
	masters map[int64][]master // by size
}

// master is audio that has an episode.
type master struct{ file, what string }

// read plans the episode for a file. If the bytes are already the audio of an episode, it
// returns what they are.
func (p *planner) read(name string) (e *Episode, same string, err error) {
	f, stat, err := durable.OpenRegular(name)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	info, err := audio.Probe(f, stat.Size())
	if err != nil {
		return nil, "", err
	}
	for _, m := range p.masters[stat.Size()] {
		if equal, err := equalFiles(name, m.file); err != nil {
			return nil, "", err
		} else if equal {
			return nil, m.what, nil
		}
	}
	p.masters[stat.Size()] = append(p.masters[stat.Size()], master{name, "the same as " + name})
	e = &Episode{Duration: info.Duration, Options: show.NewEpisodeOptions{Type: show.Full, Audio: name, Files: map[string][]byte{}}}
	tag, err := audio.ReadTag(f, stat.Size())
	if err != nil {
		e.note("the tag cannot be read: %v", err)
	}
	if tag == nil {
		tag = &audio.Tag{}
	}
	p.facts(e, tag, name)
	p.cover(e, tag.Artwork)
	e.chapters(f, stat.Size(), name)
	return e, "", nil
}

// equalFiles reports whether two files of the same size have the same bytes.
func equalFiles(a, b string) (bool, error) {
	f, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer f.Close()
	g, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer g.Close()
	var x, y [32 << 10]byte
	for {
		n, err := io.ReadFull(f, x[:])
		m, err2 := io.ReadFull(g, y[:])
		switch {
		case !bytes.Equal(x[:n], y[:m]):
			return false, nil
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return true, nil
		case err != nil || err2 != nil:
			return false, cmp.Or(err, err2)
		}
	}
}

func (e *Episode) note(format string, args ...any) {
	e.Notes = append(e.Notes, source.OneLine(fmt.Sprintf(format, args...)))
}

// facts sets title, date, number and GUID.
func (p *planner) facts(e *Episode, tag *audio.Tag, name string) {
	o := &e.Options
	if o.Title = shortTitle(tag.Title); o.Title == "" {
		e.Lacks = append(e.Lacks, "title")
		o.Title = titleOfFile(name)
	}
	if d := tag.Date; d.IsZero() {
		e.Lacks = append(e.Lacks, "date")
	} else {
		o.Date = time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, p.show.Timezone)
		if d.YearDay() == 1 {
			e.note("the tag may have the year %d alone; correct the date", d.Year())
		}
	}
	if o.Season, o.Number = tag.Season, tag.Track; o.Number == 0 {
		e.Lacks = append(e.Lacks, "number")
		o.Season = 0
	}
	switch guid := strings.TrimSpace(tag.GUID); {
	case guid == "":
	case p.guids[guid]:
		e.note("another episode has its GUID %s; it gets a new one", source.ShortQuote(guid))
	default:
		p.guids[guid] = true
		o.GUID = guid
	}
}

// cover takes the picture of the tag as artwork, if directories accept it and it differs
// from the show's artwork.
func (p *planner) cover(e *Episode, picture *audio.Picture) {
	if picture == nil {
		e.Lacks = append(e.Lacks, "artwork")
		return
	}
	if bytes.Equal(picture.Data, p.artwork) {
		return
	}
	name := "artwork" + extension(picture)
	for _, f := range audio.CheckArtwork(nil, picture, finding.Position{}, name) {
		if f.Severity == finding.Error {
			e.note("its artwork is not taken: %s", f.Message)
			return
		}
	}
	e.Options.Files[name] = picture.Data
	e.Artwork = true
}

func extension(p *audio.Picture) string {
	if p.MediaType == "image/png" {
		return ".png"
	}
	return ".jpg"
}

// chapters sets the chapters from the tag, with their images.
func (e *Episode) chapters(f *os.File, size int64, name string) {
	list, images, found := audio.ReadTagChapters(f, size, name)
	if len(list) == 0 {
		e.Lacks = append(e.Lacks, "chapters")
	}
	for _, x := range found {
		if len(list) > 0 {
			e.note("%s", x.Message)
		}
	}
	for i := range list {
		picture := images[list[i].Start]
		if picture == nil {
			continue
		}
		list[i].Image = fmt.Sprintf("chapter-%d%s", i+1, extension(picture))
		e.Options.Files[list[i].Image] = picture.Data
	}
	e.Options.Chapters = list
}

// number assigns the next free number to an episode that has no number, or whose number
// another episode has.
func (p *planner) number(e *Episode) {
	o := &e.Options
	key := [2]int{o.Season, o.Number}
	if o.Number > 0 && !p.numbers[key] {
		p.numbers[key] = true
		return
	}
	season := o.Season
	if o.Number == 0 {
		for k := range p.numbers {
			season = max(season, k[0])
		}
	}
	next := 1
	for k := range p.numbers {
		if k[0] == season {
			next = max(next, k[1]+1)
		}
	}
	if o.Number > 0 {
		e.note("another episode has the number %d; it gets %d", o.Number, next)
	}
	o.Season, o.Number = season, next
	p.numbers[[2]int{season, next}] = true
}

// name sets the slug.
func (p *planner) name(e *Episode) {
	o := &e.Options
	base := slugs.Make(fmt.Sprintf("%d-%s", o.Number, slugs.Make(o.Title)))
	o.Slug = base
	for n := 2; p.slugs[o.Slug]; n++ {
		o.Slug = fmt.Sprintf("%s-%d", base, n)
	}
	p.slugs[o.Slug] = true
}

// separate moves an episode to a minute after the one before it, unless it is later anyway,
// so that apps list both in the right order.
func separate(before, e *Episode) {
	if d := before.Options.Date; !d.IsZero() && !e.Options.Date.IsZero() && !e.Options.Date.After(d) {
		e.Options.Date = d.Add(time.Minute)
	}
}

// shortTitle returns a title on one line, with at most 255 characters.
func shortTitle(title string) string {
	return shorten.Chars(strings.TrimSpace(source.OneLine(strings.ToValidUTF8(title, "\uFFFD"))), 255)
}

// titleOfFile makes a title from the name of a file.
func titleOfFile(name string) string {
	base := filepath.Base(name)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	words := strings.FieldsFunc(base, func(r rune) bool { return r == '_' || unicode.IsSpace(r) })
	if len(words) == 1 {
		words = strings.FieldsFunc(base, func(r rune) bool { return r == '-' })
	}
	return cmp.Or(shortTitle(strings.Join(words, " ")), "Untitled")
}

// Create writes the folder of an episode, and returns its path in the show.
func (e *Episode) Create(s *show.Show) (dir string, err error) {
	return show.NewEpisode(s, &e.Options)
}

package audio

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	bcp47 "golang.org/x/text/language"

	"onair/show"
)

// TagFormat is the layout of the tags that this package writes. It is pinned
// per episode in onair.lock: another layout means other bytes, and so another
// URL for listeners.
const TagFormat = 1

// A Tag is what an ID3 tag of an episode says. Empty fields have no frame.
type Tag struct {
	Title      string        // TIT2
	Artist     string        // TPE1: the show's author
	Album      string        // TALB: the show
	Track      int           // TRCK: number of the episode
	Season     int           // TPOS
	Date       time.Time     // TYER and TDAT: the calendar date in its own location
	Genre      string        // TCON
	Comment    string        // COMM: the summary; may have several lines
	Language   string        // TLAN, and of COMM: ISO 639-2, three letters
	Copyright  string        // TCOP: a year, a space, the holder
	Publisher  string        // TPUB
	GUID       string        // TXXX: of the episode
	Duration   time.Duration // TLEN, in milliseconds
	Artwork    *Picture      // APIC, front cover
	Chapters   []Chapter     // CHAP and CTOC, in order
	MissingTOC bool          // read: there are chapters and no CTOC; never written
}

// A Chapter is a stretch of the audio. Times count from its start, in
// milliseconds once they are in a tag.
type Chapter struct {
	Start, End time.Duration
	Title      string
	URL        string
	Image      *Picture
	Hidden     bool // not in the table of contents
}

// EpisodeTag is the one place where an episode becomes a tag. The duration is
// that of the master; picture loads an image of the show by its path, and is
// asked once for each.
func EpisodeTag(s *show.Show, e *show.Episode, duration time.Duration, picture func(path string) (*Picture, error)) (*Tag, error) {
	images := map[string]*Picture{"": nil}
	load := func(path string) (p *Picture, err error) {
		p, ok := images[path]
		if !ok {
			p, err = picture(path)
			images[path] = p
		}
		return p, err
	}
	t := &Tag{
		Title:     e.Title,
		Artist:    s.Author,
		Album:     s.Title,
		Track:     e.Number,
		Season:    e.Season,
		Date:      e.Date,
		Genre:     "Podcast",
		Comment:   e.Summary,
		Language:  Language(firstOf(e.Language, s.Language)),
		Copyright: copyright(s.Copyright, e.Date),
		Publisher: s.Owner.Name,
		GUID:      e.GUID,
		Duration:  duration,
	}
	cover := firstOf(e.Artwork, s.Artwork)
	var err error
	if t.Artwork, err = load(cover); err != nil {
		return nil, fmt.Errorf("read artwork %s: %w", cover, err)
	}
	if t.Chapters, err = TagChapters(e.Chapters, duration, load); err != nil {
		return nil, err
	}
	return t.normal(), nil
}

// TagChapters are the chapters of a show as a tag has them, for audio of a
// duration. picture loads an image by what names it, which may be empty.
func TagChapters(chapters []show.Chapter, duration time.Duration, picture func(name string) (*Picture, error)) ([]Chapter, error) {
	var all []Chapter
	for i, c := range show.Timed(chapters, duration) {
		image, err := picture(c.Image)
		if err != nil {
			return nil, fmt.Errorf("read image %s of chapter %d: %w", c.Image, i+1, err)
		}
		all = append(all, Chapter{Start: c.Start, End: c.End, Title: c.Title, URL: c.URL, Image: image, Hidden: c.Hidden})
	}
	return all, nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// copyright is the text as TCOP wants it: it begins with the year.
func copyright(holder string, date time.Time) string {
	if holder == "" || date.IsZero() {
		return holder
	}
	return strconv.Itoa(date.Year()) + " " + holder
}

// normal returns the tag as its frames can hold it: text of one line without
// control characters, a date without a time, times in whole milliseconds, and no
// chapters where all are hidden, because a table of contents must list one. A
// tag that was read from its own bytes is equal to it.
func (t *Tag) normal() *Tag {
	n := *t
	for _, field := range []*string{&n.Title, &n.Artist, &n.Album, &n.Genre, &n.Language, &n.Copyright, &n.Publisher, &n.GUID} {
		*field = line(*field)
	}
	n.Comment = lines(n.Comment)
	if !n.Date.IsZero() {
		y, m, d := n.Date.Date()
		n.Date = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	n.Duration = n.Duration.Truncate(time.Millisecond)
	n.Chapters = nil
	for _, c := range t.Chapters {
		c.Start, c.End = c.Start.Truncate(time.Millisecond), c.End.Truncate(time.Millisecond)
		c.Title, c.URL = line(c.Title), ascii(c.URL)
		n.Chapters = append(n.Chapters, c)
	}
	if !slices.ContainsFunc(n.Chapters, func(c Chapter) bool { return !c.Hidden }) {
		n.Chapters = nil
	}
	return &n
}

// line makes one line of any text: control characters and runs of white space
// become one space, what is not UTF-8 the replacement character, and a byte
// order mark nothing, as every reader of UTF-16 has it.
func line(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\uFEFF", "")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// lines does the same to each line of a text, and drops empty lines around it.
func lines(s string) string {
	all := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range all {
		all[i] = line(all[i])
	}
	return strings.Trim(strings.Join(all, "\n"), "\n")
}

// ascii percent-encodes what a URL and a media type in a tag cannot have:
// everything but visible ASCII.
func ascii(s string) string {
	var b strings.Builder
	for _, c := range []byte(strings.TrimSpace(s)) {
		if c <= ' ' || c >= 0x7F {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// unknownLanguage is the code of ISO 639-2 for a language nobody named. A COMM
// frame needs one.
const unknownLanguage = "und"

// Language returns the ISO 639-2 code of an RFC 5646 tag: the terminological
// one where there are two, such as deu for de-AT. Empty stays empty, and what
// has no such code does too.
func Language(tag string) string {
	if tag == "" {
		return ""
	}
	parsed, err := bcp47.Parse(tag)
	if err != nil {
		return ""
	}
	base, confidence := parsed.Base()
	code := base.ISO3()
	if confidence != bcp47.Exact || code == unknownLanguage || len(code) != 3 {
		return ""
	}
	return code
}

package audio

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	bcp47 "golang.org/x/text/language"

	"onair/show"
	"onair/show/chapters"
)

// TagFormat is the version of the layout of tags that this package writes. It is pinned
// per episode in onair.lock: another layout gives other bytes, and so another URL of
// the audio.
const TagFormat = 1

// A Tag has the fields of an episode's ID3 tag. Empty fields have no frame.
type Tag struct {
	Title      string        // TIT2
	Artist     string        // TPE1: the show's author
	Album      string        // TALB: the show
	Track      int           // TRCK: number of the episode
	Season     int           // TPOS
	Date       time.Time     // TYER and TDAT: the date in its own location
	Genre      string        // TCON
	Comment    string        // COMM: the summary; may have several lines
	Language   string        // TLAN, and the language of COMM: ISO 639-2, three letters
	Copyright  string        // TCOP: a year, a space, the holder
	Publisher  string        // TPUB
	GUID       string        // TXXX: GUID of the episode
	Duration   time.Duration // TLEN, in milliseconds
	Artwork    *Picture      // APIC, front cover
	Chapters   []Chapter     // CHAP and CTOC, in order
	MissingTOC bool          // set by ReadTag if there are chapters and no CTOC; ignored when writing
	Problems   []string      // problems of the chapter frames, set by ReadTag, one line each; ignored when writing
}

// A Chapter is a stretch of the audio. Times count from the start of the audio; in
// a tag they are whole milliseconds.
type Chapter struct {
	Start, End time.Duration
	Title      string
	URL        string
	Image      *Picture
	Hidden     bool // not in the table of contents
}

// EpisodeTag returns the tag of an episode whose master has the given duration. picture
// reads an image of the show; it is called at most once for each path.
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
		Language:  Language(cmp.Or(e.Language, s.Language)),
		Copyright: copyright(s.Copyright, e.Date),
		Publisher: s.Owner.Name,
		GUID:      e.GUID,
		Duration:  duration,
	}
	cover := cmp.Or(e.Artwork, s.Artwork)
	var err error
	if t.Artwork, err = load(cover); err != nil {
		return nil, fmt.Errorf("read artwork %s: %w", cover, err)
	}
	if t.Chapters, err = TagChapters(e.Chapters, duration, load); err != nil {
		return nil, err
	}
	return t.normal(), nil
}

// TagChapters converts chapters of a show to chapters of a tag, for audio of the given
// duration. picture reads the image that a chapter names; the name may be empty.
func TagChapters(list []chapters.Chapter, duration time.Duration, picture func(name string) (*Picture, error)) ([]Chapter, error) {
	var all []Chapter
	for i, c := range chapters.Timed(list, duration) {
		image, err := picture(c.Image)
		if err != nil {
			return nil, fmt.Errorf("read image %s of chapter %d: %w", c.Image, i+1, err)
		}
		all = append(all, Chapter{Start: c.Start, End: c.End, Title: c.Title, URL: c.URL, Image: image, Hidden: c.Hidden})
	}
	return all, nil
}

// copyright returns the text of TCOP: the year, with which it must begin, and the
// holder. Without a holder the text is empty; without a date it is only the holder.
func copyright(holder string, date time.Time) string {
	if holder == "" || date.IsZero() {
		return holder
	}
	return strconv.Itoa(date.Year()) + " " + holder
}

// normal returns the tag as ReadTag returns it after it was written: text of one line
// without control characters, a date without a time, times in whole milliseconds, and
// no chapters if all of them are hidden, because a table of contents must not be empty.
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

// line turns any text into one line of UTF-8. Control characters and runs of white
// space become one space, and invalid bytes become the replacement character. Byte
// order marks are removed, because readers of UTF-16 ignore them.
func line(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\uFEFF", "")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// lines applies line to each line of a text, and removes empty lines at both ends.
func lines(s string) string {
	all := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range all {
		all[i] = line(all[i])
	}
	return strings.Trim(strings.Join(all, "\n"), "\n")
}

// ascii percent-encodes every byte that is not visible ASCII, as URLs and media
// types in a tag require.
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

// unknownLanguage is the ISO 639-2 code of an undetermined language. A COMM frame must
// have a language.
const unknownLanguage = "und"

// Language returns the ISO 639-2 code of an RFC 5646 language tag, such as deu for
// de-AT. If a language has two codes, it returns the terminological one. It returns an
// empty string for an empty tag and for a language without a code.
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

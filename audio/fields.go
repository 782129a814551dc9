package audio

import (
	"strconv"
	"strings"
	"time"
)

// fieldOf is the field of Tag that a frame speaks of wherever its id alone
// tells.
func fieldOf(id string) string {
	switch id {
	case "TIT2", "TPE1", "TALB", "TRCK", "TPOS", "TYER", "TCON", "TLAN", "TLEN", "TCOP", "TPUB", "CHAP":
		return id
	case "TDAT", "TIME", "TDRC":
		return "TYER"
	case "CTOC":
		return "CHAP"
	}
	return ""
}

// take puts what one frame says into the tag, and returns the field it speaks
// of. Of frames that may be there once, the first counts.
func (t *tagReader) take(f frame) (field string, err error) {
	field = fieldOf(f.id)
	if f.data == nil || field != "" && t.earlier[field] {
		return field, nil
	}
	switch f.id {
	case "TXXX":
		if description, value := userTextOf(clip(f.data)); description == guidDescription {
			setText(&t.tag.GUID, value)
			return "TXXX", nil
		}
	case "COMM":
		if t.comment(clip(f.data)) {
			return "COMM", nil
		}
	case "APIC":
		if t.picture(f) {
			return "APIC", nil
		}
	case "CTOC":
		if c, ok := readContents(f.data); ok {
			t.contents = append(t.contents, c)
		}
	case "CHAP":
		return field, t.chapter(f.data)
	default:
		if field != "" {
			t.text(f.id, textOf(clip(f.data)))
		}
	}
	return field, nil
}

// text puts the text of a frame into its field.
func (t *tagReader) text(id, s string) {
	switch id {
	case "TIT2":
		setText(&t.tag.Title, s)
	case "TPE1":
		setText(&t.tag.Artist, s)
	case "TALB":
		setText(&t.tag.Album, s)
	case "TCON":
		setText(&t.tag.Genre, s)
	case "TLAN":
		setText(&t.tag.Language, s)
	case "TCOP":
		setText(&t.tag.Copyright, s)
	case "TPUB":
		setText(&t.tag.Publisher, s)
	case "TDAT":
		setText(&t.day, s)
	case "TRCK":
		setNumber(&t.tag.Track, s)
	case "TPOS":
		setNumber(&t.tag.Season, s)
	case "TYER", "TDRC":
		if t.tag.Date.IsZero() {
			t.tag.Date = dateOf(s)
		}
	case "TLEN":
		if t.tag.Duration == 0 {
			t.tag.Duration = min(time.Duration(numberOf(s))*time.Millisecond, maxPlaytime)
		}
	}
}

// clip cuts a text off that nobody can have meant.
func clip(b []byte) []byte { return b[:min(len(b), maxText)] }

func setText(field *string, s string) {
	if *field == "" {
		*field = s
	}
}

func setNumber(field *int, s string) {
	if *field == 0 {
		*field = numberOf(s)
	}
}

// comment takes the comment without a description: others are notes that
// programs leave for themselves. It reports whether this is the one.
func (t *tagReader) comment(data []byte) bool {
	if len(data) < 4 {
		return false
	}
	description, value, ok := cutText(data[0], data[4:])
	switch {
	case !ok || decodeText(data[0], description) != "":
		return false
	case t.earlier["COMM"]:
		return true
	case t.tag.Comment != "": // there is one in each language
		return string(data[1:4]) == t.language
	}
	t.language = string(data[1:4])
	t.tag.Comment = lines(decodeText(data[0], value))
	return true
}

// picture takes the front cover, or as long as there is none the first picture,
// whose frame then goes back to those of no field. It reports whether this is
// artwork; of several covers the first counts.
func (t *tagReader) picture(f frame) bool {
	p, kind := pictureOf(f)
	switch {
	case p == nil:
		return false
	case t.earlier["APIC"], t.cover >= 0 && t.kind == pictureCover:
		return kind == pictureCover
	case t.cover >= 0 && kind != pictureCover:
		return false
	}
	if t.cover >= 0 {
		t.frames[t.cover].field = ""
	}
	t.tag.Artwork, t.cover, t.kind = p, len(t.frames), kind
	return true
}

// numberOf reads "4" and "4/12" as 4, and anything else as 0.
func numberOf(s string) int {
	s, _, _ = strings.Cut(s, "/")
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

// dateOf reads the year of TYER or the time stamp of TDRC (2.4, section 4), as
// far as it goes.
func dateOf(s string) time.Time {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if len(s) >= len(layout) {
			if d, err := time.Parse(layout, s[:len(layout)]); err == nil {
				return d
			}
		}
	}
	return time.Time{}
}

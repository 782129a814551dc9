package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// TagHeaderBytes is the size of the header of an ID3v2 tag, and of its footer
// (ID3v2.4, 3.1).
const TagHeaderBytes = 10

// TagBytes returns the length in bytes of the ID3v2 tag whose header begins b,
// header, padding and footer included; 0 if none begins there (ID3v2.4, 3.1).
func TagBytes(b []byte) int64 {
	if len(b) < TagHeaderBytes || string(b[:3]) != "ID3" || b[3] == 0xFF || b[4] == 0xFF {
		return 0
	}
	size, ok := synchsafe(b[6:10])
	if !ok {
		return 0
	}
	size += TagHeaderBytes
	if b[3] == 4 && b[5]&tagFooter != 0 {
		size += TagHeaderBytes
	}
	return int64(size)
}

// synchsafe reads four bytes of seven bits each; ok is false where one has its
// top bit set (ID3v2.4, 6.2).
func synchsafe(b []byte) (n int, ok bool) {
	for _, c := range b[:4] {
		if c >= 0x80 {
			return 0, false
		}
		n = n<<7 | int(c)
	}
	return n, true
}

const (
	// maxReadTag and maxText, in bytes, maxFrames and maxChapters bound what a
	// stranger's tags can make ReadTag hold in memory.
	maxTagBytesRead = 32 << 20
	maxTextBytes    = 256 << 10
	maxTagFrames    = 20_000
	maxChapters     = 10_000
)

// Flags of a tag's header (ID3v2.4.0, section 3.1) and of a frame in version
// 2.4 (4.1) and 2.3 (3.3.1).
const (
	tagUnsynchronised = 0x80
	tagExtended       = 0x40
	tagFooter         = 0x10

	frame24Grouped        = 0x40
	frame24Compressed     = 0x08
	frame24Encrypted      = 0x04
	frame24Unsynchronised = 0x02
	frame24Length         = 0x01

	frame23Compressed = 0x80
	frame23Encrypted  = 0x40
	frame23Grouped    = 0x20
)

// ReadTag reads the ID3v2.2, 2.3 or 2.4 tag at the front of a file: the frames
// that a Tag has fields for. Of several tags in a row the later ones fill in
// what the earlier do not say. It returns nil and no error where there is no
// tag. Compressed and encrypted frames are passed over. Nothing it allocates is
// much larger than the tags, whatever they claim.
func ReadTag(r io.ReaderAt, size int64) (*Tag, error) {
	old, err := readTags(r, size)
	if old == nil {
		return nil, err
	}
	return &old.tag, err
}

// oldTags is all that the ID3 tags at the front of a file say.
type oldTags struct {
	tag     Tag
	version string // of the first tag, such as 2.3
	frames  []oldFrame
	leftOut []string // frames of later tags that an earlier one has too

	chaptersWithoutTOC []string // element ids of chapters, where there is no table of contents
}

// An oldFrame is a frame as it was found, and the field of Tag that it speaks
// of: the id of the frame that onair writes for it, or empty.
type oldFrame struct {
	frame
	field string
}

// readTags reads the tags in a row; nil where there is none.
func readTags(r io.ReaderAt, size int64) (*oldTags, error) {
	var old *oldTags
	pos := int64(0)
	for range maxTagsInRow {
		head, err := readRange(r, pos, min(pos+TagHeaderBytes, size))
		if err != nil {
			return nil, err
		}
		n := TagBytes(head)
		switch {
		case n == 0:
			return old, nil
		case n > size-pos:
			return nil, fmt.Errorf("byte %d: the ID3 tag claims %d bytes and the file has %d", pos, n, size-pos)
		case pos+n > maxTagBytesRead:
			return nil, fmt.Errorf("byte %d: the ID3 tag has %d bytes; at most %d are read", pos, n, maxTagBytesRead)
		case head[3] < 2 || head[3] > 4:
			return nil, fmt.Errorf("byte %d: the ID3 tag has version 2.%d, which is not known here", pos, head[3])
		}
		body, err := readRange(r, pos+TagHeaderBytes, pos+n)
		if err != nil {
			return nil, err
		}
		if old == nil {
			old = &oldTags{version: fmt.Sprintf("2.%d", head[3])}
		}
		if err := old.read(head, body); err != nil {
			return nil, fmt.Errorf("byte %d: %w", pos, err)
		}
		pos += n
	}
	return old, nil
}

// read adds what one tag says.
func (o *oldTags) read(head, body []byte) error {
	t := &tagReader{version: int(head[3]), unsync: head[5]&tagUnsynchronised != 0, tag: &o.tag, cover: -1, earlier: map[string]bool{}, maxFrames: maxTagFrames - len(o.frames)}
	for _, f := range o.frames {
		t.earlier[f.field] = true
	}
	if head[5]&tagFooter != 0 && t.version == 4 {
		body = body[:max(0, len(body)-TagHeaderBytes)]
	}
	if t.unsync && t.version < 4 {
		body = undoUnsynchronisation(body)
	}
	if head[5]&tagExtended != 0 && t.version > 2 {
		body = t.skipExtended(body)
	}
	err := t.read(body)
	if len(t.tocs) == 0 {
		for _, e := range t.chapters {
			o.chaptersWithoutTOC = append(o.chaptersWithoutTOC, e.id)
		}
	}
	for _, f := range t.found {
		if f.field != "" && t.earlier[f.field] {
			o.leftOut = append(o.leftOut, fmt.Sprintf("%s of another ID3v2.%d tag", f.id, f.version))
			continue
		}
		o.frames = append(o.frames, f)
	}
	return err
}

// A tagReader collects what the frames of one tag say.
type tagReader struct {
	version   int
	unsync    bool            // every frame of a 2.4 tag is unsynchronised
	earlier   map[string]bool // fields that an earlier tag spoke of
	tag       *Tag
	found     []oldFrame
	maxFrames int              // for how many of them
	cover     int              // place in frames of the artwork, or -1
	coverType byte             // of that picture
	language  string           // of the comment
	chapters  []chapterElement // the chapters, as the frames come
	tocs      []tableOfContents
	day       string // TDAT
}

// skipExtended returns what lies behind the extended header.
func (t *tagReader) skipExtended(b []byte) []byte {
	if len(b) < 4 {
		return nil
	}
	n := int(binary.BigEndian.Uint32(b)) + 4
	if t.version == 4 {
		n, _ = synchsafe(b)
	}
	if n < 0 || n > len(b) {
		return nil
	}
	return b[n:]
}

func (t *tagReader) read(body []byte) error {
	for f, rest := range t.frames(body) {
		if len(t.found) == t.maxFrames {
			return fmt.Errorf("the ID3 tag has more than %d frames", maxTagFrames)
		}
		field, err := t.readField(f)
		if err != nil {
			return err
		}
		t.found = append(t.found, oldFrame{f, field})
		body = rest
	}
	if junk := bytes.Trim(body, "\x00"); len(junk) > 0 {
		t.found = append(t.found, oldFrame{frame: frame{id: Junk, version: t.version, body: junk}})
	}
	if !t.tag.Date.IsZero() && len(t.day) == 4 {
		if d, err := time.Parse("20060201", t.tag.Date.Format("2006")+t.day); err == nil {
			t.tag.Date = d
		}
	}
	t.arrangeChapters()
	return nil
}

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
func (t *tagReader) readField(f frame) (field string, err error) {
	field = fieldOf(f.id)
	if f.data == nil || field != "" && t.earlier[field] {
		return field, nil
	}
	switch f.id {
	case "TXXX":
		if description, value := parseUserText(truncate(f.data)); description == guidDescription {
			setText(&t.tag.GUID, value)
			return "TXXX", nil
		}
	case "COMM":
		if t.readComment(truncate(f.data)) {
			return "COMM", nil
		}
	case "APIC":
		if t.readPicture(f) {
			return "APIC", nil
		}
	case "CTOC":
		if c, ok := parseTableOfContents(f.data); ok {
			t.tocs = append(t.tocs, c)
		}
	case "CHAP":
		return field, t.readChapter(f.data)
	default:
		if field != "" {
			t.setTextField(f.id, parseText(truncate(f.data)))
		}
	}
	return field, nil
}

// text puts the text of a frame into its field.
func (t *tagReader) setTextField(id, s string) {
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
			t.tag.Date = parseDate(s)
		}
	case "TLEN":
		if t.tag.Duration == 0 {
			t.tag.Duration = min(time.Duration(parseNumber(s))*time.Millisecond, maxPlaytime)
		}
	}
}

// clip cuts a text off that nobody can have meant.
func truncate(b []byte) []byte { return b[:min(len(b), maxTextBytes)] }

func setText(field *string, s string) {
	if *field == "" {
		*field = s
	}
}

func setNumber(field *int, s string) {
	if *field == 0 {
		*field = parseNumber(s)
	}
}

// comment takes the comment without a description: others are notes that
// programs leave for themselves. It reports whether this is the one.
func (t *tagReader) readComment(data []byte) bool {
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
func (t *tagReader) readPicture(f frame) bool {
	p, kind := parsePicture(f)
	switch {
	case p == nil:
		return false
	case t.earlier["APIC"], t.cover >= 0 && t.coverType == pictureCover:
		return kind == pictureCover
	case t.cover >= 0 && kind != pictureCover:
		return false
	}
	if t.cover >= 0 {
		t.found[t.cover].field = ""
	}
	t.tag.Artwork, t.cover, t.coverType = p, len(t.found), kind
	return true
}

// numberOf reads "4" and "4/12" as 4, and anything else as 0.
func parseNumber(s string) int {
	s, _, _ = strings.Cut(s, "/")
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

// dateOf reads the year of TYER or the time stamp of TDRC (2.4, section 4), as
// far as it goes.
func parseDate(s string) time.Time {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if len(s) >= len(layout) {
			if d, err := time.Parse(layout, s[:len(layout)]); err == nil {
				return d
			}
		}
	}
	return time.Time{}
}

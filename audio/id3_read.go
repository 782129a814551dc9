package audio

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"onair/audio/mp4"
)

// TagHeaderBytes is the size of the header of an ID3v2 tag, and of its footer
// (ID3v2.4.0, section 3.1).
const TagHeaderBytes = 10

// TagBytes returns the length in bytes of the ID3v2 tag at the start of b,
// including header, padding and footer (ID3v2.4.0, section 3.1). Only the header has
// to be in b. TagBytes returns 0 if b does not begin with a tag.
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

// synchsafe reads an integer of four bytes with seven bits each. ok is false if
// one of the bytes has its top bit set (ID3v2.4.0, section 6.2).
func synchsafe(b []byte) (n int, ok bool) {
	for _, c := range b[:4] {
		if c >= 0x80 {
			return 0, false
		}
		n = n<<7 | int(c)
	}
	return n, true
}

// Limits of what ReadTag keeps in memory.
const (
	maxTagBytesRead = 32 << 20  // bytes of all tags of a file
	maxTextBytes    = 256 << 10 // bytes of a frame with text
	maxTagFrames    = 20_000
	maxChapters     = 10_000
)

// Flags in the header of a tag (ID3v2.4.0, section 3.1).
const (
	tagUnsynchronised = 0x80
	tagExtended       = 0x40
	tagFooter         = 0x10
)

// ReadTag reads the fields of Tag from the ID3v2.2, 2.3 or 2.4 tag at the front
// of a file. If there are several tags in a row, later ones fill in the fields
// that earlier ones do not have. ReadTag returns nil and no error if there is no
// tag. It ignores compressed and encrypted frames. The memory that it allocates
// is bounded by the size of the tags, whatever sizes their frames claim.
//
// For an MP4 file, ReadTag returns a tag with only the chapters.
func ReadTag(r io.ReaderAt, size int64) (*Tag, error) {
	if head, err := readRange(r, 0, min(size, sniffBytes)); err == nil && mp4.IsMP4(head) {
		tag, _, err := readMP4Tag(r, size)
		return tag, err
	}
	old, err := readTags(r, size)
	if old == nil {
		return nil, err
	}
	return &old.tag, err
}

// oldTags is the content of the ID3 tags at the front of a file.
type oldTags struct {
	tag     Tag
	version string // version of the first tag, such as 2.3
	frames  []oldFrame
	leftOut []string // descriptions of frames that repeat a field or a text

	texts    textPlaces // positions and texts of frames with text
	chapters chapterSet // chapters of the first tag that has any
}

// An oldFrame is a frame and the field of Tag that it belongs to. The field is the ID
// of the frame that onair writes for it, or empty if the frame belongs to none.
type oldFrame struct {
	frame
	field string
}

// readTags reads all ID3v2 tags at the front. It returns nil if there are none.
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
			old.arrangeChapters(0)
			return old, nil
		case n > size-pos:
			return nil, fmt.Errorf("byte %d: the ID3 tag claims %d bytes and the file has %d", pos, n, size-pos)
		case pos+n > maxTagBytesRead:
			return nil, fmt.Errorf("byte %d: the ID3 tag has %d bytes; at most %d are read", pos, n, maxTagBytesRead)
		case head[3] < 2 || head[3] > 4:
			return nil, fmt.Errorf("byte %d: the ID3 tag has version 2.%d, which onair does not know", pos, head[3])
		}
		end, err := leadingTagEnd(r, pos, pos+n, size, head[3])
		if err != nil {
			return nil, err
		}
		body, err := readRange(r, pos+TagHeaderBytes, end)
		if err != nil {
			return nil, err
		}
		if old == nil {
			old = &oldTags{version: fmt.Sprintf("2.%d", head[3])}
		}
		if err := old.read(head, body); err != nil {
			return nil, fmt.Errorf("byte %d: %w", pos, err)
		}
		pos = end
	}
	old.arrangeChapters(0)
	return old, nil
}

// arrangeChapters sets the chapters of the tag. If duration is zero, the duration in
// the tag is used.
func (o *oldTags) arrangeChapters(duration time.Duration) {
	if o == nil || len(o.chapters.elements) == 0 && len(o.chapters.unplaced) == 0 {
		return
	}
	o.tag.Chapters, o.tag.Problems = o.chapters.arrange(cmp.Or(duration, o.tag.Duration))
	o.tag.MissingTOC = len(o.chapters.elements) > 0 && len(o.chapters.tocs) == 0
}

// read adds the content of one tag.
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
	if !t.earlier["CHAP"] {
		o.chapters = t.chapters
	}
	for _, f := range t.found {
		if f.field != "" && t.earlier[f.field] {
			o.leftOut = append(o.leftOut, fmt.Sprintf("%s of another ID3v2.%d tag", f.id, f.version))
			continue
		}
		if earlier, again := o.repeats(f.frame); again {
			o.leftOut = append(o.leftOut, earlier...)
			continue
		}
		o.frames = append(o.frames, f)
	}
	return err
}

// repeats reports whether f has the same key as an earlier frame. No two frames of a
// tag may have the same key. If the two texts differ, leftOut names f: some readers
// show one text, some the other, and this package the first that is not empty.
func (o *oldTags) repeats(f frame) (leftOut []string, again bool) {
	if o.texts == nil {
		o.texts = textPlaces{}
	}
	at, text, other := o.texts.place(f, len(o.frames))
	switch {
	case at == len(o.frames):
		return nil, false
	case text == "":
		o.frames[at].frame = f
	case other != "" && other != text:
		leftOut = []string{fmt.Sprintf("another %s of the ID3v2.%d tag", f.id, f.version)}
	}
	return leftOut, true
}

// A tagReader reads the frames of one tag.
type tagReader struct {
	version   int
	unsync    bool            // whether every frame of a 2.4 tag is unsynchronised
	earlier   map[string]bool // fields that earlier tags have
	tag       *Tag
	found     []oldFrame
	maxFrames int    // limit of found
	cover     int    // index of the artwork in found, or -1
	coverType byte   // picture type of the artwork
	language  string // language of the comment
	chapters  chapterSet
	day       string // TDAT
}

// skipExtended returns the bytes after the extended header.
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
	return nil
}

// fieldOf returns the field that all frames with the ID belong to, or an empty
// string if it depends on their content.
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

// readField sets the field of the tag that a frame belongs to, and returns the ID of
// the field. If several frames set a field, the first that is not empty counts.
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
		if c, ok := parseTableOfContents(f); ok {
			t.chapters.tocs = append(t.chapters.tocs, c)
		}
	case "CHAP":
		return field, t.readChapter(f)
	default:
		if field != "" {
			t.setTextField(f.id, parseText(truncate(f.data)))
		}
	}
	return field, nil
}

// setTextField sets the field of a frame with text.
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

// truncate bounds the length of a text before it is decoded.
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

// readComment reads a COMM frame and reports whether it is the comment of the tag.
// Comments with a description are notes that programs keep for themselves.
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
	case t.tag.Comment != "": // a tag may have one comment in each language
		return string(data[1:4]) == t.language
	}
	t.language = string(data[1:4])
	t.tag.Comment = lines(decodeText(data[0], value))
	return true
}

// readPicture reads an APIC frame and reports whether it is the artwork: the first
// front cover, or else the first picture. If a cover replaces another picture, that
// picture no longer belongs to a field.
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

// parseNumber returns the number at the start of "4" or "4/12". It returns 0 for other
// text.
func parseNumber(s string) int {
	s, _, _ = strings.Cut(s, "/")
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

// parseDate reads as much as it can of a date: a year from TYER, or a time stamp from
// TDRC (ID3v2.4.0, section 4).
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

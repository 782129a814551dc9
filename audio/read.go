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

const (
	// maxReadTag and maxChapters bound what a stranger's tag can make ReadTag
	// hold in memory.
	maxReadTag  = 32 << 20
	maxChapters = 10_000
)

// Flags of a tag's header (ID3v2.4.0, section 3.1) and of a frame in version
// 2.4 (4.1) and 2.3 (3.3.1).
const (
	tagUnsynchronised = 0x80
	tagExtended       = 0x40

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
// that a Tag has fields for. It returns nil and no error where there is no tag.
// Compressed and encrypted frames are passed over. Nothing it allocates is much
// larger than the tag, whatever the tag claims.
func ReadTag(r io.ReaderAt, size int64) (*Tag, error) {
	head, err := readRange(r, 0, min(id3HeaderBytes, size))
	if err != nil {
		return nil, err
	}
	n := id3Size(head)
	switch {
	case n == 0:
		return nil, nil
	case n > size:
		return nil, fmt.Errorf("byte 0: the ID3 tag claims %d bytes and the file has %d", n, size)
	case n > maxReadTag:
		return nil, fmt.Errorf("byte 0: the ID3 tag has %d bytes; at most %d are read", n, maxReadTag)
	case head[3] < 2 || head[3] > 4:
		return nil, fmt.Errorf("byte 0: the ID3 tag has version 2.%d, which is not known here", head[3])
	}
	body, err := readRange(r, id3HeaderBytes, n)
	if err != nil {
		return nil, err
	}
	t := &tagReader{version: int(head[3]), unsync: head[5]&tagUnsynchronised != 0}
	if t.unsync && t.version < 4 {
		body = resynchronise(body)
	}
	if head[5]&tagExtended != 0 && t.version > 2 {
		body = t.skipExtended(body)
	}
	return t.read(body)
}

// A tagReader collects what the frames of one tag say.
type tagReader struct {
	version int
	unsync  bool // every frame of a 2.4 tag is unsynchronised
	tag     Tag
	ids     []string        // element ids of the chapters
	listed  map[string]bool // element ids in a table of contents; nil: none seen
	day     string          // TDAT
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

func (t *tagReader) read(body []byte) (*Tag, error) {
	for id, data := range t.frames(body) {
		if err := t.frame(id, data); err != nil {
			return nil, err
		}
	}
	if !t.tag.Date.IsZero() && len(t.day) == 4 {
		if d, err := time.Parse("20060201", t.tag.Date.Format("2006")+t.day); err == nil {
			t.tag.Date = d
		}
	}
	for i := range t.tag.Chapters {
		t.tag.Chapters[i].Hidden = t.listed != nil && !t.listed[t.ids[i]]
	}
	return &t.tag, nil
}

// short names the frames of ID3v2.2 that have a longer name since.
var short = map[string]string{
	"TT2": "TIT2", "TP1": "TPE1", "TAL": "TALB", "TRK": "TRCK", "TPA": "TPOS",
	"TYE": "TYER", "TDA": "TDAT", "TCO": "TCON", "TLA": "TLAN", "TLE": "TLEN",
	"TCR": "TCOP", "TPB": "TPUB", "TXX": "TXXX", "COM": "COMM", "PIC": "APIC",
}

// frames yields the id and the body of every frame, with flags undone, until
// padding or something that is no frame. Sub-frames of a chapter are read the
// same way.
func (t *tagReader) frames(b []byte) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for {
			id, data, rest, ok := t.next(b)
			if !ok {
				return
			}
			b = rest
			if data != nil && !yield(id, data) {
				return
			}
		}
	}
}

// next cuts the first frame off b. The data of a frame that cannot be read is
// nil.
func (t *tagReader) next(b []byte) (id string, data, rest []byte, ok bool) {
	if t.version == 2 {
		if len(b) < 6 || !isFrameID(b[:3]) {
			return "", nil, nil, false
		}
		n := int(b[3])<<16 | int(b[4])<<8 | int(b[5])
		if n > len(b)-6 {
			return "", nil, nil, false
		}
		return short[string(b[:3])], b[6 : 6+n], b[6+n:], true
	}
	if len(b) < frameHeaderBytes || !isFrameID(b[:4]) {
		return "", nil, nil, false
	}
	n, ok := t.frameSize(b)
	if !ok {
		return "", nil, nil, false
	}
	data = b[frameHeaderBytes : frameHeaderBytes+n]
	if t.version == 4 {
		data = t.plain24(b[9], data)
	} else {
		data = plain23(b[9], data)
	}
	return string(b[:4]), data, b[frameHeaderBytes+n:], true
}

// frameSize reads the size of the frame that begins b. Version 2.4 has
// synchsafe sizes and 2.3 plain ones, but writers of both mix them up: the
// reading that leads to another frame or to the end wins, the proper one first.
func (t *tagReader) frameSize(b []byte) (int, bool) {
	plain := int(binary.BigEndian.Uint32(b[4:]))
	safe, ok := synchsafe(b[4:])
	if !ok {
		safe = plain
	}
	proper, other := plain, safe
	if t.version == 4 {
		proper, other = safe, plain
	}
	room := len(b) - frameHeaderBytes
	for _, n := range []int{proper, other} {
		if n <= room && leadsOn(b[frameHeaderBytes+n:]) {
			return n, true
		}
	}
	return proper, proper <= room
}

// leadsOn reports whether b is what may follow a frame.
func leadsOn(b []byte) bool {
	return len(b) == 0 || b[0] == 0 || len(b) >= frameHeaderBytes && isFrameID(b[:4])
}

func isFrameID(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// plain23 undoes the format flags of a 2.3 frame; nil where it cannot.
func plain23(flags byte, data []byte) []byte {
	switch {
	case flags&(frame23Compressed|frame23Encrypted) != 0:
		return nil
	case flags&frame23Grouped != 0:
		return data[min(1, len(data)):]
	}
	return data
}

// plain24 undoes the format flags of a 2.4 frame; nil where it cannot.
func (t *tagReader) plain24(flags byte, data []byte) []byte {
	if flags&(frame24Compressed|frame24Encrypted) != 0 {
		return nil
	}
	if flags&frame24Grouped != 0 {
		data = data[min(1, len(data)):]
	}
	if flags&frame24Length != 0 {
		data = data[min(4, len(data)):]
	}
	if t.unsync || flags&frame24Unsynchronised != 0 {
		data = resynchronise(data)
	}
	return data
}

// resynchronise takes out the zero that unsynchronisation put behind every
// byte FF (ID3v2.4.0, section 6.1).
func resynchronise(b []byte) []byte { return bytes.ReplaceAll(b, []byte{0xFF, 0}, []byte{0xFF}) }

// frame puts what one frame says into the tag. Of frames that may be there
// once, the first counts.
func (t *tagReader) frame(id string, data []byte) error {
	set := func(field *string) {
		if *field == "" {
			*field = textOf(data)
		}
	}
	switch id {
	case "TIT2":
		set(&t.tag.Title)
	case "TPE1":
		set(&t.tag.Artist)
	case "TALB":
		set(&t.tag.Album)
	case "TCON":
		set(&t.tag.Genre)
	case "TLAN":
		set(&t.tag.Language)
	case "TCOP":
		set(&t.tag.Copyright)
	case "TPUB":
		set(&t.tag.Publisher)
	case "TDAT":
		set(&t.day)
	case "TRCK":
		t.tag.Track = numberOf(textOf(data))
	case "TPOS":
		t.tag.Season = numberOf(textOf(data))
	case "TYER", "TDRC":
		t.tag.Date = dateOf(textOf(data))
	case "TLEN":
		t.tag.Duration = min(time.Duration(numberOf(textOf(data)))*time.Millisecond, maxPlaytime)
	case "TXXX":
		if description, value := userTextOf(data); description == guidDescription {
			t.tag.GUID = value
		}
	case "COMM":
		t.comment(data)
	case "APIC":
		if p, kind := t.pictureOf(data); p != nil && (t.tag.Artwork == nil || kind == pictureCover) {
			t.tag.Artwork = p
		}
	case "CTOC":
		t.contents(data)
	case "CHAP":
		return t.chapter(data)
	}
	return nil
}

// comment takes the comment without a description: others are notes that
// programs leave for themselves.
func (t *tagReader) comment(data []byte) {
	if len(data) < 4 || t.tag.Comment != "" {
		return
	}
	description, value, ok := cutText(data[0], data[4:])
	if ok && decodeText(data[0], description) == "" {
		t.tag.Comment = lines(decodeText(data[0], value))
	}
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

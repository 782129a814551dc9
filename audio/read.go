package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"time"
)

const (
	// maxReadTag and maxText, in bytes, maxFrames and maxChapters bound what a
	// stranger's tags can make ReadTag hold in memory.
	maxReadTag  = 32 << 20
	maxText     = 256 << 10
	maxFrames   = 20_000
	maxChapters = 10_000
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

	unlisted []string // element ids of chapters, where there is no table of contents
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
	for range maxTags {
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
		case pos+n > maxReadTag:
			return nil, fmt.Errorf("byte %d: the ID3 tag has %d bytes; at most %d are read", pos, n, maxReadTag)
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
	t := &tagReader{version: int(head[3]), unsync: head[5]&tagUnsynchronised != 0, tag: &o.tag, cover: -1, earlier: map[string]bool{}, room: maxFrames - len(o.frames)}
	for _, f := range o.frames {
		t.earlier[f.field] = true
	}
	if head[5]&tagFooter != 0 && t.version == 4 {
		body = body[:max(0, len(body)-TagHeaderBytes)]
	}
	if t.unsync && t.version < 4 {
		body = resynchronise(body)
	}
	if head[5]&tagExtended != 0 && t.version > 2 {
		body = t.skipExtended(body)
	}
	err := t.read(body)
	if len(t.contents) == 0 {
		for _, e := range t.elements {
			o.unlisted = append(o.unlisted, e.id)
		}
	}
	for _, f := range t.frames {
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
	version  int
	unsync   bool            // every frame of a 2.4 tag is unsynchronised
	earlier  map[string]bool // fields that an earlier tag spoke of
	tag      *Tag
	frames   []oldFrame
	room     int       // for how many of them
	cover    int       // place in frames of the artwork, or -1
	kind     byte      // of that picture
	language string    // of the comment
	elements []element // the chapters, as the frames come
	contents []contents
	day      string // TDAT
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
	for f, rest := range t.each(body) {
		if len(t.frames) == t.room {
			return fmt.Errorf("the ID3 tag has more than %d frames", maxFrames)
		}
		field, err := t.take(f)
		if err != nil {
			return err
		}
		t.frames = append(t.frames, oldFrame{f, field})
		body = rest
	}
	if junk := bytes.Trim(body, "\x00"); len(junk) > 0 {
		t.frames = append(t.frames, oldFrame{frame: frame{id: Junk, version: t.version, body: junk}})
	}
	if !t.tag.Date.IsZero() && len(t.day) == 4 {
		if d, err := time.Parse("20060201", t.tag.Date.Format("2006")+t.day); err == nil {
			t.tag.Date = d
		}
	}
	t.arrange()
	return nil
}

// A frame is one frame of a tag as it was found.
type frame struct {
	id      string  // as in 2.3; what 2.3 has no name for, as it was found
	version int     // of the tag: 2, 3 or 4
	flags   [2]byte // none in 2.2
	body    []byte
	data    []byte // the body with its flags undone; nil where it cannot be read
}

// each yields the frames, until padding or something that is no frame, and what
// is behind each. Frames without a body, which say nothing, are passed over.
// Sub-frames of a chapter are read the same way.
func (t *tagReader) each(b []byte) iter.Seq2[frame, []byte] {
	return func(yield func(frame, []byte) bool) {
		for {
			f, rest, ok := t.next(b)
			if !ok {
				return
			}
			b = rest
			if len(f.body) > 0 && !yield(f, rest) {
				return
			}
		}
	}
}

// next cuts the first frame off b.
func (t *tagReader) next(b []byte) (f frame, rest []byte, ok bool) {
	f.version = t.version
	if t.version == 2 {
		if len(b) < frame22HeaderBytes || !isFrameID(b[:3]) {
			return f, nil, false
		}
		n := int(b[3])<<16 | int(b[4])<<8 | int(b[5])
		if n > len(b)-frame22HeaderBytes {
			return f, nil, false
		}
		f.id = longID(string(b[:3]))
		b = b[frame22HeaderBytes:]
		f.body, f.data = b[:n:n], b[:n:n]
		return f, b[n:], true
	}
	if len(b) < frameHeaderBytes || !isFrameID(b[:4]) {
		return f, nil, false
	}
	n, ok := t.frameSize(b)
	if !ok {
		return f, nil, false
	}
	f.id, f.flags = string(b[:4]), [2]byte(b[8:10])
	b = b[frameHeaderBytes:]
	f.body = b[:n:n]
	if t.version == 4 {
		f.data = t.plain24(f.flags[1], f.body)
	} else {
		f.data = plain23(f.flags[1], f.body)
	}
	return f, b[n:], true
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

package audio

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// guidDescription is the description of the TXXX frame with the episode's GUID. Other
// systems use the same description for the GUID of a feed's item.
const guidDescription = "podcast:item:guid"

// Part is a part of an encoded tag: the bytes of its slices, one after the other. The
// data of a large picture is a slice of its own, which is not copied.
type Part [][]byte

// size returns the size of the part in bytes.
func (p Part) size() (n int) {
	for _, b := range p {
		n += len(b)
	}
	return n
}

// joined returns the whole tag as one part.
func joined(parts []Part) Part { return slices.Concat(parts...) }

// Parts returns the encoded tag, cut into parts that can change independently: header,
// text and chapter frames; each chapter image whose frame exceeds 64 KiB; the frames
// after such an image; the cover. Joined, the parts are the tag. A tag without values
// has no parts. The caller must not change the parts.
func (t *Tag) Parts() ([]Part, error) { return t.normal().parts(nil) }

// parts encodes a tag that normal returned. kept has encoded frames by field. They
// replace the frames that the tag would have for the field; kept frames without a field
// go before the cover.
func (t *Tag) parts(kept map[string][]byte) ([]Part, error) {
	w := &tagWriter{}
	if err := w.writeTexts(t, kept); err != nil {
		return nil, err
	}
	if b, ok := kept["CHAP"]; ok {
		w.add(b)
	} else if err := w.writeChapters(t.Chapters); err != nil {
		return nil, err
	}
	w.add(kept[""])
	if b, ok := kept["APIC"]; ok {
		w.addPart(Part{b})
	} else if t.Artwork != nil {
		cover, err := pictureFrame(t.Artwork, pictureCover)
		if err != nil {
			return nil, err
		}
		w.addPart(cover)
	}
	return w.finish()
}

// writeTexts writes the frames with text, in the order of Tag's fields. The date
// is one field with two frames.
func (w *tagWriter) writeTexts(t *Tag, kept map[string][]byte) error {
	var year, day, length string
	if !t.Date.IsZero() {
		year, day = t.Date.Format("2006"), t.Date.Format("0201")
	}
	if t.Duration > 0 {
		length = strconv.FormatInt(t.Duration.Milliseconds(), 10)
	}
	frames := []struct {
		field, id, text string
		body            func(string) io.WriterTo
	}{
		{"TIT2", "TIT2", t.Title, textFrame},
		{"TPE1", "TPE1", t.Artist, textFrame},
		{"TALB", "TALB", t.Album, textFrame},
		{"TRCK", "TRCK", positive(t.Track), textFrame},
		{"TPOS", "TPOS", positive(t.Season), textFrame},
		{"TYER", "TYER", year, textFrame},
		{"TYER", "TDAT", day, textFrame},
		{"TCON", "TCON", t.Genre, textFrame},
		{"TLAN", "TLAN", t.Language, textFrame},
		{"TLEN", "TLEN", length, textFrame},
		{"TCOP", "TCOP", t.Copyright, textFrame},
		{"TPUB", "TPUB", t.Publisher, textFrame},
		{"TXXX", "TXXX", t.GUID, func(s string) io.WriterTo { return userTextFrame(guidDescription, s) }},
		{"COMM", "COMM", t.Comment, func(s string) io.WriterTo { return commentFrame(t.Language, s) }},
	}
	for _, f := range frames {
		if b, ok := kept[f.field]; ok {
			if f.id == f.field {
				w.add(b)
			}
			continue
		}
		if f.text == "" {
			continue
		}
		if err := w.addFrame(f.id, f.body(f.text)); err != nil {
			return err
		}
	}
	return nil
}

// positive returns n in decimal, or an empty string if it is not positive.
func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// A tagWriter collects the frames of a tag and cuts them into parts. It replaces the
// writer of the id3v2 library, which writes frames in map order, so that its bytes
// differ from run to run.
type tagWriter struct {
	parts []Part
	open  bool // whether add may append to the last part, which then has one slice
}

// add appends to the last part if it is open, or begins a part.
func (w *tagWriter) add(b []byte) {
	if len(b) == 0 {
		return
	}
	if !w.open {
		w.parts = append(w.parts, Part{nil})
		w.open = true
	}
	last := w.parts[len(w.parts)-1]
	last[0] = append(last[0], b...)
}

// addPart adds a separate part.
func (w *tagWriter) addPart(p Part) {
	w.parts = append(w.parts, p)
	w.open = false
}

func (w *tagWriter) addFrame(id string, body io.WriterTo) error {
	b, err := appendFrame(nil, id, body)
	if err != nil {
		return err
	}
	w.add(b)
	return nil
}

// addFrameHeader adds the header of a frame. The caller adds the body, of n bytes.
func (w *tagWriter) addFrameHeader(id string, n int) error {
	b, err := appendFrameHeader(nil, id, n)
	w.add(b)
	return err
}

// finish puts the header of the tag before the frames and returns the parts.
func (w *tagWriter) finish() ([]Part, error) {
	n := joined(w.parts).size()
	if n == 0 {
		return nil, nil
	}
	if n > maxTagBytes {
		return nil, fmt.Errorf("encode tag: %d bytes, and a tag holds %d", n, maxTagBytes)
	}
	head := []byte{'I', 'D', '3', 3, 0, 0, byte(n >> 21 & 0x7F), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)}
	w.parts[0] = append(Part{head}, w.parts[0]...)
	return w.parts, nil
}

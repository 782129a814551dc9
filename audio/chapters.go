package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

const (
	// tocID is the element id of the table of contents, chapterID the start of
	// those of chapters.
	tocID     = "toc"
	chapterID = "chp"

	// tocFlags say that the table is the top-level one and its order the order
	// of playing (ID3v2 Chapter Frame Addendum, 3.2).
	tocFlags = 0x03

	// tocEntries is how many a table of contents can list: it counts them in a
	// byte.
	tocEntries = 255

	// noOffset stands for a byte offset that nobody should use; times count.
	noOffset = math.MaxUint32

	// maxPlaytime is what 32 bits of milliseconds hold: 49 days.
	maxPlaytime = math.MaxUint32 * time.Millisecond

	// ownPart is how large the image of a chapter is, in bytes, before it
	// becomes a part of its own.
	ownPart = 64 << 10
)

func elementID(i int) string { return fmt.Sprintf("%s%d", chapterID, i) }

// tocFrame is the body of a CTOC frame that lists elements.
func tocFrame(ids []string) (raw, error) {
	if len(ids) > tocEntries {
		return nil, fmt.Errorf("%d chapters to list, and a table of contents holds %d", len(ids), tocEntries)
	}
	b := append([]byte(tocID), 0, tocFlags, byte(len(ids)))
	for _, id := range ids {
		b = append(append(b, id...), 0)
	}
	return b, nil
}

// writeChapters writes the CTOC frame and the CHAP frames.
func (w *tagWriter) writeChapters(chapters []Chapter) error {
	if len(chapters) == 0 {
		return nil
	}
	var listed []string
	for i, c := range chapters {
		if !c.Hidden {
			listed = append(listed, elementID(i))
		}
	}
	toc, err := tocFrame(listed)
	if err != nil {
		return err
	}
	if err := w.frame("CTOC", toc); err != nil {
		return err
	}
	for i, c := range chapters {
		if err := w.writeChapter(i, c); err != nil {
			return err
		}
	}
	return nil
}

// writeChapter writes the CHAP frame of chapter i. Sizes of its sub-frames are
// plain integers, as in the rest of ID3v2.3. A large image begins a part and
// ends it, so that the text around it can change without it.
func (w *tagWriter) writeChapter(i int, c Chapter) error {
	if c.Start < 0 || c.End < c.Start || c.End > maxPlaytime {
		return fmt.Errorf("chapter %d: it cannot last from %s to %s", i+1, c.Start, c.End)
	}
	head := append([]byte(elementID(i)), 0)
	for _, n := range []uint32{uint32(c.Start.Milliseconds()), uint32(c.End.Milliseconds()), noOffset, noOffset} {
		head = binary.BigEndian.AppendUint32(head, n)
	}
	var err error
	if c.Title != "" {
		if head, err = appendFrame(head, "TIT2", textFrame(c.Title)); err != nil {
			return err
		}
	}
	if c.URL != "" {
		if head, err = appendFrame(head, "WXXX", linkFrame(c.URL)); err != nil {
			return err
		}
	}
	var image []byte
	if c.Image != nil {
		if image, err = appendFrame(nil, "APIC", pictureFrame(c.Image, pictureOther)); err != nil {
			return err
		}
	}
	if err := w.header("CHAP", len(head)+len(image)); err != nil {
		return err
	}
	w.add(head)
	if len(image) > ownPart {
		w.part(image)
	} else {
		w.add(image)
	}
	return nil
}

// chapter reads a CHAP frame with its sub-frames.
func (t *tagReader) chapter(data []byte) error {
	id, data, ok := bytes.Cut(data, []byte{0})
	if !ok || len(data) < 16 {
		return nil
	}
	if len(t.elements) == maxChapters {
		return fmt.Errorf("the ID3 tag has more than %d chapters", maxChapters)
	}
	c := Chapter{
		Start: time.Duration(binary.BigEndian.Uint32(data)) * time.Millisecond,
		End:   time.Duration(binary.BigEndian.Uint32(data[4:])) * time.Millisecond,
	}
	for f := range t.each(data[16:]) {
		switch f.id {
		case "TIT2":
			c.Title = textOf(clip(f.data))
		case "WXXX":
			c.URL = linkOf(clip(f.data))
		case "APIC":
			c.Image, _ = pictureOf(f)
		}
	}
	t.elements = append(t.elements, element{string(id), c})
	return nil
}

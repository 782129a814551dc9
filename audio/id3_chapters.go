package audio

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"slices"
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
	maxInlineImage = 64 << 10
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
	if err := w.addFrame("CTOC", toc); err != nil {
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
	if err := w.addFrameHeader("CHAP", len(head)+len(image)); err != nil {
		return err
	}
	w.add(head)
	if len(image) > maxInlineImage {
		w.addPart(image)
	} else {
		w.add(image)
	}
	return nil
}

// chapter reads a CHAP frame with its sub-frames.
func (t *tagReader) readChapter(data []byte) error {
	id, data, ok := bytes.Cut(data, []byte{0})
	if !ok || len(data) < 16 {
		return nil
	}
	if len(t.chapters) == maxChapters {
		return fmt.Errorf("the ID3 tag has more than %d chapters", maxChapters)
	}
	c := Chapter{
		Start: time.Duration(binary.BigEndian.Uint32(data)) * time.Millisecond,
		End:   time.Duration(binary.BigEndian.Uint32(data[4:])) * time.Millisecond,
	}
	for f := range t.frames(data[16:]) {
		switch f.id {
		case "TIT2":
			c.Title = parseText(truncate(f.data))
		case "WXXX":
			c.URL = parseLink(truncate(f.data))
		case "APIC":
			c.Image, _ = parsePicture(f)
		}
	}
	t.chapters = append(t.chapters, chapterElement{string(id), c})
	return nil
}

// tocTopLevel is the flag of a table of contents that no other one lists (ID3v2
// Chapter Frame Addendum, 3.2).
const tocTopLevel = 0x02

// A contents is a table of contents: the body of a CTOC frame.
type tableOfContents struct {
	id       string
	topLevel bool
	entries  int
	idList   []byte // the element ids, each with a zero behind it
}

// readContents reads the body of a CTOC frame.
func parseTableOfContents(data []byte) (tableOfContents, bool) {
	id, data, ok := bytes.Cut(data, []byte{0})
	if !ok || len(data) < 2 {
		return tableOfContents{}, false
	}
	return tableOfContents{string(id), data[0]&tocTopLevel != 0, int(data[1]), data[2:]}, true
}

// ids are the element ids that the table lists.
func (c tableOfContents) ids() iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := c.idList
		for range c.entries {
			id, behind, ok := bytes.Cut(rest, []byte{0})
			if !ok || !yield(string(id)) {
				return
			}
			rest = behind
		}
	}
}

// An element is a CHAP frame.
type chapterElement struct {
	id      string
	chapter Chapter
}

// arrange puts the chapters into the tag, in the order of the top-level table of
// contents or, where that does not name them all, of time: the order of frames
// means nothing. A chapter that no table lists is hidden.
func (t *tagReader) arrangeChapters() {
	listed := map[string]bool{}
	for _, c := range t.tocs {
		for id := range c.ids() {
			listed[id] = true
		}
	}
	places := t.chapterPlaces()
	planned := !slices.ContainsFunc(t.chapters, func(e chapterElement) bool { _, ok := places[e.id]; return !ok })
	slices.SortStableFunc(t.chapters, func(a, b chapterElement) int {
		if planned {
			return cmp.Compare(places[a.id], places[b.id])
		}
		return cmp.Compare(a.chapter.Start, b.chapter.Start)
	})
	t.tag.MissingTOC = len(t.chapters) > 0 && len(t.tocs) == 0
	for _, e := range t.chapters {
		e.chapter.Hidden = len(t.tocs) > 0 && !listed[e.id]
		t.tag.Chapters = append(t.tag.Chapters, e.chapter)
	}
}

// places numbers what the top-level table of contents lists. A table in it
// stands for what that lists.
func (t *tagReader) chapterPlaces() map[string]int {
	places := map[string]int{}
	tables := map[string]tableOfContents{}
	for _, c := range t.tocs {
		tables[c.id] = c
	}
	var number func(c tableOfContents)
	number = func(c tableOfContents) {
		for id := range c.ids() {
			if _, seen := places[id]; seen {
				continue
			}
			places[id] = len(places)
			number(tables[id]) // of a chapter: empty
		}
	}
	if i := slices.IndexFunc(t.tocs, func(c tableOfContents) bool { return c.topLevel }); i >= 0 {
		number(t.tocs[i])
	}
	return places
}

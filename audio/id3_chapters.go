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
	tocID           = "toc" // element ID of the table of contents
	chapterIDPrefix = "chp" // of the element IDs of chapters

	// tocFlags marks the table as top-level and ordered (ID3v2 Chapter Frame
	// Addendum, 3.2).
	tocFlags = 0x03

	// maxTOCEntries is the most entries of a table of contents, which counts them
	// in a byte.
	maxTOCEntries = 255

	// noOffset is the byte offset of a chapter that is known by its times only.
	noOffset = math.MaxUint32

	// maxPlaytime is the longest time in a CHAP frame: 32 bits of milliseconds, 49
	// days.
	maxPlaytime = math.MaxUint32 * time.Millisecond

	// maxInlineImage is the size in bytes above which the frame of a chapter image
	// becomes a part of its own.
	maxInlineImage = 64 << 10
)

func elementID(i int) string { return fmt.Sprintf("%s%d", chapterIDPrefix, i) }

// tocFrame returns the body of a CTOC frame that lists the element IDs.
func tocFrame(ids []string) (raw, error) {
	if len(ids) > maxTOCEntries {
		return nil, fmt.Errorf("%d chapters to list, and a table of contents holds %d", len(ids), maxTOCEntries)
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

// writeChapter writes the CHAP frame of chapter i. The sizes of its sub-frames
// are plain integers, as everywhere in ID3v2.3. A large image is a part of its
// own, so that the text before and after it can change without it.
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

// readChapter reads a CHAP frame with its sub-frames.
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

// tocTopLevel is the flag of a table of contents that no other table lists (ID3v2
// Chapter Frame Addendum, 3.2).
const tocTopLevel = 0x02

// A tableOfContents is the body of a CTOC frame.
type tableOfContents struct {
	id       string
	topLevel bool
	entries  int
	idList   []byte // element IDs, each followed by a zero
}

// parseTableOfContents reads the body of a CTOC frame.
func parseTableOfContents(data []byte) (tableOfContents, bool) {
	id, data, ok := bytes.Cut(data, []byte{0})
	if !ok || len(data) < 2 {
		return tableOfContents{}, false
	}
	return tableOfContents{string(id), data[0]&tocTopLevel != 0, int(data[1]), data[2:]}, true
}

// ids returns the element IDs that the table lists.
func (c tableOfContents) ids() iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := c.idList
		for range c.entries {
			id, after, ok := bytes.Cut(rest, []byte{0})
			if !ok || !yield(string(id)) {
				return
			}
			rest = after
		}
	}
}

// A chapterElement is the content of a CHAP frame.
type chapterElement struct {
	id      string
	chapter Chapter
}

// arrangeChapters adds the chapters to the tag, in the order of the top-level
// table of contents. If that does not list them all, they are ordered by start.
// The order of the frames has no meaning. A chapter that no table lists is hidden.
func (t *tagReader) arrangeChapters() {
	listed := map[string]bool{}
	for _, c := range t.tocs {
		for id := range c.ids() {
			listed[id] = true
		}
	}
	places := t.chapterPlaces()
	allListed := !slices.ContainsFunc(t.chapters, func(e chapterElement) bool { _, ok := places[e.id]; return !ok })
	slices.SortStableFunc(t.chapters, func(a, b chapterElement) int {
		if allListed {
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

// chapterPlaces numbers the elements that the top-level table of contents lists.
// A table that it lists is replaced by the entries of that table.
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
			number(tables[id]) // a chapter has no table
		}
	}
	if i := slices.IndexFunc(t.tocs, func(c tableOfContents) bool { return c.topLevel }); i >= 0 {
		number(t.tocs[i])
	}
	return places
}

package audio

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"onair/internal/plural"
	"onair/show/chapters"
)

const (
	tocID           = "toc" // element ID of the table of contents
	chapterIDPrefix = "chp" // prefix of the element IDs of chapters

	// Flags of a table of contents (ID3v2 Chapter Frame Addendum, 3.2): the chapters
	// are played in its order, and no other table lists it.
	tocOrdered  = 0x01
	tocTopLevel = 0x02

	// maxTOCEntries is the largest number of entries in a table of contents, because
	// the number is stored in a byte.
	maxTOCEntries = 255

	// noOffset is the byte offset of a chapter that is known by its times only.
	noOffset = math.MaxUint32

	// maxPlaytime is the longest time in a CHAP frame: 32 bits of milliseconds, 49
	// days. The largest number stands for a time that is not set.
	maxPlaytime = (noTime - 1) * time.Millisecond

	// maxInlineImage is the size in bytes above which the frame of a chapter image
	// becomes a separate part of the tag.
	maxInlineImage = 64 << 10
)

func elementID(i int) string { return fmt.Sprintf("%s%d", chapterIDPrefix, i) }

// tocFrame returns the body of a CTOC frame that lists the element IDs.
func tocFrame(id string, flags byte, ids []string) raw {
	b := append([]byte(id), 0, flags, byte(len(ids)))
	for _, id := range ids {
		b = append(append(b, id...), 0)
	}
	return b
}

// tocFrames returns the bodies of the CTOC frames that list the element IDs. A table
// that is too long becomes a table of several tables.
func tocFrames(ids []string) ([]raw, error) {
	if len(ids) <= maxTOCEntries {
		return []raw{tocFrame(tocID, tocTopLevel|tocOrdered, ids)}, nil
	}
	if len(ids) > maxTOCEntries*maxTOCEntries {
		return nil, fmt.Errorf("%d chapters to list, and tables of contents hold %d", len(ids), maxTOCEntries*maxTOCEntries)
	}
	frames := []raw{nil}
	var tables []string
	for part := range slices.Chunk(ids, maxTOCEntries) {
		id := fmt.Sprintf("%s%d", tocID, len(tables))
		tables = append(tables, id)
		frames = append(frames, tocFrame(id, tocOrdered, part))
	}
	frames[0] = tocFrame(tocID, tocTopLevel|tocOrdered, tables)
	return frames, nil
}

// appendTOC appends the CTOC frames that list the element IDs.
func appendTOC(b []byte, ids []string) ([]byte, error) {
	frames, err := tocFrames(ids)
	for i := 0; i < len(frames) && err == nil; i++ {
		b, err = appendFrame(b, "CTOC", frames[i])
	}
	return b, err
}

// writeChapters writes the CTOC frames and the CHAP frames.
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
	toc, err := appendTOC(nil, listed)
	if err != nil {
		return err
	}
	w.add(toc)
	for i, c := range chapters {
		if err := w.writeChapter(i, c); err != nil {
			return err
		}
	}
	return nil
}

// writeChapter writes the CHAP frame of chapter i. The sizes of its sub-frames are
// plain integers, as everywhere in ID3v2.3. A large image becomes a separate part, so
// that the part stays the same if the text around the image changes.
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
	var image Part
	if c.Image != nil {
		if image, err = pictureFrame(c.Image, pictureOther); err != nil {
			return err
		}
	}
	if err := w.addFrameHeader("CHAP", len(head)+image.size()); err != nil {
		return err
	}
	w.add(head)
	if image.size() > maxInlineImage {
		w.addPart(image)
	} else {
		w.add(bytes.Join(image, nil))
	}
	return nil
}

// readChapter reads a CHAP frame with its sub-frames.
func (t *tagReader) readChapter(f frame) error {
	id, data, ok := bytes.Cut(f.data, []byte{0})
	if !ok || len(data) < chapterTimesBytes || binary.BigEndian.Uint32(data) == noTime {
		t.chapters.unplaced = append(t.chapters.unplaced, string(id))
		return nil
	}
	if len(t.chapters.elements) == maxChapters {
		return fmt.Errorf("the ID3 tag has more than %d chapters", maxChapters)
	}
	e := chapterElement{key: string(id), frame: f, start: binary.BigEndian.Uint32(data), end: binary.BigEndian.Uint32(data[4:])}
	for f := range t.frames(data[chapterTimesBytes:]) {
		switch f.id {
		case "TIT2":
			setText(&e.title, parseText(truncate(f.data)))
		case "WXXX":
			setText(&e.url, parseLink(truncate(f.data)))
		case "APIC":
			e.image, _ = parsePicture(f)
		}
	}
	t.chapters.elements = append(t.chapters.elements, e)
	return nil
}

// chapterTimesBytes is the length of the times and byte offsets in a CHAP frame.
const chapterTimesBytes = 16

// A chapterElement is a CHAP frame and its content.
type chapterElement struct {
	frame
	key        string // element ID
	start, end uint32 // milliseconds
	title, url string
	image      *Picture
}

// A chapterSet has the chapters of a tag as its frames describe them.
type chapterSet struct {
	elements []chapterElement // in file order
	tocs     []tableOfContents
	unplaced []string // element IDs of the CHAP frames without a start time

	order      []int  // indexes of the elements that are chapters, by start
	hidden     []bool // whether a chapter is hidden, by index in elements
	tableWrong bool   // whether the tables of contents contradict the chapters
	repaired   bool   // whether times were changed or elements left out
}

// chapterTime converts a time of a CHAP frame.
func chapterTime(ms uint32) time.Duration { return time.Duration(ms) * time.Millisecond }

// arrange returns the chapters, in the order of their starts, and the problems of their
// frames. The order of the frames has no meaning. duration is that of the audio, or
// zero if it is not known. A last chapter without a usable end ends with the audio. A
// chapter that no table of contents lists is hidden, unless the tables contradict the
// chapters.
func (s *chapterSet) arrange(duration time.Duration) (list []Chapter, problems []string) {
	tell := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if n := len(s.unplaced); n > 0 {
		tell("the tag has %s without a start time, left out", plural.Count(n, "CHAP frame"))
	}
	if n := s.repeatedIDs(); n > 0 {
		tell("the tag has %s with the element ID of another", plural.Count(n, "CHAP frame"))
	}
	problem := s.checkTables()
	s.tableWrong = problem != ""
	if s.tableWrong {
		tell("the table of contents (CTOC) %s; it is ignored", problem)
	}
	byStart := make([]int, len(s.elements))
	for i := range byStart {
		byStart[i] = i
	}
	slices.SortStableFunc(byStart, func(i, j int) int { return cmp.Compare(s.elements[i].start, s.elements[j].start) })
	var parsed []chapters.Chapter
	for _, i := range byStart {
		e := s.elements[i]
		c := chapters.Chapter{Start: chapterTime(e.start), End: chapterTime(e.end), Title: e.title, URL: e.url, Hidden: s.hidden[i]}
		if e.end < e.start || e.end == noTime {
			c.End = -1
		}
		if e.image != nil {
			c.Image = strconv.Itoa(i)
		}
		parsed = append(parsed, c)
	}
	if n := s.untitled(); n > 0 {
		tell("the tag has %s without a title (TIT2)", plural.Count(n, "chapter"))
	}
	arranged, order, repairs := chapters.Arrange(parsed)
	s.order, s.repaired = nil, len(repairs) > 0
	for _, r := range repairs {
		problems = append(problems, r.Message)
	}
	for k, c := range arranged {
		s.order = append(s.order, byStart[order[k]])
		if c.End == 0 && k+1 < len(arranged) {
			c.End = arranged[k+1].Start
		} else if c.End == 0 {
			c.End = max(c.Start, duration)
		}
		chapter := Chapter{Start: c.Start, End: c.End, Title: c.Title, URL: c.URL, Hidden: c.Hidden}
		if i, err := strconv.Atoi(c.Image); err == nil {
			chapter.Image = s.elements[i].image
		}
		list = append(list, chapter)
	}
	return list, problems
}

// repeatedIDs returns the number of elements with the ID of an earlier element.
func (s *chapterSet) repeatedIDs() (n int) {
	seen := map[string]bool{}
	for _, e := range s.elements {
		if seen[e.key] {
			n++
		}
		seen[e.key] = true
	}
	return n
}

// untitled returns the number of chapters that apps list and that have neither title nor
// image.
func (s *chapterSet) untitled() (n int) {
	for i, e := range s.elements {
		if e.title == "" && e.image == nil && !s.hidden[i] {
			n++
		}
	}
	return n
}

// noTime is the value of a time in a CHAP frame that is not set.
const noTime = math.MaxUint32

package audio

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
)

// tocTopLevel is the flag of a table of contents that no other one lists (ID3v2
// Chapter Frame Addendum, 3.2).
const tocTopLevel = 0x02

// A contents is a table of contents: the body of a CTOC frame.
type contents struct {
	id       string
	topLevel bool
	count    int
	list     []byte // the element ids, each with a zero behind it
}

// readContents reads the body of a CTOC frame.
func readContents(data []byte) (contents, bool) {
	id, data, ok := bytes.Cut(data, []byte{0})
	if !ok || len(data) < 2 {
		return contents{}, false
	}
	return contents{string(id), data[0]&tocTopLevel != 0, int(data[1]), data[2:]}, true
}

// ids are the element ids that the table lists.
func (c contents) ids() iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := c.list
		for range c.count {
			id, behind, ok := bytes.Cut(rest, []byte{0})
			if !ok || !yield(string(id)) {
				return
			}
			rest = behind
		}
	}
}

// An element is a CHAP frame.
type element struct {
	id      string
	chapter Chapter
}

// arrange puts the chapters into the tag, in the order of the top-level table of
// contents or, where that does not name them all, of time: the order of frames
// means nothing. A chapter that no table lists is hidden.
func (t *tagReader) arrange() {
	listed := map[string]bool{}
	for _, c := range t.contents {
		for id := range c.ids() {
			listed[id] = true
		}
	}
	places := t.places()
	planned := !slices.ContainsFunc(t.elements, func(e element) bool { _, ok := places[e.id]; return !ok })
	slices.SortStableFunc(t.elements, func(a, b element) int {
		if planned {
			return cmp.Compare(places[a.id], places[b.id])
		}
		return cmp.Compare(a.chapter.Start, b.chapter.Start)
	})
	t.tag.Unlisted = len(t.elements) > 0 && len(t.contents) == 0
	for _, e := range t.elements {
		e.chapter.Hidden = len(t.contents) > 0 && !listed[e.id]
		t.tag.Chapters = append(t.tag.Chapters, e.chapter)
	}
}

// places numbers what the top-level table of contents lists. A table in it
// stands for what that lists.
func (t *tagReader) places() map[string]int {
	places := map[string]int{}
	tables := map[string]contents{}
	for _, c := range t.contents {
		tables[c.id] = c
	}
	var number func(c contents)
	number = func(c contents) {
		for id := range c.ids() {
			if _, seen := places[id]; seen {
				continue
			}
			places[id] = len(places)
			number(tables[id]) // of a chapter: empty
		}
	}
	if i := slices.IndexFunc(t.contents, func(c contents) bool { return c.topLevel }); i >= 0 {
		number(t.contents[i])
	}
	return places
}

package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"onair/internal/plural"
)

// A tableOfContents is a CTOC frame.
type tableOfContents struct {
	frame
	key      string // element ID
	topLevel bool
	ordered  bool
	count    int      // number of entries that the frame gives
	ids      []string // element IDs of the entries, at most count
	more     bool     // neither the end nor sub-frames follow the entries
}

// parseTableOfContents parses a CTOC frame.
func parseTableOfContents(f frame) (tableOfContents, bool) {
	id, data, ok := bytes.Cut(f.data, []byte{0})
	if !ok || len(data) < 2 {
		return tableOfContents{}, false
	}
	c := tableOfContents{frame: f, key: string(id), topLevel: data[0]&tocTopLevel != 0, ordered: data[0]&tocOrdered != 0, count: int(data[1])}
	rest := data[2:]
	for len(c.ids) < c.count {
		id, after, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			break
		}
		c.ids = append(c.ids, string(id))
		rest = after
	}
	c.more = len(bytes.Trim(rest, "\x00")) > 0 && !beginsWithFrame(rest)
	return c, true
}

// beginsWithFrame reports whether b begins with a whole frame of ID3v2.3 or 2.4.
func beginsWithFrame(b []byte) bool {
	if len(b) < frameHeaderBytes || !isFrameID(b[:4]) {
		return false
	}
	n := int64(binary.BigEndian.Uint32(b[4:]))
	if safe, ok := synchsafe(b[4:]); ok {
		n = min(n, int64(safe))
	}
	return n <= int64(len(b)-frameHeaderBytes)
}

// checkTables returns how the tables of contents contradict the chapters, or an empty
// string. It marks a chapter as hidden if no table lists it, unless the tables are
// wrong.
func (s *chapterSet) checkTables() (problem string) {
	s.hidden = make([]bool, len(s.elements))
	if len(s.tocs) == 0 || len(s.elements) == 0 {
		return ""
	}
	known := map[string]bool{}
	for _, e := range s.elements {
		known[e.key] = true
	}
	for _, c := range s.tocs {
		known[c.key] = true
	}
	for _, id := range s.unplaced {
		known[id] = true
	}
	listed := map[string]bool{}
	unknown := 0
	for _, c := range s.tocs {
		if len(c.ids) < c.count || c.more {
			return fmt.Sprintf("counts %s and names another number", plural.Count(c.count, "chapter"))
		}
		for _, id := range c.ids {
			if !known[id] {
				unknown++
			}
			listed[id] = true
		}
	}
	if s.tableListsItself() {
		return "lists itself"
	}
	unlisted := 0
	lastListed, firstUnlisted := uint32(0), uint32(noTime)
	for _, e := range s.elements {
		if listed[e.key] {
			lastListed = max(lastListed, e.start)
		} else {
			unlisted++
			firstUnlisted = min(firstUnlisted, e.start)
		}
	}
	switch {
	case unlisted == len(s.elements):
		return "lists none of the chapters"
	case unknown > 0:
		return fmt.Sprintf("lists %s that the tag does not have", plural.Count(unknown, "chapter"))
	case unlisted > 0 && len(s.tocs) == 1 && s.tocs[0].count == maxTOCEntries && firstUnlisted > lastListed:
		return fmt.Sprintf("is full with %d of %d chapters", maxTOCEntries, len(s.elements))
	case unlisted == 0 && !s.startsAscend():
		return "lists the chapters in another order than that of their starts"
	}
	for i, e := range s.elements {
		s.hidden[i] = !listed[e.key]
	}
	return ""
}

// tableListsItself reports whether a table of contents lists itself, directly or through
// other tables. An ID that a chapter has stands for the chapter.
func (s *chapterSet) tableListsItself() bool {
	tables := map[string][]string{}
	for _, c := range s.tocs {
		tables[c.key] = append(tables[c.key], c.ids...)
	}
	for _, e := range s.elements {
		delete(tables, e.key)
	}
	lists := map[string]int{} // how many entries of the remaining tables name a table
	for _, ids := range tables {
		for _, id := range ids {
			lists[id]++
		}
	}
	var free []string // tables that no remaining table lists
	for key := range tables {
		if lists[key] == 0 {
			free = append(free, key)
		}
	}
	for len(free) > 0 {
		key := free[len(free)-1]
		free = free[:len(free)-1]
		for _, id := range tables[key] {
			lists[id]--
			if _, isTable := tables[id]; isTable && lists[id] == 0 {
				free = append(free, id)
			}
		}
		delete(tables, key)
	}
	return len(tables) > 0
}

// startsAscend reports whether the chapters start in the order of the top-level table
// of contents. Where that table lists another table, the entries of the other table
// count in its place. A table without an order agrees with every order.
func (s *chapterSet) startsAscend() bool {
	top := slices.IndexFunc(s.tocs, func(c tableOfContents) bool { return c.topLevel })
	if top < 0 || slices.ContainsFunc(s.tocs, func(c tableOfContents) bool { return !c.ordered }) {
		return true
	}
	tables := map[string]tableOfContents{}
	for _, c := range s.tocs {
		tables[c.key] = c
	}
	starts := map[string]uint32{}
	for _, e := range s.elements {
		starts[e.key] = e.start
	}
	seen := map[string]bool{}
	last := uint32(0)
	var ascend func(c tableOfContents) bool
	ascend = func(c tableOfContents) bool {
		for _, id := range c.ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			if start, ok := starts[id]; ok {
				if start < last {
					return false
				}
				last = start
			}
			if !ascend(tables[id]) { // for a chapter, tables[id] is empty
				return false
			}
		}
		return true
	}
	return ascend(s.tocs[top])
}

// plain reports whether the frames can be copied one by one: no chapter frame is
// missing or without a start, the chapters are in order, no element ID is empty or occurs
// twice, and there is a table of contents that agrees with the chapters.
func (s *chapterSet) plain() bool {
	ids := map[string]bool{}
	for _, c := range s.tocs {
		ids[c.key] = true
	}
	for i, e := range s.elements {
		if ids[e.key] || e.key == "" || i > 0 && e.start < s.elements[i-1].start {
			return false
		}
		ids[e.key] = true
	}
	return !s.tableWrong && !s.repaired && len(s.unplaced) == 0 && len(s.tocs) > 0
}

// appendV23 appends the CTOC and CHAP frames of ID3v2.3 for list, the chapters that
// arrange returned. The old tables of contents are kept if keepsTables allows it. CHAP
// frames are written again with their old sub-frames.
func (s *chapterSet) appendV23(b []byte, list []Chapter) ([]byte, error) {
	var listed []string
	ids := s.elementIDs()
	for k, i := range s.order {
		if !s.hidden[i] {
			listed = append(listed, ids[k])
		}
	}
	var err error
	if s.keepsTables(ids) {
		for _, c := range s.tocs {
			if b, err = c.frame.appendV23(b); err != nil {
				return b, err
			}
		}
	} else if b, err = appendTOC(b, listed); err != nil {
		return b, err
	}
	for k, i := range s.order {
		e := s.elements[i]
		body, err := e.frame.convertSubframes(chapterTimesBytes)
		if err != nil {
			return b, err
		}
		head := append([]byte(ids[k]), 0)
		head = binary.BigEndian.AppendUint32(head, uint32(list[k].Start.Milliseconds()))
		head = binary.BigEndian.AppendUint32(head, uint32(list[k].End.Milliseconds()))
		head = binary.BigEndian.AppendUint32(head, noOffset)
		head = binary.BigEndian.AppendUint32(head, noOffset)
		if b, err = appendFrame(b, "CHAP", raw(append(head, body[len(e.key)+1+chapterTimesBytes:]...))); err != nil {
			return b, err
		}
	}
	return b, nil
}

// keepsTables reports whether the old tables of contents list the chapters under
// their new element IDs.
func (s *chapterSet) keepsTables(ids []string) bool {
	if s.tableWrong || len(s.tocs) == 0 || len(s.unplaced) > 0 || len(s.order) < len(s.elements) {
		return false
	}
	for k, i := range s.order {
		if s.elements[i].key != ids[k] {
			return false
		}
	}
	return true
}

// elementIDs returns the element IDs of the chapters to write: the old IDs if they are
// distinct and none can be the ID of a table of contents, or else new IDs.
func (s *chapterSet) elementIDs() []string {
	used := map[string]bool{"": true}
	for _, c := range s.tocs {
		used[c.key] = true
	}
	var ids []string
	for _, i := range s.order {
		id := s.elements[i].key
		if used[id] || strings.HasPrefix(id, tocID) {
			ids = nil
			for k := range s.order {
				ids = append(ids, elementID(k))
			}
			return ids
		}
		used[id] = true
		ids = append(ids, id)
	}
	return ids
}

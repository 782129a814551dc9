package forms

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onair/internal/finding"
)

// Cut is a caption that Shift removed, or a time that it moved to the place of a cut.
type Cut struct {
	Line    int
	Time    time.Duration
	Removed bool
}

// Shift shifts the times of WebVTT, SubRip, SubViewer or JSON of Podcasting 2.0 by the
// duration delta, except those before start. Nothing else changes. If delta is negative, the
// audio from start to start-delta was cut out: times in this part become start, and
// captions inside it are removed. If the file cannot be shifted, the error is a
// finding.Finding.
func Shift(src []byte, form string, o *Options, start, delta time.Duration) (out []byte, cuts []Cut, err error) {
	s, err := newSource(src, o)
	if err != nil {
		return nil, nil, err
	}
	if !utf8.Valid(src) {
		return nil, nil, s.problem(0, "save the file as UTF-8", "not UTF-8")
	}
	s.text = string(src) // with its original line ends
	m := mover{source: s, start: start, delta: delta}
	switch form {
	case "vtt", "srt", "sbv":
		m.captions(captionLines{vtt: form == "vtt", numbered: form == "srt", sbv: form == "sbv"})
	case "json":
		err = m.json()
	default:
		err = s.problem(0, "convert it first: onair transcripts convert --to vtt", "times of %s cannot be shifted", Title(form))
	}
	if err != nil {
		return nil, nil, err
	}
	return m.apply(), m.cuts, nil
}

// mover shifts times.
type mover struct {
	*source
	start, delta time.Duration
	edits        []finding.Edit
	cuts         []Cut
}

// to returns the shifted time.
func (m *mover) to(at time.Duration) time.Duration {
	if at < m.start {
		return at
	}
	return max(at+m.delta, m.start, 0)
}

// inside reports whether a caption lies inside the part that was cut out.
func (m *mover) inside(start, end time.Duration) bool {
	return m.delta < 0 && start >= m.start && end > start && end+m.delta <= m.start
}

// moved records a time that lies inside the part that was cut out.
func (m *mover) moved(at int, t time.Duration) {
	if t >= m.start && t+m.delta < m.start {
		m.cuts = append(m.cuts, Cut{Line: m.position(at).Line, Time: t})
	}
}

func (m *mover) edit(from, to int, text string) {
	m.edits = append(m.edits, finding.Edit{Start: from, End: to, Text: text})
}

func (m *mover) apply() []byte {
	slices.SortStableFunc(m.edits, func(a, b finding.Edit) int { return cmp.Compare(a.Start, b.Start) })
	var out bytes.Buffer
	at := 0
	for _, e := range m.edits {
		if e.Start < at {
			continue // the edit is in a caption that is removed
		}
		out.WriteString(m.text[at:e.Start])
		out.WriteString(e.Text)
		at = e.End
	}
	out.WriteString(m.text[at:])
	return out.Bytes()
}

// captions shifts the lines of times, and the times inside the text of WebVTT.
func (m *mover) captions(kind captionLines) {
	block := -1 // start of the current block of lines; blocks are separated by blank lines
	for at, line := range linesOf(m.text) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" {
			block = -1
			continue
		}
		if block < 0 {
			block = at
		}
		start, end, ok, timing := kind.timesOf(trimmed)
		switch {
		case timing && ok && m.inside(start, end):
			m.cuts = append(m.cuts, Cut{Line: m.position(at).Line, Time: start, Removed: true})
			m.edit(block, m.blockEnd(at), "")
		case timing && ok:
			m.clocks(at, line, 2)
			m.moved(at, start)
		case !timing && kind.vtt && strings.Contains(line, "<"):
			for from, to := range brackets(line) {
				if _, clock := parseClock(line[from+1:to], false); clock {
					m.clocks(at+from+1, line[from+1:to], 1)
				}
			}
		}
	}
}

// brackets yields the offsets of "<" and ">" of every tag of a line.
func brackets(line string) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for at := 0; ; {
			from := strings.IndexByte(line[at:], '<')
			if from < 0 {
				return
			}
			from += at
			to := strings.IndexByte(line[from:], '>')
			if to < 0 || !yield(from, from+to) {
				return
			}
			at = from + to
		}
	}
}

// blockEnd returns the offset after the block that contains a line, and after the blank
// lines below it.
func (m *mover) blockEnd(at int) int {
	blank := false
	for next, line := range linesOf(m.text[at:]) {
		if empty := strings.TrimSpace(line) == ""; empty {
			blank = true
		} else if blank {
			return at + next
		}
	}
	return len(m.text)
}

// clocks shifts the first n times of a text that starts at the given offset.
func (m *mover) clocks(at int, text string, n int) {
	isClock := func(b byte) bool { return b >= '0' && b <= '9' || b == ':' || b == '.' || b == ',' }
	for i := 0; i < len(text) && n > 0; {
		if !isClock(text[i]) {
			i++
			continue
		}
		from := i
		for i < len(text) && isClock(text[i]) {
			if text[i] == ',' && strings.Count(text[from:i], ":") == 2 && strings.Contains(text[from:i], ".") {
				break // the comma between the two times of SubViewer
			}
			i++
		}
		if d, ok := parseClock(text[from:i], true); ok {
			m.edit(at+from, at+i, likeClock(text[from:i], m.to(d)))
		}
		n--
		if i < len(text) && text[i] == ',' {
			i++
		}
	}
}

// likeClock formats a time like another one: with the same mark before the fraction and the
// same number of digits. A fraction has three digits or more.
func likeClock(like string, d time.Duration) string {
	ms := d.Milliseconds()
	digits, mark := 0, byte('.')
	if n := strings.LastIndexAny(like, ".,"); n >= 0 {
		digits, mark = len(like)-n-1, like[n]
	} else if strings.Count(like, ":") == 3 {
		digits, mark = 3, ':'
	}
	hours, minutes, seconds := ms/3600000, ms/60000%60, ms/1000%60
	var out string
	if colons := strings.Count(like, ":"); colons > 1 || hours > 0 {
		width := 2
		if colons > 1 {
			width = strings.IndexByte(like, ':')
		}
		out = fmt.Sprintf("%0*d:%02d:%02d", width, hours, minutes, seconds)
	} else {
		out = fmt.Sprintf("%02d:%02d", minutes, seconds)
	}
	if digits == 0 && ms%1000 == 0 {
		return out
	}
	digits = max(digits, 3)
	return out + string(mark) + fmt.Sprintf("%03d", ms%1000) + strings.Repeat("0", digits-3)
}

// json shifts the segments of JSON of Podcasting 2.0, and the words in them.
func (m *mover) json() error {
	t, err := parseJSON(m.text)
	if err != nil {
		return m.problem(0, "", "%v", err)
	}
	list := t.member(t.root(), "segments")
	if t.kind(list) != '[' || t.kind(t.member(firstOf(t, list), "startTime")) == 0 {
		return m.problem(0, "convert it first: onair transcripts convert --to json", "JSON that is not that of Podcasting 2.0 cannot be shifted")
	}
	for v, end := list+1, t.next(list); v < end; v = t.next(v) {
		start, _, startOK := t.time(t.member(v, "startTime"), time.Second)
		stop, stops, _ := t.time(t.member(v, "endTime"), time.Second)
		if at := int(t.nodes[v].at); startOK && stops && m.inside(start, stop) {
			m.cuts = append(m.cuts, Cut{Line: m.position(at).Line, Time: start, Removed: true})
			m.removeElement(t, v, end)
			continue
		} else if startOK {
			m.moved(at, start)
		}
		m.members(t, v)
	}
	return nil
}

// firstOf returns the first element of an array, or none if it is empty.
func firstOf(t *tape, list ref) ref {
	if t.next(list) == list+1 {
		return none
	}
	return list + 1
}

// members shifts the times in an object and in the objects inside it.
func (m *mover) members(t *tape, v ref) {
	switch t.kind(v) {
	case '[':
		for e, end := v+1, t.next(v); e < end; e = t.next(e) {
			m.members(t, e)
		}
	case '{':
		for name, end := v+1, t.next(v); name < end; name = t.next(name + 1) {
			value := name + 1
			if key := t.string(name); key != "startTime" && key != "endTime" {
				m.members(t, value)
				continue
			}
			if d, set, ok := t.time(value, time.Second); ok && set && m.to(d) != d {
				n := &t.nodes[value]
				text := t.raw(value)
				if strings.Contains(text, ":") {
					m.edit(int(n.at)+1, int(n.link)-1, likeClock(text[1:len(text)-1], m.to(d)))
					continue
				}
				quote := strings.Repeat(`"`, strings.Count(text, `"`)/2)
				m.edit(int(n.at), int(n.link), quote+seconds(m.to(d))+quote)
			}
		}
	}
}

// seconds formats a time as a number of seconds.
func seconds(d time.Duration) string {
	text := fmt.Sprintf("%d.%03d", d.Milliseconds()/1000, d.Milliseconds()%1000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// removeElement removes an element of an array, and the comma next to it.
func (m *mover) removeElement(t *tape, v, end ref) {
	from := int(t.nodes[v].at)
	if next := t.next(v); next < end {
		m.edit(from, int(t.nodes[next].at), "")
		return
	}
	to := t.endOf(v)
	if before := strings.TrimRight(m.text[:from], " \t\r\n"); strings.HasSuffix(before, ",") {
		from = len(before) - 1
		for n := len(m.edits); n > 0 && m.edits[n-1].Text == "" && m.edits[n-1].End > from; n = len(m.edits) {
			from = min(from, m.edits[n-1].Start) // merge with the removal of the elements before it
			m.edits = m.edits[:n-1]
			if before := strings.TrimRight(m.text[:from], " \t\r\n"); strings.HasSuffix(before, ",") {
				from = len(before) - 1
			}
		}
	}
	m.edit(from, to, "")
}

// endOf returns the offset of the end of a value.
func (t *tape) endOf(v ref) int {
	n := &t.nodes[v]
	if k := t.kind(v); k != '{' && k != '[' {
		return int(n.link)
	}
	last := t.next(v) - 1
	if last == v {
		return int(n.at) + strings.IndexAny(t.text[n.at:], "}]") + 1
	}
	var at int
	if k := t.kind(last); k == '{' || k == '[' {
		at = int(t.nodes[last].at) + 1
	} else {
		at = int(t.nodes[last].link)
	}
	// Only closing brackets follow the last value inside v. Find the bracket that closes
	// v.
	depth := 0
	for p := v; p <= last; p++ {
		if k := t.kind(p); (k == '{' || k == '[') && t.next(p) == t.next(v) {
			depth++
		}
	}
	for depth > 0 {
		at += strings.IndexAny(t.text[at:], "}]") + 1
		depth--
	}
	return at
}

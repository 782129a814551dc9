package transcripts

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"onair/internal/finding"
)

// formatRules are the rules whose fix changes only the spelling of a transcript,
// not what Parse reads from it.
var formatRules = func() map[string]bool {
	ids := map[string]bool{}
	for _, r := range []*finding.Rule{
		ruleUnbolded, ruleLabel, ruleSpace, ruleBlankLine, ruleInside, ruleName, ruleStamp, ruleMinutes, ruleUnescaped,
		ruleBrackets, ruleUnclear, ruleEntity, ruleSpaces,
	} {
		ids[r.ID] = true
	}
	return ids
}()

// passes limits how often a text is edited, because one edit may make another necessary.
const passes = 4

// Format returns a transcript in canonical Markdown. Labels, stamps and known tags get
// their canonical form, blocks are separated by one blank line, lines end with LF and
// without spaces, and &#39;, &quot; and &amp; outside code become the characters they stand
// for. Words, links, code, HTML and front matter do not change.
//
// Parse reads the same from the result as from src, and formatting the result again changes
// nothing. If that is impossible, which has been seen only with generated text, Format
// returns src.
func Format(src []byte, opts *Options) []byte {
	if opts == nil {
		opts = &Options{}
	}
	f := parse(src, opts)
	out := formatEdits(f, opts).apply(f.src)
	if bytes.Equal(out, f.src) {
		return out
	}
	// Keep only one tree at a time, because a tree is ten times as large as its file.
	reading := f.reading(opts)
	for range passes - 1 {
		f = parse(out, opts)
		out = formatEdits(f, opts).apply(f.src)
		if bytes.Equal(out, f.src) {
			if f.reading(opts) == reading {
				return out
			}
			break
		}
	}
	return src
}

// formatEdits returns the edits that give a file its canonical spelling: the fixes
// of formatRules, and edits that choose one of several correct spellings.
func formatEdits(f *file, opts *Options) *editList {
	edits := newEditList(f)
	r := &report{file: f, opts: &LintOptions{Options: *opts}, edits: edits}
	r.run([]func(*report){lintLabels, lintEntities, lintLayout})
	spellMarks(f, opts.Fraction, edits)
	spellRanges(f, edits)
	spellGaps(f, edits)
	return edits
}

// spellMarks adds edits that write every mark in its canonical form.
func spellMarks(f *file, fraction Fraction, edits *editList) {
	for i := range f.marks {
		m := &f.marks[i]
		if e := f.edit(m.at, m.at+m.size, m.spelled(fraction)); string(f.src[e.Start:e.End]) != e.Text {
			edits.add(e)
		}
	}
}

// spellRanges adds edits for the spaces and words around the stamps of pauses.
func spellRanges(f *file, edits *editList) {
	for i := range f.turns {
		turn := &f.turns[i]
		if !turn.pause || turn.line < 0 {
			continue
		}
		at, between := int(turn.label.rest), " "
		for j := turn.stamps.from(); j < turn.stamps.to(); j++ {
			m := &f.marks[j]
			edits.add(f.changes(f.edit(at, m.at, between))...)
			at, between = m.at+m.size, " to "
		}
		edits.add(f.changes(f.edit(at, int(turn.text), ""))...)
	}
}

// spellGaps adds edits that put a blank line before every block that lacks one.
func spellGaps(f *file, edits *editList) {
	code := findVerbatim(f)
	for i := range f.blocks {
		b := &f.blocks[i]
		if !b.alone || b.under || b.line == 0 || f.blank(int(b.line)-1) {
			continue
		}
		if from := f.lines[b.line-1].to(); !code.has(from) {
			edits.add(f.edit(from, f.lines[b.line].from(), "\n\n"))
		}
	}
}

// editList is a list of edits without pointers, which takes half the memory of a
// []finding.Edit. A long transcript may need millions of edits.
type editList struct {
	edits []edit
	text  []byte // the texts of all edits
}

// edit replaces a span of the source by a span of the text of the list.
type edit struct{ old, text span }

// newEditList returns an empty list. Its capacity is the number of labels and marks with
// faults, each of which usually takes one edit.
func newEditList(f *file) *editList {
	n := 0
	for i := range f.turns {
		if f.turns[i].label.fault != noFault {
			n++
		}
	}
	for i := range f.marks {
		if f.marks[i].faults != 0 {
			n++
		}
	}
	const usual = 4 // bytes of text
	return &editList{edits: make([]edit, 0, n), text: make([]byte, 0, n*usual)}
}

func (l *editList) add(edits ...finding.Edit) {
	for _, e := range edits {
		from := len(l.text)
		l.text = append(l.text, e.Text...)
		l.edits = append(l.edits, edit{newSpan(e.Start, e.End), newSpan(from, len(l.text))})
	}
}

// apply returns src after the edits. Of edits that overlap, only the first is made.
func (l *editList) apply(src []byte) []byte {
	if len(l.edits) == 0 {
		return src
	}
	slices.SortStableFunc(l.edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.old.start, b.old.start), cmp.Compare(a.old.end, b.old.end))
	})
	out := make([]byte, 0, len(src)+len(l.text))
	at, last := 0, span{-1, -1}
	for _, e := range l.edits {
		if e.old.from() < at || e.old == last {
			continue
		}
		out = append(append(out, src[at:e.old.from()]...), l.text[e.text.from():e.text.to()]...)
		at, last = e.old.to(), e.old
	}
	return append(out, src[at:]...)
}

// reading returns a digest of the content of the transcript: everything but the
// positions in the source. Blocks are rendered a thousand at a time.
func (f *file) reading(opts *Options) [sha256.Size]byte {
	const many = 1000
	a := f.newAssembler(opts)
	defer renderers.Put(a.out)
	sum := sha256.New()
	var b []byte
	for rest := f.turns; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].blocks.to()-rest[0].blocks.from() <= many {
			n++
		}
		a.all = slices.Grow(a.all, rest[n-1].blocks.to()-rest[0].blocks.from()) // a.all must not move while turns hold slices of it
		for i := range n {
			a.addTurn(&rest[i])
		}
		a.finish()
		b = appendReading(b[:0], a.t.Turns)
		sum.Write(b)
		a.flush()
		rest = rest[n:] // the rest begins with a label
	}
	sum.Write(strconv.AppendBool(nil, f.clips))
	return [sha256.Size]byte(sum.Sum(nil))
}

// appendReading appends the content of turns. The length of each text precedes it.
func appendReading(b []byte, turns []Turn) []byte {
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	mark := func(m *Mark) {
		text(m.Note)
		b = binary.AppendVarint(binary.AppendUvarint(b, uint64(m.Offset)), int64(m.Time))
		b = strconv.AppendBool(b, m.Timed)
	}
	for i := range turns {
		t := &turns[i]
		text(t.Speaker)
		b = strconv.AppendBool(b, t.Pause)
		for _, m := range []*Mark{t.Stamp, t.Until} {
			if b = strconv.AppendBool(b, m != nil); m != nil {
				mark(m)
			}
		}
		b = binary.AppendUvarint(b, uint64(len(t.Blocks)))
		for j := range t.Blocks {
			block := &t.Blocks[j]
			text(block.Text)
			text(block.HTML)
			b = binary.AppendUvarint(b, uint64(len(block.parts)))
			for _, part := range block.parts {
				b = binary.AppendUvarint(b, uint64(part))
			}
			b = binary.AppendUvarint(b, uint64(len(block.Marks)))
			for k := range block.Marks {
				mark(&block.Marks[k])
			}
		}
	}
	return b
}

// WriteMarkdown writes a transcript in canonical Markdown: speakers, words, stamps
// and notes. Format does not change the result, and Parse reads the same
// transcript from it. Emphasis, links and lists are not written; Format keeps
// them.
func WriteMarkdown(w io.Writer, t *Transcript) error {
	_, err := w.Write(Format(appendMarkdown(nil, t.Turns), nil))
	return err
}

// appendMarkdown appends turns in Markdown.
func appendMarkdown(dst []byte, turns []Turn) []byte {
	const usual = 48 // bytes of a label, a stamp and line ends
	size := 0
	for i := range turns {
		for j := range turns[i].Blocks {
			size += len(turns[i].Blocks[j].Text) + usual
		}
	}
	dst = slices.Grow(dst, size)
	var block []byte
	for i := range turns {
		t := &turns[i]
		if len(dst) > 0 {
			dst = append(dst, '\n')
		}
		label := len(dst)
		if t.Speaker != "" || t.Pause {
			dst = append(appendEscapes(append(dst, "**"...), t.Speaker), ":**"...)
			label = len(dst)
		}
		if t.Pause {
			dst = appendPauseRange(dst, t)
		}
		for j := range t.Blocks {
			block = t.Blocks[j].appendMarkdown(block[:0])
			for line := range bytes.SplitSeq(bytes.TrimSpace(block), []byte("\n")) {
				switch {
				case len(line) == 0:
					continue
				case len(dst) > label:
					dst = append(dst, '\n')
					dst = appendParagraph(dst, line)
				case label > 0 && dst[label-1] == '*':
					dst = append(append(dst, ' '), line...)
				default:
					dst = appendParagraph(dst, line)
				}
				dst = append(dst, '\n')
			}
		}
		if len(dst) == label && label > 0 && dst[label-1] != '\n' {
			dst = append(dst, '\n')
		}
	}
	return dst
}

func appendPauseRange(dst []byte, t *Turn) []byte {
	if t.Stamp != nil {
		dst = appendMark(append(dst, ' '), t.Stamp)
	}
	if t.Stamp != nil && t.Until != nil {
		dst = appendMark(append(dst, " to "...), t.Until)
	}
	return append(dst, '\n')
}

// appendMark appends a stamp or note. A fraction gets three digits, because the meaning of
// two digits depends on a setting.
func appendMark(dst []byte, m *Mark) []byte {
	dst = append(append(dst, `\[`...), m.Note...)
	if m.Timed {
		d := m.Time.Round(time.Millisecond)
		if m.Note != "" {
			dst = append(dst, ' ')
		}
		switch {
		case d%time.Second != 0:
			dst = appendCaptionTime(dst, d, '.')
		case d < time.Hour && m.Note == "":
			dst = appendPadded(dst, int64(d/time.Minute), 2)
			dst = appendPadded(append(dst, ':'), int64(d/time.Second%60), 2)
		default:
			dst = appendCaptionTime(dst, d, '.')
			dst = dst[:len(dst)-len(".000")]
		}
	}
	return append(dst, `\]`...)
}

// appendMarkdown appends the text of a block with its marks to out, which must be empty.
// Every part starts a line.
func (b *Block) appendMarkdown(out []byte) []byte {
	at, parts := 0, b.parts
	copyTo := func(to int) {
		for ; len(parts) > 0 && parts[0] <= to; parts = parts[1:] {
			out = append(appendEscapes(out, b.Text[at:parts[0]-1]), '\n')
			at = parts[0]
		}
		out = appendEscapes(out, b.Text[at:to])
		at = to
	}
	for i := range b.Marks {
		m := &b.Marks[i]
		copyTo(m.Offset)
		if n := len(out); n > 0 && out[n-1] != ' ' && out[n-1] != '\n' && (i > 0 && b.Marks[i-1].Offset == m.Offset || !opensWord([]byte(b.Text[:at]))) {
			out = append(out, ' ')
		}
		out = appendMark(out, m)
		if at < len(b.Text) && (at == 0 || b.Text[at-1] == ' ') {
			out = append(out, ' ')
		}
	}
	copyTo(len(b.Text))
	return out
}

// appendEscapes appends a text, and escapes the characters that have a meaning inside a
// line of Markdown. Square brackets become \[ and \], as around a note.
func appendEscapes(dst []byte, text string) []byte {
	first := firstEscape(text)
	dst = append(dst, text[:first]...)
	index := false // inside spoken brackets, or directly after them
	for i := first; i < len(text); i++ {
		switch c := text[i]; c {
		case '\\', '`', '*', '<':
			dst = append(dst, '\\')
		case '[':
			before, _ := utf8.DecodeLastRuneInString(text[:i])
			if index = (isWord(before) || index && before == ']') && !opensSound(text[i:]); !index {
				dst = append(dst, '\\')
			}
		case ']':
			if !index {
				dst = append(dst, '\\')
			}
			index = index && i+1 < len(text) && (text[i+1] == '[' || text[i+1] == '(')
		case '(':
			if index && text[i-1] == ']' { // not a link
				dst = append(dst, '\\')
			}
		case '_':
			before, _ := utf8.DecodeLastRuneInString(text[:i])
			after, _ := utf8.DecodeRuneInString(text[i+1:])
			if !isWord(before) || !isWord(after) {
				dst = append(dst, '\\')
			}
		case '&':
			if _, n := entity([]byte(text[i:min(len(text), i+40)])); n > 0 {
				dst = append(dst, '\\')
			}
		}
		dst = append(dst, text[i])
	}
	return dst
}

// opensSound reports whether a text opens with a sound in brackets.
func opensSound(text string) bool {
	inner, _, ok := strings.Cut(text[1:], "]")
	return ok && isSound([]byte(inner))
}

// firstEscape returns the offset of the first character that appendEscapes may escape.
func firstEscape(text string) int {
	for i := range len(text) {
		if special[text[i]] || text[i] == ']' {
			return i
		}
	}
	return len(text)
}

// appendParagraph appends the first line of a paragraph, escaped so that it starts neither
// another block, such as a list, nor a label without bold.
func appendParagraph(dst, line []byte) []byte {
	digits := len(line) - len(bytes.TrimLeft(line, "0123456789"))
	switch {
	case strings.IndexByte("#>-+~=", line[0]) >= 0:
		dst = append(dst, '\\')
	case digits > 0 && digits+1 < len(line) && (line[digits] == ':' || (line[digits] == '.' || line[digits] == ')') && line[digits+1] == ' '):
		dst = append(append(dst, line[:digits]...), '\\')
		line = line[digits:]
	}
	colon := bytes.IndexByte(line[:min(len(line), 4*maxName)], ':')
	if colon > 0 && (colon+1 == len(line) || unicode.IsSpace(rune(line[colon+1])) || touchesWords(line[:colon], line[colon+1:])) && line[colon-1] != '\\' {
		dst = append(append(dst, line[:colon]...), '\\')
		line = line[colon:]
	}
	return append(dst, line...)
}

package transcripts

import (
	"bytes"
	"slices"
)

// formatted are the rules whose repair changes the spelling of a transcript and
// nothing that is read from it. The empty rule stands for what can be written
// in several right ways.
var formatted = map[string]bool{
	"": true, "T002": true, "T003": true, "T004": true, "T005": true, "T006": true, "T007": true, "T012": true,
	"T013": true, "T017": true, "T018": true, "T019": true, "T022": true, "T026": true,
}

// passes bounds how often a text is edited: an edit may uncover what hid the
// need for another.
const passes = 4

// Format writes a transcript as the grammar spells it. Labels, stamps and known
// tags get their one form, blocks are one blank line apart, lines end with LF
// and nothing before it, and &#39;, &quot; and &amp; outside of code become the
// characters they stand for. All else stays byte for byte: words, links, code,
// HTML, front matter.
//
// What is read from the result is what was read from src, and formatting it
// again changes nothing. Where that cannot be had, which no text written by
// people has shown yet, src is returned as it is.
func Format(src []byte, opts *Options) []byte {
	first := draft(unixLines(src), opts)
	last := first
	for range passes {
		out := apply(last.src, last.edits, func(rule string) bool { return formatted[rule] })
		if bytes.Equal(out, last.src) {
			if last == first || sameReading(first.t, last.t) {
				return out
			}
			break
		}
		last = draft(out, opts)
	}
	return src
}

// draft reads a source for its edits.
func draft(src []byte, opts *Options) *parser {
	p := newParser(src, opts)
	p.editing = true
	p.read()
	return p
}

// unixLines ends all lines with LF.
func unixLines(src []byte) []byte {
	if bytes.IndexByte(src, '\r') < 0 {
		return src
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
}

// withoutLoneReturns ends with LF the lines that end with CR alone. Every offset
// stays what it was.
func withoutLoneReturns(src []byte) []byte {
	src = bytes.Clone(src)
	for i, c := range src {
		if c == '\r' && (i+1 == len(src) || src[i+1] != '\n') {
			src[i] = '\n'
		}
	}
	return src
}

// sameReading reports whether two transcripts say the same, wherever it stands
// in their sources.
func sameReading(a, b *Transcript) bool {
	return a.Clips == b.Clips && slices.EqualFunc(a.Turns, b.Turns, func(a, b Turn) bool {
		return a.Speaker == b.Speaker && a.Pause == b.Pause && sameMark(a.Stamp, b.Stamp) && sameMark(a.Until, b.Until) &&
			slices.EqualFunc(a.Blocks, b.Blocks, sameBlock)
	})
}

func sameBlock(a, b Block) bool {
	return a.Text == b.Text && a.HTML == b.HTML && slices.Equal(a.parts, b.parts) &&
		slices.EqualFunc(a.Marks, b.Marks, func(a, b Mark) bool { return sameMark(&a, &b) })
}

func sameMark(a, b *Mark) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Offset == b.Offset && a.Note == b.Note && a.Time == b.Time && a.Timed == b.Timed
}

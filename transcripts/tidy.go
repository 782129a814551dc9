package transcripts

import (
	"bytes"
	"slices"
)

// blockStart is the line in which a block starts.
type blockStart struct {
	line  int
	label bool
}

// begins notes that a block starts in a line.
func (p *parser) begins(line int, label bool) {
	if p.linting || p.editing {
		p.starts = append(p.starts, blockStart{line, label})
	}
}

// holdsCode reports whether a list or quotation may contain code, in which
// white space means something: a fence, or an indentation of four.
func (p *parser) holdsCode(s span) bool {
	if !p.linting && !p.editing {
		return false
	}
	text := p.src[s.from:s.to]
	for _, code := range []string{"```", "~~~", "    ", "\t"} {
		if bytes.Contains(text, []byte(code)) {
			return true
		}
	}
	return false
}

// keepSpaces notes a stretch of the source in which white space means something.
func (p *parser) keepSpaces(s span) {
	if p.linting || p.editing {
		p.verbatim = append(p.verbatim, s)
	}
}

// checkWrap reports a line that goes on with the paragraph above.
func (p *parser) checkWrap(line int) {
	before := p.lines[line-1]
	if !p.linting || bytes.HasSuffix(p.line(line-1), []byte(`\`)) {
		return
	}
	s := p.line(line)
	indent := len(s) - len(bytes.TrimLeft(s, " \t"))
	p.report("T027", p.lines[line].from, "one line a paragraph (--fix --unwrap joins them)", "paragraph over several lines")
	p.mend(before.to, p.lines[line].from+indent, " ")
}

// tidyLines looks at everything between the blocks: blank lines, the ends of
// lines, the end of the file.
func (p *parser) tidyLines() {
	slices.SortFunc(p.verbatim, func(a, b span) int { return a.from - b.from })
	p.checkLineEnds()
	last := p.first - 1
	starts := p.starts
	for i := p.first; i < len(p.lines); i++ {
		if p.blank(i) {
			continue
		}
		var start blockStart
		begins := len(starts) > 0 && starts[0].line == i
		if begins {
			start, starts = starts[0], starts[1:]
		}
		p.checkGap(last, i, begins, start.label)
		p.checkSpaces(i)
		last = i
	}
	p.checkEnd(last)
}

// checkLineEnds reports a byte order mark and line ends other than LF, once.
func (p *parser) checkLineEnds() {
	const hint = "save the file with LF line ends and without a byte order mark"
	if bytes.HasPrefix(p.src, []byte("\ufeff")) {
		p.report("T026", 0, hint, "byte order mark")
		p.mend(0, len("\ufeff"), "")
	}
	if p.returned >= 0 {
		p.report("T026", p.returned, hint, "line end that is not LF")
		p.mend(p.returned, p.returned, "") // done for the whole file at once
	}
}

// checkGap looks at the blank lines between two lines with text.
func (p *parser) checkGap(last, line int, begins, label bool) {
	blanks := line - last - 1
	if last < 0 {
		if blanks > 0 {
			p.report("T026", p.lines[0].from, "remove them", "blank lines at the top")
			p.mend(p.lines[0].from, p.lines[line].from, "")
		}
		return
	}
	from, to := p.lines[last].to, p.lines[line].from
	switch {
	case blanks == 0 && !begins || p.isVerbatim(from):
	case blanks == 0 && label:
		p.edit("T005", from, to, "\n\n")
	case blanks == 0:
		p.edit("", from, to, "\n\n")
	case blanks > 1:
		p.report("T026", p.lines[last+2].from, "leave one", "more than one blank line")
		p.mend(from, to, "\n\n")
	case p.lines[last+1].to > p.lines[last+1].from:
		p.report("T026", p.lines[last+1].from, "remove them", "spaces on a blank line")
		p.mend(from, to, "\n\n")
	}
}

// checkSpaces looks for spaces at the end of a line, and for several in a row.
func (p *parser) checkSpaces(line int) {
	s := p.line(line)
	trimmed := bytes.TrimRight(s, " \t")
	end := p.lines[line].from + len(trimmed)
	if p.isVerbatim(p.lines[line].from) && p.isVerbatim(end) {
		return
	}
	// Behind a backslash a space is shown, at the end of a line or not.
	if len(trimmed) < len(s) && !p.isVerbatim(end) && !bytes.HasSuffix(trimmed, []byte(`\`)) {
		p.report("T026", end, "remove them", "spaces at the end of the line")
		p.mend(end, p.lines[line].to, "")
	}
	text := bytes.TrimLeft(trimmed, " \t")
	at := bytes.Index(text, []byte("  "))
	if at > 0 && !bytes.HasSuffix(text[:at], []byte(":**")) && bytes.IndexByte(text, '`') < 0 {
		p.report("T026", end-len(text)+at, "one is enough", "several spaces in a row")
	}
}

// checkEnd looks at what follows the last line with text.
func (p *parser) checkEnd(last int) {
	if last < 0 {
		if len(p.lines) > 0 {
			p.report("T026", p.lines[0].from, "remove them", "blank lines and nothing else")
			p.mend(0, len(p.src), "")
		}
		return
	}
	from := p.lines[last].to
	switch {
	case from == len(p.src):
		p.report("T026", from, "end the last line", "no line end at the end of the file")
	case last < len(p.lines)-1:
		p.report("T026", p.lines[last+1].from, "remove them", "blank lines at the end")
	default:
		p.edit("T026", from, len(p.src), "\n")
		return
	}
	p.mend(from, len(p.src), "\n")
}

// isVerbatim reports whether white space at an offset means something. Offsets
// are asked for in order.
func (p *parser) isVerbatim(at int) bool {
	for len(p.verbatim) > 0 && p.verbatim[0].to <= at {
		p.verbatim = p.verbatim[1:]
	}
	return len(p.verbatim) > 0 && p.verbatim[0].from <= at
}

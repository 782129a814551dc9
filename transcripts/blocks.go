package transcripts

import "bytes"

// Kinds of block, told by the first line.
const (
	paragraph = iota
	quotation
	list
	heading
	fence
	divider
)

// maxNesting is how many quotation and list marks may open one line. More is
// no text anybody wrote, and would cost a parser dearly.
const maxNesting = 16

// blockKind says what starts in line i, as CommonMark would, but for what
// speech contains by accident: "2009. August 13th" opens no list.
func (p *parser) blockKind(i int) int {
	s := bytes.TrimLeft(p.line(i), " \t")
	if len(s) == 0 {
		return paragraph
	}
	switch s[0] {
	case '>':
		if nesting(s) <= maxNesting {
			return quotation
		}
	case '#':
		n := len(s) - len(bytes.TrimLeft(s, "#"))
		if n <= 6 && n < len(s) && s[n] == ' ' {
			return heading
		}
	case '`', '~':
		if p.fenceEnd(i) > 0 {
			return fence
		}
	case '*', '-', '_', '+', '\\':
		if isDivider(s) {
			return divider
		}
		if listMark(s) > 0 && nesting(s) <= maxNesting {
			return list
		}
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if listMark(s) > 0 && nesting(s) <= maxNesting && p.isNumbered(i, s) {
			return list
		}
	}
	return paragraph
}

// listMark returns the length of "- ", "* ", "+ ", "1. " or "1) " at the start
// of a line, or 0.
func listMark(s []byte) int {
	n := 1
	if s[0] >= '0' && s[0] <= '9' {
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n > 9 || n == len(s) || s[n] != '.' && s[n] != ')' {
			return 0
		}
		n++
	} else if s[0] != '-' && s[0] != '*' && s[0] != '+' {
		return 0
	}
	if n < len(s) && s[n] == ' ' {
		return n + 1
	}
	return 0
}

// isNumbered tells a numbered list from a sentence that starts with a number:
// a list starts at 0 or 1, or has a second item and no year for a number.
func (p *parser) isNumbered(i int, s []byte) bool {
	mark := listMark(s)
	if s[0] == '0' || mark == len("1. ") && s[0] == '1' {
		return true
	}
	if p.para != (span{}) {
		return false // only "1." interrupts a paragraph
	}
	for next := i + 1; next < min(i+4, len(p.lines)) && mark <= len("999. "); next++ {
		s := bytes.TrimLeft(p.line(next), " \t")
		if len(s) > 0 && s[0] >= '0' && s[0] <= '9' && listMark(s) > 0 {
			return true
		}
	}
	at := p.lines[i].to - len(s)
	p.report("T024", at, `escape the dot: "\."`, "paragraph starts like a list")
	p.mend(at+mark-len(". "), at+mark-len(". "), `\`)
	return false
}

// nesting counts the quotation and list marks that open a line.
func nesting(s []byte) int {
	n := 0
	for len(s) > 0 && n <= maxNesting {
		mark := 0
		if s[0] == '>' {
			mark = 1
		} else {
			mark = listMark(s)
		}
		if mark == 0 {
			break
		}
		n++
		s = bytes.TrimLeft(s[mark:], " \t")
	}
	return n
}

// isDivider reports whether a line is three or more stars, dashes or
// underscores, escaped or not.
func isDivider(s []byte) bool {
	n := 0
	var mark byte
	for _, b := range s {
		switch {
		case b == ' ' || b == '\t' || b == '\\':
		case (b == '*' || b == '-' || b == '_') && (mark == 0 || b == mark):
			mark = b
			n++
		default:
			return false
		}
	}
	return n >= 3
}

// otherBlock renders the block of another kind than a paragraph that starts in
// line i, and returns the line behind it.
func (p *parser) otherBlock(i, kind int) int {
	end := i + 1
	switch kind {
	case divider:
		p.begins(i, false)
		p.addDivider(i)
		return end
	case fence:
		end = p.fenceEnd(i)
	case quotation:
		end = p.proseEnd(i)
	case list:
		end = p.listEnd(i)
	}
	p.begins(i, false)
	block := span{p.lines[i].from, p.lines[end-1].to}
	if kind == fence || p.holdsCode(block) {
		p.keepSpaces(block)
	}
	p.addOther(block)
	return end
}

// proseEnd returns the first line from i+1 on that is blank or a label.
func (p *parser) proseEnd(i int) int {
	for i++; i < len(p.lines) && !p.blank(i); i++ {
		if _, ok := p.label(i); ok {
			break
		}
	}
	return i
}

// listEnd is proseEnd, over blank lines where the list goes on behind them:
// with an indented line or another item.
func (p *parser) listEnd(i int) int {
	for {
		end := p.proseEnd(i)
		next := end
		for next < len(p.lines) && p.blank(next) {
			next++
		}
		if next == end || next == len(p.lines) {
			return end
		}
		s := p.line(next)
		trimmed := bytes.TrimLeft(s, " \t")
		indented := len(s)-len(trimmed) >= 2
		mark := listMark(trimmed)
		item := mark > 0 && mark <= len("999. ")
		if _, ok := p.label(next); ok || !indented && !item || isDivider(trimmed) {
			return end
		}
		i = next
	}
}

// fenced is a fence of code that was looked for and has no end up to a line.
type fenced struct{ length, until int }

// fenceEnd returns the line behind the code fence that opens in line i, or 0
// where none opens or nothing closes it before the next label. What is known
// not to close is not searched again.
func (p *parser) fenceEnd(i int) int {
	s := bytes.TrimLeft(p.line(i), " \t")
	mark := s[0]
	length := len(s) - len(bytes.TrimLeft(s, string(mark)))
	if length < 3 || mark == '`' && bytes.IndexByte(s[length:], '`') >= 0 {
		return 0
	}
	known := &p.noFence[0]
	if mark == '~' {
		known = &p.noFence[1]
	}
	if i < known.until && length >= known.length {
		return 0
	}
	end := i + 1
	for ; end < len(p.lines); end++ {
		s := bytes.TrimSpace(p.line(end))
		if len(s) >= length && len(bytes.Trim(s, string(mark))) == 0 {
			return end + 1
		}
		if l, ok := p.labels[end]; ok && !l.bare {
			break
		}
	}
	*known = fenced{length, end}
	return 0
}

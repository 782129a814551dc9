package transcripts

import "bytes"

// blockKind is the kind of a block, which its first line decides.
type blockKind uint8

const (
	paragraph blockKind = iota
	quotation
	list
	heading
	fence
	divider
)

// maxNesting is how many quotation and list marks may open one line. Nobody
// writes more, and reading them would take too long.
const maxNesting = 16

// blockKind returns what starts in line i, as CommonMark would, but for what
// speech contains by accident: "2009. August 13th" opens no list.
func (p *parser) blockKind(i int) blockKind {
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
		if looksNumbered(s) && p.isNumbered(i, s) {
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

// looksNumbered reports whether a line starts like an item of a numbered list.
func looksNumbered(s []byte) bool {
	return s[0] >= '0' && s[0] <= '9' && listMark(s) > 0 && nesting(s) <= maxNesting
}

// isNumbered distinguishes a numbered list from a sentence that starts with a
// number: a list starts at 0 or 1, or has a second item and no year for a number.
func (p *parser) isNumbered(i int, s []byte) bool {
	mark := listMark(s)
	if s[0] == '0' || mark == len("1. ") && s[0] == '1' {
		return true
	}
	if p.para.span != (span{}) {
		return false // only "1." interrupts a paragraph
	}
	for next := i + 1; next < min(i+4, len(p.lines)) && mark <= len("999. "); next++ {
		s := bytes.TrimLeft(p.line(next), " \t")
		if len(s) > 0 && s[0] >= '0' && s[0] <= '9' && listMark(s) > 0 {
			return true
		}
	}
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

// otherBlock reads the block of another kind than a paragraph that starts in
// line i, and returns the line after it.
func (p *parser) otherBlock(i int, kind blockKind) int {
	end := i + 1
	switch kind {
	case fence:
		end = p.fenceEnd(i)
	case quotation:
		end = p.proseEnd(i)
	case list:
		end = p.listEnd(i)
	}
	p.addBlock(blockNode{kind: kind, line: i, alone: true, span: span{p.lines[i].from, p.lines[end-1].to}})
	return end
}

// proseEnd returns the first line from i+1 on that is blank or a label.
func (p *parser) proseEnd(i int) int {
	for i++; i < len(p.lines) && !p.blank(i); i++ {
		if _, ok := p.labels.at(i, !p.opened); ok {
			break
		}
	}
	return i
}

// listEnd is proseEnd, continued over blank lines if an indented line or
// another item follows them.
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
		if _, ok := p.labels.at(next, !p.opened); ok || !indented && !item || isDivider(trimmed) {
			return end
		}
		i = next
	}
}

// fenced is a code fence without an end: no line before until closes a fence
// of that length or longer.
type fenced struct{ length, until int }

// fenceEnd returns the line after the code fence that opens in line i, or 0 if
// none opens or nothing closes it before the next label. What is known not to
// close is not searched again.
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
		if p.labels.isBold(end) {
			break
		}
	}
	*known = fenced{length, end}
	return 0
}

package transcripts

import (
	"bytes"
	"strings"
)

// Parse reads a transcript. It never fails. Findings lists what is wrong or was
// read leniently.
func Parse(src []byte, opts *Options) *Transcript {
	if opts == nil {
		opts = &Options{}
	}
	r := newReport(src, &LintOptions{Options: *opts})
	if opts.CountOnly {
		return r.text
	}
	r.run(readerRules)
	return r.finish()
}

// parser makes the tree of a transcript.
type parser struct {
	*file
	labels  labelReader
	inline  inlineReader
	noFence [2]fenced // fences of ` and of ~ that are known to stay open

	para   blockNode // paragraph being collected; its span is empty if no paragraph is open
	alone  int       // line after a label that stands alone
	opened bool      // words or a label were read
}

// parse makes the tree of a source.
func parse(src []byte, opts *Options) *file {
	f := newFile(src)
	f.frontMatter()
	p := parser{file: f, alone: -1}
	p.inline.file, p.inline.leadStamp = f, -1
	p.labels = newLabelReader(f, opts)
	p.turns = make([]turnNode, 1, len(p.labels.bold)+2)
	p.turns[0] = turnNode{label: new(label), line: -1}
	p.blocks = make([]blockNode, 0, max(len(p.lines)/2, len(p.labels.bold))+2)
	p.marks = make([]markNode, 0, min(bytes.Count(f.src, []byte("[")), len(p.lines)))
	p.inlines = make([]inlineNode, 0, cap(p.blocks)+2*cap(p.marks)) // a mark has text before it, after it, or both
	p.readTurns()
	return f
}

// readTurns reads the lines after the front matter.
func (p *parser) readTurns() {
	for i := p.body; i < len(p.lines); {
		if p.blank(i) {
			p.endParagraph()
			i++
			continue
		}
		if l, ok := p.labels.at(i, !p.opened); ok {
			p.startTurn(i, l)
			i++
			continue
		}
		if kind := p.blockKind(i); kind != paragraph {
			p.endParagraph()
			i = p.otherBlock(i, kind)
			continue
		}
		if p.para.span == (span{}) {
			p.para = blockNode{kind: paragraph, line: int32(i), alone: true, under: p.alone == i}
			p.para.span.start = p.lines[i].start
		}
		p.para.span.end = p.lines[i].end
		i++
	}
	p.endParagraph()
}

// startTurn opens the turn of a label and begins its first paragraph with the
// text after the label.
func (p *parser) startTurn(line int, l *label) {
	p.endParagraph()
	turn := p.openTurn(l, line)
	p.inline.colonStamp, p.inline.leadStamp = int(l.stamp), -1
	if l.fault == stampBeforeLabel {
		p.inline.leadStamp = int(l.stamp)
	}
	if turn.pause {
		p.readRange(turn)
	}
	if len(bytes.TrimSpace(p.src[turn.text:l.end])) == 0 {
		p.alone = line + 1
		return
	}
	p.para = blockNode{kind: paragraph, line: int32(line), span: span{turn.text, l.end}}
}

// openTurn appends the turn of a label.
func (p *parser) openTurn(l *label, line int) *turnNode {
	p.opened = true
	turn := turnNode{label: l, labelled: true, line: int32(line), text: l.rest}
	turn.speaker = p.labels.speaker(l)
	turn.pause = p.labels.isPause(turn.speaker)
	turn.blocks = newSpan(len(p.blocks), len(p.blocks))
	p.turns = append(p.turns, turn)
	return &p.turns[len(p.turns)-1]
}

// readRange reads the stamps after the label of a pause.
func (p *parser) readRange(turn *turnNode) {
	from := int(turn.label.rest)
	var stamps [2]markNode
	n, end := scanRange(p.src[from:turn.label.end], &stamps)
	turn.stamps = newSpan(len(p.marks), len(p.marks)+n)
	for i := range n {
		stamps[i].at += from
		p.marks = append(p.marks, stamps[i])
	}
	turn.text = int32(from + end)
}

// endParagraph appends the collected paragraph, and splits it before labels inside it.
func (p *parser) endParagraph() {
	para := p.para
	p.para = blockNode{}
	for to := para.span.to(); para.span.from() < to; {
		l, at, ok := p.labelInside(newSpan(para.span.from(), to))
		if !ok {
			p.addBlock(para)
			return
		}
		para.span.end = int32(at)
		p.addBlock(para)
		p.openTurn(&l, -1)
		para = blockNode{kind: paragraph, line: para.line, span: span{l.rest, int32(to)}}
	}
}

// labelInside finds a label without a line break before it: a known name in bold
// after the end of a sentence.
func (p *parser) labelInside(para span) (l label, at int, ok bool) {
	from := para.from()
	for {
		n := bytes.Index(p.src[from:para.to()], []byte(":**"))
		if n < 0 {
			return l, 0, false
		}
		at = bytes.LastIndex(p.src[from:from+n], []byte("**"))
		if at >= 0 {
			at += from
			before := bytes.TrimRight(p.src[para.from():at], " \n")
			l, ok = p.labels.scan(at, para.to())
			if ok && l.fault == noFault && p.labels.isKnown(l.name) && closesSentence(before) {
				l.fault = insideParagraph
				return l, at, true
			}
		}
		from += n + len(":**")
	}
}

func closesSentence(s []byte) bool {
	return len(s) > 0 && strings.IndexByte(`.?!"')]`, s[len(s)-1]) >= 0 ||
		bytes.HasSuffix(s, []byte("…")) || bytes.HasSuffix(s, []byte("”"))
}

// addBlock reads the content of a block and appends the block to the last turn.
func (p *parser) addBlock(b blockNode) {
	text := bytes.TrimSpace(p.src[b.span.from():b.span.to()])
	if len(text) == 0 {
		return
	}
	b.at = b.span.start + int32(bytes.Index(p.src[b.span.from():b.span.to()], text))
	b.inlines.start = int32(len(p.inlines))
	switch b.kind {
	case paragraph:
		p.inline.readParagraph(span{b.at, b.at + int32(len(text))})
	case divider:
		b.at = b.span.start
		p.inlines = append(p.inlines, inlineNode{kind: rule})
	default:
		b.at = b.span.end - int32(len(bytes.TrimLeft(p.src[b.span.from():b.span.to()], " \t")))
		p.inline.readBlock(span{b.at, b.span.end})
	}
	b.inlines.end = int32(len(p.inlines))
	p.blocks = append(p.blocks, b)
	p.turns[len(p.turns)-1].blocks.end = int32(len(p.blocks))
	if !p.opened {
		p.opened = p.hasWords(&b)
	}
}

// blockKind is the kind of a block. The first line of a block determines it.
type blockKind uint8

const (
	paragraph blockKind = iota
	quotation
	list
	heading
	fence
	divider
)

// maxNesting is the maximum number of quotation and list marks at the start of a
// line. The Markdown parser takes too long for many more.
const maxNesting = 16

// blockKind returns what starts in line i. Unlike in CommonMark, "2009. August 13th" does
// not start a list.
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

// isNumbered distinguishes a numbered list from a sentence that starts with a number: a
// list starts at 0 or 1, or it has a second item and its first number is not a year.
func (p *parser) isNumbered(i int, s []byte) bool {
	mark := listMark(s)
	if s[0] == '0' || mark == len("1. ") && s[0] == '1' {
		return true
	}
	if p.para.span != (span{}) {
		return false // a list with another number cannot interrupt a paragraph
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

// otherBlock reads the block that starts in line i and is not a paragraph. It
// returns the line after it.
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
	p.addBlock(blockNode{kind: kind, line: int32(i), alone: true, span: newSpan(p.lines[i].from(), p.lines[end-1].to())})
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

// listEnd is like proseEnd, but continues over blank lines that an indented line
// or another item follows.
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

// fenced is a code fence that is never closed: no line before end closes a fence of this or
// a greater length.
type fenced struct{ length, end int }

// fenceEnd returns the line after the code fence that opens in line i, or 0 if no fence
// opens there or nothing closes it before the next label. It records unclosed fences, so
// that it need not search for their end again.
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
	if i < known.end && length >= known.length {
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

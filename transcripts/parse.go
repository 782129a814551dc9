package transcripts

import (
	"bytes"
	"strings"
)

// Parse reads a transcript. It never fails: what it can make sense of it reads,
// and what is wrong or was read leniently is in Findings.
func Parse(src []byte, opts *Options) *Transcript {
	if opts == nil {
		opts = &Options{}
	}
	r := newReport(src, &LintOptions{Options: *opts})
	r.run(readerRules)
	return r.finish()
}

// parser makes the tree of a transcript.
type parser struct {
	*file
	labels  labelReader
	inline  inlineReader
	noFence [2]fenced // fences known to stay open

	para   blockNode // paragraph being collected; its span is empty if there is none
	alone  int       // line after a label that stands alone
	opened bool      // something is said, or a label was read
}

// parse makes the tree of a source.
func parse(src []byte, opts *Options) *file {
	f := newFile(src)
	f.frontMatter()
	p := parser{file: f, alone: -1}
	p.inline.file = f
	p.labels = newLabelReader(f, opts)
	p.turns = append(p.turns, turnNode{line: -1})
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
			p.startTurn(i, &l)
			i++
			continue
		}
		if kind := p.blockKind(i); kind != paragraph {
			p.endParagraph()
			i = p.otherBlock(i, kind)
			continue
		}
		if p.para.span == (span{}) {
			p.para = blockNode{kind: paragraph, line: i, alone: true, under: p.alone == i}
			p.para.span.from = p.lines[i].from
		}
		p.para.span.to = p.lines[i].to
		i++
	}
	p.endParagraph()
}

// startTurn opens the turn of a label and begins its first paragraph with the
// text after the label.
func (p *parser) startTurn(line int, l *label) {
	p.endParagraph()
	turn := p.openTurn(l, line)
	if turn.pause {
		p.readRange(turn)
	}
	if len(bytes.TrimSpace(p.src[turn.text:l.end])) == 0 {
		p.alone = line + 1
		return
	}
	p.para = blockNode{kind: paragraph, line: line, span: span{turn.text, l.end}}
}

// openTurn appends the turn of a label.
func (p *parser) openTurn(l *label, line int) *turnNode {
	p.opened = true
	turn := turnNode{labelled: true, line: line, text: l.rest}
	turn.speaker = p.labels.speaker(l)
	turn.pause = p.labels.isPause(turn.speaker)
	turn.label = *l
	turn.blocks = span{len(p.blocks), len(p.blocks)}
	p.turns = append(p.turns, turn)
	return &p.turns[len(p.turns)-1]
}

// readRange reads the stamps after the label of a pause.
func (p *parser) readRange(turn *turnNode) {
	from := turn.label.rest
	var stamps [2]markNode
	n, end := scanRange(p.src[from:turn.label.end], &stamps)
	turn.stamps = span{len(p.marks), len(p.marks) + n}
	for i := range n {
		stamps[i].at += from
		p.marks = append(p.marks, stamps[i])
	}
	turn.text = from + end
}

// endParagraph appends the paragraph collected so far, in pieces if labels
// stand inside it.
func (p *parser) endParagraph() {
	para := p.para
	p.para = blockNode{}
	for to := para.span.to; para.span.from < to; {
		l, at, ok := p.labelInside(span{para.span.from, to})
		if !ok {
			p.addBlock(para)
			return
		}
		para.span.to = at
		p.addBlock(para)
		p.openTurn(&l, -1)
		para = blockNode{kind: paragraph, line: para.line, span: span{l.rest, to}}
	}
}

// labelInside finds a label that lost its line break: a known name in bold
// after the end of a sentence.
func (p *parser) labelInside(para span) (l label, at int, ok bool) {
	from := para.from
	for {
		n := bytes.Index(p.src[from:para.to], []byte(":**"))
		if n < 0 {
			return l, 0, false
		}
		at = bytes.LastIndex(p.src[from:from+n], []byte("**"))
		if at >= 0 {
			at += from
			before := bytes.TrimRight(p.src[para.from:at], " \n")
			l, ok = p.labels.scan(at, para.to)
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

// addBlock reads what is in a block and appends it to the turn above.
func (p *parser) addBlock(b blockNode) {
	text := bytes.TrimSpace(p.src[b.span.from:b.span.to])
	if len(text) == 0 {
		return
	}
	b.at = b.span.from + bytes.Index(p.src[b.span.from:b.span.to], text)
	b.inlines.from = len(p.inlines)
	switch b.kind {
	case paragraph:
		p.inline.readParagraph(span{b.at, b.at + len(text)})
	case divider:
		b.at = b.span.from
		p.inlines = append(p.inlines, inlineNode{kind: rule})
	default:
		b.at = b.span.to - len(bytes.TrimLeft(p.src[b.span.from:b.span.to], " \t"))
		p.inline.readBlock(span{b.at, b.span.to})
	}
	b.inlines.to = len(p.inlines)
	p.blocks = append(p.blocks, b)
	p.turns[len(p.turns)-1].blocks.to = len(p.blocks)
	if !p.opened {
		p.opened = p.hasWords(&b)
	}
}

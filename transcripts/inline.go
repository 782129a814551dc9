package transcripts

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"
)

// special are the bytes at which ordinary text ends: escapes, entities, and
// what only the Markdown parser understands.
var special = [256]bool{'\\': true, '&': true, '[': true, '*': true, '_': true, '`': true, '<': true}

// addParagraph renders one paragraph into the current turn.
func (p *parser) addParagraph(s span) {
	text := bytes.TrimSpace(p.src[s.from:s.to])
	if len(text) == 0 {
		return
	}
	s.from += bytes.Index(p.src[s.from:s.to], text)
	s.to = s.from + len(text)
	p.addBlock(s.from, func() {
		p.out.blockTag("<p>")
		if !p.plainText(s) {
			p.markdown(s, inlineParser)
		}
		p.out.tag("</p>")
	})
}

// addOther renders a list, quotation, heading or fence.
func (p *parser) addOther(s span) {
	s.from += len(p.src[s.from:s.to]) - len(bytes.TrimLeft(p.src[s.from:s.to], " \t"))
	p.addBlock(s.from, func() { p.markdown(s, blockParser) })
}

// addDivider shows a line of stars or dashes. It belongs to the turn above;
// before the first there is nothing to divide.
func (p *parser) addDivider(line int) {
	if p.turn() != nil {
		p.addBlock(p.lines[line].from, func() { p.out.tag("<hr>") })
	}
}

// addBlock lets draw render a block and appends it to the turn it belongs to.
// A block in which nothing is left to show is not kept.
func (p *parser) addBlock(at int, draw func()) {
	r := &p.out
	r.begin()
	from := len(r.html)
	draw()
	r.end()
	if r.brackets != 0 && p.linting {
		p.report("T018", r.bracket, `close the note: \[laughs\]`, "brackets do not match")
	}
	block := Block{Marks: r.marks, parts: r.parts}
	block.Line, block.Column = p.place(at)
	if string(r.html[from:]) == "<p></p>" {
		r.html = r.html[:from]
		return
	}
	if turn := p.turn(); len(r.text) == r.start && (turn == nil || turn.Pause) {
		p.carry(at, block.Marks)
		r.html = r.html[:from]
		return
	}
	turn := p.ensureTurn(at)
	if len(p.carried) > 0 {
		block.Marks = append(p.carried, block.Marks...)
		p.carried = nil
	}
	p.texts = append(p.texts, span{r.start, len(r.text)})
	p.htmls = append(p.htmls, span{from, len(r.html)})
	turn.Blocks = append(turn.Blocks, block)
}

// carry keeps the marks of a block that has no words, before the first label
// or behind a pause, for the turn that follows.
func (p *parser) carry(at int, marks []Mark) {
	if p.turn() == nil && len(marks) > 0 {
		p.report("T001", at, "move it behind the label", "stamp or tag before the first label")
		p.lone = lone{at: at, finding: len(p.t.Findings) - 1, movable: len(marks) == 1 && len(p.carried) == 0}
	}
	p.carried = append(p.carried, marks...)
}

// lone is a stamp or tag that stands before the first label.
type lone struct {
	at      int // where it starts
	finding int // that reports it
	movable bool
}

// moveLone moves it behind the label of the first turn, unless something of
// its kind is there.
func (p *parser) moveLone(l *label) {
	text := bytes.TrimLeft(p.src[l.rest:l.end], " ")
	if p.turn() != nil || !p.lone.movable || bytes.HasPrefix(text, []byte("[")) || bytes.HasPrefix(text, []byte(`\[`)) {
		return
	}
	p.t.Findings[p.lone.finding].Fixable = true
	p.edit("T001", l.rest, l.rest, " "+string(bytes.TrimSpace(p.src[p.lone.at:l.from])))
	p.edit("T001", p.lone.at, l.from, "")
}

// plainText renders a paragraph that holds nothing but words, escapes,
// entities and marks, which is nearly every one. It gives up, and leaves no
// trace, where the Markdown parser is needed.
func (p *parser) plainText(s span) bool {
	r := &p.out
	before, findings, edits := *r, len(p.t.Findings), len(p.edits)
	for i := s.from; i < s.to; {
		run := i
		for i < s.to && !special[p.src[i]] {
			i++
		}
		p.write(run, i)
		if i == s.to {
			break
		}
		n := 0
		switch p.src[i] {
		case '\\', '[':
			n = p.bracket(i, s.to)
		case '&':
			n = p.escape(i, s.to)
		}
		if n == 0 {
			text, html := r.text[:len(before.text)], r.html[:len(before.html)]
			*r = before
			r.text, r.html = text, html
			p.t.Findings, p.edits = p.t.Findings[:findings], p.edits[:edits]
			return false
		}
		i += n
	}
	return true
}

// bracket renders the mark or the escape at src[i] and returns its length, or
// 0 for a bracket that may be a link.
func (p *parser) bracket(i, to int) int {
	if m, ok := scanMark(p.src[:to], i); ok {
		p.addMark(&m)
		return m.size
	}
	if p.src[i] == '[' {
		return 0
	}
	return p.escape(i, to)
}

// escape renders the backslash escape or the entity at src[i], or the
// character itself where it is neither, and returns the length.
func (p *parser) escape(i, to int) int {
	s := p.src[i:to]
	if s[0] == '\\' {
		if len(s) > 1 && util.IsPunct(s[1]) {
			p.out.countBracket(s[1], i)
			p.out.write(s[1:2])
			return 2
		}
		if len(s) > 1 && (s[1] == '\n' || s[1] == '\r') {
			return 1 // a line break of Markdown
		}
	} else if text, n := entity(s); n > 0 {
		p.checkEntity(i, n, text)
		p.out.write(text)
		return n
	}
	p.out.write(s[:1])
	return 1
}

// literal renders Markdown text in which only escapes and entities are left.
func (p *parser) literal(from, to int) {
	for i := from; i < to; {
		run := i
		for i < to && p.src[i] != '\\' && p.src[i] != '&' {
			i++
		}
		p.write(run, i)
		if i < to {
			i += p.escape(i, to)
		}
	}
}

// entity reads the character reference s starts with. n is 0 for a plain
// ampersand.
func entity(s []byte) (text []byte, n int) {
	const longest = 33 // &CounterClockwiseContourIntegral;
	end := bytes.IndexByte(s[:min(len(s), longest)], ';')
	if end < 2 {
		return nil, 0
	}
	name := string(s[1:end])
	if name[0] != '#' {
		if e, ok := util.LookUpHTML5EntityByName(name); ok {
			return e.Characters, end + 1
		}
		return nil, 0
	}
	digits, base := name[1:], 10
	if len(digits) > 1 && (digits[0] == 'x' || digits[0] == 'X') {
		digits, base = digits[1:], 16
	}
	c, err := strconv.ParseUint(digits, base, 32)
	if err != nil || len(digits) > 7 {
		return nil, 0
	}
	if c > unicode.MaxRune || c == 0 {
		c = utf8.RuneError
	}
	return utf8.AppendRune(nil, rune(c)), end + 1
}

// name returns a label's name as text. Names repeat, so equal ones share memory.
func (p *parser) name(raw []byte) string {
	if name, ok := p.known[string(raw)]; ok && name == string(raw) {
		return name
	}
	var plain renderer
	plain.grow(len(raw))
	sub := parser{src: raw, out: plain, t: &Transcript{}, opts: p.opts}
	sub.literal(0, len(raw))
	return string(sub.out.text)
}

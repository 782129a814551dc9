package transcripts

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parser reads one file. It works on the bytes of the source, so that every
// offset is a place to report.
type parser struct {
	src      []byte
	returned int // where the first CR is; -1: nowhere
	lines    []span
	labels   map[int]label     // bold labels, by line
	known    map[string]string // labels that are names → the name to show
	pauses   []string
	opts     *Options
	out      renderer
	t        *Transcript

	texts, htmls []span    // of each block in out, until all are rendered
	carried      []Mark    // stamps before the first label, for the first turn
	para         span      // paragraph being collected; empty: none
	last         string    // who spoke before the pause
	noFence      [2]fenced // fences known to stay open

	editing  bool   // note edits, and leave out what only a reader needs
	linting  bool   // look at the rules that only Lint knows
	style    *Style // note what it spells otherwise
	edits    []edit
	starts   []blockStart
	verbatim []span // where white space means something
	first    int    // line behind the front matter
	alone    int    // line behind a label with nothing behind it
	lone     lone
}

// Parse reads a transcript. It never fails: what it can make sense of it
// reads, and what is wrong or was read leniently is in Findings.
func Parse(src []byte, opts *Options) *Transcript {
	p := newParser(unixLines(src), opts) // no edit is made, so offsets may move
	p.read()
	return p.t
}

func newParser(src []byte, opts *Options) *parser {
	if opts == nil {
		opts = &Options{}
	}
	returned := bytes.IndexByte(src, '\r')
	if returned >= 0 {
		src = withoutLoneReturns(src)
	}
	p := &parser{
		src:      src,
		returned: returned,
		opts:     opts,
		t:        &Transcript{},
		alone:    -1,
		labels:   map[int]label{},
		known:    map[string]string{},
		pauses:   append([]string{"Break", "Jingle", "Intro", "Outro"}, opts.Pauses...),
	}
	p.out.grow(len(src))
	return p
}

func (p *parser) read() {
	p.splitLines()
	p.checkEncoding()
	p.first = p.frontMatter()
	p.learnNames(p.first)
	p.turns(p.first)
	p.finish()
}

// learnNames finds the bold labels of the file and the names of the registry,
// so that labels without bold can be told from ordinary text. What looks like
// a name and starts three paragraphs is one too.
func (p *parser) learnNames(first int) {
	const often = 3
	counts := map[string]int{}
	for i := first; i < len(p.lines); i++ {
		l, ok := p.scanLabel(p.lines[i].from, p.lines[i].to)
		if !ok {
			if name, rest, _, ok := p.splitUnbolded(i); ok && rest < p.lines[i].to && looksLikeName(name) {
				if counts[string(name)]++; counts[string(name)] == often {
					p.known[string(name)] = string(name)
				}
			}
			continue
		}
		p.labels[i] = l
		if !l.bare && !l.lost && l.name != "" {
			p.known[l.name] = l.name
		}
	}
	for _, person := range p.opts.People {
		for _, alias := range person.Aliases {
			p.known[alias] = clean([]byte(person.Name))
		}
	}
	for _, person := range p.opts.People { // a name wins over another's alias
		p.known[person.Name] = clean([]byte(person.Name))
	}
}

// turns reads the lines from first on.
func (p *parser) turns(first int) {
	for i := first; i < len(p.lines); {
		if p.blank(i) {
			p.endParagraph()
			i++
			continue
		}
		if l, ok := p.label(i); ok {
			p.startTurn(i, &l)
			i++
			continue
		}
		if kind := p.blockKind(i); kind != paragraph {
			p.endParagraph()
			i = p.otherBlock(i, kind)
			continue
		}
		if p.para == (span{}) {
			p.para.from = p.lines[i].from
			p.checkIndent(i)
			p.checkLost(i)
			if p.alone != i {
				p.begins(i, false)
			}
		} else {
			p.checkWrap(i)
		}
		p.para.to = p.lines[i].to
		i++
	}
	p.endParagraph()
}

// checkIndent reports a paragraph that Markdown would show as code.
func (p *parser) checkIndent(i int) {
	s := p.line(i)
	if indent := len(s) - len(bytes.TrimLeft(s, " ")); indent >= 4 || s[0] == '\t' {
		p.report("T024", p.lines[i].from, "remove the spaces", "paragraph indented like code")
		p.mend(p.lines[i].from, p.lines[i].from+len(s)-len(bytes.TrimLeft(s, " \t")), "")
	}
}

// checkLost reports a paragraph in front of which a name got lost: "3:Yes." or
// ":** Yes."
func (p *parser) checkLost(i int) {
	s := bytes.TrimLeft(p.line(i), " \t")
	digits := len(s) - len(bytes.TrimLeft(s, "0123456789"))
	next, _ := utf8.DecodeRune(s[min(len(s), digits+1):])
	lost := digits > 0 && digits <= 2 && digits < len(s) && s[digits] == ':' && unicode.IsLetter(next)
	if lost || bytes.HasPrefix(s, []byte(":**")) {
		p.report("T003", p.lines[i].to-len(s), "say who speaks: **Name:**", "malformed label")
	}
}

// label returns the label that line i starts with.
func (p *parser) label(i int) (label, bool) {
	l, ok := p.labels[i]
	if ok && l.bare {
		_, ok = p.known[l.name]
		ok = ok || p.isPause(l.name)
	}
	if ok {
		return l, true
	}
	return p.scanUnbolded(i)
}

// startTurn opens the turn of a label and begins its first paragraph with the
// text behind the label.
func (p *parser) startTurn(line int, l *label) {
	if line > 0 && !p.blank(line-1) {
		p.report("T005", l.at, "put a blank line before it", "no blank line before a label")
		p.mend(l.from, l.from, "") // done with all blank lines
	}
	p.endParagraph()
	p.begins(line, true)
	p.moveLone(l)
	p.openTurn(l)
	p.checkSpace(l)
	if turn := p.turn(); turn.Pause {
		l.rest = p.pauseRange(turn, l)
	}
	if len(bytes.TrimSpace(p.src[l.rest:l.end])) == 0 {
		p.alone = line + 1
		return
	}
	p.para = span{l.rest, l.end}
}

// checkSpace reports a label that is not one space away from its text.
func (p *parser) checkSpace(l *label) {
	text := p.src[l.rest:l.end]
	spaces := len(text) - len(bytes.TrimLeft(text, " \t"))
	if spaces < len(bytes.TrimRight(text, " \t")) && string(text[:spaces]) != " " {
		p.report("T004", l.rest, "put one space", "not exactly one space after a label")
		p.mend(l.rest, l.rest+spaces, " ")
	}
}

// openTurn appends the turn of a label and reports what is odd about the label.
func (p *parser) openTurn(l *label) {
	p.checkEmpty()
	name := p.speaker(l)
	p.reportLabel(l)
	p.checkOdd(l.named.from, l.named.to)
	line, column := p.place(l.at)
	turn := Turn{Speaker: name, Pause: p.isPause(name), Line: line, Column: column}
	if !turn.Pause {
		if name != l.name {
			p.report("T009", l.at, "write **"+name+":**", "%s is another label of %s", l.name, name)
			if spelled := escapeName(name); spelled != "" {
				p.mend(l.named.from, l.named.to, spelled)
			}
		}
		p.last = name
	}
	p.t.Turns = append(p.t.Turns, turn)
}

// turn returns the turn being read, or nil before the first.
func (p *parser) turn() *Turn {
	if len(p.t.Turns) == 0 {
		return nil
	}
	return &p.t.Turns[len(p.t.Turns)-1]
}

// checkEmpty reports the turn above when it has a label and nothing else.
func (p *parser) checkEmpty() {
	if turn := p.turn(); turn != nil && !turn.Pause && len(turn.Blocks) == 0 {
		line, column := turn.Line, turn.Column
		p.t.Findings.Warnf("T008", p.position(line, column), "remove the label or add what was said", "%s says nothing", turn.Speaker)
	}
}

// pauseRange reads the stamps behind the label of a pause and returns where
// they end.
func (p *parser) pauseRange(turn *Turn, l *label) int {
	var stamps [2]rawMark
	n, end := scanRange(p.src[l.rest:l.end], &stamps)
	at := l.rest
	for i := range n {
		stamps[i].at += l.rest
		m := p.mark(&stamps[i])
		between := " "
		if i == 0 {
			turn.Stamp = &m
		} else {
			turn.Until, between = &m, " to "
		}
		p.edit("", at, stamps[i].at, between)
		at = stamps[i].at + stamps[i].size
	}
	p.edit("", at, l.rest+end, "")
	return l.rest + end
}

// ensureTurn opens a turn for text that no label introduces: before the first
// label, or after a pause.
func (p *parser) ensureTurn(at int) *Turn {
	turn := p.turn()
	if turn != nil && !turn.Pause {
		return turn
	}
	if turn == nil {
		p.report("T001", at, "say who speaks: **Name:**", "text before the first label")
	} else {
		p.report("T011", at, "give the text a label of its own", "text after the pause %s without a label", turn.Speaker)
	}
	line, column := p.place(at)
	p.t.Turns = append(p.t.Turns, Turn{Speaker: p.last, Line: line, Column: column})
	return p.turn()
}

// endParagraph renders the paragraph collected so far, in pieces where labels
// stand in the middle of it.
func (p *parser) endParagraph() {
	para := p.para
	p.para = span{}
	for para.from < para.to {
		l, at, ok := p.labelInside(para)
		if !ok {
			p.addParagraph(para)
			return
		}
		p.addParagraph(span{para.from, at})
		p.openTurn(&l)
		para.from = l.rest
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
			before := bytes.TrimRight(p.src[para.from:at], " \n\r")
			l, ok = p.scanLabel(at, para.to)
			if _, named := p.known[l.name]; ok && named && !l.bare && l.rule == "" && closesSentence(before) {
				l.rule, l.problem = "T006", "label inside a paragraph"
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

// finish turns what was collected into the transcript.
func (p *parser) finish() {
	p.checkEmpty()
	text, html := string(p.out.text), string(p.out.html)
	n := 0
	for i := range p.t.Turns {
		turn := &p.t.Turns[i]
		for j := range turn.Blocks {
			b := &turn.Blocks[j]
			b.Text = text[p.texts[n].from:p.texts[n].to]
			b.HTML = html[p.htmls[n].from:p.htmls[n].to]
			n++
		}
		if turn.Stamp == nil && len(turn.Blocks) > 0 && len(turn.Blocks[0].Marks) > 0 {
			if m := &turn.Blocks[0].Marks[0]; m.stamp() && m.Offset == 0 {
				turn.Stamp = m
			}
		}
	}
	if p.linting || p.editing {
		p.tidyLines()
	}
	if !p.editing {
		identify(p.t.Turns)
		p.checkOrder()
		p.t.Findings.Sort()
	}
}

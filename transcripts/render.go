package transcripts

import (
	"bytes"
	"html"
	"strconv"
	"sync"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// transcript renders the tree, and records the outcome of each block.
func (f *file) transcript(opts *Options) *Transcript {
	a := f.newAssembler(opts)
	defer renderers.Put(a.out)
	a.out.reserve(f)
	a.t.Turns = make([]Turn, 0, len(f.turns)+1)
	a.all = make([]Block, 0, len(f.blocks))
	a.places = make([]rendered, 0, len(f.blocks))
	for i := range f.turns {
		a.addTurn(&f.turns[i])
	}
	a.finish()
	a.t.Fractions = f.countFractions()
	return a.t
}

// hasWords reports whether a block contains spoken words.
func (f *file) hasWords(b *blockNode) bool {
	var out renderer
	out.render(f, f.inlines[b.inlines.from():b.inlines.to()])
	return len(out.text) > 0
}

// countFractions counts the fractions of stamps that have two digits.
func (f *file) countFractions() (n Fractions) {
	for i := range f.marks {
		if m := &f.marks[i]; m.timed && len(m.stamp.fraction) == 2 {
			n.TwoDigit++
			if m.stamp.fraction[0] > '2' {
				n.Above29++
			}
		}
	}
	return n
}

// mark converts a mark of the tree to a Mark.
func (f *file) mark(m *markNode, fraction Fraction) Mark {
	out := Mark{Note: noteText(m.words), Timed: m.timed}
	out.Line, out.Column = f.place(m.at)
	if m.timed {
		out.Time, _ = m.stamp.duration(fraction)
	}
	return out
}

// assembler makes a transcript of rendered turns and blocks.
type assembler struct {
	*file
	t       *Transcript
	out     *renderer
	all     []Block    // blocks of all turns
	first   int        // index of the first block of the last turn
	places  []rendered // where each block is in the renderings
	carried []Mark     // marks that go to the turn below
	last    string     // speaker of the last turn that is not a pause
}

// rendered has the places of a block in the two renderings of the file.
type rendered struct{ text, html span }

func (f *file) newAssembler(opts *Options) *assembler {
	a := &assembler{file: f, t: &Transcript{Clips: f.clips, Machine: f.machine > 0}, out: renderers.Get().(*renderer)}
	*a.out = renderer{text: a.out.text[:0], html: a.out.html[:0], fraction: opts.Fraction}
	return a
}

// flush drops the finished turns. The next turn must have a label.
func (a *assembler) flush() {
	a.t.Turns, a.all, a.places, a.first = nil, a.all[:0], a.places[:0], 0
	a.out.text, a.out.html, a.out.marks = a.out.text[:0], a.out.html[:0], nil
}

// addTurn renders a turn of the tree.
func (a *assembler) addTurn(n *turnNode) {
	if n.labelled {
		turn := Turn{Speaker: n.speaker, Pause: n.pause}
		turn.Line, turn.Column = a.place(int(n.label.at))
		for i := n.stamps.from(); i < n.stamps.to(); i++ {
			m := a.mark(&a.marks[i], a.out.fraction)
			if i == n.stamps.from() {
				turn.Stamp = &m
			} else {
				turn.Until = &m
			}
		}
		if !n.pause {
			a.last = n.speaker
		}
		a.openTurn(turn)
	}
	for i := n.blocks.from(); i < n.blocks.to(); i++ {
		a.addBlock(&a.blocks[i])
	}
}

func (a *assembler) openTurn(turn Turn) {
	a.closeTurn()
	a.t.Turns = append(a.t.Turns, turn)
}

// closeTurn assigns the pending blocks to the last turn.
func (a *assembler) closeTurn() {
	if n := len(a.all); n > a.first {
		a.t.Turns[len(a.t.Turns)-1].Blocks = a.all[a.first:n:n]
		a.first = n
	}
}

// turn returns the last turn, or nil before the first.
func (a *assembler) turn() *Turn {
	if len(a.t.Turns) == 0 {
		return nil
	}
	return &a.t.Turns[len(a.t.Turns)-1]
}

// addBlock renders a block and appends it to its turn. It drops a block that shows
// nothing, and a heading or divider before the first turn.
func (a *assembler) addBlock(n *blockNode) {
	r := a.out
	turn := a.turn()
	if turn == nil && (n.kind == divider || n.kind == heading) {
		n.outcome = dropped
		return
	}
	from, hidden := len(r.html), r.hidden
	r.begin()
	if n.kind == paragraph {
		r.blockTag("<p>")
	}
	r.render(a.file, a.inlines[n.inlines.from():n.inlines.to()])
	if n.kind == paragraph {
		r.tag("</p>")
	}
	r.end()
	n.hidden = r.hidden != hidden
	marks := r.blockMarks()
	n.marks = int32(len(marks))
	if string(r.html[from:]) == "<p></p>" {
		n.outcome = dropped
		r.html = r.html[:from]
		return
	}
	if turn == nil || turn.Pause {
		if len(r.text) == r.start {
			n.outcome = carried
			a.carried = append(a.carried, marks...)
			r.html = r.html[:from]
			return
		}
		n.outcome = opensTurn
		turn := Turn{Speaker: a.last}
		turn.Line, turn.Column = a.place(int(n.at))
		a.openTurn(turn)
	}
	block := Block{Marks: marks, parts: r.parts}
	block.Line, block.Column = a.place(int(n.at))
	if len(a.carried) > 0 {
		block.Marks = append(a.carried, marks...)
		a.carried = nil
	}
	a.places = append(a.places, rendered{newSpan(r.start, len(r.text)), newSpan(from, len(r.html))})
	a.all = append(a.all, block)
}

// finish sets the text of each block and the stamp of each turn that opens with one.
func (a *assembler) finish() {
	a.closeTurn()
	text, html := string(a.out.text), string(a.out.html)
	for i, p := range a.places {
		a.all[i].Text = text[p.text.from():p.text.to()]
		a.all[i].HTML = html[p.html.from():p.html.to()]
	}
	for i := range a.t.Turns {
		turn := &a.t.Turns[i]
		if turn.Stamp == nil && len(turn.Blocks) > 0 && len(turn.Blocks[0].Marks) > 0 {
			if m := &turn.Blocks[0].Marks[0]; m.stamp() && m.Offset == 0 {
				turn.Stamp = m
			}
		}
	}
}

// renderer renders blocks in two forms: the spoken words, and safe HTML. Each form of all
// blocks is in one buffer. Both have folded white space and no control characters, because
// the source may be untrusted.
type renderer struct {
	text, html []byte
	fraction   Fraction
	marks      []Mark // of all blocks
	parts      []int  // of the current block
	start      int    // where the current block starts in text
	firstMark  int    // where the current block starts in marks
	open       int    // index of the first mark whose offset is still unknown
	hidden     int    // number of removed characters and of no-break spaces

	gap, htmlGap bool // white space is due before the next character
	glued        bool // a mark touches the next character
	hugged       bool // a mark touches an opening bracket or quote before it
	part         bool // the next word begins a part
	htmlStart    int  // end of the last tag of a block; white space at this offset has no meaning
}

// renderers is a pool of renderers, which reuses their buffers.
var renderers = sync.Pool{New: func() any { return new(renderer) }}

// reserve grows the buffers for a file.
func (r *renderer) reserve(f *file) {
	if cap(r.text) < len(f.src) {
		r.text = make([]byte, 0, len(f.src))
		r.html = make([]byte, 0, len(f.src)+len(f.src)/4)
	}
	if n := len(f.marks) + len(f.images); n > 0 {
		r.marks = make([]Mark, 0, n)
	}
}

// begin starts a block.
func (r *renderer) begin() {
	r.start, r.firstMark, r.open = len(r.text), len(r.marks), len(r.marks)
	r.parts = nil
	r.gap, r.htmlGap, r.glued, r.hugged, r.part = false, false, false, false, false
}

// end finishes the block. Marks after the last word are placed at its end.
func (r *renderer) end() {
	for ; r.open < len(r.marks); r.open++ {
		r.marks[r.open].Offset = len(r.text) - r.start
	}
}

// blockMarks returns the marks of the block, or nil.
func (r *renderer) blockMarks() []Mark {
	n := len(r.marks)
	if n == r.firstMark {
		return nil
	}
	return r.marks[r.firstMark:n:n]
}

// render renders the inline nodes of a block.
func (r *renderer) render(f *file, inlines []inlineNode) {
	for i := range inlines {
		n := &inlines[i]
		switch n.kind {
		case textInline, charInline, codeText:
			r.write(f.src[n.span.from():n.span.to()])
		case entityInline:
			text, _ := entity(f.src[n.span.from():n.span.to()])
			r.write(text)
		case breakInline:
			r.space()
		case markInline:
			r.mark(f.mark(&f.marks[n.ref], r.fraction))
		case imageInline:
			m := Mark{Note: f.images[n.ref]}
			m.Line, m.Column = f.place(n.span.from())
			r.mark(m)
		case openInline, codeInline:
			r.inlineTag(elements[n.element].open)
		case closeInline:
			r.tag(elements[n.element].close)
		case linkInline:
			r.openLink(&f.links[n.ref])
		case linkEnd:
			r.closeLink(&f.links[n.ref])
		case autoLinkInline:
			r.openLink(&f.links[n.ref])
			r.write(f.src[n.span.from():n.span.to()])
			r.closeLink(&f.links[n.ref])
		default:
			r.nested(f, n)
		}
	}
}

// nested renders the nodes of blocks inside a block.
func (r *renderer) nested(f *file, n *inlineNode) {
	switch n.kind {
	case openBlock:
		r.beginPart()
		r.blockTag(elements[n.element].open)
	case closeBlock:
		if n.element == codeBlock {
			r.tag(elements[n.element].close)
		} else {
			r.blockTag(elements[n.element].close)
		}
	case partBlock:
		r.beginPart()
	case openList:
		tag := elements[n.element].open
		if n.element == numberedList && n.ref != 1 {
			tag = `<ol start="` + strconv.Itoa(int(n.ref)) + `">`
		}
		r.blockTag(tag)
	case closeList:
		r.blockTag(elements[n.element].close)
	case codeLine: // only HTML keeps the lines apart
		r.write(bytes.TrimRight(f.src[n.span.from():n.span.to()], "\n"))
		r.space()
		r.blockTag("\n")
	case rule:
		r.tag("<hr>")
	}
}

// openLink begins a link if its target is safe.
func (r *renderer) openLink(l *linkNode) {
	if l.href != "" {
		r.inlineTag(`<a href="` + l.href + `">`)
	}
}

func (r *renderer) closeLink(l *linkNode) {
	if l.href != "" {
		r.tag("</a>")
	}
}

// tag writes a tag of HTML.
func (r *renderer) tag(tag string) { r.html = append(r.html, tag...) }

// inlineTag opens an element inside text, after pending white space.
func (r *renderer) inlineTag(tag string) {
	r.flushHTML()
	r.tag(tag)
}

// blockTag opens or closes a block. White space beside the tag has no meaning.
func (r *renderer) blockTag(tag string) {
	r.tag(tag)
	r.htmlGap, r.htmlStart = false, len(r.html)
}

// space records that white space is pending before the next word.
func (r *renderer) space() {
	r.gap, r.htmlGap, r.glued = true, true, false
}

// beginPart starts a list item or inner paragraph.
func (r *renderer) beginPart() {
	r.space()
	r.part = true
}

// flush writes what is pending before the first byte of a word or punctuation.
func (r *renderer) flush(next rune) {
	if len(r.text) > r.start {
		if r.part || r.gap && !r.hugged && !(r.glued && closesWord(next)) {
			r.text = append(r.text, ' ')
		}
		if r.part {
			r.parts = append(r.parts, len(r.text)-r.start)
		}
	}
	r.gap, r.glued, r.hugged, r.part = false, false, false, false
	for ; r.open < len(r.marks); r.open++ {
		r.marks[r.open].Offset = len(r.text) - r.start
	}
	r.flushHTML()
}

func (r *renderer) flushHTML() {
	if r.htmlGap && len(r.html) > r.htmlStart {
		r.html = append(r.html, ' ')
	}
	r.htmlGap = false
}

// mark removes a mark from the text and writes it into the HTML.
func (r *renderer) mark(m Mark) {
	r.hugged = r.hugged || !r.gap && opensWord(r.text[r.start:])
	r.gap, r.glued = true, true
	r.marks = append(r.marks, m)
	r.flushHTML()
	if m.stamp() {
		r.html = appendTime(r.html, m.Time)
		return
	}
	r.tag(`<i class="tag">[`)
	r.html = appendEscaped(r.html, m.Note)
	if m.Timed {
		r.html = append(r.html, ' ')
		r.html = appendTime(r.html, m.Time)
	}
	r.tag(`]</i>`)
}

// closesWord reports whether a character after a mark belongs to the word before the
// mark: "late[laughs]." becomes "late.".
func closesWord(r rune) bool {
	switch r {
	case '.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '"', '’', '”', '…':
		return true
	}
	return false
}

// opensWord reports whether text is empty or ends with an opening bracket or quote. No
// space follows a mark after such text.
func opensWord(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	switch text[len(text)-1] {
	case '(', '[', '{':
		return true
	case '"', '\'':
		return len(text) == 1 || text[len(text)-2] == ' '
	}
	return bytes.HasSuffix(text, []byte("“"))
}

// ordinary has the ASCII bytes that are written unchanged to both text and HTML.
var ordinary = func() (table [256]bool) {
	for b := '!'; b <= '~'; b++ {
		table[b] = b != '<' && b != '>' && b != '&'
	}
	return table
}()

// write writes text that has no markup and no escapes.
func (r *renderer) write(s []byte) {
	for i := 0; i < len(s); {
		from := i
		for i < len(s) {
			if ordinary[s[i]] {
				i++
			} else if s[i] == ' ' && i > from && i+1 < len(s) && ordinary[s[i+1]] {
				i += 2
			} else {
				break
			}
		}
		if i > from {
			r.flush(rune(s[from]))
			r.text = append(r.text, s[from:i]...)
			r.html = append(r.html, s[from:i]...)
			continue
		}
		i += r.writeRune(s[i:])
	}
}

// writeRune writes the first character of s and returns its length.
func (r *renderer) writeRune(s []byte) int {
	if s[0] == ' ' {
		r.space()
		return 1
	}
	c, size := utf8.DecodeRune(s)
	switch {
	case unicode.IsSpace(c):
		r.space()
		if c == '\u00a0' {
			r.hidden++
		}
	case script.Hidden(c):
		r.hidden++
	default:
		r.flush(c)
		at := len(r.text)
		r.text = utf8.AppendRune(r.text, c)
		switch c {
		case '<':
			r.html = append(r.html, "&lt;"...)
		case '>':
			r.html = append(r.html, "&gt;"...)
		case '&':
			r.html = append(r.html, "&amp;"...)
		default:
			r.html = append(r.html, r.text[at:]...)
		}
	}
	return size
}

func appendEscaped(dst []byte, s string) []byte { return append(dst, html.EscapeString(s)...) }

package transcripts

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"
)

// inlineReader reads the text in the lines of a block.
type inlineReader struct {
	*file
	colonStamp int // offset of the stamp before the colon of a label; 0 if there is none
	leadStamp  int // offset of the stamp before a label that belongs to the next paragraph; -1 if there is none
}

// special are the bytes that end ordinary text: they start escapes, entities, and syntax
// that only the Markdown parser reads.
var special = [256]bool{'\\': true, '&': true, '[': true, '*': true, '_': true, '`': true, '<': true}

// readParagraph reads a paragraph without the white space around it.
func (r *inlineReader) readParagraph(s span) {
	if r.leadStamp >= 0 {
		m, _ := scanMark(r.src[:s.to()], r.leadStamp)
		r.addMark(&m)
		r.inlines = append(r.inlines, inlineNode{kind: breakInline})
		r.leadStamp = -1
	}
	if s.from() == r.colonStamp && s.from() > 0 {
		m, _ := scanColonStamp(r.src[s.from():s.to()])
		m.at = s.from()
		r.addMark(&m)
		s.start += int32(m.size)
		spaces := len(r.src[s.from():s.to()]) - len(bytes.TrimLeft(r.src[s.from():s.to()], " \n"))
		if spaces > 0 { // the Markdown parser would drop the spaces
			r.inlines = append(r.inlines, inlineNode{kind: breakInline})
		}
		if s.start += int32(spaces); s.start == s.end {
			return
		}
	}
	if !r.readPlain(s) {
		r.readMarkdown(s, inlineParser)
	}
}

// readBlock reads a list, quotation, heading or fence.
func (r *inlineReader) readBlock(s span) { r.readMarkdown(s, blockParser) }

// add appends a node.
func (r *inlineReader) add(kind inlineKind, s span) {
	if s.from() < s.to() {
		r.inlines = append(r.inlines, inlineNode{kind: kind, span: s})
	}
}

// addMark appends a stamp or note.
func (r *inlineReader) addMark(m *markNode) {
	r.inlines = append(r.inlines, inlineNode{kind: markInline, ref: int32(len(r.marks)), span: newSpan(m.at, m.at+m.size)})
	r.marks = append(r.marks, *m)
}

// readPlain reads a paragraph that has only words, escapes, entities and marks, as
// nearly every paragraph does. If the Markdown parser is needed, readPlain returns
// false and adds no nodes.
func (r *inlineReader) readPlain(s span) bool {
	inlines, marks := len(r.inlines), len(r.marks)
	for i := s.from(); i < s.to(); {
		run := i
		for i < s.to() && !special[r.src[i]] {
			i++
		}
		r.add(textInline, newSpan(run, i))
		if i == s.to() {
			break
		}
		n := 0
		switch r.src[i] {
		case '\\', '[':
			n = r.readBracket(i, s.to())
		case '&':
			n = r.readEscape(i, s.to())
		}
		if n == 0 {
			r.inlines, r.marks = r.inlines[:inlines], r.marks[:marks]
			return false
		}
		i += n
	}
	return true
}

// readBracket reads the mark or the escape at src[i] and returns its length, or
// 0 for a bracket that may be a link.
func (r *inlineReader) readBracket(i, to int) int {
	if m, ok := scanMark(r.src[:to], i); ok {
		r.addMark(&m)
		return m.size
	}
	if r.src[i] == '[' {
		return 0
	}
	return r.readEscape(i, to)
}

// readEscape reads the backslash escape or the entity at src[i], or the
// character itself if it is neither, and returns the length.
func (r *inlineReader) readEscape(i, to int) int {
	s := r.src[i:to]
	if s[0] == '\\' {
		if len(s) > 1 && util.IsPunct(s[1]) {
			r.add(charInline, newSpan(i+1, i+2))
			return 2
		}
		if len(s) > 1 && s[1] == '\n' {
			return 1 // a line break of Markdown
		}
	} else if _, n := entity(s); n > 0 {
		r.add(entityInline, newSpan(i, i+n))
		return n
	}
	r.add(charInline, newSpan(i, i+1))
	return 1
}

// readLiteral reads Markdown text that has no syntax but escapes and entities.
func (r *inlineReader) readLiteral(from, to int) {
	for i := from; i < to; {
		run := i
		for i < to && r.src[i] != '\\' && r.src[i] != '&' {
			i++
		}
		r.add(textInline, newSpan(run, i))
		if i < to {
			i += r.readEscape(i, to)
		}
	}
}

// ascii has every ASCII character at its own index.
var ascii = func() (table [utf8.RuneSelf]byte) {
	for i := range table {
		table[i] = byte(i)
	}
	return table
}()

// entity reads the character reference that s starts with. n is 0 if s starts with none.
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
	if c < utf8.RuneSelf {
		return ascii[c : c+1 : c+1], end + 1
	}
	return utf8.AppendRune(nil, rune(c)), end + 1
}

// plainText returns Markdown text, such as the name of a label, without its escapes and
// entities.
func plainText(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 && bytes.IndexByte(raw, '&') < 0 {
		return clean(raw)
	}
	f := &file{src: raw}
	r := inlineReader{file: f}
	r.readLiteral(0, len(raw))
	var out renderer
	out.render(f, f.inlines)
	return string(out.text)
}

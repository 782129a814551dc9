package transcripts

import (
	"bytes"
	"html"
	"unicode"
	"unicode/utf8"
)

// renderer collects the two renderings of all blocks, one behind the other:
// the spoken words, and safe HTML. White space is folded in both, and control
// characters are dropped from both, so that whatever reaches it may come from
// anybody.
type renderer struct {
	text, html []byte
	marks      []Mark // of the block
	parts      []int  // of the block
	start      int    // where the block starts in text
	open       int    // first of marks that waits for the next word
	odd        int    // source bytes that were dropped: control characters and the like
	brackets   int    // of the block: escaped ones that open, without those that close
	bracket    int    // where the last of them stands in the source

	gap, htmlGap bool // white space is owed before the next character
	glued        bool // a mark touches the next character
	hugged       bool // a mark touches an opening bracket or quote before it
	part         bool // the next word begins a part
	htmlStart    int  // end of the last tag of a block; white space there means nothing
}

func (r *renderer) grow(n int) {
	r.text = make([]byte, 0, n)
	r.html = make([]byte, 0, n+n/8)
}

// begin starts a block.
func (r *renderer) begin() {
	r.start = len(r.text)
	r.marks, r.parts, r.open = nil, nil, 0
	r.brackets = 0
	r.gap, r.htmlGap, r.glued, r.hugged, r.part = false, false, false, false, false
}

// end finishes the block: marks behind the last word stand at its end.
func (r *renderer) end() {
	for ; r.open < len(r.marks); r.open++ {
		r.marks[r.open].Offset = len(r.text) - r.start
	}
}

// countBracket counts an escaped bracket that is no part of a mark.
func (r *renderer) countBracket(b byte, at int) {
	switch b {
	case '[':
		r.brackets, r.bracket = r.brackets+1, at
	case ']':
		r.brackets, r.bracket = r.brackets-1, at
	}
}

// tag writes a tag of HTML as it is.
func (r *renderer) tag(tag string) { r.html = append(r.html, tag...) }

// inlineTag opens an element inside of text, behind white space that is owed.
func (r *renderer) inlineTag(tag string) {
	r.flushHTML()
	r.tag(tag)
}

// blockTag opens or closes a block, next to which white space means nothing.
func (r *renderer) blockTag(tag string) {
	r.tag(tag)
	r.htmlGap, r.htmlStart = false, len(r.html)
}

// space owes white space to the next word.
func (r *renderer) space() {
	r.gap, r.htmlGap, r.glued = true, true, false
}

// beginPart starts a list item or inner paragraph.
func (r *renderer) beginPart() {
	r.space()
	r.part = true
}

// flush prepares for the first byte of a word or punctuation.
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

// closesWord reports whether a character continues the word before a mark:
// "late[laughs]." is "late.".
func closesWord(r rune) bool {
	switch r {
	case '.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '"', '’', '”', '…':
		return true
	}
	return false
}

// opensWord reports whether text ends with an opening bracket or quote, behind
// which a mark leaves no space.
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

// mark takes a mark out of the text and shows it in the HTML.
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

// ordinary are the ASCII bytes that mean the same in text and HTML.
var ordinary = func() (table [256]bool) {
	for b := '!'; b <= '~'; b++ {
		table[b] = b != '<' && b != '>' && b != '&'
	}
	return table
}()

// write adds literal text: not Markdown any more, and not escaped yet.
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

// writeRune adds the character that s starts with and returns its length.
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
			r.odd++
		}
	case dropped(c):
		r.odd++
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

// dropped reports whether a character has no place in a transcript: controls,
// what changes the direction of text around it, and what cannot be seen.
// Joiners stay, for emoji and for the scripts that need them.
func dropped(c rune) bool {
	switch {
	case c < 0x20, c >= 0x7f && c < 0xa0: // C0, DEL, C1
		return true
	case c < 0x200b:
		return c == '\u00ad'
	case c == '\u200b', c == '\u2060', c == '\ufeff':
		return true
	case c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069:
		return true
	}
	return c >= 0xfff9 && c <= 0xfffb || c >= 0xe0000 && c <= 0xe007f
}

// clean drops from a short string what write would drop, and folds its spaces.
func clean(s []byte) string {
	if isClean(s) {
		return string(s)
	}
	var r renderer
	r.write(s)
	return string(r.text)
}

// isClean reports whether clean would change nothing, as far as that shows at
// once.
func isClean(s []byte) bool {
	for i, b := range s {
		if b < ' ' || b > '~' || b == ' ' && (i == 0 || i+1 == len(s) || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

func appendEscaped(dst []byte, s string) []byte { return append(dst, html.EscapeString(s)...) }

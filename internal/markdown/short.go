package markdown

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Simplify reduces HTML that the function HTML returned to the elements that podcast
// apps show in a description: p, ol, ul, li, a (with href only), b, i, strong and em
// (PSP-1, item description). Headings become bold paragraphs, table rows paragraphs
// with "|" between the cells, and images their alternative text. A line break, also in
// a block of code, starts a new paragraph. Other elements become their text. complete
// is false if there was an image or a table.
func Simplify(source string) (simple string, complete bool) {
	s := simplifier{out: make([]byte, 0, len(source)), complete: true}
	for rest := source; rest != ""; {
		t := scan(rest)
		rest = rest[len(t.raw):]
		s.token(t)
	}
	s.endImplied()
	return strings.TrimSpace(string(s.out)), s.complete
}

// simplifier writes simplified HTML.
type simplifier struct {
	out      []byte
	open     []opened // elements, outermost first
	complete bool

	table  bool // whether a table is open
	cells  int  // number of cells of the row so far
	pre    int  // how many pre elements are open
	broken bool // whether a line break was written last
}

// opened is an element that has no end tag yet.
type opened struct {
	name, start string // start is its start tag
	implied     bool   // whether it is a paragraph that is not in the source
	text        int    // index in out at which the text of a list item starts, after the blocks in the item
}

func (s *simplifier) token(t token) {
	switch t.name {
	case "":
		s.text(t.raw)
	case "p", "h1", "h2", "h3", "h4", "h5", "h6":
		s.paragraph(t, t.name != "p")
	case "pre":
		s.paragraph(t, false)
		if s.pre++; t.end {
			s.pre -= 2
		}
	case "table":
		s.table, s.complete = !t.end, false
	case "tr":
		s.cells = 0
		s.paragraph(t, false)
	case "th", "td":
		if !t.end && s.cells > 0 {
			s.write(" | ")
		}
		s.cells++
	case "ol", "ul", "li":
		s.list(t)
	case "a":
		s.inline(t, "href")
	case "b", "i", "strong", "em":
		s.inline(t, "")
	case "br":
		s.lineBreak()
	case "img":
		s.complete = false
		s.write(t.attr("alt"))
	default:
		if !inline[t.name] {
			s.endImplied()
		}
	}
}

func (s *simplifier) write(text string) { s.out = append(s.out, text...) }

// push opens an element.
func (s *simplifier) push(name, start string) {
	s.write(start)
	s.open = append(s.open, opened{name: name, start: start, text: len(s.out)})
}

// pop closes the innermost element if it has the name.
func (s *simplifier) pop(name string) {
	if last := len(s.open) - 1; last >= 0 && s.open[last].name == name {
		s.open = s.open[:last]
		s.write("</")
		s.write(name)
		s.write(">")
	}
}

// block returns the index of the innermost open paragraph or list item; -1 if there is
// none.
func (s *simplifier) block() int {
	for i, e := range slices.Backward(s.open) {
		switch e.name {
		case "p", "li":
			return i
		case "ol", "ul":
			return -1
		}
	}
	return -1
}

// imply opens a paragraph for text outside of all elements.
func (s *simplifier) imply() {
	if len(s.open) == 0 {
		s.push("p", "<p>")
		s.open[0].implied = true
	}
}

// endImplied closes a paragraph that is not in the source, before the next block.
func (s *simplifier) endImplied() {
	i := s.block()
	if i < 0 || !s.open[i].implied {
		return
	}
	for len(s.open) > i+1 {
		s.pop(s.open[len(s.open)-1].name)
	}
	s.endParagraph()
}

// paragraph starts or ends a paragraph, which is bold for a heading.
func (s *simplifier) paragraph(t token, bold bool) {
	if !t.end {
		s.endImplied()
		s.push("p", "<p>")
		if bold {
			s.push("strong", "<strong>")
		}
		return
	}
	if bold {
		s.out = bytes.TrimRight(s.out, " \n")
		s.pop("strong")
	}
	s.endParagraph()
	if t.name == "tr" {
		s.write("\n")
	}
}

// endParagraph ends a paragraph, and removes it if it has no content.
func (s *simplifier) endParagraph() {
	s.out = bytes.TrimRight(s.out, " \n")
	for _, empty := range []string{"<p>", "<p><strong></strong>"} {
		if last := len(s.open) - 1; last >= 0 && s.open[last].name == "p" && bytes.HasSuffix(s.out, []byte(empty)) {
			s.out = bytes.TrimRight(s.out[:len(s.out)-len(empty)], " \n")
			if len(s.out) > 0 && !bytes.HasSuffix(s.out, []byte("<li>")) {
				s.write("\n")
			}
			s.open = s.open[:last]
			return
		}
	}
	s.pop("p")
	s.endBlock()
}

// endBlock records that a block has ended, after which a list item may have text.
func (s *simplifier) endBlock() {
	if last := len(s.open) - 1; last >= 0 {
		s.open[last].text = len(s.out)
	}
}

func (s *simplifier) list(t token) {
	s.endImplied()
	if !t.end {
		s.push(t.name, t.keeping(""))
		return
	}
	s.pop(t.name)
	s.endBlock()
}

// inline starts or ends an inline element. It keeps the attribute attr, or none if attr
// is empty.
func (s *simplifier) inline(t token, attr string) {
	if t.end {
		s.pop(t.name)
		return
	}
	s.imply()
	s.push(t.name, t.keeping(attr))
}

// text writes text. It leaves out white space between blocks and between the cells of a
// table, and puts each line of a block of code in its own paragraph.
func (s *simplifier) text(text string) {
	switch space := strings.TrimSpace(text) == ""; {
	case s.pre > 0:
		for i, line := range strings.Split(text, "\n") {
			if i > 0 {
				s.lineBreak()
			}
			s.write(line)
		}
		return
	case space && (s.table || len(s.out) == 0 || s.out[len(s.out)-1] == '\n'):
		return
	case !space:
		s.imply()
	}
	if s.broken {
		text = strings.TrimLeft(text, " \n")
		s.broken = text == ""
	}
	s.write(text)
}

// lineBreak ends a paragraph and starts another one, in which the same inline elements
// are open. A list item is split into paragraphs.
func (s *simplifier) lineBreak() {
	i := s.block()
	if i < 0 {
		return
	}
	if s.open[i].name == "li" {
		at := s.open[i].text
		s.out = slices.Insert(s.out, at, []byte("<p>")...)
		i++
		s.open = slices.Insert(s.open, i, opened{name: "p", start: "<p>", implied: true})
	}
	s.out = bytes.TrimRight(s.out, " \n")
	if bytes.HasSuffix(s.out, []byte("<p>")) {
		return // a blank line
	}
	for _, e := range slices.Backward(s.open[i:]) {
		s.write("</" + e.name + ">")
	}
	s.write("\n")
	for _, e := range s.open[i:] {
		s.write(e.start)
	}
	s.broken = s.pre == 0
}

// Truncate shortens HTML from Simplify to at most max bytes, and closes the elements
// that are open at the cut. It cuts after the last paragraph or list item that fits, or
// after a word if much more of the text fits then. more is a paragraph that links to
// the whole text; it may be empty. A shortened text ends with more, unless more takes
// over half of max.
func Truncate(source string, max int, more string) string {
	if all := strings.TrimSpace(source); len(all) <= max && isNested(source) {
		return all
	}
	if more != "" {
		more = "\n" + more
	}
	if len(more) > max/2 {
		more = ""
	}
	limit := max - len(more)
	var open nesting
	var blocks, words cut
	for offset := 0; offset < len(source) && offset <= max; {
		t := scan(source[offset:])
		if t.name == "" && len(open) > 0 {
			end := ellipsis + open.endTags()
			if text := cutWords(t.raw, limit-offset-len(end)); text != "" {
				words = cut{source[:offset+len(text)], end}
			}
		}
		if !open.follow(t) {
			break
		}
		offset += len(t.raw)
		if len(open) == 0 || t.raw == "</li>" || t.raw == "</p>" {
			if end := open.endTags(); offset+len(end) <= limit {
				blocks = cut{source[:offset], end}
			}
		}
	}
	best := strings.TrimSpace(blocks.String())
	if cut := words.String(); best == "" || len(best) < limit/4*3 && len(cut)-len(best) > limit/4 {
		best = cut
	}
	if best == "" {
		return ""
	}
	return best + more
}

// cut is the start of a text, and the end tags of the elements that are open where it
// ends.
type cut struct{ text, end string }

func (c cut) String() string { return c.text + c.end }

// isNested reports whether all elements of HTML are closed and properly nested.
func isNested(source string) bool {
	var open nesting
	for source != "" {
		t := scan(source)
		if !open.follow(t) {
			return false
		}
		source = source[len(t.raw):]
	}
	return len(open) == 0
}

const ellipsis = "…"

// cutWords cuts escaped text to at most limit bytes: after a word if there is one,
// else after a character, never within an entity.
func cutWords(text string, limit int) string {
	if limit <= 0 {
		return ""
	}
	if len(text) <= limit {
		return strings.TrimRight(text, " \n")
	}
	if i := strings.LastIndexAny(text[:limit+1], " \n"); i > 0 {
		return strings.TrimRight(text[:i], " \n")
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	text = text[:limit]
	if i := strings.LastIndexByte(text, '&'); i >= 0 && !strings.Contains(text[i:], ";") {
		text = text[:i]
	}
	return text
}

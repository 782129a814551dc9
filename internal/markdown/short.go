package markdown

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Simplify reduces HTML that the function HTML returned to what podcast apps show in a
// description: p, ol, ul, li, a, b, i, strong and em (PSP-1, item description), br, and
// elements that do no harm in apps that ignore them, such as code and blockquote. Headings
// become bold paragraphs, blocks of code paragraphs with line breaks, rules paragraphs
// with asterisks, table rows paragraphs with "|" between the cells, and images their
// alternative text. Other elements become their text. complete is false if there was an
// image or a table; from a complete description [Restore] restores the elements.
func Simplify(source string) (simple string, complete bool) {
	s := simplifier{out: make([]byte, 0, len(source)), complete: true}
	for rest := source; rest != ""; {
		t := scan(rest)
		rest = rest[len(t.raw):]
		s.token(t)
	}
	s.endImplied()
	for len(s.open) > 0 {
		s.pop(s.open[len(s.open)-1].name)
	}
	return string(bytes.TrimSpace(s.out)), s.complete
}

// Classes in HTML from Simplify. A heading has its level as class of its strong element.
const (
	codeClass = "pre"
	ruleClass = "hr"
)

const (
	rule      = `<p class="` + ruleClass + `">* * *</p>`
	codeStart = `<code class="` + codeClass + `">`
)

// simplifier writes simplified HTML.
type simplifier struct {
	out      []byte
	open     []opened // elements, outermost first
	complete bool

	table bool // whether a table is open
	cells int  // number of cells of the row so far
	pre   bool // whether a block of code is open
}

// opened is an element that has no end tag yet.
type opened struct {
	name    string
	start   int  // index in out of its start tag
	implied bool // whether it is a paragraph that is not in the source
}

func (s *simplifier) token(t token) {
	switch t.name {
	case "":
		s.text(t.raw)
	case "p", "tr":
		s.paragraph(t, "")
	case "h1", "h2", "h3", "h4", "h5", "h6":
		s.paragraph(t, `<strong class="`+t.name+`">`)
	case "pre":
		s.code(t)
	case "hr":
		s.endImplied()
		s.write(rule)
	case "table":
		s.table, s.complete = !t.end, false
	case "th", "td":
		if !t.end && s.cells > 0 {
			s.write(" | ")
		}
		s.cells++
	case "ol", "ul", "li", "blockquote":
		s.endImplied()
		if t.end {
			s.pop(t.name)
		} else {
			s.push(t.name, t.raw)
		}
	case "br":
		s.write("<br>")
	case "img":
		s.complete = false
		s.write(t.attr("alt"))
	default:
		if inline[t.name] {
			s.inline(t)
		} else {
			s.endImplied()
		}
	}
}

func (s *simplifier) write(text string) { s.out = append(s.out, text...) }

// push opens an element.
func (s *simplifier) push(name, start string) {
	s.open = append(s.open, opened{name: name, start: len(s.out)})
	s.write(start)
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

// imply opens a paragraph for text outside of all elements.
func (s *simplifier) imply() {
	if len(s.open) == 0 {
		s.push("p", "<p>")
		s.open[0].implied = true
	}
}

// endImplied closes a paragraph that is not in the source, before the next block.
func (s *simplifier) endImplied() {
	if len(s.open) == 0 || !s.open[0].implied {
		return
	}
	for len(s.open) > 1 {
		s.pop(s.open[len(s.open)-1].name)
	}
	s.endParagraph()
}

// paragraph starts or ends a paragraph. strong is the start tag of an element that all of
// the paragraph is in, or empty.
func (s *simplifier) paragraph(t token, strong string) {
	if !t.end {
		s.endImplied()
		s.cells = 0
		s.push("p", "<p>")
		if strong != "" {
			s.push("strong", strong)
		}
		return
	}
	if strong != "" {
		s.trimBreaks()
		s.pop("strong")
	}
	s.endParagraph()
	if t.name == "tr" {
		s.write("\n")
	}
}

// code starts or ends a block of code.
func (s *simplifier) code(t token) {
	if s.pre = !t.end; s.pre {
		s.endImplied()
		s.push("p", "<p>")
		s.push("code", codeStart)
		return
	}
	s.out = bytes.TrimSuffix(s.out, []byte("<br>\n"))
	s.pop("code")
	s.endParagraph()
}

// trimBreaks removes white space and line breaks at the end.
func (s *simplifier) trimBreaks() {
	for {
		trimmed := bytes.TrimSuffix(bytes.TrimRight(s.out, " \n"), []byte("<br>"))
		if len(trimmed) == len(s.out) {
			return
		}
		s.out = trimmed
	}
}

// endParagraph ends a paragraph, and removes it if it has no content.
func (s *simplifier) endParagraph() {
	last := len(s.open) - 1
	if last < 0 || s.open[last].name != "p" {
		return
	}
	s.trimBreaks()
	start := s.open[last].start
	if !isEmpty(s.out[start:]) {
		s.pop("p")
		return
	}
	s.open = s.open[:last]
	s.out = bytes.TrimRight(s.out[:start], " \n")
	if len(s.out) > 0 && !bytes.HasSuffix(s.out, []byte("<li>")) {
		s.write("\n")
	}
}

// isEmpty reports whether the start of a paragraph is followed by no text.
func isEmpty(paragraph []byte) bool {
	if string(paragraph) == "<p>" {
		return true
	}
	return bytes.HasSuffix(paragraph, []byte("></strong>")) && bytes.HasPrefix(paragraph, []byte("<p><strong class=")) && bytes.Count(paragraph, []byte("<")) == 3
}

// inline starts or ends an inline element. In a block of code it keeps only the class.
func (s *simplifier) inline(t token) {
	switch {
	case s.pre:
		if language := t.attr("class"); !t.end && language != "" && bytes.HasSuffix(s.out, []byte(codeStart)) {
			s.out = s.out[:len(s.out)-len(`">`)]
			s.write(" " + language + `">`)
		}
	case t.end:
		s.pop(t.name)
	default:
		s.imply()
		s.push(t.name, t.raw)
	}
}

// text writes text. It leaves out white space between blocks and between the cells of a
// table, and breaks the lines of a block of code.
func (s *simplifier) text(text string) {
	switch space := strings.TrimSpace(text) == ""; {
	case s.pre:
		s.write(strings.ReplaceAll(text, "\n", "<br>\n"))
		return
	case space && (s.table || len(s.out) == 0 || s.out[len(s.out)-1] == '\n'):
		return
	case !space:
		s.imply()
	}
	s.write(text)
}

// Restore changes the HTML of a description from [Simplify] back: to headings, blocks of
// code and rules. Other HTML stays as it is.
func Restore(body *html.Node) {
	for n := range body.Descendants() {
		if n.Data != "p" || n.Type != html.ElementNode {
			continue
		}
		only := n.FirstChild
		switch {
		case class(n) == ruleClass:
			rename(n, "hr")
			for n.FirstChild != nil {
				n.RemoveChild(n.FirstChild)
			}
		case only == nil || only.NextSibling != nil:
		case only.Data == "strong" && headings[class(only)]:
			rename(n, class(only))
			n.RemoveChild(only)
			for c := only.FirstChild; c != nil; c = only.FirstChild {
				only.RemoveChild(c)
				n.AppendChild(c)
			}
		case only.Data == "code" && strings.HasPrefix(class(only)+" ", codeClass+" "):
			rename(n, "pre")
			language := strings.TrimSpace(strings.TrimPrefix(class(only), codeClass))
			only.Attr = []html.Attribute{{Key: "class", Val: language}}
			for c := only.FirstChild; c != nil; {
				next := c.NextSibling
				if c.Data == "br" { // the text after it starts with a line feed
					only.RemoveChild(c)
				}
				c = next
			}
			only.AppendChild(&html.Node{Type: html.TextNode, Data: "\n"})
		}
	}
}

var headings = map[string]bool{"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true}

func rename(n *html.Node, name string) {
	n.Data, n.DataAtom, n.Attr = name, atom.Lookup([]byte(name)), nil
}

func class(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "class" {
			return a.Val
		}
	}
	return ""
}

// Truncate shortens HTML from Simplify to at most max bytes, and closes the elements
// that are open at the cut. It cuts after the last paragraph, list item or line that fits, or
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
		at := offset
		offset += len(t.raw)
		switch {
		case t.name == "br": // the line ends before it
		case len(open) == 0 || t.raw == "</li>" || t.raw == "</p>":
			at = offset
		default:
			continue
		}
		if end := open.endTags(); at+len(end) <= limit {
			blocks = cut{source[:at], end}
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

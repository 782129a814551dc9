package markdown

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Simplify reduces HTML to what podcast apps show in a description: p, ol, ul,
// li, a (with href alone), b, i, strong and em (PSP-1, item description).
// Headings become bold paragraphs, table rows paragraphs with their cells parted
// by "|", images their alternative text; other elements leave their text behind.
func Simplify(source string) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(source), body)
	if err != nil { // nested deeper than any notes are
		return "<p>" + escape(source) + "</p>"
	}
	var s simplifier
	for _, n := range nodes {
		s.block(n)
	}
	return strings.TrimSpace(blankLines.ReplaceAllLiteralString(s.String(), "\n"))
}

var blankLines = regexp.MustCompile(`\n\s*\n`)

type simplifier struct{ strings.Builder }

// block writes a node where blocks are allowed.
func (s *simplifier) block(n *html.Node) {
	switch n.DataAtom {
	case atom.P, atom.Pre, atom.Dt, atom.Dd:
		s.paragraph(n, "")
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		s.paragraph(n, "strong")
	case atom.Tr:
		s.row(n)
	case atom.Ol, atom.Ul, atom.Li:
		s.wrapped(n, n.Data, s.block)
	case atom.Blockquote, atom.Div, atom.Section, atom.Article, atom.Table, atom.Thead, atom.Tbody, atom.Dl, atom.Figure:
		s.children(n, s.block)
	default:
		s.inline(n)
	}
}

// paragraph writes the inline content of a node as a paragraph, if there is any.
func (s *simplifier) paragraph(n *html.Node, emphasis string) {
	text := inlineContent(n)
	if text == "" {
		return
	}
	if emphasis != "" {
		text = "<" + emphasis + ">" + text + "</" + emphasis + ">"
	}
	s.WriteString("<p>" + text + "</p>")
}

// row writes a table row as a paragraph.
func (s *simplifier) row(n *html.Node) {
	var cells []string
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			cells = append(cells, inlineContent(c))
		}
	}
	s.WriteString("<p>" + strings.Join(cells, " | ") + "</p>")
}

func inlineContent(n *html.Node) string {
	var content simplifier
	content.children(n, content.inline)
	return strings.TrimSpace(content.String())
}

// inline writes a node where only text-level elements are allowed.
func (s *simplifier) inline(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		s.WriteString(escape(n.Data))
	case n.Type != html.ElementNode:
	case n.DataAtom == atom.A:
		s.link(n)
	case n.DataAtom == atom.B || n.DataAtom == atom.I || n.DataAtom == atom.Strong || n.DataAtom == atom.Em:
		s.wrapped(n, n.Data, s.inline)
	case n.DataAtom == atom.Img:
		s.WriteString(escape(attr(n.Attr, "alt")))
	case n.DataAtom == atom.Br:
		s.WriteByte('\n')
	case inline[n.Data]:
		s.children(n, s.inline)
	case !hidden[n.DataAtom]:
		s.children(n, s.inline)
		s.WriteByte(' ')
	}
}

func (s *simplifier) link(n *html.Node) {
	href := attr(n.Attr, "href")
	if _, ok := parseAddress(href, linkSchemes); !ok || href == "" {
		s.children(n, s.inline)
		return
	}
	s.WriteString(`<a href="` + escape(href) + `">`)
	s.children(n, s.inline)
	s.WriteString("</a>")
}

// hidden are the elements whose text is not for readers.
var hidden = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Iframe: true,
	atom.Noscript: true, atom.Object: true, atom.Svg: true, atom.Math: true,
	atom.Title: true, atom.Textarea: true, atom.Select: true,
}

func (s *simplifier) wrapped(n *html.Node, tag string, child func(*html.Node)) {
	s.WriteString("<" + tag + ">")
	s.children(n, child)
	s.WriteString("</" + tag + ">")
}

func (s *simplifier) children(n *html.Node, child func(*html.Node)) {
	for c := range n.ChildNodes() {
		child(c)
	}
}

// escape is the way goldmark escapes, so that simplifying what is simple
// already changes nothing.
func escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// Truncate cuts HTML so that at most max bytes remain, in which every element
// that was opened is closed. It cuts after the last top-level block that fits;
// where not even the first does, after its last item or paragraph that fits;
// else after a word, with an ellipsis. HTML that is not nested properly is cut
// where it goes wrong.
func Truncate(source string, max int) string {
	var (
		open          []string // elements, outermost first
		top           int      // length of what ends with a whole block
		items, words  string   // the second and third choice
		offset        int
		z             = html.NewTokenizer(strings.NewReader(source))
		well, closers = true, ""
	)
	for well && offset < len(source) && offset <= max {
		kind := z.Next()
		raw := z.Raw()
		if kind == html.ErrorToken {
			break
		}
		if kind == html.TextToken && len(open) > 0 && top == 0 {
			room := max - offset - len(ellipsis) - len(closers)
			if text := cutWords(string(raw), room); text != "" {
				words = source[:offset] + text + ellipsis + closers
			}
		}
		offset += len(raw)
		var name string
		open, name, well = nest(open, kind, z)
		closers = closeTags(open)
		switch {
		case !well || offset > max:
		case len(open) == 0:
			top = offset
		case top == 0 && (name == "li" || name == "p") && offset+len(closers) <= max:
			items = source[:offset] + closers
		}
	}
	switch {
	case strings.TrimSpace(source[:top]) != "":
		return strings.TrimSpace(source[:top])
	case items != "":
		return items
	}
	return words
}

const ellipsis = "…"

// nest follows a tag. It returns the open elements after it, the name of the
// element it closed, and whether it may stand here.
func nest(open []string, kind html.TokenType, z *html.Tokenizer) (_ []string, closed string, well bool) {
	switch kind {
	case html.StartTagToken, html.SelfClosingTagToken:
		name, _ := z.TagName()
		if !void[string(name)] {
			open = append(open, string(name))
		}
	case html.EndTagToken:
		name, _ := z.TagName()
		last := len(open) - 1
		if last < 0 || open[last] != string(name) {
			return open, "", false
		}
		return open[:last], string(name), true
	}
	return open, "", true
}

// void are the elements without an end tag that notes may contain.
var void = map[string]bool{"br": true, "hr": true, "img": true, "input": true, "wbr": true}

func closeTags(open []string) string {
	var b strings.Builder
	for _, name := range slices.Backward(open) {
		b.WriteString("</" + name + ">")
	}
	return b.String()
}

// cutWords returns as much of escaped text as fits into room bytes: whole words
// where there are any, else whole characters, never half an entity.
func cutWords(text string, room int) string {
	if room <= 0 {
		return ""
	}
	if len(text) <= room {
		return strings.TrimRight(text, " \n")
	}
	if i := strings.LastIndexAny(text[:room+1], " \n"); i > 0 {
		return strings.TrimRight(text[:i], " \n")
	}
	for !utf8.RuneStart(text[room]) {
		room--
	}
	text = text[:room]
	if i := strings.LastIndexByte(text, '&'); i >= 0 && !strings.Contains(text[i:], ";") {
		text = text[:i]
	}
	return text
}

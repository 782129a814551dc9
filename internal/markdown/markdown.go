// Package markdown is the one place where show notes and descriptions, which
// are Markdown, become HTML: for the site, for content:encoded and, simplified
// and cut, for the feed's <description>.
//
// The dialect is CommonMark with GitHub's tables, strikethrough and bare links.
// What comes out is safe to put into a page or a feed, whoever wrote the source:
//
//   - Raw HTML is never passed on. Tags show as the text they are, so that their
//     author sees them; comments vanish.
//   - Links lead to http, https or mailto, images to http or https, or to a
//     place relative to the base. Any other link becomes its text, any other
//     image its alternative text.
//   - No attribute but href, src, alt, title, start and a code block's language
//     class is written. A table's alignment is left to the style sheet, because a
//     strict content security policy forbids style attributes.
//
// The same source and base always give the same bytes.
package markdown

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	xhtml "golang.org/x/net/html"
)

// dialect parses; it keeps no state between documents. Its own renderer is not
// used, because ours depends on the base.
var dialect parser.Parser = goldmark.New(goldmark.WithExtensions(
	extension.Table, extension.Strikethrough, extension.Linkify,
)).Parser()

// HTML renders Markdown. Relative links and images are resolved against base, an
// http or https URL; an empty base leaves them as they are.
func HTML(source, base string) string {
	src := []byte(strings.ToValidUTF8(source, "\uFFFD"))
	safe := &safeRenderer{}
	if u, ok := parseAddress(base, imageSchemes); ok && u.IsAbs() {
		safe.base = u
	}
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(safe, 100), // lower goes first
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(html.NewRenderer(), 1000),
	))
	var b strings.Builder
	_ = r.Render(&b, src, dialect.Parse(text.NewReader(src))) // a Builder never fails
	return b.String()
}

// Text renders Markdown as one line of plain text, for meta descriptions and
// search: blocks and lines are joined by spaces, images stand as their
// alternative text.
func Text(source string) string {
	var b strings.Builder
	z := xhtml.NewTokenizer(strings.NewReader(HTML(source, "")))
	for {
		switch z.Next() {
		case xhtml.ErrorToken: // the end, for a reader that never fails
			return strings.Join(strings.Fields(b.String()), " ")
		case xhtml.TextToken:
			b.Write(z.Text())
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken, xhtml.EndTagToken:
			t := z.Token()
			if !inline[t.Data] {
				b.WriteByte(' ')
			}
			if t.Data == "img" {
				b.WriteString(attr(t.Attr, "alt"))
			}
		}
	}
}

// inline are the elements that do not part the text around them.
var inline = map[string]bool{
	"a": true, "b": true, "code": true, "del": true, "em": true,
	"i": true, "img": true, "s": true, "strong": true,
}

// attr returns the value of an attribute, or "".
func attr(attrs []xhtml.Attribute, key string) string {
	for _, a := range attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

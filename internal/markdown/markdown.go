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
	stdhtml "html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
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
	_ = r.Render(&b, src, dialect.Parse(gmtext.NewReader(src))) // a Builder never fails
	return b.String()
}

// Text renders Markdown as one line of plain text, for meta descriptions and
// search: blocks and lines are joined by spaces, images stand as their
// alternative text.
func Text(source string) string { return text(HTML(source, "")) }

// text is the text of what HTML returned.
func text(source string) string {
	var b strings.Builder
	for rest := source; rest != ""; {
		t := scan(rest)
		rest = rest[len(t.raw):]
		switch {
		case t.name == "":
			b.WriteString(t.raw)
		case t.name == "img":
			b.WriteString(t.attr("alt"))
		case !inline[t.name]:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(stdhtml.UnescapeString(b.String())), " ")
}

// inline are the elements that do not part the text around them.
var inline = map[string]bool{"a": true, "code": true, "del": true, "em": true, "strong": true}

// Package markdown renders show notes and descriptions as HTML: for the site, for
// content:encoded and, simplified and cut, for the feed's <description>.
//
// The dialect is CommonMark with GitHub's tables, strikethrough and bare URLs as links.
// The source is untrusted. The HTML is safe to put into a page or a feed:
//
//   - Raw HTML elements are kept if [RawTags] lists them, with few attributes, and an
//     end tag is added where it is missing. Other tags are escaped, so that the author
//     sees them; [ShownTags] returns them. Comments are removed.
//   - Links are relative, or have one of the LinkSchemes; images are relative, or use
//     http or https. Any other link becomes its text, any other image its
//     alternative text.
//   - Attributes are href, src, alt, title, start, width, height, open and a code
//     block's language class. Tables have no alignment, because the content security
//     policy of the pages forbids style attributes.
//
// The same source and base always give the same bytes. A source that [TooComplex]
// reports gives no HTML.
package markdown

import (
	stdhtml "html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// dialect is the parser. It keeps no state between documents. Goldmark's own Convert is
// not used, because the renderer needs the base address.
var dialect parser.Parser = goldmark.New(goldmark.WithExtensions(
	extension.Table, extension.Strikethrough, extension.Linkify,
)).Parser()

// HTML renders Markdown. Relative links and images are resolved against base, an
// http or https URL; an empty base leaves them as they are.
func HTML(source, base string) string { return HTMLWithImages(source, base, nil) }

// HTMLWithImages is like HTML, but calls the function image with the address of each
// image in the source, and writes the address that the function returns. If the
// function is nil or returns an empty address, HTMLWithImages writes the same address
// as HTML.
func HTMLWithImages(source, base string, image func(address string) string) string {
	src, document := parse(source)
	return render(src, document, base, image)
}

// parse parses Markdown. It returns an empty document if the source is too complex.
func parse(source string) ([]byte, ast.Node) {
	if what, _ := TooComplex(source); what != "" {
		source = ""
	}
	src := []byte(strings.ToValidUTF8(source, "\uFFFD"))
	return src, dialect.Parse(gmtext.NewReader(src))
}

// render renders a node of a document.
func render(src []byte, n ast.Node, base string, image func(address string) string) string {
	safe := &sanitizer{imageURL: image}
	if u, ok := parseAddress(base, imageSchemes); ok && u.IsAbs() {
		safe.base = u
	}
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(safe, 100), // the lowest number has precedence
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(html.NewRenderer(), 1000),
	))
	var b strings.Builder
	_ = r.Render(&b, src, n) // a Builder returns no errors
	if safe.unbalanced {
		return balance(b.String())
	}
	return b.String()
}

// Text renders Markdown as one line of plain text, for meta descriptions. Blocks
// and lines are joined by spaces; images become their alternative text.
func Text(source string) string { return text(HTML(source, "")) }

// Lead returns the first paragraph with text as one line of plain text. Bare URLs do
// not count as text and are left out. Paragraphs in lists, quotations and tables are
// skipped. The result is empty if there is no such paragraph.
func Lead(source string) string {
	src, document := parse(source)
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() != ast.KindParagraph {
			continue
		}
		var bare []ast.Node
		_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering && n.Kind() == ast.KindAutoLink {
				bare = append(bare, n)
			}
			return ast.WalkContinue, nil
		})
		for _, link := range bare {
			link.Parent().RemoveChild(link.Parent(), link)
		}
		if lead := text(render(src, n, "", nil)); lead != "" {
			return lead
		}
	}
	return ""
}

// TextOf is Text for the HTML that the function HTML returned.
func TextOf(html string) string { return text(html) }

// text returns the text of HTML that the function HTML returned.
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

// inline are the elements that do not separate words.
var inline = map[string]bool{
	"a": true, "b": true, "code": true, "del": true, "em": true, "i": true, "kbd": true, "strong": true, "sub": true, "sup": true,
}

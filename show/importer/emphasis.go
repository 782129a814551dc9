package importer

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"golang.org/x/net/html"
)

// emphasisTags are the elements that Markdown writes with asterisks, and the tags that
// Markdown may have in their place.
var emphasisTags = map[string]string{"strong": "strong", "b": "strong", "em": "em", "i": "em"}

// literal is the prefix of the names of elements whose tags the converter writes into
// Markdown.
const literal = "literal-"

// registerLiterals makes the converter write the tags of literal elements.
func registerLiterals(c *converter.Converter) {
	for _, name := range []string{"strong", "em", "sub", "sup"} {
		c.Register.RendererFor(literal+name, converter.TagTypeInline, func(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
			_, _ = w.WriteString("<" + name + ">")
			ctx.RenderChildNodes(ctx, w, n)
			_, _ = w.WriteString("</" + name + ">")
			return converter.RenderSuccess
		}, converter.PriorityStandard)
	}
}

// registerEscapes makes the converter escape text that looks like a character reference.
func registerEscapes(c *converter.Converter) {
	c.Register.TextTransformer(func(_ converter.Context, text string) string {
		return entity.ReplaceAllString(text, "&amp;$1")
	}, converter.PriorityEarly)
}

// takesAsterisks reports whether asterisks around the content of an element are read as
// emphasis: an asterisk between a letter and punctuation opens or closes nothing
// (CommonMark, left-flanking and right-flanking delimiter runs).
func takesAsterisks(n *html.Node) bool {
	for _, last := range []bool{false, true} {
		inside, ok := edge(n, last)
		if ok && isPunctuation(inside) && isWord(beside(n, last)) {
			return false
		}
	}
	return true
}

func isPunctuation(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

func isWord(r rune) bool { return !unicode.IsSpace(r) && !isPunctuation(r) }

// edge returns the first or the last character that Markdown has for a node. ok is false
// if there is none.
func edge(n *html.Node, last bool) (r rune, ok bool) {
	switch {
	case n.Type == html.TextNode && last:
		r, _ = utf8.DecodeLastRuneInString(n.Data)
		return r, n.Data != ""
	case n.Type == html.TextNode:
		r, _ = utf8.DecodeRuneInString(n.Data)
		return r, n.Data != ""
	case blockTags[n.Data]:
		return ' ', true
	case slices.Contains([]string{"a", "img", "code", "del", "s"}, n.Data):
		return '[', true
	}
	for c := range n.ChildNodes() {
		if e, found := edge(c, last); found {
			r, ok = e, true
			if !last {
				break
			}
		}
	}
	return r, ok
}

// beside returns the character before or after an inline element. At the start and the
// end of its block this is a space.
func beside(n *html.Node, after bool) rune {
	for ; n != nil && !blockTags[n.Data]; n = n.Parent {
		for s := sibling(n, after); s != nil; s = sibling(s, after) {
			if r, ok := edge(s, !after); ok {
				return r
			}
		}
	}
	return ' '
}

func sibling(n *html.Node, after bool) *html.Node {
	if after {
		return n.NextSibling
	}
	return n.PrevSibling
}

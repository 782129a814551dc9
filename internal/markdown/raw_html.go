package markdown

import (
	"bytes"
	"cmp"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
)

// rawTags are the elements that Markdown may contain as HTML, with the attributes that
// are kept. The tags of other elements are shown as text.
var rawTags = map[string][]string{
	"a": {"href", "title"}, "b": nil, "blockquote": nil, "br": nil, "code": nil,
	"del": nil, "details": {"open"}, "em": nil, "h2": nil, "h3": nil, "h4": nil, "hr": nil,
	"i": nil, "img": {"src", "alt", "title", "width", "height"}, "kbd": nil, "li": nil,
	"ol": {"start"}, "p": nil, "pre": nil, "strong": nil, "sub": nil, "summary": nil, "sup": nil, "ul": nil,
}

// RawTags returns the names of the elements that Markdown may contain as HTML, sorted.
func RawTags() []string {
	names := make([]string, 0, len(rawTags))
	for name := range rawTags {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// isBlock has the elements that end an open paragraph.
var isBlock = map[string]bool{
	"blockquote": true, "details": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
	"hr": true, "li": true, "ol": true, "p": true, "pre": true, "summary": true, "table": true, "ul": true,
	"tbody": true, "td": true, "th": true, "thead": true, "tr": true,
}

// isParagraph has the blocks that cannot contain another block.
var isParagraph = map[string]bool{"p": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true}

// maxDepth is how deep elements may be nested in Markdown with raw HTML. Browsers allow
// 512 levels.
const maxDepth = 100

// rawHTML writes inline HTML: harmless tags as tags, others as text.
func (r *sanitizer) rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		r.writeRaw(w, withoutComments(node.(*ast.RawHTML).Segments.Value(source)))
	}
	return ast.WalkSkipChildren, nil
}

// htmlBlock writes a block of HTML. It puts the block in a paragraph unless the block
// begins with a harmless block element.
func (r *sanitizer) htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	shown := bytes.TrimSpace(withoutComments(blockSource(node.(*ast.HTMLBlock), source)))
	if len(shown) == 0 {
		return ast.WalkContinue, nil
	}
	if name := firstTag(shown); isBlock[name] && harmless(name) {
		r.writeRaw(w, shown)
		w.WriteByte('\n')
		return ast.WalkContinue, nil
	}
	w.WriteString("<p>")
	r.writeRaw(w, shown)
	w.WriteString("</p>\n")
	return ast.WalkContinue, nil
}

func harmless(name string) bool {
	_, ok := rawTags[name]
	return ok
}

// blockSource returns the source of a block of HTML.
func blockSource(n *ast.HTMLBlock, source []byte) []byte {
	raw := n.Lines().Value(source)
	if n.HasClosure() {
		raw = append(raw, n.ClosureLine.Value(source)...)
	}
	return raw
}

// firstTag returns the name of the tag that HTML begins with, or an empty string.
func firstTag(raw []byte) string {
	z := html.NewTokenizer(bytes.NewReader(raw))
	if kind := z.Next(); kind == html.TextToken {
		return ""
	}
	name, _ := z.TagName()
	return string(name)
}

// writeRaw writes the harmless tags of HTML as tags, and everything else as text.
func (r *sanitizer) writeRaw(w util.BufWriter, raw []byte) {
	z := html.NewTokenizer(bytes.NewReader(raw))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			w.Write(util.EscapeHTML(z.Raw())) // an unfinished tag
			return
		case html.TextToken:
			w.WriteString(html.EscapeString(html.UnescapeString(string(z.Raw()))))
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			shown := bytes.Clone(z.Raw())
			t := z.Token()
			switch {
			case !harmless(t.Data):
				w.Write(util.EscapeHTML(shown))
			case kind == html.EndTagToken:
				r.unbalanced = true
				if !isVoid(t.Data) {
					w.WriteString("</" + t.Data + ">")
				}
			default:
				r.unbalanced = true
				r.startTag(w, t)
			}
		default: // a declaration or a processing instruction
			w.Write(util.EscapeHTML(z.Raw()))
		}
	}
}

// startTag writes a harmless start tag with the attributes that are kept. Without an
// allowed address it writes no tag for a link, and the alternative text for an image.
func (r *sanitizer) startTag(w util.BufWriter, t html.Token) {
	value := map[string]string{}
	for _, a := range slices.Backward(t.Attr) { // the first of equal names counts
		value[a.Key] = a.Val
	}
	var attrs []string
	for _, key := range rawTags[t.Data] {
		v, written := value[key]
		if !written && key != "alt" {
			continue
		}
		switch key {
		case "href", "src":
			schemes := LinkSchemes
			if key == "src" {
				schemes = imageSchemes
				v = cmp.Or(r.ownImage(strings.TrimSpace(v)), v)
			}
			address, ok := r.address([]byte(strings.TrimSpace(v)), schemes)
			if !ok {
				w.Write(util.EscapeHTML([]byte(value["alt"])))
				return
			}
			v = address
		case "width", "height", "start":
			if n, err := strconv.Atoi(v); err != nil || n < 0 {
				continue
			}
		case "open":
			v = "open"
		}
		attrs = append(attrs, key, v)
	}
	if first := rawTags[t.Data]; len(first) > 0 && (first[0] == "href" || first[0] == "src") && (len(attrs) == 0 || attrs[0] != first[0]) {
		w.Write(util.EscapeHTML([]byte(value["alt"])))
		return
	}
	openTag(w, t.Data, attrs...)
}

// balance returns HTML whose elements are closed and properly nested. It drops end tags
// without a start tag, closes a paragraph or list item where the next one begins, and
// drops the tags of elements that are nested too deeply.
func balance(source string) string {
	var b strings.Builder
	var open nesting
	end := func(depth int) {
		b.WriteString(open[depth:].endTags())
		open = open[:depth]
	}
	for rest := source; rest != ""; {
		t := scan(rest)
		rest = rest[len(t.raw):]
		switch {
		case t.name == "" || isVoid(t.name) && !isBlock[t.name]:
			b.WriteString(t.raw)
		case t.end:
			if i := open.endedBy(t.name); i >= 0 {
				end(i)
			}
		default:
			end(open.endedByStart(t.name))
			if isVoid(t.name) {
				b.WriteString(t.raw)
			} else if len(open) < maxDepth {
				b.WriteString(t.raw)
				open = append(open, t.name)
			}
		}
	}
	end(0)
	return b.String()
}

// endedBy returns the index of the element that an end tag closes, or -1. In a table's
// cell, only the end tags of the table and its parts close elements outside of the
// cell.
func (n nesting) endedBy(name string) int {
	cell := slices.Contains([]string{"td", "th", "tr", "thead", "tbody", "table"}, name)
	for i, open := range slices.Backward(n) {
		switch {
		case open == name:
			return i
		case !cell && (open == "td" || open == "th"):
			return -1
		}
	}
	return -1
}

// endedByStart returns how many of the open elements stay open when a start tag
// follows.
func (n nesting) endedByStart(name string) int {
	depth := len(n)
	for i, open := range slices.Backward(n) {
		switch {
		case name == "a" && open == "a", isBlock[name] && isParagraph[open]:
			depth = i
		case name == "li" && open == "li":
			return i
		}
		if isBlock[open] && !isParagraph[open] {
			break
		}
	}
	return depth
}

// ShownTag is a tag, a link or an image in Markdown that is shown as text, or a tag that
// loses attributes.
type ShownTag struct {
	Tag     string   // as in <font>; <a> and <img> also for links and images in Markdown
	Offset  int      // offset of the first such tag in the source, in bytes
	Times   int      // number of such tags in the source
	Dropped []string // attributes that are dropped, if the tag itself is kept
	Address string   // the address whose scheme is not allowed, if only the text is kept
}

// maxShownTags is the maximum number of tags that ShownTags returns.
const maxShownTags = 20

// ShownTags returns the tags, links and images in Markdown that the function HTML shows
// as text, and the tags that lose attributes. Each different one is returned once, in
// the order of first occurrence. Only the first 20 are returned.
func ShownTags(source string) []ShownTag {
	if !strings.Contains(source, "<") && !hasOtherScheme(source) {
		return nil
	}
	if what, _ := TooComplex(source); what != "" {
		return nil
	}
	src := []byte(source)
	var list []ShownTag
	known := map[string]int{}
	add := func(t ShownTag) {
		key := t.Tag + " " + strings.Join(t.Dropped, " ") + " " + t.Address
		i, ok := known[key]
		if !ok && len(list) == maxShownTags {
			return
		}
		if !ok {
			i = len(list)
			known[key] = i
			list = append(list, t)
		}
		list[i].Times++
	}
	_ = ast.Walk(dialect.Parse(gmtext.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			addRefused(add, "<a>", unescaped(n.Destination), LinkSchemes, n.Pos())
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL {
				addRefused(add, "<a>", n.URL(src), LinkSchemes, n.Pos())
			}
		case *ast.Image:
			addRefused(add, "<img>", unescaped(n.Destination), imageSchemes, n.Pos())
		case *ast.RawHTML:
			addShown(add, n.Segments.Value(src), n.Segments.At(0).Start)
		case *ast.HTMLBlock:
			if n.Lines().Len() > 0 {
				addShown(add, blockSource(n, src), n.Lines().At(0).Start)
			} else if n.HasClosure() {
				addShown(add, blockSource(n, src), n.ClosureLine.Start)
			}
		}
		return ast.WalkContinue, nil
	})
	slices.SortStableFunc(list, func(a, b ShownTag) int { return cmp.Compare(a.Offset, b.Offset) })
	return list
}

// otherScheme matches the start of an address with a scheme, and what may precede it in
// Markdown.
var otherScheme = regexp.MustCompile(`(?:\]:\s*<?|[(<;\\])([A-Za-z][A-Za-z0-9+.-]*):`)

// hasOtherScheme reports whether Markdown may have an address with a scheme that is not
// allowed.
func hasOtherScheme(source string) bool {
	for _, m := range otherScheme.FindAllStringSubmatch(source, -1) {
		if !slices.Contains(imageSchemes, strings.ToLower(m[1])) {
			return true
		}
	}
	return false
}

// addRefused calls add if an address has a scheme that is not one of schemes.
func addRefused(add func(ShownTag), tag string, address []byte, schemes []string, offset int) {
	if m := scheme.FindSubmatch(address); m != nil && !slices.Contains(schemes, strings.ToLower(string(m[1]))) {
		add(ShownTag{Tag: tag, Offset: max(offset, 0), Address: string(address)})
	}
}

// addShown calls add for the tags in raw that are shown as text or lose attributes.
// offset is the offset of raw in the source.
func addShown(add func(ShownTag), raw []byte, offset int) {
	z := html.NewTokenizer(bytes.NewReader(raw))
	for {
		kind := z.Next()
		at, size := offset, len(z.Raw())
		offset += size
		switch kind {
		case html.ErrorToken:
			if z.Err() == io.EOF && size > 0 {
				add(ShownTag{Tag: tagStart(string(raw[len(raw)-size:])), Offset: at})
			}
			return
		case html.DoctypeToken:
			add(ShownTag{Tag: "<!DOCTYPE>", Offset: at})
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			for _, a := range t.Attr {
				switch {
				case t.Data == "a" && a.Key == "href":
					addRefused(add, "<a>", []byte(strings.TrimSpace(a.Val)), LinkSchemes, at)
				case t.Data == "img" && a.Key == "src":
					addRefused(add, "<img>", []byte(strings.TrimSpace(a.Val)), imageSchemes, at)
				}
			}
			if !harmless(t.Data) {
				add(ShownTag{Tag: "<" + t.Data + ">", Offset: at})
			} else if dropped := droppedAttributes(t); len(dropped) > 0 {
				add(ShownTag{Tag: "<" + t.Data + ">", Offset: at, Dropped: dropped})
			}
		}
	}
}

// tagStart returns the first 20 bytes of an unfinished tag, or fewer if its first line
// is shorter.
func tagStart(raw string) string {
	first, _, _ := strings.Cut(raw, "\n")
	return first[:min(len(first), 20)]
}

func droppedAttributes(t html.Token) (dropped []string) {
	for _, a := range t.Attr {
		if !slices.Contains(rawTags[t.Data], a.Key) && !slices.Contains(dropped, a.Key) && len(dropped) < 5 {
			dropped = append(dropped, a.Key)
		}
	}
	slices.Sort(dropped)
	return dropped
}

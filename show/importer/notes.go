package importer

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"onair/internal/markdown"
	"onair/internal/plural"
	"onair/internal/source"
)

var tag = regexp.MustCompile(`<[A-Za-z/!][^>]*>`)

func isHTML(s string) bool { return tag.MatchString(s) }

// toMarkdown returns the converter. The first call creates it.
var toMarkdown = sync.OnceValue(func() *converter.Converter {
	c := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithLinkEmptyHrefBehavior(commonmark.LinkBehaviorSkip)),
		table.NewTablePlugin(),
		strikethrough.NewStrikethroughPlugin(),
	))
	registerLiterals(c)
	registerEscapes(c)
	return c
})

// notesOf converts notes to Markdown, if possible with the same text and the same links.
// Blocks that the converter cannot convert without changes become plain text with links.
// Relative addresses are resolved against base, unless base is nil. lost describes what has
// changed. The Markdown is the same if it is rendered into a feed and converted again.
func notesOf(src string, base *url.URL) (md rendered, lost []string) {
	md, lost = converted(src, base)
	if isHTML(src) {
		lost = append(lost, lostAttributes(parse(src), parse(md.html))...)
	}
	for range 3 {
		feed := md.published()
		if body := parse(feed); isHTML(feed) {
			markdown.Restore(body)
			if again, ok := markdownOf(body, takesAsterisks); ok && again == md.source {
				break // without a comparison of what both show
			}
		}
		again, _ := converted(feed, nil)
		if again.source == md.source {
			break
		}
		md = again
	}
	return md, lost
}

// rendered is Markdown and the HTML that it becomes.
type rendered struct{ source, html string }

func render(md string) rendered { return rendered{md, markdown.HTML(md, "")} }

// published returns notes as onair writes them into a feed.
func (r rendered) published() string {
	if simple, complete := markdown.Simplify(r.html); complete {
		return simple
	}
	return r.html
}

func converted(src string, base *url.URL) (md rendered, lost []string) {
	src = strings.ToValidUTF8(strings.ReplaceAll(src, "\r\n", "\n"), "")
	if !isHTML(src) {
		return plainNotes(html.UnescapeString(src)), nil
	}
	body := parse(src)
	markdown.Restore(body)
	if n, addresses := removeScripts(body); n > 0 {
		text := "scripts, styles and frames in its notes are left out"
		if len(addresses) > 0 {
			text += ": " + strings.Join(addresses, ", ")
		}
		lost = append(lost, text)
	}
	lost = append(lost, resolveAddresses(body, base)...)
	lost = append(lost, replaceImages(body)...)
	var styles []string
	for n := range body.Descendants() {
		if href := strings.TrimSpace(attr(n, "href")); n.Data == "a" && href != "" && !shownLink(href) {
			lost = append(lost, fmt.Sprintf("the link to %s in its notes is left out; its text is kept", source.ShortQuote(href)))
		}
		if styleTags[n.Data] && n.Type == html.ElementNode && !slices.Contains(styles, "<"+n.Data+">") {
			styles = append(styles, "<"+n.Data+">")
		}
	}
	if len(styles) > 0 {
		lost = append(lost, "formatting by "+strings.Join(styles, ", ")+" in its notes is left out; the text is kept")
	}
	if md, ok := convert(body); ok {
		return md, lost
	}
	var parts []string
	plain, broken := 0, 0
	for _, block := range blocks(body) {
		md, ok := convert(block)
		if !ok {
			plain++
			if md = render(plainBlockOf(block)); !md.shows(block) {
				broken++
			}
		}
		if source := strings.TrimSpace(md.source); source != "" {
			parts = append(parts, source)
		}
	}
	if plain > 0 {
		lost = append(lost, fmt.Sprintf("formatting in %s of its notes is left out; the text and the links are kept", plural.Count(plain, "block")))
	}
	if broken > 0 {
		lost = append(lost, fmt.Sprintf("%s of its notes could not be converted exactly; compare them", plural.Count(broken, "block")))
	}
	return render(strings.Join(parts, "\n\n")), lost
}

// styleTags are elements that change how text looks in a way that Markdown cannot.
var styleTags = map[string]bool{"big": true, "center": true, "font": true, "ins": true, "mark": true, "small": true, "u": true}

// parse parses HTML and returns its body.
func parse(src string) *html.Node {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(src), body)
	if err != nil {
		body.AppendChild(&html.Node{Type: html.TextNode, Data: src})
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	return body
}

// removeScripts removes comments, and elements that notes cannot keep, such as scripts,
// frames, forms and templates. It returns the number of elements removed, and the addresses
// of what they show.
func removeScripts(n *html.Node) (removed int, addresses []string) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.CommentNode:
			n.RemoveChild(c)
		case c.Type == html.ElementNode && slices.Contains([]string{"script", "style", "iframe", "object", "embed", "noscript", "template", "form", "input", "button", "select", "textarea", "audio", "video"}, c.Data):
			n.RemoveChild(c)
			removed++
			if src := attr(c, "src"); src != "" {
				addresses = append(addresses, source.ShortQuote(line(src)))
			}
		default:
			more, inner := removeScripts(c)
			removed, addresses = removed+more, append(addresses, inner...)
		}
		c = next
	}
	return removed, addresses
}

// convert converts a node, and reports whether the Markdown shows the same content.
func convert(n *html.Node) (md rendered, ok bool) {
	if md, ok = convertWith(n, takesAsterisks); ok {
		return md, true
	}
	return convertWith(n, func(*html.Node) bool { return false })
}

// convertWith is like convert. It writes emphasis with asterisks if asterisks returns true,
// else with tags.
func convertWith(n *html.Node, asterisks func(*html.Node) bool) (md rendered, ok bool) {
	source, ok := markdownOf(n, asterisks)
	md = render(source)
	return md, ok && md.shows(n)
}

// markdownOf is like convertWith, but does not compare what the Markdown shows.
func markdownOf(n *html.Node, asterisks func(*html.Node) bool) (md string, ok bool) {
	// The converter changes its argument and escapes addresses, so it gets a copy in
	// which each address is a placeholder.
	var addresses []string
	out, err := toMarkdown().ConvertNode(copyOf(n, asterisks, func(address string) string {
		addresses = append(addresses, address)
		return fmt.Sprintf("http://%d.invalid", len(addresses)-1)
	}))
	if err != nil {
		return "", false
	}
	replace := func(form *regexp.Regexp, text string, by func(address string) string) string {
		return form.ReplaceAllStringFunc(text, func(s string) string {
			if i, err := strconv.Atoi(form.FindStringSubmatch(s)[1]); err == nil && i < len(addresses) {
				return by(addresses[i])
			}
			return s
		})
	}
	md = replace(autolink, string(out), func(address string) string { return "<" + strings.TrimPrefix(address, "mailto:") + ">" })
	md = replace(placeholder, md, func(address string) string { return "](" + destination(address) })
	return strings.TrimSpace(md), true
}

// autolink matches what the converter writes for a link whose text is its address.
var autolink = regexp.MustCompile(`\[http://self\.invalid\]\(http://(\d+)\.invalid\)`)

const autolinkText = "http://self.invalid"

// copyOf copies a node, and replaces each address of a link or an image by what the
// function address returns for it. An address in the text becomes a link, as apps show it.
// The text of a link to itself becomes autolinkText. Subscripts, superscripts, and emphasis
// that does not take asterisks become literal elements.
func copyOf(n *html.Node, asterisks func(*html.Node) bool, address func(string) string) *html.Node {
	c := &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Namespace: n.Namespace, Attr: slices.Clone(n.Attr)}
	if name := emphasisTags[n.Data]; name != "" && !asterisks(n) {
		c.DataAtom, c.Data = 0, literal+name
	} else if n.Data == "sub" || n.Data == "sup" {
		c.DataAtom, c.Data = 0, literal+n.Data
	}
	for i, a := range c.Attr {
		switch {
		case c.Data == "a" && a.Key == "href" && shownLink(a.Val):
			c.Attr[i].Val = address(a.Val)
			if linksToItself(n, a.Val) {
				c.AppendChild(&html.Node{Type: html.TextNode, Data: autolinkText})
				return c
			}
		case c.Data == "img" && a.Key == "src" && a.Val != "":
			c.Attr[i].Val = address(a.Val)
		case c.Data == "img" && a.Key == "alt":
			c.Attr[i].Val = line(a.Val)
		}
	}
	for child := range n.ChildNodes() {
		if child.Type != html.TextNode || slices.Contains([]string{"a", "code", "pre", "kbd", "samp", "tt"}, n.Data) {
			c.AppendChild(copyOf(child, asterisks, address))
			continue
		}
		done := 0
		add := func(end int) {
			if end > done {
				c.AppendChild(&html.Node{Type: html.TextNode, Data: child.Data[done:end]})
			}
		}
		for _, at := range bareAddresses(child.Data) {
			add(at[0])
			href, text := child.Data[at[0]:at[1]], autolinkText
			if strings.HasPrefix(href, "www.") {
				href, text = "http://"+href, href
			}
			link := &html.Node{Type: html.ElementNode, DataAtom: atom.A, Data: "a", Attr: []html.Attribute{{Key: "href", Val: address(href)}}}
			link.AppendChild(&html.Node{Type: html.TextNode, Data: text})
			c.AppendChild(link)
			done = at[1]
		}
		add(len(child.Data))
	}
	return c
}

// linksToItself reports whether the text of a link to href is that address, so that it can
// be written in angle brackets.
func linksToItself(a *html.Node, href string) bool {
	text := a.FirstChild
	if text == nil || text.Type != html.TextNode || text.NextSibling != nil || strings.TrimPrefix(href, "mailto:") != text.Data {
		return false
	}
	at := bareAddress.FindStringIndex(href)
	return at != nil && at[0] == 0 && !strings.HasPrefix(href, "www.") && !strings.ContainsAny(href, " <>") || strings.HasPrefix(href, "mailto:") && emailForm.MatchString(text.Data)
}

// placeholder matches what the converter writes for a placeholder of convert.
var placeholder = regexp.MustCompile(`\]\(http://(\d+)\.invalid`)

// shows reports whether the HTML shows the text, links and images of a node.
func (r rendered) shows(n *html.Node) bool {
	want, got := contentOf(n), contentOf(parse(r.html))
	if want.words() != got.words() || !slices.Equal(want.images, got.images) {
		return false
	}
	i := 0
	for _, link := range got.links { // addresses in the text become links as well
		switch {
		case i < len(want.links) && link.href == want.links[i].href:
			i++
		case strings.TrimPrefix(link.href, "mailto:") != link.text && strings.TrimPrefix(link.href, "http://") != link.text:
			return false
		}
	}
	return i == len(want.links)
}

// content is what a reader sees of notes.
type content struct {
	text   strings.Builder
	links  []link
	images []string
}

type link struct{ href, text string }

func (c *content) words() string { return strings.Join(strings.Fields(c.text.String()), " ") }

// contentOf returns the content that a node shows.
func contentOf(n *html.Node) *content {
	c := &content{}
	c.add(n)
	return c
}

// blockTags are the elements that separate words.
var blockTags = map[string]bool{
	"address": true, "article": true, "aside": true, "blockquote": true, "br": true, "dd": true, "details": true, "div": true, "dl": true, "dt": true,
	"figcaption": true, "figure": true, "footer": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "header": true,
	"hr": true, "li": true, "main": true, "nav": true, "ol": true, "p": true, "pre": true, "section": true, "summary": true, "table": true,
	"tbody": true, "td": true, "tfoot": true, "th": true, "thead": true, "tr": true, "ul": true,
}

func (c *content) add(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		c.text.WriteString(n.Data)
		return
	case html.CommentNode:
		return
	}
	space := blockTags[n.Data]
	if space {
		c.text.WriteByte('\n')
	}
	if n.Data == "img" {
		c.images = append(c.images, address(attr(n, "src")))
	}
	start := c.text.Len()
	for child := range n.ChildNodes() {
		c.add(child)
	}
	if href := attr(n, "href"); n.Data == "a" && shownLink(href) {
		c.links = append(c.links, link{address(href), strings.TrimSpace(c.text.String()[start:])})
	}
	if space {
		c.text.WriteByte('\n')
	}
}

// shownLink reports whether notes may contain a link to an address.
func shownLink(href string) bool {
	href = strings.TrimSpace(href)
	scheme, _, ok := strings.Cut(href, ":")
	if href == "" {
		return false
	}
	return !ok || strings.ContainsAny(scheme, "/?#") || slices.Contains(markdown.LinkSchemes, strings.ToLower(scheme))
}

// address returns an address as browsers read it, without line breaks and tabs.
func address(href string) string { return withoutBreaks.Replace(strings.TrimSpace(href)) }

var withoutBreaks = strings.NewReplacer("\n", "", "\r", "", "\t", "")

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// textOf returns the text of HTML, with each block on its own line.
func textOf(src string) string {
	body := parse(src)
	_, _ = removeScripts(body)
	text := contentOf(body).text.String()
	var lines []string
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

// hasMore reports whether HTML has more images or more tables than other HTML.
func hasMore(src, other string) bool {
	count := func(src string) (images, tables int) {
		for n := range parse(src).Descendants() {
			switch {
			case n.Type != html.ElementNode:
			case n.Data == "img":
				images++
			case n.Data == "table":
				tables++
			}
		}
		return images, tables
	}
	images, tables := count(src)
	otherImages, otherTables := count(other)
	return images > otherImages || tables > otherTables
}

// blocks divides notes into parts that can be converted one by one. Each part is a div
// with one block, or with the text and inline elements between blocks.
func blocks(body *html.Node) []*html.Node {
	var list []*html.Node
	var loose *html.Node
	for c := body.FirstChild; c != nil; {
		next := c.NextSibling
		body.RemoveChild(c)
		block := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
		if c.Type == html.ElementNode && blockTags[c.Data] && c.Data != "br" {
			loose = nil
		} else if loose != nil {
			block = nil
		} else {
			loose = block
		}
		if block != nil {
			list = append(list, block)
			block.AppendChild(c)
		} else {
			loose.AppendChild(c)
		}
		c = next
	}
	return list
}

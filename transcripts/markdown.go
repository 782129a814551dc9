package transcripts

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	gm "github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"onair/internal/finding"
)

// inlineParser reads a paragraph: whatever its lines start with, they open no
// other block. blockParser reads lists, quotations, headings and fences; it
// knows no HTML blocks, because those would swallow words.
var (
	inlineParser = newMarkdown(util.Prioritized(gm.NewParagraphParser(), 1000))
	blockParser  = newMarkdown(
		util.Prioritized(gm.NewThematicBreakParser(), 200),
		util.Prioritized(gm.NewListParser(), 300),
		util.Prioritized(gm.NewListItemParser(), 400),
		util.Prioritized(gm.NewCodeBlockParser(), 500),
		util.Prioritized(gm.NewATXHeadingParser(), 600),
		util.Prioritized(gm.NewFencedCodeBlockParser(), 700),
		util.Prioritized(gm.NewBlockquoteParser(), 800),
		util.Prioritized(gm.NewParagraphParser(), 1000),
	)
)

func newMarkdown(blocks ...util.PrioritizedValue) gm.Parser {
	return gm.NewParser(
		gm.WithBlockParsers(blocks...),
		gm.WithInlineParsers(append(gm.DefaultInlineParsers(), util.Prioritized(markParser{}, 150))...),
	)
}

// markParser teaches goldmark the marks of transcripts, and to see a link
// where the target is broken.
type markParser struct{}

// Trigger is the first byte of a mark, an escaped or a plain bracket, and the
// end of a link's text.
func (markParser) Trigger() []byte { return []byte{'\\', '[', ']'} }

// Parse reads one mark, or nothing.
func (markParser) Parse(_ ast.Node, block text.Reader, _ gm.Context) ast.Node {
	line, segment := block.PeekLine()
	if line[0] == ']' {
		if len(line) == 1 || line[1] != '(' || targetEnds(line[1:]) {
			return nil
		}
		block.Advance(1)
		return ast.NewTextSegment(segment.WithStop(segment.Start + 1))
	}
	source := block.Source()
	if m, ok := scanMark(source[:segment.Stop], segment.Start); ok {
		block.Advance(m.size)
		return &markNode{mark: m}
	}
	if label, n := brokenLink(line); n > 0 {
		block.Advance(n)
		node := &brokenNode{at: segment.Start}
		node.AppendChild(node, ast.NewTextSegment(text.NewSegment(segment.Start+1, segment.Start+1+label)))
		return node
	}
	return nil
}

// markNode is a mark in the tree of goldmark.
type markNode struct {
	ast.BaseInline
	mark rawMark
}

var kindMark = ast.NewNodeKind("Mark")

// Kind tells the node from others.
func (*markNode) Kind() ast.NodeKind { return kindMark }

// Dump prints the node for debugging.
func (n *markNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// brokenNode is the text of a link whose target cannot be read.
type brokenNode struct {
	ast.BaseInline
	at int
}

var kindBroken = ast.NewNodeKind("BrokenLink")

// Kind tells the node from others.
func (*brokenNode) Kind() ast.NodeKind { return kindBroken }

// Dump prints the node for debugging.
func (n *brokenNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// brokenLink recognises "[text](http… with a space)" and "[text](http…" without
// an end, which CommonMark takes for words. It returns the length of the text
// and of the whole, or zeros.
func brokenLink(line []byte) (label, n int) {
	const maxLabel = 300
	label = bytes.IndexByte(line[:min(len(line), maxLabel)], ']') - 1
	if line[0] != '[' || label < 1 || bytes.IndexByte(line[1:label+1], '[') >= 0 {
		return 0, 0
	}
	target := line[label+2:]
	if !bytes.HasPrefix(target, []byte("(http")) {
		return 0, 0
	}
	end := bytes.IndexByte(target[:min(len(target), maxTarget)], ')')
	space := bytes.IndexAny(target[:min(len(target), maxTarget)], " \n")
	switch {
	case end >= 0 && (space < 0 || space > end):
		return 0, 0
	case end >= 0 && bytes.IndexByte(target[:end], '"') < 0:
		return label, label + 2 + end + 1
	case end < 0 && space > 0:
		return label, label + 2 + space
	case end < 0 && len(target) < maxTarget:
		return label, len(line)
	}
	return 0, 0
}

// targetEnds reports whether the target of a link can end near enough. Looking
// for the end of each of many as far as it takes would be quadratic.
func targetEnds(s []byte) bool {
	s = s[:min(len(s), maxTarget)]
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return true
			}
		case ' ', '\n':
			return bytes.IndexByte(s[i:], ')') >= 0
		}
	}
	return false
}

// maxTarget is how far the end of a link's target is looked for, in bytes.
const maxTarget = 2048

// markdown renders a stretch of the source through goldmark.
func (p *parser) markdown(s span, parser gm.Parser) {
	w := walker{p: p, out: &p.out}
	// The reader sees the source up to the end of the stretch, so that every
	// offset in the tree is one of the source.
	reader := text.NewReader(p.src[:s.to])
	reader.SetPosition(-1, text.NewSegment(s.from, s.from))
	reader.AdvanceLine()
	document := parser.Parse(reader)
	if parser == blockParser {
		w.children(document)
		return
	}
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		w.children(n)
	}
}

// walker renders a tree of goldmark.
type walker struct {
	p   *parser
	out *renderer
}

func (w *walker) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.node(c)
	}
}

// node renders one node and all below it.
func (w *walker) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.p.literal(n.Segment.Start, n.Segment.Stop)
		if n.SoftLineBreak() || n.HardLineBreak() {
			w.out.space()
		}
	case *markNode:
		w.p.addMark(&n.mark)
	case *ast.Emphasis:
		w.emphasis(n)
	case *ast.CodeSpan:
		w.code(n)
	case *ast.Link:
		w.link(n, n.Destination)
	case *ast.AutoLink:
		w.autoLink(n)
	case *ast.Image:
		w.image(n)
	case *ast.RawHTML:
		w.rawHTML(n)
	case *brokenNode:
		w.p.report("T021", n.at, "write [text](https://…) without spaces", "link without a readable target")
		w.children(n)
	case *ast.String:
		w.out.write(n.Value)
	default:
		w.block(n)
	}
}

func (w *walker) emphasis(n *ast.Emphasis) {
	tag := "em"
	if n.Level > 1 {
		tag = "strong"
	}
	w.out.inlineTag("<" + tag + ">")
	w.children(n)
	w.out.tag("</" + tag + ">")
}

func (w *walker) code(n *ast.CodeSpan) {
	w.out.inlineTag("<code>")
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		segment := c.(*ast.Text).Segment
		odd := w.out.odd
		w.out.write(segment.Value(w.p.src))
		if w.out.odd != odd {
			w.p.reportOdd(segment.Start)
		}
	}
	if first, ok := n.FirstChild().(*ast.Text); ok {
		w.p.keepSpaces(span{first.Segment.Start, n.LastChild().(*ast.Text).Segment.Stop})
	}
	w.out.tag("</code>")
}

// harmless are the tags that people use to mark up words. They are left out
// like any other.
var harmless = map[string]bool{
	"b": true, "strong": true, "i": true, "em": true, "u": true, "s": true, "strike": true, "del": true, "ins": true,
	"code": true, "kbd": true, "pre": true, "sub": true, "sup": true, "small": true, "mark": true, "q": true, "br": true,
}

// rawHTML reports HTML, which is left out: a bare tag that is harmless as a
// remark, anything else as an error.
func (w *walker) rawHTML(n *ast.RawHTML) {
	from := n.Segments.At(0).Start
	to := n.Segments.At(n.Segments.Len() - 1).Stop
	w.p.keepSpaces(span{from, to})
	w.p.report("T023", from, "remove it, or write &lt; for <", "HTML is left out")
	if name := strings.ToLower(strings.Trim(string(w.p.src[from:to]), "</> ")); harmless[name] {
		f := &w.p.t.Findings[len(w.p.t.Findings)-1]
		f.Severity, f.Hint = finding.Info, "write Markdown instead"
	}
}

// link renders a link to a target that is safe, and only the text of another.
func (w *walker) link(n ast.Node, target []byte) {
	href, problem := safeTarget(target)
	if problem != "" {
		w.p.report("T021", n.Pos(), "write [text](https://…)", "%s", problem)
		w.p.mendTarget(n.Pos(), target)
	}
	if href == "" {
		w.children(n)
		return
	}
	w.out.inlineTag(`<a href="` + href + `">`)
	w.children(n)
	w.out.tag("</a>")
}

func (w *walker) autoLink(n *ast.AutoLink) {
	url := n.URL(w.p.src)
	if n.AutoLinkType == ast.AutoLinkEmail {
		url = append([]byte("mailto:"), url...)
	}
	href, problem := safeTarget(url)
	if problem != "" {
		w.p.report("T021", n.Pos(), "", "%s", problem)
	}
	if href != "" {
		w.out.inlineTag(`<a href="` + href + `">`)
	}
	w.out.write(n.Label(w.p.src))
	if href != "" {
		w.out.tag("</a>")
	}
}

// image shows the description of an image as a note. The image itself would be
// loaded from wherever a contributor says.
func (w *walker) image(n *ast.Image) {
	m := Mark{Note: noteText(w.source(n))}
	if m.Note == "" {
		m.Note = "image"
	}
	m.Line, m.Column = w.p.place(max(n.Pos(), 0))
	w.out.mark(m)
}

// source is the Markdown of all text below a node.
func (w *walker) source(n ast.Node) (s []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			s = append(s, t.Segment.Value(w.p.src)...)
		}
		s = append(s, w.source(c)...)
	}
	return s
}

// block renders the nodes of lists, quotations, headings and code.
func (w *walker) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.List:
		w.list(n)
	case *ast.ListItem:
		w.element("li", n)
	case *ast.Blockquote:
		w.element("blockquote", n)
	case *ast.Paragraph:
		w.element("p", n)
	case *ast.Heading:
		w.element("h4", n)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		w.lines(n)
	case *ast.ThematicBreak:
		w.out.tag("<hr>")
	default: // a text block of a tight list
		w.out.beginPart()
		w.children(n)
	}
}

func (w *walker) element(tag string, n ast.Node) {
	w.out.beginPart()
	w.out.blockTag("<" + tag + ">")
	w.children(n)
	w.out.blockTag("</" + tag + ">")
}

func (w *walker) list(n *ast.List) {
	open, end := "<ul>", "</ul>"
	if n.IsOrdered() {
		open, end = "<ol>", "</ol>"
		if n.Start != 1 {
			open = `<ol start="` + strconv.Itoa(n.Start) + `">`
		}
	}
	w.out.blockTag(open)
	w.children(n)
	w.out.blockTag(end)
}

// lines renders a block of code. Its lines are folded into one another in the spoken
// words, and kept apart in the HTML.
func (w *walker) lines(n ast.Node) {
	w.out.beginPart()
	w.out.blockTag("<pre><code>")
	lines := n.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		w.out.write(bytes.TrimRight(line.Value(w.p.src), "\r\n"))
		w.out.space()
		w.out.blockTag("\n")
	}
	w.out.tag("</code></pre>")
}

// safeTarget returns the target of a link, escaped for an attribute: http,
// https, mailto or relative. It is empty for any other, and problem says what
// is wrong with it.
func safeTarget(raw []byte) (href, problem string) {
	target := util.UnescapePunctuations(raw)
	target = util.ResolveEntityNames(util.ResolveNumericReferences(target))
	url := strings.TrimSpace(string(target))
	if inner := strings.TrimLeft(url, "("); inner != url {
		url, problem = strings.TrimRight(inner, ")"), "parentheses around the target of a link"
	}
	if url == "" {
		return "", "link without a target"
	}
	if strings.HasPrefix(url, "[") {
		return "", "link inside of the target of a link"
	}
	if looksLikeHost(url) {
		return string(util.EscapeHTML(util.URLEscape([]byte("https://"+url), false))), "link without https://"
	}
	if i := strings.IndexAny(url, ":/?#"); i >= 0 && url[i] == ':' {
		switch strings.ToLower(url[:i]) {
		case "http", "https", "mailto":
		default:
			return "", "link to something else than http, https or mailto"
		}
	}
	return string(util.EscapeHTML(util.URLEscape([]byte(url), false))), problem
}

package transcripts

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	gm "github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// inlineParser reads a paragraph, whose lines open no other block. blockParser reads
// lists, quotations, headings and fences. It does not know HTML blocks, because they
// would swallow words.
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

// markParser makes goldmark read the marks of transcripts, and links with a broken
// target.
type markParser struct{}

// Trigger returns the bytes at which Parse is called: the first byte of an escaped
// or plain bracket, and the end of a link's text.
func (markParser) Trigger() []byte { return []byte{'\\', '[', ']'} }

// Parse reads one mark, or a link with a broken target. It returns nil if there is neither.
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
		return &goldmarkMark{mark: m}
	}
	if label, n := scanBrokenLink(line); n > 0 {
		block.Advance(n)
		node := &goldmarkBroken{at: segment.Start}
		node.AppendChild(node, ast.NewTextSegment(text.NewSegment(segment.Start+1, segment.Start+1+label)))
		return node
	}
	return nil
}

// goldmarkMark is a mark in the tree of goldmark.
type goldmarkMark struct {
	ast.BaseInline
	mark markNode
}

var kindMark = ast.NewNodeKind("Mark")

// Kind distinguishes the node from others.
func (*goldmarkMark) Kind() ast.NodeKind { return kindMark }

// Dump prints the node for debugging.
func (n *goldmarkMark) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// goldmarkBroken is the text of a link whose target cannot be read.
type goldmarkBroken struct {
	ast.BaseInline
	at int
}

var kindBroken = ast.NewNodeKind("BrokenLink")

// Kind distinguishes the node from others.
func (*goldmarkBroken) Kind() ast.NodeKind { return kindBroken }

// Dump prints the node for debugging.
func (n *goldmarkBroken) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// scanBrokenLink recognizes "[text](http… with a space)", "[text](http…" without an end,
// and "[text]([text](http…))". CommonMark reads these as words. It returns the length of
// the text and of the whole link, or zeros.
func scanBrokenLink(line []byte) (label, n int) {
	const maxLabel = 300
	label = bytes.IndexByte(line[:min(len(line), maxLabel)], ']') - 1
	if line[0] != '[' || label < 1 || bytes.IndexByte(line[1:label+1], '[') >= 0 {
		return 0, 0
	}
	target := line[label+2:]
	if bytes.HasPrefix(target, []byte("([")) { // [text]([text of another link](http…))
		target = target[:min(len(target), maxTarget)]
		inner := bytes.Index(target, []byte("](http"))
		if inner < 0 || bytes.ContainsAny(target[2:inner], "[]\n") {
			return 0, 0
		}
		end := bytes.Index(target[inner:], []byte("))"))
		if end < 0 || bytes.IndexByte(target[inner:inner+end], '\n') >= 0 {
			return 0, 0
		}
		return label, label + 2 + inner + end + len("))")
	}
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

// targetEnds reports whether the target of a link ends within maxTarget bytes. Without that
// limit, finding the ends of many targets would take quadratic time.
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

// maxTarget is the longest target of a link, in bytes.
const maxTarget = 2048

// maxWork limits the markup in a stretch for which goldmark's time grows with its square.
const maxWork = 64 << 20

// isDense reports whether Markdown has so many signs of emphasis, or so many closing
// brackets in so many lines, that it is not read through goldmark.
func isDense(source []byte) bool {
	runs, closing, lines := 0, 0, 1
	for i, c := range source {
		switch c {
		case '*', '_':
			if i == 0 || source[i-1] != c {
				runs++
			}
		case ']':
			closing++
		case '\n':
			lines++
		}
	}
	return runs*runs > maxWork || closing*lines > maxWork
}

// readMarkdown reads a stretch of the source through goldmark, or as words if it has too
// much markup.
func (r *inlineReader) readMarkdown(s span, parser gm.Parser) {
	if isDense(r.src[s.from():s.to()]) {
		r.inlines = append(r.inlines, inlineNode{kind: denseInline, span: newSpan(s.from(), s.from())})
		r.readLiteral(s.from(), s.to())
		return
	}
	w := walker{file: r.file, r: r}
	// The reader sees the source up to the end of the stretch, so that offsets in
	// the tree are offsets in the source.
	reader := text.NewReader(r.src[:s.to()])
	reader.SetPosition(-1, text.NewSegment(s.from(), s.from()))
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

// walker turns a tree of goldmark into nodes.
type walker struct {
	*file
	r *inlineReader
}

func (w *walker) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.node(c)
	}
}

// add appends a node that has no text of its own.
func (w *walker) add(kind inlineKind, e element, ref int) {
	w.inlines = append(w.inlines, inlineNode{kind: kind, element: e, ref: int32(ref)})
}

// node adds a node and its descendants.
func (w *walker) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.r.readLiteral(n.Segment.Start, n.Segment.Stop)
		if n.SoftLineBreak() || n.HardLineBreak() {
			w.add(breakInline, noElement, 0)
		}
	case *goldmarkMark:
		w.r.addMark(&n.mark)
	case *ast.Emphasis:
		e := emphasis
		if n.Level > 1 {
			e = strong
		}
		w.add(openInline, e, 0)
		w.children(n)
		w.add(closeInline, e, 0)
	case *ast.CodeSpan:
		w.code(n)
	case *ast.Link:
		w.link(n)
	case *ast.AutoLink:
		w.autoLink(n)
	case *ast.Image:
		w.image(n)
	case *ast.RawHTML:
		w.r.add(htmlInline, newSpan(n.Segments.At(0).Start, n.Segments.At(n.Segments.Len()-1).Stop))
	case *goldmarkBroken:
		w.inlines = append(w.inlines, inlineNode{kind: brokenLink, span: newSpan(n.at, n.at)})
		w.children(n)
	default:
		w.block(n)
	}
}

func (w *walker) code(n *ast.CodeSpan) {
	node := inlineNode{kind: codeInline, element: codeSpan}
	if first, ok := n.FirstChild().(*ast.Text); ok {
		node.span = newSpan(first.Segment.Start, n.LastChild().(*ast.Text).Segment.Stop)
	}
	w.inlines = append(w.inlines, node)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.codeText(codeText, c.(*ast.Text).Segment)
	}
	w.add(closeInline, codeSpan, 0)
}

// codeText adds code. If goldmark has replaced a tab before the code by padding, codeText
// adds white space for it.
func (w *walker) codeText(kind inlineKind, s text.Segment) {
	if s.Padding > 0 {
		w.add(breakInline, noElement, 0)
	}
	w.inlines = append(w.inlines, inlineNode{kind: kind, span: newSpan(s.Start, s.Stop)})
}

func (w *walker) link(n *ast.Link) {
	ref := w.addLink(n.Pos(), n.Destination)
	w.add(linkInline, noElement, ref)
	w.children(n)
	w.add(linkEnd, noElement, ref)
}

func (w *walker) autoLink(n *ast.AutoLink) {
	url := n.URL(w.src)
	if n.AutoLinkType == ast.AutoLinkEmail {
		url = append([]byte("mailto:"), url...)
	}
	from := n.Pos() + len("<")
	w.add(autoLinkInline, noElement, w.addLink(n.Pos(), url))
	w.inlines[len(w.inlines)-1].span = newSpan(from, from+len(n.Label(w.src)))
}

// addLink appends the target of a link and returns its index.
func (w *walker) addLink(at int, target []byte) int {
	link := linkNode{at: at, target: target}
	link.href, link.problem = safeTarget(target)
	w.links = append(w.links, link)
	return len(w.links) - 1
}

// image adds the description of an image as a note. The image is not loaded,
// because a contributor may choose its address.
func (w *walker) image(n *ast.Image) {
	note := noteText(w.source(n))
	if note == "" {
		note = "image"
	}
	w.add(imageInline, noElement, len(w.images))
	at := max(n.Pos(), 0)
	w.inlines[len(w.inlines)-1].span = newSpan(at, at)
	w.images = append(w.images, note)
}

// source returns the Markdown of all text below a node.
func (w *walker) source(n ast.Node) (s []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			s = append(s, t.Segment.Value(w.src)...)
		}
		s = append(s, w.source(c)...)
	}
	return s
}

// block adds the nodes of lists, quotations, headings and code.
func (w *walker) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.List:
		e := bulletList
		if n.IsOrdered() {
			e = numberedList
		}
		w.add(openList, e, n.Start)
		w.children(n)
		w.add(closeList, e, 0)
	case *ast.ListItem:
		w.element(listItem, n)
	case *ast.Blockquote:
		w.element(blockQuotation, n)
	case *ast.Paragraph:
		w.element(innerParagraph, n)
	case *ast.Heading:
		w.element(innerHeading, n)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		w.codeBlock(n)
	case *ast.ThematicBreak:
		w.add(rule, noElement, 0)
	default: // a text block of a tight list
		w.add(partBlock, noElement, 0)
		w.children(n)
	}
}

func (w *walker) element(e element, n ast.Node) {
	w.add(openBlock, e, 0)
	w.children(n)
	w.add(closeBlock, e, 0)
}

// codeBlock adds a block of code, line by line.
func (w *walker) codeBlock(n ast.Node) {
	w.add(openBlock, codeBlock, 0)
	lines := n.Lines()
	for i := range lines.Len() {
		w.codeText(codeLine, lines.At(i))
	}
	w.add(closeBlock, codeBlock, 0)
}

// safeTarget returns the target of a link, escaped for an attribute, if it is http,
// https, mailto or relative, and otherwise an empty string. problem says what is wrong
// with the target.
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

// hostEndings are the ends of host names that people write without a scheme. Targets with
// other ends are not host names: notes.md is a file beside the transcript.
var hostEndings = []string{".com", ".org", ".net", ".io", ".dev", ".fm", ".app", ".co", ".ai", ".tv", ".me", ".edu", ".gov"}

// looksLikeHost reports whether a link's target starts with a host name and lacks
// https://.
func looksLikeHost(target string) bool {
	host, _, _ := strings.Cut(target, "/")
	host = strings.ToLower(host)
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return false
	}
	if strings.HasPrefix(host, "www.") {
		return true
	}
	for _, ending := range hostEndings {
		if strings.HasSuffix(host, ending) && len(host) > len(ending) {
			return true
		}
	}
	return false
}

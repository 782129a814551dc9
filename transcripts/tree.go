package transcripts

import (
	"bytes"
	"sort"

	"onair/internal/finding"
)

// span is a half-open range of offsets or indexes. It has 32 bits for each end, because a
// long transcript has millions of spans.
type span struct{ start, end int32 }

func newSpan(from, to int) span { return span{int32(from), int32(to)} }

// from returns the first offset of the span.
func (s span) from() int { return int(s.start) }

// to returns the offset after the span.
func (s span) to() int { return int(s.end) }

// file is the syntax tree of a transcript: turns, their blocks, and the inline
// nodes of blocks. Every node has its place in src. All nodes of a kind are in one
// slice, in the order of the source.
type file struct {
	src     []byte // lines end with LF
	lines   []span // the lines without their ends
	body    int    // first line after the front matter
	clips   bool   // timeline: clips
	machine int    // line of machine:, which marks a text that is not reviewed; 0 if there is none
	turns   []turnNode
	blocks  []blockNode
	inlines []inlineNode
	marks   []markNode
	links   []linkNode
	images  []string // the description of each image

	original []byte // the source with its original line ends
	returns  []int  // offsets in src of the line ends that were CRLF in original
}

// turnNode is a label and the blocks after it. The first turnNode has no label; it holds
// the blocks before the first label.
type turnNode struct {
	label    *label
	speaker  string // the name that the label stands for
	line     int32  // line of the label; -1 if the label stands inside a paragraph
	text     int32  // start of the text after label and stamps
	stamps   span   // indexes of a pause's marks, at most two
	blocks   span   // indexes of blocks
	pause    bool
	labelled bool
}

// blockNode is a paragraph, list, quotation, heading, fence or divider.
type blockNode struct {
	span    span  // place in the source, with white space around it
	inlines span  // indexes of inlines
	at      int32 // offset of its first character
	line    int32 // line of its first character
	marks   int32 // number of marks, including images
	kind    blockKind
	alone   bool    // it starts its line, without a label before it
	under   bool    // it is a paragraph below a label that stands alone on its line
	outcome outcome // set when the block is rendered
	hidden  bool    // it has characters that are not shown
}

// outcome is what becomes of a block when it is rendered.
type outcome uint8

const (
	joined    outcome = iota // it belongs to the turn of the label above
	opensTurn                // it opens a turn that has no label
	carried                  // it has no words, and its marks go to the turn below
	dropped                  // it shows nothing
)

// inlineNode is a part of a block.
type inlineNode struct {
	kind    inlineKind
	element element
	ref     int32 // index in marks, links or images, depending on kind; for openList, the first number of the list
	span    span
}

// inlineKind is the kind of an inlineNode.
type inlineKind uint8

const (
	textInline     inlineKind = iota // text without escapes
	charInline                       // one character, escaped or not
	entityInline                     // a character reference
	breakInline                      // a line end
	markInline                       // a stamp or note
	imageInline                      // an image
	openInline                       // start of an inline element
	closeInline                      // end of an inline element
	codeInline                       // start of a code span; the node's span is the whole code span
	codeText                         // text of a code span
	linkInline                       // start of a link
	linkEnd                          // end of a link
	autoLinkInline                   // a link whose text is its target
	brokenLink                       // start of a link without a readable target
	denseInline                      // start of text whose markup is not read
	htmlInline                       // an HTML tag, which is not written
	openBlock                        // start of a nested block
	closeBlock                       // end of a nested block
	partBlock                        // start of a nested block without an element
	openList                         // start of a list
	closeList                        // end of a list
	codeLine                         // a line of a block of code
	rule                             // a divider
)

// element is the HTML element of a node.
type element uint8

const (
	noElement element = iota
	emphasis
	strong
	codeSpan
	bulletList
	numberedList
	listItem
	blockQuotation
	innerParagraph
	innerHeading
	codeBlock
)

// elements has the tags of each element.
var elements = [...]struct{ open, close string }{
	emphasis:       {"<em>", "</em>"},
	strong:         {"<strong>", "</strong>"},
	codeSpan:       {"<code>", "</code>"},
	bulletList:     {"<ul>", "</ul>"},
	numberedList:   {"<ol>", "</ol>"},
	listItem:       {"<li>", "</li>"},
	blockQuotation: {"<blockquote>", "</blockquote>"},
	innerParagraph: {"<p>", "</p>"},
	innerHeading:   {"<h4>", "</h4>"},
	codeBlock:      {"<pre><code>", "</code></pre>"},
}

// linkNode is a link and its target.
type linkNode struct {
	at      int    // where the link starts
	target  []byte // as written
	href    string // escaped for an attribute; empty if the target is not safe
	problem string // empty if there is none
}

// newFile splits a source into lines.
func newFile(src []byte) *file {
	f := &file{src: src, original: src}
	if bytes.IndexByte(src, '\r') >= 0 {
		f.convertLineEnds()
	}
	f.lines = make([]span, 0, bytes.Count(f.src, []byte("\n"))+1)
	from := len(f.src) - len(bytes.TrimPrefix(f.src, []byte("\ufeff")))
	for from < len(f.src) {
		n := bytes.IndexByte(f.src[from:], '\n')
		if n < 0 {
			f.lines = append(f.lines, newSpan(from, len(f.src)))
			break
		}
		f.lines = append(f.lines, newSpan(from, from+n))
		from += n + 1
	}
	return f
}

// convertLineEnds replaces all line ends with LF, and records which ones were CRLF.
func (f *file) convertLineEnds() {
	src := make([]byte, 0, len(f.original))
	for i, c := range f.original {
		switch {
		case c != '\r':
			src = append(src, c)
		case i+1 < len(f.original) && f.original[i+1] == '\n':
			f.returns = append(f.returns, len(src))
		default:
			src = append(src, '\n')
		}
	}
	f.src = src
}

// unixLines replaces all line ends with LF.
func unixLines(src []byte) []byte {
	if bytes.IndexByte(src, '\r') < 0 {
		return src
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
}

// inOriginal converts an offset of src to one of original.
func (f *file) inOriginal(at int) int { return at + sort.SearchInts(f.returns, at) }

// line returns the bytes of line i, counted from 0.
func (f *file) line(i int) []byte { return f.src[f.lines[i].from():f.lines[i].to()] }

// blank reports whether line i has no text.
func (f *file) blank(i int) bool { return len(bytes.TrimSpace(f.line(i))) == 0 }

// place converts an offset of src to line and column, both counted from 1.
func (f *file) place(at int) (line, column int) {
	line = sort.Search(len(f.lines), func(i int) bool { return f.lines[i].from() > at })
	if line == 0 {
		return 1, 1
	}
	return line, at - f.lines[line-1].from() + 1
}

// edit returns the edit that replaces src[from:to].
func (f *file) edit(from, to int, text string) finding.Edit {
	return finding.Edit{Start: from, End: to, Text: text}
}

// changes returns the edits that change something.
func (f *file) changes(edits ...finding.Edit) []finding.Edit {
	kept := edits[:0]
	for _, e := range edits {
		if string(f.src[e.Start:e.End]) != e.Text {
			kept = append(kept, e)
		}
	}
	return kept
}

// frontMatter reads the settings between two lines of "---" at the top. Settings other
// than "timeline: clips" and "machine:" are ignored.
func (f *file) frontMatter() {
	const maxLines = 40
	if len(f.lines) == 0 || string(bytes.TrimRight(f.line(0), " \t")) != "---" {
		return
	}
	clips, machine := false, 0
	for i := 1; i < min(len(f.lines), maxLines); i++ {
		s := bytes.TrimRight(f.line(i), " \t")
		if string(s) == "---" {
			f.clips, f.machine, f.body = clips, machine, i+1
			return
		}
		if !isSetting(s) {
			return // the "---" is a divider, and text follows
		}
		key, value, _ := bytes.Cut(s, []byte(":"))
		clips = clips || string(key) == "timeline" && string(bytes.Trim(value, ` "'`)) == "clips"
		if string(key) == "machine" && !bytes.Contains(value, []byte("reviewed: true")) {
			machine = i
		}
	}
}

// isSetting reports whether a line may belong to YAML: blank, a comment, indented, an
// item, or a key in lower case.
func isSetting(s []byte) bool {
	if len(s) == 0 || s[0] == '#' || s[0] == ' ' || bytes.HasPrefix(s, []byte("- ")) {
		return true
	}
	key, _, ok := bytes.Cut(s, []byte(":"))
	return ok && len(key) > 0 && len(bytes.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-")) == 0
}

package tree

import (
	"bytes"
	"regexp"
	"slices"
)

// outside reads the part of the document before or after the root element.
func (p *parser) outside() {
	data := p.doc.Data
	start := p.pos
	next := bytes.IndexByte(data[start:], '<')
	if next < 0 {
		next = len(data) - start
	}
	if text := data[start : start+next]; len(bytes.Trim(text, spaces)) > 0 {
		at := start + len(text) - len(bytes.TrimLeft(text, spaces))
		if p.doc.Root == nil {
			p.problem(at, Outside, textBefore)
		} else {
			p.problem(at, Outside, "text after the last element")
		}
	}
	p.pos = start + next
	rest := data[p.pos:]
	switch {
	case len(rest) == 0:
	case bytes.HasPrefix(rest, []byte("<!--")):
		p.comment()
	case bytes.HasPrefix(rest, []byte("<?")):
		p.instruction()
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")):
		p.doctype()
	case len(rest) > 1 && rest[1] == '/':
		p.problem(p.pos, Nesting, "an end tag outside of the first element")
		p.skipPast(">")
	case len(rest) > 1 && p.nameLength(p.pos+1) > 0:
		if p.doc.Root != nil {
			p.problem(p.pos, Outside, "a second root element")
		} else if n := messageLength(rest); n > 0 {
			p.message(n)
			return
		}
		p.startTag()
	default:
		p.problem(p.pos, Markup, "a < that starts no tag")
		p.pos++
	}
}

// textBefore is the message for text before the root element.
const textBefore = "text before the first element"

// messages matches a document that begins with a tag that web programs write around an
// error message, and feedStart the start of a feed.
var (
	messages  = regexp.MustCompile(`^<(?i:b|br|p|div|pre|span|font|table|strong|script|style|center|h[1-6])[ \t\r\n/>]`)
	feedStart = regexp.MustCompile(`<\?xml[ \t\r\n][^<>]*\?>\s*(?:<[?!][^<>]*>\s*)*<rss[ \t\r\n>]|<rss[ \t\r\n>]`)
)

// messageLength returns the length of HTML before a feed, or 0 if data does not begin with
// HTML that a feed follows.
func messageLength(data []byte) int {
	if !messages.Match(data) {
		return 0
	}
	at := feedStart.FindIndex(data)
	if at == nil {
		return 0
	}
	return at[0]
}

// message skips n bytes of HTML before a feed, and reports them.
func (p *parser) message(n int) {
	if !p.reported(textBefore) {
		p.problem(p.pos, Outside, textBefore)
	}
	p.pos += n
}

// reported reports whether a problem with the message has been recorded.
func (p *parser) reported(message string) bool {
	return slices.ContainsFunc(p.doc.Problems, func(other Problem) bool { return other.Message == message })
}

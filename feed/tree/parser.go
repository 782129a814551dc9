package tree

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"onair/internal/shorten"
)

// parser reads a document from start to end.
type parser struct {
	doc  *Document
	item func(*Element)

	pos     int  // offset in doc.Data
	invalid bool // the data has bytes that are not UTF-8

	open  []frame // elements that are not closed yet, the outermost first
	spare [][]byte

	bindings   []binding
	elements   map[string]resolved // by name as written
	attributes map[string]resolved
	unbound    map[string]bool // undeclared prefixes that have been reported

	entities map[string]string // declared in the document type
	lenient  bool              // an external document type may declare more entities
	expanded int               // bytes that entities were expanded to

	counted, line, lineStart int       // highest offset that was passed to place, its line (from 0), and the start of that line
	deep                     bool      // too deep nesting has been reported
	doctyped                 bool      // a document type has been read
	attrBuffer               []rawAttr // buffer that attrs reuses
}

// frame is an open element.
type frame struct {
	element *Element
	raw     string // name as written
	piece   []byte // the text while it is a single piece, which is not copied
	text    []byte // the text once it has several pieces
}

// problem records a problem at an offset.
func (p *parser) problem(at int, c Cause, format string, args ...any) {
	if len(p.doc.Problems) < maxProblems {
		line, column := p.place(at)
		p.doc.Problems = append(p.doc.Problems, Problem{Cause: c, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
	}
}

// early records a problem of the document as a whole, before it is parsed.
func (p *parser) early(c Cause, message string) {
	p.doc.Problems = append(p.doc.Problems, Problem{Cause: c, Line: 1, Column: 1, Message: message})
}

// place returns line and column of an offset. It is fast if offsets ascend.
func (p *parser) place(at int) (line, column int) {
	if at < p.counted {
		before := p.doc.Data[:at]
		return bytes.Count(before, newline) + 1, at - bytes.LastIndexByte(before, '\n')
	}
	between := p.doc.Data[p.counted:at]
	if n := bytes.Count(between, newline); n > 0 {
		p.line += n
		p.lineStart = p.counted + bytes.LastIndexByte(between, '\n') + 1
	}
	p.counted = at
	return p.line + 1, at - p.lineStart + 1
}

var newline = []byte("\n")

// document parses the whole document.
func (p *parser) document() {
	p.elements, p.attributes, p.unbound = map[string]resolved{}, map[string]resolved{}, map[string]bool{}
	p.declaration()
	for p.pos < len(p.doc.Data) {
		if len(p.open) > 0 {
			p.content()
		} else {
			p.outside()
		}
	}
	switch {
	case len(p.open) > 0:
		if !slices.ContainsFunc(p.doc.Problems, func(other Problem) bool { return other.Cause == CutOff }) {
			p.problem(p.pos, CutOff, "the document ends inside of <%s>", p.open[len(p.open)-1].raw)
		}
		p.cutTo(0)
	case p.doc.Root == nil:
		p.problem(p.pos, Markup, "there is no element")
	}
	slices.SortStableFunc(p.doc.Problems, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// declarationForm is the syntax of an XML declaration (production XMLDecl).
var declarationForm = regexp.MustCompile(`^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')` +
	`(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?` +
	`(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$`)

func (p *parser) declaration() {
	data := p.doc.Data
	if !startsDeclaration(data) {
		return
	}
	p.doc.Declared = true
	end := bytes.IndexByte(data, '>') + 1
	if end == 0 {
		end = len(data)
	}
	if !declarationForm.Match(data[:end]) {
		p.problem(0, Declaration, "the XML declaration is malformed")
	}
	p.pos = end
}

func startsDeclaration(data []byte) bool {
	return len(data) > 5 && string(data[:5]) == "<?xml" && (isSpace(data[5]) || data[5] == '?')
}

const spaces = " \t\r\n"

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// skipPast moves past the next occurrence of s, or to the end. It reports whether s
// occurs.
func (p *parser) skipPast(s string) bool {
	i := bytes.Index(p.doc.Data[p.pos:], []byte(s))
	if i < 0 {
		p.pos = len(p.doc.Data)
		return false
	}
	p.pos += i + len(s)
	return true
}

func (p *parser) comment() {
	start := p.pos
	p.pos += len("<!--")
	i := bytes.Index(p.doc.Data[p.pos:], []byte("--"))
	if i >= 0 && !bytes.HasPrefix(p.doc.Data[p.pos+i:], []byte("-->")) {
		p.problem(p.pos+i, Markup, "-- in a comment")
	}
	p.skipBody(start, "-->", "a comment")
}

func (p *parser) instruction() {
	start := p.pos
	rest := p.doc.Data[start:]
	p.pos += len("<?")
	n := p.nameLength(p.pos)
	switch after := p.pos + n; {
	case startsDeclaration(rest):
		p.lateDeclaration()
	case n == len("xml") && bytes.EqualFold(p.doc.Data[p.pos:p.pos+n], []byte("xml")):
		p.problem(start, Declaration, "a processing instruction named %s, which is reserved", p.doc.Data[p.pos:p.pos+n])
	case n == 0 && after < len(p.doc.Data):
		p.problem(start, Markup, "a <? without a name")
	case after < len(p.doc.Data) && !isSpace(p.doc.Data[after]) && !bytes.HasPrefix(p.doc.Data[after:], []byte("?>")):
		p.problem(after, Markup, "a malformed processing instruction")
	}
	p.skipBody(start, "?>", "a processing instruction")
}

// skipBody skips the rest of the markup that begins at start, and checks its characters.
func (p *parser) skipBody(start int, end, what string) {
	body := p.pos
	if !p.skipPast(end) {
		p.problem(start, CutOff, "%s that does not end", what)
	}
	p.characters(p.doc.Data[body:p.pos], body)
}

// lateDeclaration reports an XML declaration that is not at the start, unless the text
// before it has been reported.
func (p *parser) lateDeclaration() {
	if !p.reported(textBefore) {
		p.problem(p.pos-len("<?"), Declaration, "the XML declaration is not at the very start")
	}
}

// content reads the text of an element up to the next markup, and the markup.
func (p *parser) content() {
	p.text()
	data := p.doc.Data
	if p.pos >= len(data) {
		return
	}
	rest := data[p.pos:]
	switch {
	case len(rest) < len("<!--") && strings.HasPrefix("<!--", string(rest)), len(rest) < len("<![CDATA[") && strings.HasPrefix("<![CDATA[", string(rest)):
		p.problem(p.pos, CutOff, "the document ends inside of a tag")
		p.pos = len(data)
		p.cutTo(0)
	case rest[1] == '/':
		p.endTag()
	case rest[1] == '!' && bytes.HasPrefix(rest, []byte("<!--")):
		p.comment()
	case rest[1] == '!' && bytes.HasPrefix(rest, []byte("<![CDATA[")):
		p.cdata()
	case rest[1] == '?':
		p.instruction()
	case p.nameLength(p.pos+1) > 0:
		p.startTag()
	default:
		p.problem(p.pos, Markup, "a raw < in text")
		p.append(rest[:1])
		p.pos++
	}
}

func (p *parser) cdata() {
	start := p.pos
	body := start + len("<![CDATA[")
	p.pos = body
	end := bytes.Index(p.doc.Data[body:], []byte("]]>"))
	if end < 0 {
		p.problem(start, CutOff, "a CDATA section that does not end")
		end = len(p.doc.Data) - body
		p.pos = len(p.doc.Data)
	} else {
		p.pos = body + end + len("]]>")
	}
	p.append(p.characters(p.doc.Data[body:body+end], body))
}

// close closes the innermost element.
func (p *parser) close() {
	last := len(p.open) - 1
	f := &p.open[last]
	e := f.element
	e.end = p.pos
	if f.piece != nil {
		e.Text = f.shown(unsafe.String(unsafe.SliceData(f.piece), len(f.piece))) // not copied: notes are most of a feed
	} else if len(f.text) > 0 {
		e.Text = f.shown(string(f.text))
	}
	p.spare = append(p.spare, f.text[:0])
	if cap(f.text) > 1<<20 {
		p.spare = p.spare[:len(p.spare)-1]
	}
	*f = frame{}
	p.open = p.open[:last]
	p.unbind(last)
	if last > MaxDepth-1 {
		return
	}
	if last == 0 {
		if p.doc.Root == nil {
			p.doc.Root = e
		}
		return
	}
	p.adopt(e)
}

// adopt adds an element to the innermost open element. An item of the channel is handed
// to Options.Item instead.
func (p *parser) adopt(e *Element) {
	parent := p.open[len(p.open)-1].element
	if len(p.open) == 2 && e.Name == "item" && parent.Name == "channel" {
		p.doc.Items++
		if p.doc.Items > MaxItems {
			if p.doc.Items == MaxItems+1 {
				p.problem(e.start, Count, "more than %d items", MaxItems)
			}
			return
		}
		if p.item != nil {
			p.item(e)
			return
		}
	}
	parent.Children = append(parent.Children, e)
}

// shown returns the text of an element, or "" if it is only white space between
// children.
func (f *frame) shown(text string) string {
	if len(f.element.Children) > 0 && strings.Trim(text, spaces) == "" {
		return ""
	}
	return text
}

// append adds text to the innermost element. The caller must not change text
// afterwards.
func (p *parser) append(text []byte) {
	f := &p.open[len(p.open)-1]
	switch {
	case len(p.open) > MaxDepth || len(text) == 0:
	case f.piece == nil && len(f.text) == 0:
		f.piece = text
	default:
		f.text = append(append(f.text, f.piece...), text...)
		f.piece = nil
	}
}

// text reads text up to the next <.
func (p *parser) text() {
	data := p.doc.Data
	start := p.pos
	end := bytes.IndexByte(data[start:], '<')
	if end < 0 {
		end = len(data)
	} else {
		end += start
	}
	if i := bytes.Index(data[start:end], []byte("]]>")); i >= 0 {
		p.problem(start+i, Markup, "]]> in text")
	}
	p.pos = end
	for {
		i := bytes.IndexByte(data[start:end], '&')
		if i < 0 {
			p.append(p.characters(data[start:end], start))
			return
		}
		p.append(p.characters(data[start:start+i], start))
		if end == len(data) && cutReference.Match(data[start+i:]) {
			return
		}
		n, text := p.reference(data[start+i:end], start+i)
		p.append(text)
		start += i + n
	}
}

// cutReference matches the start of a reference at the end of a document.
var cutReference = regexp.MustCompile(`^&#?[A-Za-z0-9]{0,40}$`)

// characters returns text with line ends as LF. It reports and leaves out characters that
// XML does not allow. It reports bytes that are not UTF-8, and decodes them as
// Windows-1252.
func (p *parser) characters(text []byte, at int) []byte {
	i := plainLength(text)
	if i == len(text) && !p.invalid {
		return text
	}
	if p.invalid {
		i = 0
	}
	out := append(make([]byte, 0, len(text)), text[:i]...)
	for i < len(text) {
		c := text[i]
		if c >= 0x20 && c < 0x80 || c == '\n' || c == '\t' {
			out = append(out, c)
			i++
			continue
		}
		if c == '\r' {
			out = append(out, '\n')
			if i++; i < len(text) && text[i] == '\n' {
				i++
			}
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			p.problem(at+i, Bytes, "a byte that is not valid UTF-8: 0x%02X", c)
			out = utf8.AppendRune(out, fromWindows1252(c))
		case !isChar(r):
			p.problem(at+i, Character, "the character U+%04X is not allowed", r)
		default:
			out = append(out, text[i:i+n]...)
		}
		i += n
	}
	return out
}

// plainLength returns the length of text up to the first control character other than tab
// and line feed, or possible start of U+FFFE or U+FFFF. The method characters returns
// this part of a text unchanged if it is valid UTF-8.
func plainLength(text []byte) int {
	for i, c := range text {
		if c < 0x20 && c != '\n' && c != '\t' || c == 0xef && i+2 < len(text) && text[i+1] == 0xbf && text[i+2] >= 0xbe {
			return i
		}
	}
	return len(text)
}

// isChar reports whether XML allows a character (production Char).
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// fromWindows1252 returns the character of a byte in Windows-1252, the most likely
// encoding of bytes that are not UTF-8.
func fromWindows1252(c byte) rune {
	const high = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	if c < 0x80 || c >= 0xa0 {
		return rune(c)
	}
	return []rune(high)[c-0x80]
}

// quote quotes untrusted input for a message.
func quote(s string) string { return strconv.Quote(short(s)) }

// short shortens untrusted input for a message.
func short(s string) string { return shorten.Bytes(s, 60) }

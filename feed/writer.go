package feed

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// writer writes XML with one element on a line, so that people and git diff can read it.
// Attributes are names and values, alternating; attributes with an empty value are left
// out, except in extra elements. Text is escaped or in a CDATA section, and has no
// characters that XML does not allow: it is cleaned (see clean), or an XML decoder has
// accepted it. Names are not escaped: they are constants, or an XML decoder has accepted
// them.
type writer struct {
	out    bytes.Buffer
	open   []string // names of open elements, the outermost first
	prefix string   // of the addresses of audio; see prefixOf

	replaced map[string]bool // names of elements that are left out; see replace
	level    int             // number of elements open around the replaced ones
}

// leaveOut reports whether an extra element replaces the element with the name.
func (w *writer) leaveOut(name string) bool { return len(w.open) == w.level && w.replaced[name] }

func (w *writer) declaration() {
	w.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
}

// start opens an element with children.
func (w *writer) start(name string, attrs ...string) {
	w.indent()
	w.tag(name, attrs)
	w.out.WriteString(">\n")
	w.open = append(w.open, name)
}

// end closes the element that was opened last.
func (w *writer) end() {
	last := len(w.open) - 1
	name := w.open[last]
	w.open = w.open[:last]
	w.indent()
	w.close(name)
	w.out.WriteByte('\n')
}

// empty writes an element without content.
func (w *writer) empty(name string, attrs ...string) {
	if w.leaveOut(name) {
		return
	}
	w.indent()
	w.tag(name, attrs)
	w.out.WriteString("/>\n")
}

// text writes an element with text in it, or an empty element if value is empty.
func (w *writer) text(name, value string, attrs ...string) {
	value = clean(value)
	if value == "" {
		w.empty(name, attrs...)
		return
	}
	if w.leaveOut(name) {
		return
	}
	w.indent()
	w.tag(name, attrs)
	w.out.WriteByte('>')
	inText.WriteString(&w.out, value)
	w.close(name)
	w.out.WriteByte('\n')
}

// optional writes an element with text in it, or nothing if value is empty.
func (w *writer) optional(name, value string) {
	if value = clean(value); value != "" {
		w.text(name, value)
	}
}

// number writes an element with a number in it, or nothing unless n is positive.
func (w *writer) number(name string, n int, attrs ...string) {
	if n > 0 {
		w.text(name, strconv.Itoa(n), attrs...)
	}
}

// date writes an element with a date in it, in the form of RFC 2822 with a numeric
// zone, or nothing if t is zero.
func (w *writer) date(name string, t time.Time) {
	if !t.IsZero() {
		w.text(name, t.Format(time.RFC1123Z))
	}
}

// html writes an element with HTML in a CDATA section, which people can read more
// easily than escaped HTML.
func (w *writer) html(name, source string) {
	if source = clean(source); source == "" {
		w.empty(name)
		return
	}
	if w.leaveOut(name) {
		return
	}
	w.indent()
	w.tag(name, nil)
	w.out.WriteString("><![CDATA[")
	w.out.WriteString(strings.ReplaceAll(source, "]]>", "]]]]><![CDATA[>"))
	w.out.WriteString("]]>")
	w.close(name)
	w.out.WriteByte('\n')
}

// tag writes a start tag without the > at its end.
func (w *writer) tag(name string, attrs []string) {
	w.out.WriteByte('<')
	w.out.WriteString(name)
	for i := 0; i < len(attrs); i += 2 {
		if value := clean(attrs[i+1]); value != "" {
			w.attr(attrs[i], value)
		}
	}
}

func (w *writer) attr(name, value string) {
	w.out.WriteByte(' ')
	w.out.WriteString(name)
	w.out.WriteString(`="`)
	inAttr.WriteString(&w.out, value)
	w.out.WriteByte('"')
}

func (w *writer) close(name string) {
	w.out.WriteString("</")
	w.out.WriteString(name)
	w.out.WriteByte('>')
}

// indent writes the indentation of a line. Children of the channel are not indented,
// because that would lengthen each of the many lines of a long feed.
func (w *writer) indent() {
	for n := len(w.open); n > 2; n-- {
		w.out.WriteString("  ")
	}
}

// inText escapes text between tags.
var inText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// inAttr escapes attribute values. It also escapes line ends and tabs, which a parser
// would otherwise turn into spaces (XML 1.0 section 3.3.3).
var inAttr = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\t", "&#9;")

// clean removes from a value the characters that XML 1.0 does not allow even escaped:
// bytes that are not UTF-8 (lone surrogates included), control characters other than
// tab and line end, U+FFFE and U+FFFF. It also changes line ends to LF and trims white
// space.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "")
	if strings.Contains(s, "\r") {
		s = lineEnds.Replace(s)
	}
	return strings.TrimSpace(strings.Map(xmlChar, s))
}

// isClean reports whether a value needs no cleaning: it consists of printable ASCII and
// line feeds, as most values do, and has no white space at its ends. It may be false for
// other clean values.
func isClean(s string) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 { // eight bytes at a time, of which none is over 0x7E or below 0x20
		x := binary.LittleEndian.Uint64([]byte(s[i : i+8]))
		if (x+ones|x-ones*0x20)&tops != 0 && !isPlain(s[i:i+8]) {
			return false
		}
	}
	return isPlain(s[i:]) && (s == "" || s[0] > ' ' && s[len(s)-1] > ' ')
}

// isPlain reports whether a value consists of printable ASCII and line feeds.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 0x20 || c > 0x7e) && c != '\n' {
			return false
		}
	}
	return true
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// xmlChar returns r if XML 1.0 allows it (production Char, section 2.2), else -1.
func xmlChar(r rune) rune {
	switch {
	case r == '\t', r == '\n', r == '\r',
		r >= 0x20 && r <= 0xD7FF,
		r >= 0xE000 && r <= 0xFFFD,
		r >= 0x10000 && r <= utf8.MaxRune:
		return r
	}
	return -1
}

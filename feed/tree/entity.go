package tree

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxExpansion is the most bytes that the entities of a document may expand to.
const maxExpansion = 1 << 20

// predefined are the entities that XML predefines.
var predefined = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// reference reads a reference at the start of text, which begins with &. at is the offset
// of text in the document. It returns the number of bytes read, and the value of the
// reference.
func (p *parser) reference(text []byte, at int) (n int, value []byte) {
	end := bytes.IndexByte(text[:min(len(text), 200)], ';')
	if len(text) > 1 && text[1] == '#' {
		return p.characterReference(text, at, end)
	}
	length := p.nameLength(at + 1)
	if length == 0 || length+1 > len(text) || end != length+1 {
		p.problem(at, Ampersand, "a raw & in text")
		return 1, text[:1]
	}
	name := string(text[1:end])
	if value, ok := predefined[name]; ok {
		return end + 1, []byte(value)
	}
	if _, ok := p.entities[name]; ok {
		return end + 1, p.expand(name, at, 0)
	}
	if !p.lenient {
		p.problem(at, Entity, "the entity &%s; is unknown", short(name))
	}
	return end + 1, []byte(html.UnescapeString(string(text[:end+1]))) // most other entities are those of HTML
}

// characterReference reads a reference such as &#233; or &#xE9;. It joins references to
// two consecutive surrogates into one character, because old programs write emoji like
// that.
func (p *parser) characterReference(text []byte, at, end int) (n int, value []byte) {
	r, ok := rune(0), false
	if end > 2 {
		r, ok = number(string(text[2:end]))
	}
	if !ok {
		p.problem(at, Ampersand, "a malformed reference to a character")
		return 1, text[:1]
	}
	if isChar(r) {
		return end + 1, utf8.AppendRune(nil, r)
	}
	p.problem(at, Character, "%s is not a character", short(string(text[:end+1])))
	n = end + 1
	if r >= 0xD800 && r <= 0xDBFF && bytes.HasPrefix(text[n:], []byte("&#")) {
		if end := bytes.IndexByte(text[n:min(len(text), n+12)], ';'); end > 2 {
			if low, ok := number(string(text[n+2 : n+end])); ok && low >= 0xDC00 && low <= 0xDFFF {
				return n + end + 1, utf8.AppendRune(nil, 0x10000+(r-0xD800)<<10+(low-0xDC00))
			}
		}
	}
	return n, nil
}

// number reads the number of a character. r is 0 if the number is too large.
func number(s string) (r rune, ok bool) {
	base := 10
	if rest, hex := strings.CutPrefix(s, "x"); hex {
		s, base = rest, 16
	}
	if s == "" || strings.ContainsAny(s, "+-_") {
		return 0, false
	}
	v, err := strconv.ParseUint(s, base, 32)
	if err != nil {
		return 0, strings.Trim(s, "0123456789abcdefABCDEF") == "" && base == 16 || strings.Trim(s, "0123456789") == ""
	}
	if v > utf8.MaxRune {
		return 0, true
	}
	return rune(v), true
}

// expand returns the value of an entity, with the references in it expanded.
func (p *parser) expand(name string, at, depth int) []byte {
	value := p.entities[name]
	if p.expanded += len(value) + 1; depth > 20 || p.expanded > maxExpansion {
		if p.entities != nil {
			p.problem(at, Entity, "entities that expand too far")
			p.entities = nil // later references are then unknown
			p.lenient = true
		}
		return nil
	}
	var out []byte
	for {
		before, rest, ok := strings.Cut(value, "&")
		out = append(out, before...)
		if !ok {
			return out
		}
		inner, after, ok := strings.Cut(rest, ";")
		replacement, known := predefined[inner]
		_, declared := p.entities[inner]
		switch {
		case ok && known:
			out = append(out, replacement...)
		case ok && declared:
			out = append(out, p.expand(inner, at, depth+1)...)
		case p.entities == nil:
			return nil
		default:
			if !p.lenient {
				p.problem(at, Entity, "the entity &%s; has a malformed reference", short(name))
			}
			return out
		}
		value = after
	}
}

// doctype reads a document type declaration and records its entities.
func (p *parser) doctype() {
	start := p.pos
	if p.doc.Root != nil || p.doctyped {
		p.problem(start, Markup, "a document type that is not before the first element")
	}
	p.doctyped = true
	p.pos += len("<!DOCTYPE")
	data := p.doc.Data
	inside := false // whether p.pos is inside the brackets
	for p.pos < len(data) {
		switch c := data[p.pos]; {
		case c == '"' || c == '\'':
			p.pos++
			if !p.skipPast(string(c)) {
				p.problem(start, CutOff, "a document type that does not end")
			}
			if !inside {
				p.lenient = true // an external subset
			}
		case c == '[':
			inside = true
			p.pos++
		case c == ']':
			inside = false
			p.pos++
		case c == '>' && !inside:
			p.pos++
			return
		case inside && bytes.HasPrefix(data[p.pos:], []byte("<!--")):
			p.comment()
		case inside && bytes.HasPrefix(data[p.pos:], []byte("<?")):
			p.instruction()
		case inside && bytes.HasPrefix(data[p.pos:], []byte("<!ENTITY")):
			p.entity()
		case inside && c == '%':
			p.lenient = true // a parameter entity may declare more
			p.pos++
		case c == '<' && !inside:
			p.problem(p.pos, Markup, "a malformed document type")
			return
		default:
			p.pos++
		}
	}
	p.problem(start, CutOff, "a document type that does not end")
}

// entity reads an entity declaration.
func (p *parser) entity() {
	data := p.doc.Data
	start := p.pos
	p.pos += len("<!ENTITY")
	p.skipSpace()
	parameter := p.pos < len(data) && data[p.pos] == '%'
	if parameter {
		p.pos++
		p.skipSpace()
	}
	n := p.nameLength(p.pos)
	name := string(data[p.pos : p.pos+n])
	p.pos += n
	p.skipSpace()
	if n == 0 || p.pos >= len(data) {
		p.problem(start, Markup, "a malformed declaration of an entity")
		return
	}
	value := ""
	if c := data[p.pos]; c == '"' || c == '\'' {
		p.pos++
		begin := p.pos
		if !p.skipPast(string(c)) {
			return // doctype reports the missing end
		}
		value = string(data[begin : p.pos-1])
	}
	// The declaration may name an external file; it is not read.
	if i := bytes.IndexByte(data[p.pos:], '>'); i >= 0 {
		p.pos += i + 1
	}
	if _, ok := p.entities[name]; !ok && !parameter {
		if p.entities == nil {
			p.entities = map[string]string{}
		}
		p.entities[name] = p.declaredValue(value, start)
	}
}

// declaredValue returns the value of an entity with its character references resolved,
// as XML requires at the declaration.
func (p *parser) declaredValue(value string, at int) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(value, "&#")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		digits, after, ok := strings.Cut(rest, ";")
		r, valid := number(digits)
		if !ok || !valid || !isChar(r) {
			p.problem(at, Character, "a malformed reference to a character")
			return out.String()
		}
		if r == '&' {
			out.WriteString("&amp;")
		} else {
			out.WriteRune(r)
		}
		value = after
	}
}

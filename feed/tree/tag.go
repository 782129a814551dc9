package tree

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// nameLength returns the length of the name at an offset, in bytes, or 0 if there is
// none (production Name).
func (p *parser) nameLength(at int) int {
	data := p.doc.Data
	i := at
	for i < len(data) {
		c := data[i]
		if c < utf8.RuneSelf {
			if asciiName[c] == 0 || i == at && asciiName[c] == 2 {
				break
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		if !isNameRune(r, i == at) || r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i - at
}

// asciiName is 1 for the characters that may start a name, and 2 for those that may only
// come later in a name.
var asciiName = func() (t [utf8.RuneSelf]byte) {
	for c := byte(0); c < utf8.RuneSelf; c++ {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == ':':
			t[c] = 1
		case c >= '0' && c <= '9', c == '-', c == '.':
			t[c] = 2
		}
	}
	return t
}()

// isNameRune reports whether a character beyond ASCII may be in a name (productions
// NameStartChar and NameChar). first says that it would be the first character.
func isNameRune(r rune, first bool) bool {
	switch {
	case r >= 0xC0 && r <= 0x2FF && r != 0xD7 && r != 0xF7,
		r >= 0x370 && r <= 0x1FFF && r != 0x37E,
		r == 0x200C, r == 0x200D,
		r >= 0x2070 && r <= 0x218F,
		r >= 0x2C00 && r <= 0x2FEF,
		r >= 0x3001 && r <= 0xD7FF,
		r >= 0xF900 && r <= 0xFDCF,
		r >= 0xFDF0 && r <= 0xFFFD,
		r >= 0x10000 && r <= 0xEFFFF:
		return true
	}
	return !first && (r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040)
}

// rawAttr is an attribute before its name is resolved.
type rawAttr struct {
	name  []byte
	value string
	at    int
}

// startTag reads a start tag or an empty-element tag.
func (p *parser) startTag() {
	data := p.doc.Data
	start := p.pos
	n := p.nameLength(start + 1)
	raw := data[start+1 : start+1+n]
	p.pos = start + 1 + n
	attrs, empty, ended := p.attrs(start)
	if !ended && len(p.open) > 0 {
		return // the name may be cut off
	}

	e := &Element{start: start}
	e.Line, e.Column = p.place(start)
	if p.doc.Root == nil && len(p.open) == 0 {
		_, local, ok := bytes.Cut(raw, []byte(":"))
		if !ok {
			local = raw
		}
		if kind := kindOf(&Element{Local: string(local)}); p.doc.Kind != HTML {
			p.doc.Kind = kind
		}
	}
	p.declare(e, attrs)
	r := p.elementName(raw)
	e.Name, e.Local, e.Prefix, e.Space = r.name, r.local, r.prefix, r.space
	if r.unbound {
		p.undeclared(r.prefix, start)
	}
	p.resolveAttrs(e, attrs)

	f := frame{element: e, raw: string(raw)}
	if n := len(p.spare); n > 0 {
		f.text, p.spare = p.spare[n-1], p.spare[:n-1]
	}
	p.open = append(p.open, f)
	if len(p.open) > MaxDepth && !p.deep {
		p.deep = true
		p.problem(start, Depth, "elements are nested deeper than %d", MaxDepth)
	}
	if empty {
		p.close()
	}
}

// maxAttrs is the largest number of attributes of a tag that are read. Their names are
// compared with each other.
const maxAttrs = 1000

// tagAttrs are the attributes of the tag that is being read.
type tagAttrs struct {
	list     []rawAttr
	reported bool // a fault of the tag was reported; others are not
}

// attrs reads attributes up to the end of a start tag, and reports whether the
// element is empty. ended is false if the document ends before the tag.
func (p *parser) attrs(start int) (attrs []rawAttr, empty, ended bool) {
	data := p.doc.Data
	t := tagAttrs{list: p.attrBuffer[:0]}
	defer func() { p.attrBuffer = t.list }()
	for {
		before := p.pos
		p.skipSpace()
		if p.pos >= len(data) {
			p.problem(start, CutOff, "the document ends inside of a tag")
			return t.list, false, false
		}
		switch c := data[p.pos]; {
		case c == '>':
			p.pos++
			return t.list, false, true
		case c == '/' && p.pos+1 < len(data) && data[p.pos+1] == '>':
			p.pos += 2
			return t.list, true, true
		case c == '<':
			p.attrFault(&t, p.pos, "a tag that does not end before the next one")
			return t.list, false, true
		}
		p.attr(&t, p.pos > before)
	}
}

// attr reads an attribute, or skips a byte that cannot start one. spaced reports whether
// there is space before it.
func (p *parser) attr(t *tagAttrs, spaced bool) {
	data := p.doc.Data
	n := p.nameLength(p.pos)
	if n == 0 {
		if p.pos++; p.pos < len(data) {
			p.attrFault(t, p.pos-1, "a tag with text that is not an attribute")
		}
		return
	}
	if !spaced {
		p.attrFault(t, p.pos-1, "no space between attributes")
	}
	a := rawAttr{name: data[p.pos : p.pos+n], at: p.pos}
	p.pos += n
	p.skipSpace()
	if p.pos >= len(data) {
		return
	}
	if data[p.pos] != '=' {
		p.attrFault(t, a.at, "attribute %s has no value", quote(string(a.name)))
		p.addAttr(t, a)
		return
	}
	p.pos++
	p.skipSpace()
	value, ok := p.attrValue()
	if !ok {
		p.attrFault(t, a.at, "the value of attribute %s has no quotes", quote(string(a.name)))
	}
	a.value = value
	if !t.reported && slices.ContainsFunc(t.list, func(other rawAttr) bool { return bytes.Equal(other.name, a.name) }) {
		p.attrFault(t, a.at, "attribute %s is written twice", quote(string(a.name)))
	}
	p.addAttr(t, a)
}

// addAttr adds an attribute unless the tag has too many.
func (p *parser) addAttr(t *tagAttrs, a rawAttr) {
	if len(t.list) == maxAttrs {
		p.attrFault(t, a.at, "the tag has more than %d attributes, and the others are not read", maxAttrs)
		return
	}
	t.list = append(t.list, a)
}

// attrFault reports the first fault of a tag's attributes.
func (p *parser) attrFault(t *tagAttrs, at int, format string, args ...any) {
	if !t.reported {
		p.problem(at, Attribute, format, args...)
	}
	t.reported = true
}

func (p *parser) skipSpace() {
	for p.pos < len(p.doc.Data) && isSpace(p.doc.Data[p.pos]) {
		p.pos++
	}
}

// attrValue reads the value of an attribute. quoted is false if the value has no quotes.
func (p *parser) attrValue() (value string, quoted bool) {
	data := p.doc.Data
	if p.pos >= len(data) {
		return "", true // attrs reports the missing end
	}
	mark := data[p.pos]
	if mark != '"' && mark != '\'' {
		start := p.pos
		for p.pos < len(data) && !isSpace(data[p.pos]) && data[p.pos] != '>' && data[p.pos] != '<' {
			p.pos++
		}
		return strings.Trim(string(bytes.TrimSuffix(data[start:p.pos], []byte("/"))), "“”„‘’"), false
	}
	p.pos++
	start := p.pos
	n := bytes.IndexByte(data[start:], mark)
	if n < 0 {
		p.pos = len(data)
		return "", true
	}
	p.pos = start + n + 1
	raw := data[start : start+n]
	if i := bytes.IndexByte(raw, '<'); i >= 0 {
		p.problem(start+i, Attribute, "a raw < in the value of an attribute")
	}
	if bytes.IndexByte(raw, '&') < 0 && plainLength(raw) == n && bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\t') < 0 && !p.invalid {
		return string(raw), true
	}
	var out []byte
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			break
		}
		out = append(out, attrSpace(p.characters(raw[:i], start))...)
		n, text := p.reference(raw[i:], start+i)
		out = append(out, text...)
		raw, start = raw[i+n:], start+i+n
	}
	return string(append(out, attrSpace(p.characters(raw, start))...)), true
}

// attrSpace returns a value with spaces for line ends and tabs (XML 1.0 section 3.3.3).
func attrSpace(value []byte) []byte {
	if bytes.IndexByte(value, '\n') < 0 && bytes.IndexByte(value, '\t') < 0 {
		return value
	}
	return bytes.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, value)
}

// declare binds the prefixes that an element declares.
func (p *parser) declare(e *Element, attrs []rawAttr) {
	for _, a := range attrs {
		prefix, ok := bytes.CutPrefix(a.name, []byte("xmlns"))
		if !ok || len(prefix) > 0 && prefix[0] != ':' {
			continue
		}
		prefix = bytes.TrimPrefix(prefix, []byte(":"))
		e.Declared = append(e.Declared, Attr{string(prefix), a.value})
		p.bind(string(prefix), a.value)
	}
}

// resolveAttrs resolves the names of attributes and sets the attributes of an element.
func (p *parser) resolveAttrs(e *Element, attrs []rawAttr) {
	n := len(attrs) - len(e.Declared)
	if n == 0 {
		return
	}
	e.Attrs = make([]Attr, 0, n)
	for _, a := range attrs {
		if bytes.HasPrefix(a.name, []byte("xmlns")) && (len(a.name) == 5 || a.name[5] == ':') {
			continue
		}
		r := p.attributeName(a.name)
		if r.unbound {
			p.undeclared(r.prefix, a.at)
		}
		if r.prefix != "" && !r.unbound && p.isSameName(attrs, a, r) {
			p.problem(a.at, SameName, "attribute %s is written twice, with two prefixes of one namespace", quote(string(a.name)))
		}
		if _, twice := e.Lookup(r.name); !twice {
			e.Attrs = append(e.Attrs, Attr{r.name, a.value})
		}
	}
}

// isSameName reports whether an attribute before a has the same namespace and local name.
func (p *parser) isSameName(attrs []rawAttr, a rawAttr, r resolved) bool {
	suffix := []byte(":" + r.local)
	for _, other := range attrs {
		if other.at == a.at {
			break
		}
		if bytes.HasSuffix(other.name, suffix) && !bytes.Equal(other.name, a.name) && !bytes.HasPrefix(other.name, []byte("xmlns:")) {
			if o := p.attributeName(other.name); o.local == r.local && o.space == r.space && !o.unbound {
				return true
			}
		}
	}
	return false
}

// undeclared reports an undeclared prefix, once.
func (p *parser) undeclared(prefix string, at int) {
	if !p.unbound[prefix] && len(p.doc.Problems) < maxProblems {
		p.unbound[prefix] = true
		p.problem(at, Prefix, "the prefix %s is not declared", short(prefix))
		p.doc.Problems[len(p.doc.Problems)-1].Prefix = prefix
	}
}

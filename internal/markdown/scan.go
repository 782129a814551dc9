package markdown

import (
	"slices"
	"strings"
)

// token is a tag or a text in HTML that this package wrote. Names in such HTML are in
// lower case, and < and > occur only in tags.
type token struct {
	raw  string // as written
	name string // name of the element; empty for text
	end  bool   // whether it is an end tag
}

// scan returns the first token of s, which must not be empty.
func scan(s string) token {
	if s[0] != '<' {
		if i := strings.IndexByte(s, '<'); i >= 0 {
			s = s[:i]
		}
		return token{raw: s}
	}
	length := strings.IndexByte(s, '>') + 1
	if length == 0 {
		return token{raw: s}
	}
	name, end := strings.CutPrefix(s[1:length-1], "/")
	if i := strings.IndexByte(name, ' '); i >= 0 {
		name = name[:i]
	}
	return token{raw: s[:length], name: name, end: end}
}

// attr returns the escaped value of an attribute.
func (t token) attr(name string) string {
	_, value, _ := strings.Cut(t.raw, " "+name+`="`)
	value, _, _ = strings.Cut(value, `"`)
	return value
}

// nesting is the names of open elements, outermost first.
type nesting []string

// follow opens or closes the token's element. It returns false for an end tag that does
// not belong to the element opened last.
func (n *nesting) follow(t token) bool {
	last := len(*n) - 1
	switch {
	case t.name == "" || isVoid(t.name):
	case !t.end:
		*n = append(*n, t.name)
	case last < 0 || (*n)[last] != t.name:
		return false
	default:
		*n = (*n)[:last]
	}
	return true
}

// endTags returns the end tags of the open elements.
func (n nesting) endTags() string {
	if len(n) == 0 {
		return ""
	}
	var b strings.Builder
	for _, name := range slices.Backward(n) {
		b.WriteString("</")
		b.WriteString(name)
		b.WriteByte('>')
	}
	return b.String()
}

// isVoid reports whether an element that this package writes has no end tag.
func isVoid(name string) bool { return name == "br" || name == "hr" || name == "img" }

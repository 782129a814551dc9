package markdown

import (
	"slices"
	"strings"
)

// token is a tag or text of HTML that this package wrote: names are in lower case,
// and < and > occur only in tags.
type token struct {
	raw  string // as written
	name string // of the element; empty for text
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
	inner, end := strings.CutPrefix(s[1:length-1], "/")
	name, _, _ := strings.Cut(inner, " ")
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

// follow opens or closes the token's element. It reports false for an end tag that
// does not belong to the element opened last.
func (n *nesting) follow(t token) bool {
	last := len(*n) - 1
	switch {
	case t.name == "" || void[t.name]:
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
	var b strings.Builder
	for _, name := range slices.Backward(n) {
		b.WriteString("</" + name + ">")
	}
	return b.String()
}

// void are the elements of notes that have no end tag.
var void = map[string]bool{"br": true, "hr": true, "img": true}

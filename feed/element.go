package feed

import (
	"encoding/xml"
	"errors"
	"slices"
	"strings"
)

// element is an XML element: one of a show's extra elements, or one of a feed that
// is checked. Names have the usual prefix, such as itunes:type.
type element struct {
	name     string   // empty for text between extra elements
	attrs    []string // names and values, alternating
	text     string   // character data, without that of children
	children []*element

	line, column int // of the start tag, from 1
}

// attr returns the value of an attribute, or "" if there is none.
func (e *element) attr(name string) string {
	value, _ := e.lookup(name)
	return value
}

func (e *element) lookup(name string) (value string, ok bool) {
	for i := 0; i < len(e.attrs); i += 2 {
		if e.attrs[i] == name {
			return e.attrs[i+1], true
		}
	}
	return "", false
}

// child returns the first child with the name, or nil if there is none.
func (e *element) child(name string) *element {
	i := slices.IndexFunc(e.children, func(c *element) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return e.children[i]
}

// value returns the element's text without the space around it.
func (e *element) value() string { return strings.TrimSpace(e.text) }

// hasValue reports whether an element has text, or an attribute in its place.
func (e *element) hasValue() bool {
	return e.value() != "" || e.attr("href") != "" || e.attr("text") != ""
}

// withoutLine returns an error without the line number that the decoder adds.
func withoutLine(err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return errors.New(s.Msg)
	}
	return err
}

package feed

import (
	"encoding/xml"
	"errors"
	"slices"
	"strings"
)

// element is a piece of XML that was read: the show's extra elements, or an
// item of a feed under check. Names carry the usual prefix, such as itunes:type.
type element struct {
	name     string   // empty: text, in extra elements
	attrs    []string // name and value in turn
	text     string   // all character data directly inside
	children []*element

	line, column int // where the start tag begins; from 1
}

// attr returns the value of an attribute, or "".
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

// child returns the first child with the name, or nil.
func (e *element) child(name string) *element {
	i := slices.IndexFunc(e.children, func(c *element) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return e.children[i]
}

// value is the element's text without the space around it.
func (e *element) value() string { return strings.TrimSpace(e.text) }

// syntax takes the decoder's own line number out of an error.
func syntax(err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return errors.New(s.Msg)
	}
	return err
}

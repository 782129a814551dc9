package feed

import (
	"encoding/xml"
	"errors"
)

// element is an element of extra XML, or a piece of text in one. Names have the usual
// prefix, such as itunes:type.
type element struct {
	name     string   // empty for a piece of text
	attrs    []string // names and values, alternating
	text     string   // only of a piece of text
	children []*element
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

// withoutLine returns an error without the line number that the decoder adds.
func withoutLine(err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return errors.New(s.Msg)
	}
	return err
}

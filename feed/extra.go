package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// element is a piece of XML that was read: the show's extra elements, or an
// item of a feed under check. Names carry the usual prefix, such as itunes:type.
type element struct {
	name     string
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

func (e *element) lookup(name string) (string, bool) {
	for i := 0; i < len(e.attrs); i += 2 {
		if e.attrs[i] == name {
			return e.attrs[i+1], true
		}
	}
	return "", false
}

// maxDepth bounds how deeply XML may be nested below a channel or an item.
const maxDepth = 32

// extras are the elements a show adds by its own XML.
type extras struct {
	show  []*element
	items [][]*element // by index of Document.Items
	used  map[string]bool
}

// prefixes returns the prefixes in use that the root does not declare anyway.
func (x *extras) prefixes() []string {
	return slices.DeleteFunc(slices.Collect(maps.Keys(x.used)), func(p string) bool { return slices.Contains(standard, p) })
}

func parseExtras(d *Document) (*extras, error) {
	x := &extras{items: make([][]*element, len(d.Items)), used: map[string]bool{}}
	var err error
	if x.show, err = x.parse(d.Show.Extra); err != nil {
		return nil, fmt.Errorf("read extra of the show: %w", err)
	}
	for i, item := range d.Items {
		if x.items[i], err = x.parse(item.Episode.Extra); err != nil {
			return nil, fmt.Errorf("read extra of %s: %w", item.Episode.File, err)
		}
	}
	return x, nil
}

// parse reads a fragment: elements next to each other, without text of its own.
// The tokens are taken apart here and written again by our writer, so that
// nothing in a fragment can end the element it stands in. Comments are dropped.
func (x *extras) parse(source string) ([]*element, error) {
	if strings.TrimSpace(source) == "" {
		return nil, nil
	}
	top := &element{}
	open := []*element{top}
	scopes := [][]string{nil} // prefixes declared by each open element
	dec := xml.NewDecoder(strings.NewReader(source))
	for {
		token, err := dec.RawToken()
		inner := open[len(open)-1]
		switch {
		case errors.Is(err, io.EOF) && inner == top:
			return top.children, nil
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("line %d: <%s> is never closed", line(dec), inner.name)
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", line(dec), syntax(err))
		}
		switch t := token.(type) {
		case xml.StartElement:
			e := &element{name: rawName(t.Name)}
			scope := declared(t.Attr)
			scopes = append(scopes, scope)
			if err := x.use(e, t, scopes); err != nil {
				return nil, fmt.Errorf("line %d: %w", line(dec), err)
			}
			if len(open) > maxDepth {
				return nil, fmt.Errorf("line %d: nested deeper than %d elements", line(dec), maxDepth)
			}
			inner.children = append(inner.children, e)
			open = append(open, e)
		case xml.EndElement:
			if name := rawName(t.Name); len(open) == 1 || inner.name != name {
				return nil, fmt.Errorf("line %d: </%s> closes nothing", line(dec), name)
			}
			if len(inner.children) > 0 && strings.TrimSpace(inner.text) != "" {
				return nil, fmt.Errorf("line %d: <%s> has text beside elements", line(dec), inner.name)
			}
			open, scopes = open[:len(open)-1], scopes[:len(scopes)-1]
		case xml.CharData:
			inner.text += string(t)
			if len(open) == 1 && strings.TrimSpace(inner.text) != "" {
				return nil, fmt.Errorf("line %d: text outside of an element", line(dec))
			}
		case xml.Directive, xml.ProcInst:
			return nil, fmt.Errorf("line %d: only elements may stand here", line(dec))
		}
	}
}

// use copies the attributes and notes which prefixes the element needs.
func (x *extras) use(e *element, t xml.StartElement, scopes [][]string) error {
	if strings.Contains(t.Name.Local, ":") {
		return fmt.Errorf("element name %q has a stray colon", t.Name.Local)
	}
	if err := x.prefix(t.Name.Space, scopes); err != nil {
		return err
	}
	for _, a := range t.Attr {
		name := rawName(a.Name)
		if _, twice := e.lookup(name); twice {
			return fmt.Errorf("attribute %s is written twice", name)
		}
		if a.Name.Space != "xmlns" {
			if err := x.prefix(a.Name.Space, scopes); err != nil {
				return err
			}
		}
		e.attrs = append(e.attrs, name, a.Value)
	}
	return nil
}

func (x *extras) prefix(prefix string, scopes [][]string) error {
	if prefix == "" || prefix == "xml" {
		return nil // the feed's own elements have no prefix; xml: is always there
	}
	for _, scope := range scopes {
		if slices.Contains(scope, prefix) {
			return nil
		}
	}
	if namespaces[prefix] == "" {
		return fmt.Errorf("prefix %q is not declared; add xmlns:%s to the element", prefix, prefix)
	}
	x.used[prefix] = true
	return nil
}

// declared returns the prefixes that an element's attributes declare.
func declared(attrs []xml.Attr) []string {
	var prefixes []string
	for _, a := range attrs {
		if a.Name.Space == "xmlns" {
			prefixes = append(prefixes, a.Name.Local)
		}
	}
	return prefixes
}

// elements writes what parse read, laid out like the rest of the feed.
func (w *writer) elements(list []*element) {
	for _, e := range list {
		w.indent()
		w.tag(e.name, nil)
		for i := 0; i < len(e.attrs); i += 2 {
			w.attr(e.attrs[i], clean(e.attrs[i+1])) // also without a value: xmlns="" means something
		}
		switch text := clean(e.text); {
		case len(e.children) > 0:
			w.w.WriteString(">\n")
			w.open = append(w.open, e.name)
			w.elements(e.children)
			w.end()
		case text == "":
			w.w.WriteString("/>\n")
		default:
			w.w.WriteByte('>')
			inText.WriteString(w.w, text)
			w.close(e.name)
			w.w.WriteByte('\n')
		}
	}
}

func rawName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func line(dec *xml.Decoder) int {
	line, _ := dec.InputPos()
	return line
}

// syntax takes the decoder's own line number out of an error.
func syntax(err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return errors.New(s.Msg)
	}
	return err
}

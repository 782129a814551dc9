package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"onair/show"
)

// maxExtraDepth is how deeply extra XML may be nested. Package show has the same
// limit.
const maxExtraDepth = 32

// extras are the elements of a document's extra XML.
type extras struct {
	show  []*element
	items [][]*element // by index of Document.Items

	known map[string]string // namespaces by prefix
	used  map[string]bool   // prefixes that occur in extra XML
}

func parseExtras(d *Document) (*extras, error) {
	x := &extras{items: make([][]*element, len(d.Items)), known: maps.Clone(d.Show.Namespaces), used: map[string]bool{}}
	if x.known == nil {
		x.known = map[string]string{}
	}
	maps.Copy(x.known, namespaces)
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

// declarations returns the xmlns attributes of the feed, names and values alternating:
// the standard prefixes, those that the show declares, and those in use.
func (x *extras) declarations(s *show.Show) []string {
	prefixes := maps.Clone(x.used)
	for _, p := range standard {
		prefixes[p] = true
	}
	for p := range s.Namespaces {
		prefixes[p] = true
	}
	var attrs []string
	for _, p := range slices.Sorted(maps.Keys(prefixes)) {
		attrs = append(attrs, "xmlns:"+p, x.known[p])
	}
	return attrs
}

// parse parses a sequence of elements. The feed gets the parsed elements, not the source,
// so that nothing in the source can close the element around it.
func (x *extras) parse(source string) ([]*element, error) {
	if strings.TrimSpace(source) == "" {
		return nil, nil
	}
	top := &element{}
	open := []*element{top}
	dec := xml.NewDecoder(strings.NewReader(source))
	for {
		token, err := dec.RawToken()
		switch inner := open[len(open)-1]; {
		case err == nil:
			open, err = x.token(open, token)
		case errors.Is(err, io.EOF) && inner == top:
			return top.children, nil
		case errors.Is(err, io.EOF):
			err = fmt.Errorf("<%s> is never closed", inner.name)
		}
		if err != nil {
			line, _ := dec.InputPos()
			return nil, fmt.Errorf("line %d: %w", line, withoutLine(err))
		}
	}
}

// token adds a token to the innermost open element and returns the elements that are
// then open.
func (x *extras) token(open []*element, token xml.Token) ([]*element, error) {
	inner := open[len(open)-1]
	switch t := token.(type) {
	case xml.StartElement:
		e, err := x.element(t)
		if err == nil && len(open) > maxExtraDepth {
			err = fmt.Errorf("nested deeper than %d elements", maxExtraDepth)
		}
		inner.children = append(inner.children, e)
		return append(open, e), err
	case xml.EndElement:
		if name := rawName(t.Name); len(open) == 1 || inner.name != name {
			return nil, fmt.Errorf("</%s> closes nothing", name)
		}
		return open[:len(open)-1], nil
	case xml.CharData:
		if len(open) > 1 {
			inner.children = append(inner.children, &element{text: string(t)})
		} else if strings.TrimSpace(string(t)) != "" {
			return nil, errors.New("text outside of an element")
		}
		return open, nil
	case xml.Comment:
		return open, nil
	}
	return nil, errors.New("only elements are allowed here")
}

// element reads a start tag. It is an error if a name has an undeclared prefix.
func (x *extras) element(t xml.StartElement) (*element, error) {
	e := &element{name: rawName(t.Name)}
	if err := x.use(t.Name); err != nil {
		return nil, err
	}
	for _, a := range t.Attr {
		name := rawName(a.Name)
		if a.Name.Space == "xmlns" || name == "xmlns" {
			return nil, errors.New("namespaces are declared on the root of the feed, not here")
		}
		if _, ok := e.lookup(name); ok {
			return nil, fmt.Errorf("attribute %s is written twice", name)
		}
		if err := x.use(a.Name); err != nil {
			return nil, err
		}
		e.attrs = append(e.attrs, name, a.Value)
	}
	return e, nil
}

// use records that the prefix of a name is in use. Names without a prefix belong to
// RSS.
func (x *extras) use(n xml.Name) error {
	switch {
	case strings.Contains(n.Local, ":"):
		return fmt.Errorf("name %q has a stray colon", n.Local)
	case n.Space == "" || n.Space == "xml":
	case x.known[n.Space] == "":
		return fmt.Errorf("prefix %q is not declared", n.Space)
	default:
		x.used[n.Space] = true
	}
	return nil
}

// repeatable are elements that a channel or an item may have several times. Extra
// elements with these names are added to the elements that onair writes.
var repeatable = []string{
	"atom:link", "category", "itunes:category", "podcast:block", "podcast:funding", "podcast:location", "podcast:person",
	"podcast:socialInteract", "podcast:soundbite", "podcast:trailer", "podcast:transcript", "podcast:txt",
}

// Keys of writer.replaced for elements that a channel has only once, although others with
// the same name are repeatable.
const (
	selfLink = "atom:link rel=self"
	blockAll = "podcast:block without id"
)

// replace makes the writer leave out the elements that extra elements replace.
func (w *writer) replace(extra []*element) {
	w.replaced, w.level = nil, len(w.open)
	for _, e := range extra {
		name := e.name
		switch {
		case name == "atom:link" && e.attr("rel") == "self":
			name = selfLink
		case name == "podcast:block" && e.attr("id") == "":
			name = blockAll
		case name == "" || slices.Contains(repeatable, name):
			continue
		}
		if w.replaced == nil {
			w.replaced = map[string]bool{}
		}
		w.replaced[name] = true
	}
}

// elements writes the elements that parse returned, one a line.
func (w *writer) elements(list []*element) {
	for _, e := range list {
		if e.name == "" {
			continue // white space between elements
		}
		w.indent()
		w.element(e)
		w.out.WriteByte('\n')
	}
}

func (w *writer) element(e *element) {
	w.tag(e.name, nil)
	for i := 0; i < len(e.attrs); i += 2 {
		w.attr(e.attrs[i], e.attrs[i+1]) // extra elements keep empty attributes
	}
	switch {
	case len(e.children) == 0:
		w.out.WriteString("/>")
		return
	case len(e.children) == 1 && e.children[0].name == "":
		w.out.WriteByte('>')
		inText.WriteString(&w.out, clean(e.children[0].text))
	case slices.ContainsFunc(e.children, isText):
		w.out.WriteByte('>')
		for _, c := range e.children {
			if c.name == "" {
				inText.WriteString(&w.out, c.text)
			} else {
				w.element(c)
			}
		}
	default:
		w.out.WriteString(">\n")
		w.open = append(w.open, e.name)
		w.elements(e.children)
		w.open = w.open[:len(w.open)-1]
		w.indent()
	}
	w.close(e.name)
}

func isText(e *element) bool { return e.name == "" && strings.TrimSpace(e.text) != "" }

func rawName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

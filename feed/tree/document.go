// Package tree parses feeds of any tool.
//
// [Parse] decodes the usual encodings, unpacks gzip, and agrees with libxml2 about which
// documents are well-formed. Unlike an XML parser it does not stop at an error: it
// records a [Problem] and reads on, so that the rest of the feed can be checked or
// imported. The result is a tree of elements. The name of an element has the usual
// prefix of its namespace, whatever prefix the feed uses:
//
//	doc, err := tree.Parse(data, &tree.Options{ContentType: header.Get("Content-Type")})
//	if err != nil || doc.Kind != tree.RSS {
//		…
//	}
//	channel := doc.Channel()
//	for item := range channel.All("item") {
//		guid := item.Child("guid").Value()
//		…
//	}
//
// The methods of a nil element return zero values, so that a chain of calls needs
// no checks.
package tree

import (
	"bytes"
	"errors"
	"iter"
	"strings"
)

// Limits of a document.
const (
	MaxBytes = 32 << 20 // after unpacking and decoding
	MaxDepth = 64       // of nested elements
	MaxItems = 20_000   // in the channel
)

// maxProblems is how many problems of a document are recorded.
const maxProblems = 1000

// ErrTooLarge reports that a document has more than MaxBytes bytes.
var ErrTooLarge = errors.New("the document is too large")

// Options are options for Parse; nil means defaults.
type Options struct {
	// ContentType is the Content-Type header with which the document was sent. Its charset
	// counts unless the document's first bytes or XML declaration name an encoding.
	ContentType string

	// Item, if it is not nil, is called with each complete item of the channel. The
	// items are then not kept in the tree, so that a long feed needs little memory.
	Item func(*Element)
}

// Kind is the kind of a document.
type Kind int

// Kinds of documents.
const (
	RSS     Kind = iota // the root is rss, of any version
	Atom                // an Atom feed
	RDF                 // RSS 1.0 or 0.90
	HTML                // a web page
	JSON                // JSON Feed or other JSON
	Media               // audio, video or an image
	Empty               // only white space
	Unknown             // other XML, or no XML at all
)

// Document is a parsed document.
type Document struct {
	Kind     Kind
	Root     *Element  // nil if there is none
	Problems []Problem // in document order; at most 1000
	Items    int       // items of the channel, including those beyond MaxItems

	Data       []byte // the document in UTF-8
	Encoding   string // name of the encoding, such as UTF-8, UTF-16LE or ISO-8859-1
	Label      string // encoding that the XML declaration names; empty if there is none
	Declared   bool   // an XML declaration is at the start
	Compressed bool   // the document was packed with gzip
}

// Channel returns the first channel of an RSS document, or nil if there is none.
func (d *Document) Channel() *Element { return d.Root.Child("channel") }

// WellFormed reports whether the document is well-formed XML. It ignores undeclared
// prefixes, as libxml2 does, and exceeded limits.
func (d *Document) WellFormed() bool {
	for _, p := range d.Problems {
		if p.Cause != Prefix && p.Cause != SameName && p.Cause != Depth && p.Cause != Count {
			return false
		}
	}
	return true
}

// Source returns the XML of an element as it is in the document, in UTF-8. Elements
// around it may declare its prefixes.
func (d *Document) Source(e *Element) []byte {
	if e == nil {
		return nil
	}
	return d.Data[e.start:e.end]
}

// Cause is the kind of a problem.
type Cause int

// Causes of problems.
const (
	Ampersand   Cause = iota // a & that starts no reference
	Entity                   // a reference to an entity that XML does not know
	Character                // a character that XML does not allow, or a reference to one
	Bytes                    // bytes that are invalid in the encoding
	Declaration              // a malformed XML declaration, or one that is not at the start
	Attribute                // a malformed or repeated attribute
	Nesting                  // an end tag that does not match a start tag
	CutOff                   // the document ends too early
	Outside                  // text, or an element, beside the root element
	Markup                   // any other fault
	Prefix                   // a prefix that is not declared
	SameName                 // two attributes with one name, by two prefixes of its namespace
	Depth                    // elements nested deeper than MaxDepth; they are skipped
	Count                    // more than MaxItems items; the rest is skipped
)

// Problem is a fault that an XML parser would report, or an exceeded limit.
type Problem struct {
	Cause        Cause
	Line, Column int    // from 1; the column counts bytes of UTF-8
	Message      string // such as `a raw & in text`
	Prefix       string // the undeclared prefix, for the cause Prefix
}

// Element is an XML element.
type Element struct {
	// Name has the usual prefix of a namespace that podcasts use, such as itunes:image.
	// RSS elements have no prefix. Elements of unknown namespaces have the prefix "?".
	Name string

	Local    string // name without prefix
	Prefix   string // prefix in the document
	Space    string // address of the namespace; empty if there is none
	Attrs    []Attr // without namespace declarations
	Declared []Attr // namespace declarations; Name is the prefix, empty for the default namespace, and Value the address
	Text     string // character data, without the text of children
	Children []*Element

	Line, Column int // of the start tag, from 1

	Cut bool // the end is missing, so that text and children may be incomplete

	start, end int // offsets in Document.Data
}

// Attr is an attribute. Its name has a prefix as in Element.Name; a name without a
// prefix has no namespace.
type Attr struct {
	Name, Value string
}

// Attr returns the value of an attribute, or "" if there is none.
func (e *Element) Attr(name string) string {
	value, _ := e.Lookup(name)
	return value
}

// Lookup returns the value of an attribute, and whether the element has the attribute.
func (e *Element) Lookup(name string) (value string, ok bool) {
	if e != nil {
		for i := range e.Attrs {
			if e.Attrs[i].Name == name {
				return e.Attrs[i].Value, true
			}
		}
	}
	return "", false
}

// Child returns the first child with the name, or nil if there is none.
func (e *Element) Child(name string) *Element {
	for c := range e.All(name) {
		return c
	}
	return nil
}

// All iterates over the children with the name.
func (e *Element) All(name string) iter.Seq[*Element] {
	return func(yield func(*Element) bool) {
		if e == nil {
			return
		}
		for _, c := range e.Children {
			if c.Name == name && !yield(c) {
				return
			}
		}
	}
}

// Value returns the text without white space at its ends.
func (e *Element) Value() string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.Text)
}

// Parse parses a document. It returns an error only if the document is too large
// (ErrTooLarge), or packed with gzip and damaged. The document refers to data, which the
// caller must not change.
func Parse(data []byte, o *Options) (*Document, error) {
	if o == nil {
		o = &Options{}
	}
	d := &Document{}
	var err error
	if bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		d.Compressed = true
		if data, err = gunzip(data); err != nil {
			return nil, err
		}
	}
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	p := &parser{doc: d, item: o.Item}
	p.decode(data, o.ContentType)
	if len(d.Data) > MaxBytes {
		return nil, ErrTooLarge
	}
	if d.Kind = sniff(d.Data); d.Kind == Unknown {
		p.document()
	}
	return d, nil
}

// sniff returns the kind of a document by its first bytes: HTML if a browser would take
// it for a web page, Unknown if only the root element can tell.
func sniff(data []byte) Kind {
	for _, magic := range []string{"ID3", "\xff\xfb", "\xff\xf3", "\xff\xf2", "OggS", "fLaC", "RIFF", "\x89PNG", "\xff\xd8\xff", "GIF8"} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return Media
		}
	}
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		return Media
	}
	head := bytes.TrimLeft(data, " \t\r\n\x00")
	switch {
	case len(head) == 0:
		return Empty
	case head[0] == '{' || head[0] == '[':
		return JSON
	}
	head = bytes.ToLower(head[:min(len(head), 64)])
	if bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) {
		return HTML
	}
	return Unknown
}

// kindOf returns the kind of a document with the given root.
func kindOf(root *Element) Kind {
	switch {
	case root == nil:
		return Unknown
	case strings.EqualFold(root.Local, "rss"):
		return RSS
	case root.Local == "feed":
		return Atom
	case root.Local == "RDF":
		return RDF
	case strings.EqualFold(root.Local, "html"):
		return HTML
	}
	return Unknown
}

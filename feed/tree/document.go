// Package tree reads feeds that others wrote.
//
// [Parse] accepts any encoding, unpacks gzip, and agrees with libxml2 about which
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
	"fmt"
	"io"
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
	// ContentType is the header of the response that the document comes from. Its
	// charset counts unless the document says otherwise in its own first bytes.
	ContentType string

	// Item, if it is not nil, is called with each item of the channel when it is
	// complete. The items are then not kept in the tree, so that a long feed needs
	// little memory.
	Item func(*Element)
}

// Kind is what a document is.
type Kind int

// Kinds of documents.
const (
	RSS     Kind = iota // the root is rss, of any version
	Atom                // an Atom feed
	RDF                 // RSS 1.0 or 0.90
	HTML                // a web page
	JSON                // JSON Feed or other JSON
	Media               // audio, video or an image
	Empty               // nothing but space
	Unknown             // other XML, or no XML at all
)

// Document is a parsed document.
type Document struct {
	Kind     Kind
	Root     *Element  // nil if there is none
	Problems []Problem // in the order of their places; at most 1000
	Items    int       // items of the channel, including those beyond MaxItems

	Data       []byte // the document as UTF-8, as it was parsed
	Encoding   string // name of the encoding, such as UTF-8, UTF-16LE or ISO-8859-1
	Label      string // encoding of the XML declaration; empty if there is none
	Declared   bool   // an XML declaration is at the start
	Compressed bool   // the document was packed with gzip
}

// Channel returns the first channel of an RSS document, or nil if there is none.
func (d *Document) Channel() *Element { return d.Root.Child("channel") }

// WellFormed reports whether the document is well-formed XML. Prefixes that are not
// declared do not count, as in libxml2.
func (d *Document) WellFormed() bool {
	for _, p := range d.Problems {
		if p.Cause != Prefix && p.Cause != Depth && p.Cause != Count {
			return false
		}
	}
	return true
}

// Source returns the XML of an element as it was written, in UTF-8. Its prefixes may
// be declared further up.
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
	Bytes                    // bytes that are not valid in the encoding
	Declaration              // a malformed XML declaration, or one that is not at the start
	Attribute                // a malformed or repeated attribute
	Nesting                  // an end tag that does not match
	CutOff                   // the document ends too early
	Markup                   // any other fault
	Prefix                   // a prefix that is not declared
	Depth                    // elements nested deeper than MaxDepth; they are skipped
	Count                    // more than MaxItems items; the rest is skipped
)

// Problem is a fault of a document that an XML parser reports, or a limit.
type Problem struct {
	Cause        Cause
	Line, Column int    // from 1; the column counts bytes of UTF-8
	Message      string // such as `a raw & in text`
	Prefix       string // the undeclared prefix, for the cause Prefix
}

// Element is an XML element.
type Element struct {
	// Name has the usual prefix of a namespace that podcasts use, such as
	// itunes:image. Elements of RSS have none. Elements of other namespaces have the
	// prefix "?".
	Name string

	Local    string // name without prefix
	Prefix   string // as it was written
	Space    string // address of the namespace; empty if there is none
	Attrs    []Attr // without declarations of namespaces
	Declared []Attr // namespaces declared here: prefix, empty for the default one, and address
	Text     string // character data, without that of children
	Children []*Element

	Line, Column int // of the start tag, from 1

	start, end int // in Document.Data
}

// Attr is an attribute. Its name has a prefix like that of an element; names without
// one have no namespace.
type Attr struct {
	Name, Value string
}

// Attr returns the value of an attribute, or "" if there is none.
func (e *Element) Attr(name string) string {
	value, _ := e.Lookup(name)
	return value
}

// Lookup returns the value of an attribute, and whether there is one.
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

// All returns the children with the name.
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

// Value returns the text without the space around it.
func (e *Element) Value() string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.Text)
}

// Read reads a document of at most MaxBytes bytes and parses it.
func Read(r io.Reader, o *Options) (*Document, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	return Parse(data, o)
}

// Parse parses a document. The only errors are ErrTooLarge and a damaged gzip
// stream. The document keeps data, which must not change.
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

// sniff returns what a document is by its first bytes. It returns HTML for what a
// browser takes for a web page, and Unknown if the root element decides.
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

// kindOf returns what a document with this root is.
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

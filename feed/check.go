package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"onair/internal/finding"
)

// maxFeed is the limit on the size of a feed, in bytes.
const maxFeed = 32 << 20

// maxDepth is the limit on the nesting of elements.
const maxDepth = 64

// largeFeed is the size in bytes from which some apps refuse a feed or cut it.
const largeFeed = 2_000_000

// Check reports which of the rules a finished feed breaks. Findings name the
// file. Checking ends where the XML is not well-formed.
func Check(data []byte, file string) finding.List {
	c := &checker{
		file:       file,
		dec:        xml.NewDecoder(bytes.NewReader(data)),
		guids:      map[string]int{},
		enclosures: map[string]int{},
		reported:   map[string]bool{},
	}
	c.document(data)
	c.findings.Sort()
	return c.findings
}

// checker reads a feed once, from start to end. It keeps the channel's own
// elements and, of every item, what must be unique.
type checker struct {
	file     string
	dec      *xml.Decoder
	findings finding.List

	channels   int
	show       *element // the channel without its items
	items      int
	unnumbered []*element      // full episodes without a number
	hostless   []*element      // items with persons, none of them a host
	guids      map[string]int  // GUID → line
	enclosures map[string]int  // URL → line
	reported   map[string]bool // namespaces that were reported as misspelled
}

// add reports that an element breaks a rule; nil stands for the file as a whole.
func (c *checker) add(r *finding.Rule, e *element, format string, args ...any) {
	c.findings.Add(r.At(c.position(e), format, args...))
}

func (c *checker) position(e *element) finding.Position {
	if e == nil {
		return finding.Position{File: c.file}
	}
	return finding.Position{File: c.file, Line: e.line, Column: e.column}
}

func (c *checker) document(data []byte) {
	if len(data) > maxFeed {
		c.add(ruleTooLarge, nil, "feed of %d bytes is too large to be read", len(data))
		return
	}
	if len(data) > largeFeed {
		c.add(ruleLarge, nil, "feed has %.1f MB", float64(len(data))/1e6)
	}
	if !bytes.HasPrefix(bytes.TrimPrefix(data, []byte("\uFEFF")), []byte("<?xml")) {
		c.add(ruleNoDeclaration, &element{line: 1, column: 1}, "no XML declaration")
	}
	c.dec.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		c.add(ruleEncoding, &element{line: 1, column: 1}, "encoding is %s, want UTF-8", quote(label))
		return input, nil // the decoder reports bytes that are not UTF-8
	}
	if err := c.read(); err != nil {
		c.readError(err)
		return
	}
	if c.channels != 1 {
		c.add(ruleRoot, nil, "%d channels, want 1", c.channels)
		return
	}
	c.channel()
}

// readError reports the error that ended reading.
func (c *checker) readError(err error) {
	at := &element{}
	at.line, at.column = c.dec.InputPos()
	var deep *depthError
	if errors.As(err, &deep) {
		c.add(ruleTooLarge, at, "%v", err)
		return
	}
	c.add(ruleNotWellFormed, at, "not well-formed: %v", withoutLine(err))
}

// read reads the document. An item is checked and dropped as soon as it is read.
func (c *checker) read() error {
	root := false
	for {
		token, at, err := c.next()
		if errors.Is(err, io.EOF) {
			if !root {
				return errors.New("no root element")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if root {
				return errors.New("a second root element")
			}
			root = true
			c.start(at, t)
			if err := c.root(at); err != nil {
				return err
			}
		case xml.CharData:
			if len(bytes.Trim(t, " \t\r\n\uFEFF")) > 0 {
				return errors.New("text outside of the root element")
			}
		}
	}
}

// root reads what is inside the root element.
func (c *checker) root(root *element) error {
	if version := root.attr("version"); root.name != "rss" || version != "2.0" {
		c.add(ruleRoot, root, "root element is %s, version %s", quote(root.name), quote(version))
	}
	for _, prefix := range []string{"atom", "itunes", "podcast"} {
		if _, ok := root.lookup("xmlns:" + prefix); !ok && !slices.Contains(root.attrs, namespaces[prefix]) {
			c.add(ruleNoNamespace, root, "namespace %s is not declared", namespaces[prefix])
		}
	}
	return c.inside(root, func(child *element) error {
		if child.name != "channel" {
			return c.inside(child, c.subtree(child, 2))
		}
		c.channels++
		c.show = child
		return c.inside(child, c.channelChild)
	})
}

func (c *checker) channelChild(child *element) error {
	if err := c.inside(child, c.subtree(child, 2)); err != nil {
		return err
	}
	if child.name == "item" {
		c.item(child)
	} else {
		c.show.children = append(c.show.children, child)
	}
	return nil
}

// inside reads up to the end of parent and sets its text. It calls child for
// every element in it; child must read the element up to its end.
func (c *checker) inside(parent *element, child func(*element) error) error {
	var text strings.Builder
	for {
		token, at, err := c.next()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			c.start(at, t)
			if err := child(at); err != nil {
				return err
			}
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			parent.text = text.String()
			return nil
		}
	}
}

// subtree returns a function for inside that adds every element below parent to
// its children. depth is how deep parent is nested.
func (c *checker) subtree(parent *element, depth int) func(*element) error {
	return func(child *element) error {
		if depth > maxDepth {
			return &depthError{}
		}
		parent.children = append(parent.children, child)
		return c.inside(child, c.subtree(child, depth+1))
	}
}

type depthError struct{}

func (*depthError) Error() string {
	return fmt.Sprintf("elements are nested deeper than %d", maxDepth)
}

// next reads a token. The element it returns holds the token's position.
func (c *checker) next() (xml.Token, *element, error) {
	at := &element{}
	at.line, at.column = c.dec.InputPos()
	token, err := c.dec.Token()
	return token, at, err
}

// start sets name and attributes of an element from its start tag.
func (c *checker) start(at *element, t xml.StartElement) {
	at.name = c.name(at, t.Name)
	for _, a := range t.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		if _, twice := at.lookup(name); twice {
			c.add(ruleNotWellFormed, at, "not well-formed: attribute %s is written twice", quote(name))
		}
		at.attrs = append(at.attrs, name, a.Value)
	}
}

// name returns an element's name with the usual prefix of its namespace, whatever
// prefix the feed uses. A misspelled namespace is reported once.
func (c *checker) name(at *element, n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	for prefix, uri := range namespaces {
		if n.Space == uri {
			return prefix + ":" + n.Local
		}
	}
	prefix := lookalike(n.Space)
	if prefix == "" {
		return foreign + n.Local
	}
	if !c.reported[n.Space] && n.Space != podcastAlias {
		c.reported[n.Space] = true
		if n.Space == prefix {
			c.add(ruleNamespace, at, "prefix %s is not declared", prefix)
		} else {
			c.add(ruleNamespace, at, "namespace is %s, want %q", quote(n.Space), namespaces[prefix])
		}
	}
	return prefix + ":" + n.Local
}

// foreign stands for the prefix of every namespace that Check has no rules for.
const foreign = "?:"

// podcastAlias is an older name of the podcast namespace, which readers accept.
const podcastAlias = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"

// lookalike returns the prefix of the namespace that a misspelled one stands for:
// an undeclared prefix, or an address that differs in case, scheme or last slash.
// It returns "" if there is none.
func lookalike(space string) string {
	if space == podcastAlias {
		return "podcast"
	}
	for prefix, uri := range namespaces {
		if space == prefix || bare(space) == bare(uri) {
			return prefix
		}
	}
	return ""
}

// bare returns a namespace without scheme, case and last slash.
func bare(uri string) string {
	_, rest, _ := strings.Cut(strings.ToLower(uri), "://")
	return strings.TrimSuffix(rest, "/")
}

// quote quotes untrusted input for one line of a message, at most 100 characters.
func quote(value string) string {
	const limit = 100
	if runes := []rune(value[:min(len(value), 4*limit)]); len(runes) > limit {
		value = string(runes[:limit]) + "…"
	}
	return strconv.Quote(value)
}

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

// maxFeed is the most that is read of a feed, in bytes.
const maxFeed = 32 << 20

// maxDepth bounds how deeply a feed may be nested below the channel.
const maxDepth = 64

// largeFeed is the size in bytes from which some apps refuse a feed or cut it.
const largeFeed = 2_000_000

// Check reads a finished feed and reports what a listener's app or a directory
// would stumble over, by the rules in the package comment. The file is named in
// the findings. Where the XML breaks, checking ends.
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

// checker reads a feed once, from start to end. Of what it has read it keeps the
// channel's own elements and, of every item, what must be unique.
type checker struct {
	file     string
	dec      *xml.Decoder
	findings finding.List

	channels   int
	show       *element       // the channel without its items
	items      int            // how many
	unnumbered []*element     // full episodes without a number
	hostless   []*element     // items with persons, none of them a host
	guids      map[string]int // → line
	enclosures map[string]int
	reported   map[string]bool // prefixes already complained about
}

// add reports a finding of a rule at an element; nil means the file as a whole.
func (c *checker) add(id string, at *element, format string, args ...any) {
	r := rules[id]
	p := finding.Position{File: c.file}
	if at != nil {
		p.Line, p.Column = at.line, at.column
	}
	c.findings.Add(finding.Finding{
		Rule: id, Severity: r.severity, Position: p,
		Message: fmt.Sprintf(format, args...), Hint: r.hint, Source: r.source,
	})
}

func (c *checker) document(data []byte) {
	if len(data) > maxFeed {
		c.add("F008", nil, "feed of %d bytes is too large to be read", len(data))
		return
	}
	if len(data) > largeFeed {
		c.add("F007", nil, "feed has %.1f MB", float64(len(data))/1e6)
	}
	if !bytes.HasPrefix(bytes.TrimPrefix(data, []byte("\uFEFF")), []byte("<?xml")) {
		c.add("F003", &element{line: 1, column: 1}, "no XML declaration")
	}
	c.dec.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		c.add("F002", &element{line: 1, column: 1}, "encoding is %s, want UTF-8", quote(label))
		return input, nil // bytes that are not UTF-8 are reported where they stand
	}
	if err := c.read(); err != nil {
		c.broken(err)
		return
	}
	if c.channels != 1 {
		c.add("F004", nil, "%d channels, want 1", c.channels)
		return
	}
	c.channel()
}

// broken reports the error that ended reading.
func (c *checker) broken(err error) {
	at := &element{}
	at.line, at.column = c.dec.InputPos()
	var deep *depthError
	if errors.As(err, &deep) {
		c.add("F008", at, "%v", err)
		return
	}
	c.add("F001", at, "not well-formed: %v", syntax(err))
}

// read goes through the document. Items are checked and dropped on the way.
func (c *checker) read() error {
	root := false
	for {
		token, at, err := c.next()
		if errors.Is(err, io.EOF) {
			if !root {
				return errors.New("no element at all")
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
		c.add("F004", root, "root element is %s, version %s", quote(root.name), quote(version))
	}
	for _, prefix := range []string{"atom", "itunes", "podcast"} {
		if _, ok := root.lookup("xmlns:" + prefix); !ok && !slices.Contains(root.attrs, namespaces[prefix]) {
			c.add("F006", root, "namespace %s is not declared", namespaces[prefix])
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

// inside reads up to the end of parent, gathers its text and calls child for
// every element in it, which must read that up to its end.
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

// subtree gathers everything below parent, which is itself depth elements deep.
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

// next reads a token. The element it returns holds the token's place.
func (c *checker) next() (xml.Token, *element, error) {
	at := &element{}
	at.line, at.column = c.dec.InputPos()
	token, err := c.dec.Token()
	return token, at, err
}

// start fills in an element from its tag.
func (c *checker) start(at *element, t xml.StartElement) {
	at.name = c.name(at, t.Name)
	for _, a := range t.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		if _, twice := at.lookup(name); twice {
			c.add("F001", at, "not well-formed: attribute %s is written twice", quote(name))
		}
		at.attrs = append(at.attrs, name, a.Value)
	}
}

// name gives an element the prefix that its namespace usually has, whatever the
// feed calls it. A namespace that is nearly right is reported once.
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
			c.add("F005", at, "prefix %s is not declared", prefix)
		} else {
			c.add("F005", at, "namespace is %s, want %q", quote(n.Space), namespaces[prefix])
		}
	}
	return prefix + ":" + n.Local
}

// foreign stands for the prefix of all namespaces that Check knows nothing about.
const foreign = "?:"

// podcastAlias is the other address under which readers know the podcast
// namespace (its document 1.0.md).
const podcastAlias = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"

// lookalike returns the prefix of the namespace that somebody meant: an
// undeclared prefix, or an address that differs in case, scheme or last slash.
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

// bare is an address without what people get wrong in it.
func bare(uri string) string {
	_, rest, _ := strings.Cut(strings.ToLower(uri), "://")
	return strings.TrimSuffix(rest, "/")
}

// quote makes a stranger's value fit for one line of a message.
func quote(value string) string {
	const most = 100 // characters
	if runes := []rune(value[:min(len(value), 4*most)]); len(runes) > most {
		value = string(runes[:most]) + "…"
	}
	return strconv.Quote(value)
}

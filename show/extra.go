package show

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"onair/internal/source"
)

// Limits of extra:.
const (
	maxExtra      = 64 << 10 // bytes
	maxExtraDepth = 32
)

// knownPrefixes are the prefixes that extra: may use although namespaces: does not
// declare them.
var knownPrefixes = []string{"itunes", "podcast", "atom", "content", "psc"}

var xmlName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// Names of RSS elements, which have no prefix. extra: may have channelRSS in a show and
// itemRSS in an episode, and anyRSS anywhere inside these elements.
var (
	channelRSS = []string{"title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate",
		"lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "rating", "textInput", "skipHours", "skipDays"}
	itemRSS = []string{"title", "link", "description", "author", "category", "comments", "pubDate", "source"}
	anyRSS  = []string{"title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source",
		"url", "width", "height", "name", "hour", "day"}
)

// extraXML sets elements for which onair has no field. It parses the XML and writes it
// again, so that the stored text is well-formed and cannot close the element that will
// contain it.
func extraXML(p *string, prefixes, rss []string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Scalar()
		if !ok || strings.TrimSpace(s) == "" {
			return
		}
		out, offset, err := canonicalXML(s, append(prefixes, knownPrefixes...), rss)
		if err == nil {
			*p = out
			return
		}
		at := *v.Node
		if at.Block {
			at.Pos.Line += 1 + strings.Count(s[:min(offset, len(s))], "\n")
			at.Pos.Column = 0
		}
		v.Decoder.Value(&at, v.Path).Reportf(ruleExtra, "", "%s: %v", v.Name(), err)
	}
}

// canonicalXML parses a sequence of elements and writes it again. The name of each
// outermost element must have one of the prefixes or be one of rss. If there is an error,
// offset is its place in s.
func canonicalXML(s string, prefixes, rss []string) (out string, offset int, err error) {
	if len(s) > maxExtra {
		return "", 0, fmt.Errorf("%d bytes; at most %d", len(s), maxExtra)
	}
	s, err = joinSurrogates(s)
	if err != nil {
		return "", 0, err
	}
	d := xml.NewDecoder(strings.NewReader(s))
	w := xmlWriter{prefixes: prefixes, rss: rss}
	for {
		offset = int(d.InputOffset())
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) && len(w.open) > 0 {
			return "", offset, fmt.Errorf("<%s> is not closed", w.open[len(w.open)-1])
		} else if errors.Is(err, io.EOF) {
			return strings.TrimSpace(w.b.String()), 0, nil
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				err = errors.New("not well-formed XML: " + syntax.Msg)
			}
			return "", int(d.InputOffset()), err
		}
		if err := w.token(t); err != nil {
			return "", offset, err
		}
	}
}

// reference matches a character reference of XML.
var reference = regexp.MustCompile(`&#(x[0-9A-Fa-f]{1,8}|[0-9]{1,10});`)

// joinSurrogates replaces pairs of references to UTF-16 surrogates, which some programs
// write for an emoji, by one reference to the character. It pads this reference with
// zeros, so that the length of the text stays the same. Half of a pair is an error.
func joinSurrogates(s string) (string, error) {
	found := reference.FindAllStringSubmatchIndex(s, -1)
	var out strings.Builder
	done := 0
	for i := 0; i < len(found); i++ {
		at := found[i]
		if !utf16.IsSurrogate(referenced(s[at[2]:at[3]])) {
			continue
		}
		joined := unicode.ReplacementChar
		if i+1 < len(found) && found[i+1][0] == at[1] {
			joined = utf16.DecodeRune(referenced(s[at[2]:at[3]]), referenced(s[found[i+1][2]:found[i+1][3]]))
		}
		if joined == unicode.ReplacementChar {
			return "", fmt.Errorf("%s is half of a character", s[at[0]:at[1]])
		}
		out.WriteString(s[done:at[0]])
		done = found[i+1][1]
		fmt.Fprintf(&out, "&#x%0*x;", done-at[0]-len("&#x;"), joined)
		i++
	}
	return out.String() + s[done:], nil
}

// referenced returns the character of a reference such as x41 or 65, or 0 if the number
// is too large.
func referenced(digits string) rune {
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil {
		return 0
	}
	return rune(n)
}

// textEscaper escapes text between tags, where line breaks may stay.
var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

// xmlWriter writes tokens of encoding/xml whose names still have their prefixes. It
// accepts only elements, attributes and text.
type xmlWriter struct {
	prefixes []string
	rss      []string // names that outermost elements may have without a prefix
	open     []string
	b        strings.Builder
}

func (w *xmlWriter) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		name := t.Name.Local
		if t.Name.Space != "" {
			name = t.Name.Space + ":" + name
		}
		if len(w.open) == 0 || w.open[len(w.open)-1] != name {
			return fmt.Errorf("</%s> closes nothing", name)
		}
		w.open = w.open[:len(w.open)-1]
		w.b.WriteString("</" + name + ">")
	case xml.CharData:
		if len(w.open) == 0 && strings.TrimSpace(string(t)) != "" {
			return errors.New("text outside of an element")
		}
		w.b.WriteString(textEscaper.Replace(string(t)))
	case xml.Comment:
		return errors.New("an XML comment; expected elements only")
	case xml.ProcInst:
		return errors.New("an XML processing instruction; expected elements only")
	default:
		return errors.New("an XML declaration; expected elements only")
	}
	return nil
}

func (w *xmlWriter) start(t xml.StartElement) error {
	name, err := w.elementName(t.Name)
	if err != nil {
		return err
	}
	if len(w.open) >= maxExtraDepth {
		return errors.New("nested too deeply")
	}
	w.open = append(w.open, name)
	w.b.WriteString("<" + name)
	seen := map[string]bool{}
	for _, a := range t.Attr {
		attr := a.Name.Local
		if a.Name.Space == "xmlns" || attr == "xmlns" {
			return errors.New("declare the prefix in namespaces: of show.yaml instead of with xmlns")
		}
		if a.Name.Space != "" && a.Name.Space != "xml" {
			if attr, err = w.name(a.Name); err != nil {
				return err
			}
		} else if a.Name.Space == "xml" {
			attr = "xml:" + attr
		}
		if !xmlName.MatchString(a.Name.Local) {
			return fmt.Errorf("bad attribute name %s", source.ShortQuote(attr))
		}
		if seen[attr] {
			return fmt.Errorf("<%s> has the attribute %s twice", name, attr)
		}
		seen[attr] = true
		w.b.WriteString(" " + attr + `="`)
		if err := xml.EscapeText(&w.b, []byte(a.Value)); err != nil {
			return err
		}
		w.b.WriteString(`"`)
	}
	w.b.WriteString(">")
	return nil
}

// elementName returns the name of an element as written. It must be the name of an RSS
// element or have a known prefix.
func (w *xmlWriter) elementName(n xml.Name) (string, error) {
	known := w.rss
	if len(w.open) > 0 {
		known = anyRSS
	}
	switch {
	case n.Space != "":
		return w.name(n)
	case slices.Contains(known, n.Local):
		return n.Local, nil
	case len(w.open) == 0 && (n.Local == "guid" || n.Local == "enclosure"):
		return "", fmt.Errorf("<%s> would replace what %s: in the front matter says", n.Local, n.Local)
	case len(w.open) == 0 && n.Local == "item":
		return "", fmt.Errorf("<%s> is written by onair", n.Local)
	}
	return "", fmt.Errorf("<%s> has no prefix, and RSS has no such element here; expected one of %s", n.Local, source.OrList(w.prefixes))
}

// name returns a name as prefix:local. The prefix must be known.
func (w *xmlWriter) name(n xml.Name) (string, error) {
	switch {
	case n.Space == "":
		return "", fmt.Errorf("%s has no prefix; expected one of %s", n.Local, source.OrList(w.prefixes))
	case !slices.Contains(w.prefixes, n.Space):
		return "", fmt.Errorf("the prefix %s is unknown; declare it in namespaces: of show.yaml", source.ShortQuote(n.Space))
	case !xmlName.MatchString(n.Local):
		return "", fmt.Errorf("bad name %s", source.ShortQuote(n.Local))
	}
	return n.Space + ":" + n.Local, nil
}

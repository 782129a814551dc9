package show

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"onair/internal/source"
)

// Limits of extra:.
const (
	maxExtra      = 64 << 10 // bytes
	maxExtraDepth = 32
)

// knownPrefixes are the namespaces that every feed declares.
var knownPrefixes = []string{"itunes", "podcast", "atom", "content", "psc"}

var xmlName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// extraXML sets elements that onair has no field for. What is stored is
// written anew from what was read, so that it is well-formed by construction
// and cannot end the element it is put into.
func extraXML(p *string, prefixes []string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Scalar()
		if !ok || strings.TrimSpace(s) == "" {
			return
		}
		out, offset, err := canonicalXML(s, append(prefixes, knownPrefixes...))
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

// canonicalXML reads a sequence of elements whose names all have one of the
// prefixes and writes it again. The offset is where an error was found.
func canonicalXML(s string, prefixes []string) (out string, offset int, err error) {
	if len(s) > maxExtra {
		return "", 0, fmt.Errorf("%d bytes; at most %d", len(s), maxExtra)
	}
	d := xml.NewDecoder(strings.NewReader(s))
	w := xmlWriter{prefixes: prefixes}
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

// textEscaper escapes text between tags, where line breaks may stay.
var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

// xmlWriter writes tokens of encoding/xml, whose names have their prefixes
// still, with no more than elements, attributes and text.
type xmlWriter struct {
	prefixes []string
	open     []string
	b        strings.Builder
}

func (w *xmlWriter) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		name := t.Name.Space + ":" + t.Name.Local
		if len(w.open) == 0 || w.open[len(w.open)-1] != name {
			return fmt.Errorf("</%s> closes nothing", strings.TrimPrefix(name, ":"))
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
	name, err := w.name(t.Name)
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

// name returns prefix:local of a name with a known prefix.
func (w *xmlWriter) name(n xml.Name) (string, error) {
	switch {
	case n.Space == "":
		return "", fmt.Errorf("<%s> has no prefix; expected one of %s", n.Local, source.OrList(w.prefixes))
	case !slices.Contains(w.prefixes, n.Space):
		return "", fmt.Errorf("the prefix %s is unknown; declare it in namespaces: of show.yaml", source.ShortQuote(n.Space))
	case !xmlName.MatchString(n.Local):
		return "", fmt.Errorf("bad name %s", source.ShortQuote(n.Local))
	}
	return n.Space + ":" + n.Local, nil
}

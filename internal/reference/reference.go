// Package reference explains what a podcast consists of: the elements of its feed, the
// frames of its audio files, and the keys of the files that onair reads. The command
// onair explain prints the explanations, and docs/reference.md is generated from them.
//
// The texts are in elements.txt, frames.txt and keys.txt. A line that starts with "#"
// begins a section. The fields of a section apply to each of its entries that does not
// set them itself. An entry is a name, fields, and lines with "-" for the attributes of
// an element. Blank lines separate entries.
package reference

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
)

// Kind is what an entry explains.
type Kind string

// Kinds of entries.
const (
	Element Kind = "element" // of a feed
	Frame   Kind = "frame"   // of an ID3 tag
	Key     Kind = "key"     // of a file of the show
)

// Entry explains one thing.
type Entry struct {
	Kind       Kind        `json:"kind"`
	Section    string      `json:"section"` // such as show.yaml
	Name       string      `json:"name"`
	What       string      `json:"what"`
	Why        string      `json:"why"`
	Readers    string      `json:"readers"` // who reads it
	Example    string      `json:"example"`
	Origin     string      `json:"origin"` // where onair takes it from
	Source     string      `json:"source"` // the specification, or a page of the docs
	Attributes []Attribute `json:"attributes,omitempty"`
}

// Attribute is an attribute of an element.
type Attribute struct {
	Name string `json:"name"`
	What string `json:"what"`
}

var (
	//go:embed elements.txt
	elementsText string
	//go:embed frames.txt
	framesText string
	//go:embed keys.txt
	keysText string
)

// Entries returns all entries: elements, frames, keys, each in the order of its file.
func Entries() []Entry {
	var all []Entry
	for _, f := range []struct {
		kind Kind
		text string
	}{{Element, elementsText}, {Frame, framesText}, {Key, keysText}} {
		all = append(all, parse(f.kind, f.text)...)
	}
	return all
}

// parse reads one of the files. It returns no error, because the files are part of the
// program and tests find mistakes in them.
func parse(kind Kind, text string) (entries []Entry) {
	var section Entry
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		name, rest, _ := strings.Cut(block, "\n")
		if title, ok := strings.CutPrefix(name, "# "); ok {
			section = Entry{Kind: kind, Section: title}
			section.fields(rest)
			continue
		}
		e := section
		e.Name, e.Attributes = name, nil
		e.fields(rest)
		entries = append(entries, e)
	}
	return entries
}

// fields sets the fields of an entry from its lines.
func (e *Entry) fields(lines string) {
	for line := range strings.Lines(lines) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "what":
			e.What = value
		case "why":
			e.Why = value
		case "readers":
			e.Readers = value
		case "example":
			e.Example = value
		case "origin":
			e.Origin = value
		case "source":
			e.Source = value
		default:
			e.Attributes = append(e.Attributes, Attribute{strings.TrimPrefix(name, "- "), value})
		}
	}
}

// WriteMarkdown writes entries for docs/reference.md, with a heading for each section.
func WriteMarkdown(w io.Writer, entries []Entry) error {
	var b strings.Builder
	section := ""
	for _, e := range entries {
		if e.Section != section {
			section = e.Section
			fmt.Fprintf(&b, "\n## %s\n", section)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s %s\n\n", Escape(e.Name), Escape(e.What), Escape(e.Why))
		for _, a := range e.Attributes {
			fmt.Fprintf(&b, "- `%s`: %s\n", a.Name, Escape(a.What))
		}
		if len(e.Attributes) > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "```%s\n%s\n```\n\n", language(e.Kind), e.Example)
		if e.Kind != Key {
			fmt.Fprintf(&b, "Read by %s. Origin: %s. Source: %s\n", Escape(e.Readers), Escape(e.Origin), Link(e.Source))
		} else {
			fmt.Fprintf(&b, "More: %s\n", Link(e.Source))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Escape writes text so that Markdown shows it as it is.
func Escape(s string) string {
	return strings.NewReplacer("<", `\<`, "*", `\*`, "_", `\_`, "[", `\[`, "`", "\\`").Replace(s)
}

func language(k Kind) string {
	switch k {
	case Element:
		return "xml"
	case Key:
		return "yaml"
	}
	return "text"
}

// Link returns a source as a Markdown link if it is a URL or a page in docs, and
// otherwise as text.
func Link(source string) string {
	switch {
	case strings.HasPrefix(source, "http"):
		return "<" + source + ">"
	case strings.HasPrefix(source, "docs/"):
		name := strings.TrimPrefix(source, "docs/")
		return "[" + name + "](" + name + ")"
	}
	return Escape(source)
}

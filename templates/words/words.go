// Package words is the catalogue of the words that the theme itself prints, in several
// languages. The texts of a show are never translated.
//
// A catalogue is a text file named after its language, such as text/en.txt. A line is
//
//	key = text with {name} for a value
//
// Empty lines and lines that start with # are ignored. text/en.txt is complete; a word
// that another language lacks is printed in English.
package words

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fallback is the language of a show whose own language has no catalogue.
const fallback = "en"

//go:embed text/*.txt
var files embed.FS

// Files returns the embedded catalogues by file name, such as en.txt.
func Files() map[string][]byte {
	all := map[string][]byte{}
	for _, language := range languages() {
		name := language + ".txt"
		data, err := files.ReadFile("text/" + name)
		if err != nil {
			panic(err) // cannot happen: the directory was just read from the same file system
		}
		all[name] = data
	}
	return all
}

// languages returns the languages of the embedded catalogues, sorted.
func languages() []string {
	entries, err := files.ReadDir("text")
	if err != nil {
		panic(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	return all
}

// Catalogue has the words of one language, by key.
type Catalogue map[string]string

// embedded returns the embedded catalogues, by language.
var embedded = sync.OnceValue(func() map[string]Catalogue {
	all := map[string]Catalogue{}
	for name, data := range Files() {
		c, err := Parse(data)
		if err != nil {
			panic(name + ": " + err.Error())
		}
		all[strings.TrimSuffix(name, ".txt")] = c
	}
	return all
})

// Keys returns the keys that a catalogue may have, sorted.
func Keys() []string { return slices.Sorted(maps.Keys(embedded()[fallback])) }

// A LineError is an error in a line of a catalogue.
type LineError struct {
	Line    int    // line number, from 1
	Key     string // key in the line; empty if it has none
	Message string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// Parse reads a catalogue. Any error is a *LineError.
func Parse(data []byte) (Catalogue, error) {
	c := Catalogue{}
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		text = strings.TrimSpace(text)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			return nil, &LineError{Line: line, Message: "expected key = text"}
		}
		if _, twice := c[key]; twice {
			return nil, &LineError{Line: line, Key: key, Message: fmt.Sprintf("%s is given twice", key)}
		}
		if key == "months" && strings.Count(value, ",") != 11 {
			return nil, &LineError{Line: line, Key: key, Message: "expected the names of twelve months, with commas between them"}
		}
		if key == "sizes" && strings.Count(value, ",") != 3 {
			return nil, &LineError{Line: line, Key: key, Message: "expected four units of size, with commas between them"}
		}
		c[key] = strings.TrimSpace(value)
	}
	return c, nil
}

// Words are the words for pages in one language.
type Words struct {
	language string
	text     Catalogue
	months   []string
	sizes    []string // bytes, and thousands, millions and billions of them
}

// For returns the words for pages in a language (RFC 5646). own has the show's own
// catalogues by language; it may be nil. A key is looked up in the show's own catalogues,
// then in the embedded ones: first that of the language, then that of the language without
// region and script. Last comes the embedded English catalogue.
func For(language string, own map[string]Catalogue) *Words {
	w := &Words{language: fallback, text: maps.Clone(embedded()[fallback])}
	tag := strings.ToLower(language)
	base, _, _ := strings.Cut(tag, "-")
	for _, catalogues := range []map[string]Catalogue{embedded(), own} {
		for _, name := range slices.Compact([]string{base, tag}) {
			if c, ok := catalogues[name]; ok {
				w.language = language
				maps.Copy(w.text, c)
			}
		}
	}
	w.months, w.sizes = w.list("months"), w.list("sizes")
	return w
}

// list returns the parts of a text that has commas between them.
func (w *Words) list(key string) (parts []string) {
	for part := range strings.SplitSeq(w.text[key], ",") {
		parts = append(parts, strings.TrimSpace(part))
	}
	return parts
}

// Language returns the language of the words: the argument of For, or English if there
// is no catalogue for that.
func (w *Words) Language() string { return w.language }

// Has reports whether there is a text for the key.
func (w *Words) Has(key string) bool { _, ok := w.text[key]; return ok }

// Text returns the text for a key. values are pairs of a name and a value that
// replaces {name} in the text.
func (w *Words) Text(key string, values ...any) (string, error) {
	text, ok := w.text[key]
	if !ok {
		return "", fmt.Errorf("the catalogue has no %q", key)
	}
	if len(values)%2 != 0 {
		return "", fmt.Errorf("the values of %q are not pairs of a name and a value", key)
	}
	if len(values) == 0 {
		return text, nil
	}
	pairs := make([]string, len(values))
	for i, v := range values {
		pairs[i] = fmt.Sprint(v)
		if i%2 == 0 {
			pairs[i] = "{" + pairs[i] + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(text), nil
}

// Date returns a date, such as 4 February 2027.
func (w *Words) Date(t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = w.text["first-day"]
	}
	return strings.NewReplacer(
		"{day}", day, "{month}", w.months[t.Month()-1], "{year}", strconv.Itoa(t.Year()),
	).Replace(w.text["date"])
}

// Length returns a duration in the words that people use for the length of an episode,
// such as 1 h 2 min. It is rounded to minutes, or up to whole seconds if it is below a
// minute.
func (w *Words) Length(d time.Duration) string {
	d = max(d, 0)
	if d < time.Minute {
		return w.units("seconds", 0, 0, int((d+time.Second-1)/time.Second))
	}
	minutes := int(d.Round(time.Minute) / time.Minute)
	h, m := minutes/60, minutes%60
	switch {
	case h == 0:
		return w.units("minutes", h, m, 0)
	case m == 0:
		return w.units("hours", h, m, 0)
	}
	return w.units("hours-minutes", h, m, 0)
}

func (w *Words) units(key string, h, m, s int) string {
	return strings.NewReplacer("{h}", strconv.Itoa(h), "{m}", strconv.Itoa(m), "{s}", strconv.Itoa(s)).Replace(w.text[key])
}

// Size returns a number of bytes, such as 41.2 MB.
func (w *Words) Size(bytes int64) string {
	b, n, unit := float64(bytes), "", ""
	switch {
	case bytes < 1000:
		n, unit = strconv.FormatInt(bytes, 10), w.sizes[0]
	case bytes < 999_500:
		n, unit = strconv.FormatFloat(b/1e3, 'f', 0, 64), w.sizes[1]
	case bytes < 999_950_000:
		n, unit = strconv.FormatFloat(b/1e6, 'f', 1, 64), w.sizes[2]
	default:
		n, unit = strconv.FormatFloat(b/1e9, 'f', 2, 64), w.sizes[3]
	}
	return strings.Replace(n, ".", w.text["decimal"], 1) + " " + unit
}

// Separator returns the text between the entries of a list.
func (w *Words) Separator() string {
	if s := w.text["separator"]; s == "、" {
		return s
	}
	return w.text["separator"] + " "
}

// Role returns the name of a role of the Podcast Taxonomy, or the role itself if the
// catalogue has no name for it.
func (w *Words) Role(role string) string {
	if text, ok := w.text["role-"+strings.ReplaceAll(strings.ToLower(role), " ", "-")]; ok {
		return text
	}
	return role
}

// Package source reads the text files of a show: YAML, and values of the types that
// fields have. Each problem becomes a finding with the place of the value and often a
// hint.
//
// A [Setter] stores one value; [Fields] name the keys of a map, each with its setter:
//
//	v.Fields(source.Fields{
//		"title": source.Line(&s.Title),
//		"date":  source.Date(&s.Date, zone),
//	}, "title")
//
// Anchors, aliases, tags and merge keys are refused, because they make small files
// large or surprising. Sizes and depths are limited, because files come from pull
// requests as well as from the show's owner.
package source

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"onair/internal/finding"
	"onair/internal/slugs"
)

// Decoder holds the data that the fields of one file share.
type Decoder struct {
	IsFile  func(name string) bool   // reports whether the show has a regular file with the name
	Refusal func(name string) string // returns why a file that exists is not read, or ""
	Dir     string                   // folder of the file, below the show's folder; paths in the file are relative to it
	Found   *finding.List
	Places  map[string]finding.Position
	needed  map[string]bool // paths of fields whose absence the caller reports
	Count   int             // findings of this file so far
}

// Value is a node that a setter stores in a field. Path is the name of the field in
// Places, such as chapters[2].image.
type Value struct {
	*Decoder
	Node *Node
	Path string
}

// Value returns the value of a node for the field at path.
func (d *Decoder) Value(n *Node, path string) Value { return Value{d, n, path} }

// Setter stores a value in a field, or reports why it cannot.
type Setter func(Value)

// Fields are the keys of a map, each with its setter.
type Fields map[string]Setter

// add reports a finding, unless the file has too many of them.
func (v Value) add(f finding.Finding) {
	switch v.Count++; {
	case v.Count <= MaxFindings:
		v.Found.Add(f)
	case v.Count == MaxFindings+1:
		f.Severity, f.Hint, f.Fix = finding.Error, "", nil
		f.Message = fmt.Sprintf("more findings follow; these are the first %d of the file", MaxFindings)
		v.Found.Add(f)
	}
}

// Reportf reports a finding about the value. An empty hint means the hint of the rule.
func (v Value) Reportf(rule *finding.Rule, hint, format string, args ...any) {
	v.add(v.finding(rule, hint, format, args...))
}

// Warnf reports a warning under a rule whose findings are otherwise errors.
func (v Value) Warnf(rule *finding.Rule, hint, format string, args ...any) {
	v.add(v.finding(rule, hint, format, args...).WithSeverity(finding.Warning))
}

func (v Value) finding(rule *finding.Rule, hint, format string, args ...any) finding.Finding {
	f := rule.At(v.Node.Pos, format, args...)
	if hint != "" {
		f.Hint = hint
	}
	return f
}

// Name returns the last part of the path, for messages.
func (v Value) Name() string {
	name, _, _ := strings.Cut(v.Path[strings.LastIndexByte(v.Path, '.')+1:], "[")
	return short(name)
}

// wrongKind reports a value that is not of the wanted kind.
func (v Value) wrongKind(want kind, hint string) {
	v.Reportf(ruleType, hint, "%s is %s; expected %s", v.label(), v.Node.Kind, want)
}

func (v Value) label() string {
	if v.Path == "" {
		return "the file"
	}
	return v.Name()
}

// Fields sets the fields of a map. It reports repeated keys, and unknown ones with the
// nearest known key. A key without a value counts as absent. The caller reports the
// required keys that are missing; see Has. Fields returns false if the value is not a
// map.
func (v Value) Fields(known Fields, required ...string) bool {
	v.Require(required...)
	return v.Pairs(func(key, val Value) {
		set, ok := known[key.Node.Text]
		if !ok {
			key.unknown(known)
			return
		}
		set(val)
	})
}

// Require excludes keys of a map from rule S008, which reports keys without a value,
// because the caller reports them as missing.
func (v Value) Require(keys ...string) {
	for _, key := range keys {
		if v.needed == nil {
			v.Decoder.needed = map[string]bool{}
		}
		v.needed[join(v.Path, key)] = true
	}
}

// Pairs calls f for the keys of a map, in the order of the file. It reports and skips
// keys that are repeated, that are not text, or that have no value. It returns false if
// the value is not a map.
func (v Value) Pairs(f func(key, val Value)) bool {
	if v.Node.Kind != Map {
		v.wrongKind(Map, "")
		return false
	}
	first := map[string]finding.Position{}
	for i, e := range v.Node.Entries {
		key := Value{v.Decoder, e.Key, v.Path}
		if e.Key.Kind != Scalar {
			key.Reportf(ruleType, "", "a key is %s; expected text", e.Key.Kind)
			continue
		}
		if e.Bare {
			key.swallowed(v.Node.Entries[:i])
			continue
		}
		if at, ok := first[e.Key.Text]; ok {
			key.Reportf(ruleDuplicateKey, "", "%s again; it is on line %d already", ShortQuote(e.Key.Text), at.Line)
			continue
		}
		first[e.Key.Text] = e.Key.Pos
		val := Value{v.Decoder, e.Value, join(v.Path, e.Key.Text)}
		v.Places[val.Path] = e.Key.Pos
		if e.Value.Kind == null {
			val.empty()
			continue
		}
		f(key, val)
	}
	return true
}

// Has reports whether the key is in a map that Fields or Pairs has read. A key with an
// invalid value counts, because the value was already reported.
func (v Value) Has(key string) bool {
	_, ok := v.Places[join(v.Path, key)]
	return ok
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// unknown reports a key that no field has.
func (v Value) unknown(known Fields) {
	names := slices.Sorted(maps.Keys(known))
	hint := DidYouMean(v.Node.Text, names)
	if other := synonyms[strings.ToLower(v.Node.Text)]; known[other] != nil {
		hint = DidYouMean(other, names)
	} else if hint == "" && len(names) <= 12 {
		hint = "there are " + strings.Join(names, ", ")
	}
	in := ""
	if v.Path != "" {
		in = " in " + v.Path
	}
	v.Reportf(ruleUnknownKey, hint, "unknown key %s%s", ShortQuote(v.Node.Text), in)
}

// synonyms maps keys that other tools use to keys of onair.
var synonyms = map[string]string{
	"tags": "topics", "keywords": "topics", "image": "artwork", "cover": "artwork", "subtitle": "summary",
	"episode": "number", "pubdate": "date", "publishdate": "date", "published": "date", "link": "url", "website": "url",
	"name": "title", "lang": "language", "bucket": "storage", "cohosts": "hosts", "img": "image", "time": "start",
}

// swallowed reports a key without a colon in a flow map. It is usually the second
// half of a text that contains a comma.
func (v Value) swallowed(before []entry) {
	if n := len(before); n > 0 && before[n-1].Value.Kind == Scalar && before[n-1].Value.plain {
		e := before[n-1]
		v.Reportf(ruleCut, fmt.Sprintf("quote it: %s: %s", e.Key.Text, Quote(e.Value.Text+", "+v.Node.Text)),
			"the comma before %s ends the unquoted text of %s", ShortQuote(v.Node.Text), ShortQuote(e.Key.Text))
		return
	}
	v.Reportf(ruleType, "write “key: value”", "%s has no value", ShortQuote(v.Node.Text))
}

// empty reports a key without a value. Has then returns false for the key.
func (v Value) empty() {
	delete(v.Places, v.Path)
	if v.needed[v.Path] {
		return
	}
	hint := "fill it in or delete the line"
	if v.Node.Text == "~" {
		hint = "a ~ alone means nothing in YAML; a path in the home folder starts with ~/"
	}
	v.Reportf(ruleEmpty, hint, "%s has no value", v.Name())
}

// Each calls f for the items of a list. It reports and skips items without a value. It
// returns false if the value is not a list.
func (v Value) Each(f func(item Value)) bool {
	if v.Node.Kind != list {
		hint := ""
		if v.Node.Kind == Scalar {
			hint = fmt.Sprintf("write %s: [%s]", v.Name(), v.Node.Text)
		} else if v.Node.Kind == Map {
			hint = "put a dash before each entry"
		}
		v.wrongKind(list, hint)
		return false
	}
	for i, n := range v.Node.items {
		item := Value{v.Decoder, n, v.Path + "[" + strconv.Itoa(i) + "]"}
		v.Places[item.Path] = n.Pos
		if n.Kind == null {
			item.Reportf(ruleType, "fill it in or delete it", "an empty entry in %s", v.Name())
			continue
		}
		f(item)
	}
	return true
}

// Scalar returns the text of a scalar. It reports other values, and text that is too
// long or has control characters.
func (v Value) Scalar() (string, bool) {
	if v.Node.Kind != Scalar {
		v.wrongKind(Scalar, "quote it if it is text")
		return "", false
	}
	if i := strings.IndexFunc(v.Node.Text, IsControl); i >= 0 {
		v.Reportf(ruleBytes, "", "%s holds a control character", v.Name())
		return "", false
	}
	if len(v.Node.Text) > MaxText {
		v.Reportf(ruleLength, "", "%s has %d bytes; at most %d are allowed", v.Name(), len(v.Node.Text), MaxText)
		return "", false
	}
	return v.Node.Text, true
}

// Plain reports whether a text is written without quotes.
func (v Value) Plain() bool { return v.Node.plain }

// Word returns a scalar on one line without surrounding space.
func (v Value) Word() (string, bool) {
	s, ok := v.Scalar()
	if !ok {
		return "", false
	}
	s = strings.TrimSpace(s)
	if s == "" {
		v.empty()
		return "", false
	}
	if strings.ContainsAny(s, "\n\t") {
		v.Reportf(ruleType, "", "%s runs over several lines; expected one", v.Name())
		return "", false
	}
	if v.Node.cut != "" {
		v.Warnf(ruleCut, "quote it: "+Quote(s+" "+v.Node.cut), "%s ends before %s, which YAML takes for a comment", v.Name(), v.Node.cut)
	}
	return s, true
}

// Line returns a setter of a text of one line.
func Line(p *string) Setter {
	return func(v Value) {
		if s, ok := v.Word(); ok {
			*p = s
		}
	}
}

// Limited returns a setter of a text of one line. The setter warns if the text has more
// characters than limit.
func Limited(p *string, limit int) Setter {
	return func(v Value) {
		if s, ok := v.Word(); ok {
			*p = s
			if n := len([]rune(s)); n > limit {
				v.Warnf(ruleLength, "", "%s has %d characters; apps show at most %d", v.Name(), n, limit)
			}
		}
	}
}

// Text returns a setter of a text of any number of lines.
func Text(p *string) Setter {
	return func(v Value) {
		if v.Node.cut != "" {
			Line(p)(v)
		} else if s, ok := v.Scalar(); ok {
			*p = strings.TrimSpace(s)
		}
	}
}

// Bool returns a setter of true or false. Other words, such as yes and no, are
// reported: they are strings in YAML.
func Bool(p *bool) Setter {
	return func(v Value) {
		switch v.Node.Text {
		case "true", "false":
			if v.Node.plain {
				*p = v.Node.Text == "true"
				return
			}
			v.Reportf(ruleType, "write "+v.Node.Text+" without quotes", "%s is text; expected true or false", v.Name())
		default:
			v.Reportf(ruleType, boolHint(v.Node.Text), "%s is %s; expected true or false", v.Name(), v.Node.describe())
		}
	}
}

func boolHint(s string) string {
	switch strings.ToLower(s) {
	case "no", "off", "n", "0", "false", "clean":
		return "write false"
	case "yes", "on", "y", "1", "true", "explicit":
		return "write true"
	}
	return ""
}

// describe returns the value as it is shown in a message.
func (n *Node) describe() string {
	if n.Kind != Scalar {
		return n.Kind.String()
	}
	return ShortQuote(n.Text)
}

// Int returns a setter of a whole number from low to high.
func Int[T int | int64](p *T, low, high T) Setter {
	return func(v Value) {
		n, err := strconv.ParseInt(v.Node.Text, 10, 64)
		switch {
		case v.Node.Kind != Scalar || err != nil:
			v.Reportf(ruleType, "", "%s is %s; expected a whole number", v.Name(), v.Node.describe())
		case !v.Node.plain:
			v.Reportf(ruleType, fmt.Sprintf("write %d without quotes", n), "%s is text; expected a whole number", v.Name())
		case n < int64(low) || n > int64(high):
			v.Reportf(ruleType, "", "%s is %d; expected %d to %d", v.Name(), n, low, high)
		default:
			*p = T(n)
		}
	}
}

// OneOf returns a setter of one of the allowed words.
func OneOf[T ~string](p *T, allowed ...string) Setter {
	return func(v Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if !slices.Contains(allowed, s) {
			v.Reportf(ruleWord, DidYouMean(s, allowed), "%s is %s; expected %s", v.Name(), ShortQuote(s), OrList(allowed))
			return
		}
		*p = T(s)
	}
}

// Words returns a setter of a list of texts. one returns the setter of a single text.
func Words(p *[]string, one func(*string) Setter) Setter {
	return func(v Value) {
		v.Each(func(item Value) {
			var s string
			if one(&s)(item); s != "" {
				*p = append(*p, s)
			}
		})
	}
}

// Slug returns a setter of a slug, a topic or an id.
func Slug(p *string) Setter {
	return func(v Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if err := slugs.Valid(s); err != nil {
			v.Reportf(ruleSlug, "write "+slugs.Make(s), "%s: %v", cmp.Or(v.Name(), "id"), err)
			return
		}
		*p = s
	}
}

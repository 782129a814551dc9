package show

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"onair/internal/finding"
)

// decoder carries what the fields of one file have in common.
type decoder struct {
	files  fileTester
	dir    string // folder of the file, relative to the show's; its paths start there
	found  *finding.List
	places map[string]finding.Position
	needed map[string]bool // paths of fields whose absence is reported by rules of their own
	count  int             // findings of this file so far
}

// value is a node that a setter stores in a field. path is the field's name as At
// knows it, such as chapters[2].image.
type value struct {
	*decoder
	node *node
	path string
}

// setter stores a value in a field, or reports why it cannot.
type setter func(value)

// fields are the keys of a map, each with its setter. This is the one place
// that names a field.
type fields map[string]setter

// add reports a finding, unless the file has too many of them.
func (v value) add(f finding.Finding) {
	switch v.count++; {
	case v.count <= maxFindings:
		v.found.Add(f)
	case v.count == maxFindings+1:
		f.Severity, f.Hint, f.Fix = finding.Error, "", nil
		f.Message = fmt.Sprintf("more findings follow; these are the first %d of the file", maxFindings)
		v.found.Add(f)
	}
}

// reportf reports a finding about the value. An empty hint is the rule's.
func (v value) reportf(rule *finding.Rule, hint, format string, args ...any) {
	v.add(v.finding(rule, hint, format, args...))
}

// warnf is reportf for a milder case of a rule whose findings are errors.
func (v value) warnf(rule *finding.Rule, hint, format string, args ...any) {
	v.add(v.finding(rule, hint, format, args...).WithSeverity(finding.Warning))
}

func (v value) finding(rule *finding.Rule, hint, format string, args ...any) finding.Finding {
	f := rule.At(v.node.pos, format, args...)
	if hint != "" {
		f.Hint = hint
	}
	return f
}

// name is the last part of the path, for messages.
func (v value) name() string {
	name, _, _ := strings.Cut(v.path[strings.LastIndexByte(v.path, '.')+1:], "[")
	return short(name)
}

// wrongKind reports a value of another shape than wanted.
func (v value) wrongKind(want kind, hint string) {
	v.reportf(ruleType, hint, "%s is %s; expected %s", v.label(), v.node.kind, want)
}

func (v value) label() string {
	if v.path == "" {
		return "the file"
	}
	return v.name()
}

// fields sets the fields of a map. Every key may come once; unknown ones are
// reported with the nearest known one; one without a value is left out. The
// caller reports which of the required ones are missing: see has.
func (v value) fields(known fields, required ...string) bool {
	v.require(required...)
	return v.pairs(func(key, val value) {
		set, ok := known[key.node.text]
		if !ok {
			key.unknown(known)
			return
		}
		set(val)
	})
}

// require keeps keys of a map without a value from being reported by rule S008,
// because the caller reports them as missing.
func (v value) require(keys ...string) {
	for _, key := range keys {
		if v.needed == nil {
			v.decoder.needed = map[string]bool{}
		}
		v.needed[join(v.path, key)] = true
	}
}

// pairs calls f for every key of a map that has a value, in the file's order.
func (v value) pairs(f func(key, val value)) bool {
	if v.node.kind != mapping {
		v.wrongKind(mapping, "")
		return false
	}
	first := map[string]finding.Position{}
	for i, e := range v.node.entries {
		key := value{v.decoder, e.key, v.path}
		if e.key.kind != scalar {
			key.reportf(ruleType, "", "a key is %s; expected text", e.key.kind)
			continue
		}
		if e.bare {
			key.swallowed(v.node.entries[:i])
			continue
		}
		if at, ok := first[e.key.text]; ok {
			key.reportf(ruleDuplicateKey, "", "%s again; it is on line %d already", shortQuote(e.key.text), at.Line)
			continue
		}
		first[e.key.text] = e.key.pos
		val := value{v.decoder, e.value, join(v.path, e.key.text)}
		v.places[val.path] = e.key.pos
		if e.value.kind == null {
			val.empty()
			continue
		}
		f(key, val)
	}
	return true
}

// has reports whether a map that fields has read has the key. What it has and
// is wrong was reported, and is not missing.
func (v value) has(key string) bool {
	_, ok := v.places[join(v.path, key)]
	return ok
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// unknown reports a key that no field has.
func (v value) unknown(known fields) {
	names := slices.Sorted(maps.Keys(known))
	hint := didYouMean(v.node.text, names)
	if other := synonyms[strings.ToLower(v.node.text)]; known[other] != nil {
		hint = didYouMean(other, names)
	} else if hint == "" && len(names) <= 12 {
		hint = "there are " + strings.Join(names, ", ")
	}
	in := ""
	if v.path != "" {
		in = " in " + v.path
	}
	v.reportf(ruleUnknownKey, hint, "unknown key %s%s", shortQuote(v.node.text), in)
}

// synonyms are keys of other tools, with ours.
var synonyms = map[string]string{
	"tags": "topics", "keywords": "topics", "image": "artwork", "cover": "artwork", "subtitle": "summary",
	"episode": "number", "pubdate": "date", "publishdate": "date", "published": "date", "link": "url", "website": "url",
	"name": "title", "lang": "language", "bucket": "storage", "cohosts": "hosts", "img": "image", "time": "start",
}

// swallowed reports a key without a colon in a flow map. Almost always it is
// the second half of a text with a comma.
func (v value) swallowed(before []entry) {
	if n := len(before); n > 0 && before[n-1].value.kind == scalar && before[n-1].value.plain {
		e := before[n-1]
		v.reportf(ruleCut, fmt.Sprintf("quote it: %s: %s", e.key.text, quote(e.value.text+", "+v.node.text)),
			"the comma before %s ends the unquoted text of %s", shortQuote(v.node.text), shortQuote(e.key.text))
		return
	}
	v.reportf(ruleType, "write “key: value”", "%s has no value", shortQuote(v.node.text))
}

// empty reports a key without a value. From then on it counts as absent.
func (v value) empty() {
	delete(v.places, v.path)
	if v.needed[v.path] {
		return
	}
	hint := "fill it in or delete the line"
	if v.node.text == "~" {
		hint = "a ~ alone means nothing in YAML; a path in the home folder starts with ~/"
	}
	v.reportf(ruleEmpty, hint, "%s has no value", v.name())
}

// each calls f for every item of a list that has a value.
func (v value) each(f func(item value)) bool {
	if v.node.kind != list {
		hint := ""
		if v.node.kind == scalar {
			hint = fmt.Sprintf("write %s: [%s]", v.name(), v.node.text)
		} else if v.node.kind == mapping {
			hint = "put a dash before each entry"
		}
		v.wrongKind(list, hint)
		return false
	}
	for i, n := range v.node.items {
		item := value{v.decoder, n, v.path + "[" + strconv.Itoa(i) + "]"}
		v.places[item.path] = n.pos
		if n.kind == null {
			item.reportf(ruleType, "fill it in or delete it", "an empty entry in %s", v.name())
			continue
		}
		f(item)
	}
	return true
}

// scalar returns the text of a scalar.
func (v value) scalar() (string, bool) {
	if v.node.kind != scalar {
		v.wrongKind(scalar, "quote it if it is text")
		return "", false
	}
	if i := strings.IndexFunc(v.node.text, isControl); i >= 0 {
		v.reportf(ruleBytes, "", "%s holds a control character", v.name())
		return "", false
	}
	if len(v.node.text) > maxTextBytes {
		v.reportf(ruleLength, "", "%s has %d bytes; at most %d are allowed", v.name(), len(v.node.text), maxTextBytes)
		return "", false
	}
	return v.node.text, true
}

// word returns a scalar on one line without surrounding space.
func (v value) word() (string, bool) {
	s, ok := v.scalar()
	if !ok {
		return "", false
	}
	s = strings.TrimSpace(s)
	if s == "" {
		v.empty()
		return "", false
	}
	if strings.ContainsAny(s, "\n\t") {
		v.reportf(ruleType, "", "%s runs over several lines; expected one", v.name())
		return "", false
	}
	if v.node.cut != "" {
		v.warnf(ruleCut, "quote it: "+quote(s+" "+v.node.cut), "%s ends before %s, which YAML takes for a comment", v.name(), v.node.cut)
	}
	return s, true
}

// line sets a text of one line.
func line(p *string) setter {
	return func(v value) {
		if s, ok := v.word(); ok {
			*p = s
		}
	}
}

// limited sets a text of one line, with the number of characters that a
// specification allows.
func limited(p *string, limit int) setter {
	return func(v value) {
		if s, ok := v.word(); ok {
			*p = s
			if n := len([]rune(s)); n > limit {
				v.warnf(ruleLength, "", "%s has %d characters; apps show at most %d", v.name(), n, limit)
			}
		}
	}
}

// text sets a text of any number of lines.
func text(p *string) setter {
	return func(v value) {
		if v.node.cut != "" {
			line(p)(v)
		} else if s, ok := v.scalar(); ok {
			*p = strings.TrimSpace(s)
		}
	}
}

// boolean sets true or false. Words that other formats take for them are
// strings in YAML.
func boolean(p *bool) setter {
	return func(v value) {
		switch v.node.text {
		case "true", "false":
			if v.node.plain {
				*p = v.node.text == "true"
				return
			}
			v.reportf(ruleType, "write "+v.node.text+" without quotes", "%s is text; expected true or false", v.name())
		default:
			v.reportf(ruleType, boolHint(v.node.text), "%s is %s; expected true or false", v.name(), v.node.describe())
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

// describe is the value in a message.
func (n *node) describe() string {
	if n.kind != scalar {
		return n.kind.String()
	}
	return shortQuote(n.text)
}

// integer sets a whole number between low and high.
func integer(p *int, low, high int) setter {
	return func(v value) {
		n, err := strconv.Atoi(v.node.text)
		switch {
		case v.node.kind != scalar || err != nil:
			v.reportf(ruleType, "", "%s is %s; expected a whole number", v.name(), v.node.describe())
		case !v.node.plain:
			v.reportf(ruleType, fmt.Sprintf("write %d without quotes", n), "%s is text; expected a whole number", v.name())
		case n < low || n > high:
			v.reportf(ruleType, "", "%s is %d; expected %d to %d", v.name(), n, low, high)
		default:
			*p = n
		}
	}
}

// oneOf sets one of a few words.
func oneOf[T ~string](p *T, allowed ...string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !slices.Contains(allowed, s) {
			v.reportf(ruleWord, didYouMean(s, allowed), "%s is %s; expected %s", v.name(), shortQuote(s), orList(allowed))
			return
		}
		*p = T(s)
	}
}

// words sets a list of one-line texts, each through one.
func words(p *[]string, one func(*string) setter) setter {
	return func(v value) {
		v.each(func(item value) {
			var s string
			if one(&s)(item); s != "" {
				*p = append(*p, s)
			}
		})
	}
}

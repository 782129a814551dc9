package forms

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// tape is a JSON document as a list of its values in the order of the text. The text may
// contain NaN and Infinity, which Python writes, or nan and inf, which C writes. It may
// also consist of several documents, which become an array.
type tape struct {
	text  string
	nodes []node
	top   ref // value to take for the document; none for the whole
}

// node is a value. The children of an object are names and values, alternating.
type node struct {
	at   uint32 // offset in the text
	link uint32 // for an array or object, the index of the node after it; otherwise the offset of its end
}

// ref is the index of a value in a tape, or none.
type ref int

const none ref = -1

// syntaxError is a place where a text is not JSON.
type syntaxError struct {
	at  int
	msg string
}

func (e *syntaxError) Error() string { return e.msg }

// parseJSON parses a text. An error is a *syntaxError.
func parseJSON(text string) (*tape, error) {
	// Except for the first one in an array or object, every value and name follows a
	// comma or colon.
	most := strings.Count(text, ",") + strings.Count(text, ":") + strings.Count(text, "{") + strings.Count(text, "[")
	t := &tape{text: text, nodes: make([]node, 1, most+2), top: none}
	at, documents := 0, 0
	for {
		if at = t.space(at); at == len(text) {
			break
		}
		var err error
		if at, err = t.value(at, 0); err != nil {
			return nil, err
		}
		documents++
		if at < len(text) && text[at] == ',' && documents > 0 { // JSON lines with commas
			at++
		}
	}
	if documents == 0 {
		return nil, &syntaxError{len(text), "nothing in it"}
	}
	t.nodes[0].link = uint32(len(t.nodes))
	return t, nil
}

// root returns the document. If there are several, it returns an array of them.
func (t *tape) root() ref {
	if t.top != none {
		return t.top
	}
	if t.next(1) == ref(len(t.nodes)) {
		return 1
	}
	return 0
}

func (t *tape) space(at int) int {
	for at < len(t.text) && (t.text[at] == ' ' || t.text[at] == '\n' || t.text[at] == '\t' || t.text[at] == '\r') {
		at++
	}
	return at
}

// value reads a value and returns the offset of its end.
func (t *tape) value(at, depth int) (int, error) {
	const deepest = 100
	if at >= len(t.text) {
		return 0, &syntaxError{at, "unexpected end of JSON"}
	}
	if depth > deepest {
		return 0, &syntaxError{at, "JSON is nested too deeply"}
	}
	switch b := t.text[at]; {
	case b == '{':
		return t.object(at, depth)
	case b == '[':
		return t.array(at, depth)
	case b == '"':
		return t.quoted(at)
	case b >= '0' && b <= '9' || b == '-' && at+1 < len(t.text) && !isASCIILetter(t.text[at+1]):
		return t.number(at)
	}
	end := at
	for end < len(t.text) && (t.text[end] == '-' || isASCIILetter(t.text[end])) {
		end++
	}
	switch strings.TrimPrefix(t.text[at:end], "-") {
	case "true", "false", "null", "NaN", "nan", "Infinity", "inf", "Inf":
		t.nodes = append(t.nodes, node{uint32(at), uint32(end)})
		return end, nil
	}
	r, _ := utf8.DecodeRuneInString(t.text[at:])
	return 0, &syntaxError{at, fmt.Sprintf("unexpected %q in JSON", r)}
}

func (t *tape) object(at, depth int) (int, error) {
	self := len(t.nodes)
	t.nodes = append(t.nodes, node{at: uint32(at)})
	at = t.space(at + 1)
	if at < len(t.text) && t.text[at] == '}' {
		t.nodes[self].link = uint32(len(t.nodes))
		return at + 1, nil
	}
	for {
		if at >= len(t.text) || t.text[at] != '"' {
			return 0, t.unexpected(at)
		}
		var err error
		if at, err = t.quoted(at); err != nil {
			return 0, err
		}
		if at = t.space(at); at >= len(t.text) || t.text[at] != ':' {
			return 0, t.unexpected(at)
		}
		if at, err = t.value(t.space(at+1), depth+1); err != nil {
			return 0, err
		}
		at = t.space(at)
		switch {
		case at < len(t.text) && t.text[at] == ',':
			at = t.space(at + 1)
		case at < len(t.text) && t.text[at] == '}':
			t.nodes[self].link = uint32(len(t.nodes))
			return at + 1, nil
		default:
			return 0, t.unexpected(at)
		}
	}
}

func (t *tape) array(at, depth int) (int, error) {
	self := len(t.nodes)
	t.nodes = append(t.nodes, node{at: uint32(at)})
	at = t.space(at + 1)
	if at < len(t.text) && t.text[at] == ']' {
		t.nodes[self].link = uint32(len(t.nodes))
		return at + 1, nil
	}
	for {
		var err error
		if at, err = t.value(at, depth+1); err != nil {
			return 0, err
		}
		at = t.space(at)
		switch {
		case at < len(t.text) && t.text[at] == ',':
			at = t.space(at + 1)
		case at < len(t.text) && t.text[at] == ']':
			t.nodes[self].link = uint32(len(t.nodes))
			return at + 1, nil
		default:
			return 0, t.unexpected(at)
		}
	}
}

func (t *tape) quoted(at int) (int, error) {
	end := at + 1
	for {
		n := strings.IndexByte(t.text[end:], '"')
		if n < 0 {
			return 0, &syntaxError{len(t.text), "unexpected end of JSON"}
		}
		end += n
		slashes := 0
		for t.text[end-1-slashes] == '\\' {
			slashes++
		}
		end++
		if slashes%2 == 0 {
			break
		}
	}
	t.nodes = append(t.nodes, node{uint32(at), uint32(end)})
	return end, nil
}

func (t *tape) number(at int) (int, error) {
	end := at + 1
	for end < len(t.text) {
		b := t.text[end]
		if (b < '0' || b > '9') && b != '.' && b != 'e' && b != 'E' && b != '+' && b != '-' {
			break
		}
		end++
	}
	t.nodes = append(t.nodes, node{uint32(at), uint32(end)})
	return end, nil
}

func (t *tape) unexpected(at int) error {
	if at >= len(t.text) {
		return &syntaxError{len(t.text), "unexpected end of JSON"}
	}
	r, _ := utf8.DecodeRuneInString(t.text[at:])
	return &syntaxError{at, fmt.Sprintf("unexpected %q in JSON", r)}
}

// kind returns the kind of a value: '{', '[', '"', '0' for a number, 't', 'f', 'n', 'N'
// for NaN and Infinity, or 0 if v is none.
func (t *tape) kind(v ref) byte {
	switch v {
	case none:
		return 0
	case 0: // the array of several documents
		return '['
	}
	at := t.nodes[v].at
	switch b := t.text[at]; {
	case b == 'I', b == 'i', b == 'n' && t.text[at+1] == 'a', b == '-' && isASCIILetter(t.text[at+1]):
		return 'N'
	case b >= '0' && b <= '9', b == '-':
		return '0'
	default:
		return b
	}
}

// next returns the index of the node after a value and everything inside it.
func (t *tape) next(v ref) ref {
	n := t.nodes[v]
	if b := t.text[n.at]; b == '{' || b == '[' || v == 0 {
		return ref(n.link)
	}
	return v + 1
}

// raw returns the text of a value that is neither an array nor an object.
func (t *tape) raw(v ref) string {
	n := &t.nodes[v]
	return t.text[n.at:n.link]
}

// member returns a member of an object, or none. In an array, a name such as "0" is the
// index of an element.
func (t *tape) member(v ref, name string) ref {
	switch t.kind(v) {
	case '{':
		for m, end := v+1, t.next(v); m < end; m = t.next(m + 1) {
			n := &t.nodes[m]
			if int(n.link-n.at) == len(name)+2 && t.text[n.at+1:n.link-1] == name {
				return m + 1
			}
		}
	case '[':
		i, err := strconv.Atoi(name)
		if err != nil {
			return none
		}
		for m, end := v+1, t.next(v); m < end; m = t.next(m) {
			if i == 0 {
				return m
			}
			i--
		}
	}
	return none
}

// path returns the value at the end of a path.
func (t *tape) path(v ref, path []string) ref {
	for _, name := range path {
		if v = t.member(v, name); v == none {
			return none
		}
	}
	return v
}

// string returns the content of a string or the text of a number. For any other value it
// returns an empty string.
func (t *tape) string(v ref) string {
	switch t.kind(v) {
	case '"':
		raw := t.raw(v)
		inner := raw[1 : len(raw)-1]
		if strings.IndexByte(inner, '\\') < 0 {
			return inner
		}
		var s string
		if json.Unmarshal([]byte(strings.Map(spaceForControl, raw)), &s) != nil {
			return inner
		}
		return s
	case '0':
		return t.raw(v)
	}
	return ""
}

// spaceForControl replaces the control characters that JSON does not allow in
// strings.
func spaceForControl(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// time reads a time: a number, a string that contains a number with or without "s", a
// clock, an ISO 8601 duration, or an object with seconds, nanos or both. set reports
// whether there is a value, and ok whether it is a time.
func (t *tape) time(v ref, unit time.Duration) (at time.Duration, set, ok bool) {
	switch t.kind(v) {
	case 0, 'n':
		return 0, false, true
	case '{':
		if !t.onlyMembers(v, "seconds", "nanos") {
			return 0, false, false
		}
		seconds, _, ok := t.time(t.member(v, "seconds"), time.Second)
		nanos, _, whole := t.time(t.member(v, "nanos"), time.Nanosecond)
		return seconds + nanos, ok && whole, ok && whole
	case '0':
		return inUnit(t.raw(v), unit)
	case '"':
		s := strings.TrimSpace(t.string(v))
		switch {
		case s == "":
			return 0, false, true
		case strings.Contains(s, ":"):
			at, ok = parseClock(s, true)
			return at, ok, ok
		case strings.HasPrefix(s, "PT"):
			at, ok = parseISODuration(s)
			return at, ok, ok
		case strings.HasSuffix(s, "s"):
			unit = time.Second
		}
		return inUnit(strings.TrimSuffix(s, "s"), unit)
	}
	return 0, false, false
}

func inUnit(number string, unit time.Duration) (at time.Duration, set, ok bool) {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, false, false
	}
	if n *= float64(unit); !(math.Abs(n) <= float64(maxTime)) {
		return 0, false, false
	}
	return time.Duration(math.Round(n/1e6)) * time.Millisecond, true, true
}

// parseISODuration reads an ISO 8601 duration of hours, minutes and seconds, such as
// PT1M15.5S.
func parseISODuration(s string) (time.Duration, bool) {
	d, err := time.ParseDuration(strings.ToLower(strings.TrimPrefix(s, "PT")))
	return d.Round(time.Millisecond), err == nil && d >= 0 && d <= maxTime
}

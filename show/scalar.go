package show

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

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
		v.reportf(ruleLength, "", "%s has %d bytes; at most %d make sense", v.name(), len(v.node.text), maxTextBytes)
		return "", false
	}
	return v.node.text, true
}

// isControl reports characters that neither XML nor a terminal can carry.
func isControl(r rune) bool {
	return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff
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

// maxQuoted bounds what a message repeats of a text, in bytes.
const maxQuoted = 100

// shortQuote quotes a text of which the beginning will do.
func shortQuote(s string) string { return quote(short(s)) }

// short is the beginning of a text of any length.
func short(s string) string {
	if len(s) > maxQuoted {
		s = strings.ToValidUTF8(s[:maxQuoted], "") + "…"
	}
	return s
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

func orList(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// quote writes s as a YAML double-quoted scalar, which is legal everywhere.
func quote(s string) string { return strconv.Quote(s) }

package check

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"onair/feed/tree"
)

const (
	// maxDescription is the length of a description, in bytes, that Apple and PSP-1
	// allow.
	maxDescription = 4000
	// maxValue is the length of other values, in characters.
	maxValue = 255
)

// size checks the length of a text, and the space around it.
func (c *checker) size(e *tree.Element, known *element, value string) {
	switch {
	case e.Name == "description" && known.form != nil:
		if len(value) > maxDescription {
			c.add(ruleLongDescription, e, "description has %d bytes", len(value))
		}
		return
	case e.Name == "content:encoded" || e.Name == "itunes:summary" || len(e.Children) > 0:
		return
	case known.short > 0:
		if len(value) > known.short && utf8.RuneCountInString(value) > known.short {
			c.add(ruleLongText, e, "%s has %d characters, %d are allowed", e.Name, utf8.RuneCountInString(value), known.short)
		}
	case len(value) > maxValue && known.name != "guid" && utf8.RuneCountInString(value) > maxValue:
		c.add(ruleLongValue, e, "%s has %d characters", e.Name, utf8.RuneCountInString(value))
	}
	if len(value) != len(e.Text) && value != "" {
		c.add(ruleSpace, e, "%s has space around it", e.Name)
	}
}

var (
	// tags matches HTML tags in a text.
	tags = regexp.MustCompile(`(?i)</?(?:a|b|i|p|br|em|strong|ul|ol|li|div|span|h[1-6]|font|u|img)(?:\s[^<>]*)?/?>`)
	// entities matches character references in a text.
	entities = regexp.MustCompile(`&(?:amp|lt|gt|quot|apos|nbsp|[a-z]{2,6}(?:uml|grave|acute|circ|tilde|cedil|quo|dash)|hellip|szlig|[lr]aquo|#[0-9]{2,6}|#x[0-9a-fA-F]{2,5});`)
	// escapedTags are tags that readers see as text.
	escapedTags = regexp.MustCompile(`(?i)&lt;/?(?:a|b|i|p|br|em|strong|ul|ol|li|div|span|h[1-6]|font|img)(?:\s[^<>]{0,300}?)?/?&gt;`)
	// escapedEntities are references that readers see as text.
	escapedEntities = regexp.MustCompile(`&amp;(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{2,6}|#x[0-9a-fA-F]{2,5}|[a-z]{2,6}(?:quo|dash|uml|acute));`)
)

// plain checks text that apps show as it is.
func plain(c *checker, e *tree.Element, _, value string) {
	if strings.IndexByte(value, '<') >= 0 && tags.MatchString(value) {
		c.add(ruleEscapedTwice, e, "%s has markup in plain text: %s", e.Name, quote(tags.FindString(value)))
	} else if strings.IndexByte(value, '&') >= 0 && entities.MatchString(value) {
		c.add(ruleEscapedTwice, e, "%s is escaped twice: listeners read %s", e.Name, quote(entities.FindString(value)))
	}
}

// short is for short plain text of the podcast namespace.
func short(c *checker, e *tree.Element, attr, value string) { plain(c, e, attr, value) }

func copyright(c *checker, e *tree.Element, attr, value string) {
	plain(c, e, attr, value)
	if yearOrSign.MatchString(value) {
		c.add(ruleCopyright, e, "copyright has the sign, the word or a year in it: %s", quote(value))
	}
}

// title checks a title, which apps show on one line.
func title(c *checker, e *tree.Element, attr, value string) {
	plain(c, e, attr, value)
	for i := range len(value) {
		if value[i] >= utf8.RuneSelf || value[i] < 0x20 {
			c.invisible(e, value)
			return
		}
	}
}

func (c *checker) invisible(e *tree.Element, value string) {
	for _, r := range value {
		switch {
		case r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029:
			c.add(ruleInvisible, e, "%s has a line break", e.Name)
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			c.add(ruleInvisible, e, "%s has U+%04X, which changes the direction of text", e.Name, r)
		case r == 0x200B, r == 0x2060, r == 0xFEFF, r == 0xAD, r == 0x180E, r >= 0x7F && r < 0xA0, r >= 0xFFF9 && r <= 0xFFFB, r >= 0xE0000 && r <= 0xE0FFF, r >= 0xE000 && r <= 0xF8FF:
			c.add(ruleInvisible, e, "%s has the invisible character U+%04X", e.Name, r)
		default:
			continue
		}
		return
	}
}

// notes checks HTML that apps show.
func notes(c *checker, e *tree.Element, _, value string) {
	markup := strings.IndexByte(value, '<') >= 0
	if strings.IndexByte(value, '&') >= 0 {
		if m := escapedEntities.FindString(value); m != "" {
			c.add(ruleEscapedTwice, e, "%s is escaped twice: listeners read %s", e.Name, quote(strings.Replace(m, "&amp;", "&", 1)))
		} else if m := escapedTags.FindString(value); m != "" && !(markup && tags.MatchString(value)) {
			c.add(ruleEscapedTwice, e, "%s is escaped twice: listeners read tags such as %s", e.Name, quote(unescapeTag.Replace(m)))
		}
	}
	if markup {
		c.unsafe(e, value)
	}
}

var unescapeTag = strings.NewReplacer("&lt;", "<", "&gt;", ">")

var (
	activeTag = regexp.MustCompile(`(?i)<(script|iframe|frame|frameset|object|embed|applet|form|style)[\s>/]`)
	handler   = regexp.MustCompile(`(?i)<[a-z][^<>]*?\s(on[a-z]{3,20})\s*=`)
	scheme    = regexp.MustCompile(`(?i)\b(?:href|src)\s*=\s*["']?\s*((?:javascript|vbscript|data):)`)
	reference = regexp.MustCompile(`(?i)<(?:a|img|audio|video|source)\s[^<>]*?\b(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))`)
	absolute  = regexp.MustCompile(`(?i)^(?:[a-z][a-z0-9+.-]*:|#|$)`)
)

// unsafe reports scripts, frames, handlers and addresses that do not work in apps.
func (c *checker) unsafe(e *tree.Element, value string) {
	var has []string
	if m := activeTag.FindStringSubmatch(value); m != nil {
		has = append(has, "<"+strings.ToLower(m[1])+">")
	}
	if strings.Contains(value, "=") {
		if m := handler.FindStringSubmatch(value); m != nil {
			has = append(has, "the event handler "+strings.ToLower(m[1]))
		}
		if m := scheme.FindStringSubmatch(value); m != nil && !strings.EqualFold(m[1], "data:") {
			has = append(has, "an address with "+strings.ToLower(m[1]))
		}
		for _, m := range reference.FindAllStringSubmatch(value, -1) {
			if to := strings.TrimSpace(m[1] + m[2] + m[3]); !absolute.MatchString(to) {
				has = append(has, "the relative address "+quote(to))
				break
			}
		}
	}
	if len(has) > 0 {
		c.add(ruleScript, e, "%s has %s", e.Name, strings.Join(has, ", "))
	}
}

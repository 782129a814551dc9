package check

import (
	"cmp"
	"html"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"onair/feed/tree"
)

const (
	// maxDescription is the longest description that Apple and PSP-1 allow, in bytes.
	maxDescription = 4000
	// maxValue is the length in characters above which a text other than a description is
	// too long, unless the table of elements has another limit.
	maxValue = 255
)

// size checks the length of a text, and the white space around it.
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
	tags = regexp.MustCompile(`(?i)</?(?:` + tagNames + `)(?:\s[^<>]*)?/?>`)
	// references matches what has the form of a character reference.
	references = regexp.MustCompile(`&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{2,7}|#[xX][0-9a-fA-F]{2,6});`)
	// escapedTags matches tags that readers see as text.
	escapedTags = regexp.MustCompile(`&lt;/?(?i:` + tagNames + `)(?:\s[^<>]{0,300}?)?/?&gt;`)
	// escapedReferences matches what readers see as a character reference.
	escapedReferences = regexp.MustCompile(`&amp;(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{2,7}|#[xX][0-9a-fA-F]{2,6});`)
)

// tagNames are the names of tags that feeds use, as a part of a regular expression.
const tagNames = `a|b|i|p|br|em|strong|ul|ol|li|div|span|h[1-6]|font|u|s|small|sub|sup|img|hr|code|pre|blockquote|table|tr|td|th|center|script|style|iframe|video|audio`

// reference returns the first match of form that HTML knows as a character reference, or
// "" if there is none. escaped says that the matches begin with &amp; instead of &.
func reference(form *regexp.Regexp, text string, escaped bool) string {
	for _, m := range form.FindAllString(text, -1) {
		if escaped {
			m = "&" + strings.TrimPrefix(m, "&amp;")
		}
		if html.UnescapeString(m) != m {
			return m
		}
	}
	return ""
}

// plain checks text that apps show without interpreting markup.
func plain(c *checker, e *tree.Element, _, value string) {
	if strings.IndexByte(value, '<') >= 0 && tags.MatchString(value) {
		c.add(ruleEscapedTwice, e, "%s has markup in plain text: %s", e.Name, quote(tags.FindString(value)))
	} else if strings.IndexByte(value, '&') >= 0 {
		if m := reference(references, value, false); m != "" {
			c.add(ruleEscapedTwice, e, "%s is escaped twice: listeners read %s", e.Name, quote(m))
		}
	}
}

// short checks short plain text of the podcast namespace.
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
		case r == 0x200B, r == 0x2060, r == 0xFEFF, r == 0xAD, r == 0x180E, r == 0x115F, r == 0x1160, r == 0x2800, r == 0x3164, r == 0xFFA0, r >= 0x7F && r < 0xA0, r >= 0xFFF9 && r <= 0xFFFB, r >= 0xE0000 && r <= 0xE0FFF, r >= 0xE000 && r <= 0xF8FF:
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
	if hasUser(value) {
		c.add(rulePassword, e, "%s has an address with a user name or password in it", e.Name)
	}
	if strings.IndexByte(value, '&') >= 0 {
		if m := reference(escapedReferences, value, true); m != "" {
			c.add(ruleEscapedTwice, e, "%s is escaped twice: listeners read %s", e.Name, quote(m))
		} else if i := strings.Index(value, "&lt;"); i >= 0 {
			if m := escapedTags.FindString(value[i:]); m != "" && !(markup && tags.MatchString(value)) {
				c.add(ruleEscapedTwice, e, "%s is escaped twice: listeners read tags such as %s", e.Name, quote(unescapeTag.Replace(m)))
			}
		}
	}
	if markup {
		c.unsafe(e, value)
	}
}

var unescapeTag = strings.NewReplacer("&lt;", "<", "&gt;", ">")

// activeTags are elements that apps remove from notes, or that run or fetch something.
var activeTags = []string{"script", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "style", "meta", "link", "base"}

var (
	handler  = regexp.MustCompile(`^on[a-z]{3,20}$`)
	absolute = regexp.MustCompile(`(?i)^(?:[a-z][a-z0-9+.-]*:|$)`)
)

// unsafe reports scripts, frames, handlers and addresses that do not work in apps.
func (c *checker) unsafe(e *tree.Element, value string) {
	var active, on, scheme, relative string
	for name, attrs := range startTags(value) {
		if len(name) > 3 && active == "" {
			if name = strings.ToLower(name); slices.Contains(activeTags, name) {
				active = "<" + name + ">"
			}
		}
		for n := 0; n < maxAttrs && attrs != ""; n++ {
			var attr, text string
			attr, text, attrs = nextAttr(attrs)
			switch attr = strings.ToLower(attr); {
			case attr == "srcset":
				for _, to := range sources(html.UnescapeString(text)) {
					if relative == "" && !absolute.MatchString(to) {
						relative = "the relative address " + quote(to)
					}
				}
			case attr == "href" || attr == "src" || attr == "poster":
				to := strings.TrimSpace(html.UnescapeString(text))
				if s, _, _ := strings.Cut(strings.ToLower(to[:min(len(to), 16)]), ":"); s == "javascript" || s == "vbscript" || s == "data" {
					scheme = cmp.Or(scheme, "an address with "+s+":")
				} else if relative == "" && !absolute.MatchString(to) {
					relative = "the relative address " + quote(to)
				}
			case on == "" && handler.MatchString(attr):
				on = "the event handler " + attr
			}
		}
	}
	has := slices.DeleteFunc([]string{active, on, scheme, relative}, func(s string) bool { return s == "" })
	if len(has) > 0 {
		c.add(ruleScript, e, "%s has %s", e.Name, strings.Join(has, ", "))
	}
}

// sources returns the addresses in a srcset: each is followed by a size and a comma.
func sources(srcset string) (list []string) {
	for part := range strings.SplitSeq(srcset, ", ") {
		if fields := strings.Fields(part); len(fields) > 0 {
			list = append(list, strings.Trim(fields[0], ","))
		}
	}
	return list
}

const (
	// htmlSpace has the characters that separate attributes.
	htmlSpace = " \t\r\n\f"
	// maxAttrs is how many attributes of a tag are read. In a text with unclosed quotes
	// the attributes of every tag may reach to the end of the text, so reading all of
	// them would take quadratic time.
	maxAttrs = 50
)

// startTags yields the name of each start tag in HTML, and the text after the name,
// which begins with the attributes.
func startTags(text string) iter.Seq2[string, string] {
	return func(yield func(name, attrs string) bool) {
		for {
			i := strings.IndexByte(text, '<')
			if i < 0 {
				return
			}
			text = text[i+1:]
			n := 0
			for n < len(text) && ('a' <= text[n]|0x20 && text[n]|0x20 <= 'z' || n > 0 && '0' <= text[n] && text[n] <= '9') {
				n++
			}
			if n > 0 && !yield(text[:n], text[n:]) {
				return
			}
		}
	}
}

// nextAttr returns the first attribute of a tag, and rest, the text after it; rest is
// empty at the end of the tag. For an attribute without a value, name is empty.
func nextAttr(attrs string) (name, value, rest string) {
	attrs = strings.TrimLeft(attrs, htmlSpace+"/")
	if attrs == "" || attrs[0] == '<' || attrs[0] == '>' {
		return "", "", ""
	}
	n := strings.IndexAny(attrs[1:], htmlSpace+"/=<>") + 1
	if n == 0 {
		return "", "", ""
	}
	name, rest = attrs[:n], strings.TrimLeft(attrs[n:], htmlSpace)
	if !strings.HasPrefix(rest, "=") {
		return "", "", rest
	}
	rest = strings.TrimLeft(rest[1:], htmlSpace)
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		value, rest, _ = strings.Cut(rest[1:], rest[:1])
		return name, value, rest
	}
	n = strings.IndexAny(rest, htmlSpace+"<>")
	if n < 0 {
		n = len(rest)
	}
	return name, rest[:n], rest[n:]
}

package importer

import (
	"cmp"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"onair/feed/tree"
	"onair/internal/source"
)

// line puts a text on one line, without control characters.
func line(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if source.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))), " ")
}

// webAddress returns s without space around it. ok is false unless that is an absolute
// http or https URL.
func webAddress(s string) (address string, ok bool) {
	s = strings.TrimSpace(s)
	return s, source.CheckURL(s, "http", "https") == nil
}

// fileAddress returns the address of a file that e, a child of parent, names. If the
// address has characters that an address must not have, such as spaces, it gets %-escapes;
// if it is relative, it is resolved against xml:base, or against the address of the feed.
// Apps do both as well.
func (c *mapper) fileAddress(written string, e, parent *tree.Element) (address string, ok bool) {
	written = strings.TrimSpace(written)
	if address, ok = webAddress(written); ok || written == "" {
		return address, ok
	}
	address = withEscapes(written)
	base := firstAddress(c.xmlBase(e, parent), c.address)
	if u, err := url.Parse(address); err == nil && u.Scheme == "" && base != nil {
		address = base.ResolveReference(u).String()
	}
	if address, ok = webAddress(address); ok {
		c.lose("the address %s in %s is not complete, or has characters that belong into %%-escapes; it becomes %s", source.ShortQuote(line(written)), e.Name, address)
		return address, true
	}
	return written, false
}

// notesBase returns the address that the relative addresses in the notes of parent, an item
// or the channel, refer to: xml:base, else the page that has the notes, else the feed.
func (c *mapper) notesBase(e, parent *tree.Element) *url.URL {
	return firstAddress(c.xmlBase(e, parent), parent.Child("link").Value(), c.channel.Child("link").Value(), c.formerAddress())
}

// xmlBase returns the xml:base that holds for an element of parent, or an empty string.
func (c *mapper) xmlBase(e, parent *tree.Element) string {
	const name = "xml:base"
	return cmp.Or(e.Attr(name), parent.Attr(name), c.channel.Attr(name), c.root.Attr(name))
}

// firstAddress returns the first of the addresses that is absolute, or nil if none is.
func firstAddress(list ...string) *url.URL {
	for _, raw := range list {
		if address, ok := webAddress(raw); ok {
			u, _ := url.Parse(address)
			return u
		}
	}
	return nil
}

// withEscapes returns an address with %-escapes for the characters that an address must
// not have.
func withEscapes(address string) string {
	return misplaced.ReplaceAllStringFunc(address, func(part string) string {
		if len(part) == 3 { // an escape
			return part
		}
		return url.PathEscape(part)
	})
}

// misplaced matches %-escapes, and characters that an address must not have.
var misplaced = regexp.MustCompile("%[0-9A-Fa-f]{2}|[ %\t\"<>\\\\^`{|}]")

// yes reports whether a value means yes.
func yes(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "yes", "true", "explicit", "1":
		return true
	}
	return false
}

// Units of durations, in English, German, French, Spanish, Italian and Dutch.
const (
	hours   = `(?:h|hours?|hrs?|std|stunden?|heures?|horas?|or[ae]|uur)`
	minutes = `(?:m|mins?|minutes?|minuten?|minutos?|minut[oi]|minuut)`
	seconds = `(?:s|secs?|seconds?|sek|sekunden?|secondes?|segundos?|second[oi]|seconden)`
)

var (
	isoDuration   = regexp.MustCompile(`^(?i)PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?$`)
	wordyDuration = regexp.MustCompile(`^(?i)(?:([\d.]+)\s*` + hours + `\.?)?,?\s*(?:and\s)?(?:([\d.]+)\s*` + minutes + `\.?)?,?\s*(?:and\s)?(?:([\d.]+)\s*` + seconds + `\.?)?$`)
	hourMinute    = regexp.MustCompile(`^(?i)(\d+)\s*h\s*(\d{1,2})$`) // 1h05
	thousands     = regexp.MustCompile(`^(\d{1,3}),(\d{3})$`)
	decimalComma  = regexp.MustCompile(`(\d),(\d)`)
)

// parseDuration parses a duration in any of the forms that occur in feeds: seconds,
// clocks, ISO 8601 and words. The result is in whole seconds, because apps show seconds.
func parseDuration(s string) (time.Duration, bool) {
	s = thousands.ReplaceAllString(line(s), "$1$2")
	s = decimalComma.ReplaceAllString(s, "$1.$2")
	s = hourMinute.ReplaceAllString(s, "${1}h ${2}m")
	total := func(parts []string) (time.Duration, bool) {
		var d time.Duration
		for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
			n, err := strconv.ParseFloat(cmp.Or(parts[i], "0"), 64)
			if err != nil || n > 3_600_000 {
				return 0, false
			}
			d += time.Duration(n * float64(unit))
		}
		return d.Round(time.Second), d > 0 && d < 1000*time.Hour
	}
	if strings.Contains(s, ":") {
		parts := strings.Split(s, ":")
		for len(parts) < 3 {
			parts = append([]string{"0"}, parts...)
		}
		parts[2], _, _ = strings.Cut(parts[2], ".")
		for _, p := range parts {
			if p != "" && strings.Trim(p, "0123456789") != "" {
				return 0, false
			}
		}
		if len(parts) > 3 {
			return 0, false
		}
		return total(parts)
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 0.5 && n < 3_600_000 {
		return time.Duration(n+0.5).Truncate(1) * time.Second, true
	}
	for _, form := range []*regexp.Regexp{isoDuration, wordyDuration} {
		if m := form.FindStringSubmatch(s); m != nil && s != "" {
			return total(m[1:])
		}
	}
	return 0, false
}

// plainText returns the text of HTML or of plain text, and keeps paragraphs.
func plainText(s string) string {
	if !isHTML(s) {
		s = html.UnescapeString(s)
		return strings.TrimSpace(strings.Map(printable, strings.ReplaceAll(s, "\r\n", "\n")))
	}
	return strings.TrimSpace(strings.Map(printable, textOf(s)))
}

func printable(r rune) rune {
	if r != '\n' && source.IsControl(r) {
		return -1
	}
	return r
}

// yamlDoc builds a YAML file.
type yamlDoc struct{ b strings.Builder }

// put writes a field whose value is YAML already.
func (y *yamlDoc) put(key, value string) { fmt.Fprintf(&y.b, "%s: %s\n", key, value) }

// text writes a field with a text, unless the text is empty. A text of several lines
// becomes a block if YAML preserves it.
func (y *yamlDoc) text(key, value string) {
	switch {
	case value == "":
	case strings.Contains(value, "\n") && plainBlock(value):
		fmt.Fprintf(&y.b, "%s: |\n", key)
		for l := range strings.Lines(value) {
			if strings.TrimSpace(l) != "" {
				y.b.WriteString("  ")
			}
			y.b.WriteString(l)
		}
		y.b.WriteString("\n")
	default:
		y.put(key, source.Quote(value))
	}
}

// plainBlock reports whether a YAML block preserves a text.
func plainBlock(s string) bool {
	if strings.TrimSpace(s) != s || strings.Contains(s, " \n") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && (!unicode.IsPrint(r) || r == '\uFEFF') || r == '\u2028' || r == '\u2029' || r == '\u0085'
	})
}

// flow returns a map in braces. Pairs alternate between keys and values; empty values are
// left out.
func flow(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, pairs[i]+": "+source.Quote(pairs[i+1]))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// list writes a list of YAML values, one per line.
func (y *yamlDoc) list(key string, values []string) {
	if len(values) == 0 {
		return
	}
	y.b.WriteString(key + ":\n")
	for _, v := range values {
		y.b.WriteString("  - " + v + "\n")
	}
}

// sameHost reports whether two addresses have the same host. It ignores case and a www.
// at the start.
func sameHost(a, b string) bool {
	x, err1 := url.Parse(a)
	y, err2 := url.Parse(b)
	if err1 != nil || err2 != nil || x.Host == "" {
		return false
	}
	bare := func(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") }
	return bare(x) == bare(y)
}

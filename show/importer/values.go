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

// escapedAddress returns an address with %-escapes for the characters that an address
// must not have, such as spaces. Apps escape them as well.
func escapedAddress(s string) (address string, ok bool) {
	return webAddress(misplaced.ReplaceAllStringFunc(strings.TrimSpace(s), func(part string) string {
		if len(part) == 3 { // an escape
			return part
		}
		return url.PathEscape(part)
	}))
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

// zones maps abbreviations of timezones that occur in feeds to offsets from UTC.
var zones = map[string]string{
	"GMT": "+0000", "UTC": "+0000", "UT": "+0000", "Z": "+0000", "WET": "+0000",
	"BST": "+0100", "CET": "+0100", "MET": "+0100", "MEZ": "+0100", "WEST": "+0100", "IST": "+0530",
	"CEST": "+0200", "MESZ": "+0200", "MEST": "+0200", "EET": "+0200", "SAST": "+0200", "EEST": "+0300", "MSK": "+0300",
	"JST": "+0900", "KST": "+0900", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
	"AKST": "-0900", "AKDT": "-0800", "HST": "-1000", "BRT": "-0300", "ART": "-0300",
}

// months maps the first letters of names of months, in several languages, to English
// abbreviations.
var months = map[string]string{
	"jan": "Jan", "ene": "Jan", "gen": "Jan", "gennaio": "Jan", "feb": "Feb", "fév": "Feb", "fev": "Feb", "mar": "Mar", "mär": "Mar", "maa": "Mar", "mrt": "Mar", "mrz": "Mar",
	"apr": "Apr", "avr": "Apr", "abr": "Apr", "may": "May", "mai": "May", "mag": "May", "mei": "May", "maj": "May",
	"jun": "Jun", "juin": "Jun", "giu": "Jun", "jul": "Jul", "juil": "Jul", "lug": "Jul", "aug": "Aug", "aoû": "Aug", "aou": "Aug", "ago": "Aug",
	"sep": "Sep", "set": "Sep", "oct": "Oct", "okt": "Oct", "ott": "Oct", "out": "Oct", "nov": "Nov", "dec": "Dec", "déc": "Dec", "dez": "Dec", "dic": "Dec",
	"янв": "Jan", "фев": "Feb", "мар": "Mar", "апр": "Apr", "мая": "May", "май": "May", "июн": "Jun", "июл": "Jul", "авг": "Aug", "сен": "Sep", "окт": "Oct", "ноя": "Nov", "дек": "Dec",
	"sty": "Jan", "lut": "Feb", "kwi": "Apr", "cze": "Jun", "lip": "Jul", "sie": "Aug", "wrz": "Sep", "paź": "Oct", "lis": "Nov", "gru": "Dec",
	"oca": "Jan", "şub": "Feb", "nis": "Apr", "haz": "Jun", "tem": "Jul", "ağu": "Aug", "eyl": "Sep", "eki": "Oct", "kas": "Nov", "ara": "Dec",
}

var dateLayouts = []string{
	"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 2006",
	"2 Jan 06 15:04:05 -0700", "2 Jan 06 15:04 -0700", "2 Jan 06 15:04:05",
	"Jan 2 2006 15:04:05 -0700", "Jan 2 2006 15:04:05", "Jan 2 2006 15:04", "Jan 2 2006", "Jan 2 15:04:05 2006", "Jan 2 15:04:05 -0700 2006",
	"2 Jan 2006 3:04:05 PM -0700", "2 Jan 2006 3:04:05 PM", "2 Jan 2006 3:04 PM -0700", "2 Jan 2006 3:04 PM",
	"Jan 2 2006 3:04:05 PM -0700", "Jan 2 2006 3:04:05 PM", "Jan 2 2006 3:04 PM -0700", "Jan 2 2006 3:04 PM", "Jan 2 2006 15:04 -0700",
	time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04-0700", "2006-01-02T15:04", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05-07:00",
	"2006-01-02 15:04:05", "2006-01-02 15:04 -0700", "2006-01-02 15:04", "2006-01-02", "2006/01/02 15:04:05", "2006/01/02", "02.01.2006 15:04", "02.01.2006",
}

var (
	weekday   = regexp.MustCompile(`^\pL+(?:\.?,\s*|\.?\s+)`)
	monthName = regexp.MustCompile(`\pL{3,}\.?`)
	zoneName  = regexp.MustCompile(`\s\(?([A-Za-z]{1,4})\)?( \d{4})?$`)
	zoneShift = regexp.MustCompile(`(?:GMT|UTC)?([+-]\d{2}):?(\d{2})$`)
	zoneHours = regexp.MustCompile(`\s?(?:GMT|UTC)\s?([+-])(\d{1,2})(?::?(\d{2}))?$`) // UTC+1
	hyphens   = regexp.MustCompile(`(\d)-(\pL{3,}\.?)-(\d)`)                          // 26-Feb-2021
	halfDay   = regexp.MustCompile(`(?i)(\d)\s?([ap])\.?m\b\.?`)
	comment   = regexp.MustCompile(`\s*\([^)]*\)$`)
)

// parseDate parses a date in any of the forms that occur in feeds.
func parseDate(s string) (time.Time, bool) {
	s = line(s)
	try := func(s string) (time.Time, bool) {
		for _, layout := range dateLayouts {
			if t, err := time.Parse(layout, s); err == nil && t.Year() > 1900 && t.Year() < 3000 {
				return t, true
			}
		}
		return time.Time{}, false
	}
	if t, ok := try(s); ok {
		return t, true
	}
	if bare := comment.ReplaceAllString(s, ""); zoneShift.MatchString(bare) {
		s = bare
	}
	s = halfDay.ReplaceAllStringFunc(s, func(clock string) string {
		m := halfDay.FindStringSubmatch(clock)
		return m[1] + " " + strings.ToUpper(m[2]) + "M"
	})
	if m := zoneName.FindStringSubmatch(s); m != nil && zones[strings.ToUpper(m[1])] != "" {
		s = strings.TrimSuffix(s, m[0]) + " " + zones[strings.ToUpper(m[1])] + m[2]
	}
	if m := zoneHours.FindStringSubmatch(s); m != nil {
		hours, _ := strconv.Atoi(m[2])
		s = fmt.Sprintf("%s %s%02d%s", strings.TrimSuffix(s, m[0]), m[1], hours, cmp.Or(m[3], "00"))
	}
	s = hyphens.ReplaceAllString(s, "$1 $2 $3")
	if strings.Contains(s, " ") {
		s = zoneShift.ReplaceAllString(s, "$1$2")
	}
	if rest := weekday.ReplaceAllString(s, ""); rest != s && (months[strings.ToLower(firstWord(s))] == "" || strings.HasSuffix(strings.Fields(s)[0], ",")) {
		s = rest
	}
	s = strings.NewReplacer(",", " ", " de ", " ", " of ", " ", " at ", " ", " г.", "").Replace(s)
	s = monthName.ReplaceAllStringFunc(s, func(name string) string {
		lower := strings.TrimSuffix(strings.ToLower(name), ".")
		for n := min(4, len([]rune(lower))); n >= 3; n-- {
			if m := months[string([]rune(lower)[:n])]; m != "" {
				return m
			}
		}
		return name
	})
	s = regexp.MustCompile(`(\d)(st|nd|rd|th|\.)\s`).ReplaceAllString(s, "$1 ")
	return try(strings.Join(strings.Fields(s), " "))
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	r := []rune(strings.Trim(word, ".,"))
	return string(r[:min(3, len(r))])
}

var (
	isoDuration   = regexp.MustCompile(`^(?i)PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?$`)
	wordyDuration = regexp.MustCompile(`^(?i)(?:(\d+)\s*h(?:ours?|rs?|\.)?)?\s*(?:(\d+)\s*m(?:in(?:ute)?s?|\.)?)?\s*(?:(\d+)\s*s(?:ec(?:ond)?s?|\.)?)?$`)
)

// parseDuration parses a duration in any of the forms that occur in feeds: seconds,
// clocks, ISO 8601 and words. The result is in whole seconds, because apps show seconds.
func parseDuration(s string) (time.Duration, bool) {
	s = line(s)
	total := func(parts []string) (time.Duration, bool) {
		var d time.Duration
		for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
			n, _ := strconv.Atoi(parts[i])
			d += time.Duration(n) * unit
		}
		return d, d > 0 && d < 1000*time.Hour
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
	if seconds, err := strconv.ParseFloat(s, 64); err == nil && seconds >= 0.5 && seconds < 3_600_000 {
		return time.Duration(seconds+0.5).Truncate(1) * time.Second, true
	}
	for _, form := range []*regexp.Regexp{isoDuration, wordyDuration} {
		if m := form.FindStringSubmatch(s); m != nil && s != "" {
			return total(m[1:])
		}
	}
	return 0, false
}

// formatDate formats a date for episode.md, with its zone unless that is UTC.
func formatDate(t time.Time) string {
	t = t.Truncate(time.Second)
	if _, offset := t.Zone(); offset != 0 {
		return t.Format(time.RFC3339)
	}
	if t.Second() != 0 {
		return t.UTC().Format("2006-01-02 15:04:05")
	}
	return t.UTC().Format("2006-01-02 15:04")
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

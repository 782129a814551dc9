package importer

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

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
	"2 Jan 06 15:04:05 -0700", "2 Jan 06 15:04 -0700", "2 Jan 06 15:04:05", "2 Jan 06 15:04",
	"2 Jan 06 3:04:05 PM -0700", "2 Jan 06 3:04:05 PM", "2 Jan 06 3:04 PM -0700", "2 Jan 06 3:04 PM",
	"Jan 2 2006 15:04:05 -0700", "Jan 2 2006 15:04:05", "Jan 2 2006 15:04", "Jan 2 2006", "Jan 2 15:04:05 2006", "Jan 2 15:04:05 -0700 2006",
	"2 Jan 2006 3:04:05 PM -0700", "2 Jan 2006 3:04:05 PM", "2 Jan 2006 3:04 PM -0700", "2 Jan 2006 3:04 PM",
	"Jan 2 2006 3:04:05 PM -0700", "Jan 2 2006 3:04:05 PM", "Jan 2 2006 3:04 PM -0700", "Jan 2 2006 3:04 PM", "Jan 2 2006 15:04 -0700",
	time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04-0700", "2006-01-02T15:04", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05-07:00",
	"2006-01-02 15:04:05", "2006-01-02 15:04 -0700", "2006-01-02 15:04", "2006-01-02", "2006/01/02 15:04:05", "2006/01/02", "02.01.2006 15:04", "02.01.2006",
	"20060102T150405Z0700", "20060102", "2006年1月2日 15:04", "2006年1月2日",
}

var (
	weekday   = regexp.MustCompile(`^\pL+(?:\.?,\s*|\.?\s+)`)
	monthName = regexp.MustCompile(`\pL{3,}\.?`)
	zoneName  = regexp.MustCompile(`\s\(?([A-Za-z]{1,4})\)?( \d{4})?$`)
	zoneShift = regexp.MustCompile(`(?:GMT|UTC)?([+-]\d{2}):?(\d{2})$`)
	zoneDigit = regexp.MustCompile(`(\d\s?[+-])(\d)(?::?(\d{2}))?$`) // -5:00
	zonePlace = regexp.MustCompile(`\s([A-Z][A-Za-z]+/[A-Za-z_/]+)$`)
	slashes   = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4})\b`)
	dotClock  = regexp.MustCompile(`\s(\d{1,2})\.(\d{2})\.(\d{2})\b`)
	unix      = regexp.MustCompile(`^[0-9]{9,10}$`)
	zoneHours = regexp.MustCompile(`\s?(?:GMT|UTC)\s?([+-])(\d{1,2})(?::?(\d{2}))?$`) // UTC+1
	zoneTwice = regexp.MustCompile(`([+-]\d{2}:?\d{2})Z$`)                            // +00:00Z
	hyphens   = regexp.MustCompile(`(\d)-(\pL{3,}\.?)-(\d)`)                          // 26-Feb-2021
	halfDay   = regexp.MustCompile(`(?i)(\d)\s?([ap])\.?m\b\.?`)
	comment   = regexp.MustCompile(`\s*\([^)]*\)$`)
	ordinal   = regexp.MustCompile(`(\d)(st|nd|rd|th|\.)\s`) // 4th

	fillers = strings.NewReplacer(",", " ", " de ", " ", " of ", " ", " at ", " ", " г.", "", " Uhr", "")
)

// longestDate is the longest date, in bytes, that parseDate reads.
const longestDate = 120

// date parses the date of an item like parseDate. In a date such as 02/03/2021, either
// part may be the month: the other dates of the feed tell, or else its language.
func (c *mapper) date(s string) (time.Time, bool) {
	s = line(s)
	m := slashes.FindStringSubmatch(s)
	if m == nil || !isMonth(m[1]) || !isMonth(m[2]) {
		return parseDate(s)
	}
	day, month := m[1], m[2]
	if c.isMonthFirst() {
		day, month = month, day
	}
	t, ok := parseDate(day + " " + time.Month(atoi(month)).String() + " " + m[3] + strings.TrimPrefix(s, m[0]))
	if ok && day != month {
		c.lose("its date %s is read as %s", s, t.Format("2 January 2006"))
	}
	return t, ok
}

func isMonth(s string) bool { return atoi(s) >= 1 && atoi(s) <= 12 }

// atoi returns the number that s is, or 0.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// isMonthFirst reports whether dates with slashes in the feed have the month first, as in
// the United States.
func (c *mapper) isMonthFirst() bool {
	for _, item := range c.items {
		if m := slashes.FindStringSubmatch(line(item.Child("pubDate").Value())); m != nil && isMonth(m[1]) != isMonth(m[2]) {
			return isMonth(m[1])
		}
	}
	return strings.EqualFold(strings.ReplaceAll(c.channel.Child("language").Value(), "_", "-"), "en-us")
}

// parseDate parses a date in any of the forms that occur in feeds.
func parseDate(s string) (time.Time, bool) {
	if s = line(s); len(s) > longestDate {
		return time.Time{}, false
	}
	if t, ok := parseLayout(s); ok {
		return t, true
	}
	if t, ok := parseOddDate(s); ok {
		return t, true
	}
	return parseLayout(usualDate(s))
}

func parseLayout(s string) (time.Time, bool) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1900 && t.Year() < 3000 {
			return t, true
		}
	}
	return time.Time{}, false
}

// parseOddDate parses seconds since 1970, dates with the place of a timezone, and times
// after the end of a day or of a minute.
func parseOddDate(s string) (time.Time, bool) {
	if unix.MatchString(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return time.Unix(n, 0).UTC(), err == nil
	}
	if m := zonePlace.FindStringSubmatch(s); m != nil {
		t, ok := parseDate(strings.TrimSuffix(s, m[0]))
		place, err := time.LoadLocation(m[1])
		if ok && err == nil {
			return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, place), true
		}
	}
	for _, beyond := range []struct {
		from, to string
		more     time.Duration
	}{{" 24:00", " 00:00", 24 * time.Hour}, {":60 ", ":59 ", time.Second}} {
		if before, after, found := strings.Cut(s, beyond.from); found {
			t, ok := parseDate(before + beyond.to + after)
			return t.Add(beyond.more), ok
		}
	}
	return time.Time{}, false
}

// usualDate writes a date in one of dateLayouts, if its form is known.
func usualDate(s string) string {
	if m := slashes.FindStringSubmatch(s); m != nil {
		day, _ := strconv.Atoi(m[1])
		month, _ := strconv.Atoi(m[2])
		if day <= 12 && month > 12 { // month first, as in the United States
			day, month = month, day
		}
		if day > 12 { // else either may be the month
			s = fmt.Sprintf("%s-%02d-%02d", m[3], month, day) + strings.TrimPrefix(s, m[0])
		}
	}
	s = zoneTwice.ReplaceAllString(s, "$1")
	s = dotClock.ReplaceAllString(s, " $1:$2:$3")
	if m := zoneDigit.FindStringSubmatch(s); m != nil {
		s = strings.TrimSuffix(s, m[0]) + m[1] + "0" + m[2] + cmp.Or(m[3], "00")
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
	s = fillers.Replace(s)
	s = monthName.ReplaceAllStringFunc(s, func(name string) string {
		lower := strings.TrimSuffix(strings.ToLower(name), ".")
		for n := min(4, len([]rune(lower))); n >= 3; n-- {
			if m := months[string([]rune(lower)[:n])]; m != "" {
				return m
			}
		}
		return name
	})
	s = ordinal.ReplaceAllString(s, "$1 ")
	return strings.Join(strings.Fields(s), " ")
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	r := []rune(strings.Trim(word, ".,"))
	return string(r[:min(3, len(r))])
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

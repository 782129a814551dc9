package forms

import (
	"regexp"
	"strings"
	"time"
)

// maxTime is the largest time that is read: longer than any recording, and far less than a
// time.Duration can hold.
const maxTime = 10000 * time.Hour

// parseClock reads [h:]mm:ss with an optional fraction after a dot, a comma, or a
// third colon. If lenient is set, minutes and seconds may have one digit, and the time may
// be negative.
func parseClock(s string, lenient bool) (d time.Duration, ok bool) {
	negative := false
	if lenient && s != "" && s[0] == '-' {
		negative, s = true, s[1:]
	}
	const most = 1_000_000
	groups, digits, n := 0, 0, time.Duration(0)
	i := 0
	for ; i < len(s) && s[i] != '.' && s[i] != ','; i++ {
		b := s[i]
		if b >= '0' && b <= '9' {
			n = min(n*10+time.Duration(b-'0'), most)
			digits++
			continue
		}
		if b != ':' || digits == 0 || groups > 0 && (n > 59 || digits > 2 || digits < 2 && !lenient) {
			return 0, false
		}
		if groups == 2 { // hh:mm:ss:fff
			break
		}
		d, n, digits = d*60+n*time.Second, 0, 0
		groups++
	}
	if groups == 0 || n > 59 || digits > 2 || digits < 1 || digits < 2 && !lenient {
		return 0, false
	}
	d = d*60 + n*time.Second
	if i < len(s) {
		if fraction := len(s) - i - 1; s[i] == ':' && fraction != 3 {
			return 0, false // frames of an unknown rate
		}
		unit := time.Second
		for i++; i < len(s); i++ {
			if s[i] < '0' || s[i] > '9' {
				return 0, false
			}
			unit /= 10
			d += time.Duration(s[i]-'0') * unit
		}
	}
	if negative {
		d = -d
	}
	return d.Round(time.Millisecond), true
}

// parseTimes reads the line of times of a caption, such as "00:00:01.000 -->
// 00:00:02.000". Settings may follow the times.
func parseTimes(line string) (start, end time.Duration, ok bool) {
	from, to, ok := strings.Cut(line, "-->")
	if !ok {
		return 0, 0, false
	}
	to = strings.TrimLeft(to, " \t")
	if n := strings.IndexAny(to, " \t"); n >= 0 {
		to = to[:n]
	}
	if start, ok = parseClock(strings.TrimSpace(from), true); ok {
		end, ok = parseClock(to, true)
	}
	return start, end, ok
}

// LooksLikeTimes reports whether a reader would take a line for the times of a caption.
func LooksLikeTimes(line string) bool {
	if _, _, ok := parseTimes(line); ok {
		return true
	}
	_, _, _, timing := parseOddTimes(line)
	return timing
}

// oddTimes matches a line of times with an arrow other than --> or with spaces inside the
// times.
var oddTimes = regexp.MustCompile(`^(-?[\d:., ]*\d)\s*((?:[-–—=~ ]|&gt;|[>›→⟶])+?)\s*(-?\d[\d:., ]*?)(?:\s+[a-zA-Z].*)?$`)

// exactClock matches a time with milliseconds, which is rare in spoken text.
var (
	exactClock = regexp.MustCompile(`\d:\d\d[.,]\d{3}\b`)
	exactStart = regexp.MustCompile(`^[\d:]*` + exactClock.String())
	arrow      = regexp.MustCompile(`-->|--&gt;|[>›→⟶]`)
)

// parseOddTimes reads a line that oddTimes matches. timing reports whether the line is one
// of times, even if the times cannot be read.
func parseOddTimes(line string) (start, end time.Duration, ok, timing bool) {
	if line == "" || line[0] != '-' && (line[0] < '0' || line[0] > '9') || strings.IndexByte(line, ':') < 0 {
		return 0, 0, false, false
	}
	m := oddTimes.FindStringSubmatch(line)
	if m == nil {
		return 0, 0, false, strings.Contains(line, "-->")
	}
	if !strings.Contains(m[1], ":") && !strings.Contains(m[3], ":") {
		return 0, 0, false, false
	}
	if !arrow.MatchString(m[2]) && !(exactClock.MatchString(m[1]) && exactClock.MatchString(m[3])) {
		return 0, 0, false, false // perhaps the hours of a shop
	}
	if number, clock, ok := strings.Cut(m[1], " "); ok && isNumber(number) && len(clock) > 3 && isNumber(clock[:2]) && strings.Contains(clock, ":") {
		m[1] = clock // the number of the caption precedes its times
	}
	if start, ok = parseClock(strings.ReplaceAll(m[1], " ", ""), true); ok {
		end, ok = parseClock(strings.ReplaceAll(m[3], " ", ""), true)
	}
	return start, end, ok, true
}

// eitherTime reads the start and the end in a line of times, of which one may be
// unreadable. In a line without an arrow, the first time is the start and the second the
// end.
func eitherTime(line string) (start time.Duration, timed bool, end time.Duration, ended bool) {
	read := func(s string) (time.Duration, bool) {
		at, ok := parseClock(strings.ReplaceAll(s, " ", ""), true)
		return at, ok && at <= maxTime
	}
	if at := arrow.FindStringIndex(line); at != nil {
		start, timed = read(line[:at[0]])
		first, _, _ := strings.Cut(strings.TrimSpace(line[at[1]:]), " ")
		end, ended = read(first)
		return start, timed, end, ended
	}
	fields := strings.Fields(line)
	start, timed = read(fields[0])
	for _, field := range fields[1:] {
		if end, ended = read(field); ended {
			break
		}
	}
	return start, timed, end, ended
}

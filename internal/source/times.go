package source

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Formats of a date. Those without an offset are in the show's timezone.
var (
	offsetDates = []string{time.RFC3339, "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00",
		"2006-01-02 15:04 Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04 -0700", "2006-01-02 15:04:05 -0700"}
	localDates = []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02"}
	// otherDates are formats that people use but onair does not read. A hint shows such
	// a date in a supported format.
	otherDates = []string{time.RFC1123Z, time.RFC1123, "2 January 2006 15:04", "2 January 2006", "2 Jan 2006", "January 2, 2006",
		"Jan 2, 2006", "2006/01/02 15:04", "2006/01/02", "2.1.2006 15:04", "2.1.2006", "2006-1-2 15:04", "2006-1-2", "20060102",
		"2006-01-02 15h04", "2006-01-02 3:04pm", "2006-01-02 3:04 PM"}
)

// ParseDate reads a date as show.yaml and episode.md contain it. Without an offset it
// is in zone. For a time that the zone's clocks skip, ParseDate returns an error, and
// the time that the clocks show instead.
func ParseDate(s string, zone *time.Location) (time.Time, error) {
	for _, layout := range offsetDates {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	for _, layout := range localDates {
		t, err := time.ParseInLocation(layout, s, zone)
		if err != nil {
			continue
		}
		if t.Format(layout) != s {
			if len(s) != len(layout) {
				break // 6:00, which package time also accepts
			}
			return afterGap(s, layout, t), fmt.Errorf("%s: this time does not exist in %s, where clocks go forward then", ShortQuote(s), zone)
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%s is not a date", ShortQuote(s))
}

// afterGap returns the time that clocks show instead of s, a time that they skip. t is
// s as package time parsed it, which may be before the gap.
func afterGap(s, layout string, t time.Time) time.Time {
	want, err := time.Parse(layout, s)
	if err != nil {
		return t
	}
	_, offset := t.Zone()
	if early := want.Sub(t.UTC().Add(time.Duration(offset) * time.Second)); early > 0 {
		return t.Add(early)
	}
	return t
}

// Date returns a setter of a date and time.
func Date(p *time.Time, zone *time.Location) Setter {
	return func(v Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		t, err := ParseDate(s, zone)
		if err != nil {
			v.Reportf(ruleDate, dateHint(s, t), "%s: %v", v.Name(), err)
			return
		}
		if t.Year() < 1990 || t.Year() > 2200 {
			v.Reportf(ruleDate, "", "%s is in the year %d", v.Name(), t.Year())
			return
		}
		*p = t
	}
}

// dateHint returns a hint that shows how to write the date s. instead is a date to
// suggest; if it is zero, s is tried in other formats.
func dateHint(s string, instead time.Time) string {
	for _, layout := range otherDates {
		if t, err := time.Parse(layout, s); err == nil && instead.IsZero() {
			instead = t
		}
	}
	switch {
	case instead.IsZero():
		return "write it as 2027-02-04 06:00"
	case instead.Hour() == 0 && instead.Minute() == 0:
		return "write " + instead.Format("2006-01-02")
	}
	return "write " + instead.Format("2006-01-02 15:04")
}

// EndOfTime is the smallest time that is too large for a timestamp, whose hours
// have at most four digits.
const EndOfTime = 10_000 * time.Hour

// ParseTimestamp reads a time in an episode: minutes and seconds, optionally with
// hours and a fraction, such as 0:12 or 1:02:03.250.
func ParseTimestamp(s string) (time.Duration, bool) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	whole, _, _ := strings.Cut(parts[len(parts)-1], ".")
	last, ok := ParseSeconds(parts[len(parts)-1])
	if !ok || len(whole) != 2 || last >= time.Minute {
		return 0, false
	}
	var minutes int
	for i, p := range parts[:len(parts)-1] {
		n, err := strconv.Atoi(p)
		if err != nil || !digits(p) || len(p) > 4 || i > 0 && (n > 59 || len(p) != 2) {
			return 0, false
		}
		minutes = minutes*60 + n
	}
	return time.Duration(minutes)*time.Minute + last, true
}

// FormatTimestamp returns a time in an episode in the format of chapters.txt, such as
// 0:12 or 1:02:03.25. It does not round.
func FormatTimestamp(d time.Duration) string {
	minutes := d / time.Minute
	s := fmt.Sprintf("%02d.%09d", d%time.Minute/time.Second, d%time.Second)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	if minutes < 60 {
		return fmt.Sprintf("%d:%s", minutes, s)
	}
	return fmt.Sprintf("%d:%02d:%s", minutes/60, minutes%60, s)
}

// Timestamp returns a setter of a time in an episode.
func Timestamp(p *time.Duration) Setter {
	return func(v Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		d, ok := ParseTimestamp(s)
		if !ok {
			v.Reportf(ruleTime, timestampHint(s), "%s is %s; expected a time such as 0:12 or 1:02:03.5", v.Name(), ShortQuote(s))
			return
		}
		*p = d
	}
}

func timestampHint(s string) string {
	if d, ok := ParseSeconds(s); ok {
		return "write " + Quote(FormatTimestamp(d))
	}
	return ""
}

// Length returns a setter of a duration: a number of seconds, or a time that
// ParseTimestamp reads.
func Length(p *time.Duration) Setter {
	return func(v Value) {
		if d, ok := ParseSeconds(v.Node.Text); ok && v.Node.Kind == Scalar && v.Node.plain {
			*p = d
			return
		}
		Timestamp(p)(v)
	}
}

// FormatSeconds returns a time in seconds, such as 62.037375. It does not round.
func FormatSeconds(d time.Duration) string {
	s := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// ParseSeconds reads what FormatSeconds wrote. It uses no floating-point numbers, so
// that reading and writing a time do not change the time.
func ParseSeconds(s string) (time.Duration, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > 9 || len(whole) > 8 || !digits(whole) || fraction != "" && !digits(fraction) || strings.HasSuffix(s, ".") {
		return 0, false
	}
	n, _ := strconv.ParseInt(whole+(fraction + "000000000")[:9], 10, 64)
	return time.Duration(n), true
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Seconds returns a setter of a time that is written as a number of seconds.
func Seconds(p *time.Duration) Setter {
	return func(v Value) {
		d, ok := ParseSeconds(v.Node.Text)
		if v.Node.Kind != Scalar || !v.Node.plain || !ok {
			v.Reportf(ruleTime, "", "%s is %s; expected a number of seconds, such as 62.5", v.Name(), v.Node.describe())
			return
		}
		*p = d
	}
}

// ParseClock reads a time in the formats that most other programs use: a number of
// seconds, or a timestamp such as 1:02:03.5.
func ParseClock(s string) (time.Duration, bool) {
	if d, ok := ParseSeconds(s); ok {
		return d, true
	}
	return ParseTimestamp(s)
}

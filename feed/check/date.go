package check

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"onair/feed/tree"
)

// date checks a date of RFC 2822.
func date(c *checker, e *tree.Element, attr, value string) {
	t, err := parseDate(value)
	if err != nil {
		c.add(ruleDate, e, "%s is %s", what(e, attr), quote(value))
		return
	}
	zone := zoneOf(value)
	switch {
	case offset.MatchString(zone), zone == "GMT":
	case len(zone) == 1 && zone != "Z":
		c.add(ruleZone, e, "%s has the zone %s, which is obsolete and of unknown meaning: apps read it as UTC", what(e, attr), quote(zone))
	case strings.ContainsAny(zone, "+-"):
		c.add(ruleZone, e, "%s has the zone %s, which is unknown to RFC 2822: write %s", what(e, attr), quote(zone), t.Format("-0700"))
	case zone == "Z" || zone == "UT" || zone == "UTC":
		c.add(ruleZone, e, "%s has the zone %s; most apps read it as +0000, some refuse the date", what(e, attr), quote(zone))
	case obsoleteZones[zone] != "":
		c.add(ruleZone, e, "%s has the zone %s, which is obsolete; write %s", what(e, attr), quote(zone), obsoleteZones[zone])
	default:
		c.add(ruleZone, e, "%s has the zone %s, which is unknown to RFC 2822: apps read it as UTC%s", what(e, attr), quote(zone), damage(zone))
	}
	c.likely(e, what(e, attr), value, t)
}

var (
	offset = regexp.MustCompile(`^[+-][0-9]{4}$`)
	// comment matches a comment at the end of a date, such as (CET).
	comment = regexp.MustCompile(`\s*\([^()]*\)\s*$`)
	// letter matches a zone of one letter.
	letter = regexp.MustCompile(`\s[A-IK-Z]$`)
	word   = regexp.MustCompile(`[A-Za-z]+`)
	comma  = regexp.MustCompile(`\s*,\s*`)
)

// zoneOf returns the zone of a date, in upper case.
func zoneOf(value string) string {
	value = comment.ReplaceAllString(value, "")
	return strings.ToUpper(value[strings.LastIndexAny(value, " \t\n")+1:])
}

// parseDate parses a date of RFC 2822. It ignores the case of letters. Like apps, it
// takes a zone of one letter, or a zone name that this machine does not know, for UTC.
func parseDate(value string) (time.Time, error) {
	if t, err := time.Parse(time.RFC1123Z, value); err == nil {
		return t, nil // the usual form, parsed ten times as fast
	}
	value = comment.ReplaceAllString(value, "")
	start, zone := value[:len(value)-len(zoneOf(value))], zoneOf(value)
	start = comma.ReplaceAllString(start, ", ") // net/mail wants the space
	start = word.ReplaceAllStringFunc(start, func(name string) string {
		return strings.ToUpper(name[:1]) + strings.ToLower(name[1:])
	})
	return mail.ParseDate(letter.ReplaceAllString(start+zone, " +0000"))
}

// obsoleteZones are the zone names that RFC 2822 still defines.
var obsoleteZones = map[string]string{
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
}

// zones are zone names that feeds use although RFC 2822 does not define them, with the
// offset that is meant, in minutes.
var zones = map[string]int{
	"BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "EET": 120, "SAST": 120, "EEST": 180, "MSK": 180, "IST": 330,
	"SGT": 480, "AWST": 480, "HKT": 480, "JST": 540, "KST": 540, "ACST": 570, "AEST": 600, "ACDT": 630, "AEDT": 660, "NZST": 720, "NZDT": 780,
	"NST": -210, "NDT": -150, "AST": -240, "ADT": -180, "BRT": -180, "ART": -180, "AKST": -540, "AKDT": -480, "HST": -600, "WET": 0,
}

// damage says how far a date is off if its zone is read as UTC. It returns "" if the zone
// is unknown or the date is right.
func damage(zone string) string {
	minutes, ok := zones[strings.ToUpper(zone)]
	if !ok || minutes == 0 {
		return ""
	}
	if minutes < 0 {
		minutes = -minutes
	}
	switch {
	case minutes == 60:
		return ", an hour off"
	case minutes%60 == 0:
		return fmt.Sprintf(", %d hours off", minutes/60)
	}
	return fmt.Sprintf(", %d:%02d hours off", minutes/60, minutes%60)
}

var (
	weekday = regexp.MustCompile(`(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s*,`)
	twoYear = regexp.MustCompile(`^(?:[A-Za-z]+,\s*)?[0-9]{1,2}\s+[A-Za-z]+\s+[0-9]{2}\s`)
)

// likely reports a date that is probably a mistake.
func (c *checker) likely(e *tree.Element, name, value string, t time.Time) {
	m := weekday.FindStringSubmatch(value)
	switch {
	case twoYear.MatchString(value):
		c.add(ruleUnlikelyDate, e, "%s %s has a year of two digits", name, quote(value))
	case t.Year() < 2000:
		c.add(ruleUnlikelyDate, e, "%s %s is before 2000, when there were no podcasts", name, quote(value))
	case !c.now.IsZero() && t.After(c.now.Add(10*time.Minute)):
		c.addHint(ruleUnlikelyDate, e, "apps hide an episode until its date", "%s %s is in the future", name, quote(value))
	case m != nil && !strings.EqualFold(m[1], t.Weekday().String()[:3]):
		c.add(ruleUnlikelyDate, e, "%s has the wrong weekday: %s was a %s", name, t.Format("2 Jan 2006"), t.Weekday())
	}
}

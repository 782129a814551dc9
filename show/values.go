package show

import (
	"cmp"
	"fmt"
	"net/mail"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Forms of a date, most exact first. Those without an offset are in the show's
// timezone.
var (
	offsetDates = []string{time.RFC3339, "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00",
		"2006-01-02 15:04 Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04 -0700", "2006-01-02 15:04:05 -0700"}
	localDates = []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02"}
	// otherDates are forms that people try; the hint shows them in ours.
	otherDates = []string{time.RFC1123Z, time.RFC1123, "2 January 2006 15:04", "2 January 2006", "2 Jan 2006", "January 2, 2006",
		"Jan 2, 2006", "2006/01/02 15:04", "2006/01/02", "2.1.2006 15:04", "2.1.2006", "2006-1-2 15:04", "2006-1-2", "20060102",
		"2006-01-02 15h04", "2006-01-02 3:04pm", "2006-01-02 3:04 PM"}
)

// ParseDate reads a date as show.yaml and episode.md have it; without an offset
// it is in zone. A time that the zone's clocks skip is an error, next to the
// time that they show instead.
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
			return t, fmt.Errorf("%s: the clocks of %s go forward over it", quote(s), zone)
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%s is not a date", quote(s))
}

// date sets a moment.
func date(p *time.Time, zone *time.Location) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		t, err := ParseDate(s, zone)
		if err != nil {
			v.errorf(ruleDate, dateHint(s, t), "%s: %v", v.name(), err)
			return
		}
		if t.Year() < 1990 || t.Year() > 2200 {
			v.errorf(ruleDate, "", "%s is in the year %d", v.name(), t.Year())
			return
		}
		*p = t
	}
}

// dateHint shows how to write what was meant.
func dateHint(s string, instead time.Time) string {
	for _, layout := range otherDates {
		if t, err := time.Parse(layout, s); err == nil {
			instead = t
			break
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

// parseTimestamp reads a time in an episode: minutes and seconds, with hours
// in front and a fraction behind where needed, such as 0:12, 1:02:03.250.
func parseTimestamp(s string) (time.Duration, bool) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	whole, _, _ := strings.Cut(parts[len(parts)-1], ".")
	last, ok := parseSeconds(parts[len(parts)-1])
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

// formatTimestamp writes a time in an episode as chapters.txt has it: 0:12,
// 1:02:03.25. It is exact.
func formatTimestamp(d time.Duration) string {
	minutes := d / time.Minute
	s := fmt.Sprintf("%02d.%09d", d%time.Minute/time.Second, d%time.Second)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	if minutes < 60 {
		return fmt.Sprintf("%d:%s", minutes, s)
	}
	return fmt.Sprintf("%d:%02d:%s", minutes/60, minutes%60, s)
}

// timestamp sets a time in an episode.
func timestamp(p *time.Duration) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		d, ok := parseTimestamp(s)
		if !ok {
			v.errorf(ruleTime, timestampHint(s), "%s is %s; expected a time such as 0:12 or 1:02:03.5", v.name(), quote(s))
			return
		}
		*p = d
	}
}

func timestampHint(s string) string {
	if d, ok := parseSeconds(s); ok {
		return "write " + quote(formatTimestamp(d))
	}
	return ""
}

// length sets a duration: a number of seconds, or a time as in timestamp.
func length(p *time.Duration) setter {
	return func(v value) {
		if d, ok := parseSeconds(v.node.text); ok && v.node.kind == scalar && v.node.plain {
			*p = d
			return
		}
		timestamp(p)(v)
	}
}

// checkURL reports what is wrong with an address on the web.
func checkURL(s string, schemes ...string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsAny(s, " \t\"<>\\^`{|}"):
		return fmt.Errorf("%s is not a URL", quote(s))
	case u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "":
		return fmt.Errorf("%s is not a whole URL", quote(s))
	case !slices.Contains(schemes, u.Scheme):
		return fmt.Errorf("%s starts with %q; expected %s", quote(s), u.Scheme+":", orList(schemes))
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() == "":
		return fmt.Errorf("%s names no host", quote(s))
	case u.User != nil:
		return fmt.Errorf("%s holds a user name or password", quote(u.Redacted()))
	}
	return nil
}

// urlHint completes an address without a scheme.
func urlHint(s string) string {
	host, _, _ := strings.Cut(s, "/")
	if strings.Contains(host, ".") && !strings.Contains(s, ":") && checkURL("https://"+s, "https") == nil {
		return "write https://" + s
	}
	return ""
}

// webURL sets an http or https address.
func webURL(p *string) setter { return uri(p, "http", "https") }

// uri sets an address with one of the schemes.
func uri(p *string, schemes ...string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if err := checkURL(s, schemes...); err != nil {
			v.errorf(ruleURL, urlHint(s), "%s: %v", v.name(), err)
			return
		}
		*p = s
	}
}

// baseURL sets the public address of a show, with a slash at its end.
func baseURL(p *string) setter {
	return func(v value) {
		s := ""
		webURL(&s)(v)
		if s == "" {
			return
		}
		if strings.ContainsAny(s, "?#") {
			v.errorf(ruleURL, "", "%s has a query or fragment; expected the address of a folder", v.name())
			return
		}
		*p = strings.TrimRight(s, "/") + "/"
		if u, _ := url.Parse(s); u.Scheme == "http" && isPublicURL("https://"+u.Host) {
			v.warnf(ruleURL, "serve it over https", "%s is not encrypted; podcast apps refuse or upgrade http", v.name())
		}
	}
}

// bucketURL sets where objects are kept.
func bucketURL(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if err := checkStorage(s); err != nil {
			v.errorf(ruleStorage, "write file:public, gs://bucket/prefix or s3://bucket/prefix?endpoint=…", "%s: %v", v.name(), err)
			return
		}
		*p = s
	}
}

func checkStorage(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return fmt.Errorf("%s is not a bucket URL", quote(s))
	case u.User != nil:
		return fmt.Errorf("%s holds a user name or password", quote(u.Redacted()))
	case u.Scheme == "file" && u.Opaque+u.Path != "" && (u.Host == "" || u.Host == "localhost"):
		return nil
	case u.Scheme == "gs" || u.Scheme == "s3":
		if u.Host == "" {
			return fmt.Errorf("%s names no bucket", quote(s))
		}
		return nil
	}
	return fmt.Errorf("%s is not a bucket URL", quote(s))
}

// email sets an address such as show@example.com.
func email(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		a, err := mail.ParseAddress(s)
		if err != nil || a.Address != s || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
			v.errorf(ruleEmail, "", "%s is %s; expected an address such as show@example.com", v.name(), quote(s))
			return
		}
		*p = s
	}
}

// languageTag sets an RFC 5646 tag.
func languageTag(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !validLanguage(s) {
			v.errorf(ruleLanguage, "write a code such as en, en-gb or pt-br", "%s is %s, which is no language code", v.name(), quote(s))
			return
		}
		*p = s
	}
}

// validLanguage reports whether s is a known language, perhaps with a script
// and a region.
func validLanguage(s string) bool {
	if strings.Contains(s, "_") {
		return false
	}
	tag, err := language.Parse(s)
	return err == nil && tag != language.Und
}

// zone sets a timezone of the IANA database.
func zone(p **time.Location) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		loc, err := time.LoadLocation(s)
		if err != nil || s == "Local" {
			v.errorf(ruleTimezone, "write a name such as Europe/London, America/New_York or UTC", "%s is %s, which is no timezone", v.name(), quote(s))
			return
		}
		*p = loc
	}
}

var licenseID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)

// licence sets podcast:license: an identifier, or a map of a name and the URL
// that a name of one's own needs. Identifiers are written in lower case.
func licence(p *License) setter {
	return func(v value) {
		var l License
		if v.node.kind == mapping {
			v.fields(fields{"name": limited(&l.ID, 128), "url": webURL(&l.URL)})
			if l.ID == "" || l.URL == "" {
				v.errorf(ruleLicense, "", "a licence of your own needs a name and a url")
				return
			}
			*p = l
			return
		}
		if licenceID(&l.ID)(v); l.ID != "" {
			*p = l
		}
	}
}

// licenceID sets a licence that is known by its identifier.
func licenceID(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !licenseID.MatchString(s) {
			v.errorf(ruleLicense, "write an identifier such as cc-by-4.0, or {name: …, url: …} for your own",
				"%s is %s, which is no licence identifier", v.name(), quote(s))
			return
		}
		*p = strings.ToLower(s)
	}
}

// slugField sets a slug, a topic or another name of that form.
func slugField(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if err := ValidSlug(s); err != nil {
			v.errorf(ruleSlug, "write "+Slugify(s), "%s: %v", cmp.Or(v.name(), "id"), err)
			return
		}
		*p = s
	}
}

// file sets the path of a file that must be there, inside the show's folder.
func file(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		name := path.Join(v.dir, s)
		if outside(s) && !strings.HasPrefix(s, "../") || outside(name) || strings.Contains(s, `\`) {
			v.errorf(rulePath, "copy the file into the folder and name it relative to "+orHere(v.dir), "%s: %s leaves the show's folder", v.name(), quote(s))
			return
		}
		if !v.folder.isFile(name) {
			v.errorf(ruleMissingFile, "", "%s: there is no file %s", v.name(), name)
			return
		}
		*p = name
	}
}

func orHere(dir string) string {
	if dir == "." {
		return "show.yaml"
	}
	return dir
}

// picture sets the path of a file in the show's folder, or an address.
func picture(p *string) setter {
	return func(v value) {
		if strings.Contains(v.node.text, "://") {
			webURL(p)(v)
		} else {
			file(p)(v)
		}
	}
}

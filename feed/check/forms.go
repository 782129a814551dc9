package check

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	bcp47 "golang.org/x/text/language"

	"onair/feed/tree"
	"onair/internal/finding"
	"onair/internal/source"
	"onair/internal/vocabulary"
)

// form checks a value that is not empty: the text of an element, or an attribute. attr
// is the attribute's name, empty for the text.
type form func(c *checker, e *tree.Element, attr, value string)

// what returns the name of a value, for a message.
func what(e *tree.Element, attr string) string {
	if attr == "" {
		return e.Name
	}
	return e.Name + " " + attr
}

// oneOf accepts any of the words.
func oneOf(r *finding.Rule, words ...string) form {
	return func(c *checker, e *tree.Element, attr, value string) {
		if slices.Contains(words, value) {
			return
		}
		hint := r.Hint
		if hint == "" || r == ruleValue {
			hint = "write " + source.OrList(words)
		}
		name := what(e, attr)
		if e.Name == "podcast:transcript" && attr == "type" {
			name = "transcript type"
		}
		c.addHint(r, e, hint, "%s is %s", name, quote(value))
	}
}

// matching accepts values that an expression matches as a whole.
func matching(expression, want string) form {
	re := regexp.MustCompile(`^(?:` + expression + `)$`)
	return func(c *checker, e *tree.Element, attr, value string) {
		if !re.MatchString(value) {
			c.addHint(ruleValue, e, want, "%s is %s", what(e, attr), quote(value))
		}
	}
}

var (
	mediaType   = matching(`[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;.*)?`, "write a media type, such as audio/mpeg")
	aspectRatio = matching(`[0-9.]+\s*[/:]\s*[0-9.]+|[0-9.]+`, "write width and height, such as 16/9")
	decimal     = matching(`[0-9]*\.?[0-9]+`, "write a number, such as 12.5")
	osm         = matching(`[NWRnwr][0-9]+(#[0-9]+)?`, "write N, W or R and the number of the object, such as R113314")
	feedGUID    = matching(uuidForm, "write the podcast:guid of the other feed")
)

const uuidForm = `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`

// number accepts whole numbers that are not less than least.
func number(r *finding.Rule, least int) form {
	return func(c *checker, e *tree.Element, attr, value string) {
		if n, err := strconv.ParseUint(value, 10, 53); err != nil || int(n) < least {
			hint := r.Hint
			if hint == "" || r == ruleValue {
				hint = fmt.Sprintf("write a whole number from %d on", least)
			}
			c.addHint(r, e, hint, "%s is %s", what(e, attr), quote(value))
		}
	}
}

var decimalNumber = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

func episodeNumber(c *checker, e *tree.Element, _, value string) {
	if !decimalNumber.MatchString(value) {
		c.addHint(ruleNumber, e, "write a decimal number, such as 100.5; words go into the attribute display", "%s is %s", e.Name, quote(value))
	}
}

func explicit(c *checker, e *tree.Element, _, value string) {
	switch strings.ToLower(value) {
	case "true", "false":
		if value == strings.ToLower(value) {
			return
		}
		fallthrough
	case "yes", "no", "clean", "explicit":
		c.milder(ruleExplicitValue, e, "itunes:explicit is %s, which apps still take", quote(value))
	default:
		c.add(ruleExplicitValue, e, "itunes:explicit is %s", quote(value))
	}
}

func onlyYes(c *checker, e *tree.Element, _, value string) {
	if !strings.EqualFold(value, "yes") {
		c.add(ruleOnlyYes, e, "%s is %s, which has no effect", e.Name, quote(value))
	}
}

// media are the values of podcast:medium. All but mixed also have a form for lists,
// with an L at the end.
var media = []string{"podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course", "mixed"}

func medium(c *checker, e *tree.Element, attr, value string) {
	if !slices.Contains(media, strings.TrimSuffix(value, "L")) || value == "mixedL" {
		c.add(ruleMedium, e, "%s is %s", what(e, attr), quote(value))
	}
}

var (
	twoLetters   = regexp.MustCompile(`(?i)^[a-z]{2}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?$`)
	threeLetters = regexp.MustCompile(`(?i)^[a-z]{3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?$`)
)

// showLanguage accepts the languages that Apple accepts: two letters of ISO 639, and
// optionally a script and a region. It warns about languages of three letters, which are
// correct, but which Apple does not list.
func showLanguage(c *checker, e *tree.Element, _, value string) {
	primary, _, _ := strings.Cut(value, "-")
	_, err := bcp47.ParseBase(strings.ToLower(primary))
	switch region, known := regionOf(value); {
	case err == nil && twoLetters.MatchString(value) && !known:
		c.milder(ruleLanguage, e, "language is %s; there is no country %s in ISO 3166", quote(value), quote(region))
	case err == nil && twoLetters.MatchString(value):
	case err == nil && threeLetters.MatchString(value):
		c.milder(ruleLanguage, e, "language is %s; Apple knows languages of two letters only", quote(value))
	default:
		c.add(ruleLanguage, e, "language is %s", quote(value))
	}
}

// regionOf returns the letters of the region in a language tag, and whether they are a
// country of ISO 3166. A tag without such letters counts as known.
func regionOf(tag string) (region string, known bool) {
	if region = tag[strings.LastIndexByte(tag, '-')+1:]; len(region) != 2 || region == tag {
		return "", true
	}
	return region, isCountry(region)
}

// isCountry reports whether a code of two letters is that of a country in ISO 3166-1.
func isCountry(code string) bool {
	r, err := bcp47.ParseRegion(code)
	return len(code) == 2 && err == nil && r.IsCountry() && r.Canonicalize() == r
}

func language(c *checker, e *tree.Element, attr, value string) {
	if _, err := bcp47.Parse(value); err != nil {
		c.addHint(ruleValue, e, "write a language tag, such as en or pt-br", "%s is %s", what(e, attr), quote(value))
	}
}

func country(c *checker, e *tree.Element, attr, value string) {
	if !isCountry(value) {
		c.addHint(ruleValue, e, "write the two letters of ISO 3166-1, such as DE", "%s is %s", what(e, attr), quote(value))
	}
}

var geoForm = regexp.MustCompile(`^geo:(-?[0-9]+(?:\.[0-9]+)?),(-?[0-9]+(?:\.[0-9]+)?)(,-?[0-9]+(\.[0-9]+)?)?(;[A-Za-z0-9=.,_~%+-]+)*$`)

// geo accepts a geo URI (RFC 5870).
func geo(c *checker, e *tree.Element, attr, value string) {
	m := geoForm.FindStringSubmatch(value)
	if m != nil {
		lat, _ := strconv.ParseFloat(m[1], 64)
		long, _ := strconv.ParseFloat(m[2], 64)
		if lat >= -90 && lat <= 90 && long >= -180 && long <= 180 {
			return
		}
	}
	c.addHint(ruleValue, e, "write latitude and longitude, such as geo:52.5,13.4", "%s is %s", what(e, attr), quote(value))
}

// isoDate accepts a date of ISO 8601, with or without a time.
func isoDate(c *checker, e *tree.Element, attr, value string) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02"} {
		if _, err := time.Parse(layout, value); err == nil {
			return
		}
	}
	c.addHint(ruleDate, e, "write 2021-02-26T20:00:00-05:00", "%s is %s", what(e, attr), quote(value))
}

// services are the names that the podcast namespace lists in serviceslugs.txt.
var services = []string{
	"acast", "amazon", "anchor", "apple", "audible", "audioboom", "backtracks", "bitcoin", "blubrry", "buzzsprout", "captivate", "castopod",
	"castos", "deezer", "facebook", "fireside", "fyyd", "google", "gpodder", "hypercatcher", "iheart", "itunes", "kasts", "libsyn", "mastodon",
	"megafono", "megaphone", "omnystudio", "overcast", "pandora", "paypal", "pinecast", "pocketcasts", "podbean", "podcastaddict",
	"podcastguru", "podcastindex", "podcasts.com", "podchaser", "podcloud", "podfriend", "podiant", "podigee", "podnews", "podomatic",
	"podserve", "podverse", "redcircle", "relayfm", "resonate", "rss.com", "shoutengine", "simplecast", "slack", "soundcloud", "spotify",
	"spreaker", "stitcher", "tiktok", "transistor", "tunein", "twitter", "whooshkaa", "youtube", "zencast",
}

// service accepts the name of a service.
func service(c *checker, e *tree.Element, attr, value string) {
	if slices.Contains(services, value) {
		return
	}
	hint := "write the name of a service as the podcast namespace lists it, such as google"
	if n := source.Nearest(value, services); n != "" {
		hint = "do you mean " + n + "?"
	}
	c.addHint(ruleValue, e, hint, "%s is %s", what(e, attr), quote(value))
}

// rruleParts has the parts of a recurrence rule, with the form of their values.
var rruleParts = sync.OnceValue(func() map[string]*regexp.Regexp {
	const (
		number = `[1-9][0-9]*`
		signed = `[+-]?` + number
		sixty  = `[0-5]?[0-9]`
		day    = `(?:SU|MO|TU|WE|TH|FR|SA)`
	)
	list := func(item string) string { return item + `(?:,` + item + `)*` }
	parts := map[string]*regexp.Regexp{}
	for name, form := range map[string]string{
		"FREQ": "SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY", "UNTIL": `[0-9]{8}(?:T[0-9]{6}Z?)?`, "COUNT": number, "INTERVAL": number,
		"BYSECOND": list(`(?:[0-5]?[0-9]|60)`), "BYMINUTE": list(sixty), "BYHOUR": list(`(?:[01]?[0-9]|2[0-3])`), "BYDAY": list(`(?:` + signed + `)?` + day),
		"BYMONTHDAY": list(signed), "BYYEARDAY": list(signed), "BYWEEKNO": list(signed), "BYMONTH": list(`(?:0?[1-9]|1[0-2])`),
		"BYSETPOS": list(signed), "WKST": day,
	} {
		parts[name] = regexp.MustCompile(`^(?:` + form + `)$`)
	}
	return parts
})

// rrule accepts a recurrence rule (RFC 5545 section 3.3.10).
func rrule(c *checker, e *tree.Element, attr, value string) {
	seen := map[string]bool{}
	ok := true
	for part := range strings.SplitSeq(value, ";") {
		name, v, _ := strings.Cut(part, "=")
		form := rruleParts()[name]
		ok = ok && form != nil && form.MatchString(v) && !seen[name]
		seen[name] = true
	}
	if !ok || !seen["FREQ"] || seen["UNTIL"] && seen["COUNT"] {
		c.addHint(ruleValue, e, "write FREQ=WEEKLY or FREQ=WEEKLY;BYDAY=MO", "%s is %s", what(e, attr), quote(value))
	}
}

var (
	uuid       = regexp.MustCompile(`^` + uuidForm + `$`)
	emailForm  = regexp.MustCompile(`^[^@\s<>,;:]+@[^@\s<>,;:]+\.[^@\s<>,;:.]+$`)
	yearOrSign = regexp.MustCompile(`(?i)©|\(c\)|copyright|\b(19|20)\d\d\b`)
	// licenseName matches the identifiers of common licences.
	licenseName = regexp.MustCompile(`(?i)^(?:` +
		`cc-(?:by|by-sa|by-nd|by-nc|by-nc-sa|by-nc-nd|nc|sa|nd|nc-sa|nd-nc|by-nd-nc)-[1-4]\.[0-9](?:-[a-z]{2,3})?|cc-pddc|cc-pdm-1\.0|cc0-1\.0|` +
		`(?:apache|[al]?gpl|gfdl|mpl|odbl|odc-by|pddl|ofl|artistic|epl|eupl|cecill|lal|ogl-uk|zpl|afl|osl|bsl|dl-de-by|dl-de-zero|etalab|lppl|ms-pl)-[0-9]+(?:\.[0-9]+)*(?:-[a-z0-9.-]+)?|` +
		`bsd-[0-4]-clause(?:-[a-z0-9-]+)?|0bsd|mit(?:-0)?|isc|zlib|unlicense|wtfpl|against-drm|arr|none)$`)
)

// integrity checks a digest in the form of Subresource Integrity.
func integrity(c *checker, e *tree.Element, attr, value string) {
	if e.Attr("type") == "sri" && !digest.MatchString(value) {
		c.addHint(ruleValue, e, "write sha384- and the digest in Base64", "%s is %s", what(e, attr), quote(value))
	}
}

var digest = regexp.MustCompile(`^sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2}(?:\s+sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2})*$`)

func showGUID(c *checker, e *tree.Element, _, value string) {
	switch {
	case !uuid.MatchString(value):
		c.add(ruleGUID, e, "podcast:guid %s is not a UUID", quote(value))
	case value[14] != '5':
		c.add(ruleGUIDVersion, e, "podcast:guid %s is a UUID of version %c, not 5", quote(value), value[14])
	}
}

func email(c *checker, e *tree.Element, attr, value string) {
	if !emailForm.MatchString(value) {
		c.addHint(ruleOwner, e, "write an address such as show@example.com; directories send a code there", "%s is %s, which is not an e-mail address", what(e, attr), quote(value))
	}
}

func license(c *checker, e *tree.Element, attr, value string) {
	short(c, e, attr, value)
	if !licenseName.MatchString(value) && e.Attr("url") == "" {
		c.addHint(ruleValue, e, "a licence of your own needs the attribute url; others have identifiers such as cc-by-4.0", "%s %s has no url", e.Name, quote(value))
	}
}

func freeText(c *checker, e *tree.Element, _, value string) {
	if e.Attr("purpose") == "ai-content" && value != "true" && value != "false" {
		c.addHint(ruleValue, e, "write true or false", "podcast:txt for ai-content is %s", quote(value))
	}
}

const chaptersMedia = "application/json+chapters"

var transcriptTypes = []string{"text/vtt", "application/x-subrip", "application/json", "text/html", "text/plain"}

func chaptersType(c *checker, e *tree.Element, _, value string) {
	if value != chaptersMedia {
		c.add(ruleChaptersType, e, "chapters type is %s", quote(value))
	}
}

// person reports roles and groups that the Podcast Taxonomy does not have.
func (c *checker) person(e *tree.Element) {
	role, hasRole := e.Lookup("role")
	group, hasGroup := e.Lookup("group")
	if !hasGroup {
		group = "cast"
	}
	if !hasRole {
		role = "host"
	}
	switch {
	case vocabulary.Roles[strings.ToLower(group)] == nil:
		c.suggest(ruleValue, e, "see podcasttaxonomy.com for groups and roles", "the Podcast Taxonomy has no group %s", quote(group))
	case !hasRole && hasGroup:
	case !vocabulary.HasRole(group, role):
		c.suggest(ruleValue, e, "see podcasttaxonomy.com for groups and roles; the group is cast unless it is given", "the group %s of the Podcast Taxonomy has no role %s", quote(group), quote(role))
	}
}

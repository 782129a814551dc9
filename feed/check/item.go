package check

import (
	"cmp"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"onair/feed/tree"
	"onair/internal/finding"
)

// item checks an item, adds it to the report, and compares it with the items before it.
func (c *checker) item(it *tree.Element) {
	c.children(it, "item")
	for _, r := range []struct {
		name string
		rule *finding.Rule
	}{
		{"title", ruleItemNoTitle}, {"guid", ruleItemNoGUID}, {"pubDate", ruleNoDate},
		{"description", ruleItemNoDescription}, {"itunes:duration", ruleDuration}, {"link", ruleItemNoLink},
	} {
		if e := it.Child(r.name); e.Value() == "" && !it.Cut {
			c.add(r.rule, cmp.Or(e, it), "the episode has no %s", r.name)
		}
	}
	c.content(it)
	c.record(it)
}

// liveItem checks a podcast:liveItem. The table of elements says which elements it
// requires.
func (c *checker) liveItem(it *tree.Element) {
	if e := it.Child("title"); e != nil && e.Value() == "" {
		c.add(ruleItemNoTitle, e, "the live item has no title")
	}
	if e := it.Child("guid"); e != nil && e.Value() == "" {
		c.add(ruleItemNoGUID, e, "the live item has no guid")
	}
	c.content(it)
	c.sameLive(it)
}

// content checks the elements that items and liveItems share.
func (c *checker) content(it *tree.Element) {
	seconds, _ := clockTime(it.Child("itunes:duration").Value())
	for _, e := range it.Children {
		if e.Cut {
			continue
		}
		switch e.Name {
		case "guid":
			c.permaLink(e)
		case "enclosure":
			c.enclosure(e, seconds)
		case "itunes:explicit":
			if e.Value() == "" {
				c.milder(ruleIncomplete, e, "itunes:explicit is empty")
			}
		case "itunes:image":
			if strings.TrimSpace(e.Attr("href")) == "" {
				c.add(ruleIncomplete, e, "itunes:image has no href")
			}
		case "podcast:soundbite":
			c.soundbite(e, seconds)
		case "psc:chapters":
			c.simpleChapters(e, seconds)
		}
	}
	if it.Name == "item" && it.Child("enclosure") == nil && !it.Cut {
		c.add(ruleNoEnclosure, it, "the episode has no enclosure")
	}
	c.twice(it)
	c.copies(it)
}

func (c *checker) permaLink(e *tree.Element) {
	guid := e.Value()
	if hasUser(guid) {
		c.add(rulePassword, e, "guid: address %s has a user name or password in it", quote(guid))
	} else if _, problem := parseAddress(guid); guid != "" && !strings.EqualFold(e.Attr("isPermaLink"), "false") && problem != "" {
		c.add(rulePermaLink, e, "GUID %s is declared to be a link", quote(guid))
	}
}

// enclosure checks an enclosure. seconds is the duration of the episode, or 0 if it is
// not known.
func (c *checker) enclosure(e *tree.Element, seconds int) {
	raw := strings.TrimSpace(e.Attr("url"))
	if raw == "" {
		c.add(ruleNoEnclosure, e, "the episode has no enclosure")
		return
	}
	length, err := strconv.ParseInt(strings.TrimSpace(e.Attr("length")), 10, 64)
	if err != nil || length <= 0 {
		c.add(ruleLength, e, "enclosure length is %s", quote(e.Attr("length")))
	} else if d := int64(seconds); d >= 10 && length/d < 1000 { // 8 kbit/s
		c.add(ruleShortEnclosure, e, "enclosure has %d bytes for %d seconds", length, d)
	}
	before := c.report.Counts[ruleExpires.ID]
	c.lasting(e, raw)
	if c.report.Counts[ruleExpires.ID] == before {
		c.enclosureType(e, raw)
	}
}

// enclosureType compares the type with the lists of PSP-1 and Apple, and with the
// extension of the URL, which Apple goes by instead of the type.
func (c *checker) enclosureType(e *tree.Element, raw string) {
	kind := e.Attr("type")
	extensions, ok := enclosureTypes[kind]
	if !ok {
		c.add(ruleEnclosureType, e, "enclosure type is %s", quote(kind))
		return
	}
	u, problem := parseAddress(raw)
	if problem != "" {
		return // already reported as a malformed address
	}
	if ext := strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), ".")); !slices.Contains(extensions, ext) {
		c.add(ruleExtension, e, "enclosure of type %s has the extension %s", kind, quote(ext))
	}
}

// enclosureTypes are the types that PSP-1 and Apple list, with their extensions.
var enclosureTypes = map[string][]string{
	"audio/mpeg":      {"mp3"},
	"audio/m4a":       {"m4a"},
	"audio/x-m4a":     {"m4a"},
	"video/m4v":       {"m4v"},
	"video/x-m4v":     {"m4v"},
	"video/mp4":       {"mp4"},
	"video/quicktime": {"mov"},
	"application/pdf": {"pdf"},
}

// textTypes are the types of transcripts and chapters, with their extensions.
var textTypes = map[string][]string{
	"text/vtt":             {"vtt"},
	"application/x-subrip": {"srt"},
	"application/json":     {"json"},
	chaptersMedia:          {"json"},
	"text/html":            {"html", "htm"},
	"text/plain":           {"txt"},
}

// knownTypes are the types of enclosures, transcripts and chapters.
var knownTypes = slices.AppendSeq(slices.Collect(maps.Keys(enclosureTypes)), maps.Keys(textTypes))

// extension compares the extension of a transcript or chapters file with its type.
func (c *checker) extension(e *tree.Element) {
	u, err := url.Parse(e.Attr("url"))
	if err != nil {
		return
	}
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), "."))
	expected := textTypes[e.Attr("type")]
	if len(expected) == 0 || slices.Contains(expected, ext) {
		return
	}
	for _, other := range textTypes {
		if slices.Contains(other, ext) {
			c.addHint(ruleNamedTwice, e, "apps go by the type: declare what the file is", "%s with the extension .%s is declared as %s", e.Name, ext, e.Attr("type"))
			return
		}
	}
}

// twice reports persons, transcripts and chapters files that are listed twice.
func (c *checker) twice(parent *tree.Element) {
	var seen []string
	for _, e := range parent.Children {
		key, hint := "", "name the file once"
		switch e.Name {
		case "podcast:person":
			group, role := strings.ToLower(cmp.Or(e.Attr("group"), "cast")), strings.ToLower(cmp.Or(e.Attr("role"), "host"))
			key, hint = e.Value()+"\x00"+role+"\x00"+group, "name a person once for each role"
		case "podcast:transcript", "podcast:chapters":
			key = e.Attr("url")
		}
		if key == "" || strings.HasPrefix(key, "\x00") {
			continue
		}
		key = e.Name + "\x00" + key
		if slices.Contains(seen, key) {
			c.addHint(ruleNamedTwice, e, hint, "%s %s is named twice", e.Name, quote(cmp.Or(e.Attr("url"), e.Value())))
		}
		seen = append(seen, key)
	}
}

// soundbite checks that a soundbite has a suitable length and lies within the episode.
func (c *checker) soundbite(e *tree.Element, seconds int) {
	start, err := strconv.ParseFloat(e.Attr("startTime"), 64)
	length, err2 := strconv.ParseFloat(e.Attr("duration"), 64)
	switch {
	case err != nil || err2 != nil:
	case seconds > 0 && start >= float64(seconds):
		c.addHint(ruleValue, e, "times are seconds from the start of the episode", "soundbite begins at %gs, after the end of the episode at %ds", start, seconds)
	case seconds > 0 && start+length > float64(seconds)+1:
		c.addHint(ruleValue, e, "times are seconds from the start of the episode", "soundbite ends at %gs, after the end of the episode at %ds", start+length, seconds)
	case length < 15 || length > 120:
		c.add(ruleSoundbite, e, "soundbite of %g seconds", length)
	}
}

// simpleChapters checks Podlove Simple Chapters.
func (c *checker) simpleChapters(chapters *tree.Element, seconds int) {
	last := -1.0
	for e := range chapters.All("psc:chapter") {
		start, ok := playTime(e.Attr("start"))
		switch {
		case e.Attr("start") == "":
			c.addHint(ruleSimpleChapters, e, "write start, such as 00:12:30", "psc:chapter %s has no time", quote(e.Attr("title")))
		case !ok:
			c.addHint(ruleSimpleChapters, e, "write the start as 00:12:30.250", "psc:chapter starts at %s", quote(e.Attr("start")))
		case start < last:
			c.addHint(ruleSimpleChapters, e, "sort chapters by their start", "psc:chapter at %s is out of order", e.Attr("start"))
		case seconds > 0 && start >= float64(seconds):
			c.addHint(ruleSimpleChapters, e, "times are from the start of the episode", "psc:chapter at %s begins after the end of the episode at %ds", e.Attr("start"), seconds)
		}
		if ok {
			last = max(last, start)
		}
	}
}

var (
	wholeSeconds = regexp.MustCompile(`^[0-9]{1,9}$`)
	clock        = regexp.MustCompile(`^(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{2})$`)
	playForm     = regexp.MustCompile(`^(?:(?:([0-9]{1,3}):)?([0-9]{1,2}):)?([0-9]{1,6}(?:\.[0-9]{1,9})?)$`)
)

// playTime reads a normal play time, such as 1:02:03.5, as seconds.
func playTime(s string) (seconds float64, ok bool) {
	m := playForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, false
	}
	hours, _ := strconv.Atoi("0" + m[1])
	minutes, _ := strconv.Atoi("0" + m[2])
	seconds, _ = strconv.ParseFloat(m[3], 64)
	return float64(hours*3600+minutes*60) + seconds, true
}

// clockTime reads a duration in whole seconds, or in a form such as 1:02:03.
func clockTime(s string) (seconds int, ok bool) {
	if wholeSeconds.MatchString(s) {
		seconds, _ = strconv.Atoi(s)
		return seconds, true
	}
	m := clock.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	hours, _ := strconv.Atoi("0" + m[1])
	minutes, _ := strconv.Atoi(m[2])
	rest, _ := strconv.Atoi(m[3])
	return hours*3600 + minutes*60 + rest, rest < 60 && (m[1] == "" || minutes < 60)
}

// duration checks itunes:duration.
func duration(c *checker, e *tree.Element, _, value string) {
	seconds, ok := clockTime(value)
	switch {
	case !ok && clock.MatchString(value):
		c.add(ruleDuration, e, "itunes:duration is %s, which no clock shows", quote(value))
	case !ok:
		c.add(ruleDuration, e, "itunes:duration is %s", quote(value))
	case seconds == 0:
		c.add(ruleDuration, e, "itunes:duration is zero")
	case strings.Contains(value, ":"):
		c.add(ruleDurationForm, e, "itunes:duration is %s", quote(value))
	}
}

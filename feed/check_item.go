package feed

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"onair/internal/finding"
)

// item checks one item and records what must be unique among all.
func (c *checker) item(it *element) {
	c.items++
	c.values(it)
	for _, r := range []struct {
		name string
		rule *finding.Rule
	}{
		{"title", ruleItemNoTitle}, {"guid", ruleItemNoGUID}, {"pubDate", ruleNoDate},
		{"description", ruleItemNoDescription}, {"itunes:duration", ruleDuration}, {"link", ruleItemNoLink},
	} {
		if e := it.child(r.name); e == nil || !e.hasValue() {
			c.add(r.rule, cmp.Or(e, it), "the episode has no %s", r.name)
		}
	}
	c.guid(it.child("guid"))
	c.enclosure(it)
	kind := "full"
	if e := it.child("itunes:episodeType"); e != nil {
		kind = e.value()
	}
	if kind == "full" && it.child("itunes:episode") == nil {
		c.unnumbered = append(c.unnumbered, positionOnly(it))
	}
	if it.child("podcast:person") != nil && !slices.ContainsFunc(it.children, isHost) {
		c.hostless = append(c.hostless, positionOnly(it))
	}
	for _, e := range it.children {
		c.itemElement(e)
	}
}

// positionOnly returns an element with the position of e and nothing else, so that
// the item itself need not stay in memory.
func positionOnly(e *element) *element { return &element{line: e.line, column: e.column} }

func (c *checker) guid(e *element) {
	if e == nil {
		return
	}
	guid := e.value()
	if guid == "" {
		return
	}
	if line, ok := c.guids[guid]; ok {
		c.add(ruleSameGUID, e, "GUID %s is also that of the episode on line %d", quote(guid), line)
	} else {
		c.guids[guid] = e.line
	}
	if _, problem := address(guid); e.attr("isPermaLink") != "false" && problem != "" {
		c.add(rulePermaLink, e, "GUID %s is declared to be a link", quote(guid))
	}
}

func (c *checker) enclosure(it *element) {
	e := it.child("enclosure")
	if e == nil || e.attr("url") == "" {
		c.add(ruleNoEnclosure, cmp.Or(e, it), "the episode has no enclosure")
		return
	}
	raw := e.attr("url")
	if line, ok := c.enclosures[raw]; ok {
		c.add(ruleSameEnclosure, e, "enclosure %s is also that of the episode on line %d", quote(raw), line)
	} else {
		c.enclosures[raw] = e.line
	}
	length, err := strconv.ParseInt(e.attr("length"), 10, 64)
	if err != nil || length <= 0 {
		c.add(ruleLength, e, "enclosure length is %s", quote(e.attr("length")))
	} else if d, ok := duration(it); ok && d >= 10 && length/d < 1000 { // 8 kbit/s
		c.add(ruleShortEnclosure, e, "enclosure has %d bytes for %d seconds", length, d)
	}
	c.enclosureType(e)
}

// enclosureType compares the type with the lists of PSP-1 and Apple, and with the
// extension of the URL, which Apple uses instead.
func (c *checker) enclosureType(e *element) {
	kind := e.attr("type")
	extensions, ok := enclosureTypes[kind]
	if !ok {
		c.add(ruleEnclosureType, e, "enclosure type is %s", quote(kind))
		return
	}
	u, err := url.Parse(e.attr("url"))
	if err != nil {
		return // already reported as a malformed address
	}
	if ext := strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), ".")); !slices.Contains(extensions, ext) {
		c.add(ruleExtension, e, "enclosure of type %s has the extension %s", kind, quote(ext))
	}
}

// enclosureTypes are the types of PSP-1 and Apple, with their extensions.
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

// itemElement checks the value of one element.
func (c *checker) itemElement(e *element) {
	value := e.value()
	switch e.name {
	case "itunes:duration":
		switch {
		case value == "" || wholeSeconds.MatchString(value):
		case clock.MatchString(value):
			c.add(ruleDurationForm, e, "itunes:duration is %s", quote(value))
		default:
			c.add(ruleDuration, e, "itunes:duration is %s", quote(value))
		}
	case "itunes:episodeType":
		if value != "full" && value != "trailer" && value != "bonus" {
			c.add(ruleEpisodeType, e, "itunes:episodeType is %s", quote(value))
		}
	case "itunes:season", "itunes:episode", "podcast:season":
		if n, err := strconv.Atoi(value); err != nil || n < 1 {
			c.add(ruleNumber, e, "%s is %s", e.name, quote(value))
		}
	case "podcast:transcript":
		if kind := e.attr("type"); kind != "" && !slices.Contains(transcriptTypes, kind) {
			c.add(ruleTranscriptType, e, "transcript type is %s", quote(kind))
		}
	case "podcast:chapters":
		if kind := e.attr("type"); kind != "" && kind != chaptersType {
			c.add(ruleChaptersType, e, "chapters type is %s", quote(kind))
		}
	case "podcast:soundbite":
		if d, err := strconv.ParseFloat(e.attr("duration"), 64); err == nil && (d < 15 || d > 120) {
			c.add(ruleSoundbite, e, "soundbite of %g seconds", d)
		}
	}
}

var transcriptTypes = []string{"text/vtt", "application/x-subrip", "application/json", "text/html", "text/plain"}

var (
	wholeSeconds = regexp.MustCompile(`^[0-9]{1,9}$`)
	clock        = regexp.MustCompile(`^([0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2}$`)
)

// duration returns an item's itunes:duration in seconds. ok is false if it has
// another form.
func duration(it *element) (seconds int64, ok bool) {
	e := it.child("itunes:duration")
	if e == nil || !wholeSeconds.MatchString(e.value()) {
		return 0, false
	}
	d, err := strconv.ParseInt(e.value(), 10, 64)
	return d, err == nil
}

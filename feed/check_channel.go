package feed

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"onair/internal/finding"
)

// channel checks the channel's own elements. It runs after the items were read.
func (c *checker) channel() {
	ch := c.show
	c.values(ch)
	for _, r := range []struct {
		name string
		rule *finding.Rule
	}{
		{"title", ruleNoTitle}, {"description", ruleNoDescription}, {"link", ruleNoLink}, {"language", ruleLanguage},
		{"itunes:category", ruleNoCategory}, {"itunes:explicit", ruleNoExplicit}, {"itunes:image", ruleNoImage},
		{"podcast:guid", ruleNoGUID}, {"itunes:author", ruleNoAuthor}, {"podcast:locked", ruleNoLocked},
	} {
		if e := ch.child(r.name); e == nil || !e.hasValue() {
			c.add(r.rule, cmp.Or(e, ch), "the show has no %s", r.name)
		}
	}
	if !slices.ContainsFunc(ch.children, isSelfLink) {
		c.add(ruleNoSelfLink, ch, "no atom:link to the feed itself")
	}
	for _, e := range ch.children {
		c.channelElement(e)
	}
	if c.items == 0 {
		c.add(ruleNoEpisode, ch, "no episode")
	}
	c.acrossItems()
}

func isSelfLink(e *element) bool {
	return e.name == "atom:link" && e.attr("rel") == "self" && e.attr("href") != ""
}

// channelElement checks the value of one element.
func (c *checker) channelElement(e *element) {
	value := e.value()
	switch e.name {
	case "language":
		if value != "" && !languageTag.MatchString(value) {
			c.add(ruleLanguage, e, "language is %s", quote(value))
		}
	case "podcast:guid":
		if value != "" && !uuid.MatchString(value) {
			c.add(ruleGUID, e, "podcast:guid %s is not a UUID", quote(value))
		}
	case "podcast:locked":
		if value != "" && value != "yes" && value != "no" {
			c.add(ruleLocked, e, "podcast:locked is %s", quote(value))
		}
	case "podcast:medium":
		if !slices.Contains(media, strings.TrimSuffix(value, "L")) {
			c.add(ruleMedium, e, "podcast:medium is %s", quote(value))
		}
	case "itunes:type":
		if value != "episodic" && value != "serial" {
			c.add(ruleType, e, "itunes:type is %s", quote(value))
		}
	case "copyright":
		if yearOrSign.MatchString(value) {
			c.add(ruleCopyright, e, "copyright has the sign, the word or a year in it: %s", quote(value))
		}
	}
}

var (
	languageTag = regexp.MustCompile(`(?i)^[a-z]{2}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?$`)
	uuid        = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	yearOrSign  = regexp.MustCompile(`(?i)©|\(c\)|copyright|\b(19|20)\d\d\b`)
)

// media are the values of podcast:medium. With an L at the end they stand for
// lists, mixed excepted.
var media = []string{"podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course", "mixed"}

// acrossItems checks the items by what the channel says.
func (c *checker) acrossItems() {
	if t := c.show.child("itunes:type"); t != nil && t.value() == "serial" {
		for _, e := range c.unnumbered {
			c.add(ruleUnnumbered, e, "serial show, but the episode has no itunes:episode")
		}
	}
	if slices.ContainsFunc(c.show.children, isHost) {
		for _, e := range c.hostless {
			c.add(ruleNoHost, e, "the episode names persons, but none of the hosts")
		}
	}
}

// isHost reports whether an element is a person with the role host, which is
// also the default role.
func isHost(e *element) bool {
	role, ok := e.lookup("role")
	return e.name == "podcast:person" && (!ok || strings.EqualFold(role, "host"))
}

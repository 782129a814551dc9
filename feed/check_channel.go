package feed

import (
	"regexp"
	"slices"
	"strings"
)

// channel checks what the channel says of the show. It runs last, when the
// items have been seen.
func (c *checker) channel() {
	ch := c.show
	c.values(ch)
	for _, r := range []struct{ name, rule string }{
		{"title", "F020"}, {"description", "F021"}, {"link", "F022"}, {"language", "F023"},
		{"itunes:category", "F024"}, {"itunes:explicit", "F026"}, {"itunes:image", "F027"},
		{"podcast:guid", "F029"}, {"itunes:author", "F032"}, {"podcast:locked", "F033"},
	} {
		if e := ch.child(r.name); e == nil || !e.says() {
			c.add(r.rule, orElse(e, ch), "the show has no %s", r.name)
		}
	}
	if !slices.ContainsFunc(ch.children, isSelfLink) {
		c.add("F028", ch, "no atom:link to the feed itself")
	}
	for _, e := range ch.children {
		c.channelElement(e)
	}
	if c.items == 0 {
		c.add("F037", ch, "no episode")
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
			c.add("F023", e, "language is %s", quote(value))
		}
	case "podcast:guid":
		if value != "" && !uuid.MatchString(value) {
			c.add("F030", e, "podcast:guid %s is not a UUID", quote(value))
		}
	case "podcast:locked":
		if value != "" && value != "yes" && value != "no" {
			c.add("F034", e, "podcast:locked is %s", quote(value))
		}
	case "podcast:medium":
		if !slices.Contains(media, strings.TrimSuffix(value, "L")) {
			c.add("F038", e, "podcast:medium is %s", quote(value))
		}
	case "itunes:type":
		if value != "episodic" && value != "serial" {
			c.add("F035", e, "itunes:type is %s", quote(value))
		}
	case "copyright":
		if yearOrSign.MatchString(value) {
			c.add("F036", e, "copyright has the sign, the word or a year in it: %s", quote(value))
		}
	}
}

var (
	languageTag = regexp.MustCompile(`(?i)^[a-z]{2}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?$`)
	uuid        = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	yearOrSign  = regexp.MustCompile(`(?i)©|\(c\)|copyright|\b(19|20)\d\d\b`)
)

// media are the values of podcast:medium; all but mixed also with an L, for lists.
var media = []string{"podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course", "mixed"}

// acrossItems checks what depends on the channel and its items together.
func (c *checker) acrossItems() {
	if t := c.show.child("itunes:type"); t != nil && t.value() == "serial" {
		for _, e := range c.unnumbered {
			c.add("F055", e, "serial show, but the episode has no itunes:episode")
		}
	}
	if slices.ContainsFunc(c.show.children, isHost) {
		for _, e := range c.hostless {
			c.add("F060", e, "the episode names persons, but none of the hosts")
		}
	}
}

// isHost reports whether an element is a person with the role host, which is
// the default.
func isHost(e *element) bool {
	role, ok := e.lookup("role")
	return e.name == "podcast:person" && (!ok || strings.EqualFold(role, "host"))
}

// says reports whether an element has a value: text, or an attribute that
// carries it.
func (e *element) says() bool {
	return e.value() != "" || e.attr("href") != "" || e.attr("text") != ""
}

// orElse returns the first that is not nil.
func orElse(e, other *element) *element {
	if e != nil {
		return e
	}
	return other
}

package feed

import (
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// values checks the children of an element by the rules for any element: sizes,
// space, repetitions, required attributes, addresses, dates, true and false.
func (c *checker) values(parent *element) {
	seen := map[string]bool{}
	for _, e := range parent.children {
		if strings.HasPrefix(e.name, foreign) {
			continue
		}
		if slices.Contains(single, e.name) && seen[e.name] {
			c.add(ruleRepeated, e, "%s is written more than once", e.name)
		}
		seen[e.name] = true
		c.size(e)
		c.attributes(e)
		c.addresses(e)
		c.format(e)
	}
}

// single are the elements that may occur once in a channel or an item.
var single = []string{
	"title", "description", "link", "language", "copyright", "pubDate", "lastBuildDate", "guid", "enclosure",
	"itunes:author", "itunes:block", "itunes:complete", "itunes:duration", "itunes:episode", "itunes:episodeType",
	"itunes:explicit", "itunes:image", "itunes:new-feed-url", "itunes:season", "itunes:title", "itunes:type",
	"podcast:chapters", "podcast:episode", "podcast:guid", "podcast:license", "podcast:locked", "podcast:medium",
	"podcast:season", "podcast:updateFrequency",
}

// size checks lengths, and the space around values.
func (c *checker) size(e *element) {
	value := e.value()
	characters := utf8.RuneCountInString(value)
	switch {
	case e.name == "description":
		if len(value) > maxDescription {
			c.add(ruleLongDescription, e, "description has %d bytes", len(value))
		}
		return
	case e.name == "content:encoded" || e.name == "itunes:summary" || len(e.children) > 0:
		return
	case e.name == "podcast:txt":
		if characters > 4000 {
			c.findings.Add(ruleLongText.At(c.position(e), "podcast:txt has %d characters, 4000 are allowed", characters).WithHint(""))
		}
	case slices.Contains(shortNames, e.name):
		if characters > 128 {
			c.add(ruleLongText, e, "%s has %d characters", e.name, characters)
		}
	case characters > 255:
		c.add(ruleLongValue, e, "%s has %d characters", e.name, characters)
	}
	if value != e.text && value != "" {
		c.add(ruleSpace, e, "%s has space around it", e.name)
	}
}

// shortNames are the elements whose text may have 128 characters.
var shortNames = []string{"podcast:person", "podcast:funding", "podcast:soundbite", "podcast:license", "podcast:updateFrequency", "podcast:location"}

// attributes checks that elements of the podcast namespace have what they require.
func (c *checker) attributes(e *element) {
	needs := required[e.name]
	if e.name == "podcast:socialInteract" && e.attr("protocol") == "disabled" {
		needs = nil
	}
	for _, name := range needs {
		switch {
		case name == "" && e.value() == "":
			c.add(ruleIncomplete, e, "%s is empty", e.name)
		case name != "" && e.attr(name) == "":
			c.add(ruleIncomplete, e, "%s has no %s", e.name, name)
		}
	}
}

// required are the attributes that an element requires; "" stands for its text.
var required = map[string][]string{
	"podcast:chapters":       {"url", "type"},
	"podcast:funding":        {"url"},
	"podcast:license":        {""},
	"podcast:location":       {""},
	"podcast:person":         {""},
	"podcast:socialInteract": {"protocol", "uri"},
	"podcast:soundbite":      {"startTime", "duration"},
	"podcast:trailer":        {"", "url", "pubdate"},
	"podcast:transcript":     {"url", "type"},
	"podcast:txt":            {""},
}

// addresses checks the URLs of an element.
func (c *checker) addresses(e *element) {
	for _, name := range addressed[e.name] {
		raw := e.attr(name)
		if name == "" {
			raw = e.value()
		}
		if raw == "" {
			continue // attributes reports it if it is required
		}
		u, problem := address(raw)
		switch {
		case problem != "":
			c.add(ruleAddress, e, "%s: address %s %s", e.name, quote(raw), problem)
		case u.Scheme == "http" && !isLocal(u.Hostname()):
			c.add(ruleNotHTTPS, e, "%s: %s is not https", e.name, quote(raw))
		}
	}
}

// addressed are the attributes that hold a URL; "" stands for the text.
var addressed = map[string][]string{
	"atom:link":           {"href"},
	"enclosure":           {"url"},
	"itunes:image":        {"href"},
	"itunes:new-feed-url": {""},
	"link":                {""},
	"podcast:chapters":    {"url"},
	"podcast:funding":     {"url"},
	"podcast:license":     {"url"},
	"podcast:person":      {"href", "img"},
	"podcast:trailer":     {"url"},
	"podcast:transcript":  {"url"},
}

// address parses an absolute http or https URL. problem says what is wrong with
// it; it is empty for a valid one.
func address(raw string) (u *url.URL, problem string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, "is malformed"
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, "is not an http or https address"
	case u.Host == "":
		return nil, "has no host"
	case strings.ContainsAny(raw, " \t\r\n"):
		return nil, "has space in it"
	}
	return u, ""
}

// isLocal reports whether a host is this machine. A local preview of a feed does
// not need https.
func isLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// format checks dates and booleans.
func (c *checker) format(e *element) {
	value := e.value()
	if value == "" {
		return
	}
	switch e.name {
	case "pubDate", "lastBuildDate":
		if _, err := mail.ParseDate(value); err != nil {
			c.add(ruleDate, e, "%s is %s", e.name, quote(value))
		} else if zone := value[strings.LastIndexByte(value, ' ')+1:]; zone != "GMT" && !strings.ContainsAny(zone, "+-") {
			c.add(ruleZone, e, "%s has the zone %s", e.name, quote(zone))
		}
	case "itunes:explicit":
		if value != "true" && value != "false" {
			c.add(ruleExplicitValue, e, "itunes:explicit is %s", quote(value))
		}
	}
}

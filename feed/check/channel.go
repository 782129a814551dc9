package check

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"onair/feed/tree"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/internal/vocabulary"
)

// channel checks the elements of the channel itself. It runs after the items have been
// read.
func (c *checker) channel(ch *tree.Element) {
	c.declarations(ch, true)
	c.children(ch, "channel")
	if c.report.Items > 0 || !ch.Cut { // else what describes the show may be cut off
		c.required(ch)
	}
	for _, e := range ch.Children {
		switch e.Name {
		case "itunes:category":
			c.category(e)
		case "itunes:owner":
			if e.Child("itunes:email").Value() == "" {
				c.addHint(ruleOwner, e, "directories send a code to it when the show is claimed", "itunes:owner has no itunes:email")
			}
		case "image":
			c.image(e)
		case "podcast:liveItem":
			c.liveItem(e)
		case "atom:link":
			c.link(e)
		}
	}
	c.twice(ch)
	c.summary(ch)
	c.paging(ch)
	if c.report.Items == 0 && !ch.Cut {
		c.add(ruleNoEpisode, ch, "no episode")
	}
}

// required reports elements that every show needs and the channel lacks.
func (c *checker) required(ch *tree.Element) {
	for _, r := range []struct {
		name, attr string
		rule       *finding.Rule
	}{
		{"title", "", ruleNoTitle}, {"description", "", ruleNoDescription}, {"link", "", ruleNoLink}, {"language", "", ruleLanguage},
		{"itunes:category", "text", ruleNoCategory}, {"itunes:explicit", "", ruleNoExplicit}, {"itunes:image", "href", ruleNoImage},
		{"podcast:guid", "", ruleNoGUID}, {"itunes:author", "", ruleNoAuthor}, {"podcast:locked", "", ruleNoLocked},
	} {
		e := ch.Child(r.name)
		switch {
		case e == nil:
			c.add(r.rule, ch, "the show has no %s", r.name)
		case r.attr == "" && e.Value() == "":
			c.add(r.rule, e, "the show has no %s", r.name)
		case r.attr != "" && strings.TrimSpace(e.Attr(r.attr)) == "":
			c.add(r.rule, e, "the show's %s has no %s", r.name, r.attr)
		}
	}
	if !slices.ContainsFunc(ch.Children, isSelfLink) {
		c.add(ruleNoSelfLink, ch, "no atom:link to the feed itself")
	}
}

func isSelfLink(e *tree.Element) bool {
	return e.Name == "atom:link" && e.Attr("rel") == "self" && strings.TrimSpace(e.Attr("href")) != ""
}

// category checks one of the show's categories and the categories nested in it.
func (c *checker) category(e *tree.Element) {
	name := e.Attr("text")
	if strings.TrimSpace(name) == "" {
		return // the method required reports a first category without a name
	}
	known := true
	if hint, ok := vocabulary.Category(name, ""); !ok {
		known = false
		if e.Child("itunes:category") == nil {
			c.unknownCategory(e, hint, name)
			return
		}
	}
	unknown := 0
	for sub := range e.All("itunes:category") {
		hint, ok := vocabulary.Category(name, sub.Attr("text"))
		if !ok && sub.Attr("text") != "" {
			unknown++
			at := sub
			if !known {
				at = e
			}
			c.unknownCategory(at, hint, name+" > "+sub.Attr("text"))
		}
		for deeper := range sub.All("itunes:category") {
			c.unknownCategory(deeper, "Apple's categories have two levels: write it beside the others", name+" > "+sub.Attr("text")+" > "+deeper.Attr("text"))
		}
	}
	if !known && unknown == 0 {
		hint, _ := vocabulary.Category(name, "")
		c.unknownCategory(e, hint, name)
	}
}

func (c *checker) unknownCategory(e *tree.Element, hint, path string) {
	c.addHint(ruleCategory, e, cmp.Or(hint, ruleCategory.Hint), "category %s is not on Apple's list", quote(path))
}

// image checks the image element of RSS.
func (c *checker) image(e *tree.Element) {
	var missing []string
	for _, name := range []string{"url", "title", "link"} {
		if e.Child(name).Value() == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		c.addHint(ruleOwner, e, "RSS wants url, title and link in an image", "image has no %s", orList(missing))
	}
}

// link records the links to the feed itself and to its last page.
func (c *checker) link(e *tree.Element) {
	to := Link{Position: c.position(e), URL: strings.TrimSpace(e.Attr("href")), Type: e.Attr("type")}
	r := c.report
	switch rel := e.Attr("rel"); {
	case to.URL == "" && rel != "self": // another rule reports that there is no link to the feed itself
		c.milder(ruleIncomplete, e, "atom:link has no href")
	case rel == "self":
		r.Self = cmp.Or(r.Self, to)
	case rel == "last":
		r.Last = cmp.Or(r.Last, to)
	}
}

var pageNumber = regexp.MustCompile(`(?i)\b(?:page|paged|p)[=/-]?([0-9]{1,4})\b`)

// paging reports that the feed has further pages.
func (c *checker) paging(ch *tree.Element) {
	e := ch.NextPage()
	if e == nil {
		return
	}
	c.report.Next = Link{Position: c.position(e), URL: strings.TrimSpace(e.Attr("href")), Type: e.Attr("type")}
	if e.Attr("rel") == "prev-archive" {
		c.add(rulePaged, e, "an archived feed: older episodes are at %s", quote(e.Attr("href")))
	} else {
		pages := "further pages"
		if m := pageNumber.FindStringSubmatch(c.report.Last.URL); m != nil {
			if n, _ := strconv.Atoi(m[1]); n > 1 {
				pages = plural.Count(n-1, "page") + " more"
			}
		}
		c.add(rulePaged, e, "a paged feed: %s, the next is %s", pages, quote(e.Attr("href")))
	}
}

// PagesLeft reports that only the first count pages of a feed were checked. at is the
// place of the link to the page after them.
func PagesLeft(at finding.Position, count int) finding.Finding {
	return rulePaged.At(at, "pages beyond the first %d are not checked", count).WithSeverity(finding.Warning)
}

// summary records the show's title, GUID, host and artwork in the report. It also reports
// texts that repeat the description of the show.
func (c *checker) summary(ch *tree.Element) {
	r := c.report
	r.Title = strings.Clone(ch.Child("title").Value())
	r.GUID = strings.Clone(ch.Child("podcast:guid").Value())
	r.Host = hostOf(ch)
	if e := ch.Child("itunes:image"); e.Attr("href") != "" {
		r.Artwork = Link{Position: c.position(e), URL: strings.TrimSpace(e.Attr("href"))}
	}
	c.copies(ch)
}

// hosts are known hosting services and publishing programs. part, in lower case, occurs
// in the generator of their feeds, or in the host name of the feeds' own addresses.
var hosts = []struct{ part, name string }{
	{"anchor.fm", "Spotify for Creators"}, {"anchor podcasts", "Spotify for Creators"}, {"acast", "Acast"}, {"art19", "ART19"},
	{"audioboom", "Audioboom"}, {"blubrry", "Blubrry"}, {"powerpress", "Blubrry PowerPress"}, {"buzzsprout", "Buzzsprout"},
	{"captivate", "Captivate"}, {"castopod", "Castopod"}, {"castos", "Castos"}, {"seriously simple", "Seriously Simple Podcasting"},
	{"fireside", "Fireside"}, {"libsyn", "Libsyn"}, {"megaphone", "Megaphone"}, {"omny", "Omny Studio"}, {"podbean", "Podbean"},
	{"podigee", "Podigee"}, {"podlove", "Podlove Publisher"}, {"redcircle", "RedCircle"}, {"rss.com", "RSS.com"}, {"simplecast", "Simplecast"},
	{"soundcloud", "SoundCloud"}, {"spreaker", "Spreaker"}, {"squarespace", "Squarespace"}, {"transistor", "Transistor"}, {"whooshkaa", "Whooshkaa"},
	{"wordpress", "WordPress"}, {"zencast", "Zencastr"}, {"ghost", "Ghost"}, {"azuracast", "AzuraCast"}, {"onair", "onair"},
}

// hostOf returns the service or program that made a feed: a name from hosts, or else the
// text of the generator, which may be empty.
func hostOf(ch *tree.Element) string {
	generator := ch.Child("generator").Value()
	self := ""
	for e := range ch.All("atom:link") {
		if e.Attr("rel") == "self" {
			if u, err := url.Parse(e.Attr("href")); err == nil {
				self = u.Hostname()
			}
		}
	}
	for _, text := range []string{generator, self} {
		for _, h := range hosts {
			if strings.Contains(strings.ToLower(text), h.part) {
				return h.name
			}
		}
	}
	return generator
}

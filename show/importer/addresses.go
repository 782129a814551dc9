package importer

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"onair/feed/tree"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/internal/vocabulary"
)

// fillDates gives each episode without a date a date between those of its neighbours. If
// only one neighbour has a date, the new date is an hour before or after it; if none has,
// the new date is Options.Now. list has the newest first.
func (c *mapper) fillDates(list []*episode) {
	for i, e := range list {
		if !e.date.IsZero() {
			continue
		}
		var newer, older time.Time
		if i > 0 {
			newer = list[i-1].date
		}
		for _, o := range list[i+1:] {
			if !o.date.IsZero() {
				older = o.date
				break
			}
		}
		switch {
		case !newer.IsZero() && older.After(newer) || newer.IsZero() && older.IsZero():
			e.date = newer
			if newer.IsZero() {
				e.date = c.o.Now.Truncate(time.Minute)
			}
		case newer.IsZero():
			e.date = older.Add(time.Hour)
		case older.IsZero():
			e.date = newer.Add(-time.Hour)
		default:
			e.date = older.Add(newer.Sub(older) / 2).Truncate(time.Second)
		}
		c.where = e.title
		c.lose("it has no date; it gets %s, which is between its neighbours", formatDate(e.date))
	}
	c.where = ""
}

// slugs sets the slugs of the episodes. list has the oldest first, so that slugs stay the
// same when the feed grows.
func (c *mapper) slugs(list []*episode, k *known) {
	taken := map[string]bool{}
	for slug := range k.slugs {
		taken[slug] = true
	}
	for _, e := range list {
		if dir, ok := k.dirs[e.guid]; ok {
			e.existing, e.dir, e.slug = true, dir, path.Base(dir)
			continue
		}
		stem := slugs.Make(e.title)
		if n := numberOf(e); n != "" && !strings.HasPrefix(stem+"-", n+"-") {
			stem = n + "-" + stem
		}
		stem = slugs.Shorten(stem, maxSlug)
		e.slug = slugs.Make(stem)
		for n := 2; taken[e.slug]; n++ {
			e.slug = fmt.Sprintf("%s-%d", strings.TrimRight(stem[:min(len(stem), maxSlug-4)], "-"), n)
		}
		taken[e.slug] = true
	}
}

// numberOf returns the number in the front matter of an episode.
func numberOf(e *episode) string {
	if m := numberLine.FindStringSubmatch(e.front.b.String()); m != nil {
		return m[1]
	}
	return ""
}

// redirects writes the former paths of each episode's page, or the link to the page if it
// stays elsewhere.
func (c *mapper) redirects(list []*episode) {
	taken := map[string]bool{}
	for _, e := range list {
		taken["/episodes/"+e.slug+"/"] = true
	}
	for _, e := range list {
		c.where = e.title
		if from := c.formerPaths(e, taken); len(from) > 0 {
			e.front.put("redirect_from", "["+strings.Join(from, ", ")+"]")
		}
	}
	c.where = ""
}

// formerPaths returns the former paths of an episode's page, quoted. taken are the paths of
// other pages.
func (c *mapper) formerPaths(e *episode, taken map[string]bool) (list []string) {
	address, ok := webAddress(e.link)
	base, isOwn := strings.CutSuffix(address, "/episodes/"+e.slug+"/")
	for _, former := range e.former {
		if below, ok := strings.CutPrefix(former, base+"/"); ok && isOwn && base != "" {
			list = c.addFormer(list, former, "/"+below, taken)
		} else {
			c.lose("its former address %s is dropped", former)
		}
	}
	switch {
	case address == "" || isOwn:
	case !ok:
		c.lose("its link is dropped: %s is not an address", source.ShortQuote(line(address)))
	case c.o.KeepLinks || !sameHost(address, c.values.link) && !sameHost(address, c.address):
		e.front.put("link", source.Quote(address))
	case address != c.values.link:
		u, _ := url.Parse(address)
		switch {
		case u.Path == "/" && u.RawQuery == "" || u.Path == "":
			c.lose("its link %s is dropped: it is not a page of the episode", address)
		case u.RawQuery != "":
			c.lose("its page %s cannot be redirected by a path; --keep-links keeps it as its link", address)
		default:
			list = c.addFormer(list, address, u.Path, taken)
		}
	}
	return list
}

// addFormer adds the path of an address to a list of former paths, if it can be one.
func (c *mapper) addFormer(list []string, address, at string, taken map[string]bool) []string {
	key := strings.TrimSuffix(at, "/") + "/"
	switch {
	case !sitePath.MatchString(at) || path.Clean(at) != strings.TrimSuffix(at, "/") || strings.Contains(at, "/."):
		c.lose("its page %s cannot be redirected by a path; --keep-links keeps it as its link", address)
	case taken[key]:
		c.lose("its page %s is that of another episode too", address)
	default:
		taken[key] = true
		list = append(list, source.Quote(at))
	}
	return list
}

// website is the name of the link to the page that a channel names.
const website = "website"

// links writes the links of the show: those that onair wrote, or else the page that the
// channel names.
func (c *mapper) links(y *yamlDoc) {
	c.values.link = c.one(c.channel, "link").Value()
	_, ok := webAddress(c.values.link)
	var list []string
	for _, l := range c.related(c.channel) {
		key := source.Quote(l.title)
		if l.title == website {
			key = website
		}
		list = append(list, key+": "+source.Quote(l.address))
	}
	switch {
	case len(list) > 0:
		y.put("links", "{"+strings.Join(list, ", ")+"}")
	case ok && c.channel.Child("generator").Value() == vocabulary.Generator:
		c.lose("link is dropped: it is the site that onair made: %s", c.values.link)
	case ok:
		y.put("links", flow(website, c.values.link))
	case c.values.link != "":
		c.lose("link is dropped: %s is not an address", source.ShortQuote(line(c.values.link)))
	}
}

// related returns the links that onair writes beside the page of the show or an episode;
// see vocabulary.FormerAddress.
func (c *mapper) related(parent *tree.Element) (list []relatedLink) {
	for e := range parent.All("atom:link") {
		address, ok := webAddress(e.Attr("href"))
		title := line(e.Attr("title"))
		if rel := e.Attr("rel"); rel != "related" || !ok || title == "" || (parent != c.channel) != (title == vocabulary.FormerAddress) {
			continue
		}
		c.used[e] = true
		c.checkAttrs(e, []string{"href", "rel", "title"})
		list = append(list, relatedLink{address, title})
	}
	return list
}

type relatedLink struct{ address, title string }

// formerAddress returns the address of the feed. For a file it is the one that the feed
// names as its own, or "".
func (c *mapper) formerAddress() string {
	if c.address != "" {
		return c.address
	}
	for link := range c.channel.All("atom:link") {
		if address, ok := webAddress(link.Attr("href")); ok && link.Attr("rel") == "self" {
			return address
		}
	}
	return ""
}

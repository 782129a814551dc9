package importer

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"onair/internal/slugs"
	"onair/internal/source"
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

// redirects writes the former path of each episode's page, or the link to the page if it
// stays elsewhere.
func (c *mapper) redirects(list []*episode) {
	taken := map[string]bool{}
	for _, e := range list {
		taken["/episodes/"+e.slug+"/"] = true
	}
	for _, e := range list {
		c.where = e.title
		c.redirect(e, taken)
	}
	c.where = ""
}

func (c *mapper) redirect(e *episode, taken map[string]bool) {
	address, ok := webAddress(e.link)
	if address == "" {
		return
	}
	u, _ := url.Parse(address)
	switch {
	case !ok:
		c.lose("its link is dropped: %s is not an address", source.ShortQuote(line(address)))
	case c.o.KeepLinks || !sameHost(address, c.values.link) && !sameHost(address, c.address):
		e.front.put("link", source.Quote(address))
	case address == c.values.link || u.Path == "/episodes/"+e.slug+"/":
	case u.Path == "/" && u.RawQuery == "" || u.Path == "":
		c.lose("its link %s is dropped: it is not a page of the episode", address)
	case u.RawQuery != "" || !sitePath.MatchString(u.Path) || path.Clean(u.Path) != strings.TrimSuffix(u.Path, "/") || strings.Contains(u.Path, "/."):
		c.lose("its page %s cannot be redirected by a path; --keep-links keeps it as its link", address)
	case taken[strings.TrimSuffix(u.Path, "/")+"/"]:
		c.lose("its page %s is that of another episode too", address)
	default:
		taken[strings.TrimSuffix(u.Path, "/")+"/"] = true
		e.front.put("redirect_from", "["+source.Quote(u.Path)+"]")
	}
}

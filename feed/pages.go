package feed

import (
	"slices"
	"strings"
	"time"
)

// Page is a page of a feed.
type Page struct {
	Path  string // below the show's URL
	Bytes []byte
}

// page is a part of a document that is written to one file: the feed itself with the
// newest episodes, or a page with older ones (RFC 5005, section 3).
type page struct {
	*Document
	from, to int    // items are Document.Items[from:to]
	path     string // below the show's URL
	self     string // address of the page
	older    string // address of the page with the next older episodes; may be empty
	oldest   string // address of the page with the first episodes; empty if the feed is all on one page
}

// isFeed reports whether a page is the feed itself.
func (p *page) isFeed() bool { return p.from == 0 }

// size estimates the size of a page in bytes.
func (p *page) size() int {
	const around, item = 8 << 10, 3 << 10 // bytes of the channel, and of an item without its notes
	size := around
	for i := p.from; i < p.to; i++ {
		size += item + len(p.Items[i].Notes)
	}
	return size
}

// updated returns the lastBuildDate of a page.
func (p *page) updated() time.Time {
	if p.isFeed() {
		return p.Updated
	}
	var newest time.Time
	for _, i := range p.Items[p.from:p.to] {
		newest = slices.MaxFunc([]time.Time{newest, i.Episode.Date, i.Episode.Updated}, time.Time.Compare)
	}
	return newest
}

// pagesOf divides a document into pages, the feed first. Pages of older episodes are
// full, and numbered from the oldest one, so that they keep their content and address
// when an episode is added. For the same reason they do not link to the next newer page.
// The feed has at least as many episodes as a full page, if the show has them, because
// many apps read no other page.
func pagesOf(d *Document) []page {
	size, n := d.Show.Feed.PageSize, len(d.Items)
	archived := 0
	if size > 0 {
		archived = max(0, n/size-1)
	}
	address := func(number int) string {
		if number < 1 {
			return ""
		}
		return strings.TrimSuffix(d.SelfURL, d.Show.Feed.Path) + d.Show.Feed.Page(number)
	}
	oldest := ""
	if archived > 0 {
		oldest = address(1)
	}
	pages := []page{{Document: d, to: n - archived*size, path: d.Show.Feed.Path, self: d.SelfURL, older: address(archived), oldest: oldest}}
	for number := archived; number >= 1; number-- {
		pages = append(pages, page{
			Document: d, from: n - number*size, to: n - (number-1)*size,
			path: d.Show.Feed.Page(number), self: address(number), older: address(number - 1), oldest: oldest,
		})
	}
	return pages
}

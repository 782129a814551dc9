package publish

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"onair/feed"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// keepFormerFeeds adds to a release the copies of its feed at former addresses.
func keepFormerFeeds(r *release.Release, s *record.State) error {
	return r.KeepFormerFeeds(s.FormerFeeds(r.Show.Feed.Path), len(movedFrom(r.Show, s)) > 0)
}

// movedFrom returns the addresses of the feed under former URLs of the show, even if the
// feed had the same key in the storage there as it has now.
func movedFrom(s *show.Show, previous *record.State) []string {
	moved := slices.Clone(previous.MovedFrom)
	if o := previous.Owner; o != nil && !sameAddress(o.URL, s.URL) && o.URL != show.DefaultURL && o.URL != "" {
		was := *s
		was.URL, was.Feed.Path = o.URL, o.Feed
		moved = append(moved, was.FeedURL())
	}
	moved = slices.DeleteFunc(moved, func(address string) bool { return sameAddress(address, s.FeedURL()) })
	slices.Sort(moved)
	return slices.Compact(moved)
}

// sameAddress reports whether two addresses of a show or feed lead to the same server and
// path: they differ at most in the case of scheme and host, a dot after the host, a default
// port, and a slash after the host.
func sameAddress(a, b string) bool { return a == b || plainAddress(a) == plainAddress(b) }

func plainAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	port := u.Port()
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		port = ""
	}
	return fmt.Sprintf("%s://%s:%s%s?%s", u.Scheme, strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), port, cmp.Or(u.EscapedPath(), "/"), u.RawQuery)
}

func (p *Plan) movedFrom() []string { return movedFrom(p.Release.Show, p.Previous) }

// checkMoved refuses, unless allowed, to change the address of the feed, because apps
// keep requesting the old one.
func (p *Plan) checkMoved(allowed bool) error {
	s := p.Release.Show
	now, old := s.FeedURL(), ""
	if key := p.Previous.FeedKey(); key != "" && key != s.Feed.Path && !p.feedIsHere() {
		old = s.URLOf(key)
	}
	if moved := p.movedFrom(); !slices.Equal(moved, p.Previous.MovedFrom) && !sameAddress(p.Previous.Owner.URL, s.URL) {
		was := *s
		was.URL, was.Feed.Path = p.Previous.Owner.URL, p.Previous.Owner.Feed
		old = was.FeedURL()
	}
	if old == "" || allowed {
		return nil
	}
	return &refusal{
		text: fmt.Sprintf("the feed would move from %s to %s, and subscribers have the old address", old, now),
		hint: "if this is intended, use --move-feed: the old address keeps a copy of the feed that leads apps to the new one",
	}
}

// feedIsHere reports whether the storage has an object at the feed's present key, and
// the record does not say at which key the feed was.
func (p *Plan) feedIsHere() bool {
	_, live := p.seen.Objects[p.Release.Show.Feed.Path]
	return live && p.Previous.Owner == nil
}

// findFormerFeeds adds the former feeds of the show to a record that is being rebuilt. A
// former feed is a file that onair wrote as a feed and that has an episode of the show.
// It reads at most 20 files that end in .xml or .rss.
func findFormerFeeds(ctx context.Context, seen *record.Listing, s record.Storage, r *release.Release) error {
	const atMost = 20 // files to read
	read := 0
	for _, key := range sortedKeys(seen.Objects) {
		if ext := path.Ext(key); ext != ".xml" && ext != ".rss" || key == r.Show.Feed.Path || path.Base(key) == "sitemap.xml" || read == atMost {
			continue
		}
		data, err := record.Download(ctx, s.Public, key)
		if err != nil {
			return fmt.Errorf("read a feed: %w", err)
		}
		read++
		seen.Requests.Read++
		_, episodes, err := record.ReadFeed(data, r.Show.URL)
		ours := slices.ContainsFunc(episodes, func(e record.Episode) bool {
			return slices.ContainsFunc(r.Show.Episodes, func(mine *show.Episode) bool { return mine.GUID == e.GUID })
		})
		if err != nil || !ours || !feed.IsOwn(data) {
			continue
		}
		if seen.State.Objects == nil {
			seen.State.Objects = map[string]record.Object{}
		}
		attrs := seen.Objects[key]
		seen.State.Objects[key] = record.Object{CRC32C: attrs.CRC32C, Bytes: attrs.Size, Class: string(release.Feed), Version: attrs.Version}
	}
	return nil
}

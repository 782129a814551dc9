package publish

import (
	"context"
	"errors"
	"fmt"
	neturl "net/url"
	"slices"
	"strings"
	"time"

	"onair/publish/bucket"
	"onair/show"
)

// feedsPrefix is where the feeds that were live are kept, by their SHA-256.
const feedsPrefix = StatePrefix + "feeds/"

// keptFeeds is how many of them.
const keptFeeds = 20

func feedKey(sha256 string) string { return feedsPrefix + sha256 + ".xml" }

// keepFeed stores a copy of the release's feed beside the record, for Rollback,
// and puts it on record as the newest.
func (a *applier) keepFeed(ctx context.Context) error {
	feed := a.plan.Release.Feed
	newest := a.plan.Previous.newestFeed()
	if i := indexOfFeed(a.state.Feeds, newest); i > 0 {
		a.state.keepFeed(a.state.Feeds[i])
	}
	if newest == feed.SHA256 {
		return nil
	}
	data, err := bodyOf(feed)
	if err != nil {
		return err
	}
	_, err = a.storage.state().Write(ctx, recordObject(feedKey(feed.SHA256), data), bucket.Condition{Absent: true})
	if err != nil && !errors.Is(err, bucket.ErrPrecondition) { // its name says that it is the same
		return fmt.Errorf("keep a copy of the feed: %w", err)
	}
	a.state.keepFeed(FeedState{SHA256: feed.SHA256, Base: a.plan.Release.Show.URL, At: a.state.At, Commit: a.state.Commit, Items: a.plan.LiveEpisodes()})
	return nil
}

// newestFeed is the kept feed that is live; after a rollback it is not the first
// one on record. Empty: none is kept.
func (s *State) newestFeed() string {
	switch i := indexOfFeed(s.Feeds, s.FeedSHA256); {
	case i > 0:
		return s.Feeds[i].SHA256
	case len(s.Feeds) > 0:
		return s.Feeds[0].SHA256
	}
	return ""
}

// indexOfFeed is where a feed is among others; -1 where it is not.
func indexOfFeed(feeds []FeedState, sha256 string) int {
	return slices.IndexFunc(feeds, func(f FeedState) bool { return f.SHA256 == sha256 })
}

// keepFeed puts a feed on record as the newest. The same feed is on record once.
func (s *State) keepFeed(f FeedState) {
	feeds := []FeedState{f}
	for _, old := range s.Feeds {
		if old.SHA256 != f.SHA256 && len(feeds) < keptFeeds {
			feeds = append(feeds, old)
		}
	}
	s.Feeds = feeds
}

// named are the objects that a feed names, by key, with the length it gives for
// them (0: none).
type named map[string]int64

// add notes a URL that begins with the base, also behind a prefix for download
// statistics, and returns its key; others are not ours.
func (n named) add(url, base string, length int64) string {
	rest, ok := strings.CutPrefix(direct(url, base), base)
	key, err := neturl.PathUnescape(rest)
	if !ok || err != nil || key == "" {
		return ""
	}
	n[key] = length
	return key
}

// readFeed reads which objects below a base URL a feed of ours names, and which
// episodes it has.
func readFeed(data []byte, base string) (named, []EpisodeState, error) {
	feed, err := parseLive(data)
	if err != nil {
		return nil, nil, err
	}
	all := named{}
	images := func(artwork []liveImage, persons []livePerson) {
		for _, a := range artwork {
			all.add(a.URL, base, 0)
		}
		for _, p := range persons {
			all.add(p.Image, base, 0)
		}
	}
	images(feed.Channel.Artwork, feed.Channel.Persons)
	var episodes []EpisodeState
	for _, i := range feed.Channel.Items {
		images(i.Artwork, i.Persons)
		for _, f := range slices.Concat(i.Transcripts, i.Chapters) {
			all.add(f.URL, base, 0)
		}
		e := EpisodeState{GUID: i.GUID, Title: ofRSS(i.Titles)}
		if i.Enclosure != nil {
			e.Audio = all.add(i.Enclosure.URL, base, i.Enclosure.bytes())
			e.Slug = slugOf(e.Audio)
		}
		episodes = append(episodes, e)
	}
	return all, episodes, nil
}

// slugOf is the slug that an audio key was made from: audio/<slug>-<hash>.mp3.
func slugOf(key string) string {
	slug := strings.TrimPrefix(key, "audio/")
	if i := strings.LastIndexByte(slug, '-'); i > 0 {
		return slug[:i]
	}
	return slug
}

// RollbackOptions say what to go back to; nil means the feed before this one.
type RollbackOptions struct {
	Feed     string // start of the SHA-256 of a kept feed; empty: the one before the live one
	By       string
	Now      time.Time
	CacheDir string
	Live     *Live
}

// KeptFeeds returns the feeds that Rollback can restore, newest first, and the
// SHA-256 of the live one.
func KeptFeeds(ctx context.Context, s Storage, cacheDir string) ([]FeedState, string, error) {
	state, err := ReadState(ctx, s, cacheDir)
	if err != nil {
		return nil, "", err
	}
	return state.Feeds, state.FeedSHA256, nil
}

// Rollback makes an earlier feed live again, if everything that it names still
// is there. Pages are not touched: they come back by reverting the show and
// publishing.
func Rollback(ctx context.Context, sh *show.Show, s Storage, o *RollbackOptions) (FeedState, error) {
	if o == nil {
		o = &RollbackOptions{}
	}
	seen, err := observe(ctx, s, nil, o.CacheDir)
	if err != nil {
		return FeedState{}, err
	}
	target, err := seen.State.feedToRestore(o.Feed)
	if err != nil {
		return target, err
	}
	data, err := download(ctx, s.state(), feedKey(target.SHA256), maxState)
	if err != nil {
		return target, fmt.Errorf("read the kept feed: %w", err)
	}
	if target.Base != "" && target.Base != sh.URL {
		return target, fmt.Errorf("that feed was made for %s, and the show is at %s now: %w", target.Base, sh.URL, ErrRefused)
	}
	all, episodes, err := readFeed(data, sh.URL)
	if err != nil {
		return target, err
	}
	for _, key := range sortedKeys(all) {
		if err := seen.has(key, all[key]); err != nil {
			return target, err
		}
	}
	return target, restore(ctx, sh, s, seen, target, episodes, data, o)
}

// feedToRestore finds a kept feed by the start of its digest; by default the one
// before the live one, so that a second rollback goes further back.
func (s *State) feedToRestore(digest string) (FeedState, error) {
	feeds := s.Feeds
	if digest == "" {
		feeds = feeds[indexOfFeed(feeds, s.FeedSHA256)+1:]
	}
	for _, f := range feeds {
		if f.SHA256 != s.FeedSHA256 && strings.HasPrefix(f.SHA256, digest) {
			return f, nil
		}
	}
	if digest != "" {
		return FeedState{}, fmt.Errorf("no feed %s is kept that is not live already: %w", digest, ErrRefused)
	}
	return FeedState{}, fmt.Errorf("no earlier feed is kept: %w", ErrRefused)
}

// has checks that what a feed names is in the bucket.
func (seen *Observed) has(key string, length int64) error {
	attrs, ok := seen.Objects[key]
	switch {
	case !ok:
		return fmt.Errorf("the feed names %s, which is gone: %w", key, ErrRefused)
	case length > 0 && attrs.Size != length:
		return fmt.Errorf("the feed names %s with %d bytes, and it has %d: %w", key, length, attrs.Size, ErrRefused)
	}
	return nil
}

// restore claims, writes the feed, purges, verifies and records, as a publish
// does.
func restore(ctx context.Context, sh *show.Show, s Storage, seen *Observed, target FeedState, episodes []EpisodeState, data []byte, o *RollbackOptions) error {
	feed, err := newObject(RoleFeed, held(data))
	if err != nil {
		return err
	}
	feed.Key, feed.Class = sh.Feed.Path, Feed
	feed.Headers = HeadersFor(feed.Key, feed.Key, sh.CDN != nil)
	feed.Metadata = map[string]string{metaSHA256: feed.SHA256}
	p := &Plan{
		Release:  &Release{Show: sh, Objects: []*Object{feed}, Feed: feed},
		Storage:  sh.Storage,
		Previous: seen.State,
		Changes:  []Change{{Key: feed.Key, Action: Update, Size: feed.Size, Upload: feed.Size, Class: Feed, object: feed, version: seen.Objects[feed.Key].Version}},
		seen:     seen,
	}
	options := &ApplyOptions{By: o.By, Now: o.Now, CacheDir: o.CacheDir, Live: o.Live, Commit: target.Commit}
	a := newApplier(p, s, options)
	a.state.Episodes = episodes
	for _, step := range []func(context.Context) error{a.claimAgain, a.sendFeed, a.purgeAndVerify, a.announce} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// claimAgain claims for a feed that is kept already. What only the newer release
// wanted stays wanted: it is the next thing to be published.
func (a *applier) claimAgain(ctx context.Context) error {
	_, err := a.record(ctx)
	return err
}

package publish_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"onair/internal/derive"
	"onair/publish"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
)

// minimal returns a copy of the smallest example in memory, with a public URL.
func minimal(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"show.yaml", "artwork.jpg", "episodes/1-the-only-one/episode.md", "episodes/1-the-only-one/audio.mp3"} {
		data, err := os.ReadFile("../examples/minimal/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data, ModTime: showtest.Now}
	}
	showtest.Edit(t, files, "show.yaml", "title: ", "url: "+homeURL+"\nstorage: gs://hello-universe\nfeed: {path: feed.xml, locked: true}\ntitle: ")
	return files
}

// newCache returns a cache that has the pictures of the show that minimal returns, which
// take most of the time of a release.
func newCache(t *testing.T) *derive.Cache {
	t.Helper()
	cache := derive.Open(t.TempDir(), "test")
	t.Cleanup(cache.Close)
	showtest.Release(t, minimal(t), &release.Options{Now: showtest.Now, Cache: cache})
	return cache
}

// TestMovedFeed publishes a show, changes show.yaml and publishes again. A feed with
// another address is refused until that is allowed; then its former address keeps a copy
// that names the new one, and that is never pruned.
func TestMovedFeed(t *testing.T) {
	t.Parallel()
	const old = homeURL + "feed.xml"
	cache := newCache(t)
	path := [2]string{"path: feed.xml", "path: podcast.rss"}
	host := [2]string{homeURL, "https://multiverse.example/"}
	for name, test := range map[string]struct {
		edits [][2]string // old and new text in show.yaml
		now   string      // new address of the feed; empty if it does not move
	}{
		"another title":         {[][2]string{{"title: Minimal", "title: The least"}}, ""},
		"url without a slash":   {[][2]string{{homeURL, strings.TrimSuffix(homeURL, "/")}}, ""},
		"another storage":       {[][2]string{{"storage: gs://hello-universe", "storage: gs://hello-multiverse"}}, ""},
		"another path":          {[][2]string{path}, homeURL + "podcast.rss"},
		"path in a folder":      {[][2]string{{"path: feed.xml", "path: rss/all.xml"}}, homeURL + "rss/all.xml"},
		"path that looks alike": {[][2]string{{"path: feed.xml", "path: Feed.xml"}}, homeURL + "Feed.xml"},
		"another host":          {[][2]string{host}, "https://multiverse.example/feed.xml"},
		"host with www":         {[][2]string{{homeURL, "https://www.hello-universe.example/"}}, "https://www.hello-universe.example/feed.xml"},
		"url with a folder":     {[][2]string{{homeURL, homeURL + "show/"}}, homeURL + "show/feed.xml"},
		"another host and path": {[][2]string{path, host}, "https://multiverse.example/podcast.rss"},
		"default path left out": {[][2]string{{"path: feed.xml, ", ""}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := minimal(t)
			b := mem.New()
			clock := showtest.Now
			b.Now = func() time.Time { return clock }
			newRelease := func() (*release.Release, record.Storage) {
				r := showtest.Release(t, files, &release.Options{Now: clock, Cache: cache})
				return r, record.Storage{Public: b, Owner: record.OwnerOf(r.Show)}
			}
			publishIt := func(o *publish.PlanOptions) {
				t.Helper()
				r, s := newRelease()
				p, err := publish.NewPlan(t.Context(), r, s, o)
				if err != nil {
					t.Fatal(err)
				}
				applyTo(t, p, s)
			}
			publishIt(nil)
			for _, edit := range test.edits {
				showtest.Edit(t, files, "show.yaml", edit[0], edit[1])
			}
			r, s := newRelease()
			_, err := publish.NewPlan(t.Context(), r, s, nil)
			if test.now == "" {
				if err != nil {
					t.Errorf("the feed stays where it is: %v", err)
				}
				return
			}
			if want := "the feed would move from " + old + " to " + test.now + ", and subscribers have the old address"; !errors.Is(err, publish.ErrRefused) || err.Error() != want {
				t.Errorf("error = %v, want %s", err, want)
			}
			publishIt(&publish.PlanOptions{MoveFeed: true})
			clock = clock.Add(2 * publish.PruneAfter)
			publishIt(&publish.PlanOptions{Prune: true, AskClock: true}) // without MoveFeed
			if copied := string(read(t, b, "feed.xml")); !strings.Contains(copied, "<itunes:new-feed-url>"+test.now+"</itunes:new-feed-url>") {
				t.Errorf("the copy at the former address does not name %s", test.now)
			}
		})
	}
}

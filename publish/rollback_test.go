package publish_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
)

func TestRollback(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	first := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, first, s), s)
	before := read(t, s.Public, "feed.xml")
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
	second := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, second, s), s)

	if _, err := publish.Rollback(t.Context(), second.Show, s, &publish.RollbackOptions{Now: showtest.Now}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, s.Public, "feed.xml"), before) {
		t.Error("the feed is not the one before")
	}
	if err := brokenPromise(s.Public, homeURL); err != nil {
		t.Error(err)
	}
	// After the rollback, the next publish compares with the files in the folder.
	p := planFor(t, second, s)
	if p.Empty() || p.Previous.FeedSHA256 != first.Feed.SHA256 {
		t.Errorf("the plan after a rollback: %+v", p.Totals())
	}
	applyTo(t, p, s)
	if bytes.Equal(read(t, s.Public, "feed.xml"), before) {
		t.Error("the folder's feed did not come back")
	}

	// A feed that names missing objects is not restored.
	for _, e := range first.Episodes {
		if e.Slug == showtest.GhostSlug {
			if err := s.Public.Delete(t.Context(), e.AudioKey(), bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, err := publish.Rollback(t.Context(), second.Show, s, nil)
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), "audio/"+showtest.GhostSlug) {
		t.Errorf("got %v", err)
	}
}

// A rollback restores the feed before the live one. A second rollback goes back further.
// After another publish, a rollback restores the feed that was live before that publish.
func TestRollbackGoesBack(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	var feeds [4]string
	publishNext := func(i int) {
		t.Helper()
		showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
		r := showtest.Release(t, files, nil)
		applyTo(t, planFor(t, r, s), s)
		feeds[i] = r.Feed.SHA256
	}
	rollback := func(want int) {
		t.Helper()
		restored, err := publish.Rollback(t.Context(), showtest.Release(t, files, nil).Show, s, &publish.RollbackOptions{Now: showtest.Now})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Index(feeds[:], restored.SHA256); got != want {
			t.Errorf("feed %d is live again, want feed %d", got, want)
		}
	}
	for i := range 3 {
		publishNext(i)
	}
	rollback(1)
	rollback(0)
	if _, err := publish.Rollback(t.Context(), showtest.Release(t, files, nil).Show, s, nil); !errors.Is(err, publish.ErrRefused) {
		t.Errorf("before the first feed: %v", err)
	}
	publishNext(3)
	rollback(0)
}

// A feed for another URL is not restored.
func TestRollbackAcrossAMove(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New()}
	publishTo(t, files, s)
	showtest.Edit(t, files, "show.yaml", "url: "+homeURL, "url: https://moved.example/")
	r := showtest.Release(t, files, nil)
	p, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{MoveFeed: true})
	if err != nil {
		t.Fatal(err)
	}
	applyTo(t, p, s)
	if _, err := publish.Rollback(t.Context(), r.Show, s, nil); !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), homeURL) {
		t.Errorf("got %v", err)
	}
}

package publish_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// A plan to prune that is refused writes nothing, not even the object that the
// clock is read from.
func TestRefusedPruneWritesNothing(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	public, state := mem.New(), mem.New()
	s := record.Storage{Public: public, State: state}
	r := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, r, s), s)
	state.Before = func(op, key string) error {
		if op == mem.OpWrite {
			t.Errorf("%s is written", key)
		}
		return nil
	}
	_, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Prune: true, AskClock: true, Only: []string{"nobody"}})
	if !errors.Is(err, publish.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := newClockedStorage()
	first := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, first, s.Storage), s.Storage)
	old := contents(t, s.public)
	prunePlan := func(r *release.Release) *publish.Plan {
		t.Helper()
		p, err := publish.NewPlan(t.Context(), r, s.Storage, &publish.PlanOptions{Prune: true, AskClock: true})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}

	// The first feed is no longer kept after twenty others.
	var r *release.Release
	for i := range 20 {
		retitle(files, i)
		s.now = s.now.Add(time.Hour)
		r = showtest.Release(t, files, nil)
		applyTo(t, planFor(t, r, s.Storage), s.Storage)
	}
	for _, c := range prunePlan(r).Changes {
		if c.Action == publish.Delete {
			t.Errorf("%s would be deleted on the day it is not wanted any more", c.Key)
		}
	}
	s.now = s.now.Add(publish.PruneAfter + time.Minute)
	r = showtest.Release(t, files, &release.Options{Now: s.now})
	looked, err := publish.NewPlan(t.Context(), r, s.Storage, &publish.PlanOptions{Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	p := prunePlan(r)
	if got, want := looked.Totals().Delete, p.Totals().Delete; got != want {
		t.Errorf("a plan deletes %d objects, the publish after it %d", got, want)
	}
	for _, c := range p.Changes {
		if c.Action == publish.Delete {
			// Pages name cards and the index; feeds do not.
			page := strings.Contains(c.Key, "/card-") || strings.Contains(c.Key, "/search-")
			if _, ok := old[c.Key]; !ok && !page {
				t.Errorf("%s is named by a kept feed and would be deleted", c.Key)
			}
		}
	}
	if p.Totals().Delete == 0 {
		t.Fatal("nothing would be deleted a month later")
	}
	applyTo(t, p, s.Storage)
	if err := brokenPromise(s.public, homeURL); err != nil {
		t.Error(err)
	}
	for _, c := range p.Changes {
		if _, there := contents(t, s.public)[c.Key]; there == (c.Action == publish.Delete) {
			t.Errorf("%s: %s, and there: %v", c.Key, c.Action, there)
		}
	}
	for _, e := range r.Episodes { // masters stay
		if e.Pin.Payload.Bytes > 0 && e.Status != show.Draft && !slices.Contains(parts(t, s.state), bucket.PartsPrefix+e.Pin.Payload.SHA256) {
			t.Errorf("the payload of %s is gone", e.Slug)
		}
	}
	if p := prunePlan(r); !p.Empty() {
		t.Errorf("something is left to do: %+v", p.Totals())
	}
	if state, err := record.ReadState(t.Context(), s.Storage, ""); err != nil || len(state.Feeds) != 20 {
		t.Errorf("%d feeds are kept, %v; want 20", len(state.Feeds), err)
	}
}

// TestPruneKeepsWhatOlderPagesName prunes after the feed has become one page. The pages
// with older episodes are deleted first, and the objects that they name only later.
func TestPruneKeepsWhatOlderPagesName(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := newClockedStorage()
	publishWith := func(o *publish.PlanOptions) {
		t.Helper()
		s.now = s.now.Add(time.Hour)
		o.AskClock = true
		p, err := publish.NewPlan(t.Context(), showtest.Release(t, files, &release.Options{Now: s.now}), s.Storage, o)
		if err != nil {
			t.Fatal(err)
		}
		applyTo(t, p, s.Storage)
	}
	showtest.Edit(t, files, "show.yaml", "feed: {path", "feed: {page_size: 1, path")
	publishWith(&publish.PlanOptions{})
	page, err := record.Download(t.Context(), s.public, "feed-2.xml")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(showtest.Ghosts + `chapters-[0-9a-f]+\.json`).FindString(string(page))
	if named == "" {
		t.Fatalf("the page of the second episode names no chapters:\n%s", page)
	}

	// The feed becomes one page, and the chapters change. Twenty more feeds follow.
	showtest.Edit(t, files, "show.yaml", "feed: {page_size: 1, path", "feed: {path")
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: Cold open", "title: Warm open")
	for i := range 21 {
		retitle(files, i)
		publishWith(&publish.PlanOptions{Retag: true})
	}
	s.now = s.now.Add(publish.PruneAfter)
	publishWith(&publish.PlanOptions{Prune: true})
	there := func(key string) bool {
		_, ok := contents(t, s.public)[key]
		return ok
	}
	if there("feed-2.xml") || !there(named) {
		t.Errorf("after the first prune the page is there: %t, and what it named: %t; want only the latter", there("feed-2.xml"), there(named))
	}
	publishWith(&publish.PlanOptions{Prune: true})
	if there(named) {
		t.Errorf("%s is still there", named)
	}
}

// A publish may need objects that are being pruned at the same time. Whichever is
// faster, the live feed names no missing object.
func TestPruneRace(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := newClockedStorage()
	first := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, first, s.Storage), s.Storage)
	for i := range 21 {
		retitle(files, i)
		publishTo(t, files, s.Storage)
	}
	s.now = s.now.Add(publish.PruneAfter + time.Hour)
	outdated, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s.Storage, &publish.PlanOptions{Prune: true, AskClock: true})
	if err != nil {
		t.Fatal(err)
	}
	raced := false
	s.public.Before = func(op, key string) error {
		if op != mem.OpDelete || raced {
			return nil
		}
		raced = true
		applyTo(t, planFor(t, first, s.Storage), s.Storage) // needs the objects of the old title again
		return nil
	}
	_, err = publish.Apply(t.Context(), outdated, s.Storage, &publish.ApplyOptions{Parallel: 1})
	s.public.Before = nil
	if !raced || !errors.Is(err, publish.ErrConflict) && !errors.Is(err, bucket.ErrPrecondition) {
		t.Errorf("raced: %v; pruning ended with %v", raced, err)
	}
	if err := brokenPromise(s.public, homeURL); err != nil {
		t.Error(err)
	}
}

package publish_test

import (
	"errors"
	"testing"
	"time"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
)

// A new private bucket takes over the records of the public one.
func TestStateMovesToItsOwnBucket(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	public := mem.New()
	applyTo(t, planFor(t, showtest.Release(t, files, nil), record.Storage{Public: public}), record.Storage{Public: public})
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	s := record.Storage{Public: public, State: mem.New()}
	_, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, nil)
	var dropped *publish.DroppedError
	if !errors.As(err, &dropped) {
		t.Errorf("an episode left the feed unnamed: %v", err)
	}
}

// If the record is lost or damaged, the live feed takes its place: its episodes must
// stay, and the next publish works.
func TestRecordIsRebuilt(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, b bucket.Bucket){
		"lost": func(t *testing.T, b bucket.Bucket) {
			if err := b.Delete(t.Context(), bucket.RecordsPrefix+"release.json", bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
		},
		"damaged": func(t *testing.T, b bucket.Bucket) {
			data := []byte("{")
			if _, err := b.Write(t.Context(), &bucket.Object{Key: bucket.RecordsPrefix + "release.json", Size: 1, CRC32C: checksum(data), Body: inMemory(data)}, bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			s := record.Storage{Public: mem.New()}
			publishTo(t, files, s)
			damage(t, s.Public)
			showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
			p := planFor(t, showtest.Release(t, files, nil), s)
			if got := p.Totals(); got.Update == 0 {
				t.Errorf("%+v", got)
			}
			showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
			_, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, nil)
			var dropped *publish.DroppedError
			if !errors.As(err, &dropped) || dropped.Slug != showtest.GhostSlug {
				t.Errorf("an episode left the feed unnamed: %v", err)
			}
			applyTo(t, p, s)
			if err := brokenPromise(s.Public, homeURL); err != nil {
				t.Error(err)
			}
		})
	}
}

// The plan predicts the exact number of requests to the storage.
func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	showtest.Edit(t, files, "show.yaml", "announce: [websub, podcastindex, podping, overcast]", "announce: []")
	s := newClockedStorage()
	calls := func() (r record.Requests) {
		for _, b := range []*mem.Bucket{s.public, s.state} {
			r.List += b.Calls(mem.OpList)
			r.Read += b.Calls(mem.OpOpen)
			r.Write += b.Calls(mem.OpWrite) + b.Calls(mem.OpSetHeaders)
			r.Copy += b.Calls(mem.OpJoin)
			r.Delete += b.Calls(mem.OpDelete)
		}
		return r
	}
	publishing := func(what string, prune bool) {
		t.Helper()
		before := calls()
		p, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s.Storage, &publish.PlanOptions{Prune: prune, AskClock: prune})
		if err != nil {
			t.Fatal(err)
		}
		want := p.Requests()
		applyTo(t, p, s.Storage)
		after := calls()
		got := record.Requests{List: after.List - before.List, Read: after.Read - before.Read, Write: after.Write - before.Write, Copy: after.Copy - before.Copy, Delete: after.Delete - before.Delete}
		if got != want {
			t.Errorf("%s: %+v, the plan says %+v", what, got, want)
		}
	}
	publishing("first", false)
	showtest.Edit(t, files, "episodes/first-light/episode.md", "title: ", "title: New ")
	publishing("a new title", false)
	for i := range 21 {
		retitle(files, i)
		publishing("a new show title", false)
	}
	s.now = s.now.Add(publish.PruneAfter + time.Hour)
	retitle(files, 21)
	publishing("pruning", true)
	if s.public.Calls(mem.OpDelete) == 0 || s.public.Calls(mem.OpJoin) == 0 {
		t.Error("nothing was pruned, or nothing joined")
	}
}

package publish_test

import (
	"errors"
	"strings"
	"testing"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
)

// TestInterruptedErase interrupts a publish that erases an episode, at every change of
// the feed and the record and at every deletion. Once the feed is live without the
// episode, the next publish erases the rest without the flag.
func TestInterruptedErase(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	first := showtest.Release(t, files, nil)
	var part string
	for _, pin := range first.Lock.Episodes {
		if pin.Slug == showtest.GhostSlug {
			part = bucket.PartsPrefix + pin.Payload.SHA256
		}
	}
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	named := &publish.PlanOptions{Drop: []string{showtest.GhostSlug}, Erase: true}
	newPlan := func(b *mem.Bucket, o *publish.PlanOptions) (*publish.Plan, error) {
		second := showtest.Release(t, files, &release.Options{Now: showtest.Now, Remove: []string{showtest.GhostSlug}}) // one for each plan, because NewPlan adds pages to it
		return publish.NewPlan(t.Context(), second, record.Storage{Public: b}, o)
	}
	cut, remembered := errors.New("cut"), 0
	for n, done := 0, false; !done; n++ {
		b := mem.New()
		apply(t, plan(t, first, b), b)
		p, err := newPlan(b, named)
		if err != nil {
			t.Fatal(err)
		}
		left := n
		b.Before = func(op, key string) error {
			if op != mem.OpDelete && (op != mem.OpWrite || key != "feed.xml" && key != ".onair/release.json") {
				return nil
			}
			if left--; left < 0 {
				return cut
			}
			return nil
		}
		_, err = publish.Apply(t.Context(), p, record.Storage{Public: b}, &publish.ApplyOptions{Parallel: 1})
		if b.Before = nil; err != nil && !errors.Is(err, cut) {
			t.Fatalf("change %d: %v", n, err)
		}
		done = err == nil

		next, err := newPlan(b, nil)
		var dropped *publish.DroppedError
		switch {
		case errors.As(err, &dropped): // the feed still has the episode
			if next, err = newPlan(b, named); err != nil {
				t.Fatal(err)
			}
		case err != nil:
			t.Fatalf("cut at change %d: %v", n, err)
		case !done && len(next.Previous.Pending.Erase) > 0:
			remembered++
		}
		apply(t, next, b)
		for key := range contents(t, b) {
			if strings.Contains(key, showtest.GhostSlug) && !strings.HasPrefix(key, ".onair/") {
				t.Errorf("cut at change %d: %s is still there", n, key)
			}
		}
		if _, err := record.Stat(t.Context(), b, part); !errors.Is(err, bucket.ErrNotExist) {
			t.Errorf("cut at change %d: the audio is still there as a part: %v", n, err)
		}
		if p, err := newPlan(b, nil); err != nil || !p.Empty() || len(p.Previous.Pending.Erase) > 0 {
			t.Errorf("cut at change %d: something is left to do: %v", n, err)
		}
	}
	if remembered < 2 {
		t.Errorf("%d interrupted publishes left a list of what to erase", remembered)
	}
}

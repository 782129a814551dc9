package publish_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onair/publish"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show/pins"
)

// The publisher that loses a race does not delete the kept lock that the winner's
// record names.
func TestLoserKeepsNoLock(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	publishTo(t, files, s)
	showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: A")
	fast := planFor(t, showtest.Release(t, files, nil), s)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	slow, err := publish.NewPlan(t.Context(), showtest.Release(t, files, &release.Options{Now: showtest.Now, Remove: []string{showtest.GhostSlug}}), s, &publish.PlanOptions{Drop: []string{showtest.GhostSlug}})
	if err != nil {
		t.Fatal(err)
	}
	applyTo(t, fast, s)
	if _, err := publish.Apply(t.Context(), slow, s, nil); !errors.Is(err, publish.ErrConflict) {
		t.Fatalf("got %v, want a conflict", err)
	}
	dir := t.TempDir()
	if err := publish.Pull(t.Context(), fast.Release.Show, s, dir, func(publish.Pulled) {}); err != nil {
		t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(dir, pins.File))
	if err != nil || !strings.Contains(string(lock), showtest.GhostSlug) {
		t.Errorf("the kept lock is the loser's: %v", err)
	}
}

// Another publish runs while this one is reading the storage. This one must be
// refused before it changes anything.
func TestPublishWhileListing(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]record.Storage{
		"two buckets": {Public: mem.New(), State: mem.New()},
		"one bucket":  {Public: mem.New()},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			publishTo(t, files, s)
			showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: A")
			fast := showtest.Release(t, files, nil)
			showtest.Edit(t, files, "show.yaml", "title: A", "title: B")
			slow := showtest.Release(t, files, nil)
			public := s.Public.(*mem.Bucket)
			raced := false
			public.After = func(op, key string) error {
				if op == mem.OpList && key == "" && !raced {
					raced = true
					applyTo(t, planFor(t, fast, s), s)
				}
				return nil
			}
			p := planFor(t, slow, s)
			public.After = nil
			if _, err := publish.Apply(t.Context(), p, s, nil); !raced || !errors.Is(err, publish.ErrConflict) {
				t.Fatalf("raced %v, got %v", raced, err)
			}
			if p := planFor(t, fast, s); !p.Empty() || p.Previous.Phase != record.Done {
				t.Errorf("the loser changed something: %+v, phase %s", p.Totals(), p.Previous.Phase)
			}
		})
	}
}

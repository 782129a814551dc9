package verify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"onair/publish"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
)

// planFor returns the plan of a release for a storage.
func planFor(t *testing.T, r *release.Release, s record.Storage) *publish.Plan {
	t.Helper()
	p, err := publish.NewPlan(t.Context(), r, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestStraysAreProven checks that a publish proves objects that an interrupted
// publish uploaded. It purges them first, because a CDN may have cached that they
// do not exist.
func TestStraysAreProven(t *testing.T) {
	t.Parallel()
	site := newSite(t, nil)
	public, state := mem.New(), mem.New()
	s := record.Storage{Public: public, State: state}
	killed := errors.New("killed")
	killAt := func(r *release.Release, b *mem.Bucket, name string) {
		t.Helper()
		b.Before = func(op, key string) error {
			if op == mem.OpWrite && strings.HasSuffix(key, name) {
				return killed
			}
			return nil
		}
		if _, err := publish.Apply(t.Context(), planFor(t, r, s), s, nil); !errors.Is(err, killed) {
			t.Fatalf("got %v", err)
		}
		b.Before = nil
	}
	killAt(site.Release, state, "release.json")
	// The objects are also proven if a second publish recorded them and was interrupted
	// as well.
	files := atHome(t)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: Again ")
	other := showtest.Release(t, files, nil)
	killAt(other, public, "feed.xml")
	var claimed []string
	for _, o := range other.Objects {
		claimed = append(claimed, o.Key)
	}
	purger := &purgeList{}
	if _, err := publish.Apply(t.Context(), planFor(t, site.Release, s), s, &publish.ApplyOptions{Services: &publish.Services{Web: site.web(), Purger: purger}}); err != nil {
		t.Fatal(err)
	}
	for _, o := range site.Objects {
		if o.Class == release.Immutable && !slices.Contains(claimed, o.Key) && (!slices.Contains(purger.urls, home+o.Key) || o.Role == release.RoleAudio && site.asked["HEAD /"+o.Key] == 0) {
			t.Errorf("%s was not purged and proven", o.Key)
		}
	}
	if len(purger.urls) == 0 {
		t.Error("nothing was purged")
	}
}

// purgeList records the URLs that it is called with.
type purgeList struct{ urls []string }

func (l *purgeList) Purge(_ context.Context, urls, _ []string) error {
	l.urls = append(l.urls, urls...)
	return nil
}

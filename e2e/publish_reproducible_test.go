package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReproducible builds and publishes the same show twice: in folders with different
// names, weeks apart, in different time zones, with every file touched and an empty
// cache. All bytes must be the same.
func TestReproducible(t *testing.T) {
	t.Parallel()
	first := newWorkplace(t)
	second := newWorkplace(t, "ONAIR_NOW=2027-03-22T23:30:00Z", "TZ=Pacific/Kiritimati", "LC_ALL=C", "USER=somebody")
	touch(t, second.dir, longAgo)

	want := first.build(t)
	if len(want) == 0 {
		t.Fatal("the build is empty")
	}
	sameFiles(t, "second build", want, second.build(t))
	sameFiles(t, "second build in the same folder", want, first.build(t))
	for _, w := range []*workplace{first, second} {
		dir := t.TempDir()
		w.with("ONAIR_STORAGE=file:"+dir).run(t, "publish", "--yes")
		sameFiles(t, "publish", want, builtFolder(t, dir))
	}
}

// TestWithoutMasters plans in a checkout without audio, as after git clone. The lock
// and the bucket must provide enough information.
func TestWithoutMasters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newWorkplace(t, "ONAIR_STORAGE=file:"+dir)
	w.run(t, "publish", "--yes")

	clone := newWorkplace(t, "ONAIR_STORAGE=file:"+dir)
	for _, e := range clone.source(t).live() {
		if err := os.Remove(filepath.Join(clone.dir, filepath.FromSlash(e.dir), "audio.mp3")); err != nil {
			t.Fatal(err)
		}
	}
	clone.run(t, "plan", "--exit-code")
	before := builtFolder(t, dir)
	clone.run(t, "publish", "--yes")
	sameFiles(t, "publish without masters", before, builtFolder(t, dir))
}

// longAgo is earlier than all files of the tests.
var longAgo = time.Date(2001, 9, 9, 1, 46, 40, 0, time.UTC)

// touch sets the modification times of all files and folders: one hour after start,
// two hours after start, and so on.
func touch(t testing.TB, dir string, start time.Time) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		start = start.Add(time.Hour)
		return os.Chtimes(name, start, start)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sameFiles compares two folders byte by byte.
func sameFiles(t testing.TB, what string, want, got map[string][]byte) {
	t.Helper()
	digests := func(files map[string][]byte) map[string]string {
		sums := map[string]string{}
		for key, data := range files {
			sums[key] = sha256Hex(data)
		}
		return sums
	}
	if diff := cmp.Diff(digests(want), digests(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	for key := range want {
		if !slices.Equal(want[key], got[key]) && len(want[key]) < 64<<10 {
			t.Errorf("%s: %s (-want +got):\n%s", what, key, cmp.Diff(string(want[key]), string(got[key])))
			return // the first difference is enough
		}
	}
}

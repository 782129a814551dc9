package publish_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"onair/internal/statcache"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/show"
)

// TestReadsAreNoted builds a release of every kind of file that a show can have,
// and looks whether each was noted: one that was read behind the noter's back
// could change, and a publish would still find nothing to do.
func TestReadsAreNoted(t *testing.T) {
	files := example(t)
	edit(t, files, "show.yaml", "keep_masters: true", "keep_masters: true\naudio: {path: \"../masters/{slug}.mp3\"}")
	files["templates/static/extra.css"] = &fstest.MapFile{Data: []byte("p { color: red }\n")}
	files["transcripts.yaml"] = &fstest.MapFile{Data: []byte("timestamp_fraction: decimal\n")}
	root := t.TempDir()
	dir := filepath.Join(root, "show")
	var want []string
	for name, f := range files {
		if name == ".gitignore" || name == "README.md" || strings.HasPrefix(name, "make/") {
			continue
		}
		at := filepath.Join(dir, filepath.FromSlash(name))
		if filepath.Base(at) == "audio.mp3" {
			at = filepath.Join(root, "masters", filepath.Base(filepath.Dir(at))+".mp3")
		}
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		want = append(want, at)
	}
	reads := &statcache.Reads{}
	s, found := show.Load(os.DirFS(dir), &show.LoadOptions{Dir: dir, Reads: reads})
	if found.HasErrors() {
		t.Fatal(found)
	}
	if _, found, err := publish.NewRelease(t.Context(), s, &publish.Options{Now: now}); err != nil || found.HasErrors() {
		t.Fatal(err, found)
	}
	got := reads.Paths()
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s was not noted", name)
		}
	}
	for _, name := range []string{"episodes/first-light/chapters.txt", "episodes/first-light/artwork.jpg", "episodes/"} {
		if !slices.ContainsFunc(got, func(at string) bool { return filepath.ToSlash(at) == filepath.ToSlash(dir)+"/"+name }) {
			t.Errorf("%s, which is not there or could have more in it, was not noted", name)
		}
	}
}

func TestNextLive(t *testing.T) {
	files := example(t)
	for _, c := range []struct{ now, want string }{
		{"2026-09-01T00:00:00Z", "2026-09-03T05:00:00Z"},
		{"2026-11-20T12:00:00Z", "2036-02-07T06:28:00Z"},
		{"2036-02-07T06:28:00Z", "0001-01-01T00:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		r := release(t, files, &publish.Options{Now: at})
		if got := r.NextLive().UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("at %s: %s, want %s", c.now, got, c.want)
		}
	}
}

// TestListing changes one thing in a storage after the other, and wants another
// digest each time.
func TestListing(t *testing.T) {
	storage := publish.Storage{Public: mem.New(), State: mem.New()}
	p, err := publish.NewPlan(t.Context(), release(t, example(t), nil), storage, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	look := func(what string) {
		t.Helper()
		listed, err := publish.List(t.Context(), storage)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := publish.List(t.Context(), storage); err != nil || again.Listing != listed.Listing {
			t.Errorf("%s: a second look gives another digest, %v", what, err)
		}
		if before, ok := seen[listed.Listing]; ok {
			t.Errorf("%s: as %s", what, before)
		}
		seen[listed.Listing] = what
	}
	look("empty")
	if p.Listing() == "" || seen[p.Listing()] == "" {
		t.Error("the plan saw something else")
	}
	write := func(b bucket.Bucket, key, text, cache string) {
		t.Helper()
		o := &bucket.Object{Key: key, Size: int64(len(text)), CRC32C: checksum([]byte(text)), Body: held([]byte(text))}
		o.CacheControl = cache
		if _, err := b.Write(t.Context(), o, bucket.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	write(storage.Public, "index.html", "one", "")
	look("a page")
	write(storage.Public, "index.html", "two", "")
	look("another page")
	write(storage.Public, "index.html", "two", "no-store")
	look("another header")
	write(storage.State, publish.StatePrefix+"release.json", "{}", "")
	look("a record")
	storage.State = nil
	look("no record")
}

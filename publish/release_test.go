package publish_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"onair/internal/derive"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/record"
	"onair/publish/release"
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
	trace := &derive.Trace{}
	s, found := show.Load(trace.FS(os.DirFS(dir), dir), &show.LoadOptions{Dir: dir})
	if found.HasErrors() {
		t.Fatal(found)
	}
	if _, found, err := release.New(t.Context(), s, &release.Options{Now: now, Trace: trace}); err != nil || found.HasErrors() {
		t.Fatal(err, found)
	}
	got := trace.Paths()
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

func TestListing(t *testing.T) {
	storage := record.Storage{Public: mem.New(), State: mem.New()}
	p, err := publish.NewPlan(t.Context(), newRelease(t, example(t), nil), storage, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	look := func(what string) {
		t.Helper()
		listed, err := record.List(t.Context(), storage)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := record.List(t.Context(), storage); err != nil || again.Digest != listed.Digest {
			t.Errorf("%s: a second look gives another digest, %v", what, err)
		}
		if before, ok := seen[listed.Digest]; ok {
			t.Errorf("%s: as %s", what, before)
		}
		seen[listed.Digest] = what
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
	write(storage.State, bucket.RecordsPrefix+"release.json", "{}", "")
	look("a record")
	storage.State = nil
	look("no record")
}

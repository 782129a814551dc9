// Package showtest gives tests the example show and its release.
package showtest

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"onair/internal/derive"
	"onair/publish/release"
	"onair/show"
)

// Now is a day on which the example has live, scheduled and draft episodes.
var Now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// Folders and slugs of episodes of the example.
const (
	Cloudy    = "episodes/2-cloudy-with-a-chance-of-packets/"
	Ghosts    = "episodes/1-ghosts-in-the-tag/"
	GhostSlug = "1-ghosts-in-the-tag"
	GUID      = "episodes/3-a-guid-by-any-other-name/"
	GUIDSlug  = "3-a-guid-by-any-other-name"
)

// noCards is added to show.yaml of the example.
const noCards = "\nsite: {cards: false}\n"

// Example returns a copy of the example show in memory, for a test to change. It has no
// cards, because drawing them takes longer than the rest of a release.
func Example(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS(folder(t))
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "public/") {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if name == "show.yaml" {
			data = append(data, noCards...)
		}
		files[name] = &fstest.MapFile{Data: data, ModTime: Now}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// WithCards gives a copy of the example its cards back.
func WithCards(t *testing.T, files fstest.MapFS) {
	t.Helper()
	Edit(t, files, "show.yaml", noCards, "")
}

// folder returns the folder of the example. It looks for examples/hello-universe in the
// current folder and its parents.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		name := filepath.Join(dir, "examples", "hello-universe")
		if _, err := os.Stat(name); err == nil {
			return name
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("the example show is not found")
		}
		dir = filepath.Dir(dir)
	}
}

// Edit replaces the first occurrence of old in a file, which must contain it.
func Edit(t *testing.T, files fstest.MapFS, name, old, new string) {
	t.Helper()
	f := files[name]
	if f == nil || !bytes.Contains(f.Data, []byte(old)) {
		t.Fatalf("%s does not contain %q", name, old)
	}
	files[name] = &fstest.MapFile{Data: bytes.Replace(f.Data, []byte(old), []byte(new), 1)}
}

// cache is in memory, because it is never flushed. It has what the releases of the example
// have in common, of which the images take most of the time.
var cache = derive.Open(filepath.Join(os.TempDir(), "onair-showtest"), "test")

// Release returns the release of a show, which must have no errors. nil options
// build it at Now. Without a cache in the options, the tests of a package share one.
func Release(t *testing.T, files fs.FS, o *release.Options) *release.Release {
	t.Helper()
	if o == nil {
		o = &release.Options{Now: Now}
	}
	if o.Cache == nil {
		withCache := *o
		withCache.Cache = cache
		o = &withCache
	}
	s, found := show.Load(files, nil)
	if found.HasErrors() {
		t.Fatalf("load: %v", found)
	}
	r, found, err := release.New(t.Context(), s, o)
	if err != nil || found.HasErrors() {
		t.Fatalf("release: %v %v", err, found)
	}
	for _, o := range r.Objects {
		if o.Role == release.RoleArtwork && o.Body != nil {
			o.Body = drawnOnce(o)
		}
	}
	return r
}

// drawn has the pictures of releases, by SHA-256.
var drawn sync.Map

// drawnOnce returns the body of a picture. Releases share it: drawing the same pictures
// for every publish would take most of the time of the tests.
func drawnOnce(o *release.Object) func() (io.ReadCloser, error) {
	draw := *o
	once, _ := drawn.LoadOrStore(o.SHA256, sync.OnceValues(draw.Read))
	return func() (io.ReadCloser, error) {
		data, err := once.(func() ([]byte, error))()
		return io.NopCloser(bytes.NewReader(data)), err
	}
}

// Body returns the content of an object.
func Body(t *testing.T, o *release.Object) []byte {
	t.Helper()
	data, err := o.Read()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

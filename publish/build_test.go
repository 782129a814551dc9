package publish_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/crc32c"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/file"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/release"
)

func checksum(data []byte) uint32 { return crc32c.Checksum(data) }

// inMemory returns a body that reads data.
func inMemory(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

func TestBuildRemovesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	b := mem.New()
	first := showtest.Release(t, files, nil)
	written, removed, _, err := publish.Build(t.Context(), first, b, nil, false)
	if err != nil || written != len(first.Objects) || removed != 0 {
		t.Fatalf("first build: %d written, %d removed, %v", written, removed, err)
	}
	if written, removed, _, err := publish.Build(t.Context(), first, b, nil, false); err != nil || written+removed != 0 {
		t.Errorf("again: %d written, %d removed, %v", written, removed, err)
	}
	foreign := first.Feed.Object
	foreign.Key = "CNAME"
	if _, err := b.Write(t.Context(), &foreign, bucket.Condition{}); err != nil {
		t.Fatal(err)
	}

	showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: Hello, Multiverse")
	second := showtest.Release(t, files, nil)
	if _, removed, _, err = publish.Build(t.Context(), second, b, nil, false); err != nil || removed == 0 {
		t.Errorf("after a change: %d removed, %v", removed, err)
	}
	want := map[string]uint32{"CNAME": foreign.CRC32C}
	for _, o := range second.Objects {
		want[o.Key] = o.CRC32C
	}
	got := map[string]uint32{}
	for key, a := range contents(t, b) {
		got[key] = a.CRC32C
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBuildRefusesAPublishedBucket(t *testing.T) {
	t.Parallel()
	b := mem.New()
	r := showtest.Release(t, showtest.Example(t), nil)
	apply(t, plan(t, r, b), b)
	if _, _, _, err := publish.Build(t.Context(), r, b, nil, false); !errors.Is(err, publish.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

// writeFile writes a file, and the folders that it needs.
func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A build overwrites and deletes only what an earlier build wrote, according to the
// record.
func TestBuildLeavesFilesOfOthers(t *testing.T) {
	t.Parallel()
	r := showtest.Release(t, showtest.Example(t), nil)
	forged := `{"objects": {"mine.txt": ["` + strings.Repeat("0", 64) + `"], "index.html": ["` + strings.Repeat("0", 64) + `"]}}`
	for name, test := range map[string]struct {
		files   map[string]string // before the build
		refused string            // key that the error names; empty if the build is not refused
		kept    []string          // files that stay even with --adopt
	}{
		"another page":            {map[string]string{"index.html": "mine"}, "index.html", nil},
		"another feed":            {map[string]string{"feed.xml": "mine", "mine.txt": "mine"}, "feed.xml", []string{"mine.txt"}},
		"a list of keys":          {map[string]string{"mine.txt": "mine", ".onair/build.json": `["mine.txt"]`}, ".onair/build.json", []string{"mine.txt"}},
		"a record that is broken": {map[string]string{"mine.txt": "mine", ".onair/build.json": `{"objects":`}, ".onair/build.json", []string{"mine.txt"}},
		"a record of a release":   {map[string]string{"mine.txt": "mine", ".onair/build.json": `{"phase": "done"}`}, ".onair/build.json", []string{"mine.txt"}},
		"a forged record":         {map[string]string{"index.html": "mine", "mine.txt": "mine", ".onair/build.json": forged}, "index.html", []string{"mine.txt"}},
		"nothing in the way":      {map[string]string{"CNAME": "mine", "mine/index.html": "mine"}, "", []string{"CNAME", "mine/index.html"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for key, text := range test.files {
				writeFile(t, filepath.Join(dir, key), text)
			}
			read := func(key string) string {
				data, err := os.ReadFile(filepath.Join(dir, key))
				if err != nil {
					t.Fatal(err)
				}
				return string(data)
			}
			build := func(adopt bool) error {
				b, err := file.Open(dir, &file.Options{Scratch: true})
				if err != nil {
					t.Fatal(err)
				}
				defer b.Close()
				_, _, _, err = publish.Build(t.Context(), r, b, nil, adopt)
				return err
			}
			err := build(false)
			var foreign *publish.ForeignError
			if errors.As(err, &foreign) != (test.refused != "") || foreign != nil && foreign.Keys[0] != test.refused {
				t.Fatalf("got %v", err)
			}
			if test.refused != "" {
				for key, text := range test.files {
					if read(key) != text {
						t.Errorf("%s was changed", key)
					}
				}
				if err := build(true); err != nil {
					t.Fatal(err)
				}
			}
			for _, key := range test.kept {
				if read(key) != test.files[key] {
					t.Errorf("%s was changed", key)
				}
			}
			if err := build(false); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

// A file of an earlier build that was edited since is neither deleted nor overwritten.
func TestBuildLeavesEditedFiles(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	dir := t.TempDir()
	build := func() (kept []string, err error) {
		b, err := file.Open(dir, &file.Options{Scratch: true})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		_, _, kept, err = publish.Build(t.Context(), showtest.Release(t, files, nil), b, nil, false)
		return kept, err
	}
	if _, err := build(); err != nil {
		t.Fatal(err)
	}
	page := path.Join("episodes", "first-light", "index.html")
	writeFile(t, filepath.Join(dir, page), "edited")
	for name := range files {
		if strings.HasPrefix(name, "episodes/first-light/") {
			delete(files, name)
		}
	}
	delete(files, "onair.lock")
	if kept, err := build(); err != nil || !slices.Equal(kept, []string{page}) {
		t.Errorf("kept %v, %v", kept, err)
	}
	writeFile(t, filepath.Join(dir, "index.html"), "edited")
	if _, err := build(); !errors.Is(err, publish.ErrRefused) && !strings.Contains(err.Error(), "index.html") {
		t.Errorf("got %v", err)
	}
}

// A build that was killed leaves objects that the show may no longer have, and pages that
// it has with another content. The next build deletes and overwrites them, but no file of
// others.
func TestBuildAfterKilledBuild(t *testing.T) {
	t.Parallel()
	r := showtest.Release(t, showtest.Example(t), nil)
	dir := t.TempDir()
	open := func() bucket.Bucket {
		b, err := file.Open(dir, &file.Options{Scratch: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		return b
	}
	add := func(early *publish.Early, key string) {
		data := bytes.Repeat([]byte(key), 9<<20/len(key))
		o := &release.Object{SHA256: fmt.Sprintf("%x", sha256.Sum256(data))}
		o.Key, o.Size, o.CRC32C, o.Body = key, int64(len(data)), checksum(data), inMemory(data)
		early.Add(t.Context(), o, data)
	}
	foreign := []string{"CNAME", "assets/theirs-0123456789abcdef.js"}
	for _, key := range foreign {
		writeFile(t, filepath.Join(dir, key), "theirs")
	}
	early, err := publish.NewEarly(t.Context(), open(), false)
	if err != nil {
		t.Fatal(err)
	}
	killed := []string{"assets/search-0123456789abcdef.bin", "index.html", r.Feed.Key, foreign[1]}
	for _, key := range killed {
		add(early, key)
	}
	if n, err := early.Written(); n != 3 || err != nil {
		t.Fatalf("%d written, %v; want 3", n, err)
	}

	b := open()
	if _, _, _, err := publish.Build(t.Context(), r, b, nil, false); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, o := range r.Objects {
		want = append(want, o.Key)
	}
	want = append(want, foreign...)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(contents(t, b)))); diff != "" {
		t.Error(diff)
	}
	if data, err := os.ReadFile(filepath.Join(dir, foreign[1])); string(data) != "theirs" {
		t.Errorf("%s was changed: %v", foreign[1], err)
	}
}

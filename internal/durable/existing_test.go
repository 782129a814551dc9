package durable_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onair/internal/durable"
)

func openExisting(t *testing.T, name string) *durable.Existing {
	t.Helper()
	o, err := durable.OpenExisting(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

func write(t *testing.T, name, body string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := write(t, filepath.Join(dir, "a.mp3"), "old")
	write(t, filepath.Join(dir, ".onair-tmp-DEAD"), "what a crash left, and longer than the new file")
	o := openExisting(t, name)
	f, err := o.Replace()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "new"); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, 3)
	if _, err := f.ReadAt(back, 0); err != nil || string(back) != "new" {
		t.Errorf("ReadAt = %q, %v", back, err)
	}
	if old, err := io.ReadAll(o); err != nil || string(old) != "old" {
		t.Errorf("the original reads %q, %v", old, err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	want(t, dir, map[string]string{"a.mp3": "new"})
}

func TestReplaceFollowsLinks(t *testing.T) {
	t.Parallel()
	dir, masters := t.TempDir(), t.TempDir()
	master := write(t, filepath.Join(masters, "master.mp3"), "old")
	if err := os.Symlink(master, filepath.Join(masters, "latest.mp3")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(filepath.Join(masters, "latest.mp3"), filepath.Join(dir, "audio.mp3")); err != nil {
		t.Fatal(err)
	}
	f, err := openExisting(t, filepath.Join(dir, "audio.mp3")).Replace()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "new"); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	want(t, masters, map[string]string{"master.mp3": "new", "latest.mp3": "->"})
	want(t, dir, map[string]string{"audio.mp3": "->"})
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := write(t, filepath.Join(dir, "a.mp3"), "old")
	if err := os.Link(name, filepath.Join(dir, "b.mp3")); err != nil {
		t.Skip(err)
	}
	_, err := openExisting(t, name).Replace()
	if err == nil || !strings.Contains(err.Error(), "has 2 names (hard links)") {
		t.Errorf("Replace of a file with two names: %v", err)
	}
	want(t, dir, map[string]string{"a.mp3": "old", "b.mp3": "old"})
}

func TestOpenExistingRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	links := map[string]string{"dangling": "nowhere", "loop": "loop", "folder": "."}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	for name, want := range map[string]string{"dangling": "is a symbolic link to nothing", "loop": "too many links", "folder": "is a folder, not a regular file", ".": "is a folder, not a regular file"} {
		o, err := durable.OpenExisting(filepath.Join(dir, name))
		if err == nil {
			o.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("OpenExisting(%s): %v, want %q", name, err, want)
		}
	}
	for _, name := range []string{"", filepath.Join(dir, "absent")} {
		if _, err := durable.OpenExisting(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("OpenExisting(%q): %v, want ErrNotExist", name, err)
		}
	}
}

// TestReplaceMeetsAnotherWriter checks that Commit keeps what another program has
// written since the file was opened.
func TestReplaceMeetsAnotherWriter(t *testing.T) {
	t.Parallel()
	for _, change := range []struct {
		name string
		do   func(name string) error
		want map[string]string
	}{
		{"another file", func(name string) error { return durable.WriteFile(name, []byte("abc"), 0o644) }, map[string]string{"a.mp3": "abc"}},
		{"longer", func(name string) error { return os.WriteFile(name, []byte("longer"), 0o644) }, map[string]string{"a.mp3": "longer"}},
		{"later", func(name string) error { return os.Chtimes(name, time.Time{}, time.Unix(2e9, 0)) }, map[string]string{"a.mp3": "old"}},
		{"removed", os.Remove, map[string]string{}},
	} {
		t.Run(change.name, func(t *testing.T) {
			dir := t.TempDir()
			name := write(t, filepath.Join(dir, "a.mp3"), "old")
			f, err := openExisting(t, name).Replace()
			if err != nil {
				t.Fatal(err)
			}
			if err := change.do(name); err != nil {
				t.Fatal(err)
			}
			if err := f.Commit(); err == nil {
				t.Error("Commit replaces what somebody else wrote")
			}
			want(t, dir, change.want)
		})
	}
}

func TestCreateFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := durable.CreateFile(filepath.Join(dir, "new.mp3"), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "new"); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	want(t, dir, map[string]string{"new.mp3": "new"})
	if _, err := durable.CreateFile(filepath.Join(dir, "no", "folder", "a"), 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("CreateFile in a missing folder: %v, want ErrNotExist", err)
	}
}

package durable_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/durable"
)

func openRoot(t *testing.T, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func create(t *testing.T, root *os.Root, name, body string) *durable.File {
	t.Helper()
	f, err := durable.Create(root, name, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	return f
}

// tree returns the content of every file below dir by its path, and "->" for a
// symbolic link.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)] = "->"
		if e.Type().IsRegular() {
			body, err := os.ReadFile(name)
			files[filepath.ToSlash(rel)] = string(body)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func want(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if diff := cmp.Diff(files, tree(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestCommit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := openRoot(t, dir)
	for _, body := range []string{"one", "two", ""} {
		before, hadOne := tree(t, dir)["a/b/feed.xml"]
		f := create(t, root, "a/b/feed.xml", body)
		if got, has := tree(t, dir)["a/b/feed.xml"]; got != before || has != hadOne {
			t.Errorf("before Commit the file holds %q, want %q as before", got, before)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		f.Abort() // after Commit it does nothing
		want(t, dir, map[string]string{"a/b/feed.xml": body})
	}
}

func TestReadFrom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := create(t, openRoot(t, dir), "audio.mp3", "tag")
	if n, err := f.ReadFrom(strings.NewReader("payload")); n != 7 || err != nil {
		t.Errorf("ReadFrom = %d, %v", n, err)
	}
	if err := f.Sync(); err != nil {
		t.Error(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	want(t, dir, map[string]string{"audio.mp3": "tagpayload"})
}

func TestAbort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := openRoot(t, dir)
	if err := create(t, root, "feed.xml", "old").Commit(); err != nil {
		t.Fatal(err)
	}
	create(t, root, "feed.xml", "new").Abort()
	want(t, dir, map[string]string{"feed.xml": "old"})
}

// TestCommitFails makes each step of Commit fail.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	t.Run("name became a folder", func(t *testing.T) {
		dir := t.TempDir()
		f := create(t, openRoot(t, dir), "feed.xml", "new")
		if err := os.MkdirAll(filepath.Join(dir, "feed.xml", "sub"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err == nil {
			t.Error("Commit succeeds")
		}
		want(t, dir, map[string]string{})
	})
	t.Run("temporary file is gone", func(t *testing.T) {
		dir := t.TempDir()
		f := create(t, openRoot(t, dir), "feed.xml", "new")
		for name := range tree(t, dir) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Commit(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Commit = %v, want ErrNotExist", err)
		}
		want(t, dir, map[string]string{})
	})
	t.Run("after Abort", func(t *testing.T) {
		dir := t.TempDir()
		f := create(t, openRoot(t, dir), "feed.xml", "new")
		f.Abort()
		if err := f.Commit(); err == nil {
			t.Error("Commit succeeds")
		}
		want(t, dir, map[string]string{})
	})
}

func TestSymlinksStayInside(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"feed.xml": filepath.Join(outside, "secret"), "dir": outside, "up": "..", ".onair-tmp-PLANTED": filepath.Join(outside, "secret"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	root := openRoot(t, dir)
	for _, name := range []string{"dir/secret", "dir/new", "dir/deep/er", "up/new", "../new", "/new"} {
		if f, err := durable.Create(root, name, 0o644); err == nil {
			f.Abort()
			t.Errorf("Create(%q) succeeds", name)
		}
	}
	if f, err := durable.Create(root, "feed.xml", 0o644); err == nil {
		f.Abort()
		t.Error("Create replaces a link")
	}
	if err := durable.WriteFile(filepath.Join(dir, "feed.xml"), []byte("ours"), 0o644); err == nil {
		t.Error("WriteFile replaces a link")
	}
	if err := durable.Sweep(root, ".", 0, time.Now()); err != nil {
		t.Error(err)
	}
	want(t, outside, map[string]string{"secret": "secret"})
	want(t, dir, map[string]string{"feed.xml": "->", "dir": "->", "up": "->", ".onair-tmp-PLANTED": "->"})
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "onair.lock")
	if err := durable.WriteFile(name, []byte("one"), 0o644); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(name, long, long); err != nil {
		t.Fatal(err)
	}
	if err := durable.WriteFile(name, []byte("one"), 0o644); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("writing equal bytes moved the modification time to %v, %v", info.ModTime(), err)
	}
	if err := durable.WriteFile(name, []byte("two"), 0o644); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.ModTime().Equal(long) {
		t.Errorf("writing other bytes left the modification time, %v", err)
	}
	want(t, dir, map[string]string{"onair.lock": "two"})
	if err := durable.WriteFile(filepath.Join(dir, "no", "folder"), nil, 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("WriteFile into a missing folder: %v, want ErrNotExist", err)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := openRoot(t, dir)
	// A crash before the rename leaves a file that is not locked.
	for _, name := range []string{".onair-tmp-DEAD", "a/.onair-tmp-DEAD", "feed.xml", "onair-tmp-visible", ".other"} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, ".onair-tmp-FOLDER"), 0o755); err != nil {
		t.Fatal(err)
	}
	living := create(t, root, "index.html", "half")
	now := time.Now()
	if err := durable.Sweep(root, ".", 0, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := durable.Sweep(root, "not/there", 0, now); err != nil {
		t.Errorf("Sweep of a missing folder: %v", err)
	}
	if _, err := living.Write([]byte(" and half")); err != nil {
		t.Fatal(err)
	}
	if err := living.Commit(); err != nil {
		t.Errorf("the file of a living writer was swept: %v", err)
	}
	want(t, dir, map[string]string{
		"feed.xml": "x", "onair-tmp-visible": "x", ".other": "x", "index.html": "half and half",
		"a/.onair-tmp-DEAD": "x", // Sweep does not enter folders
	})
}

func TestDenied(t *testing.T) {
	t.Parallel()
	if os.Getuid() <= 0 {
		t.Skip("needs a user whom permissions stop")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "onair.lock"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	if _, err := durable.Create(openRoot(t, dir), "a/b", 0o644); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Create = %v, want ErrPermission", err)
	}
	if err := durable.WriteFile(filepath.Join(dir, "onair.lock"), []byte("new"), 0o644); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("WriteFile = %v, want ErrPermission", err)
	}
	want(t, dir, map[string]string{"onair.lock": "old"})
}

func TestIsTemp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := create(t, openRoot(t, dir), "feed.xml", "x")
	defer f.Abort()
	for name := range tree(t, dir) {
		if !durable.IsTemp(name) {
			t.Errorf("IsTemp(%q) = false for the file being written", name)
		}
	}
	if durable.IsTemp("feed.xml") {
		t.Error("IsTemp(feed.xml) = true")
	}
}

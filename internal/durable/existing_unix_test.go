//go:build unix

package durable_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"onair/internal/durable"
)

func TestReplaceKeepsModeAndOwner(t *testing.T) {
	owner := os.Getuid()
	if owner == 0 {
		owner = 12345 // root may give files away
	}
	// A narrow umask must not narrow the mode of the file that is replaced.
	defer syscall.Umask(syscall.Umask(0o077))
	for _, mode := range []fs.FileMode{0o664, 0o600, 0o755 | fs.ModeSetgid} {
		name := write(t, filepath.Join(t.TempDir(), "a.mp3"), "old")
		if err := os.Chown(name, owner, -1); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		before, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := openExisting(t, name).Replace()
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		after, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if after.Mode() != before.Mode() || after.Sys().(*syscall.Stat_t).Uid != uint32(owner) {
			t.Errorf("mode %s and owner %d, want %s and %d", after.Mode(), after.Sys().(*syscall.Stat_t).Uid, before.Mode(), owner)
		}
		if os.SameFile(before, after) {
			t.Error("the file was written in its place")
		}
	}
}

// TestOpenExistingDoesNotWait opens a pipe, which would block until it has a writer.
func TestOpenExistingDoesNotWait(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "pipe.mp3")
	if err := syscall.Mkfifo(name, 0o644); err != nil {
		t.Skip(err)
	}
	_, err := durable.OpenExisting(name)
	if err == nil || !strings.Contains(err.Error(), "is a named pipe, not a regular file") {
		t.Errorf("OpenExisting of a pipe: %v", err)
	}
	if _, err := durable.OpenExisting(os.DevNull); err == nil || !strings.Contains(err.Error(), "is a device, not a regular file") {
		t.Errorf("OpenExisting of a device: %v", err)
	}
}

func TestOpenRegularDoesNotWait(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "pipe.mp3")
	if err := syscall.Mkfifo(name, 0o644); err != nil {
		t.Skip(err)
	}
	for name, want := range map[string]string{name: "is a named pipe, not", dir: "is a folder, not", os.DevNull: "is a device, not"} {
		if _, _, err := durable.OpenRegular(name); err == nil || !strings.Contains(err.Error(), name+" "+want+" a regular file") {
			t.Errorf("OpenRegular(%s): %v, want one that %s a regular file", name, err, want)
		}
	}
}

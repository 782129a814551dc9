package durable_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"onair/internal/durable"
)

// TestFullDisk writes to a file system of 64 KiB.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("cannot mount a small file system:", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := create(t, root, "feed.xml", "old").Commit(); err != nil {
		t.Fatal(err)
	}
	large := make([]byte, 1<<20)
	if err := durable.WriteFile(filepath.Join(dir, "feed.xml"), large, 0o644); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("WriteFile = %v, want ENOSPC", err)
	}
	f := create(t, root, "feed.xml", "")
	if _, err := f.ReadFrom(bytes.NewReader(large)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("ReadFrom = %v, want ENOSPC", err)
	}
	f.Abort()
	want(t, dir, map[string]string{"feed.xml": "old"})
}

package filelock_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"onair/internal/filelock"
)

func open(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestLock(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "lock")
	first, second := open(t, name), open(t, name)
	if err := filelock.Lock(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if ok, err := filelock.TryLock(second); ok || err != nil {
		t.Errorf("TryLock of a locked file = %v, %v; want false", ok, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := filelock.Lock(ctx, second); !errors.Is(err, context.Canceled) {
		t.Errorf("Lock of a locked file = %v, want it to end with its context", err)
	}
	got := make(chan error)
	go func() { got <- filelock.Lock(t.Context(), second) }()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Errorf("Lock after the holder closed: %v", err)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	f := open(t, filepath.Join(t.TempDir(), "lock"))
	f.Close()
	if ok, err := filelock.TryLock(f); ok || err == nil {
		t.Errorf("TryLock of a closed file = %v, %v; want an error", ok, err)
	}
}

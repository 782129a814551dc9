// Package filelock takes the advisory locks of the operating system on open files. A
// lock belongs to the open file, not to the process: if a process opens a file twice,
// only one of the two can be locked at a time. Close releases the lock, and so does the
// end of the process, even by a crash.
package filelock

import (
	"context"
	"os"
	"time"
)

// TryLock takes the exclusive lock on f if the lock is free. It returns false without an
// error if the lock is held, and errors.ErrUnsupported where the file system has no
// locks.
func TryLock(f *os.File) (bool, error) { return tryLock(f) }

// Lock waits for the exclusive lock on f until ctx ends.
func Lock(ctx context.Context, f *os.File) error {
	// A wait inside the system call could not be interrupted, so this polls: often
	// at first, because locks are held briefly.
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		ok, err := tryLock(f)
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

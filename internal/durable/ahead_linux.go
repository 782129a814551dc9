package durable

import (
	"os"

	"golang.org/x/sys/unix"
)

// startWriting has the disk begin with n bytes from off. Whether it did, and
// well, is for Sync to say.
func startWriting(f *os.File, off, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), off, n, unix.SYNC_FILE_RANGE_WRITE)
}

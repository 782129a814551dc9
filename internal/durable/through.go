package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// WriteOutput writes data to the file that a user named for output, at an
// operating-system path. It replaces regular files as WriteFile does. It writes into a
// device, into a pipe that a program reads, and into files in /dev, /proc and /sys,
// where it follows symbolic links such as /dev/stdout. It refuses everything else, such
// as other symbolic links, a socket or a pipe that nothing reads.
func WriteOutput(name string, data []byte, perm fs.FileMode) error {
	stat := os.Lstat
	if isOfSystem(name) {
		stat = os.Stat
	}
	info, err := stat(name)
	if err != nil || info.Mode().IsRegular() && !isOfSystem(name) {
		return WriteFile(name, data, perm)
	}
	mode := info.Mode()
	if mode&(fs.ModeDevice|fs.ModeNamedPipe) == 0 && !mode.IsRegular() {
		return fmt.Errorf("write %s: it is %s, not a regular file", name, kind(mode))
	}
	return writeThrough(name, mode, data)
}

// writeThrough writes into an existing file. It does not wait for the reader of a pipe.
func writeThrough(name string, mode fs.FileMode, data []byte) error {
	flag := os.O_WRONLY
	if mode&fs.ModeNamedPipe != 0 {
		flag |= syscall.O_NONBLOCK
	}
	f, err := os.OpenFile(name, flag, 0)
	if err != nil && mode&fs.ModeNamedPipe != 0 {
		return fmt.Errorf("write %s: it is a named pipe that nothing reads", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// isOfSystem reports whether a path is in a folder of the operating system whose files
// cannot be replaced. An example is /dev/stdout, which may be redirected to a regular
// file.
func isOfSystem(name string) bool {
	whole, err := filepath.Abs(name)
	if err != nil {
		return false
	}
	for _, dir := range []string{"/dev/", "/proc/", "/sys/"} {
		if strings.HasPrefix(filepath.ToSlash(whole), dir) {
			return true
		}
	}
	return false
}

// Package durable writes files as a whole: under the final name, readers find the old
// file or the complete new one, even after a crash or on a full disk. It writes a
// temporary file in the same folder, syncs and renames it, and syncs the folder. It
// replaces regular files only, never a device, a pipe or a symbolic link. Files of
// [CreateScratch] are not synced.
package durable

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"onair/internal/filelock"
)

// tempPrefix starts the name of every temporary file, so that Sweep and
// listings recognize them.
const tempPrefix = ".onair-tmp-"

// File is a file being written. It appears under its final name only with
// Commit. The caller must end with Commit or Abort.
type File struct {
	root *os.Root
	name string // final name, slash-separated, below root
	temp string
	f    *os.File
	size int64     // bytes written so far
	old  *Existing // the version that Commit may replace; nil means any
	own  bool      // whether root was opened for this file alone

	scratch bool // whether the file is neither locked nor synced
}

// Create starts a file below root. It makes missing folders. Because it writes through an
// os.Root, a symbolic link cannot lead it to a place outside of root.
func Create(root *os.Root, name string, perm fs.FileMode) (*File, error) {
	for {
		f, err := create(root, name, perm)
		if err != nil {
			return nil, err
		}
		// The lock shows Sweep that the writer is alive. If Sweep took the lock first,
		// it removes the file, and the loop creates another one.
		locked, err := filelock.TryLock(f.f)
		if locked || errors.Is(err, errors.ErrUnsupported) {
			if _, err := root.Lstat(f.temp); err == nil {
				return f, nil
			}
		}
		f.Abort()
		if err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return nil, err
		}
	}
}

// CreateScratch starts a file below root, for data that can be made again at any time.
// It is much faster than Create, because the file is neither synced nor locked. Readers
// never see half of it, but after a loss of power it may be empty. A Sweep before
// Commit may remove the temporary file.
func CreateScratch(root *os.Root, name string, perm fs.FileMode) (*File, error) {
	f, err := create(root, name, perm)
	if err != nil {
		return nil, err
	}
	f.scratch = true
	return f, nil
}

// create makes the temporary file.
func create(root *os.Root, name string, perm fs.FileMode) (*File, error) {
	if err := checkReplaceable(root, name); err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	dir := path.Dir(name)
	temp := path.Join(dir, tempPrefix+rand.Text())
	const flags = os.O_RDWR | os.O_CREATE | os.O_EXCL
	f, err := root.OpenFile(temp, flags, perm)
	if errors.Is(err, fs.ErrNotExist) {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		f, err = root.OpenFile(temp, flags, perm)
	}
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, reason(err))
	}
	return &File{root: root, name: name, temp: temp, f: f}, nil
}

// checkReplaceable returns an error if a name below root is taken by something that a
// rename must not replace. That includes symbolic links: a show from a pull request
// may have one where a file is written.
func checkReplaceable(root *os.Root, name string) error {
	info, err := root.Lstat(filepath.FromSlash(name))
	if err != nil || info.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("it is %s, not a regular file", kind(info.Mode()))
}

// CreateFile starts a file at an operating-system path, in a folder that
// exists.
func CreateFile(name string, perm fs.FileMode) (*File, error) {
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	_ = Sweep(root, ".", staleAge, time.Now()) // temporary files of processes that were killed
	f, err := Create(root, filepath.Base(name), perm)
	if err != nil {
		_ = root.Close()
		return nil, err
	}
	f.own = true
	return f, nil
}

// Write adds to the temporary file.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	f.size += int64(n)
	return n, err
}

// ReadFrom copies from r, within the kernel where possible. On Linux it also starts
// writing the copied bytes to the disk, so that Sync takes less time after a large file
// was copied in several steps.
func (f *File) ReadFrom(r io.Reader) (int64, error) {
	n, err := f.f.ReadFrom(r)
	startWriteback(f.f, f.size, n)
	f.size += n
	return n, err
}

// ReadAt reads what was written, so that the caller can check it before Commit.
func (f *File) ReadAt(p []byte, off int64) (int, error) { return f.f.ReadAt(p, off) }

// Sync writes the data to the disk, except for a scratch file. Commit calls it too. A
// caller that needs a lock for Commit calls Sync before taking the lock, to hold it for
// less time.
func (f *File) Sync() error {
	if f.scratch {
		return nil
	}
	return f.f.Sync()
}

// Commit gives the file its final name and replaces the file that had the name. On
// error the file with that name is unchanged and the temporary file is removed. The
// exception is an error of the last step, the sync of the folder: the new file then
// exists and may not survive a loss of power.
func (f *File) Commit() error {
	if err := f.Sync(); err != nil {
		f.Abort()
		return fmt.Errorf("write %s: %w", f.called(), reason(err))
	}
	if err := f.old.unchanged(); err != nil {
		f.Abort()
		return err
	}
	if f.scratch {
		return f.commitScratch()
	}
	// Close ends the lock, so it comes after the rename. Its error does not concern the
	// data, which Sync has written.
	if err := f.root.Rename(f.temp, f.name); err != nil {
		f.Abort()
		return fmt.Errorf("write %s: %w", f.called(), reason(err))
	}
	_ = f.f.Close()
	err := syncDir(f.root, path.Dir(f.name))
	f.closeRoot()
	return err
}

// commitScratch closes the file before it renames it: without Sync, an error of writing
// may appear only in Close.
func (f *File) commitScratch() error {
	err := f.f.Close()
	if err == nil {
		err = f.root.Rename(f.temp, f.name)
	}
	if err != nil {
		f.Abort()
		return fmt.Errorf("write %s: %w", f.called(), reason(err))
	}
	return nil
}

// Abort removes the temporary file. After Commit it does nothing.
func (f *File) Abort() {
	_ = f.f.Close() // already closed if commitScratch failed to rename
	_ = f.root.Remove(f.temp)
	f.closeRoot()
}

// called returns the final name, as the caller spelled it if that is known.
func (f *File) called() string {
	if f.old != nil {
		return f.old.name
	}
	return f.name
}

// reason returns an error without the name of the temporary file, which means
// nothing to the user.
func reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

func (f *File) closeRoot() {
	if f.own {
		_ = f.root.Close()
	}
}

// syncDir makes a rename in dir durable. It succeeds on systems that cannot sync
// a folder.
func syncDir(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}

// WriteFile replaces the file at an operating-system path with data, as a whole.
// A file that holds these bytes already is left alone and keeps its modification
// time.
func WriteFile(name string, data []byte, perm fs.FileMode) error {
	if holds(name, data) {
		return nil
	}
	f, err := CreateFile(name, perm)
	if err != nil {
		return err
	}
	return f.finish(data)
}

// WriteIn replaces a file below root with data, as a whole. It creates folders that are
// missing.
func WriteIn(root *os.Root, name string, data []byte, perm fs.FileMode) error {
	f, err := Create(root, name, perm)
	if err != nil {
		return err
	}
	return f.finish(data)
}

// finish writes data and commits the file.
func (f *File) finish(data []byte) error {
	if _, err := f.Write(data); err != nil {
		f.Abort()
		return err
	}
	return f.Commit()
}

// holds reports whether the regular file at an operating-system path has these bytes.
func holds(name string, data []byte) bool {
	f, info, err := OpenRegular(name)
	if err != nil {
		return false
	}
	defer f.Close()
	if info.Size() != int64(len(data)) {
		return false
	}
	old, err := io.ReadAll(io.LimitReader(f, info.Size()+1))
	return err == nil && bytes.Equal(old, data)
}

// IsTemp reports whether a base name is the name of a temporary file.
func IsTemp(base string) bool { return strings.HasPrefix(base, tempPrefix) }

// Sweep removes the temporary files in dir whose writers have died. If the file system
// has no locks, it removes the temporary files that were last written to more than age
// before now.
func Sweep(root *os.Root, dir string, age time.Duration, now time.Time) error {
	entries, err := fs.ReadDir(root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	for _, e := range entries {
		if !IsTemp(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		if err := sweep(root, path.Join(dir, e.Name()), age, now); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// sweep removes one temporary file unless its writer is alive.
func sweep(root *os.Root, temp string, age time.Duration, now time.Time) error {
	f, err := root.OpenFile(temp, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	dead, err := filelock.TryLock(f)
	if errors.Is(err, errors.ErrUnsupported) {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		dead = now.Sub(info.ModTime()) > age
	} else if err != nil {
		return err
	}
	if !dead {
		return nil
	}
	return root.Remove(temp)
}

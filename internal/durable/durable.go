// Package durable writes files so that a reader, a crash or a full disk never
// sees half of one: a temporary file in the same folder, sync, rename, sync of
// the folder. It is the only home of that sequence in onair.
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
// listings know them.
const tempPrefix = ".onair-tmp-"

// File is a file being written. Nothing shows under its final name until
// Commit. It is an io.Writer; the caller must end with Commit or Abort.
type File struct {
	root *os.Root
	name string // final name, slash-separated, below root
	temp string
	f    *os.File
	size int64     // written so far
	old  *Original // what Commit replaces; nil: whatever is there, or nothing
	own  bool      // root was opened for this file alone

	scratch bool // neither locked nor synced
}

// Create starts a file below root. Missing folders are made. Writing through an
// os.Root keeps the file, its temporary file and every folder on the way inside
// it, whatever symbolic links have been planted there.
func Create(root *os.Root, name string, perm fs.FileMode) (*File, error) {
	for {
		f, err := create(root, name, perm)
		if err != nil {
			return nil, err
		}
		// The lock tells Sweep that the writer lives. Sweep may have been faster
		// between the two calls: it holds the lock then, and the file is lost.
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

// CreateScratch starts a file below root that can be made again at any time, as
// Create does but much faster: readers never see half of it, but after a loss of
// power it may be. Its temporary file is not locked, so that a Sweep meanwhile
// removes it.
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

// sweepAge is how old a temporary file must be to be a dead writer's where the
// file system has no locks that say so.
const sweepAge = time.Hour

// CreateFile starts a file at an operating-system path, in a folder that
// exists.
func CreateFile(name string, perm fs.FileMode) (*File, error) {
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	_ = Sweep(root, ".", sweepAge, time.Now()) // what killed writers left beside it
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

// ReadFrom lets the kernel copy from another file where it can, and has the disk
// begin with what was copied. Whoever copies a large file in several steps waits
// less for Sync.
func (f *File) ReadFrom(r io.Reader) (int64, error) {
	n, err := f.f.ReadFrom(r)
	startWriting(f.f, f.size, n)
	f.size += n
	return n, err
}

// ReadAt reads what was written, so that it can be checked before Commit.
func (f *File) ReadAt(p []byte, off int64) (int, error) { return f.f.ReadAt(p, off) }

// Sync writes the data to the disk. Commit does it too; calling Sync before
// taking a lock for Commit keeps the lock brief.
func (f *File) Sync() error {
	if f.scratch {
		return nil
	}
	return f.f.Sync()
}

// Commit makes what was written durable under the final name, replacing what
// was there. On error the final name is as it was and the temporary file gone;
// only if the last step fails, the sync of the folder, the new file is there and
// may not survive a loss of power.
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
	// Close, which ends the lock, comes after the rename. It has nothing left
	// to report: all of the data went out with Sync.
	if err := f.root.Rename(f.temp, f.name); err != nil {
		f.Abort()
		return fmt.Errorf("write %s: %w", f.called(), reason(err))
	}
	_ = f.f.Close()
	err := syncDir(f.root, path.Dir(f.name))
	f.closeRoot()
	return err
}

// commitScratch closes before it renames: without Sync, errors show in Close.
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
	_ = f.f.Close() // closed already when Commit failed late
	_ = f.root.Remove(f.temp)
	f.closeRoot()
}

// called is the final name as far as the caller's spelling of it is known.
func (f *File) called() string {
	if f.old != nil {
		return f.old.name
	}
	return f.name
}

// reason is an error without the name of the temporary file, which nobody knows.
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

// syncDir makes a rename in dir durable. Not every system can sync a folder;
// there the rename is as durable as it gets.
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

// WriteFile replaces the file at an operating-system path with data, all or
// nothing. A file that holds these bytes already is left alone, so that its
// modification time keeps meaning something.
func WriteFile(name string, data []byte, perm fs.FileMode) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	f, err := CreateFile(name, perm)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Abort()
		return err
	}
	return f.Commit()
}

// IsTemp reports whether a file's base name is that of a temporary file.
func IsTemp(base string) bool { return strings.HasPrefix(base, tempPrefix) }

// Sweep removes the temporary files in dir whose writers are dead. Where the
// file system has no locks to tell, those count as dead that were last written
// to more than age before now.
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

// sweep removes one temporary file unless its writer lives.
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

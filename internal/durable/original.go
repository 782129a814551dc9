package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// staleAge is how long ago a temporary file must have been written to count as
// left behind, where the file system has no locks to tell.
const staleAge = time.Hour

// An Original is somebody's file, open for reading, that Replace can put a new
// version in the place of.
type Original struct {
	*os.File
	name string // as the caller spells it
	root *os.Root
	base string // name below root, with links resolved
	info fs.FileInfo
}

// OpenOriginal opens the regular file at an operating-system path. A symbolic
// link is followed: the file is what it points to.
func OpenOriginal(name string) (*Original, error) {
	if _, err := os.Lstat(name); err != nil {
		return nil, err
	}
	target, err := filepath.EvalSymlinks(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is a symbolic link to nothing", name)
	} else if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(filepath.Dir(target))
	if err != nil {
		return nil, err
	}
	o := &Original{name: name, root: root, base: filepath.Base(target)}
	if err := o.open(); err != nil {
		_ = root.Close()
		return nil, err
	}
	return o, nil
}

// open looks before it opens, because opening a pipe waits for its writer, and
// once more at what it got.
func (o *Original) open() error {
	info, err := o.root.Lstat(o.base)
	if err != nil {
		return err
	}
	if err := checkRegular(o.name, info); err != nil {
		return err
	}
	f, err := o.root.Open(o.base)
	if err != nil {
		return err
	}
	if o.info, err = f.Stat(); err == nil && !os.SameFile(info, o.info) {
		err = o.changed()
	}
	if err != nil {
		_ = f.Close()
		return err
	}
	o.File = f
	return nil
}

// Info is what the file was when it was opened.
func (o *Original) Info() fs.FileInfo { return o.info }

// Close ends reading. A File from Replace must have ended before.
func (o *Original) Close() error { return errors.Join(o.File.Close(), o.root.Close()) }

// Replace starts a new version of the file, with its mode and owner, and sweeps
// up what earlier attempts left behind. Commit refuses if the original is not
// what it was when it was opened. Replace refuses what it cannot keep: a file
// with several names, of which the others would stay with the old version; an
// owner that this user may not give; and a file that this user may not write.
func (o *Original) Replace() (*File, error) {
	// Renaming over a file takes no right to write it, but means the same.
	w, err := o.root.OpenFile(o.base, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", o.name, reason(err))
	}
	n, err := links(w)
	_ = w.Close()
	if err != nil {
		return nil, err
	}
	if n > 1 {
		return nil, fmt.Errorf("%s has %d names (hard links), and the others would keep the old version", o.name, n)
	}
	// What cannot be swept, such as another user's file, is in nobody's way.
	_ = Sweep(o.root, ".", staleAge, time.Now())
	f, err := Create(o.root, o.base, 0o600)
	if err != nil {
		return nil, err
	}
	f.old = o
	if err := keepAttributes(f.f, o.info); err != nil {
		f.Abort()
		return nil, fmt.Errorf("keep the owner and mode of %s: %w", o.name, reason(err))
	}
	return f, nil
}

// unchanged reports whether the file is still the one that was opened. A nil
// Original is.
func (o *Original) unchanged() error {
	if o == nil {
		return nil
	}
	now, err := o.root.Lstat(o.base)
	if err != nil {
		return err
	}
	if !os.SameFile(now, o.info) || now.Size() != o.info.Size() || !now.ModTime().Equal(o.info.ModTime()) {
		return o.changed()
	}
	return nil
}

func (o *Original) changed() error {
	return fmt.Errorf("%s was changed by another program in the meantime; it was left as it is", o.name)
}

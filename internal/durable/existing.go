package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// staleAge is the age from which a temporary file is removed if the file system has no
// locks that show whether its writer is alive.
const staleAge = time.Hour

// Existing is a file of the user, open for reading, whose contents [Existing.Replace]
// can replace.
type Existing struct {
	*os.File
	name string // as the caller spelled it
	root *os.Root
	base string // name below root, with symbolic links resolved
	info fs.FileInfo
}

// OpenExisting opens the regular file at an operating-system path. A symbolic
// link is followed: the file is its target.
func OpenExisting(name string) (*Existing, error) {
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
	o := &Existing{name: name, root: root, base: filepath.Base(target)}
	if err := o.open(); err != nil {
		_ = root.Close()
		return nil, err
	}
	return o, nil
}

// open checks the file before it opens it, because opening a pipe waits for the pipe's
// writer, and checks it again afterwards.
func (o *Existing) open() error {
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

// Info describes the file as it was when it was opened.
func (o *Existing) Info() fs.FileInfo { return o.info }

// Close closes the file. A File that Replace returned must have been committed or aborted
// before.
func (o *Existing) Close() error { return errors.Join(o.File.Close(), o.root.Close()) }

// Replace starts a new version of the file with the same mode and owner, and removes
// temporary files of writers that died. Commit fails if the file has changed since it
// was opened. Replace fails for a file that has several names, because its other names
// would keep the old version; for an owner that this user may not set; and for a file
// that this user may not write.
func (o *Existing) Replace() (*File, error) {
	// A rename needs no right to write the file, so the right is checked here.
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
	// A file that cannot be removed, such as another user's, does no harm.
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

// unchanged returns an error if the file was replaced or changed since it was opened. A
// nil Existing is unchanged.
func (o *Existing) unchanged() error {
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

func (o *Existing) changed() error {
	return fmt.Errorf("%s was changed by another program in the meantime; it was not replaced", o.name)
}

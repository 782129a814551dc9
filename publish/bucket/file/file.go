// Package file implements a bucket as a local folder, for a web server on the same
// machine, for rsync, and for a first try without an account.
//
// An object's key is its file's path below the folder. A key that is the folder of
// another ("a" and "a/b") is refused, and so is one that differs from another only
// in a way that the file system ignores (such as case, on macOS and Windows). Only regular
// files are objects. Symbolic links are neither followed nor listed, and nothing
// leads out of the folder.
//
// An object's version is the SHA-256 of its bytes, in hex. A write compares and
// replaces under a lock on the file .onair/lock, which the system releases when the
// process ends. The first write makes the folder and the lock file, which stays empty;
// until then the bucket is empty. The key of the lock file, and keys with a segment that
// looks like the name of a temporary file (package durable), are reserved and never
// listed. With [Options.Scratch] writes take no lock, and conditions only protect calls
// of one Bucket from each other.
//
// Files have no headers: the server derives them from keys.
package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"onair/internal/derive"
	"onair/publish/bucket"
)

// Options are optional.
type Options struct {
	// Sums caches the checksums of files, so that a listing need not read files that
	// have not changed. With nil every listing reads every file.
	Sums *derive.Cache

	// Scratch is for a folder that has one writer and can be made again at any
	// time, such as the folder of a build. Files are written without a lock and without
	// waiting for the disk, and the Bucket reads the folder only once to list it. A
	// reader still never sees half of a file, but after a loss of power files may be
	// empty. The caller closes the Bucket.
	Scratch bool
}

// Bucket is a folder used as a bucket.
type Bucket struct {
	url  string
	dir  string // absolute
	sums *derive.Cache

	busy  chan struct{} // holds one token while a call of this Bucket changes the folder
	swept sync.Once

	scratch *scratch // nil if the files are durable
}

var (
	_ bucket.Bucket     = (*Bucket)(nil)
	_ bucket.Headerless = (*Bucket)(nil)
)

// Open returns the bucket in dir, which need not exist yet.
func Open(dir string, opts *Options) (*Bucket, error) {
	if opts == nil {
		opts = &Options{}
	}
	if dir == "" {
		return nil, errors.New("open file bucket: no folder given")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open file:%s: %w", dir, err)
	}
	if info, err := os.Stat(abs); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("open file:%s: not a folder", dir)
	}
	b := &Bucket{url: "file:" + dir, dir: abs, sums: opts.Sums, busy: make(chan struct{}, 1)}
	if opts.Scratch {
		b.scratch = &scratch{}
	}
	return b, nil
}

// Close releases what a Bucket with [Options.Scratch] keeps open between calls. Other
// Buckets keep nothing open.
func (b *Bucket) Close() error {
	if b.scratch == nil {
		return nil
	}
	return b.scratch.close()
}

// URL returns "file:" and the folder as given to Open.
func (b *Bucket) URL() string { return b.url }

// Headerless marks a bucket without headers.
func (b *Bucket) Headerless() {}

// Open reads a file.
func (b *Bucket) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	r, attrs, err := b.open(ctx, key, offset, length)
	if err != nil {
		return nil, bucket.Attrs{}, b.wrap("open", key, err)
	}
	return r, attrs, nil
}

func (b *Bucket) open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	if offset < 0 {
		return nil, bucket.Attrs{}, fmt.Errorf("negative offset %d", offset)
	}
	if err := ctx.Err(); err != nil {
		return nil, bucket.Attrs{}, err
	}
	root, err := b.root(key)
	if err != nil {
		return nil, bucket.Attrs{}, err
	}
	defer root.Close()
	f, err := openObject(root, key)
	if err != nil {
		return nil, bucket.Attrs{}, err
	}
	attrs, err := b.measure(ctx, f, key)
	if err != nil {
		_ = f.Close()
		return nil, bucket.Attrs{}, err
	}
	if length < 0 || length > attrs.Size {
		length = attrs.Size // enough to reach the end from any offset; offset + length cannot overflow
	}
	// A concurrent write creates another file, so the open file keeps the size in
	// attrs.
	return &section{io.NewSectionReader(f, min(offset, attrs.Size), length), f}, attrs, nil
}

// section is a part of an open file.
type section struct {
	*io.SectionReader
	io.Closer
}

// root opens the folder for one call on a key. The error is ErrNotExist if there is no
// folder.
func (b *Bucket) root(key string) (*os.Root, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bucket.ErrNotExist
	}
	return root, err
}

// wrap adds the step and the object's key to an error, and ErrDenied if the file system
// denies permission.
func (b *Bucket) wrap(op, key string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w: %w", bucket.ErrDenied, err)
	}
	if key == "" {
		return fmt.Errorf("%s %s: %w", op, b.url, err)
	}
	return fmt.Errorf("%s %s/%s: %w", op, b.url, key, err)
}

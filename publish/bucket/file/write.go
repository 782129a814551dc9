package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"onair/internal/durable"
	"onair/internal/filelock"
	"onair/publish/bucket"
)

// lockName is the file that is locked while the folder is changed.
const lockName = ".onair/lock"

// staleAge is the age from which a temporary file is removed if the file system has no
// locks that show whether its writer is alive.
const staleAge = 24 * time.Hour

// Write stores an object. Its headers are not kept.
func (b *Bucket) Write(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	attrs, err := b.write(ctx, o, cond)
	if err != nil {
		return bucket.Attrs{}, b.wrap("write", o.Key, err)
	}
	return attrs, nil
}

func (b *Bucket) write(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	if err := checkKey(o.Key); err != nil {
		return bucket.Attrs{}, err
	}
	if b.scratch != nil {
		return b.writeScratch(ctx, o, cond)
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return bucket.Attrs{}, err
	}
	root, err := os.OpenRoot(b.dir)
	if err != nil {
		return bucket.Attrs{}, err
	}
	defer root.Close()

	// The body is copied to a temporary file without the lock, so that a long body does
	// not hold up other calls. The temporary file is created under the lock, so that no
	// Delete removes the folder before the file is in it.
	var f *durable.File
	err = b.locked(ctx, root, func() (err error) {
		b.swept.Do(func() { sweep(root) })
		if err := b.require(ctx, root, o.Key, cond); err != nil {
			return err
		}
		f, err = durable.Create(root, o.Key, 0o644)
		return err
	})
	if err != nil {
		return bucket.Attrs{}, err
	}
	version, err := copyBody(ctx, f, o)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		f.Abort()
		return bucket.Attrs{}, err
	}
	var info fs.FileInfo
	err = b.locked(ctx, root, func() error {
		if err := b.require(ctx, root, o.Key, cond); err != nil {
			return err
		}
		if err := f.Commit(); err != nil {
			return err
		}
		info, err = root.Stat(o.Key)
		return err
	})
	if err != nil {
		f.Abort()
		return bucket.Attrs{}, err
	}
	return bucket.Attrs{Key: o.Key, Size: o.Size, CRC32C: o.CRC32C, Version: version, Updated: info.ModTime()}, nil
}

// copyBody writes the body of an object and returns its version.
func copyBody(ctx context.Context, w io.Writer, o *bucket.Object) (version string, err error) {
	if o.Digest != "" {
		return o.Digest, bucket.CopyBody(ctx, w, o)
	}
	sha := sha256.New()
	if err := bucket.CopyBody(ctx, io.MultiWriter(w, sha), o); err != nil {
		return "", err
	}
	return hex.EncodeToString(sha.Sum(nil)), nil
}

// SetHeaders checks that the object is there and that the condition holds.
// There are no headers to set.
func (b *Bucket) SetHeaders(ctx context.Context, key string, _ bucket.Headers, cond bucket.Condition) (bucket.Attrs, error) {
	r, attrs, err := b.open(ctx, key, 0, 0)
	if err == nil {
		_ = r.Close()
		err = cond.Check(attrs.Version)
	}
	if err != nil {
		return bucket.Attrs{}, b.wrap("set headers of", key, err)
	}
	return attrs, nil
}

// Delete removes an object, and the folders that it leaves empty.
func (b *Bucket) Delete(ctx context.Context, key string, cond bucket.Condition) error {
	if err := b.delete(ctx, key, cond); err != nil {
		return b.wrap("delete", key, err)
	}
	return nil
}

func (b *Bucket) delete(ctx context.Context, key string, cond bucket.Condition) error {
	root, err := b.root(key)
	if err != nil {
		return err
	}
	defer root.Close()
	remove := func() error {
		version, err := b.version(ctx, root, key)
		if err != nil {
			return err
		}
		if err := cond.Check(version); err != nil {
			return err
		}
		if err := root.Remove(key); err != nil {
			return err
		}
		for dir := path.Dir(key); dir != "."; dir = path.Dir(dir) {
			if root.Remove(dir) != nil {
				break // it is not empty
			}
		}
		return nil
	}
	if b.scratch != nil {
		b.scratch.forget()
		if err := remove(); err != nil {
			return err
		}
		b.scratch.deleted(key)
		return nil
	}
	return b.locked(ctx, root, remove)
}

// locked runs f while no other call of this Bucket, no other Bucket and no other
// process changes the folder.
func (b *Bucket) locked(ctx context.Context, root *os.Root, f func() error) error {
	select {
	case b.busy <- struct{}{}:
		defer func() { <-b.busy }()
	case <-ctx.Done():
		return ctx.Err()
	}
	lock, err := openLock(root)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := filelock.Lock(ctx, lock); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f()
}

func openLock(root *os.Root) (*os.File, error) {
	if err := root.MkdirAll(path.Dir(lockName), 0o755); err != nil {
		return nil, err
	}
	return root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o644)
}

// require returns an error if no object can have the key, or if the condition does not
// hold. It removes an empty folder at the key.
func (b *Bucket) require(ctx context.Context, root *os.Root, key string, cond bucket.Condition) error {
	info, err := locate(root, key)
	if err != nil {
		return err
	}
	if info != nil && info.IsDir() {
		// An empty folder is a remnant and holds no object.
		if root.Remove(key) != nil {
			return fmt.Errorf("%s is a folder here, with objects below it", key)
		}
		info = nil
	}
	if cond == (bucket.Condition{}) {
		return nil
	}
	if info == nil {
		return cond.Check("")
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file here", key)
	}
	version, err := b.version(ctx, root, key)
	if err != nil {
		return err
	}
	return cond.Check(version)
}

// version returns the version of an object.
func (b *Bucket) version(ctx context.Context, root *os.Root, key string) (string, error) {
	f, err := openObject(root, key)
	if err != nil {
		return "", err
	}
	defer f.Close()
	attrs, err := b.measure(ctx, f, key)
	return attrs.Version, err
}

// sweep removes the temporary files of dead writers in the whole folder. A file
// that cannot be removed does no harm, so errors are ignored.
func sweep(root *os.Root) {
	now := time.Now()
	_ = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			_ = durable.Sweep(root, name, staleAge, now)
		}
		return nil
	})
}

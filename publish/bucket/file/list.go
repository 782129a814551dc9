package file

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/crc32c"
	"onair/internal/derive"
	"onair/internal/durable"
	"onair/publish/bucket"
)

// List yields the objects below the folder.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[bucket.Attrs, error] {
	return func(yield func(bucket.Attrs, error) bool) {
		if b.scratch != nil {
			b.listScratch(ctx, prefix, yield)
			return
		}
		l := lister{b: b, prefix: prefix, yield: yield}
		if err := l.walk(ctx); err != nil && !errors.Is(err, errStop) {
			yield(bucket.Attrs{}, b.wrap("list", "", err))
		}
	}
}

// errStop ends a listing when its caller stops.
var errStop = errors.New("stop")

// lister is one walk through the folder.
type lister struct {
	b      *Bucket
	root   *os.Root
	prefix string
	yield  func(bucket.Attrs, error) bool

	temporary func(dir string) // is called for each temporary file in dir; may be nil
}

// walk lists the whole folder. A folder that does not exist is empty.
func (l *lister) walk(ctx context.Context) (err error) {
	l.root, err = os.OpenRoot(l.b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer l.root.Close()
	return l.folder(ctx, ".")
}

// folder lists the objects in one folder and below it.
func (l *lister) folder(ctx context.Context, dir string) error {
	entries, err := fs.ReadDir(l.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted since its parent was read
	} else if err != nil {
		return err
	}
	// In the order of keys "a.b" comes before "a/b", although "a" < "a.b".
	slices.SortFunc(entries, func(x, y fs.DirEntry) int { return cmp.Compare(sortName(x), sortName(y)) })
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		key := path.Join(dir, e.Name())
		if l.temporary != nil && durable.IsTemp(e.Name()) {
			l.temporary(dir)
		}
		switch {
		case e.IsDir():
			// Other folders cannot hold keys that start with the prefix.
			if below := key + "/"; strings.HasPrefix(below, l.prefix) || strings.HasPrefix(l.prefix, below) {
				if err := l.folder(ctx, key); err != nil {
					return err
				}
			}
		case e.Type().IsRegular() && strings.HasPrefix(key, l.prefix):
			if err := l.file(ctx, key, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func sortName(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}

// file lists one file, if a key names it.
func (l *lister) file(ctx context.Context, key string, e fs.DirEntry) error {
	if isReserved(key) || bucket.ValidKey(key) != nil {
		return nil // reserved, or made by another program: no key names it
	}
	if info, err := e.Info(); err == nil {
		if s, known := derive.KnownOf[bucket.Sums](l.b.sums, sumsFunc, l.b.path(key), derive.StateOf(info)); known {
			return l.found(attrsOf(key, info, s))
		}
	}
	f, err := l.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted since its folder was read
	} else if err != nil {
		return err
	}
	defer f.Close()
	attrs, err := l.b.measure(ctx, f, key)
	if err != nil {
		return err
	}
	return l.found(attrs)
}

// found yields the attributes of one file.
func (l *lister) found(attrs bucket.Attrs) error {
	if !l.yield(attrs, nil) {
		return errStop
	}
	return nil
}

// path returns the operating-system path of the file of a key.
func (b *Bucket) path(key string) string { return filepath.Join(b.dir, filepath.FromSlash(key)) }

// attrsOf describes a file with known sums.
func attrsOf(key string, info fs.FileInfo, s bucket.Sums) bucket.Attrs {
	return bucket.Attrs{Key: key, Size: info.Size(), CRC32C: s.CRC32C, Version: s.SHA256, Updated: info.ModTime()}
}

// sumsFunc identifies the sums of files in the cache.
var sumsFunc = derive.Func{Name: "sums", Version: 3, AnyBuild: true}

// measure returns the attributes of an open file. It reads the file unless the cache has
// its sums.
func (b *Bucket) measure(ctx context.Context, f *os.File, key string) (bucket.Attrs, error) {
	info, err := f.Stat()
	if err != nil {
		return bucket.Attrs{}, err
	}
	s, err := derive.ValueOf(b.sums, sumsFunc, b.path(key), derive.StateOf(info), func() (bucket.Sums, error) {
		return sum(ctx, io.NewSectionReader(f, 0, info.Size()))
	})
	if err != nil {
		return bucket.Attrs{}, err
	}
	return attrsOf(key, info, s), nil
}

// sum computes the sums of the bytes of r.
func sum(ctx context.Context, r io.Reader) (bucket.Sums, error) {
	sha, crc := sha256.New(), crc32c.New()
	read := func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(p)
	}
	n, err := io.Copy(io.MultiWriter(sha, crc), readerFunc(read))
	if err != nil {
		return bucket.Sums{}, err
	}
	return bucket.Sums{Size: n, SHA256: hex.EncodeToString(sha.Sum(nil)), CRC32C: crc.Sum32()}, nil
}

// readerFunc is a function that implements io.Reader.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// isReserved reports whether a key belongs to the lock file or a temporary file. It
// ignores case, as the file system may.
func isReserved(key string) bool {
	if strings.EqualFold(key, lockName) {
		return true
	}
	for segment := range strings.SplitSeq(key, "/") {
		if durable.IsTemp(strings.ToLower(segment)) {
			return true
		}
	}
	return false
}

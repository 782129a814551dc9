package file

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"onair/internal/derive"
	"onair/internal/durable"
	"onair/internal/filelock"
	"onair/publish/bucket"
)

// maxFolders is how many folders a scratch bucket keeps open for the next write.
const maxFolders = 4

// scratch is the state that a Bucket with Options.Scratch keeps between calls.
type scratch struct {
	mu   sync.Mutex
	open []*folder // open folders that are not in use, least recently used first
	lock *os.File  // nil before the first write, or if another Bucket held the lock at the first write

	listing sync.Mutex              // protects the fields below
	objects map[string]bucket.Attrs // in the folder, by key; nil before the first listing
	listed  []bucket.Attrs          // objects in the order of their keys; nil if objects has changed since
	litter  []string                // folders in which the listing found temporary files
}

// folder is an open folder below the bucket's folder.
type folder struct {
	dir  string // the part of a key before the last slash, or "."
	root *os.Root
}

// writeScratch stores an object without locking the folder and without waiting for the
// disk. Folders stay open between calls, because most objects are in the same folder as
// the previous one.
func (b *Bucket) writeScratch(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	b.swept.Do(b.sweepScratch)
	if cond != (bucket.Condition{}) {
		select {
		case b.busy <- struct{}{}:
			defer func() { <-b.busy }()
		case <-ctx.Done():
			return bucket.Attrs{}, ctx.Err()
		}
	}
	dir, base := path.Dir(o.Key), path.Base(o.Key)
	in, err := b.folder(dir)
	if err != nil {
		return bucket.Attrs{}, err
	}
	defer b.scratch.put(in)
	if err := b.requireScratch(ctx, in, o.Key, cond); err != nil {
		return bucket.Attrs{}, err
	}
	f, err := durable.CreateScratch(in.root, base, 0o644)
	if err != nil {
		return bucket.Attrs{}, err
	}
	version, err := copyBody(ctx, f, o)
	if err != nil {
		f.Abort()
		return bucket.Attrs{}, err
	}
	if err := f.Commit(); err != nil {
		return bucket.Attrs{}, err
	}
	info, err := in.root.Stat(base)
	if err != nil {
		return bucket.Attrs{}, err
	}
	// A new file could still change within one tick of the clock. Here it cannot,
	// because the folder has one writer, so the cache may keep its sums.
	s := bucket.Sums{Size: o.Size, SHA256: version, CRC32C: o.CRC32C}
	derive.Keep(b.sums, sumsFunc, b.path(o.Key), derive.KeyOf(derive.StateOf(info)), s)
	attrs := attrsOf(o.Key, info, s)
	b.scratch.wrote(attrs)
	return attrs, nil
}

// listScratch yields the objects whose keys have the prefix. The folder has one writer,
// so it is walked only once: the first listing is kept, and each write and delete of
// the Bucket updates it.
func (b *Bucket) listScratch(ctx context.Context, prefix string, yield func(bucket.Attrs, error) bool) {
	s := b.scratch
	s.listing.Lock()
	if s.objects == nil {
		if err := b.walkScratch(ctx); err != nil {
			s.listing.Unlock()
			yield(bucket.Attrs{}, b.wrap("list", "", err))
			return
		}
	}
	if s.listed == nil {
		s.listed = make([]bucket.Attrs, 0, len(s.objects))
		for _, key := range slices.Sorted(maps.Keys(s.objects)) {
			s.listed = append(s.listed, s.objects[key])
		}
	}
	listed := s.listed
	s.listing.Unlock()
	for _, attrs := range listed {
		if strings.HasPrefix(attrs.Key, prefix) && !yield(attrs, nil) {
			return
		}
	}
}

// walkScratch lists the folder for listScratch.
func (b *Bucket) walkScratch(ctx context.Context) error {
	s := b.scratch
	var listed []bucket.Attrs
	l := lister{b: b, yield: func(attrs bucket.Attrs, _ error) bool {
		listed = append(listed, attrs)
		return true
	}}
	l.temporary = func(dir string) {
		if n := len(s.litter); n == 0 || s.litter[n-1] != dir {
			s.litter = append(s.litter, dir)
		}
	}
	if err := l.walk(ctx); err != nil {
		s.litter = nil
		return err
	}
	s.objects, s.listed = make(map[string]bucket.Attrs, len(listed)), listed
	for _, attrs := range listed {
		s.objects[attrs.Key] = attrs
	}
	return nil
}

// wrote adds an object to the listing, if there is one.
func (s *scratch) wrote(attrs bucket.Attrs) {
	s.listing.Lock()
	defer s.listing.Unlock()
	if s.objects == nil {
		return
	}
	s.objects[attrs.Key], s.listed = attrs, nil
}

// deleted removes an object from the listing, if there is one.
func (s *scratch) deleted(key string) {
	s.listing.Lock()
	defer s.listing.Unlock()
	delete(s.objects, key)
	s.listed = nil
}

// requireScratch does what require does, for an object in an open folder.
func (b *Bucket) requireScratch(ctx context.Context, in *folder, key string, cond bucket.Condition) error {
	if cond == (bucket.Condition{}) {
		return b.require(ctx, in.root, path.Base(key), cond)
	}
	root, err := os.OpenRoot(b.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return b.require(ctx, root, key, cond)
}

// folder opens a folder and makes it if it is missing. After its use, the caller passes
// the folder to put.
func (b *Bucket) folder(dir string) (*folder, error) {
	if f := b.scratch.get(dir); f != nil {
		return f, nil
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(b.dir)
	if err != nil || dir == "." {
		return &folder{dir, root}, err
	}
	defer root.Close()
	switch info, err := locate(root, dir); {
	case err != nil:
		return nil, err
	case info == nil:
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	case !info.IsDir():
		return nil, fmt.Errorf("%s is not a folder here, so nothing can be below it", dir)
	}
	below, err := root.OpenRoot(dir)
	return &folder{dir, below}, err
}

// get returns a folder that is open and not in use, or nil.
func (s *scratch) get(dir string) *folder {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.open, func(f *folder) bool { return f.dir == dir })
	if i < 0 {
		return nil
	}
	f := s.open[i]
	s.open = slices.Delete(s.open, i, i+1)
	return f
}

// put keeps a folder open for later calls.
func (s *scratch) put(f *folder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open = append(s.open, f); len(s.open) > maxFolders {
		_ = s.open[0].root.Close()
		s.open = slices.Delete(s.open, 0, 1)
	}
}

// forget closes the folders that are not in use, because a delete may remove them.
func (s *scratch) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.open {
		_ = f.root.Close()
	}
	s.open = nil
}

func (s *scratch) close() error {
	s.forget()
	if s.lock == nil {
		return nil
	}
	return s.lock.Close()
}

// sweepScratch removes temporary files unless another Bucket writes to the folder.
// Temporary files of a scratch bucket are not locked. Instead, the Bucket that uses
// them holds the lock of the folder until Close.
func (b *Bucket) sweepScratch() {
	if os.MkdirAll(b.dir, 0o755) != nil {
		return // the write reports the error
	}
	root, err := os.OpenRoot(b.dir)
	if err != nil {
		return
	}
	defer root.Close()
	lock, err := openLock(root)
	if err != nil {
		return
	}
	if free, err := filelock.TryLock(lock); !free || err != nil {
		_ = lock.Close()
		return
	}
	b.scratch.lock = lock
	b.scratch.listing.Lock()
	defer b.scratch.listing.Unlock()
	if b.scratch.objects == nil {
		sweep(root)
		return
	}
	for _, dir := range b.scratch.litter { // the listing has seen every folder
		_ = durable.Sweep(root, dir, staleAge, time.Now())
	}
}

package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"onair/internal/plural"
	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
)

// buildRecord is the key of the record of the last build, in the folder of the build.
// Another program, or a pull request, may have written the record. So Build changes a
// recorded object only if the object still has the recorded version.
const buildRecord = bucket.RecordsPrefix + "build.json"

// builtObjects is the content of buildRecord.
type builtObjects struct {
	// Objects holds, by key, the versions of an object that builds wrote. In a folder, a
	// version is the SHA-256 of the file. While a build is under way, a key may have two
	// versions, the old and the new one.
	Objects map[string][]string `json:"objects"`
}

// wrote reports whether the record has the present version of the object.
func (r *builtObjects) wrote(o bucket.Attrs) bool {
	return r != nil && o.Version != "" && slices.Contains(r.Objects[o.Key], o.Version)
}

// clone returns a copy of the record, which may be nil.
func (r *builtObjects) clone() *builtObjects {
	c := &builtObjects{Objects: map[string][]string{}}
	if r != nil {
		maps.Copy(c.Objects, r.Objects)
	}
	return c
}

// Early takes the objects of a release while the release is being made, so that the Build
// that follows renders nothing twice. It takes only objects whose key was not in the
// bucket; Build handles the others. It keeps at most about earlyBytes of them in memory.
// When there are more, it adds them to the record and writes them. So if the process is
// killed, the next build recognizes them.
type Early struct {
	b        bucket.Bucket
	had      map[string]bool // keys that the bucket had before
	last     *builtObjects   // record of the last build; nil if there is none
	recorded *builtObjects   // present record; nil if there is none

	mu      sync.Mutex
	waiting map[string]*bucket.Object // by key: objects that are not written yet
	data    []byte                    // of the objects in waiting
	written map[string]bool           // by key
	err     error
}

const earlyBytes = 8 << 20

// NewEarly lists the bucket and reads the record of the last build. It refuses a bucket to
// which a show was published. If the record is not one of a build, the error is a
// *ForeignError, unless adopt is true.
func NewEarly(ctx context.Context, b bucket.Bucket, adopt bool) (*Early, error) {
	w := &Early{b: b, had: map[string]bool{}, waiting: map[string]*bucket.Object{}, written: map[string]bool{}}
	for attrs, err := range b.List(ctx, "") {
		if err != nil {
			return nil, err
		}
		w.had[attrs.Key] = true
	}
	if w.had[record.Key] {
		return nil, publishedTo(b)
	}
	last, err := readBuilt(ctx, b)
	if foreign := (*ForeignError)(nil); errors.As(err, &foreign) && adopt {
		last, err = nil, nil
	}
	w.last, w.recorded = last, last
	return w, err
}

// Add adds an object and its bytes, which it copies. It ignores objects whose key the
// bucket had before. It may be called concurrently, as release.Options.Rendered requires.
func (w *Early) Add(ctx context.Context, o *release.Object, data []byte) {
	if w.had[o.Key] {
		return
	}
	whole := o.Object
	whole.Digest = o.SHA256
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	from := len(w.data)
	w.data = append(w.data, data...)
	data = w.data[from:]
	whole.Body = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	w.waiting[o.Key] = &whole
	if len(w.data) >= earlyBytes {
		w.err = w.write(ctx)
	}
}

// write records the objects in waiting, and then writes them.
func (w *Early) write(ctx context.Context) error {
	w.recorded = w.recorded.clone()
	for key, o := range w.waiting {
		w.recorded.Objects[key] = slices.Concat(w.recorded.Objects[key], []string{o.Digest})
		w.written[key] = true
	}
	if err := writeBuilt(ctx, w.b, w.recorded); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, o := range w.waiting {
		group.Go(func() error {
			_, err := w.b.Write(ctx, o, bucket.Condition{})
			return err
		})
	}
	err := group.Wait()
	clear(w.waiting)
	w.data = w.data[:0]
	return err
}

// Written returns how many objects were written, and the first error.
func (w *Early) Written() (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.written), w.err
}

// Undo deletes what was written and restores the record, for a release that turns out to
// have errors.
func (w *Early) Undo(ctx context.Context) {
	for key := range w.written {
		_ = w.b.Delete(ctx, key, bucket.Condition{})
	}
	switch {
	case w.recorded == w.last:
	case w.last == nil:
		_ = w.b.Delete(ctx, buildRecord, bucket.Condition{})
	default:
		_ = writeBuilt(ctx, w.b, w.last)
	}
}

func publishedTo(b bucket.Bucket) error {
	return refusef("%s holds a published show; build into a folder of its own", b.URL())
}

// Build makes a bucket, in practice a local folder, hold a release. It removes objects
// of an earlier build that the release does not have. It does not change objects that
// are right already. Unless adopt is true, Build overwrites only objects that a build
// wrote, according to the record in the bucket; otherwise the error wraps a
// *ForeignError. Build refuses a bucket to which a show was published: that needs Apply.
//
// It returns how many objects it wrote and removed, and the keys of objects that it did
// not remove because they were changed since the earlier build. early has objects of the
// release, and may be nil; those that it wrote are not counted.
func Build(ctx context.Context, r *release.Release, b bucket.Bucket, early *Early, adopt bool) (written, removed int, kept []string, err error) {
	storage := record.Storage{Public: b}
	seen, err := record.List(ctx, storage)
	if err == nil {
		err = seen.ReadState(ctx, storage, "")
	}
	if err != nil {
		return 0, 0, nil, err
	}
	if seen.State.Phase != "" {
		return 0, 0, nil, publishedTo(b)
	}
	if early == nil {
		if early, err = NewEarly(ctx, b, adopt); err != nil {
			return 0, 0, nil, err
		}
	}
	last := early.recorded
	seen.Headerless, seen.KeepsParts = true, false // only the bytes matter
	p := compare(r, seen)
	if err := p.checkAudio(); err != nil {
		return 0, 0, nil, err
	}
	changes := p.filter(func(c *Change) bool { return c.Action != Keep })
	if err := checkForeign(b, seen, last, changes); err != nil && !adopt {
		return 0, 0, nil, err
	}
	recorded, err := recordBefore(ctx, b, seen, last, changes)
	if err != nil {
		return 0, 0, nil, err
	}
	if written, err = writeAll(ctx, b, seen, changes, early.waiting); err != nil {
		return written, 0, nil, err
	}
	if removed, kept, err = removeStale(ctx, b, r, seen, last); err != nil {
		return written, removed, kept, err
	}
	return written, removed, kept, recordAfter(ctx, b, r, seen, recorded)
}

// readBuilt returns the record of the last build; nil if there is none. The error is a
// *ForeignError if the record is not one of a build.
func readBuilt(ctx context.Context, b bucket.Bucket) (*builtObjects, error) {
	data, err := record.Download(ctx, b, buildRecord)
	if errors.Is(err, bucket.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	last := &builtObjects{}
	if err := json.Unmarshal(data, last); err != nil || last.Objects == nil {
		return nil, &ForeignError{Storage: b.URL(), Keys: []string{buildRecord}}
	}
	return last, nil
}

// checkForeign returns an error that wraps a *ForeignError if a change overwrites an
// object that no build wrote.
func checkForeign(b bucket.Bucket, seen *record.Listing, last *builtObjects, changes []*Change) error {
	var keys []string
	for _, c := range changes {
		if old, exists := seen.Objects[c.Key]; exists && !last.wrote(old) {
			keys = append(keys, c.Key)
		}
	}
	switch n := len(keys); n {
	case 0:
		return nil
	case 1:
		return &ForeignError{Storage: b.URL(), Keys: []string{keys[0]}}
	default:
		return fmt.Errorf("%w, and %s in the way", &ForeignError{Storage: b.URL(), Keys: []string{keys[0]}}, plural.Count(n-1, "other file"))
	}
}

// recordBefore adds to the record the versions that the changes will write, and returns
// the record. If this build is interrupted, the next one recognizes its objects.
func recordBefore(ctx context.Context, b bucket.Bucket, seen *record.Listing, last *builtObjects, changes []*Change) (*builtObjects, error) {
	if len(changes) == 0 {
		return last, nil
	}
	next := last.clone()
	for _, c := range changes {
		versions := []string{c.object.SHA256}
		if old, exists := seen.Objects[c.Key]; exists && last.wrote(old) {
			versions = append(versions, old.Version)
		}
		next.Objects[c.Key] = versions
	}
	return next, writeBuilt(ctx, b, next)
}

// recordAfter records the versions of the objects of the release. recorded is the present
// record; nil if there is none.
func recordAfter(ctx context.Context, b bucket.Bucket, r *release.Release, seen *record.Listing, recorded *builtObjects) error {
	next := &builtObjects{Objects: map[string][]string{}}
	for _, o := range r.Objects {
		next.Objects[o.Key] = []string{seen.Objects[o.Key].Version}
	}
	if recorded != nil && maps.EqualFunc(recorded.Objects, next.Objects, slices.Equal) {
		return nil
	}
	return writeBuilt(ctx, b, next)
}

func writeBuilt(ctx context.Context, b bucket.Bucket, r *builtObjects) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = b.Write(ctx, record.NewObject(buildRecord, append(data, '\n')), bucket.Condition{})
	return err
}

// writeAll writes the objects of changes, as many at once as there are processors, and
// adds them to the listing. rendered has, by key, objects that need not be rendered again.
// It returns how many were written, and the first error.
func writeAll(ctx context.Context, b bucket.Bucket, seen *record.Listing, changes []*Change, rendered map[string]*bucket.Object) (written int, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	var mu sync.Mutex
	for _, c := range changes {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			o := &c.object.Object
			if early := rendered[c.Key]; early != nil && early.Digest == c.object.SHA256 {
				o = early
			}
			attrs, err := b.Write(ctx, o, bucket.Condition{})
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				seen.Objects[c.Key] = attrs
				written++
			}
			return err
		})
	}
	err = group.Wait()
	return written, err
}

// removeStale deletes the objects of the last build that the release does not have. It
// keeps objects that were changed since the last build, and returns their keys.
func removeStale(ctx context.Context, b bucket.Bucket, r *release.Release, seen *record.Listing, last *builtObjects) (removed int, kept []string, err error) {
	if last == nil {
		return 0, nil, nil
	}
	wanted := map[string]bool{}
	for _, o := range r.Objects {
		wanted[o.Key] = true
	}
	var stale []string
	for key := range last.Objects {
		attrs, exists := seen.Objects[key]
		switch {
		case !exists || wanted[key]:
		case last.wrote(attrs):
			stale = append(stale, key)
		default:
			kept = append(kept, key)
		}
	}
	slices.Sort(stale)
	slices.Sort(kept)
	for _, key := range stale {
		if err := b.Delete(ctx, key, bucket.Condition{}); err == nil {
			removed++
		} else if !errors.Is(err, bucket.ErrNotExist) {
			return removed, kept, err
		}
	}
	return removed, kept, nil
}

package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
)

// buildRecord lists, inside a build folder, the keys that the last build wrote,
// so that the next one can remove what is no longer part of the show without
// touching anything else.
const buildRecord = bucket.RecordsPrefix + "build.json"

// Early writes the objects of a release into a bucket for Build while the release
// is being built, so that nothing is rendered twice. It writes only objects whose
// key is not in the bucket; Build handles the others.
type Early struct {
	b   bucket.Bucket
	had map[string]bool // keys that were in the bucket

	mu      sync.Mutex
	written []string
	err     error
}

// NewEarly lists the bucket. It refuses a bucket to which a show was published.
func NewEarly(ctx context.Context, b bucket.Bucket) (*Early, error) {
	w := &Early{b: b, had: map[string]bool{}}
	for attrs, err := range b.List(ctx, "") {
		if err != nil {
			return nil, err
		}
		w.had[attrs.Key] = true
	}
	if w.had[record.Key] {
		return nil, publishedTo(b)
	}
	return w, nil
}

// Add writes an object unless the bucket has its key. It may be called
// concurrently, as release.Options.Rendered requires.
func (w *Early) Add(ctx context.Context, o *release.Object, data []byte) {
	if w.had[o.Key] {
		return
	}
	whole := o.Object
	whole.Body = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	_, err := w.b.Write(ctx, &whole, bucket.Condition{})
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.written = append(w.written, o.Key)
	} else if w.err == nil {
		w.err = err
	}
}

// Written returns how many objects were written, and the first error.
func (w *Early) Written() (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.written), w.err
}

// Undo deletes what was written, for a release that turns out to have errors.
func (w *Early) Undo(ctx context.Context) {
	for _, key := range w.written {
		_ = w.b.Delete(ctx, key, bucket.Condition{})
	}
}

func publishedTo(b bucket.Bucket) error {
	return fmt.Errorf("%s was published to; build into a folder of its own: %w", b.URL(), ErrRefused)
}

// Build makes a bucket, in practice a local folder, hold a release. It removes
// objects of an earlier build that the release does not have. It does not change
// objects that are right already, or that no build wrote. It returns how many
// objects it wrote and removed. It refuses a bucket to which a show was published,
// because there the order of writes and the record matter.
func Build(ctx context.Context, r *release.Release, b bucket.Bucket) (written, removed int, err error) {
	storage := record.Storage{Public: b}
	seen, err := record.List(ctx, storage)
	if err == nil {
		err = seen.ReadState(ctx, storage, "")
	}
	if err != nil {
		return 0, 0, err
	}
	if seen.State.Phase != "" {
		return 0, 0, publishedTo(b)
	}
	seen.Headerless, seen.KeepsParts = true, false // only the bytes matter
	p := compare(r, seen)
	if err := p.checkAudio(); err != nil {
		return 0, 0, err
	}
	written, err = writeAll(ctx, b, p.filter(func(c *Change) bool { return c.Action != Keep }))
	if err != nil {
		return written, 0, err
	}
	removed, err = removeStale(ctx, b, r)
	return written, removed, err
}

// writeAll writes the objects of changes, as many at once as there are processors. It
// returns how many were written, and the first error.
func writeAll(ctx context.Context, b bucket.Bucket, changes []*Change) (written int, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	var done atomic.Int64
	for _, c := range changes {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			_, err := b.Write(ctx, &c.object.Object, bucket.Condition{})
			if err == nil {
				done.Add(1)
			}
			return err
		})
	}
	err = group.Wait()
	return int(done.Load()), err
}

// removeStale deletes the objects of the last build that this one does not have,
// and records the objects of this one.
func removeStale(ctx context.Context, b bucket.Bucket, r *release.Release) (removed int, err error) {
	keys := make([]string, len(r.Objects)) // sorted, as the objects are
	for i, o := range r.Objects {
		keys[i] = o.Key
	}
	last, err := record.Download(ctx, b, buildRecord)
	if err != nil && !errors.Is(err, bucket.ErrNotExist) {
		return 0, err
	}
	var stale []string
	if err == nil {
		if err := json.Unmarshal(last, &stale); err != nil {
			return 0, fmt.Errorf("read %s: %w", buildRecord, err)
		}
	}
	for _, key := range stale {
		if _, wanted := slices.BinarySearch(keys, key); wanted || bucket.ValidKey(key) != nil {
			continue
		}
		if err := b.Delete(ctx, key, bucket.Condition{}); err == nil {
			removed++
		} else if !errors.Is(err, bucket.ErrNotExist) {
			return removed, err
		}
	}
	data, err := json.MarshalIndent(keys, "", " ")
	if err != nil {
		return removed, err
	}
	if data = append(data, '\n'); bytes.Equal(data, last) {
		return removed, nil
	}
	_, err = b.Write(ctx, record.NewObject(buildRecord, data), bucket.Condition{})
	return removed, err
}

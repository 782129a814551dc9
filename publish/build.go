package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
)

// buildRecord lists, inside a build folder, the keys that the last build wrote,
// so that the next one can remove what is no longer part of the show without
// touching anything else.
const buildRecord = bucket.RecordsPrefix + "build.json"

// Build makes a bucket, in practice a local folder, hold a release and nothing
// of an earlier build's that the release does not want. What is right already is
// left alone, and so is what no build wrote. It returns how many objects it
// wrote and removed. A bucket that was published to is refused: there, order and
// record matter.
func Build(ctx context.Context, r *release.Release, b bucket.Bucket) (written, removed int, err error) {
	seen, err := observe(ctx, record.Storage{Public: b}, r, "")
	if err != nil {
		return 0, 0, err
	}
	if seen.State.Phase != "" {
		return 0, 0, fmt.Errorf("%s was published to; build into a folder of its own: %w", b.URL(), ErrRefused)
	}
	seen.Headerless, seen.KeepsParts = true, false // the bytes are what matters
	p := Diff(r, seen)
	if err := p.checkAudio(); err != nil {
		return 0, 0, err
	}
	for _, c := range p.filter(func(c *Change) bool { return c.Action != Keep }) {
		if _, err := b.Write(ctx, &c.object.Object, bucket.Condition{}); err != nil {
			return written, 0, err
		}
		written++
	}
	removed, err = removeStale(ctx, b, r)
	return written, removed, err
}

// removeStale deletes what the last build wrote and this one does not want, and
// records what this one wants.
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

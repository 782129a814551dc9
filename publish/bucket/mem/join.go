package mem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"onair/publish/bucket"
)

// OpJoin is the kind of a call of Join.
const OpJoin = "join"

var _ bucket.Joiner = (*Bucket)(nil)

// Join stores an object that consists of parts from this or other buckets in memory.
func (b *Bucket) Join(ctx context.Context, o *bucket.Object, parts []bucket.Part, cond bucket.Condition) (bucket.Attrs, error) {
	var body []byte
	for _, p := range parts {
		from, ok := p.Bucket.(*Bucket)
		if !ok {
			return bucket.Attrs{}, fmt.Errorf("join %s: %w", o.Key, errors.ErrUnsupported)
		}
		data, err := from.part(p)
		if err != nil {
			return bucket.Attrs{}, fmt.Errorf("join %s: part %s: %w", o.Key, p.Key, err)
		}
		body = slices.Concat(body, data)
	}
	joined := *o
	joined.Body = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return b.write(ctx, OpJoin, &joined, cond)
}

// part returns the body of a part, at exactly its version.
func (b *Bucket) part(p bucket.Part) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, err := b.get(p.Key)
	if err != nil {
		return nil, err
	}
	return o.body, bucket.Condition{Version: p.Version}.Check(o.attrs.Version)
}

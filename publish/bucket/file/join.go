package file

import (
	"context"
	"errors"
	"fmt"

	"onair/publish/bucket"
)

var _ bucket.Joiner = (*Bucket)(nil)

// Join copies the parts, which are in local folders too, into a new file.
func (b *Bucket) Join(ctx context.Context, o *bucket.Object, parts []bucket.Part, cond bucket.Condition) (bucket.Attrs, error) {
	for _, p := range parts {
		if _, ok := p.Bucket.(*Bucket); !ok {
			return bucket.Attrs{}, b.wrap("join", o.Key, fmt.Errorf("part %s is stored elsewhere: %w", p.Key, errors.ErrUnsupported))
		}
	}
	return bucket.Relay(ctx, b, o, parts, cond)
}

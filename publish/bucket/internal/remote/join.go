package remote

import (
	"context"
	"fmt"
	"io"

	"onair/internal/crc32c"
	"onair/publish/bucket"
)

// CheckParts reports whether parts make an object of the size, and of the
// checksum as far as those of the parts are known. ErrBody if they do not.
func CheckParts(o *bucket.Object, parts []bucket.Part) error {
	var size int64
	var sum uint32
	known := true
	for _, p := range parts {
		sum = crc32c.Join(sum, p.CRC32C, p.Size)
		size += p.Size
		known = known && (p.CRC32C != 0 || p.Size == 0)
	}
	switch {
	case size != o.Size:
		return fmt.Errorf("%w: the parts have %d bytes, not %d", bucket.ErrBody, size, o.Size)
	case known && sum != o.CRC32C:
		return fmt.Errorf("%w: the parts have the checksum %08x, not %08x", bucket.ErrBody, sum, o.CRC32C)
	}
	return nil
}

// Joined is a body made of parts, read one after the other.
type Joined struct {
	ctx   context.Context
	parts []bucket.Part
	err   error // why a part could not be read
}

// JoinParts returns the body of parts.
func JoinParts(ctx context.Context, parts []bucket.Part) *Joined {
	return &Joined{ctx: ctx, parts: parts}
}

// Body opens the body from its start, as a bucket.Object does.
func (j *Joined) Body() (io.ReadCloser, error) {
	j.err = nil
	return &joinedReader{joined: j, left: j.parts}, nil
}

// Err returns err, or what was wrong with a part if that is why a write failed.
func (j *Joined) Err(err error) error {
	if err != nil && j.err != nil {
		return j.err
	}
	return err
}

type joinedReader struct {
	joined *Joined
	left   []bucket.Part
	body   io.ReadCloser // of the part before left; nil: to be opened
}

func (r *joinedReader) Read(p []byte) (int, error) {
	for {
		if r.body == nil {
			if len(r.left) == 0 {
				return 0, io.EOF
			}
			if r.joined.err = r.open(); r.joined.err != nil {
				return 0, r.joined.err
			}
		}
		n, err := r.body.Read(p)
		if err == io.EOF {
			err = r.Close()
		}
		if n > 0 || err != nil {
			r.joined.err = err
			return n, err
		}
	}
}

// open opens the next part at exactly its version.
func (r *joinedReader) open() error {
	part := r.left[0]
	body, a, err := part.Bucket.Open(r.joined.ctx, part.Key, 0, -1)
	if err != nil {
		return err
	}
	if a.Version != part.Version {
		_ = body.Close()
		return fmt.Errorf("open %s: %w: it is at version %s, not %s", part.Key, bucket.ErrPrecondition, a.Version, part.Version)
	}
	r.body, r.left = body, r.left[1:]
	return nil
}

// Close closes what is open.
func (r *joinedReader) Close() error {
	if r.body == nil {
		return nil
	}
	body := r.body
	r.body = nil
	return body.Close()
}

package bucket

import (
	"context"
	"fmt"
	"io"

	"onair/internal/crc32c"
)

// Relay stores what Join stores by reading the parts and writing the whole: for
// buckets that cannot join, where the body is in the parts and nowhere else. All
// of it travels here and back. The errors are those of Join.
func Relay(ctx context.Context, b Bucket, o *Object, parts []Part, cond Condition) (Attrs, error) {
	if err := CheckParts(o, parts); err != nil {
		return Attrs{}, fmt.Errorf("join %s: %w", o.Key, err)
	}
	var r *partsReader
	whole := *o
	whole.Body = func() (io.ReadCloser, error) {
		r = &partsReader{ctx: ctx, left: parts}
		return r, nil
	}
	attrs, err := b.Write(ctx, &whole, cond)
	if err != nil && r != nil && r.err != nil {
		return Attrs{}, r.err // not only that the body could not be read
	}
	return attrs, err
}

// CheckParts reports whether parts make an object of the size, and of the
// checksum as far as those of the parts are known. ErrBody if they do not.
func CheckParts(o *Object, parts []Part) error {
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
		return fmt.Errorf("%w: the parts have %d bytes, not %d", ErrBody, size, o.Size)
	case known && sum != o.CRC32C:
		return fmt.Errorf("%w: the parts have the checksum %08x, not %08x", ErrBody, sum, o.CRC32C)
	}
	return nil
}

// partsReader reads parts one after the other.
type partsReader struct {
	ctx  context.Context
	left []Part
	body io.ReadCloser // of the part before left; nil: to be opened
	err  error         // why a part could not be read
}

func (r *partsReader) Read(p []byte) (int, error) {
	for {
		if r.body == nil {
			if len(r.left) == 0 {
				return 0, io.EOF
			}
			if r.err = r.open(); r.err != nil {
				return 0, r.err
			}
		}
		n, err := r.body.Read(p)
		if err == io.EOF {
			err = r.Close()
		}
		if n > 0 || err != nil {
			r.err = err
			return n, err
		}
	}
}

// open opens the next part at exactly its version.
func (r *partsReader) open() error {
	part := r.left[0]
	body, a, err := part.Bucket.Open(r.ctx, part.Key, 0, -1)
	if err != nil {
		return err
	}
	if a.Version != part.Version {
		_ = body.Close()
		return fmt.Errorf("open %s: %w: it is at version %s, not %s", part.Key, ErrPrecondition, a.Version, part.Version)
	}
	r.body, r.left = body, r.left[1:]
	return nil
}

// Close closes what is open.
func (r *partsReader) Close() error {
	if r.body == nil {
		return nil
	}
	body := r.body
	r.body = nil
	return body.Close()
}

package bucket

import (
	"context"
	"fmt"
	"io"

	"onair/internal/crc32c"
)

// Relay stores what Join would store, by reading the parts and writing the whole. It is
// for buckets that cannot join, if the bytes exist only in the parts. All bytes are
// downloaded and uploaded again. The errors are those of Join.
func Relay(ctx context.Context, b Bucket, o *Object, parts []Part, cond Condition) (Attrs, error) {
	if err := CheckParts(o, parts); err != nil {
		return Attrs{}, fmt.Errorf("join %s: %w", o.Key, err)
	}
	var r *partsReader
	whole := *o
	whole.Body = func() (io.ReadCloser, error) {
		r = &partsReader{rest: parts, open: func(p Part) (io.ReadCloser, error) { return openPart(ctx, p) }}
		return r, nil
	}
	attrs, err := b.Write(ctx, &whole, cond)
	if err != nil && r != nil && r.err != nil {
		return Attrs{}, r.err // more precise than the error of the write
	}
	return attrs, err
}

// CheckParts returns ErrBody unless the parts together have the size of the object. If
// the checksums of all parts are known, they must also give the object's checksum.
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
	open func(Part) (io.ReadCloser, error)
	rest []Part        // parts that are not opened yet
	body io.ReadCloser // body of the open part; nil if no part is open
	err  error         // why a part could not be read
}

func (r *partsReader) Read(p []byte) (int, error) {
	for {
		if r.body == nil {
			if len(r.rest) == 0 {
				return 0, io.EOF
			}
			if r.body, r.err = r.open(r.rest[0]); r.err != nil {
				return 0, r.err
			}
			r.rest = r.rest[1:]
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

// openPart opens a part at exactly its version.
func openPart(ctx context.Context, part Part) (io.ReadCloser, error) {
	body, a, err := part.Bucket.Open(ctx, part.Key, 0, -1)
	if err != nil {
		return nil, err
	}
	if a.Version != part.Version {
		_ = body.Close()
		return nil, fmt.Errorf("open %s: %w: it is at version %s, not %s", part.Key, ErrPrecondition, a.Version, part.Version)
	}
	return body, nil
}

// Close closes the part that is open.
func (r *partsReader) Close() error {
	if r.body == nil {
		return nil
	}
	body := r.body
	r.body = nil
	return body.Close()
}

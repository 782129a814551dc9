package gcs

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"

	"cloud.google.com/go/storage"

	"onair/publish/bucket"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// stat asks for an object's attributes, in one try.
func (b *Bucket) stat(ctx context.Context, o *storage.ObjectHandle) (*storage.ObjectAttrs, error) {
	a, err := o.Attrs(ctx)
	if status(err) == http.StatusNotFound {
		return nil, b.absent(ctx)
	}
	return a, err
}

// Open asks for the object's attributes and then for the bytes of exactly that
// generation. A reader continues after interruptions, and checks the sum if it
// reads the whole.
func (b *Bucket) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	r, attrs, err := b.open(ctx, key, offset, length)
	if err != nil {
		return nil, bucket.Attrs{}, b.wrap("open", key, err)
	}
	return r, attrs, nil
}

func (b *Bucket) open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	if offset < 0 {
		return nil, bucket.Attrs{}, fmt.Errorf("negative offset %d", offset)
	}
	o, err := b.object(key)
	if err != nil {
		return nil, bucket.Attrs{}, err
	}
	var r *reader
	var attrs bucket.Attrs
	err = b.retry(ctx, 0, func(try context.Context, _ int) error {
		a, err := b.stat(try, o)
		if err != nil {
			return err
		}
		attrs = b.attrs(a)
		r = b.newReader(ctx, o.Generation(a.Generation), attrs, offset, length)
		if err = r.connect(); status(err) == http.StatusNotFound {
			err = errReplaced // meanwhile: ask again
		}
		if err != nil {
			r.Close()
		}
		return err
	})
	return r, attrs, err
}

// errReplaced is a generation that was there a moment ago. It is temporary.
var errReplaced = errors.New("object was replaced while it was opened")

// reader reads a range of one generation.
type reader struct {
	b      *Bucket
	key    string
	object *storage.ObjectHandle
	ctx    context.Context
	cancel context.CancelFunc

	offset, left int64
	whole        bool // the range is the whole object, so that sums tell
	sum, want    uint32

	body   *storage.Reader // nil: to be opened
	failed int             // connections in a row that brought nothing
}

// newReader prepares the reading of what of a range the object has.
func (b *Bucket) newReader(ctx context.Context, o *storage.ObjectHandle, a bucket.Attrs, offset, length int64) *reader {
	left := max(a.Size-offset, 0)
	if length >= 0 {
		left = min(left, length)
	}
	r := &reader{b: b, key: a.Key, object: o, offset: offset, left: left, whole: left == a.Size, want: a.CRC32C}
	r.ctx, r.cancel = context.WithTimeout(ctx, b.policy.deadline(left))
	return r
}

// connect asks for the bytes that are left.
func (r *reader) connect() (err error) {
	if r.left == 0 {
		return nil // a range of nothing cannot be asked for
	}
	r.body, err = r.object.NewRangeReader(r.ctx, r.offset, r.left)
	return err
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.left > 0 {
		n, err := r.readOnce(p[:min(int64(len(p)), r.left)])
		if n > 0 {
			r.failed = 0
			return n, nil // an error of the connection will come again
		}
		if err == nil {
			continue
		}
		if err := r.reconnect(err); err != nil {
			return 0, r.b.wrap("read", r.key, err)
		}
	}
	if r.whole && r.sum != r.want {
		return 0, r.b.wrap("read", r.key, fmt.Errorf("checksum is %08x, not %08x", r.sum, r.want))
	}
	return 0, io.EOF
}

// readOnce reads from one connection.
func (r *reader) readOnce(p []byte) (int, error) {
	if r.body == nil {
		if err := r.connect(); err != nil {
			return 0, err
		}
	}
	n, err := r.body.Read(p)
	r.sum = crc32.Update(r.sum, castagnoli, p[:n])
	r.offset += int64(n)
	r.left -= int64(n)
	return n, err
}

// reconnect gets ready for another connection, or returns why there is none.
func (r *reader) reconnect(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // there are bytes left
	}
	r.disconnect()
	r.failed++
	switch {
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case status(err) == http.StatusNotFound:
		return fmt.Errorf("%w while it was read", bucket.ErrPrecondition)
	case !temporary(err):
		return explain(err)
	case r.failed == r.b.policy.tries:
		return fmt.Errorf("gave up after %d tries: %w", r.failed, explain(err))
	}
	return r.b.policy.pause(r.ctx, r.failed)
}

func (r *reader) disconnect() {
	if r.body != nil {
		_ = r.body.Close()
		r.body = nil
	}
}

// Close implements io.Closer.
func (r *reader) Close() error {
	r.cancel()
	r.disconnect()
	return nil
}

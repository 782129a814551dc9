package remote

import (
	"context"
	"fmt"
	"io"

	"onair/internal/crc32c"
	"onair/publish/bucket"
)

// Reader reads a range of one version of an object, over as many connections as
// it takes. If the range is the whole object, it checks the sum at its end.
type Reader struct {
	policy  *Policy
	connect Connect
	wrap    func(error) error
	ctx     context.Context
	cancel  context.CancelFunc

	offset, left int64
	checked      bool // the range is the whole object, whose sum is known
	sum, want    uint32

	body   io.ReadCloser // nil: to be opened
	failed int           // connections in a row that brought nothing
}

// Connect opens exactly the version that is being read, from offset on, for
// length bytes, which are there and at least one. Its error is ErrPrecondition
// if the version is gone.
type Connect func(ctx context.Context, offset, length int64) (io.ReadCloser, error)

// NewReader returns a reader of what the object has of a range; a negative
// length means to its end. Errors are passed through wrap. Nothing is asked for
// before Open or Read.
func NewReader(ctx context.Context, p *Policy, a bucket.Attrs, offset, length int64, connect Connect, wrap func(error) error) *Reader {
	left := max(a.Size-offset, 0)
	if length >= 0 {
		left = min(left, length)
	}
	r := &Reader{policy: p, connect: connect, wrap: wrap, offset: offset, left: left, want: a.CRC32C}
	r.checked = left == a.Size && (a.CRC32C != 0 || a.Size == 0)
	r.ctx, r.cancel = context.WithTimeout(ctx, timeFor(left))
	return r
}

// Open connects, so that what is wrong shows before the first Read. It is one
// try; its error is the one of Connect.
func (r *Reader) Open() (err error) {
	if r.left > 0 { // a range of nothing cannot be asked for
		r.body, err = r.connect(r.ctx, r.offset, r.left)
	}
	return err
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
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
			return 0, r.wrap(err)
		}
	}
	if r.checked && r.sum != r.want {
		return 0, r.wrap(fmt.Errorf("checksum is %08x, not %08x", r.sum, r.want))
	}
	return 0, io.EOF
}

// readOnce reads from one connection.
func (r *Reader) readOnce(p []byte) (int, error) {
	if r.body == nil {
		if err := r.Open(); err != nil {
			return 0, err
		}
	}
	n, err := r.body.Read(p)
	r.sum = crc32c.Update(r.sum, p[:n])
	r.offset += int64(n)
	r.left -= int64(n)
	return n, err
}

// reconnect gets ready for another connection, or returns why there is none.
func (r *Reader) reconnect(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // there are bytes left
	}
	r.disconnect()
	r.failed++
	return r.policy.Next(r.ctx, r.failed, r.policy.mark(err))
}

func (r *Reader) disconnect() {
	if r.body != nil {
		_ = r.body.Close()
		r.body = nil
	}
}

// Close implements io.Closer.
func (r *Reader) Close() error {
	r.cancel()
	r.disconnect()
	return nil
}

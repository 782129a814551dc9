package remote

import (
	"context"
	"fmt"
	"io"

	"onair/internal/crc32c"
	"onair/publish/bucket"
)

// Reader reads a range of one version of an object, over as many connections as
// are needed. If the range is the whole object and the checksum of the object is known,
// Reader compares the checksum at the end.
type Reader struct {
	connect   func(offset, length int64) (io.ReadCloser, error)
	reconnect func(failed int, err error) error // waits, or returns why there is no other try
	wrap      func(error) error
	cancel    context.CancelFunc

	offset, left int64
	checked      bool // the range is the whole object, whose checksum is known
	sum, want    uint32

	body   io.ReadCloser // nil before a connection is open
	failed int           // connections in a row that delivered no bytes
}

// reader returns a Reader of a range of the object called name, at the version in a. A
// negative length means to the end of the object. The errors of Read are passed through
// wrap. The Reader makes no request before Open or Read.
func (b *Bucket) reader(ctx context.Context, name string, a bucket.Attrs, offset, length int64, wrap func(error) error) *Reader {
	left := max(a.Size-offset, 0)
	if length >= 0 {
		left = min(left, length)
	}
	ctx, cancel := context.WithTimeout(ctx, b.Policy.timeFor(left))
	return &Reader{
		connect: func(offset, length int64) (io.ReadCloser, error) {
			return b.Store.Get(ctx, name, a.Version, offset, length)
		},
		reconnect: func(failed int, err error) error {
			return b.Policy.Next(ctx, failed, b.Policy.mark(err))
		},
		wrap:    wrap,
		cancel:  cancel,
		offset:  offset,
		left:    left,
		checked: left == a.Size && (a.CRC32C != 0 || a.Size == 0),
		want:    a.CRC32C,
	}
}

// Open connects to the server, in one try, for the bytes that are left. A caller may
// call it before the first Read, to see an error early.
func (r *Reader) Open() (err error) {
	if r.left > 0 { // HTTP has no empty range
		r.body, err = r.connect(r.offset, r.left)
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
			return n, nil // the connection repeats its error
		}
		if err == nil {
			continue
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF // bytes are missing
		}
		r.disconnect()
		r.failed++
		if err := r.reconnect(r.failed, err); err != nil {
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

package bucket

import (
	"context"
	"fmt"
	"io"

	"onair/internal/crc32c"
)

// CopyBody sends an object's body to w. It returns nil only if the body was
// read to its end, every byte reached w, and length and checksum are those of
// the Object; ErrBody if they are not. It stops between two reads when ctx
// ends. Callers commit after nil, and never otherwise.
func CopyBody(ctx context.Context, w io.Writer, o *Object) error {
	body, err := o.Body()
	if err != nil {
		return fmt.Errorf("%w: open: %w", ErrBody, err)
	}
	defer body.Close() // read only: nothing to lose
	r := &bodyReader{ctx: ctx, r: body}
	// One byte more than announced is enough to know of a body that is too long.
	if _, err := io.Copy(w, io.LimitReader(r, o.Size+1)); err != nil {
		return err
	}
	switch {
	case r.n > o.Size:
		return fmt.Errorf("%w: more than %d bytes", ErrBody, o.Size)
	case r.n < o.Size:
		return fmt.Errorf("%w: %d bytes, not %d", ErrBody, r.n, o.Size)
	case r.crc != o.CRC32C:
		return fmt.Errorf("%w: checksum %08x, not %08x", ErrBody, r.crc, o.CRC32C)
	}
	return nil
}

// bodyReader counts and sums what passes, and tells errors of the body from
// those of the place it goes to.
type bodyReader struct {
	ctx context.Context
	r   io.Reader
	n   int64
	crc uint32
}

func (r *bodyReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	r.n += int64(n)
	r.crc = crc32c.Update(r.crc, p[:n])
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w: read: %w", ErrBody, err)
	}
	return n, err
}

package bucket

import (
	"context"
	"fmt"
	"io"
	"sync"

	"onair/internal/crc32c"
)

// CopyBody copies an object's body to w. It returns nil only if it read the body to its
// end, wrote every byte to w, and the body has the Object's length and checksum. The
// error is ErrBody if the body cannot be read, or has another length or checksum.
// CopyBody stops between two reads when ctx ends. After an error, w may hold a part of
// the body.
func CopyBody(ctx context.Context, w io.Writer, o *Object) error {
	body, err := o.Body()
	if err != nil {
		return fmt.Errorf("%w: open: %w", ErrBody, err)
	}
	defer body.Close()
	var size int64
	var sum uint32
	read := func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err := body.Read(p)
		size += int64(n)
		sum = crc32c.Update(sum, p[:n])
		if err != nil && err != io.EOF {
			err = fmt.Errorf("%w: read: %w", ErrBody, err)
		}
		return n, err
	}
	// Reading one byte more than expected shows whether a body is too long.
	buffer := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buffer)
	out := struct{ io.Writer }{w} // without ReadFrom, which would not use the buffer
	if _, err := io.CopyBuffer(out, io.LimitReader(readerFunc(read), o.Size+1), *buffer); err != nil {
		return err
	}
	switch {
	case size > o.Size:
		return fmt.Errorf("%w: more than %d bytes", ErrBody, o.Size)
	case size < o.Size:
		return fmt.Errorf("%w: %d bytes, not %d", ErrBody, size, o.Size)
	case sum != o.CRC32C:
		return fmt.Errorf("%w: checksum %08x, not %08x", ErrBody, sum, o.CRC32C)
	}
	return nil
}

// copyBuffers keeps buffers that hold most pages and captions whole, so that these are
// written by one system call.
var copyBuffers = sync.Pool{New: func() any {
	buffer := make([]byte, 128<<10)
	return &buffer
}}

// readerFunc is a function that implements io.Reader.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

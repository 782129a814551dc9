package remote

import (
	"context"
	"io"

	"onair/publish/bucket"
)

// SendBody copies an object's body to w as bucket.CopyBody does, but writes the end of
// the body only after it has checked the length and checksum of the whole body. A server
// that has not received the end has nothing to store, however it treats a request that
// breaks off.
func SendBody(ctx context.Context, w io.Writer, o *bucket.Object) error {
	last := &holdBack{w: w, left: o.Size}
	if err := bucket.CopyBody(ctx, last, o); err != nil {
		return err
	}
	return last.release()
}

// holdBack is a writer that keeps the bytes of each Write until the next Write or until
// release is called. It drops bytes beyond the size of the object.
type holdBack struct {
	w    io.Writer
	left int64 // bytes that are still expected
	last []byte
}

func (h *holdBack) Write(p []byte) (int, error) {
	wanted := p[:min(int64(len(p)), h.left)]
	if len(wanted) == 0 {
		return len(p), nil
	}
	if err := h.release(); err != nil {
		return 0, err
	}
	h.left -= int64(len(wanted))
	h.last = append(h.last[:0], wanted...)
	return len(p), nil
}

func (h *holdBack) release() error {
	if len(h.last) == 0 {
		return nil
	}
	_, err := h.w.Write(h.last)
	return err
}

package remote

import (
	"context"
	"io"

	"onair/publish/bucket"
)

// SendBody sends an object's body to w as bucket.CopyBody does, and its end only
// when the whole of it has proved to be right: a server that got all but the end
// has nothing to store, whatever it makes of a request that breaks off.
func SendBody(ctx context.Context, w io.Writer, o *bucket.Object) error {
	held := &holdBack{w: w, left: o.Size}
	if err := bucket.CopyBody(ctx, held, o); err != nil {
		return err
	}
	return held.release()
}

// holdBack is a writer that keeps the last write to itself until it is released.
// What comes after so many bytes is too much: it releases nothing, and goes
// nowhere.
type holdBack struct {
	w    io.Writer
	left int64
	held []byte
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
	h.held = append(h.held[:0], wanted...)
	return len(p), nil
}

func (h *holdBack) release() error {
	if len(h.held) == 0 {
		return nil
	}
	_, err := h.w.Write(h.held)
	return err
}

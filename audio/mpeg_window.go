package audio

import (
	"fmt"
	"io"

	"onair/audio/mpeg"
)

const (
	blockBytes = 256 << 10

	// lookahead is the number of bytes needed for one decision: an MPEG frame, the
	// three that confirm it, and the header of the next.
	lookahead = 4*mpeg.MaxFrameBytes + mpeg.HeaderBytes
)

// A window moves over the bytes [base, end) of a file and keeps one block of it in
// memory. It writes every byte that it reads to sink, once and in order.
type window struct {
	r    io.ReaderAt
	end  int64
	sink io.Writer
	base int64  // offset of buf[0] in the file
	buf  []byte // the block in memory
}

func newWindow(r io.ReaderAt, start, end int64, sink io.Writer) *window {
	return &window{r: r, end: end, sink: sink, base: start, buf: make([]byte, 0, max(0, min(blockBytes, end-start)))}
}

// reach makes bytes from pos available: lookahead bytes, or all bytes up to the end.
// pos must not decrease from call to call.
func (w *window) reach(pos int64) error {
	for {
		have := w.base + int64(len(w.buf))
		if have >= min(pos+lookahead, w.end) {
			return nil
		}
		if err := w.slide(min(pos, have)); err != nil {
			return err
		}
	}
}

// slide drops the bytes before pos and fills the free space with the next bytes.
func (w *window) slide(pos int64) error {
	kept := copy(w.buf[:cap(w.buf)], w.buf[pos-w.base:])
	w.base = pos
	next := pos + int64(kept)
	room := min(int64(cap(w.buf)-kept), w.end-next)
	w.buf = w.buf[:kept+int(room)]
	fresh := w.buf[kept:]
	if err := readFull(fresh, w.r, next); err != nil {
		return err
	}
	_, err := w.sink.Write(fresh)
	return err
}

// bytesAt returns the bytes in memory from pos.
func (w *window) bytesAt(pos int64) []byte {
	i := pos - w.base
	if i >= int64(len(w.buf)) {
		return nil
	}
	return w.buf[i:]
}

// mpegHeaderAt returns the MPEG header at pos, or zero at the end of the file.
func (w *window) mpegHeaderAt(pos int64) mpeg.Header {
	b := w.bytesAt(pos)
	if len(b) < mpeg.HeaderBytes {
		return 0
	}
	return mpeg.ParseHeader(b)
}

// streamStarts reports whether the MPEG frame at pos is followed by n others of the
// same stream. Fewer than n are enough if the range ends exactly after the MPEG frame
// at pos, or in or after one of the others.
func (w *window) streamStarts(pos int64, n int) bool {
	first := w.mpegHeaderAt(pos)
	h := first
	for i := range n + 1 {
		size := h.Size()
		if size == 0 || !h.SameStream(first) {
			return false
		}
		pos += int64(size)
		if pos >= w.end {
			return pos == w.end || i > 0
		}
		h = w.mpegHeaderAt(pos)
	}
	return true
}

// wholeMPEGFrames reports whether n complete MPEG frames of one stream begin at
// pos, one after the other.
func (w *window) wholeMPEGFrames(pos int64, n int) bool {
	first := w.mpegHeaderAt(pos)
	h := first
	for range n {
		size := int64(h.Size())
		if size == 0 || !h.SameStream(first) || pos+size > w.end {
			return false
		}
		pos += size
		h = w.mpegHeaderAt(pos)
	}
	return true
}

// readRange reads the bytes [from, to). The caller must bound their number.
func readRange(r io.ReaderAt, from, to int64) ([]byte, error) {
	b := make([]byte, max(0, to-from))
	return b, readFull(b, r, from)
}

// readFull fills b with the bytes from an offset.
func readFull(b []byte, r io.ReaderAt, from int64) error {
	n, err := r.ReadAt(b, from)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read at byte %d: %w", from+int64(n), err)
}

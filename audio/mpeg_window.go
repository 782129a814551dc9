package audio

import (
	"fmt"
	"io"
)

const (
	blockBytes = 256 << 10

	// lookahead is how far ahead of its position the walk decides anything: a
	// frame, the three that confirm it, and the header of the last.
	lookahead = 4*maxMPEGFrameBytes + mpegHeaderBytes
)

// A window moves over the bytes [base, end) of a file in large steps and keeps
// one block of it in memory. Every byte it passes goes to sink, once and in
// order.
type window struct {
	r    io.ReaderAt
	end  int64
	sink io.Writer
	base int64  // offset in the file of buf[0]
	buf  []byte // what is in memory
}

func newWindow(r io.ReaderAt, start, end int64, sink io.Writer) *window {
	return &window{r: r, end: end, sink: sink, base: start, buf: make([]byte, 0, max(0, min(blockBytes, end-start)))}
}

// reach makes the bytes from pos on available: lookahead of them, or all there
// are before the end. pos never goes back.
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

// slide forgets what lies before pos and fills the room with what comes next.
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

// at returns what is in memory from pos on.
func (w *window) bytesAt(pos int64) []byte {
	i := pos - w.base
	if i >= int64(len(w.buf)) {
		return nil
	}
	return w.buf[i:]
}

// header returns the frame header at pos, or zero, which is none.
func (w *window) mpegHeaderAt(pos int64) mpegHeader {
	b := w.bytesAt(pos)
	if len(b) < mpegHeaderBytes {
		return 0
	}
	return parseMPEGHeader(b)
}

// chain reports whether a frame begins at pos that n frames of the same stream
// follow. The end of the range stands for any that are missing: at once after
// a whole frame, or inside a frame that another one vouches for.
func (w *window) streamStarts(pos int64, n int) bool {
	first := w.mpegHeaderAt(pos)
	h := first
	for i := range n + 1 {
		size := h.size()
		if size == 0 || !h.sameStream(first) {
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

// whole reports whether n whole frames of one stream follow each other from pos.
func (w *window) wholeMPEGFrames(pos int64, n int) bool {
	first := w.mpegHeaderAt(pos)
	h := first
	for range n {
		size := int64(h.size())
		if size == 0 || !h.sameStream(first) || pos+size > w.end {
			return false
		}
		pos += size
		h = w.mpegHeaderAt(pos)
	}
	return true
}

// readRange reads the bytes [from, to). The caller has bounded their number.
func readRange(r io.ReaderAt, from, to int64) ([]byte, error) {
	b := make([]byte, max(0, to-from))
	return b, readFull(b, r, from)
}

// fill reads as many bytes as b has, from an offset on.
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

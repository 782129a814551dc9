// Package lastline keeps the end of a program's output, for its final message.
package lastline

import "bytes"

// maxBytes is how many bytes are kept.
const maxBytes = 1024

// Writer keeps the last 1,024 bytes that are written to it. The zero value is ready.
type Writer struct{ buf []byte }

// Write implements [io.Writer]. It never fails.
func (w *Writer) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	if over := len(w.buf) - maxBytes; over > 0 {
		w.buf = append(w.buf[:0], w.buf[over:]...)
	}
	return len(p), nil
}

// Line returns the last line that is not empty; empty if there is none.
func (w *Writer) Line() string {
	end := bytes.TrimSpace(w.buf)
	return string(end[bytes.LastIndexByte(end, '\n')+1:])
}

package mpeg

import (
	"bytes"
	"encoding/binary"
)

// encoder is written into info headers, so that files that onair made are known.
const encoder = "onair    "

// InfoFrame returns the first MPEG frame of a file with a constant bitrate: an info header
// that counts the MPEG frames and bytes after it. h is the header of one of them.
func InfoFrame(h Header, frames int, size int64) []byte {
	b := h.Frame()
	x := append([]byte("Info"), 0, 0, 0, 3) // frames and bytes follow
	x = binary.BigEndian.AppendUint32(x, uint32(frames))
	x = binary.BigEndian.AppendUint32(x, uint32(size+int64(len(b))))
	x = append(x, encoder...)
	if at := HeaderBytes + h.SideInfo(); at+len(x) <= len(b) {
		copy(b[at:], x)
	}
	return b
}

// IsOwn reports whether a file begins with an MPEG frame of InfoFrame.
func IsOwn(head []byte) bool {
	if len(head) < HeaderBytes || ParseHeader(head).Size() == 0 {
		return false
	}
	return bytes.Contains(head[:min(len(head), ParseHeader(head).Size())], []byte(encoder))
}

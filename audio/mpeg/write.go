package mpeg

import (
	"bytes"
	"encoding/binary"
)

// encoder is the name in info headers by which IsOwn recognises files that onair made.
const encoder = "onair    "

// InfoFrame returns an MPEG frame with an info header, for the start of a file with a
// constant bitrate. frames and size are the number and the total length in bytes of the
// MPEG frames that follow, and h is the header of one of them.
func InfoFrame(h Header, frames int, size int64) []byte {
	b := h.Frame()
	x := append([]byte("Info"), 0, 0, 0, 3) // flags: the header has frames and bytes
	x = binary.BigEndian.AppendUint32(x, uint32(frames))
	x = binary.BigEndian.AppendUint32(x, uint32(size+int64(len(b))))
	x = append(x, encoder...)
	if at := HeaderBytes + h.SideInfo(); at+len(x) <= len(b) {
		copy(b[at:], x)
	}
	return b
}

// IsOwn reports whether head, the start of a file, begins with an MPEG frame that
// InfoFrame made.
func IsOwn(head []byte) bool {
	if len(head) < HeaderBytes || ParseHeader(head).Size() == 0 {
		return false
	}
	return bytes.Contains(head[:min(len(head), ParseHeader(head).Size())], []byte(encoder))
}

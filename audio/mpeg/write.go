package mpeg

import (
	"bytes"
	"encoding/binary"
)

// encoder is the name in info headers by which IsOwn recognizes files that onair made.
const encoder = "onair    "

// spokenDigits is the length of the digest in an info header.
const spokenDigits = 16

// InfoFrame returns an MPEG frame with an info header, for the start of a file with a
// constant bitrate. frames and size are the number and the total length in bytes of the
// MPEG frames that follow, and h is the header of one of them. spoken is the digest of the
// text that is spoken, 16 hex digits, which SpokenText reads; empty for no digest.
func InfoFrame(h Header, frames int, size int64, spoken string) []byte {
	b := h.Frame()
	x := append([]byte("Info"), 0, 0, 0, 3) // flags: the header has frames and bytes
	x = binary.BigEndian.AppendUint32(x, uint32(frames))
	x = binary.BigEndian.AppendUint32(x, uint32(size+int64(len(b))))
	x = append(x, encoder+spoken...)
	if at := HeaderBytes + h.SideInfo(); at+len(x) <= len(b) {
		copy(b[at:], x)
	}
	return b
}

// IsOwn reports whether head, the start of a file, begins with an MPEG frame that
// InfoFrame made.
func IsOwn(head []byte) bool {
	_, ok := afterEncoder(head)
	return ok
}

// SpokenText returns the digest of the text that machine voices speak, from the start of a
// file that InfoFrame made; empty for other files.
func SpokenText(head []byte) string {
	rest, _ := afterEncoder(head)
	if len(rest) < spokenDigits || len(bytes.Trim(rest[:spokenDigits], "0123456789abcdef")) > 0 {
		return ""
	}
	return string(rest[:spokenDigits])
}

// afterEncoder returns what follows the name of the encoder in the first MPEG frame, and
// whether the name is there.
func afterEncoder(head []byte) (rest []byte, ok bool) {
	if len(head) < HeaderBytes {
		return nil, false
	}
	_, rest, ok = bytes.Cut(head[:min(len(head), ParseHeader(head).Size())], []byte(encoder))
	return rest, ok
}

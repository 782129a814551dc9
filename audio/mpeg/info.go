package mpeg

import (
	"bytes"
	"encoding/binary"
)

// Info is an info header, which describes the rest of the file and may be wrong.
// Encoders write it into the first MPEG frame, in place of audio: Xing (VBR) or Info
// (CBR) with LAME's extension, or VBRI.
type Info struct {
	Kind    string // Xing, Info or VBRI
	Frames  int    // MPEG frames after the info header; 0 if not given
	Bytes   int64  // length of the payload; 0 if not given
	Delay   int    // samples that the encoder added before the audio
	Padding int    // samples that the encoder added after the audio
}

// ParseInfo returns the info header in the MPEG frame at the start of b, or nil if the
// MPEG frame holds audio.
func ParseInfo(b []byte) *Info {
	h := ParseHeader(b)
	b = b[:min(len(b), h.Size())]
	offsets := []int{HeaderBytes + h.SideInfo()}
	if h.HasCRC() {
		offsets = append(offsets, offsets[0]+2) // some encoders write the CRC before the info header, others do not
	}
	for _, at := range offsets {
		for _, kind := range []string{"Xing", "Info"} {
			if at < len(b) && bytes.HasPrefix(b[at:], []byte(kind)) {
				return parseXing(kind, b[at+len(kind):])
			}
		}
	}
	const vbri = HeaderBytes + 32 // for all versions and channel modes
	if len(b) > vbri && bytes.HasPrefix(b[vbri:], []byte("VBRI")) {
		return parseVBRI(b[vbri:])
	}
	return nil
}

// parseXing reads the bytes after "Xing" or "Info": flags, the fields that the flags
// announce, and LAME's extension.
func parseXing(kind string, b []byte) *Info {
	x := &Info{Kind: kind}
	next := func(n int) []byte {
		if len(b) < n {
			b = nil
			return make([]byte, n)
		}
		field := b[:n]
		b = b[n:]
		return field
	}
	flags := binary.BigEndian.Uint32(next(4))
	if flags&1 != 0 {
		x.Frames = int(binary.BigEndian.Uint32(next(4)))
	}
	if flags&2 != 0 {
		x.Bytes = int64(binary.BigEndian.Uint32(next(4)))
	}
	if flags&4 != 0 {
		next(100) // table of contents
	}
	if flags&8 != 0 {
		next(4) // quality
	}
	if encoder := next(9); encoder[0] == 0 {
		return x
	}
	next(12) // method, lowpass, gains, flags, bitrate
	gap := next(3)
	x.Delay = int(gap[0])<<4 | int(gap[1])>>4
	x.Padding = int(gap[1]&15)<<8 | int(gap[2])
	return x
}

// parseVBRI reads the header of Fraunhofer's encoder, whose fields have fixed
// offsets.
func parseVBRI(b []byte) *Info {
	const length = 26
	if len(b) < length {
		return nil
	}
	return &Info{
		Kind:   "VBRI",
		Delay:  int(binary.BigEndian.Uint16(b[6:])),
		Bytes:  int64(binary.BigEndian.Uint32(b[10:])),
		Frames: int(binary.BigEndian.Uint32(b[14:])),
	}
}

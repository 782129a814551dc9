package audio

import (
	"bytes"
	"encoding/binary"
)

// An infoHeader describes the rest of the file. Encoders write it into the first
// MPEG frame, in place of audio: Xing (VBR) or Info (CBR) with LAME's extension, or
// VBRI. It may be wrong.
type infoHeader struct {
	kind       string // Xing, Info or VBRI
	mpegFrames int    // without its own; 0 if not given
	bytes      int64  // of the payload; 0 if not given
	delay      int    // samples that the encoder added before the audio
	padding    int    // samples that it added after the audio
}

// parseInfoHeader returns the info header in the MPEG frame at the start of b, or
// nil if there is audio in it.
func parseInfoHeader(b []byte) *infoHeader {
	h := parseMPEGHeader(b)
	b = b[:min(len(b), h.size())]
	offsets := []int{mpegHeaderBytes + h.sideInfo()}
	if h.hasCRC() {
		offsets = append(offsets, offsets[0]+2) // some encoders leave room for the CRC, some do not
	}
	for _, at := range offsets {
		for _, kind := range []string{"Xing", "Info"} {
			if at < len(b) && bytes.HasPrefix(b[at:], []byte(kind)) {
				return parseXing(kind, b[at+len(kind):])
			}
		}
	}
	const vbri = mpegHeaderBytes + 32 // for all versions and channel modes
	if len(b) > vbri && bytes.HasPrefix(b[vbri:], []byte("VBRI")) {
		return parseVBRI(b[vbri:])
	}
	return nil
}

// parseXing reads the bytes after the mark: flags, the fields that the flags
// announce, and LAME's extension.
func parseXing(kind string, b []byte) *infoHeader {
	x := &infoHeader{kind: kind}
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
		x.mpegFrames = int(binary.BigEndian.Uint32(next(4)))
	}
	if flags&2 != 0 {
		x.bytes = int64(binary.BigEndian.Uint32(next(4)))
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
	x.delay = int(gap[0])<<4 | int(gap[1])>>4
	x.padding = int(gap[1]&15)<<8 | int(gap[2])
	return x
}

// parseVBRI reads the header of Fraunhofer's encoder, whose fields have fixed
// offsets.
func parseVBRI(b []byte) *infoHeader {
	const length = 26
	if len(b) < length {
		return nil
	}
	return &infoHeader{
		kind:       "VBRI",
		delay:      int(binary.BigEndian.Uint16(b[6:])),
		bytes:      int64(binary.BigEndian.Uint32(b[10:])),
		mpegFrames: int(binary.BigEndian.Uint32(b[14:])),
	}
}

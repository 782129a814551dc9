package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// The masters in tests consist of MPEG frames with a valid header and zeros, which
// decode as silence.

// newMPEGHeader returns the header of a layer III frame. It panics for values that
// MPEG audio does not have.
func newMPEGHeader(version, kbps, hz int, mono bool) mpegHeader {
	rate := slices.Index(mpegSampleRates[version][:3], hz)
	field := slices.Index(bitrates(version)[:], kbps)
	if rate < 0 || field <= 0 {
		panic(fmt.Sprintf("no frame with %d kbit/s and %d Hz", kbps, hz))
	}
	h := mpegHeader(0x7FF<<21 | version<<19 | layer3<<17 | 1<<16 | field<<12 | rate<<10)
	if mono {
		h |= 3 << 6
	}
	return h
}

var (
	mono128   = newMPEGHeader(mpeg1, 128, 44100, true)
	stereo128 = newMPEGHeader(mpeg1, 128, 44100, false)
)

// mpegFrame returns an MPEG frame of silence.
func (h mpegHeader) mpegFrame() []byte {
	b := make([]byte, h.size())
	binary.BigEndian.PutUint32(b, uint32(h))
	return b
}

// silence returns n MPEG frames of a constant bitrate, with the padding that makes
// their mean length match the bitrate.
func silence(h mpegHeader, n int) []byte {
	var b []byte
	bitsPerFrame := samplesPerMPEGFrame(h.version()) * bitrates(h.version())[h.bitrate()] * 1000
	owed := 0
	for range n {
		owed += bitsPerFrame/8 - h.size()*h.sampleRate()
		f := h
		if owed >= h.sampleRate() {
			f |= 1 << 9
			owed -= h.sampleRate()
		}
		b = append(b, f.mpegFrame()...)
	}
	return b
}

// xing returns an MPEG frame with an info header of LAME. bytes may be zero, which
// means that the size is not given.
func xing(h mpegHeader, kind string, mpegFrames, delay, padding, bytes int) []byte {
	b := h.mpegFrame()
	x := append([]byte(kind), 0, 0, 0, 15)
	x = binary.BigEndian.AppendUint32(x, uint32(mpegFrames))
	x = binary.BigEndian.AppendUint32(x, uint32(bytes))
	x = append(x, make([]byte, 100+4)...)
	x = append(x, "LAME3.100"...)
	x = append(x, make([]byte, 12)...)
	x = append(x, byte(delay>>4), byte(delay<<4)|byte(padding>>8), byte(padding))
	copy(b[mpegHeaderBytes+h.sideInfo():], x)
	return b
}

// behindCRC adds a CRC to an MPEG frame, which moves its content.
func behindCRC(frame []byte) []byte {
	b := join(frame[:mpegHeaderBytes], []byte{0, 0}, frame[mpegHeaderBytes:len(frame)-2])
	b[1] &^= 1
	return b
}

// vbri returns an MPEG frame with a VBRI header.
func vbri(h mpegHeader, mpegFrames int) []byte {
	b := h.mpegFrame()
	x := append([]byte("VBRI"), 0, 1, 2, 64, 0, 75)
	x = binary.BigEndian.AppendUint32(x, 0)
	x = binary.BigEndian.AppendUint32(x, uint32(mpegFrames))
	copy(b[mpegHeaderBytes+32:], x)
	return b
}

// id3 returns an ID3v2 tag of total bytes that has only padding.
func id3(version byte, total int) []byte {
	n := total - TagHeaderBytes
	b := []byte{'I', 'D', '3', version, 0, 0, byte(n >> 21), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)}
	return append(b, make([]byte, n)...)
}

func id3v1() []byte { return append([]byte("TAGOld title"), make([]byte, id3v1Bytes-12)...) }

// ape returns an APEv2 tag with a header, n bytes in place of items, and a footer.
func ape(n int) []byte {
	edge := func(flags uint32) []byte {
		b := append([]byte("APETAGEX"), 0xD0, 7, 0, 0)
		b = binary.LittleEndian.AppendUint32(b, uint32(n+apeFooterBytes))
		b = binary.LittleEndian.AppendUint32(b, 1)
		b = binary.LittleEndian.AppendUint32(b, flags)
		return append(b, make([]byte, 8)...)
	}
	return join(edge(0xA0000000), bytes.Repeat([]byte("x"), n), edge(0x80000000))
}

// ape1 returns an APEv1 tag, which has no header: n bytes in place of items, and a
// footer.
func ape1(n int) []byte {
	b := ape(n)[apeFooterBytes:]
	footer := b[n:]
	binary.LittleEndian.PutUint32(footer[8:], 1000)
	binary.LittleEndian.PutUint32(footer[20:], 0)
	return b
}

// withFlags sets the flags of a tag's header.
func withFlags(tag []byte, flags byte) []byte {
	tag[5] = flags
	return tag
}

func lyrics3(text string) []byte {
	body := "LYRICSBEGIN" + text
	return fmt.Appendf(nil, "%s%06dLYRICS200", body, len(body))
}

func lyrics1(text string) []byte { return []byte("LYRICSBEGIN" + text + "LYRICSEND") }

// id3Footer returns a tag of ID3v2.4 with a footer.
func id3Footer(n int) []byte {
	b := id3(4, n+TagHeaderBytes)
	b[5] = 0x10
	footer := slices.Clone(b[:TagHeaderBytes])
	copy(footer, "3DI")
	return append(b, footer...)
}

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func junk(n int) []byte { return []byte(strings.Repeat("junk", n/4+1)[:n]) }

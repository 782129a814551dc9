package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"onair/audio/mpeg"
	"onair/audio/mpeg/mpegtest"
)

// The masters in tests consist of MPEG frames with a valid header and zeros, which
// decode as silence.

var (
	mono128   = mpegtest.NewHeader(44100, 128, true)
	stereo128 = mpegtest.NewHeader(44100, 128, false)
)

// silence returns n MPEG frames of a constant bitrate, with the padding that makes
// their mean length match the bitrate.
func silence(h mpeg.Header, n int) []byte {
	var b []byte
	bitsPerFrame := h.Samples() * h.Bitrates()[h.Bitrate()] * 1000
	owed := 0
	for range n {
		owed += bitsPerFrame/8 - h.Size()*h.SampleRate()
		f := h
		if owed >= h.SampleRate() {
			f |= 1 << 9
			owed -= h.SampleRate()
		}
		b = append(b, f.Frame()...)
	}
	return b
}

// xing returns an MPEG frame with an info header of LAME. If bytes is zero, the header
// does not give the size.
func xing(h mpeg.Header, kind string, mpegFrames, delay, padding, bytes int) []byte {
	b := h.Frame()
	x := append([]byte(kind), 0, 0, 0, 15)
	x = binary.BigEndian.AppendUint32(x, uint32(mpegFrames))
	x = binary.BigEndian.AppendUint32(x, uint32(bytes))
	x = append(x, make([]byte, 100+4)...)
	x = append(x, "LAME3.100"...)
	x = append(x, make([]byte, 12)...)
	x = append(x, byte(delay>>4), byte(delay<<4)|byte(padding>>8), byte(padding))
	copy(b[mpeg.HeaderBytes+h.SideInfo():], x)
	return b
}

// uncounted removes the number of MPEG frames from a Xing header.
func uncounted(frame []byte) []byte {
	i := bytes.Index(frame, []byte("Xing")) + len("Xing")
	frame[i+3] &^= 1 // the flag
	return join(frame[:i+4], frame[i+8:], make([]byte, 4))
}

// behindCRC adds a CRC to an MPEG frame, which moves its content.
func behindCRC(frame []byte) []byte {
	b := join(frame[:mpeg.HeaderBytes], []byte{0, 0}, frame[mpeg.HeaderBytes:len(frame)-2])
	b[1] &^= 1
	return b
}

// vbri returns an MPEG frame with a VBRI header.
func vbri(h mpeg.Header, mpegFrames int) []byte {
	b := h.Frame()
	x := append([]byte("VBRI"), 0, 1, 2, 64, 0, 75)
	x = binary.BigEndian.AppendUint32(x, 0)
	x = binary.BigEndian.AppendUint32(x, uint32(mpegFrames))
	copy(b[mpeg.HeaderBytes+32:], x)
	return b
}

// id3 returns an ID3v2 tag that has only padding. total is its length in bytes.
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

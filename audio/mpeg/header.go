// Package mpeg reads and writes the frames that an MP3 consists of (ISO 11172-3 and
// 13818-3, layer III).
package mpeg

import (
	"encoding/binary"
	"time"
)

// A Header is the first four bytes of an MPEG audio frame, big-endian (ISO
// 11172-3, section 2.4.1.3).
type Header uint32

const (
	HeaderBytes = 4

	// streamMask has the bits that are the same in all MPEG frames of a stream: sync
	// word, version, layer and sample rate. Bitrate, padding and channel mode may
	// change.
	streamMask Header = 0xFFFE_0C00

	// MaxFrameBytes is the length of the longest layer III frame: 320 kbit/s at
	// 32 kHz in MPEG 1, or 160 kbit/s at 8 kHz in MPEG 2.5, with padding.
	MaxFrameBytes = 1441
)

// Values of the version field.
const (
	mpeg25 = 0
	mpeg2  = 2
	mpeg1  = 3
)

// Values of the layer field. Zero is reserved in MPEG audio; AAC in ADTS has a zero
// there.
const (
	Layer3 = 1
	Layer2 = 2
	Layer1 = 3
)

// Values of the bitrate field that do not give a bitrate.
const (
	FreeFormat      = 0
	reservedBitrate = 15
)

var (
	sampleRates = [4][4]int{mpeg25: {11025, 12000, 8000}, mpeg2: {22050, 24000, 16000}, mpeg1: {44100, 48000, 32000}}
	bitrates1   = [16]int{1: 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	bitrates2   = [16]int{1: 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}

	// frameSizes has the lengths in bytes, without padding, by version, sample
	// rate field and bitrate field. They are zero for reserved values.
	frameSizes = makeFrameSizes()
)

func makeFrameSizes() (sizes [4][4][16]int) {
	for version := range sizes {
		for rate, hz := range sampleRates[version] {
			if hz == 0 {
				continue
			}
			for field, kbps := range bitrates(version) {
				sizes[version][rate][field] = samples(version) / 8 * kbps * 1000 / hz
			}
		}
	}
	return sizes
}

// bitrates returns the layer III bitrates of a version in kbit/s.
func bitrates(version int) *[16]int {
	if version == mpeg1 {
		return &bitrates1
	}
	return &bitrates2
}

func samples(version int) int {
	if version == mpeg1 {
		return 1152
	}
	return 576
}

// ParseHeader returns the header in the first four bytes.
func ParseHeader(b []byte) Header { return Header(binary.BigEndian.Uint32(b)) }

// HasCRC reports whether a CRC-16 follows the header.
func (h Header) HasCRC() bool { return h>>16&1 == 0 }

// Synced reports whether the header begins with the sync word.
func (h Header) Synced() bool { return h>>21 == 0x7FF }

// Layer returns the layer field.
func (h Header) Layer() int { return int(h >> 17 & 3) }

// Bitrate returns the bitrate field, an index into Bitrates.
func (h Header) Bitrate() int { return int(h >> 12 & 15) }

// Padding returns the number of padding bytes of the MPEG frame: 0 or 1.
func (h Header) Padding() int { return int(h >> 9 & 1) }

// Mono reports whether there is one channel.
func (h Header) Mono() bool { return h>>6&3 == 3 }

// SampleRate returns the sample rate in Hz; 0 for a reserved value.
func (h Header) SampleRate() int { return sampleRates[h.version()][h.rate()] }

// Samples returns the number of samples of each channel in the MPEG frame.
func (h Header) Samples() int { return samples(h.version()) }

// Bitrates returns the bitrates in kbit/s, by bitrate field.
func (h Header) Bitrates() *[16]int { return bitrates(h.version()) }

// Sizes returns the lengths of MPEG frames in bytes, without padding, by bitrate field.
func (h Header) Sizes() *[16]int { return &frameSizes[h.version()][h.rate()] }

func (h Header) version() int { return int(h >> 19 & 3) }
func (h Header) rate() int    { return int(h >> 10 & 3) }

// Frame returns an MPEG frame with the header and zeros, which decode as silence.
func (h Header) Frame() []byte {
	b := make([]byte, h.Size())
	binary.BigEndian.PutUint32(b, uint32(h))
	return b
}

// SameStream reports whether two MPEG frames can belong to one stream.
func (h Header) SameStream(o Header) bool { return (h^o)&streamMask == 0 }

// Size returns the length of the MPEG frame in bytes, including the header. It returns
// zero if h is not the header of a layer III frame, or does not give a bitrate.
func (h Header) Size() int {
	if !h.Synced() || h.Layer() != Layer3 {
		return 0
	}
	n := frameSizes[h.version()][h.rate()][h.Bitrate()]
	if n == 0 {
		return 0
	}
	return n + h.Padding()
}

// SideInfo returns the length in bytes of the side information after the header
// (section 2.4.1.7). An info header follows the side information.
func (h Header) SideInfo() int {
	switch {
	case h.version() == mpeg1 && h.Mono():
		return 17
	case h.version() == mpeg1:
		return 32
	case h.Mono():
		return 9
	}
	return 17
}

// Playtime returns the duration of a number of samples. It does not overflow for any
// number of samples that a file can have.
func Playtime(samples int64, hz int) time.Duration {
	rate := int64(hz)
	return time.Duration(samples/rate)*time.Second + time.Duration(samples%rate)*time.Second/time.Duration(rate)
}

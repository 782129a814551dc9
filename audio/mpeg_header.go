package audio

import (
	"encoding/binary"
	"time"
)

// An mpegHeader is the first four bytes of an MPEG audio frame, big-endian (ISO
// 11172-3, section 2.4.1.3).
type mpegHeader uint32

const (
	mpegHeaderBytes = 4

	// streamMask has the bits that are the same in all MPEG frames of a stream: sync
	// word, version, layer and sample rate. Bitrate, padding and channel mode may
	// change.
	streamMask mpegHeader = 0xFFFE_0C00

	// maxMPEGFrameBytes is the length of the longest layer III frame: 320 kbit/s at
	// 32 kHz in MPEG 1, or 160 kbit/s at 8 kHz in MPEG 2.5, with padding.
	maxMPEGFrameBytes = 1441
)

// Values of the version field.
const (
	mpeg25 = 0
	mpeg2  = 2
	mpeg1  = 3
)

// Values of the layer field. Zero is reserved; AAC in ADTS has it.
const (
	layer3 = 1
	layer2 = 2
	layer1 = 3
)

// Values of the bitrate field that give no bitrate.
const (
	freeFormat      = 0
	reservedBitrate = 15
)

var (
	mpegSampleRates = [4][4]int{mpeg25: {11025, 12000, 8000}, mpeg2: {22050, 24000, 16000}, mpeg1: {44100, 48000, 32000}}
	bitrates1       = [16]int{1: 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	bitrates2       = [16]int{1: 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}

	// mpegFrameSizes has the lengths in bytes, without padding, by version, sample
	// rate field and bitrate field. They are zero for reserved values.
	mpegFrameSizes = makeMPEGFrameSizes()
)

func makeMPEGFrameSizes() (sizes [4][4][16]int) {
	for version := range sizes {
		for rate, hz := range mpegSampleRates[version] {
			if hz == 0 {
				continue
			}
			for field, kbps := range bitrates(version) {
				sizes[version][rate][field] = samplesPerMPEGFrame(version) / 8 * kbps * 1000 / hz
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

func samplesPerMPEGFrame(version int) int {
	if version == mpeg1 {
		return 1152
	}
	return 576
}

func parseMPEGHeader(b []byte) mpegHeader { return mpegHeader(binary.BigEndian.Uint32(b)) }

// hasCRC reports whether a CRC-16 follows the header.
func (h mpegHeader) hasCRC() bool { return h>>16&1 == 0 }

func (h mpegHeader) synced() bool    { return h>>21 == 0x7FF }
func (h mpegHeader) version() int    { return int(h >> 19 & 3) }
func (h mpegHeader) layer() int      { return int(h >> 17 & 3) }
func (h mpegHeader) bitrate() int    { return int(h >> 12 & 15) }
func (h mpegHeader) rate() int       { return int(h >> 10 & 3) }
func (h mpegHeader) padding() int    { return int(h >> 9 & 1) }
func (h mpegHeader) mono() bool      { return h>>6&3 == 3 }
func (h mpegHeader) sampleRate() int { return mpegSampleRates[h.version()][h.rate()] }

// sameStream reports whether two MPEG frames can belong to one stream.
func (h mpegHeader) sameStream(o mpegHeader) bool { return (h^o)&streamMask == 0 }

// size returns the length of the MPEG frame in bytes, including the header. It
// returns zero if h is not the header of a layer III frame, or gives no bitrate.
func (h mpegHeader) size() int {
	if !h.synced() || h.layer() != layer3 {
		return 0
	}
	n := mpegFrameSizes[h.version()][h.rate()][h.bitrate()]
	if n == 0 {
		return 0
	}
	return n + h.padding()
}

// sideInfo returns the length in bytes of the side information after the header
// (section 2.4.1.7). An info header comes after it.
func (h mpegHeader) sideInfo() int {
	switch {
	case h.version() == mpeg1 && h.mono():
		return 17
	case h.version() == mpeg1:
		return 32
	case h.mono():
		return 9
	}
	return 17
}

// playtime returns the duration of the samples. It does not overflow for any
// number of samples that a file can have.
func playtime(samples int64, hz int) time.Duration {
	rate := int64(hz)
	return time.Duration(samples/rate)*time.Second + time.Duration(samples%rate)*time.Second/time.Duration(rate)
}

package audio

import (
	"bytes"
	"encoding/binary"
	"io"

	"onair/audio/mpeg"
)

// aroundMP3 returns what a file is in which the sound is an MP3, such as "a WAV file". It
// returns an empty string for other files. MP4 files are recognized by package mp4.
func aroundMP3(r io.ReaderAt, start, size int64, head []byte) string {
	switch {
	case riffFormat(r, start, size, head) == waveMP3:
		return "a WAV file"
	case bytes.HasPrefix(head, []byte(matroskaMagic)) && bytes.Contains(head, []byte("A_MPEG/L3")):
		return "a Matroska file"
	case len(head) > 12 && string(head[8:12]) == aviMagic && aviFormat(head) == waveMP3:
		return "an AVI video"
	case bytes.HasPrefix(head, []byte(flashMagic)) && isFlashMP3(r, start, size):
		return "a Flash video"
	case bytes.HasPrefix(head, []byte(programMagic)) && isProgramMP3(r, start, size):
		return "an MPEG video"
	case isTransport(head) && isTransportMP3(r, start, size):
		return "an MPEG transport stream"
	case bytes.HasPrefix(head, []byte("caff")) && follows(head, "desc", 20, ".mp3"):
		return "a Core Audio file"
	case bytes.HasPrefix(head, []byte(wave64Magic)) && follows(head, "fmt \xf3\xac\xd3\x11", 24, "\x55\x00"):
		return "a Wave64 file"
	case bytes.HasPrefix(head, []byte(asfMagic)) && isASFMP3(r, start, size):
		return "a Windows Media file"
	case bytes.HasPrefix(head, []byte(nutMagic)) && bytes.Contains(head, []byte("\x01\x04\x55\x00\x00\x00")):
		return "a NUT file"
	case bytes.HasPrefix(head, []byte("OggS")) && bytes.Contains(head, []byte("\x01audio\x00\x00\x000055")):
		return "an Ogg file"
	case bytes.HasPrefix(head, []byte("FORM")) && follows(head, "COMM", 26, ".mp3"):
		return "an AIFF file"
	}
	return ""
}

// follows reports whether b contains mark, and want at an offset from its first byte.
func follows(b []byte, mark string, offset int, want string) bool {
	i := bytes.Index(b, []byte(mark))
	return i >= 0 && len(b) > i+offset && bytes.HasPrefix(b[i+offset:], []byte(want))
}

// isASFMP3 reports whether the first sound in a Windows Media file is MP3: the format tag
// follows the 54 bytes that begin with the type of the stream (ASF 1.20.03, 3.3 and 9.1).
func isASFMP3(r io.ReaderAt, start, size int64) bool {
	const audioMedia = "\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"
	b, err := readRange(r, start, min(size, start+soundWindow))
	return err == nil && follows(b, audioMedia, 54, "\x55\x00")
}

// waveMP3 is the format of a WAV file that holds an MP3 (RFC 2361).
const waveMP3 = 0x55

// aviFormat returns the format of the sound of an AVI video: the format tag in the strf
// chunk after the header of the stream. It returns 0 if there is none near the start.
func aviFormat(head []byte) uint16 {
	_, stream, _ := bytes.Cut(head, []byte("auds"))
	_, format, _ := bytes.Cut(stream, []byte("strf"))
	if len(format) < 6 {
		return 0
	}
	return binary.LittleEndian.Uint16(format[4:])
}

// riffFormat returns the format of a WAV file: the format tag in its fmt chunk, or the
// subformat of the extended form. It returns 0 for other files, and if the fmt chunk is
// not among the first chunks.
func riffFormat(r io.ReaderAt, start, size int64, head []byte) uint16 {
	const (
		firstChunk = 12
		maxChunks  = 64
		extensible = 0xFFFE
		subformat  = 24 // offset in the chunk
	)
	if len(head) < firstChunk || string(head[:4]) != "RIFF" && string(head[:4]) != "RF64" {
		return 0
	}
	switch string(head[8:12]) {
	case "RMP3": // a form of RIFF that only holds MP3
		return waveMP3
	case "WAVE":
	default:
		return 0
	}
	pos := start + firstChunk
	for range maxChunks {
		chunk, err := readRange(r, pos, min(size, pos+8+subformat+2))
		if err != nil || len(chunk) < 10 {
			return 0
		}
		if string(chunk[:4]) == "fmt " {
			format := binary.LittleEndian.Uint16(chunk[8:])
			if format == extensible && len(chunk) >= 8+subformat+2 {
				format = binary.LittleEndian.Uint16(chunk[8+subformat:])
			}
			return format
		}
		n := int64(binary.LittleEndian.Uint32(chunk[4:]))
		pos += 8 + n + n%2
	}
	return 0
}

// isFlashMP3 reports whether the first sound in a Flash video is MP3 (Adobe Flash Video
// File Format Specification 10.1, annex E.4).
func isFlashMP3(r io.ReaderAt, start, size int64) bool {
	const (
		tagHeader = 11
		audioTag  = 8
		maxTags   = 256
	)
	header, err := readRange(r, start, min(size, start+9))
	if err != nil || len(header) < 9 {
		return false
	}
	pos := start + int64(binary.BigEndian.Uint32(header[5:]))
	for range maxTags {
		pos += 4 // the size of the tag before
		tag, err := readRange(r, pos, min(size, pos+tagHeader+1))
		if err != nil || len(tag) <= tagHeader {
			return false
		}
		if tag[0]&0x1F == audioTag {
			format := tag[tagHeader] >> 4
			return format == 2 || format == 14 // MP3, and MP3 of 8 kHz
		}
		pos += tagHeader + int64(binary.BigEndian.Uint32(tag)&0xFFFFFF)
	}
	return false
}

// soundWindow is the number of bytes at the start of an MPEG stream in which sound is
// looked for.
const soundWindow = 1 << 20

// isProgramMP3 reports whether the first sound in an MPEG program stream is MP3.
func isProgramMP3(r io.ReaderAt, start, size int64) bool {
	b, err := readRange(r, start, min(size, start+soundWindow))
	for err == nil {
		i := bytes.Index(b, []byte{0, 0, 1})
		if i < 0 || i+3 >= len(b) {
			return false
		}
		if b = b[i:]; isSoundPacket(b) {
			return beginsWithMP3(b[6:])
		}
		b = b[3:]
	}
	return false
}

// transportPacket is the length of a packet of an MPEG transport stream in bytes.
const transportPacket = 188

// isTransport reports whether a file that begins with head is an MPEG transport stream.
func isTransport(head []byte) bool {
	for i := range 4 {
		if at := i * transportPacket; at >= len(head) || head[at] != 0x47 {
			return false
		}
	}
	return true
}

// isTransportMP3 reports whether the first sound in an MPEG transport stream is MP3.
func isTransportMP3(r io.ReaderAt, start, size int64) bool {
	const (
		starts     = 0x40 // in the second byte: a packet of the elementary stream starts
		adaptation = 0x20 // in the fourth byte: a field with its length precedes the data
	)
	b, err := readRange(r, start, min(size, start+soundWindow))
	for err == nil && len(b) >= transportPacket {
		packet := b[:transportPacket]
		b = b[transportPacket:]
		data := packet[4:]
		if packet[3]&adaptation != 0 {
			data = data[min(len(data), 1+int(data[0])):]
		}
		if packet[1]&starts != 0 && isSoundPacket(data) {
			return beginsWithMP3(data[6:])
		}
	}
	return false
}

// isSoundPacket reports whether b begins with a packet of MPEG audio (ISO 13818-1,
// 2.4.3.6).
func isSoundPacket(b []byte) bool {
	return len(b) > 6 && b[0] == 0 && b[1] == 0 && b[2] == 1 && b[3]&0xE0 == 0xC0
}

// beginsWithMP3 reports whether the first MPEG frame in the data of a packet, which
// follows a header of at most 64 bytes, is of layer III. It ignores layer I, because bytes
// of the header may look like such a frame.
func beginsWithMP3(b []byte) bool {
	for i := range min(64, len(b)-mpeg.HeaderBytes) {
		h := mpeg.ParseHeader(b[i:])
		if h.Synced() && h.SampleRate() != 0 && h.Layer() != mpeg.Layer1 {
			return h.Size() > 0
		}
	}
	return false
}

package audio

import (
	"bytes"
	"strings"
	"testing"

	"onair/audio/mpeg/mpegtest"
)

// claimTag returns an ID3v2.3 tag with a title. The size in the header of the tag is
// too large; extra is the difference in bytes.
func claimTag(title string, extra int) []byte {
	body := append([]byte("TIT2\x00\x00\x00"), byte(len(title)+1), 0, 0, 0)
	body = append(body, title...)
	n := len(body) + extra
	return append([]byte{'I', 'D', '3', 3, 0, 0, 0, 0, byte(n >> 7), byte(n & 127)}, body...)
}

// silentMPEG returns n MPEG frames of 64 kbit/s in mono, 44.1 kHz.
func silentMPEG(n int) []byte {
	return bytes.Repeat(append([]byte{0xFF, 0xFB, 0x50, 0xC0}, make([]byte, 204)...), n)
}

func TestTagClaimsTooMuch(t *testing.T) {
	t.Parallel()
	plain := silentMPEG(20)
	counted := join(xing(mpegtest.NewHeader(44100, 64, true), "Xing", 20, 0, 0, 0), plain)
	for name, test := range map[string]struct {
		extra   int
		padding int // bytes after the frame of the tag
		version byte
		audio   []byte
	}{
		"right size":            {0, 0, 3, plain},
		"10 bytes":              {10, 0, 3, plain},
		"24 bytes":              {24, 0, 3, plain},
		"120 bytes":             {120, 0, 3, plain},
		"a frame less one byte": {207, 0, 3, plain},
		"Xing header":           {17, 0, 3, counted},
		"ID3v2.4, Xing header":  {61, 0, 4, counted},
		"padding":               {33, 300, 3, plain},
		"padding, Xing header":  {119, 12, 4, counted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tag := append(claimTag("Über", test.padding+test.extra), make([]byte, test.padding)...)
			tag[3] = test.version
			file := append(bytes.Clone(tag), test.audio...)
			info, err := Probe(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			if info.PayloadStart != int64(len(tag)) || info.MPEGFrames != 20 {
				t.Errorf("payload from byte %d with %d MPEG frames; want byte %d and 20", info.PayloadStart, info.MPEGFrames, len(tag))
			}
			read, err := ReadTag(bytes.NewReader(file), int64(len(file)))
			if err != nil || read.Title == "" {
				t.Errorf("ReadTag returned %+v, %v", read, err)
			}
		})
	}
}

// TestFrameClaimsTooMuch checks tags that have a frame whose size is too large, which
// hides where the tag ends.
func TestFrameClaimsTooMuch(t *testing.T) {
	t.Parallel()
	for _, extra := range []int{12, 60, 119} {
		tag := claimTag("Title", extra)
		tag[TagHeaderBytes+7] += byte(extra)
		file := append(tag, silentMPEG(20)...)
		if _, err := Probe(bytes.NewReader(file), int64(len(file))); err == nil || !strings.Contains(err.Error(), "audio begins inside it") {
			t.Errorf("%d bytes too many: %v", extra, err)
		}
	}
}

func TestID3v1BeforeZeros(t *testing.T) {
	t.Parallel()
	v1 := append([]byte("TAGOld title"), make([]byte, id3v1Bytes-12)...)
	for _, zeros := range []int{1, 500, 2048} {
		audio := bytes.ReplaceAll(silentMPEG(20), []byte{0}, []byte{0x55})
		file := append(append(bytes.Clone(audio), v1...), make([]byte, zeros)...)
		info, err := Probe(bytes.NewReader(file), int64(len(file)))
		if err != nil || info.PayloadEnd != int64(len(audio)) || len(info.TrailingTags) != 1 || info.TrailingTags[0].Title != "Old title" {
			t.Errorf("%d zeros: %+v, %v", zeros, info, err)
		}
	}
}

func TestTagsInTheMiddle(t *testing.T) {
	t.Parallel()
	v1 := append([]byte("TAGOne"), make([]byte, id3v1Bytes-6)...)
	for name, middle := range map[string][]byte{"ID3v2": claimTag("Two", 0), "ID3v1": v1, "ID3v1 and ID3v2": append(bytes.Clone(v1), claimTag("Two", 0)...)} {
		file := append(append(silentMPEG(20), middle...), silentMPEG(20)...)
		info, err := Probe(bytes.NewReader(file), int64(len(file)))
		if err != nil || info.MPEGFrames != 40 || len(info.Warnings) != 1 || !strings.Contains(info.Warnings[0], "tag in the middle") {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

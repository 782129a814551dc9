package audio

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// sniffBytes is the number of bytes at the start of a file that decide about its
// format.
const sniffBytes = 512

// encodeHint is the command that makes a master of a lossless file.
const encodeHint = "encode it: lame -b 128 IN.wav OUT.mp3"

// otherFormats are the formats that people mistake for masters, by the bytes that
// identify them.
var otherFormats = []struct {
	offset int
	magic  string
	name   string // and what to do about it
}{
	{8, "WAVE", "a WAV file; " + encodeHint},
	{0, "fLaC", "a FLAC file; encode it: ffmpeg -i IN.flac -b:a 128k OUT.mp3"},
	{28, "OpusHead", "an Opus file; podcast apps want MP3: ffmpeg -i IN.opus -b:a 128k OUT.mp3"},
	{0, "OggS", "an Ogg file; podcast apps want MP3: ffmpeg -i IN.ogg -b:a 128k OUT.mp3"},
	{8, "AIFF", "an AIFF file; encode it: ffmpeg -i IN.aiff -b:a 128k OUT.mp3"},
	{8, "AIFC", "an AIFF file; encode it: ffmpeg -i IN.aiff -b:a 128k OUT.mp3"},
	{0, "caff", "a Core Audio file; encode it: ffmpeg -i IN.caf -b:a 128k OUT.mp3"},
	{0, "\x1a\x45\xdf\xa3", "a Matroska or WebM file; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
	{0, ".snd", "an AU file; encode it: ffmpeg -i IN.au -b:a 128k OUT.mp3"},
	{0, "#!AMR", "an AMR recording of a telephone; encode it: ffmpeg -i IN.amr -b:a 96k OUT.mp3"},
	{0, "riff\x2e\x91\xcf\x11", "a Wave64 file; encode it: ffmpeg -i IN.w64 -b:a 128k OUT.mp3"},
	{0, "TTA1", "a True Audio file; encode it: ffmpeg -i IN.tta -b:a 128k OUT.mp3"},
	{0, "wvpk", "a WavPack file; encode it: ffmpeg -i IN.wv -b:a 128k OUT.mp3"},
	{0, "MAC ", "a Monkey's Audio file; encode it: ffmpeg -i IN.ape -b:a 128k OUT.mp3"},
	{0, "\x30\x26\xb2\x75", "a Windows Media file; encode it: ffmpeg -i IN.wma -b:a 128k OUT.mp3"},
	{0, "PK\x03\x04", "a ZIP archive; unpack it"},
	{0, "\x89PNG", "a PNG image"},
	{0, "\xff\xd8\xff", "a JPEG image"},
	{0, "version https://git-lfs", "a Git LFS pointer, not the audio it stands for; run: git lfs pull"},
}

// otherFormat returns the name of a format that is certainly not MP3, with what to
// do about it. It returns an empty string if the file may be MP3.
func otherFormat(head []byte) string {
	for _, m := range otherFormats {
		if len(head) > m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.magic)) {
			return m.name
		}
	}
	return ""
}

// unsupportedAudio returns the name of compressed audio that podcast apps do not
// play, with what to do about it. It returns an empty string for other bytes.
func unsupportedAudio(head []byte) string {
	switch {
	case len(head) < mpegHeaderBytes:
		return ""
	case isADTS(head):
		return "AAC without a container; put it into one: ffmpeg -i IN -c copy OUT.m4a"
	case bytes.HasPrefix(head, []byte("\x0b\x77")):
		return "Dolby Digital (AC-3); encode it: ffmpeg -i IN.ac3 -b:a 128k OUT.mp3"
	}
	h := parseMPEGHeader(head)
	if !h.synced() || h.sampleRate() == 0 {
		return ""
	}
	switch {
	case h.layer() == layer2 || h.layer() == layer1:
		return "MPEG layer I or II, which podcast apps do not play; encode it as layer III: ffmpeg -i IN -b:a 128k OUT.mp3"
	case h.layer() != layer3:
		return ""
	case h.bitrate() == freeFormat:
		return "a free-format MP3, whose headers give no bitrate and which few players play; encode it with a standard bitrate: lame -b 128"
	}
	return ""
}

// isADTS reports whether b begins with an ADTS frame of AAC (ISO 13818-7, 6.2). It
// differs from the header of MPEG audio in the layer, which is zero.
func isADTS(b []byte) bool {
	const rates = 13
	return len(b) >= mpegHeaderBytes && b[0] == 0xFF && b[1]&0xF6 == 0xF0 && b[2]>>2&15 < rates
}

// describeUnknown describes bytes that contain no audio.
func describeUnknown(head []byte) string {
	switch {
	case len(bytes.Trim(head, "\x00")) == 0:
		return "zeros, such as from an interrupted download"
	case bytes.HasPrefix(bytes.TrimSpace(head), []byte("<")):
		return "a web page or XML, such as from an expired download link"
	case isText(head):
		return "text"
	}
	return "data of an unknown kind"
}

// isText reports whether head is UTF-8 without control characters.
func isText(head []byte) bool {
	for utf8.FullRune(head) {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return false
		}
		head = head[n:]
	}
	return true
}

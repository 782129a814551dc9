package audio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"onair/audio/mp4"
	"onair/audio/mpeg"
)

// sniffBytes is the number of bytes at the start of a file from which its format is
// recognized.
const sniffBytes = 4096

// A recognized file is a file whose first bytes have been read.
type recognized struct {
	start   int64  // offset after the ID3v2 tags at the front
	version string // version of the first of these tags; empty if there is none
	head    []byte // the bytes from start
	isMP4   bool
}

// recognize determines the format of a file from its first bytes. A file that is
// certainly neither MP3 nor MPEG-4 is an error that names its format.
func recognize(r io.ReaderAt, size int64) (*recognized, error) {
	if size <= 0 {
		return nil, errors.New("the file is empty (0 bytes)")
	}
	start, version, err := skipLeadingTags(r, size)
	if err != nil {
		return nil, err
	}
	if start == size {
		return nil, fmt.Errorf("byte %d: the file ends after its ID3 tag, without any audio: it is truncated", start)
	}
	head, err := readRange(r, start, min(start+sniffBytes, size))
	if err != nil {
		return nil, err
	}
	f := &recognized{start, version, head, mp4.IsMP4(head)}
	if f.isMP4 && start > 0 {
		return nil, &formatError{start, "an ID3 tag precedes this MP4 file, so that many players do not recognize it; remove it: ffmpeg -i IN -map 0:a -c copy -movflags +faststart OUT.m4a", M4A}
	}
	if format, copied := otherFormat(r, start, size, head); format != "" {
		return nil, &formatError{start, "this is " + format, copied}
	}
	return f, nil
}

// A formatError reports that a file is not a master.
type formatError struct {
	offset int64
	what   string // what the file is, and what to do about it
	copied string // media type of the master into which the sound can be copied as it is; empty if there is none
}

func (e *formatError) Error() string { return fmt.Sprintf("byte %d: %s", e.offset, e.what) }

// otherFormats are the formats that people mistake for masters, by the bytes that
// identify them.
var otherFormats = []struct {
	offset int
	magic  string
	name   string // name of the format, and what to do about it
}{
	{8, "WAVE", "a WAV file; " + encodeHint},
	{0, "fLaC", "a FLAC file; encode it: ffmpeg -i IN.flac -b:a 128k OUT.mp3"},
	{28, "OpusHead", "an Opus file; podcast apps want MP3: ffmpeg -i IN.opus -b:a 128k OUT.mp3"},
	{0, "OggS", "an Ogg file; podcast apps want MP3: ffmpeg -i IN.ogg -b:a 128k OUT.mp3"},
	{8, "AIFF", "an AIFF file; encode it: ffmpeg -i IN.aiff -b:a 128k OUT.mp3"},
	{8, "AIFC", "an AIFF file; encode it: ffmpeg -i IN.aiff -b:a 128k OUT.mp3"},
	{0, "caff", "a Core Audio file; encode it: ffmpeg -i IN.caf -b:a 128k OUT.mp3"},
	{0, matroskaMagic, "a Matroska or WebM file; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
	{0, ".snd", "an AU file; encode it: ffmpeg -i IN.au -b:a 128k OUT.mp3"},
	{0, "#!AMR", "an AMR recording of a telephone; encode it: ffmpeg -i IN.amr -b:a 96k OUT.mp3"},
	{0, wave64Magic, "a Wave64 file; encode it: ffmpeg -i IN.w64 -b:a 128k OUT.mp3"},
	{0, "TTA1", "a True Audio file; encode it: ffmpeg -i IN.tta -b:a 128k OUT.mp3"},
	{0, "wvpk", "a WavPack file; encode it: ffmpeg -i IN.wv -b:a 128k OUT.mp3"},
	{0, "MAC ", "a Monkey's Audio file; encode it: ffmpeg -i IN.ape -b:a 128k OUT.mp3"},
	{0, asfMagic, "a Windows Media file; encode it: ffmpeg -i IN.wma -b:a 128k OUT.mp3"},
	{0, flashMagic, "a Flash video; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
	{8, aviMagic, "an AVI video; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
	{0, programMagic, "an MPEG video; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
	{0, nutMagic, "a NUT file; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
	{0, ".RMF", "a RealMedia file; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3"},
	{0, "MPCK", "a Musepack file; encode it: ffmpeg -i IN.mpc -b:a 128k OUT.mp3"},
	{0, "MP+", "a Musepack file; encode it: ffmpeg -i IN.mpc -b:a 128k OUT.mp3"},
	{0, "DSD ", "a DSD recording; encode it: ffmpeg -i IN.dsf -b:a 128k OUT.mp3"},
	{0, "MThd", "a MIDI file, which has notes and no sound"},
	{4, "moov", oldQuickTime},
	{4, "mdat", oldQuickTime},
	{4, "wide", oldQuickTime},
	{0, "PK\x03\x04", "a ZIP archive; unpack it"},
	{8, "WEBP", "a WebP image"},
	{0, "GIF8", "a GIF image"},
	{0, "\x89PNG", "a PNG image"},
	{0, "\xff\xd8\xff", "a JPEG image"},
	{0, "version https://git-lfs", "a Git LFS pointer, not the audio it stands for; run: git lfs pull"},
}

const (
	// encodeHint is the command that makes a master from a lossless file.
	encodeHint = "encode it: lame -b 128 IN.wav OUT.mp3"

	aviMagic      = "AVI "
	asfMagic      = "\x30\x26\xb2\x75"
	nutMagic      = "nut/multimedia container"
	wave64Magic   = "riff\x2e\x91\xcf\x11"
	flashMagic    = "FLV\x01"
	programMagic  = "\x00\x00\x01\xba"
	matroskaMagic = "\x1a\x45\xdf\xa3"
	oldQuickTime  = "a QuickTime file without a type, which few players know; rewrite it: ffmpeg -i IN -map 0:a -c copy -movflags +faststart OUT.m4a"
)

// otherFormat returns the name of a format that is certainly neither MP3 nor MP4, and
// what to do about it. format is empty if the file may be MP3 or MP4. copied is as in
// formatError.
func otherFormat(r io.ReaderAt, start, size int64, head []byte) (format, copied string) {
	if container := aroundMP3(r, start, size, head); container != "" {
		return "an MP3 in " + container + "; take it out, without encoding it again: ffmpeg -i IN -vn -c copy OUT.mp3", MP3
	}
	if isTransport(head) {
		return "an MPEG transport stream; encode its sound: ffmpeg -i IN -vn -b:a 128k OUT.mp3", ""
	}
	for _, m := range otherFormats {
		if len(head) > m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.magic)) {
			if m.name == oldQuickTime {
				copied = M4A
			}
			return m.name, copied
		}
	}
	return "", ""
}

// unsupportedAudio returns the name of compressed audio that podcast apps do not play,
// and what to do about it. format is empty for other bytes. copied is as in formatError.
func unsupportedAudio(head []byte) (format, copied string) {
	switch {
	case len(head) < mpeg.HeaderBytes:
		return "", ""
	case isADTS(head):
		return "AAC without a container; put it into one: ffmpeg -i IN -c copy OUT.m4a", M4A
	case bytes.HasPrefix(head, []byte("\x0b\x77")):
		return "Dolby Digital (AC-3); encode it: ffmpeg -i IN.ac3 -b:a 128k OUT.mp3", ""
	}
	h := mpeg.ParseHeader(head)
	if !h.Synced() || h.SampleRate() == 0 {
		return "", ""
	}
	switch {
	case h.Layer() == mpeg.Layer2 || h.Layer() == mpeg.Layer1:
		return "MPEG layer I or II, which podcast apps do not play; encode it as layer III: ffmpeg -i IN -b:a 128k OUT.mp3", ""
	case h.Layer() != mpeg.Layer3:
		return "", ""
	case h.Bitrate() == mpeg.FreeFormat:
		return "a free-format MP3, whose headers give no bitrate and which few players play; encode it with a standard bitrate: lame -b 128", ""
	}
	return "", ""
}

// isADTS reports whether b begins with an ADTS frame of AAC (ISO 13818-7, 6.2). Unlike
// in MPEG audio, the layer in its header is zero.
func isADTS(b []byte) bool {
	const rates = 13
	return len(b) >= mpeg.HeaderBytes && b[0] == 0xFF && b[1]&0xF6 == 0xF0 && b[2]>>2&15 < rates
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

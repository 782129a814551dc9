package audio

import (
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"onair/audio/mpeg"
	"onair/internal/crc32c"
	"onair/internal/plural"
)

// Media types of the masters that are published.
const (
	MP3 = "audio/mpeg"
	M4A = "audio/x-m4a"
)

// searchBytes is how far Probe searches for the first MPEG frame after the tags at
// the front, and for an ID3v2 tag before the end.
const searchBytes = 1 << 20

// Info describes a master. The values of an MP3 are computed from its MPEG frames,
// because the headers that encoders write may be wrong.
//
// The payload of an MP3 extends from the first MPEG frame, which may be an info header,
// to the tags at the end. It includes junk between MPEG frames. The payload of an MP4
// file is the whole file.
type Info struct {
	MediaType  string        // MP3 or M4A
	Duration   time.Duration // computed from the number of samples; for M4A from the file's header
	MPEGFrames int           // number of MPEG frames, without the info header
	Bitrate    int           // mean bitrate of all MPEG frames in kbit/s, rounded
	VBR        bool          // whether MPEG frames differ in bitrate; always false for M4A
	SampleRate int           // sample rate of the first MPEG frame, in Hz
	Channels   int           // 2 if an MPEG frame is stereo, else 1; any number for M4A

	PayloadStart int64             // byte offset in the master
	PayloadEnd   int64             // byte offset after the last byte
	SHA256       [sha256.Size]byte // checksum of the payload
	CRC32C       uint32            // checksum of the payload

	TagVersion string // version of the first ID3v2 tag, such as 2.3.0; empty if there is none
	TagBytes   int64  // length of all ID3v2 tags at the front

	TrailingTags []TrailingTag // tags after the payload, in the order of the file

	EncoderDelay      int // silent samples that the encoder added before the audio
	EncoderPadding    int // silent samples that the encoder added after the audio
	MissingMPEGFrames int // number of MPEG frames that were cut off, according to the info header

	Warnings []string // problems, one line each
}

// PayloadBytes returns the length of the payload.
func (i *Info) PayloadBytes() int64 { return i.PayloadEnd - i.PayloadStart }

// Probe reads a master of the given size in bytes from start to end, in constant
// memory, and describes it. If the file is not audio that can be published, the error
// says at which byte something else was found, and what it is.
func Probe(r io.ReaderAt, size int64) (*Info, error) {
	sum, crc := sha256.New(), crc32c.New()
	info, err := probe(r, size, io.MultiWriter(sum, crc))
	if err != nil || info.MediaType == M4A {
		return info, err
	}
	sum.Sum(info.SHA256[:0])
	info.CRC32C = crc.Sum32()
	return info, nil
}

// Recognize returns the media type of a master, and the same errors as Probe. It takes
// about half the time, because it does not compute the checksums of an MP3.
func Recognize(r io.ReaderAt, size int64) (mediaType string, err error) {
	info, err := probe(r, size, io.Discard)
	if err != nil {
		return "", err
	}
	return info.MediaType, nil
}

// probe describes a master. The payload of an MP3 is written to sink.
func probe(r io.ReaderAt, size int64, sink io.Writer) (*Info, error) {
	info, err := locate(r, size)
	if err != nil {
		return nil, err
	}
	if info.MediaType == M4A {
		return probeM4A(r, size)
	}
	readTrailing(r, info.PayloadEnd, info.TrailingTags)
	return info, info.walk(r, sink)
}

// locate finds the payload of an MP3 and the tags after it, without their texts. For an
// M4A it finds only the media type.
func locate(r io.ReaderAt, size int64) (*Info, error) {
	f, err := recognize(r, size)
	if err != nil {
		return nil, err
	}
	if f.isMP4 {
		return &Info{MediaType: M4A}, nil
	}
	start := f.start
	end, trailing, err := trimTrailingTags(r, start, size)
	if err != nil {
		return nil, err
	}
	first, err := findFirstMPEGFrame(r, start, end, f.head)
	if err != nil {
		return nil, err
	}
	info := &Info{MediaType: MP3, PayloadStart: first, PayloadEnd: end, TagVersion: f.version, TagBytes: start, TrailingTags: trailing}
	if first > start {
		info.warn("%d bytes of junk before the first MPEG frame, from byte %d", first-start, start)
	}
	return info, nil
}

// findFirstMPEGFrame returns the offset of the first MPEG frame of a stream.
func findFirstMPEGFrame(r io.ReaderAt, start, end int64, head []byte) (int64, error) {
	w := newWindow(r, start, end, io.Discard)
	limit := min(start+searchBytes, end)
	for pos := start; pos < limit; pos++ {
		if err := w.reach(pos); err != nil {
			return 0, err
		}
		if w.streamStarts(pos, confirmRun) {
			return pos, nil
		}
	}
	if format, copied := unsupportedAudio(head); format != "" {
		return 0, &formatError{start, "this is " + format, copied}
	}
	if len(head) >= mpeg.HeaderBytes && int64(mpeg.ParseHeader(head).Size()) > end-start {
		return 0, fmt.Errorf("byte %d: the file ends inside its first MPEG frame: it is truncated", start)
	}
	return 0, fmt.Errorf("no MPEG audio frame in the %d bytes from byte %d: this looks like %s", limit-start, start, describeUnknown(head))
}

// walk reads the payload, writes it to sink and sets the facts about it.
func (i *Info) walk(r io.ReaderAt, sink io.Writer) error {
	first, err := readRange(r, i.PayloadStart, min(i.PayloadStart+mpeg.MaxFrameBytes, i.PayloadEnd))
	if err != nil {
		return err
	}
	var skip int64
	header := mpeg.ParseInfo(first)
	if header != nil {
		skip = int64(mpeg.ParseHeader(first).Size())
		i.EncoderDelay, i.EncoderPadding = header.Delay, header.Padding
	}
	w, err := walkMPEG(r, i.PayloadStart, i.PayloadEnd, skip, sink)
	if err != nil {
		return err
	}
	if w.mpegFrames == 0 {
		return fmt.Errorf("byte %d: no complete MPEG frame follows: the file is truncated", i.PayloadStart)
	}
	i.MPEGFrames, i.Duration = w.mpegFrames, w.duration
	i.Bitrate = kbps(w.bytes, w.duration)
	i.VBR = len(w.bitrates) > 1
	i.SampleRate = w.sampleRate
	i.Channels = 1
	if w.stereo {
		i.Channels = 2
	}
	i.addWarnings(w, header)
	return nil
}

// addWarnings turns the problems of the payload into warnings.
func (i *Info) addWarnings(w *mpegSummary, header *mpeg.Info) {
	i.compareInfoHeader(w, header)
	if w.streamChanges.count > 0 {
		i.warn("the sample rate or MPEG version changes %s, first at byte %d; many players fail there", plural.Times(w.streamChanges.count), w.streamChanges.first)
	}
	if w.mono && w.stereo {
		i.warn("some MPEG frames are mono and some are stereo")
	}
	if w.tags.count > 0 {
		i.warn("an ID3 tag in the middle of the audio %s, first at byte %d: files were joined without removing their tags", plural.Times(w.tags.count), w.tags.first)
	}
	if w.junk.count > 0 {
		i.warn("junk between MPEG frames %s, %d bytes in all, first at byte %d", plural.Times(w.junk.count), w.junk.bytes, w.junk.first)
	}
	if w.lastBytes > 0 {
		i.warn("the last MPEG frame is truncated: %d of %d bytes", w.lastBytes, w.lastSize)
	}
	if w.trailingJunk > 0 {
		i.warn("%d bytes after the last MPEG frame, from byte %d, are neither audio nor a known tag", w.trailingJunk, w.trailingJunkAt)
	}
}

// compareInfoHeader compares an info header to the MPEG frames. It does not report a
// difference of one: some encoders count the info header itself, and some lose an MPEG
// frame.
func (i *Info) compareInfoHeader(w *mpegSummary, header *mpeg.Info) {
	if header == nil || header.Frames == 0 {
		if i.VBR {
			i.warn("%s", vbrWithoutLength)
		}
		return
	}
	missing := header.Frames - w.mpegFrames
	switch {
	case missing > 1 && (header.Bytes == 0 || header.Bytes > i.PayloadBytes()):
		i.MissingMPEGFrames = missing
		i.Warnings = append(i.Warnings, i.missingMPEGFrames())
	case missing > 1 || missing < -1:
		i.warn("the %s header promises %d MPEG frames and the file has %d; players that rely on it show a wrong length", header.Kind, header.Frames, w.mpegFrames)
	}
}

// vbrWithoutLength is the warning for a variable bitrate without a header that gives
// the length.
const vbrWithoutLength = "the bitrate varies, and no Xing or VBRI header counts the MPEG frames: players show a wrong length; ffmpeg -i IN.mp3 -c copy OUT.mp3 adds one"

// missingMPEGFrames returns the warning that the file was cut off.
func (i *Info) missingMPEGFrames() string {
	return fmt.Sprintf("the header promises %d MPEG frames and the file has %d: it was cut off", i.MPEGFrames+i.MissingMPEGFrames, i.MPEGFrames)
}

func (i *Info) warn(format string, args ...any) {
	i.Warnings = append(i.Warnings, fmt.Sprintf(format, args...))
}

// kbps returns the mean bitrate in kbit/s, rounded, of a payload that plays for d. d
// must be positive.
func kbps(bytes int64, d time.Duration) int {
	return int(float64(bytes)*8/d.Seconds()/1000 + 0.5)
}

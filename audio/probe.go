package audio

import (
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"onair/internal/crc32c"
	"onair/internal/plural"
)

// Media types of the masters that are published.
const (
	MP3 = "audio/mpeg"
	M4A = "audio/x-m4a"
)

// searchBytes is how far behind the tags at the front the first frame may be.
const searchBytes = 1 << 20

// Info is what the frames of a master say, whatever its headers promise.
//
// The payload of an MP3 reaches from the first MPEG frame, which may be an info
// header, to the tags at the end; junk inside belongs to it. The payload of an
// MP4 file is the whole file.
type Info struct {
	MediaType  string        // MP3 or M4A
	Duration   time.Duration // frames × samples; for M4A what its header says
	MPEGFrames int           // with audio: the info header is not one
	Bitrate    int           // kbit/s, the mean of the frames, rounded
	VBR        bool          // frames differ in bitrate; always false for M4A
	SampleRate int           // Hz, of the first frame
	Channels   int           // 1 or 2: the most that any frame has

	PayloadStart int64 // byte offset in the master
	PayloadEnd   int64 // byte offset behind the last
	SHA256       [sha256.Size]byte
	CRC32C       uint32 // Castagnoli, as cloud storage uses it

	TagVersion string // of the first ID3 tag, such as 2.3.0; empty: none
	TagBytes   int64  // of all ID3v2 tags at the front

	TrailingTags []TrailingTag // the tags behind the payload, in the order of the file

	EncoderDelay      int // samples of silence that the encoder says it added before
	EncoderPadding    int // and after the audio
	MissingMPEGFrames int // that the info header promises and the file lacks: it was cut off

	Warnings []string // what is odd about the file, one line each
}

// PayloadBytes is the length of the payload.
func (i *Info) PayloadBytes() int64 { return i.PayloadEnd - i.PayloadStart }

// Probe reads a master of the given size in bytes from start to end, in
// constant memory, and says what it is. Its errors name the byte where
// something else than audio was found, and what that is.
func Probe(r io.ReaderAt, size int64) (*Info, error) {
	info, err := locate(r, size)
	if err != nil {
		return nil, err
	}
	if info.MediaType == M4A {
		return probeMP4(r, size)
	}
	readTrailing(r, info.PayloadEnd, info.TrailingTags)
	sum, crc := sha256.New(), crc32c.New()
	if err := info.walk(r, io.MultiWriter(sum, crc)); err != nil {
		return nil, err
	}
	sum.Sum(info.SHA256[:0])
	info.CRC32C = crc.Sum32()
	return info, nil
}

// locate finds out where the payload of an MP3 is, and what tags there are
// behind it, unread. Of an M4A it says no more than that it is one.
func locate(r io.ReaderAt, size int64) (*Info, error) {
	if size <= 0 {
		return nil, fmt.Errorf("the file is empty (0 bytes)")
	}
	start, version, err := skipLeadingTags(r, size)
	if err != nil {
		return nil, err
	}
	if start == size {
		return nil, fmt.Errorf("byte %d: the file ends behind its ID3 tag, without any audio: it is truncated", start)
	}
	head, err := readRange(r, start, min(start+sniffBytes, size))
	if err != nil {
		return nil, err
	}
	if isMP4(head) {
		return &Info{MediaType: M4A}, nil
	}
	if what := otherFormat(head); what != "" {
		return nil, fmt.Errorf("byte %d: this is %s", start, what)
	}
	end, behind, err := trimTrailingTags(r, start, size)
	if err != nil {
		return nil, err
	}
	first, err := findFirstMPEGFrame(r, start, end, head)
	if err != nil {
		return nil, err
	}
	info := &Info{MediaType: MP3, PayloadStart: first, PayloadEnd: end, TagVersion: version, TagBytes: start, TrailingTags: behind}
	if first > start {
		info.warn("%d bytes of junk before the first frame, from byte %d", first-start, start)
	}
	return info, nil
}

// findFrame returns the offset of the first frame of a stream.
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
	if what := unsupportedAudio(head); what != "" {
		return 0, fmt.Errorf("byte %d: this is %s", start, what)
	}
	if len(head) >= mpegHeaderBytes && int64(parseMPEGHeader(head).size()) > end-start {
		return 0, fmt.Errorf("byte %d: the file ends inside its first frame: it is truncated", start)
	}
	return 0, fmt.Errorf("no MPEG audio frame in the %d bytes from byte %d: this looks like %s", limit-start, start, describeUnknown(head))
}

// measure walks the payload and fills in what it says. All of it goes to sink.
func (i *Info) walk(r io.ReaderAt, sink io.Writer) error {
	first, err := readRange(r, i.PayloadStart, min(i.PayloadStart+maxMPEGFrameBytes, i.PayloadEnd))
	if err != nil {
		return err
	}
	var skip int64
	promise := parseInfoHeader(first)
	if promise != nil {
		skip = int64(parseMPEGHeader(first).size())
		i.EncoderDelay, i.EncoderPadding = promise.delay, promise.padding
	}
	w, err := walkMPEG(r, i.PayloadStart, i.PayloadEnd, skip, sink)
	if err != nil {
		return err
	}
	if w.mpegFrames == 0 {
		return fmt.Errorf("byte %d: no whole audio frame follows: the file is truncated", i.PayloadStart)
	}
	i.MPEGFrames, i.Duration = w.mpegFrames, w.duration
	i.Bitrate = kbps(w.bytes, w.duration)
	i.VBR = len(w.bitrates) > 1
	i.SampleRate = w.sampleRate
	i.Channels = 1
	if w.stereo {
		i.Channels = 2
	}
	i.addWarnings(w, promise)
	return nil
}

// report turns what the walk stumbled over into warnings.
func (i *Info) addWarnings(w *mpegSummary, promise *infoHeader) {
	i.compareInfoHeader(w, promise)
	if w.streamChanges.count > 0 {
		i.warn("the sample rate or MPEG version changes %s, first at byte %d; many players stumble there", plural.Times(w.streamChanges.count), w.streamChanges.first)
	}
	if w.mono && w.stereo {
		i.warn("some frames are mono and some are stereo")
	}
	if w.tags.count > 0 {
		i.warn("an ID3 tag in the middle of the audio %s, first at byte %d: files were joined without taking their tags off", plural.Times(w.tags.count), w.tags.first)
	}
	if w.junk.count > 0 {
		i.warn("junk between frames %s, %d bytes in all, first at byte %d", plural.Times(w.junk.count), w.junk.bytes, w.junk.first)
	}
	if w.lastBytes > 0 {
		i.warn("the last frame is truncated: %d of %d bytes", w.lastBytes, w.lastSize)
	}
	if w.trailingJunk > 0 {
		i.warn("%d bytes behind the last frame, from byte %d, are neither audio nor a known tag", w.trailingJunk, w.trailingJunkAt)
	}
}

// compare holds the promise of an info header against the frames. A header that
// counts itself is forgiven, and so is one frame that an encoder lost.
func (i *Info) compareInfoHeader(w *mpegSummary, promise *infoHeader) {
	if promise == nil || promise.mpegFrames == 0 {
		return
	}
	missing := promise.mpegFrames - w.mpegFrames
	switch {
	case missing > 1 && (promise.bytes == 0 || promise.bytes > i.PayloadBytes()):
		i.MissingMPEGFrames = missing
		i.Warnings = append(i.Warnings, i.missingMPEGFrames())
	case missing > 1 || missing < -1:
		i.warn("the %s header promises %d frames and the file has %d; players that believe it show a wrong length", promise.kind, promise.mpegFrames, w.mpegFrames)
	}
}

// missing is the sentence about a file that was cut off.
func (i *Info) missingMPEGFrames() string {
	return fmt.Sprintf("the header promises %d frames and the file has %d: it was cut off", i.MPEGFrames+i.MissingMPEGFrames, i.MPEGFrames)
}

func (i *Info) warn(format string, args ...any) {
	i.Warnings = append(i.Warnings, fmt.Sprintf(format, args...))
}

// kbps is the mean bitrate of so many bytes, rounded. d is positive.
func kbps(bytes int64, d time.Duration) int {
	return int(float64(bytes)*8/d.Seconds()/1000 + 0.5)
}

package audio

import (
	"bytes"
	"io"
	"time"
)

// confirm is how many frames alike must follow before unknown bytes are taken
// for the start of a stream. resume is how many it takes to come back to the
// stream that junk interrupted.
const (
	confirmRun = 3
	resumeRun  = 1
)

// A walk is what the frames of a payload add up to.
type mpegSummary struct {
	mpegFrames     int
	bytes          int64 // of the frames
	duration       time.Duration
	sampleRate     int // Hz, of the first frame
	bitrates       map[int]bool
	mono           bool // a frame with one channel was seen
	stereo         bool // a frame with two channels was seen
	junk           span
	tags           span
	streamChanges  span
	lastBytes      int64 // bytes that the truncated last frame has; 0: it is whole
	lastSize       int   // bytes that it should have
	trailingJunk   int64 // bytes after the last frame
	trailingJunkAt int64
}

// A span counts interruptions of one kind and remembers where they began.
type span struct {
	count int
	first int64
	bytes int64
}

func (s *span) add(at, bytes int64) {
	if s.count == 0 {
		s.first = at
	}
	s.count++
	s.bytes += bytes
}

// A walker goes from frame to frame of one payload.
type mpegWalker struct {
	*window
	mpegSummary
	pos       int64
	stream    mpegHeader // what the frames of the present stream share
	byBitrate [16]int64  // frames of the present stream by bitrate field
}

// walkFrames walks from start, where a frame begins, to end. The first skip
// bytes are read but not counted: an info header is a frame without audio.
func walkMPEG(r io.ReaderAt, start, end, skip int64, sink io.Writer) (*mpegSummary, error) {
	w := &mpegWalker{window: newWindow(r, start, end, sink), pos: start, mpegSummary: mpegSummary{bitrates: map[int]bool{}}}
	if err := w.reach(start); err != nil {
		return nil, err
	}
	w.stream = w.mpegHeaderAt(start)
	w.pos += skip
	for w.pos < w.end {
		if err := w.reach(w.pos); err != nil {
			return nil, err
		}
		w.countMPEGFrames()
		if w.pos >= w.end {
			break
		}
		if err := w.step(); err != nil {
			return nil, err
		}
	}
	w.endStream()
	return &w.mpegSummary, nil
}

// run counts whole frames of the present stream while they are well inside
// the block. It is the loop that an hour of audio is spent in.
func (w *mpegWalker) countMPEGFrames() {
	sizes := &mpegFrameSizes[w.stream.version()][w.stream.rate()]
	buf := w.buf
	start := int(w.pos - w.base)
	i := start
	for i < len(buf)-maxMPEGFrameBytes {
		h := parseMPEGHeader(buf[i:])
		size := sizes[h.bitrate()]
		if size == 0 || !h.sameStream(w.stream) {
			break
		}
		w.byBitrate[h.bitrate()]++
		if h.mono() {
			w.mono = true
		} else {
			w.stereo = true
		}
		i += size + h.padding()
	}
	w.pos = w.base + int64(i)
	w.bytes += int64(i - start)
}

// step decides about one position with what lies behind it in view: a frame of
// the stream, a truncated last one, a new stream, a tag, or junk.
func (w *mpegWalker) step() error {
	if err := w.reach(w.pos); err != nil {
		return err
	}
	h := w.mpegHeaderAt(w.pos)
	size := int64(h.size())
	switch {
	case size > 0 && h.sameStream(w.stream) && w.pos+size <= w.end:
		w.byBitrate[h.bitrate()]++
		w.mono = w.mono || h.mono()
		w.stereo = w.stereo || !h.mono()
		w.bytes += size
		w.pos += size
	case size > 0 && h.sameStream(w.stream):
		w.lastBytes, w.lastSize = w.end-w.pos, int(size)
		w.pos = w.end
	case w.streamStarts(w.pos, confirmRun):
		w.streamChanges.add(w.pos, 0)
		w.startStream(h)
	default:
		return w.resync()
	}
	return nil
}

// begin leaves the present stream for the one whose frame h is.
func (w *mpegWalker) startStream(h mpegHeader) {
	w.endStream()
	w.stream = h
}

// flush adds the present stream to the sums.
func (w *mpegWalker) endStream() {
	var frames int64
	for field, n := range w.byBitrate {
		if n == 0 {
			continue
		}
		frames += n
		w.bitrates[bitrates(w.stream.version())[field]] = true
	}
	w.byBitrate = [16]int64{}
	if frames == 0 {
		return
	}
	if w.sampleRate == 0 {
		w.sampleRate = w.stream.sampleRate()
	}
	w.mpegFrames += int(frames)
	w.duration += playtime(frames*int64(samplesPerMPEGFrame(w.stream.version())), w.stream.sampleRate())
}

// resync passes over bytes that are no frame: an ID3 tag in the middle, where
// files were joined, by its own size; anything else byte by byte.
func (w *mpegWalker) resync() error {
	from := w.pos
	if size, err := w.tagAt(from); err != nil {
		return err
	} else if size > 0 {
		w.tags.add(from, size)
		w.pos += size
		return nil
	}
	for w.pos++; w.pos < w.end; w.pos++ {
		if err := w.reach(w.pos); err != nil {
			return err
		}
		i := bytes.IndexByte(w.bytesAt(w.pos), 0xFF)
		if i < 0 {
			w.pos = w.base + int64(len(w.buf)) - 1
			continue
		}
		w.pos += int64(i)
		if err := w.reach(w.pos); err != nil {
			return err
		}
		h := w.mpegHeaderAt(w.pos)
		if h.sameStream(w.stream) && w.streamStarts(w.pos, resumeRun) {
			w.junk.add(from, w.pos-from)
			return nil
		}
		if w.streamStarts(w.pos, confirmRun) {
			w.junk.add(from, w.pos-from)
			w.streamChanges.add(w.pos, 0)
			w.startStream(h)
			return nil
		}
	}
	w.trailingJunkAt, w.trailingJunk = from, w.end-from
	return nil
}

// tagAt returns the length of the ID3 tag at pos, or 0. Only what ends where a
// frame begins is one: three letters of junk that look like a tag must not make
// an hour of audio disappear.
func (w *mpegWalker) tagAt(pos int64) (int64, error) {
	size := TagBytes(w.bytesAt(pos))
	if size == 0 || size > w.end-pos-mpegHeaderBytes {
		return 0, nil
	}
	next, err := readRange(w.r, pos+size, pos+size+mpegHeaderBytes)
	if err != nil || parseMPEGHeader(next).size() == 0 {
		return 0, err
	}
	return size, nil
}

package audio

import (
	"bytes"
	"io"
	"time"

	"onair/audio/mpeg"
)

// confirmRun is how many MPEG frames of the same stream must follow an MPEG frame that
// may be the start of a stream. resumeRun is how many must follow an MPEG frame that
// continues the earlier stream after junk.
const (
	confirmRun = 3
	resumeRun  = 1
)

// An mpegSummary has the facts about all MPEG frames of a payload.
type mpegSummary struct {
	mpegFrames     int
	bytes          int64 // total length of the MPEG frames
	duration       time.Duration
	sampleRate     int // Hz, of the first MPEG frame
	bitrates       map[int]bool
	mono           bool // whether there are MPEG frames with one channel
	stereo         bool // whether there are MPEG frames with two channels
	junk           interruptions
	tags           interruptions
	streamChanges  interruptions
	lastBytes      int64 // length of a truncated last MPEG frame; 0 if it is complete
	lastSize       int   // length that the header of the last MPEG frame gives
	trailingJunk   int64 // bytes after the last MPEG frame
	trailingJunkAt int64
}

// interruptions counts interruptions of one kind.
type interruptions struct {
	count int
	first int64 // offset of the first one
	bytes int64
}

func (i *interruptions) add(at, bytes int64) {
	if i.count == 0 {
		i.first = at
	}
	i.count++
	i.bytes += bytes
}

// An mpegWalker reads the MPEG frames of a payload one after the other.
type mpegWalker struct {
	*window
	mpegSummary
	pos       int64
	stream    mpeg.Header // header of an MPEG frame of the current stream
	byBitrate [16]int64   // number of MPEG frames of the current stream, by bitrate field
}

// walkMPEG reads the bytes [start, end). An MPEG frame begins at start. The first skip
// bytes, an info header, are read but not counted.
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

// countMPEGFrames counts the MPEG frames of the current stream up to near the end of
// the block in memory. The loop runs for nearly every MPEG frame, so it does little for
// each.
func (w *mpegWalker) countMPEGFrames() {
	sizes := w.stream.Sizes()
	buf := w.buf
	start := int(w.pos - w.base)
	i := start
	for i < len(buf)-mpeg.MaxFrameBytes {
		h := mpeg.ParseHeader(buf[i:])
		size := sizes[h.Bitrate()]
		if size == 0 || !h.SameStream(w.stream) {
			break
		}
		w.byBitrate[h.Bitrate()]++
		if h.Mono() {
			w.mono = true
		} else {
			w.stereo = true
		}
		i += size + h.Padding()
	}
	w.pos = w.base + int64(i)
	w.bytes += int64(i - start)
}

// step handles the bytes at the current position: an MPEG frame of the stream, a
// truncated last one, a new stream, a tag, or junk.
func (w *mpegWalker) step() error {
	if err := w.reach(w.pos); err != nil {
		return err
	}
	h := w.mpegHeaderAt(w.pos)
	size := int64(h.Size())
	switch {
	case size > 0 && h.SameStream(w.stream) && w.pos+size <= w.end:
		w.byBitrate[h.Bitrate()]++
		w.mono = w.mono || h.Mono()
		w.stereo = w.stereo || !h.Mono()
		w.bytes += size
		w.pos += size
	case size > 0 && h.SameStream(w.stream):
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

// startStream ends the current stream and begins the stream of h.
func (w *mpegWalker) startStream(h mpeg.Header) {
	w.endStream()
	w.stream = h
}

// endStream adds the current stream to the summary.
func (w *mpegWalker) endStream() {
	var mpegFrames int64
	for field, n := range w.byBitrate {
		if n == 0 {
			continue
		}
		mpegFrames += n
		w.bitrates[w.stream.Bitrates()[field]] = true
	}
	w.byBitrate = [16]int64{}
	if mpegFrames == 0 {
		return
	}
	if w.sampleRate == 0 {
		w.sampleRate = w.stream.SampleRate()
	}
	w.mpegFrames += int(mpegFrames)
	w.duration += mpeg.Playtime(mpegFrames*int64(w.stream.Samples()), w.stream.SampleRate())
}

// resync skips bytes that are not an MPEG frame: an ID3 tag where files were joined, or
// junk.
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
		if h.SameStream(w.stream) && w.streamStarts(w.pos, resumeRun) {
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

// tagAt returns the length of the ID3 tag at pos, or 0. Bytes count as a tag only if an
// MPEG frame or another ID3 tag begins after them: junk that begins with "ID3" must not
// make an hour of audio disappear.
func (w *mpegWalker) tagAt(pos int64) (int64, error) {
	b := w.bytesAt(pos)
	size := TagBytes(b)
	if bytes.HasPrefix(b, []byte("TAG")) {
		size = id3v1Bytes
	}
	if size == 0 || size > w.end-pos-mpeg.HeaderBytes {
		return 0, nil
	}
	next, err := readRange(w.r, pos+size, pos+size+mpeg.HeaderBytes)
	if err != nil || mpeg.ParseHeader(next).Size() == 0 && !bytes.HasPrefix(next, []byte("ID3")) {
		return 0, err
	}
	return size, nil
}

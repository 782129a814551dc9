package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"onair/audio/mpeg"
)

// Limits of how much is read of the tags before and after the audio. Real files have a
// few tags, with a few dozen frames each.
const (
	maxTagsInRow     = 64
	maxFramesScanned = 10_000 // ID3 frames of one tag
)

// skipLeadingTags returns the offset after the ID3v2 tags at the front, of which there
// may be several in a row, and the version of the first, which is empty if there is
// none. A tag whose size exceeds the file is an error, because nothing tells where the
// audio begins.
func skipLeadingTags(r io.ReaderAt, size int64) (start int64, version string, err error) {
	for range maxTagsInRow {
		b, err := readRange(r, start, min(start+TagHeaderBytes, size))
		if err != nil {
			return 0, "", err
		}
		n := TagBytes(b)
		if n == 0 {
			break
		}
		if n > size-start {
			return 0, "", fmt.Errorf("byte %d: the ID3 tag claims %d bytes and the file has %d left: it is truncated, or the tag has a wrong size", start, n, size-start)
		}
		if version == "" {
			version = fmt.Sprintf("2.%d.%d", b[3], b[4])
		}
		if start, err = leadingTagEnd(r, start, start+n, size, b[3]); err != nil {
			return 0, "", err
		}
	}
	return start, version, nil
}

// leadingTagEnd returns the offset at which the tag at start really ends. The size in
// its header gives the offset end. A header that claims a few bytes too many would hide
// the first MPEG frame, often the info header: if an MPEG frame follows the last frame
// of the tag and extends beyond end, the tag ends before that MPEG frame. Audio that
// begins inside the tag in another way is an error.
func leadingTagEnd(r io.ReaderAt, start, end, size int64, version byte) (int64, error) {
	inside := func(at int64) error {
		return fmt.Errorf("byte %d: the ID3 tag claims %d bytes, but audio begins inside it, at byte %d; remove the tag or export the file again", start, end-start, at)
	}
	pos, err := framesEnd(r, start, end, version)
	if err != nil {
		return 0, err
	}
	w := newWindow(r, pos, size, io.Discard)
	for ; pos < end; pos++ {
		if err := w.reach(pos); err != nil {
			return 0, err
		}
		if w.bytesAt(pos)[0] != 0 {
			break
		}
	}
	if pos < end && w.streamStarts(pos, confirmRun) {
		at, err := findMPEGFrames(r, start+TagHeaderBytes, pos, pos)
		if at < 0 && pos+int64(w.mpegHeaderAt(pos).Size()) <= end {
			at = pos
		}
		if err == nil && at >= 0 {
			err = inside(at)
		}
		return pos, err
	}
	at, err := findMPEGFrames(r, start+TagHeaderBytes, end, end)
	if err == nil && at < 0 {
		at, err = findFrameAcross(r, max(start+TagHeaderBytes, end-mpeg.MaxFrameBytes), end, size)
	}
	if err == nil && at >= 0 {
		err = inside(at)
	}
	return end, err
}

// framesEnd returns the offset after the frames of the tag at [start, end), where only
// padding may follow. It does not read the frames of ID3v2.2, which is rare, or of a
// tag with an extended header. For such a tag it returns the offset after the header.
func framesEnd(r io.ReaderAt, start, end int64, version byte) (int64, error) {
	pos := start + TagHeaderBytes
	for range maxFramesScanned {
		b, err := readRange(r, pos, min(pos+frameHeaderBytes, end))
		if err != nil {
			return 0, err
		}
		if version < 3 || len(b) < frameHeaderBytes || !isFrameID(b[:4]) {
			break
		}
		n := int64(binary.BigEndian.Uint32(b[4:]))
		if safe, ok := synchsafe(b[4:]); ok && version == 4 {
			n = int64(safe)
		}
		pos = min(pos+frameHeaderBytes+n, end)
	}
	return pos, nil
}

// findFrameAcross returns the first offset in [from, end) of an MPEG frame whose stream
// continues beyond end. It returns -1 if there is none, or if a stream begins exactly
// at end, where the audio belongs.
func findFrameAcross(r io.ReaderAt, from, end, size int64) (int64, error) {
	w := newWindow(r, from, min(size, end+2*lookahead), io.Discard)
	if err := w.reach(from); err != nil {
		return -1, err
	}
	if at := newWindow(r, end, size, io.Discard); at.reach(end) == nil && at.streamStarts(end, confirmRun) {
		return -1, nil
	}
	for pos := from; pos < end; pos++ {
		if err := w.reach(pos); err != nil {
			return -1, err
		}
		if w.end > end+confirmRun && w.streamStarts(pos, confirmRun) {
			return pos, nil
		}
	}
	return -1, nil
}

// findMPEGFrames returns the first offset in [start, limit) of a run of consecutive
// MPEG frames that belong to one stream, are too many to be a coincidence, and extend
// no further than end. It returns -1 if there is none.
func findMPEGFrames(r io.ReaderAt, start, limit, end int64) (int64, error) {
	w := newWindow(r, start, end, io.Discard)
	for pos := start; pos < limit; pos++ {
		if err := w.reach(pos); err != nil {
			return 0, err
		}
		b := w.bytesAt(pos)
		i := bytes.IndexByte(b, 0xFF)
		if i < 0 {
			pos += int64(len(b)) - 1
			continue
		}
		if pos += int64(i); pos >= limit {
			break
		}
		if err := w.reach(pos); err != nil {
			return 0, err
		}
		if w.wholeMPEGFrames(pos, confirmRun) {
			return pos, nil
		}
	}
	return -1, nil
}

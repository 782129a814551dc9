package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// Limits of what is read of the tags before and after the audio. Real files have
// a few tags, of a few dozen frames each.
const (
	maxTagsInRow     = 64
	maxFramesScanned = 10_000 // ID3 frames of one tag
)

// skipLeadingTags returns the offset after the ID3v2 tags at the front, of which
// there may be several in a row, and the version of the first. A tag whose size
// exceeds the file is an error, because it is unknown where the audio begins.
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
		at, err := audioInTag(r, start, start+n, b[3])
		if err == nil && at == 0 {
			at, err = findMPEGFrames(r, start+TagHeaderBytes, start+n, start+n)
		}
		if err != nil {
			return 0, "", err
		}
		if at > 0 {
			return 0, "", fmt.Errorf("byte %d: the ID3 tag claims %d bytes, but audio begins inside it, at byte %d; remove the tag or export the file again", start, n, at)
		}
		if version == "" {
			version = fmt.Sprintf("2.%d.%d", b[3], b[4])
		}
		start += n
	}
	return start, version, nil
}

// audioInTag searches the tag at [start, end) for audio after its frames, where only
// padding may be: a tag that contains audio has a wrong size. audioInTag returns the
// offset of the first MPEG frame, or 0. It does not read the frames of ID3v2.2, which
// is rare. findMPEGFrames finds audio in those tags.
func audioInTag(r io.ReaderAt, start, end int64, version byte) (int64, error) {
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
	w := newWindow(r, pos, end, io.Discard)
	for ; pos < end; pos++ {
		if err := w.reach(pos); err != nil {
			return 0, err
		}
		if w.bytesAt(pos)[0] == 0 {
			continue
		}
		if w.streamStarts(pos, confirmRun) {
			return pos, nil
		}
		break
	}
	return 0, nil
}

// findMPEGFrames returns the first offset in [start, limit) at which several
// consecutive MPEG frames of one stream begin, too many to be a coincidence, all
// of them before end. It returns -1 if there is none.
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

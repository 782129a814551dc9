package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// maxTags and maxTagFrames bound how many tags at either edge, and frames in one
// of them, are looked at. Real files have a few.
const (
	maxTags      = 64
	maxTagFrames = 10_000
)

// TagHeaderBytes is the size of the header of an ID3v2 tag, and of its footer
// (ID3v2.4, 3.1).
const TagHeaderBytes = 10

// Sizes of the other tags found at the edges of a master, in bytes.
const (
	id3v1Bytes       = 128
	id3v1ExtraBytes  = 227 // "TAG+", before an ID3v1 tag
	apeFooterBytes   = 32  // also the header's
	lyrics1MaxBytes  = 5100 + len("LYRICSBEGIN") + len("LYRICSEND")
	lyrics2TailBytes = 6 + len("LYRICS200") // size, in decimal digits, and the mark
)

// TagBytes returns the length in bytes of the ID3v2 tag whose header begins b,
// header, padding and footer included; 0 if none begins there (ID3v2.4, 3.1).
func TagBytes(b []byte) int64 {
	if len(b) < TagHeaderBytes || string(b[:3]) != "ID3" || b[3] == 0xFF || b[4] == 0xFF {
		return 0
	}
	size, ok := synchsafe(b[6:10])
	if !ok {
		return 0
	}
	size += TagHeaderBytes
	if b[3] == 4 && b[5]&tagFooter != 0 {
		size += TagHeaderBytes
	}
	return int64(size)
}

// synchsafe reads four bytes of seven bits each; ok is false where one has its
// top bit set (ID3v2.4, 6.2).
func synchsafe(b []byte) (n int, ok bool) {
	for _, c := range b[:4] {
		if c >= 0x80 {
			return 0, false
		}
		n = n<<7 | int(c)
	}
	return n, true
}

// skipFront returns the offset behind the ID3v2 tags at the front, of which
// there may be several in a row, and the version of the first. A tag that
// claims more than the file has is an error: nobody can say where the audio
// starts.
func skipFront(r io.ReaderAt, size int64) (start int64, version string, err error) {
	for range maxTags {
		b, err := readRange(r, start, min(start+TagHeaderBytes, size))
		if err != nil {
			return 0, "", err
		}
		n := TagBytes(b)
		if n == 0 {
			break
		}
		if n > size-start {
			return 0, "", fmt.Errorf("byte %d: the ID3 tag claims %d bytes and the file has %d left: it is truncated, or the tag lies", start, n, size-start)
		}
		at, err := audioInTag(r, start, start+n, b[3])
		if err == nil && at == 0 {
			at, err = findRun(r, start+TagHeaderBytes, start+n, start+n)
		}
		if err != nil {
			return 0, "", err
		}
		if at > 0 {
			return 0, "", fmt.Errorf("byte %d: the ID3 tag claims %d bytes, but audio begins inside it, at byte %d; take the tag off and export the file again", start, n, at)
		}
		if version == "" {
			version = fmt.Sprintf("2.%d.%d", b[3], b[4])
		}
		start += n
	}
	return start, version, nil
}

// audioInTag looks for audio behind the frames of a tag at [start, end), where
// only padding may be: a tag whose size is wrong would swallow it. It returns
// the offset of the first frame, or 0. ID3v2.2, which is rare, is left to
// findRun.
func audioInTag(r io.ReaderAt, start, end int64, version byte) (int64, error) {
	pos := start + TagHeaderBytes
	for range maxTagFrames {
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
		if w.at(pos)[0] == 0 {
			continue
		}
		if w.chain(pos, confirm) {
			return pos, nil
		}
		break
	}
	return 0, nil
}

// trimEnd returns the offset before the ID3v1, APE, Lyrics3 and ID3v2 tags at
// the end of [start, size), whatever their order, and the tags, unread. A tag that
// claims to begin before start, in the middle of audio, or where nothing begins
// that such a tag begins with, is taken for audio that looks like one.
func trimEnd(r io.ReaderAt, start, size int64) (end int64, tags []TrailingTag, err error) {
	end = size
	for range maxTags {
		t, err := lastTag(r, start, end)
		if err != nil {
			return 0, nil, err
		}
		if t.size == 0 {
			break
		}
		end -= t.size
		tags = append(tags, TrailingTag{Kind: t.name, Bytes: t.size})
	}
	slices.Reverse(tags)
	return end, tags, nil
}

// lastTag returns the tag that ends [start, end).
func lastTag(r io.ReaderAt, start, end int64) (trailer, error) {
	tail, err := readRange(r, max(start, end-int64(lyrics1MaxBytes)), end)
	if err != nil {
		return trailer{}, err
	}
	t := trailingTag(tail)
	if t.size == 0 {
		if t, err = unmarkedTag(r, start, end); err != nil {
			return trailer{}, err
		}
	}
	if t.size == 0 || t.size > end-start {
		return trailer{}, nil
	}
	from := end - t.size
	if head, err := readRange(r, from, from+int64(len(t.begins))); err != nil || string(head) != t.begins {
		return trailer{}, err
	}
	if at, err := findRun(r, from, end, end); err != nil || at >= 0 {
		return trailer{}, err
	}
	return t, nil
}

// unmarkedTag looks for an ID3v2 tag that ends where it should, at end, and has
// no footer that says so. Chance makes no such size.
func unmarkedTag(r io.ReaderAt, start, end int64) (trailer, error) {
	pos := max(start, end-searchBytes)
	w := newWindow(r, pos, end, io.Discard)
	for ; pos < end; pos++ {
		if err := w.reach(pos); err != nil {
			return trailer{}, err
		}
		b := w.at(pos)
		i := bytes.IndexByte(b, 'I')
		if i < 0 {
			pos += int64(len(b)) - 1
			continue
		}
		pos += int64(i)
		if err := w.reach(pos); err != nil {
			return trailer{}, err
		}
		if n := TagBytes(w.at(pos)); n > 0 && pos+n == end {
			return trailer{n, "ID3v2", "ID3"}, nil
		}
	}
	return trailer{}, nil
}

// findRun returns the offset in [start, limit) where frames of one stream
// begin, as many as it takes to tell them from chance and all of them before
// end; or -1.
func findRun(r io.ReaderAt, start, limit, end int64) (int64, error) {
	w := newWindow(r, start, end, io.Discard)
	for pos := start; pos < limit; pos++ {
		if err := w.reach(pos); err != nil {
			return 0, err
		}
		b := w.at(pos)
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
		if w.whole(pos, confirm) {
			return pos, nil
		}
	}
	return -1, nil
}

// A trailer is a tag behind the audio.
type trailer struct {
	size   int64 // bytes; 0: none
	name   string
	begins string // with these bytes
}

// trailingTag returns the tag that ends where tail ends. It may be longer than
// tail.
func trailingTag(tail []byte) trailer {
	last := func(n int) []byte { return tail[len(tail)-min(n, len(tail)):] }
	switch {
	case len(tail) >= id3v1Bytes+id3v1ExtraBytes && bytes.HasPrefix(last(id3v1Bytes), []byte("TAG")) && bytes.HasPrefix(last(id3v1Bytes+id3v1ExtraBytes), []byte("TAG+")):
		return trailer{id3v1Bytes + id3v1ExtraBytes, "ID3v1", "TAG+"}
	case len(tail) >= id3v1Bytes && bytes.HasPrefix(last(id3v1Bytes), []byte("TAG")):
		return trailer{id3v1Bytes, "ID3v1", "TAG"}
	case len(tail) >= apeFooterBytes && bytes.HasPrefix(last(apeFooterBytes), []byte("APETAGEX")):
		return apeTrailer(last(apeFooterBytes))
	case len(tail) >= lyrics2TailBytes && bytes.HasSuffix(tail, []byte("LYRICS200")):
		n, err := strconv.ParseUint(string(last(lyrics2TailBytes)[:6]), 10, 32)
		if err != nil {
			return trailer{}
		}
		return trailer{int64(n) + int64(lyrics2TailBytes), "Lyrics3", "LYRICSBEGIN"}
	case bytes.HasSuffix(tail, []byte("LYRICSEND")):
		if i := bytes.LastIndex(tail, []byte("LYRICSBEGIN")); i >= 0 {
			return trailer{int64(len(tail) - i), "Lyrics3", "LYRICSBEGIN"}
		}
	case len(tail) >= TagHeaderBytes && bytes.HasPrefix(last(TagHeaderBytes), []byte("3DI")):
		if n, ok := synchsafe(last(TagHeaderBytes)[6:]); ok {
			return trailer{int64(n) + 2*TagHeaderBytes, "ID3v2", "ID3"}
		}
	}
	return trailer{}
}

// apeTrailer reads the footer of an APEv1 or APEv2 tag. Its size counts items
// and footer; a flag says whether there is a header as well.
func apeTrailer(footer []byte) trailer {
	t := trailer{int64(binary.LittleEndian.Uint32(footer[12:])), "APE", ""}
	if t.size < apeFooterBytes {
		return trailer{}
	}
	if flags := binary.LittleEndian.Uint32(footer[20:]); flags>>31 != 0 {
		t.size += apeFooterBytes
		t.begins = "APETAGEX"
	}
	return t
}

// readRange reads the bytes [from, to). The caller has bounded their number.
func readRange(r io.ReaderAt, from, to int64) ([]byte, error) {
	b := make([]byte, max(0, to-from))
	return b, fill(b, r, from)
}

// fill reads as many bytes as b has, from an offset on.
func fill(b []byte, r io.ReaderAt, from int64) error {
	n, err := r.ReadAt(b, from)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read at byte %d: %w", from+int64(n), err)
}

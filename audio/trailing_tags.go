package audio

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A TrailingTag is a tag behind the audio and what it calls the episode. It is
// not published.
type TrailingTag struct {
	Kind   string // ID3v1, ID3v2, APE or Lyrics3
	Bytes  int64
	Title  string // empty: it does not say, or could not be read; none of Lyrics3
	Artist string
	Album  string
}

// Sizes of the other tags found at the edges of a master, in bytes.
const (
	id3v1Bytes       = 128
	id3v1ExtraBytes  = 227 // "TAG+", before an ID3v1 tag
	apeFooterBytes   = 32  // also the header's
	lyrics1MaxBytes  = 5100 + len("LYRICSBEGIN") + len("LYRICSEND")
	lyrics2TailBytes = 6 + len("LYRICS200") // size, in decimal digits, and the mark
)

// id3v1Field is how long the texts of ID3v1 are, in bytes; id3v1Extra is how
// much an extended tag adds to each.
const (
	id3v1Field = 30
	id3v1Extra = 60
)

// trimEnd returns the offset before the ID3v1, APE, Lyrics3 and ID3v2 tags at
// the end of [start, size), whatever their order, and the tags, unread. A tag that
// claims to begin before start, in the middle of audio, or where nothing begins
// that such a tag begins with, is taken for audio that looks like one.
func trimTrailingTags(r io.ReaderAt, start, size int64) (end int64, tags []TrailingTag, err error) {
	end = size
	for range maxTagsInRow {
		t, err := lastTrailingTag(r, start, end)
		if err != nil {
			return 0, nil, err
		}
		if t.size == 0 {
			break
		}
		end -= t.size
		tags = append(tags, TrailingTag{Kind: t.kind, Bytes: t.size})
	}
	slices.Reverse(tags)
	return end, tags, nil
}

// lastTag returns the tag that ends [start, end).
func lastTrailingTag(r io.ReaderAt, start, end int64) (trailingTagMatch, error) {
	tail, err := readRange(r, max(start, end-int64(lyrics1MaxBytes)), end)
	if err != nil {
		return trailingTagMatch{}, err
	}
	t := matchTrailingTag(tail)
	if t.size == 0 {
		if t, err = findID3v2AtEnd(r, start, end); err != nil {
			return trailingTagMatch{}, err
		}
	}
	if t.size == 0 || t.size > end-start {
		return trailingTagMatch{}, nil
	}
	from := end - t.size
	if head, err := readRange(r, from, from+int64(len(t.prefix))); err != nil || string(head) != t.prefix {
		return trailingTagMatch{}, err
	}
	if at, err := findMPEGFrames(r, from, end, end); err != nil || at >= 0 {
		return trailingTagMatch{}, err
	}
	return t, nil
}

// unmarkedTag looks for an ID3v2 tag that ends where it should, at end, and has
// no footer that says so. Chance makes no such size.
func findID3v2AtEnd(r io.ReaderAt, start, end int64) (trailingTagMatch, error) {
	pos := max(start, end-maxLeadingJunk)
	w := newWindow(r, pos, end, io.Discard)
	for ; pos < end; pos++ {
		if err := w.reach(pos); err != nil {
			return trailingTagMatch{}, err
		}
		b := w.bytesAt(pos)
		i := bytes.IndexByte(b, 'I')
		if i < 0 {
			pos += int64(len(b)) - 1
			continue
		}
		pos += int64(i)
		if err := w.reach(pos); err != nil {
			return trailingTagMatch{}, err
		}
		if n := TagBytes(w.bytesAt(pos)); n > 0 && pos+n == end {
			return trailingTagMatch{n, "ID3v2", "ID3"}, nil
		}
	}
	return trailingTagMatch{}, nil
}

// A trailer is a tag behind the audio.
type trailingTagMatch struct {
	size   int64 // bytes; 0: none
	kind   string
	prefix string // with these bytes
}

// trailingTag returns the tag that ends where tail ends. It may be longer than
// tail.
func matchTrailingTag(tail []byte) trailingTagMatch {
	last := func(n int) []byte { return tail[len(tail)-min(n, len(tail)):] }
	switch {
	case len(tail) >= id3v1Bytes+id3v1ExtraBytes && bytes.HasPrefix(last(id3v1Bytes), []byte("TAG")) && bytes.HasPrefix(last(id3v1Bytes+id3v1ExtraBytes), []byte("TAG+")):
		return trailingTagMatch{id3v1Bytes + id3v1ExtraBytes, "ID3v1", "TAG+"}
	case len(tail) >= id3v1Bytes && bytes.HasPrefix(last(id3v1Bytes), []byte("TAG")):
		return trailingTagMatch{id3v1Bytes, "ID3v1", "TAG"}
	case len(tail) >= apeFooterBytes && bytes.HasPrefix(last(apeFooterBytes), []byte("APETAGEX")):
		return matchAPE(last(apeFooterBytes))
	case len(tail) >= lyrics2TailBytes && bytes.HasSuffix(tail, []byte("LYRICS200")):
		n, err := strconv.ParseUint(string(last(lyrics2TailBytes)[:6]), 10, 32)
		if err != nil {
			return trailingTagMatch{}
		}
		return trailingTagMatch{int64(n) + int64(lyrics2TailBytes), "Lyrics3", "LYRICSBEGIN"}
	case bytes.HasSuffix(tail, []byte("LYRICSEND")):
		if i := bytes.LastIndex(tail, []byte("LYRICSBEGIN")); i >= 0 {
			return trailingTagMatch{int64(len(tail) - i), "Lyrics3", "LYRICSBEGIN"}
		}
	case len(tail) >= TagHeaderBytes && bytes.HasPrefix(last(TagHeaderBytes), []byte("3DI")):
		if n, ok := synchsafe(last(TagHeaderBytes)[6:]); ok {
			return trailingTagMatch{int64(n) + 2*TagHeaderBytes, "ID3v2", "ID3"}
		}
	}
	return trailingTagMatch{}
}

// apeTrailer reads the footer of an APEv1 or APEv2 tag. Its size counts items
// and footer; a flag says whether there is a header as well.
func matchAPE(footer []byte) trailingTagMatch {
	t := trailingTagMatch{int64(binary.LittleEndian.Uint32(footer[12:])), "APE", ""}
	if t.size < apeFooterBytes {
		return trailingTagMatch{}
	}
	if flags := binary.LittleEndian.Uint32(footer[20:]); flags>>31 != 0 {
		t.size += apeFooterBytes
		t.prefix = "APETAGEX"
	}
	return t
}

// readTrailing reads the tags of these lengths between the payload and the end of
// the file. What cannot be read of one stays empty: nothing depends on it.
func readTrailing(r io.ReaderAt, at int64, tags []TrailingTag) {
	for i := range tags {
		t := &tags[i]
		switch {
		case t.Kind == "ID3v2":
			if old, err := readTags(io.NewSectionReader(r, at, t.Bytes), t.Bytes); err == nil && old != nil {
				t.Title, t.Artist, t.Album = old.tag.Title, old.tag.Artist, old.tag.Album
			}
		case t.Kind == "Lyrics3" || t.Bytes > maxTagBytesRead:
		default:
			if b, err := readRange(r, at, at+t.Bytes); err == nil {
				t.readFields(b)
			}
		}
		at += t.Bytes
	}
}

// readText reads the bytes of an ID3v1 or APE tag.
func (t *TrailingTag) readFields(b []byte) {
	if t.Kind == "APE" {
		t.readAPE(b)
		return
	}
	extra, b := b[:len(b)-id3v1Bytes], b[len(b)-id3v1Bytes:]
	for i, field := range []*string{&t.Title, &t.Artist, &t.Album} {
		text := fixedField(b[3+id3v1Field*i:], id3v1Field)
		if len(extra) > 0 {
			text = append(text, fixedField(extra[4+id3v1Extra*i:], id3v1Extra)...)
		}
		*field = line(decodeUnlabelled(text))
	}
}

// fixedText is the text in the first n bytes of b, up to a zero.
func fixedField(b []byte, n int) []byte {
	text, _, _ := bytes.Cut(b[:n:n], []byte{0})
	return text[:len(text):len(text)]
}

// unmarkedText decodes text whose encoding nothing tells. Programs that cut
// UTF-8 to length do not mind what character they cut.
func decodeUnlabelled(b []byte) string {
	whole := b
	for n := 0; n < utf8.UTFMax-1 && len(whole) > 0 && len(b) >= id3v1Field && !utf8.Valid(whole); n++ {
		whole = whole[:len(whole)-1]
	}
	if utf8.Valid(whole) {
		return string(whole)
	}
	return decodeText(latin1, b)
}

// readAPE reads items: the length of the value, flags, a key and its zero, the
// value, of which a list has zeros in it.
func (t *TrailingTag) readAPE(b []byte) {
	b = b[:len(b)-apeFooterBytes]
	if bytes.HasPrefix(b, []byte("APETAGEX")) {
		b = b[min(apeFooterBytes, len(b)):]
	}
	const head = 8
	for len(b) > head {
		n := int64(binary.LittleEndian.Uint32(b))
		key, rest, ok := bytes.Cut(b[head:], []byte{0})
		if !ok || n > int64(len(rest)) {
			return
		}
		value := truncate(rest[:n])
		b = rest[n:]
		field := map[string]*string{"title": &t.Title, "artist": &t.Artist, "album": &t.Album}[strings.ToLower(string(key))]
		if field != nil {
			setText(field, line(strings.ReplaceAll(decodeUnlabelled(value), "\x00", " / ")))
		}
	}
}

// says reports whether text of the tag is the published one, as far as the tag
// has room and letters for it.
func (t *TrailingTag) matches(old, published string) bool {
	if old == published || t.Kind != "ID3v1" {
		return old == published
	}
	const cut = utf8.UTFMax - 1 // less than a character
	full := len(old) >= id3v1Field-cut
	for _, p := range []string{published, replaceNonLatin1(published)} {
		if p == old || full && strings.HasPrefix(p, old) {
			return true
		}
	}
	return false
}

// questioned is text as Latin-1 has it, with a question mark for what it lacks.
func replaceNonLatin1(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFF {
			return '?'
		}
		return r
	}, s)
}

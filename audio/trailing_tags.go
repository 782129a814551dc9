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

// A TrailingTag is a tag after the audio. It is not published.
type TrailingTag struct {
	Kind   string // ID3v1, ID3v2, APE or Lyrics3
	Bytes  int64
	Title  string // empty if the tag has none or cannot be read, as for Lyrics3
	Artist string // empty if the tag has none or cannot be read
	Album  string // empty if the tag has none or cannot be read
}

// Sizes of tags other than ID3v2, in bytes.
const (
	id3v1Bytes       = 128
	id3v1ExtraBytes  = 227 // extension "TAG+" before an ID3v1 tag
	apeFooterBytes   = 32  // footer or header of an APE tag
	lyrics1MaxBytes  = 5100 + len("LYRICSBEGIN") + len("LYRICSEND")
	lyrics2TailBytes = 6 + len("LYRICS200") // the size as decimal digits, and the mark
)

// Sizes of the text fields of an ID3v1 tag and of its extension, in bytes.
const (
	id3v1Field = 30
	id3v1Extra = 60
)

// trimTrailingTags returns the offset before the ID3v1, APE, Lyrics3 and ID3v2 tags at
// the end of [start, size), in any order, and the tags without their texts. Bytes that
// look like a tag count as audio if the tag would begin before start, would contain
// MPEG frames, or does not begin as its kind requires.
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

// lastTrailingTag returns the tag that ends at end; its size is 0 if there is none.
func lastTrailingTag(r io.ReaderAt, start, end int64) (trailingTagMatch, error) {
	tail, err := readRange(r, max(start, end-int64(lyrics1MaxBytes)), end)
	if err != nil {
		return trailingTagMatch{}, err
	}
	t := matchTrailingTag(tail)
	if t.size == 0 {
		t = matchBeforeZeros(tail)
	}
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

// findID3v2AtEnd searches for an ID3v2 tag without a footer. Bytes count as a tag if
// the size in their header makes it end exactly at end, which is hardly ever a
// coincidence.
func findID3v2AtEnd(r io.ReaderAt, start, end int64) (trailingTagMatch, error) {
	pos := max(start, end-searchBytes)
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

// A trailingTagMatch is a tag after the audio, found by its end.
type trailingTagMatch struct {
	size   int64 // bytes; 0 if there is no tag
	kind   string
	prefix string // the bytes that the tag must begin with
}

// matchTrailingTag returns the tag that ends where tail ends. Only the end of the tag
// has to be in tail.
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

// matchBeforeZeros returns an ID3v1 tag that is followed only by zeros in tail. The
// zeros count as part of the tag.
func matchBeforeZeros(tail []byte) trailingTagMatch {
	text := bytes.TrimRight(tail, "\x00")
	from := max(0, len(text)-id3v1Bytes)
	i := bytes.Index(text[from:], []byte("TAG"))
	if i < 0 || len(tail)-from-i < id3v1Bytes {
		return trailingTagMatch{}
	}
	end := from + i + id3v1Bytes
	t := matchTrailingTag(tail[:end])
	if t.kind != "ID3v1" {
		return trailingTagMatch{}
	}
	t.size += int64(len(tail) - end)
	return t
}

// matchAPE reads the footer of an APEv1 or APEv2 tag. The size in the footer includes
// items and footer; a flag says whether there is also a header.
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

// readTrailing reads the texts of the tags after the payload, the first of which begins
// at offset. Texts that cannot be read stay empty, because only warnings need them.
func readTrailing(r io.ReaderAt, offset int64, tags []TrailingTag) {
	for i := range tags {
		t := &tags[i]
		switch {
		case t.Kind == "ID3v2":
			if old, err := readTags(io.NewSectionReader(r, offset, t.Bytes), t.Bytes); err == nil && old != nil {
				t.Title, t.Artist, t.Album = old.tag.Title, old.tag.Artist, old.tag.Album
			}
		case t.Kind == "Lyrics3" || t.Bytes > maxTagBytesRead:
		default:
			if b, err := readRange(r, offset, offset+t.Bytes); err == nil {
				t.readFields(b)
			}
		}
		offset += t.Bytes
	}
}

// readFields reads the texts of an ID3v1 or APE tag.
func (t *TrailingTag) readFields(b []byte) {
	if t.Kind == "APE" {
		t.readAPE(b)
		return
	}
	var extra []byte
	if bytes.HasPrefix(b, []byte("TAG+")) {
		extra, b = b[:id3v1ExtraBytes], b[id3v1ExtraBytes:]
	}
	for i, field := range []*string{&t.Title, &t.Artist, &t.Album} {
		text := fixedField(b[3+id3v1Field*i:], id3v1Field)
		if len(extra) > 0 {
			text = append(text, fixedField(extra[4+id3v1Extra*i:], id3v1Extra)...)
		}
		*field = line(decodeUnlabelled(text))
	}
}

// fixedField returns the text in the first n bytes of b, up to a zero.
func fixedField(b []byte, n int) []byte {
	text, _, _ := bytes.Cut(b[:n:n], []byte{0})
	return text[:len(text):len(text)]
}

// decodeUnlabelled decodes text in UTF-8 or Latin-1. UTF-8 that fills the whole field
// may have been cut inside a character.
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

// readAPE reads the items of an APE tag. An item is the length of the value, flags, the
// key, a zero and the value. Zeros separate the values of a list.
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

// matches reports whether a text of the tag is the published one. ID3v1 may have cut
// the text to 30 bytes, and replaced characters beyond Latin-1 by question marks.
func (t *TrailingTag) matches(old, published string) bool {
	if old == published || t.Kind != "ID3v1" {
		return old == published
	}
	const cut = utf8.UTFMax - 1 // how much shorter than the field a text may be if its last character was cut
	full := len(old) >= id3v1Field-cut
	for _, p := range []string{published, replaceNonLatin1(published)} {
		if p == old || full && strings.HasPrefix(p, old) {
			return true
		}
	}
	return false
}

// replaceNonLatin1 replaces characters that Latin-1 lacks with question marks.
func replaceNonLatin1(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFF {
			return '?'
		}
		return r
	}, s)
}

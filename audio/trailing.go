package audio

import (
	"bytes"
	"encoding/binary"
	"io"
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

// id3v1Field is how long the texts of ID3v1 are, in bytes; id3v1Extra is how
// much an extended tag adds to each.
const (
	id3v1Field = 30
	id3v1Extra = 60
)

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
		case t.Kind == "Lyrics3" || t.Bytes > maxReadTag:
		default:
			if b, err := readRange(r, at, at+t.Bytes); err == nil {
				t.readText(b)
			}
		}
		at += t.Bytes
	}
}

// readText reads the bytes of an ID3v1 or APE tag.
func (t *TrailingTag) readText(b []byte) {
	if t.Kind == "APE" {
		t.readAPE(b)
		return
	}
	extra, b := b[:len(b)-id3v1Bytes], b[len(b)-id3v1Bytes:]
	for i, field := range []*string{&t.Title, &t.Artist, &t.Album} {
		text := fixedText(b[3+id3v1Field*i:], id3v1Field)
		if len(extra) > 0 {
			text = append(text, fixedText(extra[4+id3v1Extra*i:], id3v1Extra)...)
		}
		*field = line(unmarkedText(text))
	}
}

// fixedText is the text in the first n bytes of b, up to a zero.
func fixedText(b []byte, n int) []byte {
	text, _, _ := bytes.Cut(b[:n:n], []byte{0})
	return text[:len(text):len(text)]
}

// unmarkedText decodes text whose encoding nothing tells. Programs that cut
// UTF-8 to length do not mind what character they cut.
func unmarkedText(b []byte) string {
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
		value := clip(rest[:n])
		b = rest[n:]
		field := map[string]*string{"title": &t.Title, "artist": &t.Artist, "album": &t.Album}[strings.ToLower(string(key))]
		if field != nil {
			setText(field, line(strings.ReplaceAll(unmarkedText(value), "\x00", " / ")))
		}
	}
}

// says reports whether text of the tag is the published one, as far as the tag
// has room and letters for it.
func (t *TrailingTag) says(old, published string) bool {
	if old == published || t.Kind != "ID3v1" {
		return old == published
	}
	const cut = utf8.UTFMax - 1 // less than a character
	full := len(old) >= id3v1Field-cut
	for _, p := range []string{published, questioned(published)} {
		if p == old || full && strings.HasPrefix(p, old) {
			return true
		}
	}
	return false
}

// questioned is text as Latin-1 has it, with a question mark for what it lacks.
func questioned(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFF {
			return '?'
		}
		return r
	}, s)
}

package audio

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bogem/id3v2/v2"
	"golang.org/x/text/unicode/rangetable"
)

// Text encodings of ID3v2 (2.3.0, section 3.3; 2.4.0, section 4).
const (
	latin1   = 0
	utf16BOM = 1
	utf16BE  = 2 // 2.4 only
	utf8Text = 3 // 2.4 only
)

// raw is the encoded body of a frame. It is an io.WriterTo, like the frame types of the
// id3v2 library. The library cannot encode UTF-16: it ends such text in three zero
// bytes.
type raw []byte

func (b raw) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b)
	return int64(n), err
}

// textFrame returns the body of a T… frame.
func textFrame(s string) io.WriterTo {
	if isLatin1(s) {
		return id3v2.TextFrame{Encoding: id3v2.EncodingISO, Text: s}
	}
	return raw(appendTerminated([]byte{utf16BOM}, s))
}

// commentFrame returns the body of a COMM frame without a description. A language that
// does not have three bytes becomes unknownLanguage, because the field for the language
// has a fixed length.
func commentFrame(language, s string) io.WriterTo {
	if len(language) != 3 {
		language = unknownLanguage
	}
	if isLatin1(s) {
		return id3v2.CommentFrame{Encoding: id3v2.EncodingISO, Language: language, Text: s}
	}
	return raw(appendUTF16(appendTerminated(append([]byte{utf16BOM}, language...), ""), s))
}

// userTextFrame returns the body of a TXXX frame.
func userTextFrame(description, s string) io.WriterTo {
	if isLatin1(description) && isLatin1(s) {
		return id3v2.UserDefinedTextFrame{Encoding: id3v2.EncodingISO, Description: description, Value: s}
	}
	return raw(appendUTF16(appendTerminated([]byte{utf16BOM}, description), s))
}

// linkFrame returns the body of a WXXX frame without a description. A URL is
// always Latin-1 (ID3v2.3.0, section 4.3.2).
func linkFrame(url string) io.WriterTo { return raw("\x00\x00" + url) }

func isLatin1(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0xFF })
}

// appendUTF16 appends a byte order mark and s in little-endian UTF-16.
func appendUTF16(b []byte, s string) []byte {
	b = append(b, 0xFF, 0xFE)
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// appendTerminated appends s in UTF-16 and a terminator.
func appendTerminated(b []byte, s string) []byte { return append(appendUTF16(b, s), 0, 0) }

// parseText returns the text of a T… frame as one line. Several values, which
// zeros separate in 2.4, are joined by a slash as in 2.3.
func parseText(data []byte) string {
	if len(data) < 1 {
		return ""
	}
	values := strings.FieldsFunc(decodeText(data[0], data[1:]), func(r rune) bool { return r == 0 })
	return line(strings.Join(values, " / "))
}

// parseUserText returns the description and the text of a TXXX frame.
func parseUserText(data []byte) (description, value string) {
	if len(data) < 1 {
		return "", ""
	}
	d, v, ok := cutText(data[0], data[1:])
	if !ok {
		return "", ""
	}
	return decodeText(data[0], d), line(decodeText(data[0], v))
}

// parseLink returns the URL of a WXXX frame.
func parseLink(data []byte) string {
	if len(data) < 1 {
		return ""
	}
	_, url, ok := cutText(data[0], data[1:])
	if !ok {
		return ""
	}
	url, _, _ = bytes.Cut(url, []byte{0})
	return ascii(string(url))
}

// cutText cuts b after the terminator of a text: one zero, or in UTF-16 two zeros
// at an even offset.
func cutText(encoding byte, b []byte) (text, rest []byte, ok bool) {
	if encoding != utf16BOM && encoding != utf16BE {
		return bytes.Cut(b, []byte{0})
	}
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return b[:i], b[i+2:], true
		}
	}
	return b, nil, false
}

// decodeText decodes text in one of the four encodings. If text in encoding utf16BOM
// has no byte order mark, the byte order is guessed.
func decodeText(encoding byte, b []byte) string {
	var text []byte
	switch encoding {
	case utf8Text:
		text = bytes.ToValidUTF8(b, []byte("\uFFFD"))
	case utf16BOM, utf16BE:
		order := binary.ByteOrder(binary.LittleEndian)
		switch {
		case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		case encoding == utf16BE, bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
			order = binary.BigEndian
		default:
			order = guessByteOrder(b)
		}
		for ; len(b) >= 2; b = b[2:] {
			r := rune(order.Uint16(b))
			if utf16.IsSurrogate(r) && len(b) >= 4 {
				if pair := utf16.DecodeRune(r, rune(order.Uint16(b[2:]))); pair != utf8.RuneError {
					r, b = pair, b[2:]
				}
			}
			if r != 0xFEFF {
				text = utf8.AppendRune(text, r) // half a pair becomes the replacement character
			}
		}
	default:
		for _, c := range b {
			text = utf8.AppendRune(text, rune(c))
		}
	}
	return strings.TrimRight(string(text), "\x00")
}

// scripts are the scripts of most titles. Besides Latin, a text seldom has characters
// of more than one of them.
var scripts = []*unicode.RangeTable{
	unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Hebrew, unicode.Arabic, unicode.Devanagari, unicode.Thai, unicode.Hangul,
	rangetable.Merge(unicode.Han, unicode.Hiragana, unicode.Katakana),
}

// guessByteOrder returns the byte order in which more characters of b are ASCII or
// belong to the most frequent script in b. If both orders are equally likely, it
// returns little-endian, the order of most programs that leave out the mark.
func guessByteOrder(b []byte) binary.ByteOrder {
	likely := func(order binary.ByteOrder) int {
		byScript := make([]int, len(scripts))
		common := 0
		for i := 0; i+1 < min(len(b), 2*guessedUnits); i += 2 {
			r := rune(order.Uint16(b[i:]))
			if r != 0 && r < utf8.RuneSelf {
				common += 2 // in the other byte order, it is a character of some script
				continue
			}
			for k, script := range scripts {
				if unicode.Is(script, r) {
					byScript[k]++
				}
			}
		}
		return common + slices.Max(byScript)
	}
	if likely(binary.BigEndian) > likely(binary.LittleEndian) {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// guessedUnits is the number of UTF-16 units that guessByteOrder reads.
const guessedUnits = 256

package audio

import (
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/bogem/id3v2/v2"
)

// Text encodings of ID3v2 (2.3.0, section 3.3; 2.4.0, section 4).
const (
	latin1   = 0
	utf16BOM = 1
	utf16BE  = 2 // 2.4 only
	utf8Text = 3 // 2.4 only
)

// raw is the body of a frame that the library has no type for, or a wrong one:
// it ends UTF-16 text in three zero bytes.
type raw []byte

var _ id3v2.Framer = raw(nil)

func (b raw) Size() int                          { return len(b) }
func (b raw) UniqueIdentifier() string           { return "" }
func (b raw) WriteTo(w io.Writer) (int64, error) { n, err := w.Write(b); return int64(n), err }

// textFrame is the body of a T… frame.
func textFrame(s string) id3v2.Framer {
	if isLatin1(s) {
		return id3v2.TextFrame{Encoding: id3v2.EncodingISO, Text: s}
	}
	return raw(appendTerminated([]byte{utf16BOM}, s))
}

// commentFrame is the body of a COMM frame without a description.
func commentFrame(language, s string) id3v2.Framer {
	if language == "" {
		language = unknownLanguage
	}
	if isLatin1(s) {
		return id3v2.CommentFrame{Encoding: id3v2.EncodingISO, Language: language, Text: s}
	}
	return raw(appendUTF16(appendTerminated(append([]byte{utf16BOM}, language...), ""), s))
}

// userTextFrame is the body of a TXXX frame.
func userTextFrame(description, s string) id3v2.Framer {
	if isLatin1(description) && isLatin1(s) {
		return id3v2.UserDefinedTextFrame{Encoding: id3v2.EncodingISO, Description: description, Value: s}
	}
	return raw(appendUTF16(appendTerminated([]byte{utf16BOM}, description), s))
}

// linkFrame is the body of a WXXX frame without a description. A URL is always
// Latin-1 (4.3.2).
func linkFrame(url string) id3v2.Framer { return raw("\x00\x00" + url) }

func isLatin1(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0xFF })
}

// appendUTF16 appends s in little-endian UTF-16 behind a byte order mark.
func appendUTF16(b []byte, s string) []byte {
	b = append(b, 0xFF, 0xFE)
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func appendTerminated(b []byte, s string) []byte { return append(appendUTF16(b, s), 0, 0) }

package audio

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Reasons why a frame cannot be carried into ID3v2.3.
var (
	errUnsupportedFrame = errors.New("ID3v2.3 has no such frame")
	errUnreadable       = errors.New("it is compressed, encrypted or grouped")
	errMalformed        = errors.New("it is damaged")
)

// layouts are the bodies of frames with text whose encoding may have to change:
//
//	e  the encoding, a byte           z  Latin-1 text and its terminator
//	s  text and its terminator        1  a byte
//	S  text to the end                3  three bytes: a language
//	*  bytes to the end
var textLayouts = map[string]string{
	"APIC": "ez1s*", "COMM": "e3sS", "GEOB": "ezss*", "IPLS": "eS", "TXXX": "esS", "USER": "e3S", "USLT": "e3sS", "WXXX": "es*",
}

// sameBody are the frames whose body is the same in all versions. Where text in
// one of them says so by its first byte, that must be an encoding of 2.3.
var unchangedBodies = map[string]bool{
	"AENC": true, "ENCR": true, "ETCO": true, "GRID": true, "MCDI": true, "MLLT": true, "PCNT": true, "PCST": true, "POPM": true,
	"POSS": true, "PRIV": true, "RBUF": true, "RVRB": true, "SYTC": true, "UFID": true,
}

// append23 appends a frame as a tag of ID3v2.3 has it. One that was found in
// such a tag stays byte for byte what it was. A time stamp becomes several
// frames.
func (f frame) appendV23(b []byte) ([]byte, error) {
	flags := [2]byte{}
	body := f.body
	switch {
	case f.id == Junk:
		return b, fmt.Errorf("%d bytes in the tag that are no frame", len(f.body))
	case f.version == 3:
		flags = f.flags
	case len(f.id) != 4:
		return b, errUnsupportedFrame
	case len(f.data) == 0 || f.flags[1]&frame24Grouped != 0:
		return b, errUnreadable
	case f.id == "TDRC":
		return appendTimestamp(b, parseText(truncate(f.data)))
	default:
		if f.id == "TIPL" || f.id == "TMCL" { // people, with a zero between them in both versions
			f.id = "IPLS"
		}
		var err error
		if body, err = f.bodyV23(); err != nil {
			return b, err
		}
	}
	at := len(b)
	b, err := appendFrameHeader(b, f.id, len(body))
	if err != nil {
		return b[:at], err
	}
	copy(b[at+8:], flags[:])
	return append(b, body...), nil
}

// body23 is the body of a frame of another version in the form of 2.3.
func (f frame) bodyV23() ([]byte, error) {
	layout, ok := textLayouts[f.id]
	switch {
	case f.id == "APIC" && f.version == 2:
		data, err := convertPIC(f.data)
		if err != nil {
			return nil, err
		}
		return reencode(layout, data)
	case ok:
		return reencode(layout, f.data)
	case f.id[0] == 'T' && len(f.data) > maxTextBytes:
		return nil, errors.New("it is too long")
	case f.id[0] == 'T':
		var b bytes.Buffer
		_, err := textFrame(parseText(f.data)).WriteTo(&b)
		return b.Bytes(), err
	case f.id[0] == 'W', unchangedBodies[f.id]:
		return f.data, nil
	case f.id == "SYLT", f.id == "OWNE", f.id == "COMR":
		if f.data[0] <= utf16BOM {
			return f.data, nil
		}
	case f.id == "CHAP":
		return f.convertSubframes(16)
	case f.id == "CTOC":
		return f.convertSubframes(2)
	}
	return nil, errUnsupportedFrame
}

// element converts the frames inside a CHAP or CTOC frame. Behind its id come
// fixed bytes; those of a table end in the number of ids that follow.
func (f frame) convertSubframes(fixed int) ([]byte, error) {
	i := bytes.IndexByte(f.data, 0) + 1
	if i == 0 || len(f.data) < i+fixed {
		return nil, errMalformed
	}
	i += fixed
	if f.id == "CTOC" {
		for range f.data[i-1] {
			n := bytes.IndexByte(f.data[i:], 0) + 1
			if n == 0 {
				return nil, errMalformed
			}
			i += n
		}
	}
	body := bytes.Clone(f.data[:i])
	t := &tagReader{version: f.version}
	for sub := range t.frames(f.data[i:]) {
		var err error
		if body, err = sub.appendV23(body); err != nil {
			return nil, fmt.Errorf("%s in it: %w", sub.id, err)
		}
	}
	return body, nil
}

// appendTime appends the frames of 2.3 for the time stamp of 2.4, whose parts
// may be missing from the right: 2027-02-04T06:00:00.
func appendTimestamp(b []byte, stamp string) ([]byte, error) {
	date, clock, _ := strings.Cut(stamp, "T")
	layout := "2006"
	if len(date) > len(layout) {
		layout = time.DateOnly
	}
	d, err := time.Parse(layout, date)
	if err != nil {
		return b, errors.New("ID3v2.3 has years and whole dates")
	}
	b, err = appendFrame(b, "TYER", textFrame(date[:4]))
	if err == nil && layout == time.DateOnly {
		b, err = appendFrame(b, "TDAT", textFrame(d.Format("0201")))
	}
	if err == nil && len(clock) >= len("06:00") {
		b, err = appendFrame(b, "TIME", textFrame(clock[:2]+clock[3:5]))
	}
	return b, err
}

// longPicture turns the body of a PIC frame, whose media type is three letters,
// into that of an APIC frame.
func convertPIC(data []byte) ([]byte, error) {
	if len(data) < 4 {
		return nil, errMalformed
	}
	mediaType, ok := map[string]string{"JPG": "image/jpeg\x00", "PNG": "image/png\x00"}[strings.ToUpper(string(data[1:4]))]
	if !ok {
		return nil, errors.New("the picture is neither JPG nor PNG")
	}
	return slices.Concat(data[:1], []byte(mediaType), data[4:]), nil
}

// A piece is what one letter of a layout stands for; text is decoded.
type part struct {
	kind rune
	s    string
}

func (p part) isText() bool { return p.kind == 's' || p.kind == 'S' }

// reencode writes the text in a body in Latin-1, or where that lacks a
// character in UTF-16, as 2.3 has it.
func reencode(layout string, data []byte) ([]byte, error) {
	pieces, err := cutBody(layout, data)
	if err != nil {
		return nil, err
	}
	b := []byte{latin1}
	if slices.ContainsFunc(pieces, func(p part) bool { return p.isText() && !isLatin1(p.s) }) {
		b[0] = utf16BOM
	}
	for _, p := range pieces[1:] {
		if !p.isText() {
			b = append(b, p.s...)
			continue
		}
		for i, s := range strings.Split(p.s, "\x00") {
			if i > 0 {
				b = appendZero(b, b[0])
			}
			b = appendText(b, b[0], s)
		}
		if p.kind == 's' {
			b = appendZero(b, b[0])
		}
	}
	return b, nil
}

func cutBody(layout string, data []byte) ([]part, error) {
	encoding := data[0]
	if encoding > utf8Text {
		return nil, errMalformed
	}
	var pieces []part
	for _, what := range layout {
		b, rest, ok := cutPiece(what, encoding, data)
		if !ok {
			return nil, errMalformed
		}
		p := part{what, string(b)}
		if p.isText() {
			p.s = decodeText(encoding, b)
		}
		pieces = append(pieces, p)
		data = rest
	}
	return pieces, nil
}

func cutPiece(what rune, encoding byte, data []byte) (b, rest []byte, ok bool) {
	n := len(data)
	switch what {
	case 's':
		return cutText(encoding, data)
	case 'e', '1':
		n = 1
	case '3':
		n = 3
	case 'z':
		if n = bytes.IndexByte(data, 0) + 1; n == 0 {
			return nil, nil, false
		}
	}
	if n > len(data) {
		return nil, nil, false
	}
	return data[:n], data[n:], true
}

// appendText appends s in an encoding of 2.3, of which the first has all its
// characters or is not asked for.
func appendText(b []byte, encoding byte, s string) []byte {
	if encoding == utf16BOM {
		return appendUTF16(b, s)
	}
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b
}

func appendZero(b []byte, encoding byte) []byte {
	if encoding == utf16BOM {
		b = append(b, 0)
	}
	return append(b, 0)
}

package audio

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Reasons why a frame cannot be kept in an ID3v2.3 tag.
var (
	errUnsupportedFrame = errors.New("ID3v2.3 has no such frame")
	errUnreadable       = errors.New("it is compressed, encrypted or grouped")
	errMalformed        = errors.New("it is damaged")
)

// textLayouts describes the bodies of frames whose text may have to be encoded
// again, one letter for each segment:
//
//	e  the encoding, a byte           z  Latin-1 text and its terminator
//	s  text and its terminator        1  a byte
//	S  text to the end                3  three bytes: a language
//	*  bytes to the end
var textLayouts = map[string]string{
	"APIC": "ez1s*", "COMM": "e3sS", "GEOB": "ezss*", "IPLS": "eS", "TXXX": "esS", "USER": "e3S", "USLT": "e3sS", "WXXX": "es*",
}

// unchangedBodies has the frames whose body is the same in all versions.
var unchangedBodies = map[string]bool{
	"AENC": true, "ENCR": true, "ETCO": true, "GRID": true, "MCDI": true, "MLLT": true, "PCNT": true, "PCST": true, "POPM": true,
	"POSS": true, "PRIV": true, "RBUF": true, "RVRB": true, "SYTC": true, "UFID": true,
}

// appendV23 appends a frame in the form of ID3v2.3. A frame of an ID3v2.3 tag is
// appended byte for byte if readers that follow the specification decode it as this
// package does; else it is encoded again. A time stamp becomes several frames.
func (f frame) appendV23(b []byte) ([]byte, error) {
	flags := [2]byte{}
	body := f.body
	switch {
	case f.id == Junk:
		return b, fmt.Errorf("%d bytes in the tag that are not a frame", len(f.body))
	case f.version == 3 && f.id == "TDRC" && len(f.data) > 0:
		if dates, err := appendTimestamp(b, parseText(truncate(f.data))); err == nil {
			return dates, nil
		}
		flags = f.flags
	case f.version == 3:
		flags, body = f.flags, f.strictBody()
		if body == nil {
			body = f.body
		}
	case len(f.id) != 4:
		return b, errUnsupportedFrame
	case len(f.data) == 0 || f.flags[1]&frame24Grouped != 0:
		return b, errUnreadable
	case f.id == "TDRC":
		return appendTimestamp(b, parseText(truncate(f.data)))
	default:
		if f.id == "TIPL" || f.id == "TMCL" { // lists of people, separated by zeros in both versions
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

// bodyV23 converts the body of a frame of another version to ID3v2.3.
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
		if f.data[0] <= utf16BOM { // an encoding that 2.3 also has
			return f.data, nil
		}
	case f.id == "CHAP":
		return f.convertSubframes(16)
	case f.id == "CTOC":
		return f.convertSubframes(2)
	}
	return nil, errUnsupportedFrame
}

// textKey returns the text of a frame, and a key that no other frame of the tag may
// have (ID3v2.3.0, sections 4.2, 4.3.2, 4.9 and 4.11): its ID, language and
// description, as far as it has them. The key is empty for frames that may repeat.
func (f frame) textKey() (key, text string) {
	layout, ok := textLayouts[f.id]
	switch {
	case len(f.data) == 0:
	case !ok && f.id[0] == 'T':
		return f.id, parseText(truncate(f.data))
	case f.id == "COMM", f.id == "TXXX", f.id == "USLT", f.id == "WXXX":
		segments, err := splitBody(layout, f.data)
		if err != nil {
			return "", ""
		}
		last := len(segments) - 1
		for _, s := range segments[1:last] {
			key += "\x00" + s.s
		}
		return f.id + key, segments[last].s
	}
	return "", ""
}

// textPlaces has the frames of a list by their textKey, each with its position in the
// list and its text.
type textPlaces map[string]textPlace

type textPlace struct {
	at   int
	text string
}

// place returns the position of the frame with the same key as f, the text of that
// frame and the text of f. If f has no key or is the first frame with its key, place
// records f and returns next as the position.
func (p textPlaces) place(f frame, next int) (at int, text, other string) {
	key, other := f.textKey()
	first, again := p[key]
	if key == "" || !again {
		p[key] = textPlace{next, other}
		return next, other, other
	}
	if first.text == "" {
		p[key] = textPlace{first.at, other}
	}
	return first.at, first.text, other
}

// strictBody returns the body of an ID3v2.3 frame, encoded for readers that follow the
// specification. It returns nil if the body is encoded so already, or cannot be read.
func (f frame) strictBody() []byte {
	if len(f.data) == 0 {
		return nil
	}
	var body []byte
	var err error
	layout, ok := textLayouts[f.id]
	switch {
	case f.id == "CHAP":
		body, err = f.convertSubframes(chapterTimesBytes)
	case f.id == "CTOC":
		body, err = f.convertSubframes(2)
	case ok:
		if !isStrict(layout, f.data) || f.id == "APIC" && !hasOwnMediaType(f.data) {
			body, err = reencode(layout, f.data)
		}
	case f.id[0] == 'T' && len(f.data) <= maxTextBytes && f.data[0] <= utf8Text && !isStrictText(f.data):
		var b bytes.Buffer
		_, err = textFrame(parseText(f.data)).WriteTo(&b)
		body = b.Bytes()
	}
	if err != nil || body == nil || bytes.Equal(body, f.data) {
		return nil
	}
	group := f.body[:len(f.body)-len(f.data)] // the group byte, if the frame is grouped
	return slices.Concat(group, body)
}

// isStrict reports whether the text in a body is encoded as ID3v2.3 requires. It
// also reports true for a body that does not have the layout.
func isStrict(layout string, data []byte) bool {
	encoding := data[0]
	for _, kind := range layout {
		b, rest, ok := cutSegment(kind, encoding, data)
		if !ok {
			return true
		}
		isText := kind == 's' || kind == 'S'
		if isText && (encoding > utf16BOM || encoding == utf16BOM && !hasByteOrder(b)) {
			return false
		}
		data = rest
	}
	return true
}

// isStrictText is isStrict for the body of a T… frame, which in 2.3 ends at the first
// terminator.
func isStrictText(data []byte) bool {
	encoding, b := data[0], data[1:]
	if encoding > utf16BOM {
		return false
	}
	text, rest, _ := cutText(encoding, b)
	return len(bytes.Trim(rest, "\x00")) == 0 && (encoding == latin1 || hasByteOrder(text))
}

// hasByteOrder reports whether b has a byte order mark of UTF-16 and an even length. An
// empty b needs no mark.
func hasByteOrder(b []byte) bool {
	return len(b) == 0 || len(b)%2 == 0 && (bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF}))
}

// hasOwnMediaType reports whether the media type in an APIC frame is that of the
// picture. It also reports true if the format of the picture is not known.
func hasOwnMediaType(data []byte) bool {
	segments, err := splitBody(textLayouts["APIC"], data)
	if err != nil {
		return true
	}
	mediaType := pictureType(segments[4].s)
	return mediaType == "" || segments[1].s == mediaType+"\x00"
}

// pictureType returns the media type of a picture by its content: of JPEG, PNG, and of
// the formats that tags have although few players show them. It returns an empty string
// for others, and for an address in place of a picture.
func pictureType(data string) string {
	format := pictureFormat([]byte(data))
	switch {
	case format != "":
	case strings.HasPrefix(data, "GIF8"):
		format = "gif"
	case strings.HasPrefix(data, "RIFF") && len(data) >= 12 && data[8:12] == "WEBP":
		format = "webp"
	case strings.HasPrefix(data, "BM") && len(data) >= 26 && data[6:10] == "\x00\x00\x00\x00": // reserved
		format = "bmp"
	default:
		return ""
	}
	return "image/" + format
}

// convertSubframes converts the frames inside a CHAP or CTOC frame. fixed is the number
// of bytes of the fixed fields that follow the element ID. In a CTOC frame, the last of
// these bytes is the number of element IDs that follow.
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
	var subs []frame
	texts := textPlaces{}
	for sub := range t.frames(f.data[i:]) {
		switch at, text, _ := texts.place(sub, len(subs)); {
		case at == len(subs):
			subs = append(subs, sub)
		case text == "":
			subs[at] = sub
		}
	}
	for _, sub := range subs {
		var err error
		if body, err = sub.appendV23(body); err != nil {
			return nil, fmt.Errorf("%s in it: %w", sub.id, err)
		}
	}
	return body, nil
}

// appendTimestamp appends the frames of 2.3 for a time stamp of 2.4, such as
// 2027-02-04T06:00:00. Its last parts may be missing.
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

// convertPIC converts the body of a PIC frame, whose media type has three letters, to
// the body of an APIC frame.
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

// A segment is a stretch of a frame's body that one letter of a layout describes.
type segment struct {
	kind rune   // the letter
	s    string // bytes, or decoded text
}

func (s segment) isText() bool { return s.kind == 's' || s.kind == 'S' }

// reencode encodes the text in a body as Latin-1, or as UTF-16 if Latin-1 lacks one of
// its characters. In the body of an APIC frame, it also corrects the media type.
func reencode(layout string, data []byte) ([]byte, error) {
	segments, err := splitBody(layout, data)
	if err != nil {
		return nil, err
	}
	b := []byte{latin1}
	if slices.ContainsFunc(segments, func(s segment) bool { return s.isText() && !isLatin1(s.s) }) {
		b[0] = utf16BOM
	}
	for _, segment := range segments[1:] {
		if segment.kind == 'z' && layout == textLayouts["APIC"] {
			if mediaType := pictureType(segments[4].s); mediaType != "" {
				segment.s = mediaType + "\x00"
			}
		}
		if !segment.isText() {
			b = append(b, segment.s...)
			continue
		}
		for i, s := range strings.Split(segment.s, "\x00") {
			if i > 0 {
				b = appendTerminator(b, b[0])
			}
			b = appendText(b, b[0], s)
		}
		if segment.kind == 's' {
			b = appendTerminator(b, b[0])
		}
	}
	return b, nil
}

// splitBody splits a body into the segments of a layout.
func splitBody(layout string, data []byte) ([]segment, error) {
	encoding := data[0]
	if encoding > utf8Text {
		return nil, errMalformed
	}
	var segments []segment
	for _, kind := range layout {
		b, rest, ok := cutSegment(kind, encoding, data)
		if !ok {
			return nil, errMalformed
		}
		s := segment{kind, string(b)}
		if s.isText() {
			s.s = decodeText(encoding, b)
		}
		segments = append(segments, s)
		data = rest
	}
	return segments, nil
}

// cutSegment cuts a segment of the given kind off the front of data.
func cutSegment(kind rune, encoding byte, data []byte) (b, rest []byte, ok bool) {
	n := len(data)
	switch kind {
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

// appendText appends s as UTF-16 if encoding is utf16BOM, or else as Latin-1, which
// must have all characters of s.
func appendText(b []byte, encoding byte, s string) []byte {
	if encoding == utf16BOM {
		return appendUTF16(b, s)
	}
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b
}

func appendTerminator(b []byte, encoding byte) []byte {
	if encoding == utf16BOM {
		b = append(b, 0)
	}
	return append(b, 0)
}

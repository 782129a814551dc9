package tree

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// gunzip unpacks at most MaxBytes bytes.
func gunzip(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("unpack gzip: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, MaxBytes+1))
	switch {
	case len(out) > MaxBytes:
		return nil, ErrTooLarge
	case errors.Is(err, io.ErrUnexpectedEOF) && len(out) > 0:
		return out, nil // the parser reports the missing end
	case err != nil:
		return nil, fmt.Errorf("unpack gzip: %w", err)
	}
	return out, nil
}

const utf8Name = "UTF-8"

// wide are the encodings that can be recognized by the first bytes of a document: a byte
// order mark, or an encoded "<".
var wide = []struct {
	name, start string
	mark        bool
	encoding    encoding.Encoding
}{
	{"UTF-32BE", "\x00\x00\xfe\xff", true, utf32.UTF32(utf32.BigEndian, utf32.ExpectBOM)},
	{"UTF-32LE", "\xff\xfe\x00\x00", true, utf32.UTF32(utf32.LittleEndian, utf32.ExpectBOM)},
	{"UTF-16BE", "\xfe\xff", true, unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)},
	{"UTF-16LE", "\xff\xfe", true, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)},
	{"UTF-32BE", "\x00\x00\x00<", false, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	{"UTF-32LE", "<\x00\x00\x00", false, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	{"UTF-16BE", "\x00<\x00", false, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"UTF-16LE", "<\x00", false, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
}

// decode sets the document's data, encoding and label. The encoding is given by the first
// bytes, or else by the label of the XML declaration, or else by the charset of the
// Content-Type. If none of them names an encoding, it is UTF-8 (RFC 7303 section 3, XML
// 1.0 appendix F).
func (p *parser) decode(data []byte, contentType string) {
	d := p.doc
	d.Encoding = utf8Name
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		d.Data = data[3:]
		d.Label = label(d.Data)
		p.checkUTF8()
		return
	}
	for _, w := range wide {
		if bytes.HasPrefix(data, []byte(w.start)) {
			d.Encoding = w.name
			p.transform(data, w.encoding)
			d.Label = label(d.Data)
			return
		}
	}
	d.Data = data
	d.Label = label(data)
	name := d.Label
	if name == "" {
		_, params, _ := mime.ParseMediaType(contentType)
		name = params["charset"]
	}
	if name == "" || strings.EqualFold(name, utf8Name) {
		p.checkUTF8()
		return
	}
	if up := strings.ToUpper(name); strings.HasPrefix(up, "UTF-16") || strings.HasPrefix(up, "UTF-32") || strings.HasPrefix(up, "UCS-") {
		p.early(Bytes, fmt.Sprintf("the document is labelled %s and is not", quote(name)))
		p.checkUTF8()
		return
	}
	decoder, canonical := charset.Lookup(name)
	switch {
	case slices.Contains(asciiNames, strings.ToUpper(name)):
		d.Encoding = strings.ToUpper(name)
		p.ascii(data, decoder)
	case decoder == nil || canonical == "replacement":
		if d.Label != "" {
			p.early(Bytes, fmt.Sprintf("the encoding %s is unknown", quote(name)))
		}
		p.checkUTF8()
	case canonical == "utf-8":
		d.Encoding = utf8Name
		p.checkUTF8()
	default:
		d.Encoding = strings.ToUpper(name)
		if canonical == "windows-1252" && !strings.Contains(name, "1252") && slices.ContainsFunc(data, isUndefined) {
			decoder = charmap.ISO8859_1 // take the encoding of the label, because Windows-1252 has no characters for some of the bytes
		}
		p.transform(data, decoder)
	}
}

// isUndefined reports whether Windows-1252 has no character for a byte.
func isUndefined(b byte) bool { return strings.IndexByte("\x81\x8d\x8f\x90\x9d", b) >= 0 }

// asciiNames are labels of ASCII. Browsers, but not XML parsers, take documents with
// these labels for Windows-1252.
var asciiNames = []string{"ASCII", "US-ASCII", "ANSI_X3.4-1968", "ISO646-US", "ISO-IR-6", "CSASCII"}

// ascii decodes and reports a document that is labelled as ASCII and is not ASCII. It
// takes the document for UTF-8 if it is valid UTF-8, or else uses the encoding e.
func (p *parser) ascii(data []byte, e encoding.Encoding) {
	i := bytes.IndexFunc(data, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return
	}
	if !utf8.Valid(data) && e != nil {
		p.transform(data, e)
	}
	p.checkUTF8()
	p.problem(i, Bytes, "bytes that are not valid %s", p.doc.Encoding)
}

// transform decodes the data, and reports the first bytes that cannot be decoded. A
// decoder writes U+FFFD for such bytes.
func (p *parser) transform(data []byte, e encoding.Encoding) {
	before := bytes.Count(data, []byte("\uFFFD"))
	out, err := e.NewDecoder().Bytes(data)
	if err != nil {
		out = []byte(strings.ToValidUTF8(string(data), "\uFFFD"))
	}
	p.doc.Data = bytes.TrimPrefix(out, []byte("\uFEFF"))
	if i := bytes.Index(p.doc.Data, []byte("\uFFFD")); i >= 0 && before == 0 {
		p.problem(i, Bytes, "bytes that are not valid %s", p.doc.Encoding)
	}
}

// checkUTF8 records whether the data has bytes that are not UTF-8. If it has none, the
// parser does not look for them.
func (p *parser) checkUTF8() { p.invalid = !utf8.Valid(p.doc.Data) }

// label returns the encoding in the XML declaration, which is at the start of a
// document or after white space. It returns "" if there is none.
func label(data []byte) string {
	head := bytes.TrimLeft(data[:min(len(data), 1024)], " \t\r\n")
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	head, _, _ = bytes.Cut(head, []byte("?>"))
	_, rest, ok := bytes.Cut(head, []byte("encoding"))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, ok := bytes.Cut(rest[1:], rest[:1])
	if !ok || len(name) > 40 {
		return ""
	}
	return string(name)
}

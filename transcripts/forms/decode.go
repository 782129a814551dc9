package forms

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// decode detects the encoding and sets the text. If only a few bytes are not UTF-8, they
// become U+FFFD.
func (s *source) decode(src []byte) error {
	src = script.FromUTF16(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")))
	if err := s.refuseBinary(src); err != nil {
		return err
	}
	text := string(src)
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	text = unfence(text)
	s.text = text
	if at := strings.IndexByte(text, 0); at >= 0 {
		return s.problem(at, "is it UTF-16? save it as UTF-8", "NUL byte")
	}
	if utf8.ValidString(text) {
		return nil
	}
	var bad []int
	multibyte := 0
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			bad = append(bad, i)
		case r >= utf8.RuneSelf:
			multibyte++
		}
	}
	if multibyte == 0 || len(bad) > multibyte+10 {
		return s.problem(bad[0], "convert it: iconv -f WINDOWS-1252 -t UTF-8", "not UTF-8")
	}
	for _, at := range bad {
		s.warn(ruleByte, at, "byte 0x%02x is not UTF-8", text[at])
	}
	s.text = string([]rune(text))
	s.lines = lineCounter{}
	return nil
}

// refuseBinary returns an error if a file has one of the formats in binaries.
func (s *source) refuseBinary(src []byte) error {
	for _, b := range binaries {
		if len(src) > b.at && bytes.HasPrefix(src[b.at:], []byte(b.magic)) {
			return s.problem(0, b.hint, "%s, not a transcript", b.title)
		}
	}
	return nil
}

// unfence replaces the lines of a Markdown fence around a file by spaces. Language models
// write files so.
func unfence(text string) string {
	const mark, most = "```", 400 // bytes above the fence
	open := strings.Index(text[:min(len(text), most)], mark)
	end := strings.TrimRight(text, " \t\n")
	inside, ok := strings.CutSuffix(end, "\n"+mark)
	if open < 0 || open > 0 && text[open-1] != '\n' || !ok || len(inside) < open {
		return text
	}
	line, _, _ := strings.Cut(text[open:], "\n")
	return text[:open] + strings.Repeat(" ", len(line)) + inside[min(open+len(line), len(inside)):] + "\n" + strings.Repeat(" ", len(mark)) + text[len(end):]
}

// beginning returns the whole lines in the first n bytes of a file, or the whole characters
// if these bytes have no line end. n must be even, because UTF-16 is cut after n bytes.
func beginning(src []byte, n int) []byte {
	if len(src) <= n {
		return src
	}
	src = src[:n]
	if src[0] >= 0xfe { // UTF-16
		return src
	}
	if end := bytes.LastIndexAny(src, "\r\n"); end >= 0 {
		return src[:end]
	}
	last := n - 1
	for last > n-utf8.UTFMax && !utf8.RuneStart(src[last]) {
		last--
	}
	if src[last] < utf8.RuneSelf {
		last++
	}
	return src[:last]
}

const (
	documentHint = "save the document as plain text (.txt) or export captions (VTT or SRT)"
	mediaHint    = "onair does not transcribe: give it what a speech recognizer wrote"
)

// binaries are formats that are recognized by the bytes at an offset.
var binaries = []struct {
	at                 int
	magic, title, hint string
}{
	{0, "PK\x03\x04", "an archive or an office document", documentHint},
	{0, "\xd0\xcf\x11\xe0", "an office document of the old kind", documentHint},
	{0, "%PDF", "a PDF", "export plain text (.txt) or captions (VTT or SRT) from the tool that made it"},
	{0, "\x1f\x8b", "a gzip archive", "unpack it first: gunzip"},
	{0, "{\\rtf", "RTF", "save the document as plain text (.txt)"},
	{3, "STL", "binary captions (EBU STL)", exportHint},
	{0, "ID3", "an audio file", mediaHint},
	{0, "\xff\xfb", "an audio file", mediaHint},
	{0, "\xff\xf3", "an audio file", mediaHint},
	{0, "RIFF", "an audio file", mediaHint},
	{0, "OggS", "an audio file", mediaHint},
	{0, "fLaC", "an audio file", mediaHint},
	{4, "ftyp", "an audio or video file", mediaHint},
	{0, "\x1a\x45\xdf\xa3", "a video file", mediaHint},
	{0, "\x89PNG", "an image", documentHint},
	{0, "\xff\xd8\xff", "an image", documentHint},
}

// clean removes invisible characters and folds spaces.
func clean(s string) string {
	s = strings.Trim(s, " \n")
	if script.IsClean(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	for _, c := range s {
		switch {
		case unicode.IsSpace(c):
			if n := len(out); n > 0 && out[n-1] != ' ' {
				out = append(out, ' ')
			}
		case script.Hidden(c):
		default:
			out = utf8.AppendRune(out, c)
		}
	}
	return string(bytes.TrimRight(out, " "))
}

// Package script knows the properties of characters of different scripts that matter for
// reading and captions: how wide they are, how long they take to speak, whether spaces
// separate their words, and which must not appear at all.
package script

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Scripts differ in how much a character says. A Chinese or Japanese character
// takes as long to speak as three letters of an alphabet, and is two columns wide.

// Wide reports whether a character is two columns wide, as Chinese and Japanese
// characters are.
func Wide(r rune) bool {
	switch {
	case r < 0x2e80:
		return false
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3000 && r <= 0x30ff, r >= 0xff00 && r <= 0xff65:
		return true
	}
	return unicode.Is(unicode.Han, r)
}

// Southeast reports whether a character is Thai or Lao. These scripts put spaces
// between phrases and none between words.
func Southeast(r rune) bool { return r >= 0x0e00 && r <= 0x0eff }

// Spaceless reports whether the words of a character's script are not separated by
// spaces.
func Spaceless(r rune) bool { return Wide(r) || Southeast(r) }

// Weigh returns how long a text takes to speak, in units of a letter.
func Weigh(text string) int {
	runes, wides := measure(text)
	return runes + 2*wides
}

// Columns returns the width of a text.
func Columns(text string) int {
	runes, wides := measure(text)
	return runes + wides
}

func measure(text string) (runes, wides int) {
	for len(text) > 0 {
		// Most texts are ASCII, and eight characters at once take a third of the time.
		if len(text) >= 8 && text[0]|text[1]|text[2]|text[3]|text[4]|text[5]|text[6]|text[7] < utf8.RuneSelf {
			runes += 8
			text = text[8:]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		runes++
		if Wide(r) {
			wides++
		}
	}
	return runes, wides
}

// Hidden reports whether a character must not appear in a transcript: control characters,
// characters that embed or override the direction of text, and some invisible ones. Joiners
// may appear, because emoji and some scripts need them.
func Hidden(c rune) bool {
	switch {
	case c < 0x20, c >= 0x7f && c < 0xa0: // C0, DEL, C1
		return true
	case c < 0x200b:
		return c == '\u00ad'
	case c == '\u200b', c == '\u2060', c == '\ufeff':
		return true
	case c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069:
		return true
	}
	return c >= 0xfff9 && c <= 0xfffb || c >= 0xe0000 && c <= 0xe007f
}

// Joiner joins texts, with a space between two texts unless both are in a script
// without spaces between words. A single text is not copied. Its zero value is ready
// to use.
type Joiner struct {
	only string // the text, if only one was added
	text []byte // all texts, if several were added
}

// Add adds a text.
func (j *Joiner) Add(text string) {
	if j.Len() == 0 {
		j.only = text
		return
	}
	if j.only != "" {
		j.text, j.only = append(j.text, j.only...), ""
	}
	before, _ := utf8.DecodeLastRune(j.text)
	after, _ := utf8.DecodeRuneInString(text)
	if !(Spaceless(before) && Spaceless(after)) {
		j.text = append(j.text, ' ')
	}
	j.text = append(j.text, text...)
}

// Len returns the length of the joined text in bytes.
func (j *Joiner) Len() int { return len(j.only) + len(j.text) }

// Tail returns the last n bytes of the joined text, or the whole text if it is shorter.
func (j *Joiner) Tail(n int) string {
	if j.only != "" {
		return j.only[max(0, len(j.only)-n):]
	}
	return string(j.text[max(0, len(j.text)-n):])
}

// Take returns the joined text and starts a new one.
func (j *Joiner) Take() string {
	text := j.only
	if text == "" {
		text = string(j.text)
	}
	j.only, j.text = "", j.text[:0]
	return text
}

// IsClean reports whether a text is valid UTF-8 without characters to remove and without
// spaces to fold.
func IsClean[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b > ' ' && b <= '~':
		case b == ' ':
			if i == 0 || i+1 == len(s) || s[i-1] == ' ' {
				return false
			}
		case b < utf8.RuneSelf:
			return false
		default:
			r, size := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
			if size == 1 || unicode.IsSpace(r) || Hidden(r) {
				return false
			}
			i += size - 1
		}
	}
	return true
}

// EndsSentence reports whether a text ends with a punctuation mark that ends a sentence.
// Closing quotation marks and brackets may follow the mark.
func EndsSentence(text string) bool {
	text = strings.TrimRight(text, `"')]”’»」』）`)
	switch last, _ := utf8.DecodeLastRuneInString(text); last {
	case '.', '!', '?', '…', '。', '！', '？', '．', '؟', '۔', '।':
		return true
	}
	return false
}

// FromUTF16 converts UTF-16 with a byte order mark to UTF-8, without the mark. It
// returns any other text unchanged.
func FromUTF16(src []byte) []byte {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(src, []byte("\xff\xfe")):
	case bytes.HasPrefix(src, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return src
	}
	units := make([]uint16, len(src)/2-1)
	for i := range units {
		units[i] = order.Uint16(src[2*i+2:])
	}
	return []byte(string(utf16.Decode(units)))
}

package searchindex

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWord is the length of the longest word, in characters; longer ones are cut.
const maxWord = 40

// Fold returns text in the form in which words are compared: without case,
// diacritics, and differences of width.
func Fold(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		if isDiacritic(r) {
			continue
		}
		switch r = unicode.ToLower(r); r {
		case 'ς':
			r = 'σ'
		case 'ß':
			b.WriteByte('s')
			r = 's'
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isDiacritic reports whether search ignores a mark. It ignores the marks of Latin,
// Greek and Cyrillic, and the vowel points of Hebrew and Arabic. It keeps the marks of
// other scripts, which are mostly vowels that distinguish words.
func isDiacritic(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36F, r >= 0x591 && r <= 0x5BD, r == 0x5BF, r == 0x5C1, r == 0x5C2, r == 0x5C4, r == 0x5C5, r == 0x5C7,
		r >= 0x64B && r <= 0x65F, r == 0x670:
		return true
	}
	return false
}

// isWord reports whether a character is part of a word.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' }

// isUnspaced reports whether a character belongs to a script that is written without
// spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
func isUnspaced(r rune) bool {
	switch {
	case r < 0xE00:
		return false
	case r <= 0xEFF, r >= 0x1000 && r <= 0x109F, r >= 0x1780 && r <= 0x17FF,
		r >= 0x3005 && r <= 0x3007, r >= 0x3041 && r <= 0x30FF, r >= 0x31F0 && r <= 0x31FF,
		r >= 0x3400 && r <= 0x4DBF, r >= 0x4E00 && r <= 0x9FFF, r >= 0x20000 && r <= 0x3FFFF:
		return true
	}
	return false
}

// words calls f with the words of a text and their places, which start at 0, and returns
// the number of places. Words are only valid during the call. Apostrophes inside a word
// are ignored. A run of characters of a script without spaces is not a word. Each of its
// characters has a place and forms a word with the next character; the last character is
// a word by itself.
func words(text string, f func(word []byte, place int)) int {
	if isASCII(text) {
		return asciiWords(text, f)
	}
	runes := []rune(Fold(text))
	place := 0
	var word []byte
	length := 0 // of the word, in characters
	end := func() {
		if length > 0 {
			f(word, place)
			place++
			word, length = word[:0], 0
		}
	}
	for i, r := range runes {
		switch {
		case isWord(r) && isUnspaced(r):
			end()
			word = utf8.AppendRune(word, r)
			if i+1 < len(runes) && isWord(runes[i+1]) && isUnspaced(runes[i+1]) {
				word = utf8.AppendRune(word, runes[i+1])
			}
			length++
			end()
		case isWord(r):
			if length++; length <= maxWord {
				word = utf8.AppendRune(word, r)
			}
		case isApostrophe(r) && length > 0 && i+1 < len(runes) && isWord(runes[i+1]):
		default:
			end()
		}
	}
	end()
	return place
}

// asciiFolded has the ASCII characters of words in lower case, and 0 for all others.
var asciiFolded = func() (folded [256]byte) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyz0123456789") {
		folded[c] = c
		folded[unicode.ToUpper(rune(c))] = c
	}
	return folded
}()

// asciiWords is words for ASCII text, which takes less time.
func asciiWords(text string, f func(word []byte, place int)) int {
	place, length := 0, 0
	var word [maxWord]byte
	for i := range len(text) {
		c := asciiFolded[text[i]]
		switch {
		case c != 0:
			if length < maxWord {
				word[length] = c
				length++
			}
		case length == 0, text[i] == '\'' && i+1 < len(text) && asciiFolded[text[i+1]] != 0:
		default:
			f(word[:length], place)
			place++
			length = 0
		}
	}
	if length > 0 {
		f(word[:length], place)
		place++
	}
	return place
}

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

// words calls f with the words of a text and their places, which start at first, and
// returns the place after the last. Apostrophes inside a word are ignored. A run of
// characters of a script without spaces is not a word. Each of its characters has a place
// and forms a word with the next character; the last character is a word by itself.
func words(text string, first int, f func(word string, place int)) int {
	text = Fold(text)
	if isASCII(text) {
		return asciiWords(text, first, f)
	}
	runes := []rune(text)
	place := first
	var word []rune
	end := func() {
		if len(word) > 0 {
			f(string(word[:min(len(word), maxWord)]), place)
			place++
			word = word[:0]
		}
	}
	for i, r := range runes {
		switch {
		case isWord(r) && isUnspaced(r):
			end()
			if i+1 < len(runes) && isWord(runes[i+1]) && isUnspaced(runes[i+1]) {
				f(string(runes[i:i+2]), place)
			} else {
				f(string(r), place)
			}
			place++
		case isWord(r):
			word = append(word, r)
		case isApostrophe(r) && len(word) > 0 && i+1 < len(runes) && isWord(runes[i+1]):
		default:
			end()
		}
	}
	end()
	return place
}

// asciiWords is words for folded text that is ASCII, without copying it.
func asciiWords(text string, first int, f func(word string, place int)) int {
	place := first
	for i := 0; i < len(text); i++ {
		if !isWord(rune(text[i])) {
			continue
		}
		start, apostrophes := i, 0
		for ; i < len(text); i++ {
			if text[i] == '\'' && i+1 < len(text) && isWord(rune(text[i+1])) {
				apostrophes++
			} else if !isWord(rune(text[i])) {
				break
			}
		}
		word := text[start:i]
		if apostrophes > 0 {
			word = strings.ReplaceAll(word, "'", "")
		}
		f(word[:min(len(word), maxWord)], place)
		place++
	}
	return place
}

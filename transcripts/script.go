package transcripts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Scripts differ in how much a character says. One of Chinese or Japanese takes
// as long to speak as three letters of an alphabet, and two columns to show.

// wide reports whether a character is Chinese or Japanese, or of their width.
func wide(r rune) bool {
	switch {
	case r < 0x2e80:
		return false
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3000 && r <= 0x30ff, r >= 0xff00 && r <= 0xff65:
		return true
	}
	return unicode.Is(unicode.Han, r)
}

// southeast reports whether a character is of Thai or Lao, which put spaces
// between phrases and none between words.
func southeast(r rune) bool { return r >= 0x0e00 && r <= 0x0eff }

// spaceless reports whether no space separates words of a character's script.
func spaceless(r rune) bool { return wide(r) || southeast(r) }

// weigh returns how long a text takes to speak, in letters of an alphabet.
func weigh(text string) int {
	runes, wides := measure(text)
	return runes + 2*wides
}

// columns returns how much room a text takes.
func columns(text string) int {
	runes, wides := measure(text)
	return runes + wides
}

func measure(text string) (runes, wides int) {
	runes = utf8.RuneCountInString(text)
	if runes == len(text) {
		return runes, 0
	}
	for _, r := range text {
		if wide(r) {
			wides++
		}
	}
	return runes, wides
}

// countWords counts the words of a text. Where a script puts no spaces between
// them it goes by their usual length: two characters of Chinese or Japanese,
// five of Thai.
func countWords(text string) int {
	const wideWord, southeastWord = 2, 5
	words, wides, southeasts := 0, 0, 0
	inWord := false // of a script with spaces
	for _, r := range text {
		switch {
		case r == ' ':
			inWord = false
		case wide(r):
			wides++
			inWord = false
		case southeast(r):
			southeasts++
			inWord = false
		case !inWord:
			words++
			inWord = true
		}
	}
	return words + (wides+wideWord-1)/wideWord + (southeasts+southeastWord-1)/southeastWord
}

// breaksBetween reports whether a line may end between two characters that no
// space separates: around a Chinese or Japanese one, and between syllables of
// Thai and Lao as far as letters tell them; but punctuation clings to what is
// before or behind it.
func breaksBetween(before, r rune) bool {
	const (
		opening = "「『（《〈【〔［｛“‘([{"
		closing = "」』）》〉】〕］｝”’)]}。、，．！？：；・…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ.,!?:;%"
	)
	if before < 0x0e00 && r < 0x0e00 || strings.ContainsRune(opening, before) || strings.ContainsRune(closing, r) {
		return false
	}
	if southeast(before) && southeast(r) {
		return startsSyllable(r) && !startsSyllable(before) || endsSyllable(before) && r&0x7f <= 'ฮ'&0x7f && !endsSyllable(r)
	}
	switch {
	case wide(before) && wide(r):
		return true
	case wide(before):
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(opening, r)
	case wide(r):
		return unicode.IsLetter(before) || unicode.IsDigit(before) || strings.ContainsRune(closing, before)
	}
	return false
}

// startsSyllable reports whether a character is a vowel that is written before
// its consonant.
func startsSyllable(r rune) bool {
	return r >= 'เ' && r <= 'ไ' || r >= 'ເ' && r <= 'ໄ'
}

// endsSyllable reports whether a character is one that nothing of the same
// syllable follows: a short a, am, and the marks of repetition and abbreviation.
func endsSyllable(r rune) bool { return strings.ContainsRune("ะำๆฯະຳໆຯ", r) }

package transcripts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// word is a word of a text, with the properties that decide whether a cue may end
// after it.
type word struct {
	from, to int // bytes in the text
	size     int // columns
	ending   ending
	colon    bool // it ends with a colon, which players take for a speaker
	joined   bool // no space precedes it, in a script without spaces
	sounds   []Sound
}

// ending says whether a sentence or clause ends with a word.
type ending int

const (
	endsWord ending = iota
	endsClause
	endsSentence
)

// split finds the words of text[from:to].
func (c *cutter) split(text string, from, to int) {
	c.words = c.all[:0]
	defer func() { c.all = c.words }()
	for from < to {
		if text[from] == ' ' {
			from++
			continue
		}
		end := to
		if n := strings.IndexByte(text[from:to], ' '); n >= 0 {
			end = from + n
		}
		c.splitWord(text, from, end)
		from = end
	}
}

// splitWord appends one word, or several if its script puts no spaces between
// words.
func (c *cutter) splitWord(text string, from, to int) {
	w := word{from: from}
	runes := utf8.RuneCountInString(text[from:to])
	if runes < to-from {
		var before rune
		for i, r := range text[from:to] {
			if i > 0 && breaksBetween(before, r) {
				c.appendWord(text, w, from+i)
				w = word{from: from + i, joined: true}
			}
			w.size++
			if script.Wide(r) {
				w.size++
			}
			before = r
		}
	} else {
		w.size = runes
	}
	c.appendWord(text, w, to)
}

// space returns the number of columns of the space before the word.
func (w *word) space() int {
	if w.joined {
		return 0
	}
	return 1
}

func (c *cutter) appendWord(text string, w word, to int) {
	w.to = to
	w.ending = endingOf(text[w.from:to])
	w.colon = text[to-1] == ':'
	c.words = append(c.words, w)
}

// abbreviations are words whose final dot does not end a sentence.
var abbreviations = map[string]bool{
	"Mr.": true, "Mrs.": true, "Ms.": true, "Dr.": true, "St.": true, "vs.": true, "e.g.": true, "i.e.": true,
}

func endingOf(word string) ending {
	if n := len(word); n > 0 && word[n-1]|0x20 >= 'a' && word[n-1]|0x20 <= 'z' {
		return endsWord
	}
	bare := strings.TrimRight(word, `"')]”’»」』）`)
	if bare == "" {
		return endsWord
	}
	switch last := bare[len(bare)-1]; last {
	case '.', '!', '?':
		if strings.HasSuffix(bare, "..") {
			return endsClause
		}
		if last == '.' && abbreviations[bare] {
			return endsWord
		}
		return endsSentence
	case ',', ';', ':', '-':
		return endsClause
	}
	if bare[len(bare)-1] < utf8.RuneSelf {
		return endsWord
	}
	switch r, _ := utf8.DecodeLastRuneInString(bare); r {
	case '。', '！', '？', '．', '؟', '۔', '।':
		return endsSentence
	case '…', '–', '—', '、', '，', '：', '；', '،', '؛':
		return endsClause
	default:
		if script.Southeast(r) {
			return endsClause // a space ends a phrase
		}
	}
	return endsWord
}

// countWords counts the words of a text. In scripts without spaces between words
// it estimates them: two characters of Chinese or Japanese make a word, or five of
// Thai or Lao.
func countWords(text string) int {
	const wideWord, southeastWord = 2, 5
	words, wides, southeasts := 0, 0, 0
	inWord := false // inside a word of a script with spaces
	for i, size := 0, 1; i < len(text); i, size = i+size, 1 {
		if b := text[i]; b < utf8.RuneSelf {
			if b != ' ' && !inWord {
				words++
			}
			inWord = b != ' '
			continue
		}
		var c rune
		c, size = utf8.DecodeRuneInString(text[i:])
		switch {
		case script.Wide(c):
			wides++
			inWord = false
		case script.Southeast(c):
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
// space separates: beside a Chinese or Japanese character, and between syllables
// of Thai and Lao if their letters show the boundary. A line does not end before
// closing punctuation or after opening punctuation.
func breaksBetween(before, r rune) bool {
	const (
		opening = "「『（《〈【〔［｛“‘([{"
		closing = "」』）》〉】〕］｝”’)]}。、，．！？：；・…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ.,!?:;%"
	)
	if before < 0x0e00 && r < 0x0e00 || strings.ContainsRune(opening, before) || strings.ContainsRune(closing, r) {
		return false
	}
	if script.Southeast(before) && script.Southeast(r) {
		return startsSyllable(r) && !startsSyllable(before) || endsSyllable(before) && r&0x7f <= 'ฮ'&0x7f && !endsSyllable(r)
	}
	switch {
	case script.Wide(before) && script.Wide(r):
		return true
	case script.Wide(before):
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(opening, r)
	case script.Wide(r):
		return unicode.IsLetter(before) || unicode.IsDigit(before) || strings.ContainsRune(closing, before)
	}
	return false
}

// startsSyllable reports whether a character is a vowel that is written before
// its consonant.
func startsSyllable(r rune) bool {
	return r >= 'เ' && r <= 'ไ' || r >= 'ເ' && r <= 'ໄ'
}

// endsSyllable reports whether a character is the last of its syllable: a short
// a, am, and the marks of repetition and abbreviation.
func endsSyllable(r rune) bool { return strings.ContainsRune("ะำๆฯະຳໆຯ", r) }

// clean folds the spaces of a short string and removes the characters that renderer.write
// removes.
func clean(s []byte) string {
	if script.IsClean(s) {
		return string(s)
	}
	var r renderer
	r.write(s)
	return string(r.text)
}

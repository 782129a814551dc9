package transcripts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is a word of a text, with the properties that decide whether a cue may end
// after it.
type word struct {
	from, to int // bytes in the text
	size     int // columns
	ending   ending
	colon    bool // it ends with a colon, which players take for a speaker
	joined   bool // no space before it, in a script without spaces
}

// ending says whether a sentence or clause ends after a word.
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
			if wide(r) {
				w.size++
			}
			before = r
		}
	} else {
		w.size = runes
	}
	c.appendWord(text, w, to)
}

// space returns the columns of the space before the word.
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

// abbreviations are words that end with a dot that does not end a sentence.
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
		if southeast(r) {
			return endsClause // a space ends a phrase
		}
	}
	return endsWord
}

// Scripts differ in how much a character says. A Chinese or Japanese character
// takes as long to speak as three letters of an alphabet, and is two columns wide.

// wide reports whether a character is two columns wide, as Chinese and Japanese
// characters are.
func wide(r rune) bool {
	switch {
	case r < 0x2e80:
		return false
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3000 && r <= 0x30ff, r >= 0xff00 && r <= 0xff65:
		return true
	}
	return unicode.Is(unicode.Han, r)
}

// southeast reports whether a character is Thai or Lao. These scripts put spaces
// between phrases and none between words.
func southeast(r rune) bool { return r >= 0x0e00 && r <= 0x0eff }

// spaceless reports whether the words of a character's script are not separated by
// spaces.
func spaceless(r rune) bool { return wide(r) || southeast(r) }

// weigh returns how long a text takes to speak, in units of a letter.
func weigh(text string) int {
	runes, wides := measure(text)
	return runes + 2*wides
}

// columns returns the width of a text.
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

// countWords counts the words of a text. In scripts without spaces between words
// it estimates them: two characters of Chinese or Japanese make a word, or five of
// Thai.
func countWords(text string) int {
	const wideWord, southeastWord = 2, 5
	words, wides, southeasts := 0, 0, 0
	inWord := false // of a script with spaces
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
		case wide(c):
			wides++
			inWord = false
		case southeast(c):
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

// endsSyllable reports whether a character is the last of its syllable: a short
// a, am, and the marks of repetition and abbreviation.
func endsSyllable(r rune) bool { return strings.ContainsRune("ะำๆฯະຳໆຯ", r) }

// isHidden reports whether a character must not appear in a transcript: control
// characters, those that change the direction of text, and invisible ones. Joiners
// may appear, for emoji and for the scripts that need them.
func isHidden(c rune) bool {
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

// clean removes from a short string the characters that write removes, and folds
// spaces.
func clean(s []byte) string {
	if isClean(s) {
		return string(s)
	}
	var r renderer
	r.write(s)
	return string(r.text)
}

// isClean reports whether it is certain that clean does not change a string.
func isClean(s []byte) bool {
	for i, b := range s {
		if b < ' ' || b > '~' || b == ' ' && (i == 0 || i+1 == len(s) || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

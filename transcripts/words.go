package transcripts

import (
	"strings"
	"unicode/utf8"
)

// Cues that end with a sentence or a clause are read more easily, but not when
// they get shorter than this, in characters.
const (
	leastSentence = 16
	leastClause   = 26
	leastRest     = 12
)

// ending says what a word ends.
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

// splitWord appends one word, in pieces where its script puts no spaces
// between words.
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

// space is the room before the word.
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

// abbreviations end with a dot that ends no sentence.
var abbreviations = map[string]bool{
	"Mr.": true, "Mrs.": true, "Ms.": true, "Dr.": true, "St.": true, "vs.": true, "e.g.": true, "i.e.": true,
}

func endingOf(word string) ending {
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

// fit returns how many of the words make the next cue. name is set where the
// speaker's name stands before them in SRT; it also does where a word ends
// with a colon.
func (c *cutter) fit(name, speaker string) int {
	n := c.fill(name)
	if name == "" {
		for _, w := range c.words[:n] {
			if w.colon {
				n = c.fill(speaker)
				break
			}
		}
	}
	if n == len(c.words) {
		return n
	}
	return c.best(n)
}

// fill returns how many words fit into two lines behind a name, whose line
// holds at least the first word. It is at least 1.
func (c *cutter) fill(name string) int {
	column, lines, total := 0, 1, 0
	if name != "" {
		column = columns(name) + len(": ")
	}
	for i, w := range c.words {
		if i == 0 {
			column += w.size
			total = w.size
			continue
		}
		if total += w.space() + w.size; total > maxCue {
			return i
		}
		if column += w.space() + w.size; column <= maxLine {
			continue
		}
		if lines++; lines > 2 || w.colon {
			return i
		}
		column = w.size
	}
	return len(c.words)
}

// best returns where to cut among the first n words, more of which follow: at
// the last sentence, else at the last clause, but not where a lonely word is
// left; else where the lines get full, or in the middle of what is left.
func (c *cutter) best(n int) int {
	size := 0
	for _, w := range c.words[:n] {
		size += w.space() + w.size
	}
	all := size
	for i := n; i < len(c.words) && all <= size+leastRest; i++ {
		all += c.words[i].space() + c.words[i].size
	}
	sentence, clause, half, so := 0, 0, 0, 0
	for i, w := range c.words[:n] {
		so += w.space() + w.size
		if half == 0 && so >= all/2 {
			half = i + 1
		}
		switch {
		case all-so <= leastRest:
		case w.ending == endsSentence && so > leastSentence:
			sentence = i + 1
		case w.ending == endsClause && so > leastClause:
			clause = i + 1
		}
	}
	switch {
	case sentence > 0:
		return sentence
	case clause > 0:
		return clause
	case half == 0 || all-size > leastRest:
		return n
	}
	return half
}

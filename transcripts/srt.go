package transcripts

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// srtEscaper replaces what SRT cannot escape and players read as markup or as
// the arrow between times.
var srtEscaper = strings.NewReplacer("<", "‹", ">", "›")

// WriteSRT writes cues as SubRip: a card per cue, of two lines of at most 32
// characters, with the speaker's name and a colon where the speaker changes.
// Readers take whatever stands before a colon for a speaker, so a card with a
// colon of its own has the name too.
func WriteSRT(w io.Writer, cues []Cue) error {
	b := bufio.NewWriter(w)
	var head []byte
	last := ""
	for i := range cues {
		cue := &cues[i]
		head = head[:0]
		if i > 0 {
			head = append(head, '\n')
		}
		head = strconv.AppendInt(head, int64(i+1), 10)
		head = append(head, '\n')
		head = appendCaptionTime(head, cue.Start, ',')
		head = append(head, " --> "...)
		head = appendCaptionTime(head, cue.End, ',')
		b.Write(append(head, '\n'))
		text := cue.Text
		if cue.Speaker != "" && (cue.Speaker != last || hasColon(text)) {
			text = cue.Speaker + ": " + text
		}
		last = cue.Speaker
		first, second := wrap(text, len(text)-len(cue.Text))
		srtEscaper.WriteString(b, first)
		b.WriteByte('\n')
		if second != "" {
			srtEscaper.WriteString(b, second)
			b.WriteByte('\n')
		}
	}
	return b.Flush()
}

// hasColon reports whether a word of the text ends with a colon.
func hasColon(text string) bool {
	return strings.HasSuffix(text, ":") || strings.Contains(text, ": ")
}

// wrap breaks a card into two lines, evenly, where it does not fit into one.
// The name, the first prefix bytes, has the first word beside it, or readers
// would not know it for a name; and the second line does not start with a word
// that ends with a colon. A line gets longer than its limit where a single word
// is, or a name and a word.
func wrap(text string, prefix int) (first, second string) {
	size := columns(text)
	if size <= maxLine {
		return text, ""
	}
	best, least, column := len(text), 0, 0
	var before rune
	for i, r := range text {
		space := r == ' '
		if i > prefix && (space || breaksBetween(before, r)) {
			right := size - column
			if space {
				right--
			}
			if cost := breakCost(text[i:], column, right); best == len(text) || cost < least {
				best, least = i, cost
			}
		}
		column++
		if wide(r) {
			column++
		}
		before = r
	}
	return text[:best], strings.TrimPrefix(text[best:], " ")
}

// breakCost compares places to break: the excess over the limit of a line
// first, then a line that reads like a speaker's, then how uneven the lines are.
func breakCost(second string, left, right int) int {
	cost := max(left-right, right-left)
	second = strings.TrimPrefix(second, " ")
	if word, _, _ := strings.Cut(second, " "); strings.HasSuffix(word, ":") {
		cost += 1000
	}
	return cost + 10000*(max(0, left-maxLine)+max(0, right-maxLine))
}

package transcripts

import (
	"bufio"
	"io"
	"regexp"
	"strconv"
	"strings"

	"onair/transcripts/forms"
	"onair/transcripts/internal/script"
)

// srtTag matches text that players take for a tag or a style of ASS, and the arrow
// between times. SRT has no escapes.
var srtTag = regexp.MustCompile(`<(/?[a-zA-Z][^>]*)>|<(?i:/?script)|-->|\{\\`)

// srtText replaces characters that players would not read as text.
func srtText(text string) string {
	if !strings.ContainsAny(text, "<>{") {
		return text
	}
	for { // a tag may enclose another
		again := srtTag.ReplaceAllStringFunc(text, func(m string) string {
			switch m[0] {
			case '<':
				if inner, ok := strings.CutSuffix(m[1:], ">"); ok {
					return "‹" + inner + "›"
				}
				return "‹" + m[1:]
			case '{':
				return `{ \`
			}
			return "--›"
		})
		if again == text {
			return text
		}
		text = again
	}
}

// srtLine changes the arrow in a line that players would read as a line of times.
func srtLine(line string) string {
	if strings.Contains(line, "->") && forms.LooksLikeTimes(line) {
		return strings.Replace(line, "->", "-›", 1)
	}
	return line
}

// WriteSRT writes cues as SubRip, in one or two lines of at most 32 columns unless a word
// or name is too long. The first line starts with the speaker's name and a colon if the
// speaker has changed, or if the text of the cue contains a colon: players take the text
// before a colon for a speaker.
func WriteSRT(w io.Writer, cues []Cue) error {
	b := bufio.NewWriter(w)
	var head []byte
	last := ""
	l := lineBreaker{script.LanguageOf(func(yield func(string) bool) {
		for i := range cues {
			if !yield(cues[i].Text) {
				return
			}
		}
	})}
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
		text, name := srtText(cue.shown()), ""
		if cue.Speaker != "" && (cue.Speaker != last || hasColon(text)) {
			name = srtText(cue.Speaker) + ": "
		}
		last = cue.Speaker
		first, second := l.wrap(name+text, len(name))
		b.WriteString(srtLine(first))
		b.WriteByte('\n')
		if second != "" {
			b.WriteString(srtLine(second))
			b.WriteByte('\n')
		}
	}
	return b.Flush()
}

// hasColon reports whether a word of the text ends with a colon.
func hasColon(text string) bool {
	return strings.HasSuffix(text, ":") || strings.Contains(text, ": ")
}

// lineBreaker breaks cues into lines.
type lineBreaker struct{ functions script.FunctionWords }

// wrap breaks a cue into two even lines if it does not fit into one. The first prefix bytes
// of text are the name. The name shares a line with the first word, so that players
// recognize it. The second line starts with a word that ends with a colon only if a line
// would otherwise be too long. The first line does not end with a function word if this can
// be avoided. A line exceeds its limit only if a single word does, or the name with the
// first word.
func (l lineBreaker) wrap(text string, prefix int) (first, second string) {
	size := script.Columns(text)
	if size <= maxLine {
		return text, ""
	}
	best, least := len(text), 0
	try := func(at, left, right int) {
		cost := breakCost(text[at:], left, right)
		if l.functions.EndsWith(text[:at]) {
			cost += functionWordCost
		}
		if best == len(text) || cost < least {
			best, least = at, cost
		}
	}
	if size == len(text) {
		for at := prefix + 1; at < len(text); at++ {
			if text[at] == ' ' {
				try(at, at, size-at-1)
			}
		}
		return text[:best], strings.TrimPrefix(text[best:], " ")
	}
	column := 0
	var before rune
	for i, c := range text {
		if i > prefix && c == ' ' {
			try(i, column, size-column-1)
		} else if i > prefix && breaksBetween(before, c) {
			try(i, column, size-column)
		}
		column++
		if script.Wide(c) {
			column++
		}
		before = c
	}
	return text[:best], strings.TrimPrefix(text[best:], " ")
}

// functionWordCost is how much more uneven, in columns, the two lines may become so that
// the first one does not end with a function word.
const functionWordCost = 100

// breakCost rates a place to break a cue; lower is better. Its criteria, in order, are:
// by how much a line exceeds the limit, whether the second line reads like another
// speaker's, with a name or a dash, or has no words, and how uneven the lines are.
func breakCost(second string, left, right int) int {
	cost := max(left-right, right-left)
	second = strings.TrimPrefix(second, " ")
	if word, _, _ := strings.Cut(second, " "); strings.HasSuffix(word, ":") || strings.Trim(word, "-–—") == "" || strings.Trim(second, "-–—…. ") == "" {
		cost += 1000
	}
	return cost + 10000*(max(0, left-maxLine)+max(0, right-maxLine))
}

// vttEscaper escapes cue text and the name of a voice span. The arrow of a
// cue's times cannot appear in either, because ">" is escaped.
var vttEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// WriteVTT writes cues as WebVTT. Every cue with a speaker has a voice span, because a span
// ends with its cue. See https://www.w3.org/TR/webvtt1/.
func WriteVTT(w io.Writer, cues []Cue) error {
	b := bufio.NewWriter(w)
	b.WriteString("WEBVTT\n")
	var times []byte
	for i := range cues {
		cue := &cues[i]
		times = append(times[:0], '\n')
		times = appendCaptionTime(times, cue.Start, '.')
		times = append(times, " --> "...)
		times = appendCaptionTime(times, cue.End, '.')
		b.Write(append(times, '\n'))
		if cue.Speaker != "" {
			b.WriteString("<v ")
			vttEscaper.WriteString(b, cue.Speaker)
			if strings.HasSuffix(cue.Speaker, "--") {
				b.WriteByte(' ') // readers drop the space; without it, --> would end the cue
			}
			b.WriteByte('>')
		}
		vttEscaper.WriteString(b, cue.shown())
		b.WriteByte('\n')
	}
	return b.Flush()
}

package transcripts

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// srtEscaper replaces characters that SRT cannot escape and that players read as
// markup or as the arrow between times.
var srtEscaper = strings.NewReplacer("<", "‹", ">", "›")

// WriteSRT writes cues as SubRip, in one or two lines of at most 32 characters.
// The first line starts with the speaker's name and a colon if the speaker has
// changed, or if the text of the cue contains a colon: players take the text
// before a colon for a speaker.
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

// wrap breaks a cue into two even lines if it does not fit into one. The first
// prefix bytes are the name. It shares a line with the first word, so that players
// recognise it, and the second line does not start with a word that ends with a
// colon. A line exceeds its limit if a single word does, or a name and a word.
func wrap(text string, prefix int) (first, second string) {
	size := columns(text)
	if size <= maxLine {
		return text, ""
	}
	best, least := len(text), 0
	try := func(at, left, right int) {
		if cost := breakCost(text[at:], left, right); best == len(text) || cost < least {
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
		if wide(c) {
			column++
		}
		before = c
	}
	return text[:best], strings.TrimPrefix(text[best:], " ")
}

// breakCost compares places to break. Its criteria, in order, are: by how much a
// line exceeds the limit, whether the second line reads like a speaker's, and how
// uneven the lines are.
func breakCost(second string, left, right int) int {
	cost := max(left-right, right-left)
	second = strings.TrimPrefix(second, " ")
	if word, _, _ := strings.Cut(second, " "); strings.HasSuffix(word, ":") {
		cost += 1000
	}
	return cost + 10000*(max(0, left-maxLine)+max(0, right-maxLine))
}

// rawCue is a cue of WebVTT or SubRip, with its lines joined.
type rawCue struct {
	start, end time.Duration
	text       string
}

// parseSRT reads SubRip. Tags are removed. The name before a colon at the start of a
// cue is its speaker, and that of the cues after it without a name.
func parseSRT(s *source) ([]parsedCue, error) {
	rawCues, err := scanCues(s, false)
	if err != nil {
		return nil, err
	}
	parsed := make([]parsedCue, 0, len(rawCues))
	openings := map[string]int{}
	for _, c := range rawCues {
		text := clean([]byte(stripTags(c.text)))
		if text == "" {
			continue
		}
		parsed = append(parsed, parsedCue{start: c.start, end: c.end, timed: true, ended: true, text: text})
		if name, _, ok := strings.Cut(text, ": "); ok {
			openings[name]++
		}
	}
	speaker := ""
	for i := range parsed {
		u := &parsed[i]
		if name, rest, ok := strings.Cut(u.text, ": "); ok && isSpeaker(s, name, openings[name]) {
			speaker, u.text = name, rest
		}
		u.speaker = speaker
	}
	return parsed, nil
}

// isSpeaker reports whether the words before a colon are a name: short, without
// the end of a sentence, and either a single word or words that start with
// capitals. Words that occurred several times are a name too.
func isSpeaker(s *source, name string, seen int) bool {
	const often, most = 3, 5
	if _, ok := s.o.Speakers[name]; ok {
		return true
	}
	words := strings.Fields(name)
	if len(words) == 0 || len(words) > most || utf8.RuneCountInString(name) > maxName || strings.ContainsAny(name, "?!*[]") {
		return false
	}
	if seen >= often || len(words) == 1 {
		return true
	}
	for _, word := range words {
		first, _ := utf8.DecodeRuneInString(word)
		switch word {
		case "de", "la", "van", "von", "der", "den", "bin", "al", "of", "the", "and":
			continue
		}
		if title := len(word) <= len("Psy.D."); unicode.IsLower(first) || endingOf(word) == endsSentence && !title {
			return false
		}
	}
	return true
}

// stripTags removes the tags of SubRip: <i>, <font color=…>, {\an8}. Other angle
// brackets are text.
func stripTags(text string) string {
	if !strings.ContainsAny(text, "<{") {
		return text
	}
	const longest = 100
	var out []byte
	for i := 0; i < len(text); i++ {
		end, tag := -1, text[i:min(len(text), i+longest)]
		switch {
		case tag[0] == '<':
			end = strings.IndexByte(tag, '>')
			if end > 0 && !srtTags[tagName(tag[1:end])] {
				end = -1
			}
		case strings.HasPrefix(tag, `{\`):
			end = strings.IndexByte(tag, '}')
		}
		if end < 0 {
			out = append(out, text[i])
			continue
		}
		i += end
	}
	return string(out)
}

var srtTags = map[string]bool{"i": true, "b": true, "u": true, "s": true, "font": true, "c": true, "v": true}

func tagName(tag string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(tag, "/"), " ")
	return strings.ToLower(name)
}

// scanCues reads the part that WebVTT and SubRip have in common: a line of times,
// an optional number or name above it, and text below it up to the next. A line
// with an arrow but without times is text.
func scanCues(s *source, vtt bool) ([]rawCue, error) {
	var rawCues []rawCue
	var text []string
	var joined joiner
	held, above, skipping := "", "", vtt // held may be the number or name of the next cue
	flush := func() {
		if len(rawCues) > 0 {
			for _, line := range text {
				joined.add(line)
			}
			rawCues[len(rawCues)-1].text = joined.take()
		}
		text = text[:0]
	}
	for at, line := range s.numberedLines() {
		line := strings.TrimSpace(line)
		start, end, timing := parseCaptionTimes(line)
		switch {
		case line == "":
			skipping = false
			if held != "" && len(rawCues) > 0 {
				text = append(text, held)
			}
			held = ""
		case timing:
			if start > maxTime || end > maxTime {
				return nil, s.problem(at, "", "not a valid time: %s", line)
			}
			if n := len(text); !vtt && held == "" && n > 0 && isNumber(text[n-1]) {
				text = text[:n-1] // no blank line between the cues
			}
			flush()
			held, skipping = "", false
			rawCues = append(rawCues, rawCue{start: start, end: end})
		case skipping:
		case strings.Contains(line, "-->") && line[0] >= '0' && line[0] <= '9':
			return nil, s.problem(at, "write 00:01:02.500 --> 00:01:04.000", "times that cannot be read")
		case vtt && above == "" && (isBlock(line, "NOTE") || isBlock(line, "STYLE") || isBlock(line, "REGION")):
			skipping = true
		case above == "":
			held = line
		default:
			if held != "" {
				text = append(text, held)
				held = ""
			}
			text = append(text, line)
		}
		if len(rawCues) == 0 && len(text) > 0 {
			return nil, s.problem(at, "is it another format?", "text before the first times")
		}
		above = line
	}
	if held != "" {
		text = append(text, held)
	}
	flush()
	if len(rawCues) == 0 && strings.TrimSpace(s.text) != "" && !vtt {
		return nil, s.problem(0, "is it another format?", "no captions")
	}
	return rawCues, nil
}

func isBlock(line, name string) bool {
	rest, ok := strings.CutPrefix(line, name)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

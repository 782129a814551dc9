package transcripts

import (
	"html"
	"iter"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// card is a caption of WebVTT or SubRip: its times, and its lines in one.
type card struct {
	start, end time.Duration
	text       string
}

// vtt reads WebVTT (https://www.w3.org/TR/webvtt1/#file-parsing). Notes, styles,
// regions, identifiers and settings are left out, of tags only the voice is
// taken. A cue without a voice goes on with the speaker before it, since the
// Podcast namespace asks for names only where they change.
func (s *source) vtt() ([]utterance, error) {
	first, _, _ := strings.Cut(s.text, "\n")
	if rest, ok := strings.CutPrefix(first, "WEBVTT"); !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return nil, s.problem(0, "is it another format?", "no WebVTT: the first line is not WEBVTT")
	}
	cards, err := s.cards(true)
	if err != nil {
		return nil, err
	}
	var said []utterance
	speaker := ""
	for _, c := range cards {
		from := len(said)
		speaker = voices(c.text, speaker, func(speaker, text string) {
			if text = clean([]byte(html.UnescapeString(text))); text != "" {
				said = append(said, utterance{timed: true, ended: true, speaker: speaker, text: text})
			}
		})
		share(said[from:], c.start, c.end)
	}
	return said, nil
}

// voices calls say for each voice span of a cue's text, and returns who spoke last.
func voices(text, speaker string, say func(speaker, text string)) string {
	var spoken []byte
	for text != "" {
		open := strings.IndexByte(text, '<')
		size := -1
		if open >= 0 {
			size = strings.IndexByte(text[open:], '>')
		}
		if size < 0 {
			break
		}
		spoken = append(spoken, text[:open]...)
		tag := text[open+1 : open+size]
		text = text[open+size+1:]
		if name, voice, ok := strings.Cut(tag, " "); ok && (name == "v" || strings.HasPrefix(name, "v.")) {
			say(speaker, string(spoken))
			speaker, spoken = clean([]byte(html.UnescapeString(voice))), spoken[:0]
		}
	}
	say(speaker, string(append(spoken, text...)))
	return speaker
}

// share divides the time of a cue between those who speak in it, by the length
// of what they say.
func share(said []utterance, start, end time.Duration) {
	total, so := 0, 0
	for i := range said {
		total += weigh(said[i].text)
	}
	for i := range said {
		u := &said[i]
		u.start = start + scale(max(0, end-start), so, total)
		so += weigh(u.text)
		u.end = start + scale(max(0, end-start), so, total)
	}
}

// srt reads SubRip. Its tags are left out. Who speaks stands before a colon at
// the start of a card, and goes on in the cards that name nobody.
func (s *source) srt() ([]utterance, error) {
	cards, err := s.cards(false)
	if err != nil {
		return nil, err
	}
	said := make([]utterance, 0, len(cards))
	openings := map[string]int{}
	for _, c := range cards {
		text := clean([]byte(stripTags(c.text)))
		if text == "" {
			continue
		}
		said = append(said, utterance{start: c.start, end: c.end, timed: true, ended: true, text: text})
		if name, _, ok := strings.Cut(text, ": "); ok {
			openings[name]++
		}
	}
	speaker := ""
	for i := range said {
		u := &said[i]
		if name, rest, ok := strings.Cut(u.text, ": "); ok && s.isSpeaker(name, openings[name]) {
			speaker, u.text = name, rest
		}
		u.speaker = speaker
	}
	return said, nil
}

// isSpeaker tells a name before a colon from words that happen to stand there:
// a name is short, ends no sentence, and is a single word, or each of its
// words starts as names do; or it was seen again and again.
func (s *source) isSpeaker(name string, seen int) bool {
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

// stripTags takes the tags of SubRip out: <i>, <font color=…>, {\an8}. Other
// angle brackets are what somebody said.
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

// numberedLines yields each line with its offset.
func (s *source) numberedLines() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for at := 0; at < len(s.text); {
			line, _, _ := strings.Cut(s.text[at:], "\n")
			if !yield(at, line) {
				return
			}
			at += len(line) + 1
		}
	}
}

// cards reads the captions that WebVTT and SubRip have in common: a line of
// times, above it perhaps a number or name, below it text up to the next. A
// line that only holds an arrow and no times is text.
func (s *source) cards(vtt bool) ([]card, error) {
	var cards []card
	var text []string
	var joined joiner
	held, above, skipping := "", "", vtt // held may be the number or name of the next card
	flush := func() {
		if len(cards) > 0 {
			for _, line := range text {
				joined.add(line)
			}
			cards[len(cards)-1].text = joined.take()
		}
		text = text[:0]
	}
	for at, line := range s.numberedLines() {
		line := strings.TrimSpace(line)
		start, end, timing := parseCaptionTimes(line)
		switch {
		case line == "":
			skipping = false
			if held != "" && len(cards) > 0 {
				text = append(text, held)
			}
			held = ""
		case timing:
			if start > maxTime || end > maxTime {
				return nil, s.problem(at, "", "no such time: %s", line)
			}
			if n := len(text); !vtt && held == "" && n > 0 && isNumber(text[n-1]) {
				text = text[:n-1] // no blank line between the cards
			}
			flush()
			held, skipping = "", false
			cards = append(cards, card{start: start, end: end})
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
		if len(cards) == 0 && len(text) > 0 {
			return nil, s.problem(at, "is it another format?", "text before the first times")
		}
		above = line
	}
	if held != "" {
		text = append(text, held)
	}
	flush()
	if len(cards) == 0 && strings.TrimSpace(s.text) != "" && !vtt {
		return nil, s.problem(0, "is it another format?", "no captions")
	}
	return cards, nil
}

func isBlock(line, name string) bool {
	rest, ok := strings.CutPrefix(line, name)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

package transcripts

import (
	"bufio"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/forms"
	"onair/transcripts/internal/script"
)

// WriteText writes the transcript as plain text, with a paragraph for each block
// and a line for each item of a list. The first paragraph of a turn has the
// speaker's name. Text that is not spoken, including pauses, is in square
// brackets.
func WriteText(w io.Writer, t *Transcript) error {
	b := bufio.NewWriter(w)
	gap := ""
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause {
			b.WriteString(gap + "[" + turn.Speaker + "]\n")
			gap = "\n"
			continue
		}
		name := turn.Speaker
		for j := range turn.Blocks {
			text := turn.Blocks[j].annotated()
			if text == "" {
				continue
			}
			b.WriteString(gap)
			if name != "" {
				b.WriteString(name + ": ")
			}
			b.WriteString(text)
			b.WriteByte('\n')
			gap, name = "\n", ""
		}
	}
	return b.Flush()
}

// annotated returns the text of a block with its notes in square brackets and each
// part on its own line, without stamps.
func (b *Block) annotated() string {
	if len(b.Marks) == 0 && len(b.parts) == 0 {
		return b.Text
	}
	var out []byte
	at, parts := 0, b.parts
	copyTo := func(to int) {
		for ; len(parts) > 0 && parts[0] <= to; parts = parts[1:] {
			out = append(append(out, b.Text[at:parts[0]-1]...), '\n')
			at = parts[0]
		}
		out = append(out, b.Text[at:to]...)
		at = to
	}
	for i := range b.Marks {
		m := &b.Marks[i]
		if m.Note == "" {
			continue
		}
		copyTo(m.Offset)
		if len(out) > 0 && out[len(out)-1] != ' ' && out[len(out)-1] != '\n' {
			out = append(out, ' ')
		}
		out = append(append(append(out, '['), m.Note...), ']')
		if at < len(b.Text) && (at == 0 || b.Text[at-1] == ' ') {
			out = append(out, ' ')
		}
	}
	copyTo(len(b.Text))
	return string(out)
}

var (
	// stampedLine matches "[0:01:30.5] JM: words".
	stampedLine = regexp.MustCompile(`^\[(\d{1,6}:\d\d(?::\d\d)?(?:\.\d{1,3})?)\]\s*(.*)$`)
	// namedLine matches a line that is only "Name: 00:01:30" or "**[Name]**: [00:01:30]".
	namedLine = regexp.MustCompile(`^(?:\*\*)?\[?([^:\[\]*]{1,60})\]?(?:\*\*)?:\s*\[?(\d{1,6}:\d\d:\d\d(?:\.\d{1,3})?)\]?$`)
	// sectionLine matches "[SPONSOR MESSAGE]".
	sectionLine = regexp.MustCompile(`^\[(\p{Lu}[\p{Lu}\d ,.'’&-]*)\]$`)
)

// parsePlain reads text. A paragraph ends at a blank line, or before a line that names
// a speaker:
//
//	[0:01:30.5] JM: words       stamp, in decimals; name
//	Name: 00:01:30              name and stamp; the words stand below
//	Name: words
//	[SPONSOR MESSAGE]           section; a note before the words that follow
//
// A paragraph without a name belongs to the speaker before it. A line of capitals
// before the first name is a section as well.
func parsePlain(s *source) ([]parsedCue, error) {
	p := plainReader{s: s, openings: map[string]int{}}
	for _, line := range forms.Lines(s.text) {
		_, rest := cutStamp(strings.TrimSpace(line))
		if name, _, ok := strings.Cut(rest, ":"); ok {
			p.openings[strings.TrimSpace(name)]++
		}
	}
	for at, line := range forms.Lines(s.text) {
		if err := p.line(at, clean([]byte(line))); err != nil {
			return nil, err
		}
	}
	p.end()
	if len(p.sections) > 0 && len(p.parsed) > 0 {
		last := &p.parsed[len(p.parsed)-1]
		last.text += " [" + strings.Join(p.sections, "] [") + "]"
	}
	return p.parsed, nil
}

type plainReader struct {
	s        *source
	openings map[string]int // how often words stand before the first colon of a line
	parsed   []parsedCue
	next     parsedCue
	text     script.Joiner // of next
	speaker  string
	sections []string // before the next paragraph
}

// line reads one line.
func (p *plainReader) line(at int, line string) error {
	if line == "" {
		if p.text.Len() > 0 { // otherwise a name or stamp without words precedes
			p.end()
		}
		return nil
	}
	if m := namedLine.FindStringSubmatch(line); m != nil {
		p.end()
		p.speaker = strings.TrimSpace(m[1])
		return p.stamp(at, m[2])
	}
	stamp, rest := cutStamp(line)
	if stamp != "" {
		p.end()
		if err := p.stamp(at, stamp); err != nil {
			return err
		}
	}
	if m := sectionLine.FindStringSubmatch(rest); m != nil {
		p.end()
		p.sections = append(p.sections, m[1])
		return nil
	}
	if name, words, ok := strings.Cut(rest, ":"); ok && (words == "" || words[0] == ' ') && p.isSpeaker(name, stamp != "") {
		p.end()
		p.speaker, rest = name, strings.TrimSpace(words)
	} else if p.speaker == "" && p.text.Len() == 0 && len(p.parsed) == 0 && isCapitals(rest) {
		p.sections = append(p.sections, rest)
		return nil
	}
	p.text.Add(rest)
	return nil
}

func (p *plainReader) isSpeaker(name string, stamped bool) bool {
	seen := p.openings[name]
	if stamped {
		seen += 3
	}
	words := strings.Fields(name)
	if len(words) == 1 && seen < 2 {
		if _, ok := p.s.o.Speakers[name]; !ok {
			return false // Note: this
		}
	}
	return isSpeaker(p.s, name, seen)
}

// stamp sets the time of the paragraph that follows.
func (p *plainReader) stamp(at int, clock string) error {
	d, ok := parseCaptionTime(clock)
	if !ok || d > maxTime {
		return p.s.problem(at, "", "not a valid time: %s", clock)
	}
	p.next.start, p.next.timed = d, true
	return nil
}

// end finishes the paragraph. A stamp or section without words is kept for the
// next paragraph.
func (p *plainReader) end() {
	if p.text.Len() == 0 {
		return
	}
	p.next.text, p.next.speaker, p.next.sections = p.text.Take(), p.speaker, p.sections
	p.parsed = append(p.parsed, p.next)
	p.next, p.sections = parsedCue{}, nil
}

// cutStamp splits a stamp in brackets off a line.
func cutStamp(line string) (stamp, rest string) {
	if m := stampedLine.FindStringSubmatch(line); m != nil {
		return m[1], m[2]
	}
	return "", line
}

// isCapitals reports whether a line is a title: short and all in capitals.
func isCapitals(line string) bool {
	return len(line) <= maxName && strings.ToUpper(line) == line && strings.IndexFunc(line, unicode.IsUpper) >= 0
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

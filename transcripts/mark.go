package transcripts

import (
	"bytes"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// maxMark is the maximum length of a bracket note, in bytes.
const maxMark = 240

// markFault is a set of ways in which a mark is malformed.
type markFault uint8

const (
	malformedStamp   markFault = 1 << iota // spaces, bold marks, frames after a colon, doubled backslashes
	longMinutes                            // 60 minutes or more without hours
	impossibleTime                         // looks like a time and cannot be one
	unescaped                              // plain brackets
	unbalanced                             // one bracket escaped, or a wrong one at the end
	malformedUnclear                       // "unintelligible" is not spelled in full
)

// markNode is a stamp or a note in brackets, as written. Whether its fraction is
// decimal or counts frames is not decided yet.
type markNode struct {
	at, size int    // bytes, brackets included
	words    []byte // words before the time, with their escapes and markup
	stamp    stamp
	timed    bool
	faults   markFault
}

// scanMark reads the bracket note that starts at s[i], which must be '[' or the backslash
// that escapes one. A note does not cross a line end. ok is false if the brackets are
// something else: a link, or letters that an editor put into a word.
func scanMark(s []byte, i int) (m markNode, ok bool) {
	j := i
	escaped := s[j] == '\\'
	if escaped {
		j++
	}
	if j >= len(s) || s[j] != '[' {
		return m, false
	}
	j++
	body := j
	for body < len(s) && (s[body] == '\\' || s[body] == ' ') {
		if s[body] == '\\' {
			m.faults |= malformedStamp
		}
		body++
	}
	if body < len(s) && s[body] == '[' && s[body-1] == '\\' {
		return m, false // the next bracket may open a note
	}
	end, next, closing := markEnd(s, body, escaped)
	if closing == notClosed {
		return m, false
	}
	content := bytes.TrimRight(s[body:end], " ")
	m.words, m.stamp, m.timed = splitStamp(content)
	m.faults |= m.stamp.faults
	switch {
	case closing == wrong || escaped && closing == plain || !escaped && closing == backslashed:
		m.faults |= unbalanced
	case !escaped:
		m.faults |= unescaped
	case bytes.HasSuffix(s[:next-1], []byte(`\\`)):
		m.faults |= malformedStamp
	}
	if !m.accept(s, i, next, escaped, closing) {
		return markNode{}, false
	}
	m.at, m.size = i, next-i
	m.finish(content)
	return m, true
}

// scanColonStamp reads a stamp in any brackets before a colon, as in "(00:31):".
func scanColonStamp(s []byte) (m markNode, ok bool) {
	const longest = 24
	s = s[:min(len(s), longest)]
	for _, brackets := range [...][2]string{{"(", "):"}, {"[", "]:"}, {`\[`, `\]:`}} {
		inner, opens := bytes.CutPrefix(s, []byte(brackets[0]))
		inner, _, closes := bytes.Cut(inner, []byte(brackets[1]))
		if !opens || !closes {
			continue
		}
		m.words, m.stamp, m.timed = splitStamp(inner)
		m.size = len(brackets[0]) + len(inner) + len(brackets[1])
		m.faults = m.stamp.faults | malformedStamp
		return m, m.timed && len(m.words) == 0
	}
	return m, false
}

// Ways in which a bracket note ends.
const (
	notClosed   = iota
	plain       // ]
	backslashed // \]
	wrong       // \[ or a backslash with nothing after it
)

// markEnd finds where the words of the note end, where the note ends, and how. A note
// that opens with an escaped bracket may contain plain ones, as long as an escaped
// bracket closes it.
func markEnd(s []byte, from int, escaped bool) (end, next, closing int) {
	line := s[from:min(len(s), from+maxMark)]
	if nl := bytes.IndexByte(line, '\n'); nl >= 0 {
		line = line[:nl]
	}
	if escaped {
		if k := bytes.Index(line, []byte(`\]`)); k >= 0 && !bytes.Contains(line[:k], []byte(`\[`)) {
			return from + len(bytes.TrimRight(line[:k], `\`)), from + k + 2, backslashed
		}
	}
	for k := 0; k < len(line); k++ {
		switch line[k] {
		case '[':
			return 0, 0, notClosed
		case ']':
			return from + k, from + k + 1, plain
		case '\\':
			run := k
			for run < len(line) && line[run] == '\\' {
				run++
			}
			switch {
			case run < len(line) && line[run] == ']':
				return from + k, from + run + 1, backslashed
			case run < len(line) && line[run] == '[':
				return from + k, from + run + 1, wrong
			case run == len(line) || line[run] == ' ':
				return from + k, from + run, wrong
			}
			k = run // an escaped character inside the note
		}
	}
	return 0, 0, notClosed
}

// accept reports whether scanned brackets are a mark at all.
func (m *markNode) accept(s []byte, i, next int, escaped bool, closing int) bool {
	after, _ := utf8.DecodeRune(s[next:])
	before, _ := utf8.DecodeLastRune(s[:i])
	if !escaped && next < len(s) && (after == '(' || after == '[') {
		return false // a link, whatever its text looks like
	}
	if m.timed && len(m.words) == 0 || isSound(m.words) {
		return true
	}
	if !escaped || closing == wrong {
		return false
	}
	// \[A\]t, thing\[s\] and fu\[ture\] have letters that an editor put into a word.
	const longest = 4 // letters at the end of a word
	if unicode.IsLetter(after) || unicode.IsLetter(before) && len(m.words) <= longest {
		return false
	}
	return noteText(m.words) != ""
}

// finish drops a time that belongs to the words of a note. If the note has no time, it also
// drops the faults that only times have. It then checks the spelling of unintelligible
// passages.
func (m *markNode) finish(content []byte) {
	sound := isSound(m.words)
	if m.timed && len(m.words) > 0 && !sound && m.stamp.groups < 3 {
		// In "John 3:16" the digits are words of the note, in "unintelligible 1:32" a time.
		m.words, m.timed, m.stamp = content, false, stamp{}
		m.faults &^= longMinutes | impossibleTime
	}
	if !m.timed && m.faults&impossibleTime == 0 {
		m.faults &^= malformedStamp
	}
	if unclear(m.words) {
		full := m.timed && m.stamp.groups == 3 && m.faults&(malformedStamp|impossibleTime) == 0
		if !full || string(m.words) != "unintelligible" {
			m.faults |= malformedUnclear
			m.faults &^= malformedStamp | longMinutes
		}
	}
}

// sounds are words that make unescaped brackets a note. With other words, brackets are a
// note only if they are escaped.
var sounds = map[string]bool{
	"laughs": true, "laughter": true, "laugh": true, "laughing": true,
	"chuckles": true, "chuckle": true, "giggles": true, "applause": true, "clapping": true,
	"cheering": true, "unintelligible": true, "inaudible": true, "crosstalk": true,
	"cross-talk": true, "music": true, "sighs": true, "sigh": true, "whispering": true,
	"whispers": true, "silence": true, "pause": true, "alert": true, "alerts": true,
	"bleep": true, "beep": true, "gasps": true, "coughs": true, "sneezes": true, "groans": true,
}

// isSound reports whether the first or the last word of a note is one of sounds, or the
// note marks an unintelligible passage.
func isSound(words []byte) bool {
	if len(words) == 0 || len(words) > 60 {
		return false
	}
	if unclear(words) {
		return true
	}
	first, last := words, words
	if sp := bytes.IndexByte(words, ' '); sp > 0 {
		first, last = words[:sp], words[bytes.LastIndexByte(words, ' ')+1:]
	}
	return sounds[strings.ToLower(string(first))] || sounds[strings.ToLower(string(last))]
}

// unclear reports whether a note marks an unintelligible passage. The end of the word
// "unintelligible" may be misspelled.
func unclear(words []byte) bool {
	const stem = "unintelligib"
	return len(words) >= len(stem) && bytes.EqualFold(words[:len(stem)], []byte(stem))
}

// spelled returns the mark in its canonical form. Its words do not change.
func (m *markNode) spelled(f Fraction) string {
	s := append([]byte(`\[`), m.words...)
	if m.timed {
		if len(m.words) > 0 {
			s = append(s, ' ')
		}
		s = m.stamp.appendTo(s, len(m.words) > 0, f)
	}
	return string(append(s, `\]`...))
}

// noteText returns the plain text of a note: without escapes, emphasis and the
// targets of links.
func noteText(words []byte) string {
	if !bytes.ContainsAny(words, "*`[]\\") {
		return clean(words)
	}
	var text []byte
	for i := 0; i < len(words); i++ {
		switch b := words[i]; {
		case b == '*' || b == '`' || b == '[' || b == '\\':
		case b == ']' && i+1 < len(words) && words[i+1] == '(':
			if end := bytes.IndexByte(words[i:], ')'); end > 0 {
				i += end
			}
		case b == ']':
		default:
			text = append(text, b)
		}
	}
	return clean(text)
}

// withSoundTurns adds a cue for each turn that has sounds but no words. It lasts up to a
// second of the silence before the next words and of the time that the cue before it does
// not need. If that is too short to be read, the turn has no cue.
func (t *Transcript) withSoundTurns(cues []Cue, duration time.Duration) []Cue {
	const usual = time.Second
	const neededPerChar = usualPerChar * 2 / 3
	var all []Cue
	done := 0 // number of the cues in all
	for i := range t.Turns {
		sounds := t.Turns[i].soundsAlone()
		if len(sounds) == 0 {
			continue
		}
		cue := Cue{Speaker: t.Turns[i].Speaker, Turn: i, Sounds: sounds}
		least := (time.Duration(script.Weigh(cue.shown())+1) * leastPerChar).Round(time.Millisecond)
		next := done
		for next < len(cues) && cues[next].Turn < i {
			next++
		}
		all = append(all, cues[done:next]...)
		done = next
		start := time.Duration(0)
		if n := len(all); n > 0 {
			start = all[n-1].End
		}
		end := start + usual
		if next < len(cues) {
			end = cues[next].Start
		} else if duration > 0 {
			end = duration.Truncate(time.Millisecond)
		}
		if m := t.Turns[i].Stamp; m != nil && m.Time > start && m.Time <= end-least {
			start = m.Time.Round(time.Millisecond)
		}
		if n := len(all); n == 0 || t.Turns[i-1].Pause {
			start = max(start, end-usual)
		} else if last := &all[n-1]; end-start < usual {
			needed := max(time.Duration(script.Weigh(last.Text))*neededPerChar, least).Round(time.Millisecond)
			if start = min(start, max(end-usual, last.Start+needed)); end-start >= least {
				last.End = min(last.End, start)
			}
		}
		if cue.Start, cue.End = start, min(end, start+usual); cue.End-cue.Start >= least {
			all = append(all, cue)
		}
	}
	if done == 0 && len(all) == 0 {
		return cues
	}
	return append(all, cues[done:]...)
}

// soundsAlone returns the sounds of a turn without words.
func (t *Turn) soundsAlone() (sounds []Sound) {
	if t.Pause || t.spoken() {
		return nil
	}
	for i := range t.Blocks {
		for _, m := range t.Blocks[i].Marks {
			if !m.Unclear() && isSound([]byte(m.Note)) {
				sounds = append(sounds, Sound{Name: m.Note})
			}
		}
	}
	return sounds
}

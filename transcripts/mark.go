package transcripts

import (
	"bytes"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxMark is the longest bracket note that is read as one, in bytes.
const maxMark = 240

// Ways in which a mark departs from the grammar.
const (
	oddClock   = 1 << iota // spaces, bold marks, frames after a colon, doubled backslashes
	longMinute             // 60 minutes or more without hours
	badClock               // looks like a time and cannot be one
	unescaped              // plain brackets
	unbalanced             // one bracket escaped, or a wrong one at the end
	oddUnclear             // an unintelligible that is not spelled in full
)

// rawMark is a bracket note as scanned; what its fraction means is not decided yet.
type rawMark struct {
	at, size int    // bytes, brackets included
	words    []byte // before the time; escapes and markup still in place
	clock    clock
	timed    bool
	odd      int
}

// scanMark reads the bracket note that starts at s[i], which must be '[' or the
// backslash that escapes one. It does not cross a line end. ok is false for brackets that are something else: a link,
// or letters that an editor put into a word.
func scanMark(s []byte, i int) (m rawMark, ok bool) {
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
			m.odd |= oddClock
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
	m.words, m.clock, m.timed = splitClock(content)
	m.odd |= m.clock.odd
	switch {
	case closing == wrong || escaped && closing == plain || !escaped && closing == backslashed:
		m.odd |= unbalanced
	case !escaped:
		m.odd |= unescaped
	case bytes.HasSuffix(s[:next-1], []byte(`\\`)):
		m.odd |= oddClock
	}
	if !m.accept(s, i, next, escaped, closing) {
		return rawMark{}, false
	}
	m.at, m.size = i, next-i
	m.finish()
	return m, true
}

// Ways in which a bracket note ends.
const (
	notClosed   = iota
	plain       // ]
	backslashed // \]
	wrong       // \[ or a backslash with nothing behind it
)

// markEnd finds the end of the note's words and of the note. A note that opens
// with an escaped bracket may contain plain ones, as long as an escaped one
// closes it.
func markEnd(s []byte, from int, escaped bool) (end, next, closing int) {
	line := s[from:min(len(s), from+maxMark)]
	if nl := bytes.IndexAny(line, "\r\n"); nl >= 0 {
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
			k = run // an escaped character inside of the note
		}
	}
	return 0, 0, notClosed
}

// accept decides whether scanned brackets are a mark at all.
func (m *rawMark) accept(s []byte, i, next int, escaped bool, closing int) bool {
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
	// \[A\]t and thing\[s\] are letters that an editor put into a word.
	if unicode.IsLetter(after) || unicode.IsLetter(before) && len(m.words) <= 3 {
		return false
	}
	return noteText(m.words) != ""
}

// finish drops what is only odd in a time from notes without one, and looks at
// the spelling of unintelligible passages.
func (m *rawMark) finish() {
	sound := isSound(m.words)
	if m.timed && len(m.words) > 0 && !sound && m.clock.groups < 3 {
		// "John 3:16" is a note, "unintelligible 1:32" a time.
		m.words, m.timed, m.clock = m.clock.whole, false, clock{}
		m.odd &^= longMinute | badClock
	}
	if !m.timed && m.odd&badClock == 0 {
		m.odd &^= oddClock
	}
	if unclear(m.words) {
		full := m.timed && m.clock.groups == 3 && m.odd&(oddClock|badClock) == 0
		if !full || string(m.words) != "unintelligible" {
			m.odd |= oddUnclear
			m.odd &^= oddClock | longMinute
		}
	}
}

// sounds are the words that make brackets a sound tag even where they are not
// escaped. Brackets with other words are only a note when they are.
var sounds = map[string]bool{
	"laughs": true, "laughter": true, "laugh": true, "laughing": true,
	"chuckles": true, "chuckle": true, "giggles": true, "applause": true, "clapping": true,
	"cheering": true, "unintelligible": true, "inaudible": true, "crosstalk": true,
	"cross-talk": true, "music": true, "sighs": true, "sigh": true, "whispering": true,
	"whispers": true, "silence": true, "pause": true, "alert": true, "alerts": true,
	"bleep": true, "beep": true, "gasps": true, "coughs": true, "sneezes": true, "groans": true,
}

// isSound reports whether the first or the last word of a note is one of sounds.
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

// unclear reports whether a note says that something could not be understood,
// in any of the spellings seen.
func unclear(words []byte) bool {
	const stem = "unintelligib"
	return len(words) >= len(stem) && bytes.EqualFold(words[:len(stem)], []byte(stem))
}

// clock is a time of day in the recording, as digits.
type clock struct {
	whole    []byte // the note it was found in
	groups   int    // 2: mm:ss, 3: h:mm:ss
	seconds  int    // without the fraction
	fraction []byte // digits; empty: none
	frames   bool   // the fraction came after a colon
	odd      int
}

// splitClock splits a note into its words and the time at its end.
func splitClock(content []byte) (words []byte, c clock, ok bool) {
	from := len(content)
	for from > 0 && isClockByte(content[from-1]) {
		from--
	}
	for from < len(content) && (content[from] < '0' || content[from] > '9') {
		from++
	}
	if bytes.IndexByte(content[from:], ':') < 0 {
		return content, clock{}, false
	}
	c, ok = parseClock(content[from:])
	c.whole = content
	if !ok {
		if from > 0 {
			return content, clock{}, false
		}
		return content, clock{odd: badClock}, false
	}
	words = bytes.TrimRight(content[:from], " ")
	if len(words) == from && from > 0 {
		c.odd |= oddClock // glued to the word before it
	}
	return words, c, true
}

func isClockByte(b byte) bool {
	return '0' <= b && b <= '9' || b == ':' || b == '.' || b == ' ' || b == '*'
}

// parseClock reads mm:ss, h:mm:ss, a fraction after a dot, and the odd forms
// seen in real files: spaces and bold marks inside, frames after a colon,
// minutes beyond 60.
func parseClock(s []byte) (clock, bool) {
	var c clock
	var value, digits [4]int
	g := 0
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			if digits[g]++; digits[g] > 4 {
				return c, false
			}
			value[g] = value[g]*10 + int(b-'0')
		case b == ':' && g < 3 && digits[g] > 0:
			g++
		case b == '.' && g > 0 && digits[g] > 0:
			c.fraction = s[i+1:]
			i = len(s)
		case b == ' ' || b == '*':
			c.odd |= oddClock
		default:
			return c, false
		}
	}
	if g == 0 || digits[g] == 0 {
		return c, false
	}
	if g == 3 { // frames after a colon
		c.fraction, c.frames = s[bytes.LastIndexByte(s, ':')+1:], true
		c.odd |= oddClock
		g = 2
	}
	if !c.trimFraction() {
		return c, false
	}
	c.groups = g + 1
	return c.total(value, digits)
}

// trimFraction drops spaces and bold marks around the digits of the fraction.
func (c *clock) trimFraction() bool {
	trimmed := bytes.Trim(c.fraction, " *")
	if len(trimmed) != len(c.fraction) {
		c.odd |= oddClock
	}
	c.fraction = trimmed
	for _, b := range c.fraction {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}

func (c clock) total(value, digits [4]int) (clock, bool) {
	if c.groups == 2 {
		if value[1] > 59 || digits[1] != 2 {
			return c, false
		}
		if digits[0] < 2 {
			c.odd |= oddClock
		}
		if value[0] >= 60 {
			c.odd |= longMinute
		}
		c.seconds = value[0]*60 + value[1]
		return c, true
	}
	if value[1] > 59 || value[2] > 59 || digits[2] != 2 {
		return c, false
	}
	if digits[1] != 2 {
		c.odd |= oddClock
	}
	c.seconds = (value[0]*60+value[1])*60 + value[2]
	return c, true
}

// duration gives the time from the start of the audio. ok is false when a
// fraction is no number of frames though the show counts frames.
func (c clock) duration(f Fraction) (d time.Duration, ok bool) {
	d = time.Duration(c.seconds) * time.Second
	digits := c.fraction[:min(len(c.fraction), 9)]
	n, unit := 0, time.Second
	for _, b := range digits {
		n = n*10 + int(b-'0')
		unit /= 10
	}
	if len(digits) == 2 && (f == Frames30 || c.frames) {
		if n < 30 {
			return d + (time.Duration(n) * time.Second / 30).Round(time.Millisecond), true
		}
		return d + time.Duration(n)*unit, false
	}
	return d + time.Duration(n)*unit, true
}

// decimals are the digits to write behind the dot: those that were read, but
// for frames behind a colon in a show that counts no frames.
func (c clock) decimals(f Fraction) string {
	if d, ok := c.duration(f); ok && c.frames && f == Decimal && len(c.fraction) == 2 {
		return string(appendPadded(nil, d.Milliseconds()%1000, 3))
	}
	return string(c.fraction)
}

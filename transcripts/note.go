package transcripts

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// addMark shows a mark and reports how it is spelled.
func (p *parser) addMark(m *rawMark) {
	p.checkGlue(m)
	p.out.mark(p.mark(m))
}

// checkGlue reports a tag that touches the word before or behind it.
func (p *parser) checkGlue(m *rawMark) {
	before, _ := utf8.DecodeLastRune(p.src[:m.at])
	after, _ := utf8.DecodeRune(p.src[m.at+m.size:])
	if isWord(before) || isWord(after) {
		side := "around"
		if !isWord(after) {
			side = "before"
		} else if !isWord(before) {
			side = "behind"
		}
		p.report("T020", m.at, "put a space "+side+" it", "tag glued to a word")
		if isWord(before) {
			p.mend(m.at, m.at, " ")
		}
		if isWord(after) {
			p.mend(m.at+m.size, m.at+m.size, " ")
		}
	}
}

func isWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// mark makes a mark of what was scanned, and reports its spelling.
func (p *parser) mark(m *rawMark) Mark {
	out := Mark{Note: noteText(m.words), Timed: m.timed}
	out.Line, out.Column = p.place(m.at)
	if m.timed {
		d, ok := m.clock.duration(p.opts.Fraction)
		if !ok {
			p.t.Findings.Warnf("T012", p.position(out.Line, out.Column), "frames go from 00 to 29; is timestamp_fraction decimal?", "no such frame: %s", m.clock.fraction)
		}
		out.Time = d
		if digits := m.clock.fraction; len(digits) == 2 {
			p.t.Fractions.TwoDigit++
			if digits[0] > '2' {
				p.t.Fractions.Above29++
			}
		}
	}
	p.checkMark(m)
	if p.linting {
		p.checkOdd(m.at, m.at+m.size)
	}
	return out
}

// checkMark reports every way in which a mark departs from the grammar.
func (p *parser) checkMark(m *rawMark) {
	if m.odd == 0 && !p.editing {
		return
	}
	want := m.spelled(p.opts.Fraction)
	for _, c := range []struct {
		odd                 int
		rule, hint, problem string
	}{
		{badClock, "T012", `write \[mm:ss\] or \[hh:mm:ss.ff\]`, "no such time"},
		{oddClock, "T012", "", "malformed stamp"},
		{longMinute, "T013", "", "60 minutes or more without hours"},
		{unescaped, "T017", "", "brackets without backslashes"},
		{unbalanced, "T018", "", "brackets do not match"},
		{oddUnclear, "T019", `write \[unintelligible hh:mm:ss\]`, "unintelligible without its full time"},
	} {
		if m.odd&c.odd == 0 {
			continue
		}
		if c.hint == "" {
			c.hint = "write " + want
		}
		p.report(c.rule, m.at, c.hint, "%s", c.problem)
		if c.odd == badClock || c.odd == oddUnclear && !(m.timed && string(m.words) == "unintelligible") {
			continue // nobody knows what is right
		}
		p.mend(m.at, m.at+m.size, want)
	}
	p.edit("", m.at, m.at+m.size, want)
}

// spelled is the mark as the grammar wants it; its words stay as they are.
func (m *rawMark) spelled(f Fraction) string {
	s := append([]byte(`\[`), m.words...)
	if m.timed {
		if len(m.words) > 0 {
			s = append(s, ' ')
		}
		s = append(s, m.clockText(f)...)
	}
	return string(append(s, `\]`...))
}

// clockText is the time of the mark as the grammar wants it.
func (m *rawMark) clockText(f Fraction) string {
	var s []byte
	seconds := int64(m.clock.seconds)
	if seconds >= 3600 || len(m.words) > 0 || len(m.clock.fraction) > 0 {
		s = append(appendPadded(s, seconds/3600, 2), ':')
	}
	s = append(appendPadded(s, seconds/60%60, 2), ':')
	s = appendPadded(s, seconds%60, 2)
	if len(m.clock.fraction) > 0 {
		s = append(append(s, '.'), m.clock.decimals(f)...)
	}
	return string(s)
}

// noteText is the plain text of a note: without escapes, emphasis and the
// targets of links.
func noteText(words []byte) string {
	var plain []byte
	for i := 0; i < len(words); i++ {
		switch b := words[i]; {
		case b == '*' || b == '`' || b == '[' || b == '\\':
		case b == ']' && i+1 < len(words) && words[i+1] == '(':
			if end := bytes.IndexByte(words[i:], ')'); end > 0 {
				i += end
			}
		case b == ']':
		default:
			plain = append(plain, b)
		}
	}
	return clean(plain)
}

package transcripts

import (
	"errors"
	"strings"
	"time"
)

// Shift moves the stamps of a transcript after an edit of its audio: those at
// from and later by so much, the times in tags too. Nothing but stamps changes.
// They keep their precision: one in whole seconds stays so, rounded, and one that
// counts frames counts frames. A stamp inside of what was cut out gets the time of
// the cut, and is among cut as it was.
//
// It is an error where the stamps do not follow the audio (timeline: clips).
func Shift(src []byte, o *Options, from, by time.Duration) (out []byte, cut []Mark, err error) {
	if o == nil {
		o = &Options{}
	}
	p := newParser(src, o)
	p.read()
	if p.t.Clips {
		return nil, nil, errors.New("the stamps are those of other recordings (timeline: clips)")
	}
	var edits []edit
	shift := func(m *Mark) {
		if m == nil || !m.Timed || m.Time < from {
			return
		}
		at := p.lines[m.Line-1].from + m.Column - 1
		raw, ok := scanMark(src, at)
		if !ok || !raw.timed {
			return // a note whose time stands in a link, say
		}
		to := m.Time + by
		if to < from {
			cut = append(cut, *m)
			to = from
		}
		if by != 0 {
			raw.setTime(max(0, to), o.Fraction)
			from, to := clockSpan(src, &raw)
			edits = append(edits, edit{from: from, to: to, text: raw.clockText(o.Fraction)})
		}
	}
	for i := range p.t.Turns {
		turn := &p.t.Turns[i]
		if turn.Pause {
			shift(turn.Stamp)
			shift(turn.Until)
		}
		for j := range turn.Blocks {
			for k := range turn.Blocks[j].Marks {
				shift(&turn.Blocks[j].Marks[k])
			}
		}
	}
	return apply(src, edits, func(string) bool { return true }), cut, nil
}

// clockSpan is where the time of a mark stands in the source.
func clockSpan(src []byte, m *rawMark) (from, to int) {
	isDigit := func(b byte) bool { return b >= '0' && b <= '9' }
	to = m.at + m.size
	for !isDigit(src[to-1]) {
		to--
	}
	for from = to; isClockByte(src[from-1]); {
		from--
	}
	for !isDigit(src[from]) {
		from++
	}
	return from, to
}

// setTime gives a mark another time, with as many digits behind the dot as it had.
func (m *rawMark) setTime(d time.Duration, f Fraction) {
	digits := len(m.clock.decimals(f))
	if m.clock.frames || digits == 2 && f == Frames30 {
		const frame = time.Second / 30
		frames := int64((d + frame/2) * 30 / time.Second)
		m.clock.seconds = int(frames / 30)
		m.clock.fraction = appendPadded(nil, frames%30, 2)
		return
	}
	unit := time.Second
	for range min(digits, 9) {
		unit /= 10
	}
	d = d.Round(unit)
	m.clock.seconds = int(d / time.Second)
	m.clock.fraction = nil
	if digits > 0 {
		m.clock.fraction = appendPadded(nil, int64(d%time.Second/unit), min(digits, 9))
	}
}

// ParseTime reads a time in a recording: mm:ss or h:mm:ss, with a fraction or
// without.
func ParseTime(s string) (time.Duration, error) {
	d, ok := cardTime(strings.TrimSpace(s))
	if !ok || d > maxTime {
		return 0, errors.New("want a time such as 12:00 or 1:02:03.5")
	}
	return d, nil
}

package transcripts

import (
	"errors"
	"time"

	"onair/internal/finding"
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
	f := parse(src, o)
	if f.clips {
		return nil, nil, errors.New("the stamps are those of other recordings (timeline: clips)")
	}
	var edits []finding.Edit
	for i := range f.marks {
		m := &f.marks[i]
		if !m.timed {
			continue
		}
		mark := f.mark(m, o.Fraction)
		if mark.Time < from {
			continue
		}
		to := mark.Time + by
		if to < from {
			cut = append(cut, mark)
			to = from
		}
		if by != 0 {
			first, last := stampSpan(f.src, m)
			s := m.stamp
			s.set(max(0, to), o.Fraction)
			text := string(s.appendTo(nil, len(m.words) > 0, o.Fraction))
			edits = append(edits, finding.Edit{Start: f.inOriginal(first), End: f.inOriginal(last), Text: text})
		}
	}
	return apply(src, edits), cut, nil
}

// stampSpan returns where the time of a mark stands in the source.
func stampSpan(src []byte, m *markNode) (from, to int) {
	isDigit := func(b byte) bool { return b >= '0' && b <= '9' }
	to = m.at + m.size
	for !isDigit(src[to-1]) {
		to--
	}
	for from = to; isStampByte(src[from-1]); {
		from--
	}
	for !isDigit(src[from]) {
		from++
	}
	return from, to
}

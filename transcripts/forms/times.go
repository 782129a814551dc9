package forms

import (
	"time"
	"unicode/utf8"
)

// reading is how fast captions without an end are read, in characters a second.
const reading = 16

// finish replaces the times that cannot be true, and refuses a file whose times as
// a whole cannot.
func (s *source) finish(r *Result) error {
	if !r.Captions {
		return nil
	}
	speeches := r.Speech
	repeated := 1
	chars := 0
	var last time.Duration
	for i := range speeches {
		u := &speeches[i]
		chars += utf8.RuneCountInString(u.Text)
		if i > 0 && u.Text == speeches[i-1].Text {
			if repeated++; repeated == 5 {
				s.warn(ruleRepeat, u.At, "%.60q is repeated five times", u.Text)
			}
		} else {
			repeated = 1
		}
		if u.Timed && u.Start < 0 {
			s.warn(ruleTime, u.At, "the time is negative")
			u.Start = 0
		}
		if u.Timed && u.Ended && u.End < u.Start {
			s.warn(ruleTime, u.At, "the caption ends before it starts")
			u.Ended = false
		}
		if d := s.o.Duration; d > 0 && u.Timed && u.Start >= d {
			s.warn(ruleTime, u.At, "the caption starts after the end of the audio")
		}
		if !u.Timed {
			u.Start, u.Timed = last, true
			u.Ended = false
		}
		if !u.Ended {
			u.End = u.Start + time.Duration(utf8.RuneCountInString(u.Text)+reading/2)*time.Second/reading
			for j := i + 1; j < len(speeches); j++ {
				if speeches[j].Timed {
					if speeches[j].Start > u.Start {
						u.End = min(u.End, speeches[j].Start)
					}
					break
				}
			}
			u.Ended = true
		}
		last = max(last, u.End)
	}
	const fastest, short = 40, 40
	if seconds := last.Seconds(); chars > short && float64(chars-short) > fastest*seconds {
		return s.problem(0, "are the times in another unit? captions have hours, minutes and seconds",
			"%d characters in %.1f s are faster than any speech: the times may be milliseconds read as seconds, or seconds read as milliseconds", chars, seconds)
	}
	return nil
}

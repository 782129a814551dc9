package transcripts

import (
	"time"
	"unicode/utf8"
)

// At returns when the paragraph is heard that starts in a line of the source,
// counted from 1, or the last one before it. The duration of the audio is 0
// where it is not known. ok is false where no honest time can be given.
func (t *Transcript) At(line int, duration time.Duration) (at time.Duration, ok bool) {
	tl := t.timeline(duration)
	if tl == nil {
		return 0, false
	}
	pos, next := 0, 0
	for i := range t.Turns {
		for j := range t.Turns[i].Blocks {
			b := &t.Turns[i].Blocks[j]
			if b.Line > line {
				return tl.start(pos), true
			}
			if b.Text != "" {
				pos, next = next, next+utf8.RuneCountInString(b.Text)+1
			}
		}
	}
	return tl.start(pos), true
}

package transcripts

import "time"

// How fast people speak, in words a minute: the middle 99.8 % of the gaps
// between the stamps of real transcripts.
const (
	slowest = 90
	fastest = 260
)

// longestWords is how long words are, in characters and in the mean, in a
// language that puts spaces between them.
const longestWords = 12

// checkTimes holds the stamps to the audio and to the speed of speech.
func (l *linter) checkTimes() {
	if l.t.Clips {
		return
	}
	anchors, chars := l.t.anchors()
	if l.o.Duration > 0 {
		l.checkDuration(anchors)
	}
	words := l.t.words()
	if words == 0 || chars > longestWords*words {
		return
	}
	kept := chain(anchors, chars, unbounded)
	for i := 1; i < len(kept); i++ {
		a, b := &anchors[kept[i-1]], &anchors[kept[i]]
		gap := b.time - a.time
		if a.pause || b.pos == a.pos || gap < rateGap {
			continue
		}
		rate := float64(b.pos-a.pos) * float64(words) / float64(chars) / gap.Minutes()
		if rate < slowest || rate > fastest {
			l.report("T016", b.mark.Line, b.mark.Column, "compare the stamps with the audio", "%.0f words a minute since the stamp in line %d", rate, a.mark.Line)
		}
	}
}

// checkDuration reports times behind the end of the audio.
func (l *linter) checkDuration(anchors []anchor) {
	for i := range anchors {
		if a := &anchors[i]; a.time > l.o.Duration+time.Second {
			l.report("T015", a.mark.Line, a.mark.Column, "compare with the audio; is it that of this episode?", "stamp behind the end of the audio, at %s", appendClock(nil, l.o.Duration))
		}
	}
}

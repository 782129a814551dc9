package transcripts

import (
	"time"

	"onair/internal/finding"
)

// markFaults has the rule of each fault of a mark and the problem to report.
var markFaults = []struct {
	fault   markFault
	rule    *finding.Rule
	problem string
}{
	{impossibleTime, ruleStamp, "not a valid time"},
	{malformedStamp, ruleStamp, "malformed stamp"},
	{longMinutes, ruleMinutes, "60 minutes or more without hours"},
	{unescaped, ruleUnescaped, "brackets without backslashes"},
	{unbalanced, ruleBrackets, "brackets do not match"},
	{malformedUnclear, ruleUnclear, "unintelligible without its full time"},
}

// lintMarks reports malformed marks.
func lintMarks(r *report) {
	for i := range r.marks {
		m := &r.marks[i]
		if m.timed {
			if _, ok := m.stamp.duration(r.opts.Fraction); !ok {
				r.add(ruleStamp.At(r.at(m.at), "%s is not a valid frame", m.stamp.fraction).
					WithHint("frames go from 00 to 29; is timestamp_fraction decimal?").WithSeverity(finding.Warning))
			}
		}
		if m.faults == 0 {
			continue
		}
		want := m.spelled(r.opts.Fraction)
		for _, c := range markFaults {
			if m.faults&c.fault == 0 {
				continue
			}
			f := c.rule.At(r.at(m.at), "%s", c.problem)
			switch c.fault {
			case impossibleTime:
				f = f.WithHint(`write \[mm:ss\] or \[hh:mm:ss.ff\]`)
			case malformedUnclear:
				if m.timed && string(m.words) == "unintelligible" {
					f = f.WithFix(r.changes(r.edit(m.at, m.at+m.size, want))...)
				}
			default:
				f = f.WithHint("write " + want).WithFix(r.changes(r.edit(m.at, m.at+m.size, want))...)
			}
			r.add(f)
		}
	}
}

// lintOrder reports stamps that contradict the others by more than two seconds: those
// outside the heaviest chain of stamps that never runs backwards.
func lintOrder(r *report) {
	const slack = 2 * time.Second
	if r.text.Clips {
		return
	}
	anchors, _ := r.text.anchors()
	kept := heaviest(anchors, 0, unbounded)
	low := time.Duration(0)
	for i, k := 0, 0; i < len(anchors); i++ {
		a := &anchors[i]
		if k < len(kept) && kept[k] == i {
			low = a.time
			k++
			continue
		}
		high := unbounded
		if k < len(kept) {
			high = anchors[kept[k]].time
		}
		if a.time >= low-slack && a.time <= high+slack {
			continue
		}
		f := ruleOrder.At(r.position(a.mark.Line, a.mark.Column), "stamp out of order")
		if !a.mark.stamp() {
			f = f.WithSeverity(finding.Warning)
		}
		r.add(f)
	}
}

// lintDuration reports times after the end of the audio.
func lintDuration(r *report) {
	for _, f := range r.text.lateStamps(r.opts.File, r.opts.Duration) {
		r.add(f)
	}
}

// lateStamps reports times more than a second after the end of the audio, whose length is 0
// if unknown.
func (t *Transcript) lateStamps(file string, duration time.Duration) (found finding.List) {
	if t.Clips || duration <= 0 {
		return nil
	}
	anchors, _ := t.anchors()
	for i := range anchors {
		if a := &anchors[i]; a.time > duration+time.Second {
			pos := finding.Position{File: file, Line: a.mark.Line, Column: a.mark.Column}
			found.Add(ruleDuration.At(pos, "stamp after the end of the audio, at %s", appendClock(nil, duration)))
		}
	}
	return found
}

// How fast people speak, in words a minute. The range covers 99.8 % of the gaps
// between the stamps of real transcripts.
const (
	slowest = 90
	fastest = 260
)

// longestWords is the largest mean length of words, in characters, in a language
// that puts spaces between them.
const longestWords = 12

// lintRate reports stamps between which people speak too slowly or too fast.
func lintRate(r *report) {
	if r.text.Clips {
		return
	}
	anchors, chars := r.text.anchors()
	words := r.text.words()
	if words == 0 || chars > longestWords*words {
		return
	}
	kept := heaviest(anchors, chars, unbounded)
	perWord := float64(chars) / float64(words)
	r.tooFast(anchors, kept, perWord)
	for i := 1; i < len(kept); i++ {
		a, b := &anchors[kept[i-1]], &anchors[kept[i]]
		pace := paceBetween(a, b, perWord)
		if pace == usual {
			continue
		}
		if i+1 < len(kept) && isWrong(a, b, &anchors[kept[i+1]], perWord) {
			r.add(ruleRate.At(r.position(b.mark.Line, b.mark.Column), "without this stamp people would speak at a usual speed before and after it"))
			i++ // the gap after the wrong stamp is reported with it
			continue
		}
		rate := float64(b.pos-a.pos) / perWord / (b.time - a.time).Minutes()
		r.add(ruleRate.At(r.position(b.mark.Line, b.mark.Column), "%.0f words a minute since the stamp in line %d", rate, a.mark.Line))
	}
}

// tooFast reports stamps that are in order but too close to the kept stamp before or after
// them: people would have to speak faster than anyone does.
func (r *report) tooFast(anchors []anchor, kept []int, perWord float64) {
	var before anchor
	const rounding = time.Second
	excess := func(a, b *anchor) bool { // too fast even if both times are rounded
		missing := time.Duration(b.pos-a.pos)*leastPerChar - (b.time - a.time)
		if a.mark == nil { // the start of the text
			return missing > edgeSlack
		}
		return missing > rounding || missing > 0 && paceBetween(a, b, perWord) == tooFast
	}
	for i, k := 0, 0; i < len(anchors); i++ {
		a := &anchors[i]
		if k < len(kept) && kept[k] == i {
			before = *a
			k++
			continue
		}
		ordered := a.time >= before.time && (k == len(kept) || a.time <= anchors[kept[k]].time)
		if a.mark.stamp() && ordered && (excess(&before, a) || k < len(kept) && excess(a, &anchors[kept[k]])) {
			r.add(ruleRate.At(r.position(a.mark.Line, a.mark.Column), "with this stamp people would speak faster than anyone does"))
		}
	}
}

// pace says how fast people speak between two anchors.
type pace int

const (
	usual pace = iota
	tooSlow
	tooFast
)

// paceBetween compares the speed between two anchors with the usual range. Stamps are
// whole seconds, so a short gap may really be a second longer. The time in a note is less
// exact. Silence is usual in a gap that is short, or in which nothing is said, or after a
// pause, a sound or a stamp without words.
func paceBetween(a, b *anchor, perWord float64) pace {
	const shortest, rounding, inexact = 5 * time.Second, time.Second, 3 * time.Second
	gap := b.time - a.time
	words := float64(b.pos-a.pos) / perWord
	if words < 1 || gap < shortest {
		return usual
	}
	if gap >= rateGap {
		if words < slowest*gap.Minutes() && !a.quiet {
			return tooSlow
		}
	} else if a.weight+b.weight < 2*stampWeight {
		gap += inexact
	} else {
		gap += rounding
	}
	if words > fastest*gap.Minutes() {
		return tooFast
	}
	return usual
}

// isWrong reports whether the second of three anchors is probably wrong: people would speak
// at a usual speed if it were left out, but too slowly on one side of it and too fast on
// the other. If the first anchor is a pause, people may also speak at a usual speed before
// the second and too fast after it.
func isWrong(a, b, c *anchor, perWord float64) bool {
	if b.pause || !b.mark.stamp() || paceBetween(a, c, perWord) != usual {
		return false
	}
	before, after := paceBetween(a, b, perWord), paceBetween(b, c, perWord)
	return before == tooFast && after == tooSlow || before == tooSlow && after == tooFast ||
		a.pause && before == tooFast && after != usual || a.pause && after == tooFast
}

package transcripts

import (
	"bytes"
	"cmp"
	"time"

	"onair/internal/finding"
)

// lintTurns reports text before the first label, text after a pause without a label between
// them, and labels without text.
func lintTurns(r *report) {
	for i := range r.turns {
		turn := &r.turns[i]
		for j := turn.blocks.from; j < turn.blocks.to; j++ {
			b := &r.blocks[j]
			switch {
			case b.outcome == carried && !turn.labelled && b.marks > 0:
				f := ruleFirst.At(r.at(b.at), "stamp or tag before the first label").WithHint("move it after the label")
				if edits := moveIntoTurn(r, b); edits != nil {
					f = f.WithFix(edits...)
				}
				r.add(f)
			case b.outcome == opensTurn && !turn.labelled:
				r.add(ruleFirst.At(r.at(b.at), "text before the first label"))
			case b.outcome == opensTurn:
				r.add(ruleAfterPause.At(r.at(b.at), "text after the pause %s without a label", turn.speaker))
			}
		}
	}
	for i := range r.text.Turns {
		turn := &r.text.Turns[i]
		if !turn.Pause && len(turn.Blocks) == 0 {
			r.add(ruleEmpty.At(r.position(turn.Line, turn.Column), "the turn of %s has no words", cmp.Or(turn.Speaker, "a label without a name")))
		}
	}
}

// moveIntoTurn returns the edits that move a mark from before the first label to after the
// label. It returns nil if the label already has a mark, or if there are several marks to
// move.
func moveIntoTurn(r *report, b *blockNode) []finding.Edit {
	if len(r.turns) < 2 || r.turns[1].line < 0 || b.marks != 1 {
		return nil
	}
	first := &r.turns[0]
	for i := first.blocks.from; i < first.blocks.to; i++ {
		if other := &r.blocks[i]; other != b && (other.outcome == opensTurn || other.outcome == carried && other.marks > 0) {
			return nil
		}
	}
	l := r.turns[1].label
	text := bytes.TrimLeft(r.src[l.rest:l.end], " ")
	if bytes.HasPrefix(text, []byte("[")) || bytes.HasPrefix(text, []byte(`\[`)) {
		return nil
	}
	mark := string(bytes.TrimSpace(r.src[b.at:l.from]))
	return []finding.Edit{r.edit(b.at, int(l.from), ""), r.edit(int(l.rest), int(l.rest), " "+mark)}
}

// lintRepeats reports labels that name the speaker of the turn above.
func lintRepeats(r *report) {
	turns := r.text.Turns
	for i := 1; i < len(turns); i++ {
		turn := &turns[i]
		if !turn.Pause && turn.Speaker != "" && turn.Speaker == turns[i-1].Speaker {
			r.add(ruleRepeated.At(r.position(turn.Line, turn.Column), "%s is already the speaker", turn.Speaker))
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
// whole seconds, so a short gap may really be a second longer. Silence is usual in a gap
// that is short or follows a pause.
func paceBetween(a, b *anchor, perWord float64) pace {
	const shortest, rounding = 5 * time.Second, time.Second
	gap := b.time - a.time
	if b.pos == a.pos || gap < shortest {
		return usual
	}
	words := float64(b.pos-a.pos) / perWord
	if gap < rateGap {
		gap += rounding
	}
	switch rate := words / gap.Minutes(); {
	case rate > fastest:
		return tooFast
	case rate < slowest && !a.pause && gap >= rateGap:
		return tooSlow
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

// CompareTranslation compares a translation with the original (rule T032). A
// translation must have the same turns and pauses in the same order, and the same
// stamps at their start. Speakers may be spelled in another script. If the numbers
// of turns differ, only that is reported, because turns cannot be matched then.
func CompareTranslation(original, translation *Transcript, file string) finding.List {
	var found finding.List
	report := func(turn *Turn, hint, format string, args ...any) {
		pos := finding.Position{File: file, Line: turn.Line, Column: turn.Column}
		found.Add(ruleTranslated.At(pos, format, args...).WithHint(hint))
	}
	a, b := original.Turns, translation.Turns
	if len(a) != len(b) {
		at := &Turn{}
		for i := range b {
			if at = &b[i]; i >= len(a) || a[i].Pause != b[i].Pause || !sameStart(&a[i], &b[i]) {
				break
			}
		}
		report(at, "compare from here on", "the original has %d turns, this has %d", len(a), len(b))
		return found
	}
	for i := range a {
		switch {
		case a[i].Pause != b[i].Pause:
			report(&b[i], "", "%s stands where the original has %s", b[i].Speaker, a[i].Speaker)
		case a[i].Stamp != nil && b[i].Stamp == nil:
			report(&b[i], "copy it", "no stamp; the original has %s", appendClock(nil, a[i].Stamp.Time))
		case a[i].Stamp == nil && b[i].Stamp != nil:
			report(&b[i], "add it to the original as well", "a stamp that the original does not have")
		case !sameStart(&a[i], &b[i]):
			report(&b[i], "copy it", "the stamp is %s, and %s in the original", appendClock(nil, b[i].Stamp.Time), appendClock(nil, a[i].Stamp.Time))
		}
	}
	return found
}

// sameStart reports whether the stamps of two turns are at the same second, or
// neither turn has a stamp.
func sameStart(a, b *Turn) bool {
	if a.Stamp == nil || b.Stamp == nil {
		return a.Stamp == b.Stamp
	}
	return a.Stamp.Time.Truncate(time.Second) == b.Stamp.Time.Truncate(time.Second)
}

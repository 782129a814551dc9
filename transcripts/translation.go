package transcripts

import (
	"time"

	"onair/internal/finding"
)

// CompareTranslation holds a translation to the original (T032): the same turns
// and pauses in the same order, and the same stamps at their start. Speakers may
// be spelled in another script. After turns that are missing or too many only their
// number is reported, since nothing behind them can be compared.
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

// sameStart reports whether two turns start at the same second, as far as both
// have a stamp.
func sameStart(a, b *Turn) bool {
	if a.Stamp == nil || b.Stamp == nil {
		return a.Stamp == b.Stamp
	}
	return a.Stamp.Time.Truncate(time.Second) == b.Stamp.Time.Truncate(time.Second)
}

package transcripts

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/internal/plural"
)

// lintRepeats reports labels that name the speaker of the turn above.
func lintRepeats(r *report) {
	turns := r.text.Turns
	for i := 1; i < len(turns); i++ {
		turn := &turns[i]
		if !turn.Pause && turn.Speaker != "" && turn.Speaker == turns[i-1].Speaker {
			r.found.Add(ruleRepeated.At(r.position(turn.Line, turn.Column), "%s is already the speaker", turn.Speaker))
		}
	}
}

// longTranscript is the number of turns from which a name that occurs once is
// suspicious.
const longTranscript = 50

// speakerUse is a name that labels turns, and how many.
type speakerUse struct {
	name  string
	turns int
	first *Turn
}

// speakers returns the names that label turns, in order of appearance.
func speakers(t *Transcript) (all []*speakerUse, turns int) {
	byName := map[string]*speakerUse{}
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause || turn.Speaker == "" {
			continue
		}
		turns++
		use := byName[turn.Speaker]
		if use == nil {
			use = &speakerUse{name: turn.Speaker, first: turn}
			byName[turn.Speaker] = use
			all = append(all, use)
		}
		use.turns++
	}
	return all, turns
}

// lintNames reports labels that are not in the registry, names that look
// misspelled, and names that occur once.
func lintNames(r *report) {
	uses, turns := speakers(r.text)
	for _, use := range uses {
		pos := r.position(use.first.Line, use.first.Column)
		if f, ok := unregistered(use, r.opts.People, pos); ok {
			r.found.Add(f)
		} else if f, ok := misspelledUse(use, uses, pos); ok && len(r.opts.People) == 0 {
			r.found.Add(f)
		} else if use.turns == 1 && turns >= longTranscript {
			r.found.Add(ruleOnce.At(pos, "%s speaks once", use.name))
		}
	}
}

// unregistered reports a name that is not in the registry, if there is one. The
// parser has replaced aliases by names.
func unregistered(use *speakerUse, people []Person, pos finding.Position) (f finding.Finding, ok bool) {
	if len(people) == 0 || slices.ContainsFunc(people, func(p Person) bool { return p.Name == use.name }) {
		return f, false
	}
	f = ruleSpeaker.At(pos, "unknown speaker %s, in %s", use.name, plural.Count(use.turns, "turn"))
	best := 3
	for _, person := range people {
		for _, known := range append([]string{person.Name}, person.Aliases...) {
			if d := nameDistance(use.name, known); d < best {
				best, f.Hint = d, "did you mean "+person.Name+"?"
			}
		}
	}
	return f, true
}

// misspelledUse reports a rare name that looks like another, frequent one with a
// mistake.
func misspelledUse(use *speakerUse, all []*speakerUse, pos finding.Position) (f finding.Finding, ok bool) {
	const rare, frequent, most = 2, 5, 200
	if use.turns > rare || len(all) > most {
		return f, false
	}
	for _, other := range all {
		if other != use && other.turns >= frequent && misspelled(use.name, other.name) {
			return ruleSpeaker.At(pos, "%s speaks %s, %s %s", use.name, plural.Times(use.turns), other.name, plural.Times(other.turns)).
				WithHint("did you mean " + other.name + "?"), true
		}
	}
	return f, false
}

// misspelled reports whether a name is another with the wrong capitals or with
// a letter wrong, or two in a long name. Names that differ in a number are
// different names.
func misspelled(name, other string) bool {
	const digits = "0123456789"
	if strings.ContainsAny(name+other, digits) {
		return false
	}
	d := nameDistance(name, other)
	return d <= 1 && utf8.RuneCountInString(name) >= 5 || d == 2 && utf8.RuneCountInString(name) >= 12
}

// nameDistance returns how many letters have to be inserted, removed or replaced
// to turn one name into the other, ignoring case.
func nameDistance(a, b string) int {
	s, t := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range t {
			cost := diagonal
			if r != q {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}

// lintOrder reports stamps that cannot be true together with the others: those
// outside the heaviest chain that never runs backwards.
func lintOrder(r *report) {
	const slack = 2 * time.Second
	if r.text.Clips {
		return
	}
	anchors, _ := r.text.anchors()
	kept := chain(anchors, 0, unbounded)
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
		r.found.Add(f)
	}
}

// lintDuration reports times after the end of the audio.
func lintDuration(r *report) {
	if r.text.Clips || r.opts.Duration <= 0 {
		return
	}
	anchors, _ := r.text.anchors()
	for i := range anchors {
		if a := &anchors[i]; a.time > r.opts.Duration+time.Second {
			r.found.Add(ruleDuration.At(r.position(a.mark.Line, a.mark.Column), "stamp after the end of the audio, at %s", appendClock(nil, r.opts.Duration)))
		}
	}
}

// How fast people speak, in words a minute: the middle 99.8 % of the gaps
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
	kept := chain(anchors, chars, unbounded)
	for i := 1; i < len(kept); i++ {
		a, b := &anchors[kept[i-1]], &anchors[kept[i]]
		gap := b.time - a.time
		if a.pause || b.pos == a.pos || gap < rateGap {
			continue
		}
		rate := float64(b.pos-a.pos) * float64(words) / float64(chars) / gap.Minutes()
		if rate < slowest || rate > fastest {
			r.found.Add(ruleRate.At(r.position(b.mark.Line, b.mark.Column), "%.0f words a minute since the stamp in line %d", rate, a.mark.Line))
		}
	}
}

// CompareTranslation compares a translation with the original (T032): it must
// have the same turns and pauses in the same order, and the same stamps at their
// start. Speakers may be spelled in another script. If the numbers of turns differ,
// only that is reported, since the rest cannot be compared.
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

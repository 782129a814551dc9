package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/transcripts"
)

// Relabel is how many turns, whose words stay, have gone from one speaker to
// another.
type Relabel struct {
	From, To string
	Turns    int
	Line     int // of the first, in the file as it is
}

// manyTurns is how many turns it takes to ask whether that was meant.
const manyTurns = 5

// spokenTurns are the words of every turn, and the turns themselves.
func spokenTurns(t *transcripts.Transcript) (said []string, turns []*transcripts.Turn) {
	for i := range t.Turns {
		turn := &t.Turns[i]
		var text []string
		for j := range turn.Blocks {
			text = append(text, turn.Blocks[j].Text)
		}
		if said = append(said, strings.Join(text, "\n")); said[i] == "" && turn.Pause {
			said[i] = "\x00" + turn.Speaker
		}
		turns = append(turns, turn)
	}
	return said, turns
}

// relabels are the turns of unchanged words that have another speaker.
func (p *pair) relabels() (all []Relabel) {
	saidA, a := spokenTurns(p.before)
	saidB, b := spokenTurns(p.after)
	for _, h := range diff(saidA, saidB) {
		if !h.equal {
			continue
		}
		for i := range h.aEnd - h.a {
			was, is := a[h.a+i], b[h.b+i]
			if was.Speaker == is.Speaker {
				continue
			}
			n := slices.IndexFunc(all, func(r Relabel) bool { return r.From == was.Speaker && r.To == is.Speaker })
			if n < 0 {
				n = len(all)
				all = append(all, Relabel{From: was.Speaker, To: is.Speaker, Line: is.Line})
			}
			all[n].Turns++
		}
	}
	return all
}

// losses are the findings of T031.
func (p *pair) losses(relabels []Relabel) (l finding.List) {
	report := func(line int, hint, format string, args ...any) {
		l.Warnf("T031", finding.Position{File: p.name, Line: max(1, line), Column: 1}, hint, format, args...)
	}
	for _, r := range relabels {
		if r.Turns >= manyTurns {
			report(r.Line, "compare with the audio", "%d turns of %s are now those of %s", r.Turns, r.From, r.To)
		}
	}
	for _, turn := range p.dropped() {
		report(p.lineNow(turn.Line), "was it not said?", "turn of %s is gone", turn.Speaker)
	}
	stampsA, stampsB := stamps(p.before), stamps(p.after)
	if gone := len(stampsA) - len(stampsB); gone > 0 {
		for _, m := range stampsA {
			if !slices.ContainsFunc(stampsB, func(other *transcripts.Mark) bool { return other.Time == m.Time }) && gone > 0 {
				gone--
				report(p.lineNow(m.Line), "captions are timed by it; put it back", "stamp at %s is gone", clock(m.Time))
			}
		}
	}
	return l
}

// dropped are the turns whose words are gone, and not merely mended or moved
// into the turn beside them.
func (p *pair) dropped() (gone []*transcripts.Turn) {
	saidA, a := spokenTurns(p.before)
	saidB, _ := spokenTurns(p.after)
	for _, h := range diff(saidA, saidB) {
		if h.equal || h.aEnd-h.a <= h.bEnd-h.b {
			continue
		}
		have := strings.Fields(strings.Join(saidB[h.b:h.bEnd], " "))
		missing := h.aEnd - h.a - (h.bEnd - h.b)
		for i := h.a; i < h.aEnd && missing > 0; i++ {
			said := strings.Fields(saidA[i])
			if len(said) > 0 && !a[i].Pause && 2*len(without(said, have)) > len(said) {
				gone = append(gone, a[i])
				missing--
			}
		}
	}
	return gone
}

// lineNow is the line where one of the file as it was is now, or would be.
func (p *pair) lineNow(line int) int {
	for _, h := range p.hunks {
		if line > h.aEnd {
			continue
		}
		if h.equal {
			return h.b + line - h.a
		}
		return min(h.b+line-h.a, max(h.bEnd, h.b+1))
	}
	return len(p.b)
}

// stamps are the bare stamps of a transcript. Those of unintelligible passages
// go when somebody understands them.
func stamps(t *transcripts.Transcript) (all []*transcripts.Mark) {
	for m := range marks(t) {
		if m.Timed && m.Note == "" {
			all = append(all, m)
		}
	}
	return all
}

// clock spells a time as transcripts do.
func clock(d time.Duration) string {
	s := int(d / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

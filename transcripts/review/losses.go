package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/transcripts"
)

// relabel is turns that have another speaker and the same words.
type relabel struct {
	From, To string // speakers
	Turns    int    // number of turns
	Line     int    // of the first turn after the change
}

// manyTurns is the number of relabeled turns that breaks T031.
const manyTurns = 5

// spokenTurns returns the words of every turn, and the turns.
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

// relabels returns the turns with the same words and another speaker.
func (p *pair) relabels() (all []relabel) {
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
			n := slices.IndexFunc(all, func(r relabel) bool { return r.From == was.Speaker && r.To == is.Speaker })
			if n < 0 {
				n = len(all)
				all = append(all, relabel{From: was.Speaker, To: is.Speaker, Line: is.Line})
			}
			all[n].Turns++
		}
	}
	return all
}

// losses returns the findings of T031.
func (p *pair) losses(relabels []relabel) (found finding.List) {
	at := func(line int) finding.Position {
		return finding.Position{File: p.name, Line: max(1, line), Column: 1}
	}
	for _, r := range relabels {
		if r.Turns >= manyTurns {
			f := ruleLoss.At(at(r.Line), "%d turns of %s are now those of %s", r.Turns, r.From, r.To)
			found.Add(f.WithHint("compare with the audio"))
		}
	}
	for _, turn := range p.dropped() {
		f := ruleLoss.At(at(p.lineAfter(turn.Line)), "turn of %s is gone", turn.Speaker)
		found.Add(f.WithHint("compare with the audio"))
	}
	stampsA, stampsB := stamps(p.before), stamps(p.after)
	if gone := len(stampsA) - len(stampsB); gone > 0 {
		for _, m := range stampsA {
			if !slices.ContainsFunc(stampsB, func(other *transcripts.Mark) bool { return other.Time == m.Time }) && gone > 0 {
				gone--
				f := ruleLoss.At(at(p.lineAfter(m.Line)), "stamp at %s is gone", clock(m.Time))
				found.Add(f.WithHint("captions need it for their times; restore it"))
			}
		}
	}
	return found
}

// replaced reports whether the file has another text: few runs of words are in both.
func (p *pair) replaced() bool {
	const run, least = 3, 30 // words
	runs := func(t *transcripts.Transcript) map[string]bool {
		said, _ := spokenTurns(t)
		words := strings.Fields(strings.Join(said, " "))
		set := map[string]bool{}
		for i := run; i <= len(words); i++ {
			set[strings.Join(words[i-run:i], " ")] = true
		}
		return set
	}
	was, is := runs(p.before), runs(p.after)
	kept := 0
	for words := range was {
		if is[words] {
			kept++
		}
	}
	return len(was) >= least && 5*kept < len(was)
}

// taken returns the turns whose words are in a turn of another speaker, because their
// label is gone or no longer read as one.
func (p *pair) taken() (all []*transcripts.Turn) {
	saidA, a := spokenTurns(p.before)
	saidB, b := spokenTurns(p.after)
	for _, h := range diff(saidA, saidB) {
		if h.equal || h.aEnd-h.a <= h.bEnd-h.b {
			continue
		}
		own := map[string][]string{} // the words of every speaker after the change
		for i := h.b; i < h.bEnd; i++ {
			own[b[i].Speaker] = append(own[b[i].Speaker], strings.Fields(saidB[i])...)
		}
		everybody := strings.Fields(strings.Join(saidB[h.b:h.bEnd], " "))
		for i := h.a; i < h.aEnd; i++ {
			said := strings.Fields(saidA[i])
			if a[i].Pause || len(said) == 0 || a[i].Speaker == "" {
				continue
			}
			if 2*len(without(said, own[a[i].Speaker])) > len(said) && 2*len(without(said, everybody)) <= len(said) {
				all = append(all, a[i])
			}
		}
	}
	return all
}

// nameTakenTurns says in the findings of malformed labels whose turns the change
// takes, and reports other lines that start with a name that was a label. A turn that
// was joined with another on purpose is not reported.
func (p *pair) nameTakenTurns(found finding.List) finding.List {
	for _, turn := range p.taken() {
		line := max(1, p.lineAfter(turn.Line))
		message := "this change takes a turn from " + turn.Speaker
		i := slices.IndexFunc(found, func(f finding.Finding) bool {
			return f.Line == line && (f.Rule == ruleLabel.ID || f.Rule == ruleUnbolded.ID)
		})
		if i >= 0 {
			found[i].Message += ": " + message
			continue
		}
		first, _, _ := strings.Cut(turn.Speaker, " ")
		if line > len(p.b) || !strings.HasPrefix(strings.TrimLeft(p.b[line-1], "*_#([\\ "), first) {
			continue
		}
		f := ruleLoss.At(finding.Position{File: p.name, Line: line, Column: 1}, "%s", message)
		found.Add(f.WithHint("compare with the audio"))
	}
	return found
}

// dropped returns the turns whose words are gone, and were not only corrected or
// moved into the next turn.
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

// lineAfter returns the line after the change for a line before it. For a deleted line
// it is the one in its place.
func (p *pair) lineAfter(line int) int {
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

// stamps returns the stamps of a transcript without those of unintelligible passages,
// which are deleted when a passage is resolved.
func stamps(t *transcripts.Transcript) (all []*transcripts.Mark) {
	for m := range marks(t) {
		if m.Timed && m.Note == "" {
			all = append(all, m)
		}
	}
	return all
}

// clock formats a time as stamps in transcripts.
func clock(d time.Duration) string {
	s := int(d / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

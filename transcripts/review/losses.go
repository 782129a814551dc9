package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/transcripts"
)

// relabel is a group of turns that got another speaker and kept their words.
type relabel struct {
	From, To string // speakers
	Turns    int    // number of turns
	Line     int    // line of the first of these turns, after the change
}

// manyTurns is the number of relabeled turns from which a change breaks T031.
const manyTurns = 5

// spokenTurns returns the turns and the words of each.
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

// relabels returns the turns that kept their words and got another speaker, grouped by both
// speakers.
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

// replaced reports whether the file has a different text: few runs of words occur both
// before and after the change.
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

// taken returns the turns whose words now belong to another speaker, because their label
// is gone or no longer read as a label.
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

// nameTakenTurns completes findings about malformed labels: it names the speaker who loses
// a turn by the change. It also reports other lines that start with the name of a former
// label. It does not report other turns, because people may have joined them on purpose.
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

// dropped returns the turns whose words are gone. Turns that were corrected or joined
// with the next one are not dropped.
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

// lineAfter converts the number of a line before the change to its number after the change.
// For a deleted line it returns the number of the line in its place.
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

// stamps returns the stamps of a transcript. It leaves out the times in notes, because the
// note of an unintelligible passage is deleted when the passage is resolved.
func stamps(t *transcripts.Transcript) (all []*transcripts.Mark) {
	for m := range marks(t) {
		if m.Timed && m.Note == "" {
			all = append(all, m)
		}
	}
	return all
}

// clock formats a time like the stamps of transcripts.
func clock(d time.Duration) string {
	s := int(d / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Package score compares a transcript with a reference: how many words differ, which
// speakers are confused, and how far the times of words are apart.
package score

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"onair/transcripts"
	"onair/transcripts/internal/align"
	"onair/transcripts/internal/script"
	"onair/transcripts/words"
)

// Word is a word of a transcript.
type Word struct {
	Text  string
	Voice string // who says it; empty if unknown
	Start time.Duration
	Timed bool // whether Start is known
}

// Result says how a transcript differs from the reference.
type Result struct {
	Words       int // words of the reference
	Correct     int
	Substituted int // words that stand in place of others
	Missing     int // words of the reference that are missing
	Added       int // words that the reference does not have

	Voices     []Voice // pairs of voices of paired words, most frequent first
	Attributed int     // paired words whose voice is known in both
	WrongVoice int     // attributed words whose voice usually belongs to another speaker

	Timed       int           // correct words whose time is known in both
	Median, P95 time.Duration // difference between these times
}

// Voice is a speaker of the reference and a voice of the transcript, with the number of
// paired words that they have.
type Voice struct {
	Reference, Heard string
	Words            int
}

// ErrorRate returns the word error rate: the number of differences divided by the number
// of words of the reference. It may be above 1.
func (r *Result) ErrorRate() float64 {
	if r.Words == 0 {
		return 0
	}
	return float64(r.Substituted+r.Missing+r.Added) / float64(r.Words)
}

// Of returns the words of a transcript. Only words at stamps have a time.
func Of(t *transcripts.Transcript) (list []Word) {
	for i := range t.Turns {
		turn := &t.Turns[i]
		for j := range turn.Blocks {
			b := &turn.Blocks[j]
			at := map[int]time.Duration{}
			if j == 0 && turn.Stamp != nil {
				at[0] = turn.Stamp.Time
			}
			for k := range b.Marks {
				if m := &b.Marks[k]; m.Timed && m.Note == "" {
					at[m.Offset] = m.Time
				}
			}
			offset := 0
			for w := range split(b.Text) {
				n := strings.Index(b.Text[offset:], w)
				start, timed := at[offset]
				if !timed {
					start, timed = at[offset+n]
				}
				list = append(list, Word{w, turn.Speaker, start, timed && !t.Clips})
				offset += n + len(w)
			}
		}
	}
	return slices.DeleteFunc(list, func(w Word) bool { return align.Fold(w.Text) == "" })
}

// OfWords returns the words of a recognizer, with the names that the file gives to
// voices.
func OfWords(f *words.File) (list []Word) {
	for _, s := range f.Segments {
		voice := cmp.Or(f.Speakers[s.Voice], s.Voice)
		for _, w := range s.Words {
			n := 0
			for part := range split(w.Text) {
				if align.Fold(part) != "" {
					start := w.Start + (w.End-w.Start)*time.Duration(n)/time.Duration(len(w.Text))
					list = append(list, Word{part, voice, start, true})
				}
				n += len(part)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Word) int { return cmp.Compare(a.Start, b.Start) })
	return list
}

// split yields the words of a text. A character of a script without spaces is a word.
func split(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for field := range strings.FieldsSeq(text) {
			from := 0
			for i, r := range field {
				if !script.Spaceless(r) {
					continue
				}
				if from < i && !yield(field[from:i]) {
					return
				}
				from = i + len(string(r))
				if !yield(field[i:from]) {
					return
				}
			}
			if from < len(field) && !yield(field[from:]) {
				return
			}
		}
	}
}

// Compare compares a transcript with a reference. Case, punctuation and accents do not
// matter.
func Compare(ref, heard []Word) *Result {
	r := &Result{Words: len(ref)}
	var apart []time.Duration
	both := map[Voice]int{}
	for i, j := range pairWords(texts(ref), texts(heard)) {
		switch {
		case j < 0:
			r.Missing++
			continue
		case align.Fold(ref[i].Text) != align.Fold(heard[j].Text):
			r.Substituted++
		default:
			r.Correct++
			if ref[i].Timed && heard[j].Timed {
				apart = append(apart, (ref[i].Start - heard[j].Start).Abs())
			}
		}
		if ref[i].Voice != "" && heard[j].Voice != "" {
			both[Voice{Reference: ref[i].Voice, Heard: heard[j].Voice}]++
		}
	}
	r.Added = len(heard) - r.Correct - r.Substituted
	r.compareVoices(both)
	if r.Timed = len(apart); r.Timed > 0 {
		slices.Sort(apart)
		r.Median, r.P95 = apart[(len(apart)-1)/2], apart[(len(apart)*95+99)/100-1]
	}
	return r
}

func texts(list []Word) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = align.Fold(w.Text)
	}
	return out
}

// compareVoices assigns a speaker to each voice, most frequent pairs first, so that no
// two voices share a speaker. It counts the words of other pairs as wrong.
func (r *Result) compareVoices(both map[Voice]int) {
	for v, n := range both {
		v.Words = n
		r.Voices = append(r.Voices, v)
		r.Attributed += n
	}
	slices.SortFunc(r.Voices, func(a, b Voice) int {
		return cmp.Or(b.Words-a.Words, strings.Compare(a.Reference, b.Reference), strings.Compare(a.Heard, b.Heard))
	})
	r.WrongVoice = r.Attributed
	usedRef, usedHeard := map[string]bool{}, map[string]bool{}
	for _, v := range r.Voices {
		if !usedRef[v.Reference] && !usedHeard[v.Heard] {
			usedRef[v.Reference], usedHeard[v.Heard] = true, true
			r.WrongVoice -= v.Words
		}
	}
}

package transcripts

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"onair/internal/finding"
	"onair/transcripts/internal/align"
	"onair/transcripts/internal/script"
	"onair/transcripts/words"
)

const (
	// maxSnap is how far a stamp may be from the time at which its word was heard and still
	// take that time. A stamp farther away keeps its own time.
	maxSnap = 1500 * time.Millisecond
	// maxStampError is how far a stamp may be from its word without a finding.
	maxStampError = 2 * time.Second
	// leastHeard is the percentage of the words between two anchors that must have been
	// heard. If fewer were heard, all their times are interpolated.
	leastHeard = 40
	// lingers is how long a cue stays after its last word if no other word follows at once.
	lingers = 500 * time.Millisecond
	// shortestPause is the shortest silence that counts as a pause.
	shortestPause = 120 * time.Millisecond
)

// spoken is a word of the spoken text.
type spoken struct {
	from, to   int // positions in the spoken text
	heard      bool
	start, end time.Duration // set if heard
	ending     ending
}

// sound is a part of the audio in which the recognizer heard words that are not in the
// transcript.
type sound struct{ start, end time.Duration }

// Align times a transcript by the words that a speech recognizer heard in its audio.
// Afterwards Cues and Starts use the times of these words. The times of words that were not
// heard, such as corrected ones, are interpolated.
//
// Align returns findings about stamps that are far from their words. Call it once, before
// the transcript is used.
func (t *Transcript) Align(f *words.File, file string) finding.List {
	var texts []string
	t.spoken, texts = t.spokenWords()
	heard := splitHeard(f.All())
	heardTexts := make([]string, len(heard))
	for i, w := range heard {
		heardTexts[i] = w.Text
	}
	next := 0
	for i, k := range align.Words(texts, heardTexts) {
		if k >= 0 {
			w := &t.spoken[i]
			w.heard, w.start, w.end = true, heard[k].Start, heard[k].End
			t.addSounds(heard[next:k])
			next = k + 1
		}
	}
	t.addSounds(heard[next:])
	return t.checkStamps(file, texts, heard)
}

// addSounds adds the parts of the audio in which the given words were heard. Words without
// a pause between them form one part.
func (t *Transcript) addSounds(heard []words.Word) {
	for i, w := range heard {
		if last := len(t.sounds) - 1; i > 0 && last >= 0 && w.Start-t.sounds[last].end < shortestPause {
			t.sounds[last].end = max(t.sounds[last].end, w.End)
		} else if w.End > w.Start {
			t.sounds = append(t.sounds, sound{w.Start, w.End})
		}
	}
}

// Heard returns how many words of the transcript the recognizer heard, as Align found,
// and how many words there are.
func (t *Transcript) Heard() (heard, all int) {
	for i := range t.spoken {
		if t.spoken[i].heard {
			heard++
		}
	}
	return heard, len(t.spoken)
}

// spokenWords returns the positions and the texts of the spoken words.
func (t *Transcript) spokenWords() (list []spoken, texts []string) {
	pos := 0
	for i := range t.Turns {
		for j := range t.Turns[i].Blocks {
			text := t.Turns[i].Blocks[j].Text
			if text == "" {
				continue
			}
			for w := range wordsOf(text) {
				n := script.Weigh(w)
				if w != " " {
					list = append(list, spoken{from: pos, to: pos + n, ending: endingOf(w)})
					texts = append(texts, w)
				}
				pos += n
			}
			pos++ // between two blocks
		}
	}
	return list, texts
}

// wordsOf yields the words and the spaces of a text. Each character of a script without
// spaces counts as a word.
func wordsOf(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		from := 0
		for i, r := range text {
			if r != ' ' && !script.Spaceless(r) {
				continue
			}
			if from < i && !yield(text[from:i]) {
				return
			}
			from = i + len(string(r))
			if !yield(text[i:from]) {
				return
			}
		}
		if from < len(text) {
			yield(text[from:])
		}
	}
}

// splitHeard splits words of scripts without spaces into their characters.
func splitHeard(heard []words.Word) []words.Word {
	split := make([]words.Word, 0, len(heard))
	for _, w := range heard {
		all, at := script.Weigh(w.Text), 0
		for part := range wordsOf(w.Text) {
			n := script.Weigh(part)
			split = append(split, words.Word{
				Text:  part,
				Start: w.Start + scale(w.End-w.Start, at, all),
				End:   w.Start + scale(w.End-w.Start, at+n, all),
			})
			at += n
		}
	}
	return split
}

// wordAt returns the index in t.spoken of the first word that starts at or after a position
// of the spoken text.
func (t *Transcript) wordAt(pos int) int {
	i, _ := slices.BinarySearchFunc(t.spoken, pos, func(w spoken, pos int) int { return cmp.Compare(w.from, pos) })
	return i
}

// heardAt returns the word that starts at a position of the spoken text. It returns nil
// if the word was not heard.
func (t *Transcript) heardAt(pos int) *spoken {
	i := t.wordAt(pos)
	// The text at pos may start with a space.
	if i < len(t.spoken) && t.spoken[i].from <= pos+1 && t.spoken[i].heard {
		return &t.spoken[i]
	}
	return nil
}

// checkStamps reports the stamps that are far from their words. The spoken words are texts.
func (t *Transcript) checkStamps(file string, texts []string, heard []words.Word) (found finding.List) {
	if t.Clips {
		return nil
	}
	anchors, _ := t.anchors()
	for _, a := range anchors {
		w := t.heardAt(a.pos)
		if w == nil || a.pause || a.weight != stampWeight {
			continue
		}
		if d := (w.start - a.time).Abs(); d > maxStampError && !heardNear(heard, texts[t.wordAt(a.pos):], a.time) {
			found.Add(ruleStampAndWord.At(finding.Position{File: file, Line: a.mark.Line, Column: a.mark.Column},
				"the stamp is %.1f seconds from its word, which was heard at %s", d.Seconds(), appendClock(nil, w.start)))
		}
	}
	return found
}

// heardNear reports whether the first of the texts were also heard within maxStampError of a
// time. They are if the speaker repeats them, or the recognizer writes them several times.
func heardNear(heard []words.Word, texts []string, at time.Duration) bool {
	const run, most = 3, 100 // words that must be equal, and words that are searched
	texts = texts[:min(run, len(texts))]
	from, _ := slices.BinarySearchFunc(heard, at-maxStampError, func(w words.Word, at time.Duration) int { return cmp.Compare(w.Start, at) })
	for i := from; i < from+most && i+len(texts) <= len(heard) && heard[i].Start <= at+maxStampError; i++ {
		if slices.EqualFunc(heard[i:i+len(texts)], texts, func(w words.Word, text string) bool { return align.Fold(w.Text) == align.Fold(text) }) {
			return true
		}
	}
	return false
}

// snap gives stamps the times of their words, where the two are close.
func (t *Transcript) snap(anchors []anchor, duration time.Duration) {
	for i := range anchors {
		a := &anchors[i]
		w := t.heardAt(a.pos)
		if w == nil || a.pause || (w.start-a.time).Abs() > maxSnap {
			continue
		}
		low, high := time.Duration(0), duration
		if i > 0 {
			low = anchors[i-1].time + time.Duration(a.pos-anchors[i-1].pos)*shortestPerChar
		}
		if i+1 < len(anchors) {
			high = anchors[i+1].time - time.Duration(anchors[i+1].pos-a.pos)*shortestPerChar
		}
		if low <= w.start && w.start <= high {
			a.time = w.start
		}
	}
}

// fill adds the text between an anchor and a position to the timeline. The text is spoken
// before the time high. Heard words keep their times if these leave enough time for the
// text around them. If too few words keep their times, fill adds nothing and returns false.
func (t *Transcript) fill(tl *timeline, a anchor, to int, high time.Duration, r rate) bool {
	from, low := a.pos, a.time
	list := t.spoken[t.wordAt(from):t.wordAt(to)]
	var kept []spoken
	at, now := from, low
	for _, w := range list {
		least := time.Duration(w.to-w.from) * shortestPerChar
		w.end = max(w.end, w.start+least)
		if !w.heard || w.end > high-time.Duration(to-w.to)*shortestPerChar {
			continue
		}
		if latest := w.start - time.Duration(w.from-at)*shortestPerChar; latest < now {
			// No time is left for the space before w: the word before w ends earlier.
			if len(kept) == 0 || latest < kept[len(kept)-1].start+time.Duration(at-kept[len(kept)-1].from)*shortestPerChar {
				continue
			}
			kept[len(kept)-1].end = latest
		}
		kept = append(kept, w)
		at, now = w.to, w.end
	}
	if len(kept) == 0 || len(kept)*100 < len(list)*leastHeard {
		return false
	}
	at, now = from, low
	for i, w := range kept {
		before := segment{at, w.from, now, w.start}
		switch {
		case i == 0: // silence, then any words that were not heard
			least := time.Duration(w.from-at) * shortestPerChar
			before.start = max(low, w.start-max(r.time(w.from-at), least))
			if a.weight == stampWeight && !a.pause && before.start-low > maxSnap {
				before.start = low
				if w.from-at <= 1 { // a space
					w.start = low + least
					before.end = w.start
				}
			}
			tl.add(before)
		case w.from-at <= 1: // a space
			before.end = min(w.start, now+lingers)
			tl.add(before)
		default:
			t.fillUnheard(tl, before, r)
		}
		tl.add(segment{w.from, w.to, w.start, w.end})
		at, now = w.to, w.end
	}
	after := max(r.time(to-at), time.Duration(to-at)*shortestPerChar)
	if to-at <= 1 {
		after = lingers
	}
	tl.add(segment{at, to, now, min(high, now+after)})
	return true
}

// fillUnheard adds to the timeline the words between two heard words, which were not heard
// themselves. The words share the time of the sounds in the gap. If the sounds are too
// short, the words have the usual speed, with a pause after the first sentence. If that
// does not fit either, the words fill the gap.
func (t *Transcript) fillUnheard(tl *timeline, gap segment, r rate) {
	first, last := t.wordAt(gap.from), t.wordAt(gap.to)
	tooShort := func(s segment) bool { return s.end-s.start < time.Duration(s.to-s.from)*shortestPerChar }
	for _, parts := range [][]segment{t.overSounds(gap, t.spoken[first:last], r), t.aroundPause(gap, first, last, r)} {
		if len(parts) > 0 && !slices.ContainsFunc(parts, tooShort) {
			for _, s := range parts {
				tl.add(s)
			}
			return
		}
	}
	tl.add(gap)
}

// overSounds divides unheard words among the sounds between two heard words. It returns
// nil if the sounds are too short for the words.
func (t *Transcript) overSounds(gap segment, list []spoken, r rate) (parts []segment) {
	var sounds []sound
	var total time.Duration
	i, _ := slices.BinarySearchFunc(t.sounds, gap.start, func(s sound, at time.Duration) int { return cmp.Compare(s.end, at) })
	for _, s := range t.sounds[i:] {
		if s.start >= gap.end {
			break
		}
		if s = (sound{max(s.start, gap.start), min(s.end, gap.end)}); s.start < s.end {
			sounds = append(sounds, s)
			total += s.end - s.start
		}
	}
	if total < r.time(gap.to-gap.from)*2/5 {
		return nil
	}
	at, spent := gap.from, time.Duration(0)
	for n, s := range sounds {
		spent += s.end - s.start
		to := gap.to
		if n+1 < len(sounds) {
			to = nearestStart(list, at, gap.from+int(int64(gap.to-gap.from)*int64(spent)/int64(total)))
		}
		parts = append(parts, segment{at, to, s.start, s.end})
		at = to
	}
	return parts
}

// nearestStart returns the start of the word nearest to a position of the spoken text, or
// least if least is nearer. Only words that start after least count. The start of a
// sentence may be somewhat farther away than that of another word.
func nearestStart(list []spoken, least, pos int) int {
	const sentence = 12
	best, distance := least, pos-least
	for i, w := range list {
		d := max(w.from-pos, pos-w.from)
		if i > 0 && list[i-1].ending == endsSentence {
			d -= sentence
		}
		if w.from > least && d < distance {
			best, distance = w.from, d
		}
	}
	return best
}

// aroundPause divides the unheard words t.spoken[first:last] at the first end of a
// sentence. It returns nil if no sentence ends there, or if there is no time for a pause.
func (t *Transcript) aroundPause(gap segment, first, last int, r rate) []segment {
	if gap.end-gap.start-r.time(gap.to-gap.from) < shortestPause {
		return nil
	}
	for i := max(first-1, 0); i < last; i++ {
		if t.spoken[i].ending == endsSentence {
			pos := max(gap.from, min(t.spoken[i].to, gap.to))
			return []segment{{gap.from, pos, gap.start, gap.start + r.time(pos-gap.from)}, {pos, gap.to, gap.end - r.time(gap.to-pos), gap.end}}
		}
	}
	return nil
}

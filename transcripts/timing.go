package transcripts

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sort"
	"time"

	"onair/transcripts/internal/script"
)

const (
	// unbounded stands for an unknown duration of the audio.
	unbounded = time.Duration(math.MaxInt64)
	// leastPerChar is the least time that a character takes. At 30 characters a second,
	// speech would be twice as fast as people speak. Anchors that imply a higher speed
	// contradict each other.
	leastPerChar = time.Second / 30
	// usualPerChar is the time in which a character of a caption can be read.
	usualPerChar = time.Second / 16
	// edgeSlack is a tolerance at both ends of the audio: the text before the first anchor
	// and the text after the last one may have that much less time than leastPerChar asks
	// for.
	edgeSlack = 5 * time.Second
	// shortestPerChar is the least time that a character takes if the audio is too
	// short for the text. It makes every cue at least a millisecond long.
	shortestPerChar = 2 * time.Millisecond
	// rateGap is the shortest gap between anchors that is used to measure a rate.
	rateGap = 30 * time.Second
	// unclearTime is how long a passage takes that could not be understood.
	unclearTime = 1200 * time.Millisecond
	// unclearReach is how many characters after such a passage are later because of it.
	unclearReach = 20
)

// usualRate is how fast people speak on podcasts: 15.9 characters a second.
var usualRate = rate{chars: 159, in: 10 * time.Second}

// rate is a speed of speech.
type rate struct {
	chars int
	in    time.Duration
}

// time returns how long the given number of characters takes.
func (r rate) time(chars int) time.Duration { return scale(r.in, chars, r.chars) }

// anchor is a place in the spoken text with a written time.
type anchor struct {
	pos    int // characters of spoken text before it
	time   time.Duration
	weight int
	pause  bool // a pause begins or ends here
	quiet  bool // silence or music may follow: a pause, a sound, or a stamp without words
	turn   int  // index of the turn or pause
	mark   *Mark
}

const (
	stampWeight = 3
	noteWeight  = 1 // the time in a note is less reliable
)

// anchors returns every time written in the transcript, and the weight of the
// spoken text. The boundary between two blocks counts as one character.
func (t *Transcript) anchors() (anchors []anchor, chars int) {
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause {
			for _, m := range []*Mark{turn.Stamp, turn.Until} {
				if m != nil {
					anchors = append(anchors, anchor{chars, m.Time, stampWeight, true, true, i, m})
				}
			}
			continue
		}
		for j := range turn.Blocks {
			b := &turn.Blocks[j]
			at, pos := 0, chars
			quiet := b.Text == "" && (j > 0 || !turn.spoken())
			for k := range b.Marks {
				m := &b.Marks[k]
				pos += script.Weigh(b.Text[at:m.Offset])
				at = m.Offset
				if m.Timed {
					a := anchor{pos, m.Time, noteWeight, false, quiet || m.Note != "" && !isUnclear(m.Note), i, m}
					if m.stamp() {
						a.weight = stampWeight
					}
					anchors = append(anchors, a)
				}
			}
			if b.Text != "" {
				chars = pos + script.Weigh(b.Text[at:]) + 1
			}
		}
	}
	return anchors, chars
}

// unclear returns the positions in the spoken text of the passages that could not be
// understood, each once.
func (t *Transcript) unclear() (positions []int) {
	pos := 0
	for i := range t.Turns {
		for j := range t.Turns[i].Blocks {
			b := &t.Turns[i].Blocks[j]
			at := 0
			for k := range b.Marks {
				if m := &b.Marks[k]; isUnclear(m.Note) {
					pos += script.Weigh(b.Text[at:m.Offset])
					at = m.Offset
					positions = append(positions, pos)
				}
			}
			if b.Text != "" {
				pos += script.Weigh(b.Text[at:]) + 1
			}
		}
	}
	return slices.Compact(positions)
}

// chain returns the result of heaviest without the anchors that are probably wrong.
func chain(anchors []anchor, chars int, duration time.Duration) []int {
	const perWord = 5.8 // characters, with the space; the median of English transcripts
	kept := heaviest(anchors, chars, duration)
	for i := 1; i+1 < len(kept); i++ {
		if isWrong(&anchors[kept[i-1]], &anchors[kept[i]], &anchors[kept[i+1]], perWord) {
			kept = slices.Delete(kept, i, i+1)
			i--
		}
	}
	return kept
}

// heaviest returns the indexes of the heaviest consistent subset of anchors: times never
// run backwards, lie between 0 and the duration, and leave each character at least its
// minimal time. Of two subsets with the same weight, it chooses the one with earlier
// anchors.
func heaviest(anchors []anchor, chars int, duration time.Duration) []int {
	// The key of an anchor is its time minus the least time of the text before it.
	// Anchors are consistent if their keys never decrease.
	keys := make([]time.Duration, len(anchors))
	most, least := unbounded, leastPerChar
	if duration != unbounded {
		if duration/least < time.Duration(chars) {
			least = shortestPerChar
		}
		most = duration - time.Duration(chars)*least
	}
	slack := edgeSlack
	if least == shortestPerChar {
		slack = 0
	}
	most = min(most, unbounded-slack)
	for i, a := range anchors {
		keys[i] = a.time - time.Duration(a.pos)*least
	}
	ranks := slices.Clone(keys)
	slices.Sort(ranks)
	ranks = slices.Compact(ranks)
	best := newPrefixMax(len(ranks))
	weight := make([]int, len(anchors))
	before := make([]int, len(anchors))
	last := -1
	for i, a := range anchors {
		shortest := time.Duration(a.pos) * shortestPerChar
		if a.time < shortest || duration != unbounded && a.time > duration-time.Duration(chars)*shortestPerChar+shortest || keys[i] < -slack || keys[i] > most+slack {
			continue
		}
		rank, _ := slices.BinarySearch(ranks, keys[i])
		before[i] = best.max(rank, weight)
		weight[i] = a.weight
		if before[i] >= 0 {
			weight[i] += weight[before[i]]
		}
		best.put(rank, i, weight)
		if last < 0 || weight[i] > weight[last] {
			last = i
		}
	}
	var kept []int
	for i := last; i >= 0; i = before[i] {
		kept = append(kept, i)
	}
	slices.Reverse(kept)
	return kept
}

// prefixMax finds the heaviest of all entries up to a rank. It is a Fenwick tree.
type prefixMax []int

func newPrefixMax(n int) prefixMax {
	p := make(prefixMax, n+1)
	for i := range p {
		p[i] = -1
	}
	return p
}

func (p prefixMax) put(rank, entry int, weight []int) {
	for i := rank + 1; i < len(p); i += i & -i {
		if p[i] < 0 || weight[entry] > weight[p[i]] {
			p[i] = entry
		}
	}
}

func (p prefixMax) max(rank int, weight []int) int {
	found := -1
	for i := rank + 1; i > 0; i -= i & -i {
		if p[i] >= 0 && (found < 0 || weight[p[i]] > weight[found] || weight[p[i]] == weight[found] && p[i] < found) {
			found = p[i]
		}
	}
	return found
}

// timeline maps positions in the spoken text to times.
type timeline struct {
	segments []segment
	pauses   map[int]time.Duration // start of each pause, by the index of its turn
	unclear  []int                 // positions where words could not be understood, each once
}

// segment is text spoken at one speed. The time between two segments is silence.
type segment struct {
	from, to   int // characters
	start, end time.Duration
}

// timeline times the transcript. It returns nil if there are no anchors, no heard words and
// no duration, or if the text does not fit into the duration.
func (t *Transcript) timeline(duration time.Duration) *timeline {
	anchors, chars := t.anchors()
	if duration = duration.Truncate(time.Millisecond); duration <= 0 {
		duration = unbounded
	}
	if t.Clips {
		anchors = nil
	}
	return t.timelineOf(anchors, chars, duration)
}

// timelineOf is like timeline, for the given anchors.
func (t *Transcript) timelineOf(anchors []anchor, chars int, duration time.Duration) *timeline {
	if chars == 0 || duration != unbounded && duration/shortestPerChar < time.Duration(chars) {
		return nil
	}
	tl := &timeline{pauses: map[int]time.Duration{}, unclear: t.unclear()}
	var kept []anchor
	for _, k := range chain(anchors, chars, duration) {
		a := anchors[k]
		if a.pause && a.mark == t.Turns[a.turn].Stamp {
			tl.pauses[a.turn] = a.time
		}
		kept = append(kept, a)
	}
	t.snap(kept, duration)
	switch {
	case len(kept) > 0:
		t.spread(tl, kept, chars, duration)
	case t.fill(tl, anchor{}, chars, duration, usualRate):
	case duration != unbounded:
		tl.segments = t.unanchored(chars, duration)
	default:
		return nil
	}
	return tl
}

// unanchored times a transcript by its duration alone. The text takes the whole duration if
// people would then speak at least as fast as slowest. Otherwise it starts at 0 and is
// spoken at usualRate.
func (t *Transcript) unanchored(chars int, duration time.Duration) []segment {
	end := duration
	if float64(t.words()) < slowest*duration.Minutes() {
		end = min(end, usualRate.time(chars))
	}
	return []segment{{0, chars, 0, end}}
}

// words counts the spoken words.
func (t *Transcript) words() int {
	n := 0
	for i := range t.Turns {
		for j := range t.Turns[i].Blocks {
			n += countWords(t.Turns[i].Blocks[j].Text)
		}
	}
	return n
}

// spread fills the timeline before, between and after anchors, which must be consistent.
func (t *Transcript) spread(tl *timeline, anchors []anchor, chars int, duration time.Duration) {
	r := tl.speed(anchors)
	first, last := anchors[0], anchors[len(anchors)-1]
	if !t.fill(tl, anchor{}, first.pos, first.time, r) {
		tl.addSpeech(segment{0, first.pos, max(0, first.time-tl.spokenTime(0, first.pos, r)), first.time})
	}
	var silences []time.Duration // of the pauses that are like the last one
	for i, b := range anchors[1:] {
		a := anchors[i]
		if t.fill(tl, a, b.pos, b.time, r) {
			continue
		}
		start := a.time
		if a.pause {
			start = max(start, b.time-tl.spokenTime(a.pos, b.pos, r))
		}
		if t.isOpenPause(&a) && b.pos > a.pos && t.Turns[a.turn].Speaker == t.Turns[last.turn].Speaker {
			silences = append(silences, start-a.time)
		}
		tl.addSpeech(segment{a.pos, b.pos, start, b.time})
	}
	if t.fill(tl, last, chars, duration, r) {
		return
	}
	start, takes := last.time, min(tl.spokenTime(last.pos, chars, r), duration-last.time)
	if t.isOpenPause(&last) && len(silences) > 0 {
		slices.Sort(silences)
		start += min(silences[(len(silences)-1)/2], duration-takes-start)
	}
	tl.addSpeech(segment{last.pos, chars, start, start + takes})
}

// isOpenPause reports whether a pause without a written end begins at an anchor.
func (t *Transcript) isOpenPause(a *anchor) bool { return a.pause && t.Turns[a.turn].Until == nil }

func (tl *timeline) add(s segment) {
	if s.to > s.from {
		tl.segments = append(tl.segments, s)
	}
}

// addSpeech adds text that is spoken at one speed, apart from unclear passages, whose time
// goes to the characters after them. If the passages leave too little time for the text,
// they take no time.
func (tl *timeline) addSpeech(s segment) {
	spoken := s.end - s.start - tl.unclearTime(s.from, s.to)
	if spoken < time.Duration(s.to-s.from)*leastPerChar {
		tl.add(s)
		return
	}
	at, now, passages := s.from, s.start, 0
	speak := func(to int) {
		end := s.start + scale(spoken, to-s.from, s.to-s.from) + time.Duration(passages)*unclearTime
		tl.add(segment{at, to, now, end})
		at, now = to, end
	}
	unclear := tl.unclearIn(s.from, s.to)
	for i, pos := range unclear {
		speak(pos)
		passages++
		next := s.to
		if i+1 < len(unclear) {
			next = unclear[i+1]
		}
		speak(min(pos+unclearReach, next))
	}
	speak(s.to)
}

// unclearIn returns the positions of the unclear passages in a range of the spoken text.
func (tl *timeline) unclearIn(from, to int) []int {
	i, _ := slices.BinarySearch(tl.unclear, from)
	j, _ := slices.BinarySearch(tl.unclear, to)
	return tl.unclear[i:j]
}

// unclearTime returns how long the unclear passages in a range of the spoken text take.
func (tl *timeline) unclearTime(from, to int) time.Duration {
	return time.Duration(len(tl.unclearIn(from, to))) * unclearTime
}

// spokenTime returns how long a range of the spoken text takes at a rate, with its unclear
// passages.
func (tl *timeline) spokenTime(from, to int, r rate) time.Duration {
	return r.time(to-from) + tl.unclearTime(from, to)
}

// speed returns the median rate over the gaps between anchors that are long enough and
// contain no pause.
func (tl *timeline) speed(anchors []anchor) rate {
	var rates []rate
	for i := 1; i < len(anchors); i++ {
		a, b := anchors[i-1], anchors[i]
		if r := (rate{b.pos - a.pos, b.time - a.time - tl.unclearTime(a.pos, b.pos)}); !a.pause && r.chars > 0 && r.in >= rateGap {
			rates = append(rates, r)
		}
	}
	if len(rates) == 0 {
		return usualRate
	}
	slices.SortFunc(rates, func(a, b rate) int {
		return cmp.Compare(float64(a.chars)/float64(a.in), float64(b.chars)/float64(b.in))
	})
	const slow = 100 // times slower than usual speech: a gap with hardly any words
	if r := rates[(len(rates)-1)/2]; r.time(usualRate.chars) < slow*usualRate.in {
		return r
	}
	return usualRate
}

// start returns when the text after a position begins. It differs from end at a
// pause.
func (tl *timeline) start(pos int) time.Duration {
	i := sort.Search(len(tl.segments)-1, func(i int) bool { return pos < tl.segments[i].to })
	return tl.segments[i].at(pos)
}

// end returns when the text before a position ends.
func (tl *timeline) end(pos int) time.Duration {
	i := sort.Search(len(tl.segments)-1, func(i int) bool { return pos <= tl.segments[i].to })
	return tl.segments[i].at(pos)
}

func (s segment) at(pos int) time.Duration {
	t := s.start + scale(s.end-s.start, min(pos, s.to)-s.from, s.to-s.from)
	return t.Round(time.Millisecond)
}

// scale returns d·num/den. It returns unbounded if the result overflows.
func scale(d time.Duration, num, den int) time.Duration {
	hi, lo := bits.Mul64(uint64(d), uint64(num))
	if hi >= uint64(den) {
		return unbounded
	}
	q, _ := bits.Div64(hi, lo, uint64(den))
	return time.Duration(min(q, uint64(unbounded)))
}

// At returns when a paragraph starts: the last one that begins in or before the given line
// of the source. Lines count from 1. The duration of the audio is 0 if it is not known. ok
// is false if the transcript cannot be timed.
func (t *Transcript) At(line int, duration time.Duration) (at time.Duration, ok bool) {
	tl := t.timeline(duration)
	if tl == nil {
		return 0, false
	}
	pos, next := 0, 0
	for i := range t.Turns {
		for j := range t.Turns[i].Blocks {
			b := &t.Turns[i].Blocks[j]
			if b.Line > line {
				return tl.start(pos), true
			}
			if b.Text != "" {
				pos, next = next, next+script.Weigh(b.Text)+1
			}
		}
	}
	return tl.start(pos), true
}

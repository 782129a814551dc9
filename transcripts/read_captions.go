package transcripts

import (
	"cmp"
	"iter"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"onair/transcripts/forms"
	"onair/transcripts/internal/script"
)

// Limits for joining captions to paragraphs; see Read. Sizes are in characters.
const (
	paragraphEnough = 400
	paragraphLeast  = 80
	paragraphMost   = 1200
	paragraphPause  = 2 * time.Second
	emptyStretch    = 20 * time.Second
	stampDistance   = 5 * time.Second
)

// startTolerance is how far the start of a turn in Markdown, whether a stamp or estimated
// from the length of the text, may be from the true one.
const startTolerance = 700 * time.Millisecond

// unknownSpeaker is the label of a speaker without a name.
const unknownSpeaker = "Unknown"

// captionTimes has the times of captions, which Markdown cannot hold.
type captionTimes struct {
	cues   []Cue
	starts [][]time.Duration // when each block of each turn starts
}

// transcribe makes a transcript of what a reader found.
func transcribe(result *forms.Result, o *ReadOptions) *Transcript {
	r := &captionTimes{}
	var turns []Turn
	speeches := result.Speech
	timed := len(speeches) > 0 && !slices.ContainsFunc(speeches, func(u forms.Speech) bool { return !u.Timed || !u.Ended })
	switch {
	case timed && result.Captions:
		cues, glued := fit(speeches)
		result.Speech, speeches = nil, nil // cues holds everything that is needed from the speeches
		m := merger{r: r}
		m.merge(cues, glued)
		for range passes {
			if !m.addPauses(cues) {
				break
			}
			m = merger{r: r, pauses: m.pauses}
			m.merge(cues, glued)
		}
		r.cues, turns = cues, m.turns
	case timed && slices.IsSortedFunc(speeches, func(a, b forms.Speech) int { return cmp.Compare(a.Start, b.Start) }):
		turns = anchored(speeches, r)
	default:
		r, turns = nil, anchored(speeches, nil)
	}
	pauses := pauseNames(&o.Options)
	for i := range turns {
		switch name := &turns[i].Speaker; {
		case *name == "":
			*name = unknownSpeaker
		case !turns[i].Pause && isPause(pauses, *name):
			*name += " Speaker"
		}
	}
	t := asWritten(turns, o)
	t.captionTimes, t.Findings = r, nil
	return t
}

// anchored makes a turn of every run of speech of one speaker, and a paragraph of each
// Speech. Paragraphs with a known time get a stamp. If r is not nil, anchored sets the
// cues and times of r, to the millisecond.
func anchored(speeches []forms.Speech, r *captionTimes) []Turn {
	var turns []Turn
	turnOf := make([]int, len(speeches))
	for i := range speeches {
		u := &speeches[i]
		if i == 0 || u.Speaker != speeches[i-1].Speaker || isDivider([]byte(u.Text)) {
			turns = append(turns, Turn{Speaker: u.Speaker})
		}
		turnOf[i] = len(turns) - 1
		turn := &turns[len(turns)-1]
		b := Block{Text: u.Text}
		if u.Timed && !u.Estimated {
			b.Marks = append(b.Marks, Mark{Time: u.Start.Round(time.Second), Timed: true})
		}
		for _, section := range u.Sections {
			b.Marks = append(b.Marks, Mark{Note: section})
		}
		turn.Blocks = append(turn.Blocks, b)
	}
	if r != nil {
		r.starts = make([][]time.Duration, len(turns))
		for i := range speeches { // the cues show what could not be understood, not when
			if u := &speeches[i]; strings.IndexByte(u.Text, '[') >= 0 && len(u.Words) == 0 {
				u.Text = noteClock.ReplaceAllString(u.Text, "[$1]")
			}
		}
		r.cues, _ = fit(speeches)
		last := -1
		for i := range r.cues {
			c := &r.cues[i]
			from := c.Turn
			c.Turn = turnOf[from]
			if from != last {
				r.starts[c.Turn] = append(r.starts[c.Turn], c.Start)
			}
			last = from
		}
	}
	return turns
}

// noteClock matches a note with a time, as in [inaudible 00:00:04].
var noteClock = regexp.MustCompile(`\[(\pL[\pL -]{2,40}) @?(?:\d{1,2}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?\]`)

// fit cuts speech into cues of the usual size. glued reports for each cue whether no
// space precedes it.
func fit(speeches []forms.Speech) (cues []Cue, glued []bool) {
	c := cutter{captions: true, functions: script.LanguageOf(textsOf(speeches))}
	size := 0
	for i := range speeches {
		size += 1 + len(speeches[i].Text)/(maxCue+1)
	}
	size += size / 8 // captions whose words do not fill the lines of a cue
	c.cues, c.places, glued = make([]Cue, 0, size), make([]span, 0, size), make([]bool, 0, size)
	last, before := "", rune(0)
	for i := range speeches {
		u := &speeches[i]
		from, at := len(c.cues), 0
		c.piece(Cue{Speaker: u.Speaker, Turn: i}, u.Text, 0, len(u.Text), 0, last)
		last = u.Speaker
		for j := from; j < len(c.cues); j++ {
			cue := &c.cues[j]
			space := at < len(u.Text) && u.Text[at] == ' '
			if space {
				at++
			}
			cue.Start, cue.End = speechTimes(u, c.places[j], c.places[len(c.places)-1].to(), at, at+len(cue.Text))
			at += len(cue.Text)
			first, _ := utf8.DecodeRuneInString(cue.Text)
			glued = append(glued, !space && (j > from || script.Spaceless(before) && script.Spaceless(first)))
			before, _ = utf8.DecodeLastRuneInString(cue.Text)
		}
	}
	var end time.Duration
	for i := range c.cues {
		cue := &c.cues[i]
		cue.Start = max(cue.Start.Round(time.Millisecond), end)
		end = max(cue.End.Round(time.Millisecond), cue.Start+time.Millisecond)
		cue.End = end
	}
	return c.cues, glued
}

func textsOf(speeches []forms.Speech) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range speeches {
			if !yield(speeches[i].Text) {
				return
			}
		}
	}
}

// speechTimes returns when the part [from:to] of the text of u starts and ends. If the times
// of its words are known, speechTimes uses them. Otherwise it interpolates: p is the place
// of the part, in units of weight, and weight is the weight of the whole text.
func speechTimes(u *forms.Speech, p span, weight, from, to int) (start, end time.Duration) {
	first := sort.Search(len(u.Words), func(i int) bool { return u.Words[i].To > from })
	last := sort.Search(len(u.Words), func(i int) bool { return u.Words[i].To > to }) - 1
	if first <= last && u.Words[last].End > u.Words[first].Start {
		return max(u.Words[first].Start, u.Start), min(u.Words[last].End, u.End)
	}
	whole := segment{0, weight, u.Start, max(u.End, u.Start)}
	return whole.at(p.from()), whole.at(p.to())
}

// merger joins cues to turns and paragraphs.
type merger struct {
	r       *captionTimes
	turns   []Turn
	stamped time.Duration // the last stamp; negative if there is none

	text   strings.Builder // text of all paragraphs
	from   int             // start of the last paragraph in text
	weight int             // weight of the last paragraph
	before int             // weight of the paragraphs before it

	pauses map[int]bool // cues with a Break before them, although the silence is short

	stamp place   // the last stamp
	loose []place // starts of the turns after the last stamp
}

// place is the start of a turn: its time, and the weight of the text before it.
type place struct {
	turn, weight int
	at           time.Duration
}

// merge joins the cues to turns and paragraphs. The texts of the cues become substrings
// of the texts of the paragraphs.
func (m *merger) merge(cues []Cue, glued []bool) {
	size, turns := 0, 0
	for i := range cues {
		size += len(cues[i].Text) + len(" ")
		if i == 0 || cues[i].Speaker != cues[i-1].Speaker {
			turns++
		}
	}
	m.text.Grow(size)
	m.turns, m.r.starts = make([]Turn, 0, turns), make([][]time.Duration, 0, turns)
	m.stamped = -stampDistance
	for i := range cues {
		c := &cues[i]
		switch {
		case i == 0:
			m.turn(c)
		case c.Start-cues[i-1].End >= emptyStretch || m.pauses[i]:
			m.pause(cues[i-1].End, c.Start)
			m.turn(c)
		case c.Speaker != cues[i-1].Speaker:
			m.turn(c)
		case !m.breaks(c.Start - cues[i-1].End):
		case isDivider([]byte(c.Text)): // without a label before it, it would be a divider
			m.turn(c)
		default:
			m.paragraph(c)
		}
		m.add(c, !glued[i])
	}
	if n := len(cues); n > 0 && len(m.loose) > 0 {
		m.settleEnd(place{weight: m.before + m.weight, at: cues[n-1].End})
	}
}

// settleEnd adds stamps to the turns after the last one. Nothing in Markdown says when they end,
// so that their starts are estimated at the speed between the other stamps.
func (m *merger) settleEnd(end place) {
	t := Transcript{Turns: m.turns}
	anchors, _ := t.anchors()
	speed := (&timeline{}).speed(anchors)
	from := 0 // the turns before it have a stamp, or need none
	for i, p := range m.loose {
		estimated := m.stamp.at + speed.time(p.weight-m.stamp.weight)
		if (estimated - p.at).Abs() <= startTolerance {
			continue
		}
		at, ok := p.stamp(m.stamp, end)
		if !ok {
			continue
		}
		m.turns[p.turn].Blocks[0].Marks = []Mark{{Time: at, Timed: true}}
		p.at = at
		m.settle(m.loose[from:i], m.stamp, p)
		m.stamp, from = p, i+1
	}
}

// addPauses finds stamps that chain would drop, because a silence makes people seem slow on
// one side of them. It adds the longest silence around each to m.pauses, and reports whether
// it found any.
func (m *merger) addPauses(cues []Cue) bool {
	t := Transcript{Turns: m.turns}
	anchors, chars := t.anchors()
	kept := chain(anchors, chars, unbounded)
	if len(kept) == len(anchors) {
		return false
	}
	cueAt := func(at time.Duration) int {
		return sort.Search(len(cues), func(i int) bool { return cues[i].Start > at })
	}
	found := false
	for i := range anchors {
		if _, ok := slices.BinarySearch(kept, i); ok || i == 0 {
			continue
		}
		from, to := cueAt(anchors[i-1].time+time.Second), len(cues)
		if i+1 < len(anchors) {
			to = cueAt(anchors[i+1].time + time.Second)
		}
		longest, silence := 0, paragraphPause
		for k := max(from, 1); k < to; k++ {
			if gap := cues[k].Start - cues[k-1].End; gap > silence && !m.pauses[k] {
				longest, silence = k, gap
			}
		}
		if longest > 0 {
			if m.pauses == nil {
				m.pauses = map[int]bool{}
			}
			m.pauses[longest] = true
			found = true
		}
	}
	return found
}

// add appends the text of a cue to the last paragraph.
func (m *merger) add(c *Cue, spaced bool) {
	if spaced && m.text.Len() > m.from {
		m.text.WriteByte(' ')
		m.weight++
	}
	at := m.text.Len()
	m.text.WriteString(c.Text)
	m.weight += script.Weigh(c.Text)
	all := m.text.String()
	c.Text = all[at:]
	c.Turn = len(m.turns) - 1
	blocks := m.turns[c.Turn].Blocks
	blocks[len(blocks)-1].Text = all[m.from:]
}

// breaks reports whether the last paragraph should end if a silence of the given length
// follows it.
func (m *merger) breaks(silence time.Duration) bool {
	if m.weight < paragraphLeast {
		return false
	}
	text := m.text.String()[m.from:]
	ended := endingOf(text[strings.LastIndexByte(text, ' ')+1:]) == endsSentence
	return m.weight >= paragraphMost || ended && (m.weight >= paragraphEnough || silence >= paragraphPause)
}

func (m *merger) turn(c *Cue) {
	m.turns = append(m.turns, Turn{Speaker: c.Speaker})
	m.r.starts = append(m.r.starts, nil)
	m.paragraph(c)
}

// pause adds a Break from one time to another. The paragraph after it gets a stamp.
func (m *merger) pause(from, to time.Duration) {
	stamp, until := &Mark{Time: from.Round(time.Second), Timed: true}, &Mark{Time: to.Round(time.Second), Timed: true}
	m.turns = append(m.turns, Turn{Speaker: "Break", Pause: true, Stamp: stamp, Until: until})
	m.r.starts = append(m.r.starts, []time.Duration{from})
	m.stamped = -stampDistance
	m.settle(m.loose, m.stamp, place{weight: m.before + m.weight, at: stamp.Time})
	m.loose = m.loose[:0]
}

func (m *merger) paragraph(c *Cue) {
	if m.weight > 0 {
		m.before += m.weight + 1
	}
	m.from, m.weight = m.text.Len(), 0
	turn := &m.turns[len(m.turns)-1]
	var b Block
	here := place{len(m.turns) - 1, m.before, c.Start}
	if at := c.Start.Round(time.Second); at-m.stamped >= stampDistance {
		b.Marks = []Mark{{Time: at, Timed: true}}
		m.stamped = at
		here.at = at
		m.settle(m.loose, m.stamp, here)
		m.stamp, m.loose = here, m.loose[:0]
	} else if len(turn.Blocks) == 0 {
		m.loose = append(m.loose, here)
	}
	turn.Blocks = append(turn.Blocks, b)
	n := len(m.r.starts) - 1
	m.r.starts[n] = append(m.r.starts[n], c.Start)
}

// fitting returns the cues with times before the end of the audio. Cues that start after
// the end get times before it. If too little time is left to read them, they share the time
// of as many earlier cues as needed. fitting returns nil if more than half of the cues start
// after the end. A duration of 0 is no limit.
func (r *captionTimes) fitting(duration time.Duration) []Cue {
	cues := r.cues
	if duration <= 0 || len(cues) == 0 {
		return cues
	}
	duration = duration.Truncate(time.Millisecond)
	n := sort.Search(len(cues), func(i int) bool { return cues[i].Start >= duration })
	if 2*n < len(cues) {
		return nil
	}
	cues = slices.Clone(cues)
	if n == len(cues) {
		cues[n-1].End = min(cues[n-1].End, duration)
		return cues
	}
	weight := 0
	for i := n; i < len(cues); i++ {
		weight += script.Weigh(cues[i].Text)
	}
	end := cues[n-1].End
	for n > 0 && duration-end < time.Duration(weight)*leastPerChar {
		n--
		weight += script.Weigh(cues[n].Text)
		end = cues[n].Start
	}
	free, so := min(duration-end, time.Duration(weight)*usualPerChar), 0
	now := func() time.Duration {
		return (end + time.Duration(float64(free)*float64(so)/float64(max(weight, 1)))).Truncate(time.Millisecond)
	}
	for i := n; i < len(cues); i++ {
		cues[i].Start = now()
		so += script.Weigh(cues[i].Text)
		cues[i].End = now()
	}
	return cues
}

// settle adds stamps to turns between the places from and to, until the estimated start of
// each other turn is within startTolerance of the true one, or no stamp fits.
func (m *merger) settle(turns []place, from, to place) {
	var stamped place
	worst, most := -1, startTolerance
	for i, p := range turns {
		estimated := segment{from.weight, max(to.weight, from.weight+1), from.at, max(to.at, from.at)}.at(p.weight)
		if off := (estimated - p.at).Abs(); off > most {
			if at, ok := p.stamp(from, to); ok {
				worst, most, stamped = i, off, place{p.turn, p.weight, at}
			}
		}
	}
	if worst < 0 {
		return
	}
	m.turns[stamped.turn].Blocks[0].Marks = []Mark{{Time: stamped.at, Timed: true}}
	m.settle(turns[:worst], from, stamped)
	m.settle(turns[worst+1:], stamped, to)
}

// stamp returns a stamp in whole seconds for a turn. ok is false if no stamp within
// startTolerance of the turn's start leaves the text on both sides the time that it needs.
func (p *place) stamp(from, to place) (at time.Duration, ok bool) {
	nearest := p.at.Round(time.Second)
	for _, at := range []time.Duration{nearest, nearest + time.Second, nearest - time.Second} {
		if (at-p.at).Abs() <= startTolerance && at-from.at >= time.Duration(p.weight-from.weight)*leastPerChar && to.at-at >= time.Duration(to.weight-p.weight)*leastPerChar {
			return at, true
		}
	}
	return 0, false
}

// start returns when a block starts.
func (r *captionTimes) start(turn, block int) time.Duration { return r.starts[turn][block] }

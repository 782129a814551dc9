package transcripts

import "time"

// Limits of a cue, in characters. Two full lines and the space between them
// make 65, so a card of SRT holds any cue.
const (
	maxCue  = 65
	maxLine = 32
)

// Cue is a stretch of spoken text of one speaker, at most 65 characters unless
// a single word is longer. Times are whole milliseconds from the start of the
// audio. Every cue fits into two lines of 32 characters, with the speaker's
// name where WriteSRT puts it.
type Cue struct {
	Start, End time.Duration
	Speaker    string
	Text       string
	Turn       int // index in Transcript.Turns
}

// Cues cuts the spoken text into cues and times them from the stamps and the
// duration of the audio, 0 being unknown. The cues hold every word once, in
// order; each starts before it ends and does not start before the one above
// ends. It is nil when no honest times can be given: without stamps and
// duration, or when the text cannot fit into the duration.
func (t *Transcript) Cues(duration time.Duration) []Cue {
	if t.recorded != nil {
		return t.recorded.fitting(duration)
	}
	tl := t.timeline(duration)
	if tl == nil {
		return nil
	}
	var c cutter
	t.cut(&c)
	for i := range c.cues {
		cue := &c.cues[i]
		cue.Start = tl.start(c.places[i].from)
		cue.End = tl.end(c.places[i].to)
	}
	return c.cues
}

// Starts returns when each turn starts, as Cues has it, for the page; nil
// where Cues is. A turn in which nothing is said starts with the next word.
func (t *Transcript) Starts(duration time.Duration) []time.Duration {
	if t.recorded != nil && t.recorded.fitting(duration) != nil {
		starts := make([]time.Duration, len(t.Turns))
		for i := range starts {
			starts[i] = t.recorded.start(i, 0)
		}
		return starts
	}
	tl := t.timeline(duration)
	if tl == nil {
		return nil
	}
	starts := make([]time.Duration, len(t.Turns))
	pos := 0
	for i := range t.Turns {
		turn := &t.Turns[i]
		starts[i] = tl.start(pos)
		if turn.Pause {
			starts[i] = tl.end(pos)
			if at, ok := tl.pauses[i]; ok {
				starts[i] = at.Round(time.Millisecond)
			}
		}
		if i > 0 { // behind the last words only pauses with a stamp have a time
			starts[i] = max(starts[i], starts[i-1])
		}
		for j := range turn.Blocks {
			if text := turn.Blocks[j].Text; text != "" {
				pos += weigh(text) + 1
			}
		}
	}
	return starts
}

// cutter cuts text into cues. Where it cuts does not depend on times.
type cutter struct {
	cues   []Cue
	places []span // of each cue in the spoken text, up to where the next starts; by weight
	words  []word // of the piece being cut, those that are in no cue yet
	all    []word // of the piece
}

// word is a word of a piece, and how good a place to cut is behind it.
type word struct {
	from, to int // bytes in the text
	size     int // columns
	ending   ending
	colon    bool // a reader of captions may take it for a speaker
	joined   bool // no space stands before it: text of a language without spaces
}

// cut cuts the whole transcript.
func (t *Transcript) cut(c *cutter) {
	pos, last := 0, ""
	for i := range t.Turns {
		turn := &t.Turns[i]
		cue := Cue{Speaker: turn.Speaker, Turn: i}
		for j := range turn.Blocks {
			b := &turn.Blocks[j]
			if b.Text == "" {
				continue
			}
			from := 0
			for _, to := range b.cuts() {
				pos = c.piece(cue, b.Text, from, to, pos, last)
				from, last = to, turn.Speaker
			}
			pos++
			c.places[len(c.places)-1].to = pos
		}
	}
}

// cuts returns the offsets in Text where a cue has to end: before every stamp
// and every part, and at the end.
func (b *Block) cuts() []int {
	var cuts []int
	m, p := 0, 0
	for at := 0; at < len(b.Text); {
		for m < len(b.Marks) && (!b.Marks[m].stamp() || b.Marks[m].Offset <= at || b.insideWord(b.Marks[m].Offset)) {
			m++
		}
		for p < len(b.parts) && b.parts[p] <= at {
			p++
		}
		at = len(b.Text)
		if m < len(b.Marks) {
			at = min(at, b.Marks[m].Offset)
		}
		if p < len(b.parts) {
			at = min(at, b.parts[p])
		}
		cuts = append(cuts, at)
	}
	return cuts
}

// insideWord reports whether an offset of Text splits a word.
func (b *Block) insideWord(at int) bool { return at < len(b.Text) && b.Text[at-1] != ' ' }

// piece cuts text[from:to], which starts at the place pos of the spoken text, and returns where it ends. last is who spoke before.
func (c *cutter) piece(cue Cue, text string, from, to, pos int, last string) int {
	c.split(text, from, to)
	for len(c.words) > 0 {
		name := ""
		if cue.Speaker != last {
			name = cue.Speaker
		}
		n := c.fit(name, cue.Speaker)
		last = cue.Speaker
		next := to
		if n < len(c.words) {
			next = c.words[n].from
		}
		cue.Text = text[c.words[0].from:c.words[n-1].to]
		end := pos + weigh(text[c.words[0].from:next])
		c.cues = append(c.cues, cue)
		c.places = append(c.places, span{pos, end})
		c.words = c.words[n:]
		pos = end
	}
	return pos
}

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
	if t.captionTimes != nil {
		return t.captionTimes.fitting(duration)
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
	if t.captionTimes != nil && t.captionTimes.fitting(duration) != nil {
		starts := make([]time.Duration, len(t.Turns))
		for i := range starts {
			starts[i] = t.captionTimes.start(i, 0)
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
	ends   []int  // where the pieces of the block end
}

// cut cuts the whole transcript.
func (t *Transcript) cut(c *cutter) {
	const usual = 40 // bytes of a cue
	size := 0
	for i := range t.Turns {
		for j := range t.Turns[i].Blocks {
			size += len(t.Turns[i].Blocks[j].Text)/usual + 1
		}
	}
	c.cues, c.places = make([]Cue, 0, size), make([]span, 0, size)
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
			c.ends = b.appendCuts(c.ends[:0])
			for _, to := range c.ends {
				pos = c.piece(cue, b.Text, from, to, pos, last)
				from, last = to, turn.Speaker
			}
			pos++
			c.places[len(c.places)-1].to = pos
		}
	}
}

// appendCuts appends the offsets in Text where a cue has to end: before every
// stamp and every part, and at the end.
func (b *Block) appendCuts(cuts []int) []int {
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

// Cues that end with a sentence or a clause are read more easily, but not when
// they get shorter than this, in characters.
const (
	leastSentence = 16
	leastClause   = 26
	leastRest     = 12
)

// fit returns how many of the words make the next cue. name is set where the
// speaker's name stands before them in SRT; it also does where a word ends
// with a colon.
func (c *cutter) fit(name, speaker string) int {
	n := c.fill(name)
	if name == "" {
		for _, w := range c.words[:n] {
			if w.colon {
				n = c.fill(speaker)
				break
			}
		}
	}
	if n == len(c.words) {
		return n
	}
	return c.best(n)
}

// fill returns how many words fit into two lines behind a name, whose line
// holds at least the first word. It is at least 1.
func (c *cutter) fill(name string) int {
	column, lines, total := 0, 1, 0
	if name != "" {
		column = columns(name) + len(": ")
	}
	for i, w := range c.words {
		if i == 0 {
			column += w.size
			total = w.size
			continue
		}
		if total += w.space() + w.size; total > maxCue {
			return i
		}
		if column += w.space() + w.size; column <= maxLine {
			continue
		}
		if lines++; lines > 2 || w.colon {
			return i
		}
		column = w.size
	}
	return len(c.words)
}

// best returns where to cut among the first n words, more of which follow: at
// the last sentence, else at the last clause, but not where a lonely word is
// left; else where the lines get full, or in the middle of what is left.
func (c *cutter) best(n int) int {
	size := 0
	for _, w := range c.words[:n] {
		size += w.space() + w.size
	}
	all := size
	for i := n; i < len(c.words) && all <= size+leastRest; i++ {
		all += c.words[i].space() + c.words[i].size
	}
	sentence, clause, half, so := 0, 0, 0, 0
	for i, w := range c.words[:n] {
		so += w.space() + w.size
		if half == 0 && so >= all/2 {
			half = i + 1
		}
		switch {
		case all-so <= leastRest:
		case w.ending == endsSentence && so > leastSentence:
			sentence = i + 1
		case w.ending == endsClause && so > leastClause:
			clause = i + 1
		}
	}
	switch {
	case sentence > 0:
		return sentence
	case clause > 0:
		return clause
	case half == 0 || all-size > leastRest:
		return n
	}
	return half
}

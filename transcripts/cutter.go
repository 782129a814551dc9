package transcripts

import (
	"iter"
	"strings"

	"onair/transcripts/internal/script"
)

// cutter cuts text into cues. Where it cuts does not depend on times.
type cutter struct {
	cues   []Cue
	places []span // range of each cue in the spoken text, up to the next cue, in units of weight
	words  []word // words of the current piece that are in no cue yet
	all    []word // all words of the current piece
	ends   []int  // where the pieces of the current block end

	functions script.FunctionWords // of the language of the text; nil if unknown
	captions  bool                 // the texts are captions; cut only those that do not fit
	head      int                  // columns of the name before the words of the cue in SRT
	marks     []Mark               // marks of the current block
	text      string               // text of the current block
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
	c.functions = script.LanguageOf(t.texts())
	pos, last := 0, ""
	for i := range t.Turns {
		turn := &t.Turns[i]
		cue := Cue{Speaker: turn.Speaker, Turn: i}
		if len(turn.soundsAlone()) > 0 {
			last = turn.Speaker
		}
		for j := range turn.Blocks {
			b := &turn.Blocks[j]
			if b.Text == "" {
				continue
			}
			from := 0
			c.marks = b.Marks
			c.ends = b.appendCuts(c.ends[:0])
			for _, to := range c.ends {
				pos = c.piece(cue, b.Text, from, to, pos, last)
				from, last = to, turn.Speaker
			}
			pos++
			c.places[len(c.places)-1].end = int32(pos)
		}
	}
}

// texts yields the spoken text of every block.
func (t *Transcript) texts() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range t.Turns {
			for j := range t.Turns[i].Blocks {
				if !yield(t.Turns[i].Blocks[j].Text) {
					return
				}
			}
		}
	}
}

// appendCuts appends the offsets in Text where a cue has to end: before every stamp between
// words, before every part, and at the end.
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

// piece cuts text[from:to], which starts at pos in the spoken text, and returns the
// position of its end. last is the previous speaker.
func (c *cutter) piece(cue Cue, text string, from, to, pos int, last string) int {
	c.text = text
	if name := newName(cue.Speaker, last); c.captions && fitsWhole(text[from:to], name) {
		cue.Text = text[from:to]
		end := pos + script.Weigh(cue.Text)
		c.cues, c.places = append(c.cues, cue), append(c.places, newSpan(pos, end))
		return end
	}
	c.split(text, from, to)
	c.addSounds(from, to)
	for len(c.words) > 0 {
		n := c.fit(newName(cue.Speaker, last), cue.Speaker)
		last = cue.Speaker
		next := to
		if n < len(c.words) {
			next = c.words[n].from
		}
		cue.Text = text[c.words[0].from:c.words[n-1].to]
		cue.Sounds = soundsOf(c.words[:n])
		end := pos + script.Weigh(text[c.words[0].from:next])
		c.cues = append(c.cues, cue)
		c.places = append(c.places, newSpan(pos, end))
		c.words = c.words[n:]
		pos = end
	}
	return pos
}

// newName returns the speaker, or an empty string if the last speaker was the same.
func newName(speaker, last string) string {
	if speaker == last {
		return ""
	}
	return speaker
}

// fitsWhole reports whether a text certainly fits into one cue after a name, as most
// captions do. It returns false for a text with a colon or with a character after U+07FF,
// even if the text fits.
func fitsWhole(text, name string) bool {
	if text == "" || len(text) > maxCue || text[0] == ' ' || text[len(text)-1] == ' ' || strings.IndexByte(text, ':') >= 0 {
		return false
	}
	column, lines, size := 0, 1, 0
	if name != "" {
		column = len(name) + len(": ")
	}
	first := true
	for i := 0; i <= len(text); i++ {
		if i < len(text) && text[i] != ' ' {
			if text[i] >= 0xe0 {
				return false
			}
			size++
			continue
		}
		if first {
			column += size
		} else if column += 1 + size; column > maxLine {
			if lines++; lines > 2 {
				return false
			}
			column = size
		}
		first, size = false, 0
	}
	return true
}

// addSounds attaches each sound to the word of text[from:to] before it. A sound before
// the first word of a block is attached to that word.
func (c *cutter) addSounds(from, to int) {
	w := 0
	for i := range c.marks {
		m := &c.marks[i]
		if len(c.words) == 0 || m.Note == "" || m.Offset > to || m.Offset <= from && from > 0 || m.Unclear() || !isSound([]byte(m.Note)) {
			continue
		}
		for w+1 < len(c.words) && c.words[w+1].to <= m.Offset {
			w++
		}
		word := &c.words[w]
		word.sounds = append(word.sounds, Sound{min(max(m.Offset, word.from), word.to), m.Note})
		if m.Offset > word.from && m.Offset < word.to { // inside the word
			word.sounds[len(word.sounds)-1].Offset = word.to
		}
		word.size += script.Columns(m.Note) + len(" []")
	}
}

// soundsOf returns the sounds of a cue that consists of the given words.
func soundsOf(words []word) (sounds []Sound) {
	for i := range words {
		for _, s := range words[i].sounds {
			s.Offset -= words[0].from
			sounds = append(sounds, s)
		}
	}
	return sounds
}

// best cuts after a sentence or a clause only if the cue and the rest of the text are
// longer than these limits, in columns.
const (
	leastSentence = 16
	leastClause   = 26
	leastRest     = 12
)

// fit returns how many of the words go into the next cue. In SRT the cue starts
// with name, or with speaker if name is empty and a word ends with a colon.
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
	if n == len(c.words) && (c.captions || c.breaksWell(n)) {
		return n
	}
	return c.best(n)
}

// fill returns how many words fit into two lines after a name. The first line
// holds the name and at least one word. The result is at least 1.
func (c *cutter) fill(name string) int {
	c.head = 0
	if name != "" {
		c.head = script.Columns(name) + len(": ")
	}
	column, lines, total := c.head, 1, 0
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

// best returns how many of the first n words to put into the cue. It prefers to cut at the
// end of the last sentence, then of the last clause, unless too little text would remain.
// Otherwise it cuts after n words, or after half of the text if hardly any text follows.
// It prefers a cut whose words break well into two lines. If the n words are the whole
// text, it cuts only at the end of a sentence or clause.
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
		case w.ending == endsSentence && so > leastSentence && (sentence == 0 || c.breaksWell(i+1)):
			sentence = i + 1
		case w.ending == endsClause && so > leastClause && (clause == 0 || c.breaksWell(i+1)):
			clause = i + 1
		}
	}
	switch {
	case sentence > 0:
		return sentence
	case clause > 0 && c.breaksWell(clause):
		return clause
	case n == len(c.words):
		return n
	case half == 0 || all-size > leastRest:
		half = n
	}
	if at := c.beforeFunctionWords(half, n); clause == 0 || c.breaksWell(at) {
		return at
	}
	return clause
}

// isFunctionWord reports whether word i is a function word, which belongs to the word after
// it.
func (c *cutter) isFunctionWord(i int) bool {
	w := &c.words[i]
	return w.ending == endsWord && len(w.sounds) == 0 && c.functions.EndsWith(c.text[w.from:w.to])
}

// beforeFunctionWords returns how many words to put into the cue: a number near wanted, at
// most limit, for which the cue does not end with a function word. It prefers a number
// whose words break well into two lines. If it finds no number, it returns wanted.
func (c *cutter) beforeFunctionWords(wanted, limit int) int {
	const earlier = 6
	if !c.isFunctionWord(wanted-1) && c.breaksWell(wanted) {
		return wanted
	}
	best := 0
	try := func(n int) bool {
		if n <= 0 || n > limit || n >= len(c.words) || c.isFunctionWord(n-1) {
			return false
		}
		if best == 0 {
			best = n
		}
		return c.breaksWell(n)
	}
	if try(wanted) {
		return wanted
	}
	for i := 1; i <= earlier; i++ {
		for _, n := range [...]int{wanted + i, wanted - i} {
			if try(n) {
				return n
			}
		}
	}
	if best == 0 {
		return wanted
	}
	return best
}

// breaksWell reports whether the first n words fit into one line of SRT, or into two
// lines of which the first does not end with a function word.
func (c *cutter) breaksWell(n int) bool {
	size := c.head
	for i := range c.words[:n] {
		size += c.words[i].size
		if i > 0 {
			size += c.words[i].space()
		}
	}
	if size <= maxLine {
		return true
	}
	left := c.head + c.words[0].size
	for i := 1; i < n; i++ {
		w := &c.words[i]
		if left > maxLine {
			return false
		}
		if right := size - left - w.space(); right <= maxLine && !w.colon && !c.isFunctionWord(i-1) {
			return true
		}
		left += w.space() + w.size
	}
	return false
}

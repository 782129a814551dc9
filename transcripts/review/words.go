package review

import (
	"slices"
	"strings"
	"time"
)

// word is a word in a list of lines.
type word struct {
	text string
	line int // from 0
	at   int // offset in the line, in bytes
}

func words(lines []string) (all []word) {
	for n, line := range lines {
		at := 0
		for at < len(line) {
			if line[at] == ' ' || line[at] == '\t' {
				at++
				continue
			}
			end := len(line)
			if k := strings.IndexAny(line[at:], " \t"); k >= 0 {
				end = at + k
			}
			all = append(all, word{line[at:end], n, at})
			at = end
		}
	}
	return all
}

func texts(all []word) []string {
	s := make([]string, len(all))
	for i, w := range all {
		s[i] = w.text
	}
	return s
}

// passage is a run of changed lines.
type passage struct {
	Line   int // first line after the change, from 1
	Pieces []piece
	Time   time.Duration // when the passage is said
	Timed  bool          // whether Time is known
}

// piece is a run of words that are unchanged, Deleted or Inserted. A piece without text
// stands for omitted unchanged words.
type piece struct {
	Text              string
	Deleted, Inserted bool
}

// contextWords is the number of unchanged words on each side of a change.
const contextWords = 6

// passages returns the changed passages, compared word by word.
func (p *pair) passages() (all []passage) {
	for _, h := range p.hunks {
		if h.equal || textLines(p.a[h.a:h.aEnd])+textLines(p.b[h.b:h.bEnd]) == 0 {
			continue
		}
		a, b := words(p.a[h.a:h.aEnd]), words(p.b[h.b:h.bEnd])
		changed := passage{Line: h.b + 1}
		for _, w := range diff(texts(a), texts(b)) {
			if w.equal {
				changed.Pieces = append(changed.Pieces, piece{Text: join(b[w.b:w.bEnd])})
				continue
			}
			if w.aEnd > w.a {
				changed.Pieces = append(changed.Pieces, piece{Text: join(a[w.a:w.aEnd]), Deleted: true})
			}
			if w.bEnd > w.b {
				changed.Pieces = append(changed.Pieces, piece{Text: join(b[w.b:w.bEnd]), Inserted: true})
			}
		}
		changed.Pieces = cutMiddles(changed.Pieces)
		changed.Time, changed.Timed = p.timeOf(h)
		all = append(all, changed)
	}
	return all
}

func join(words []word) string { return strings.Join(texts(words), " ") }

// cutMiddles removes the middles of long pieces of unchanged words.
func cutMiddles(pieces []piece) (short []piece) {
	for i, p := range pieces {
		if p.Deleted || p.Inserted {
			short = append(short, p)
			continue
		}
		words := strings.Fields(p.Text)
		head, tail := contextWords, contextWords
		if i == 0 {
			head = 0
		}
		if i == len(pieces)-1 {
			tail = 0
		}
		if len(words) <= head+tail+1 {
			short = append(short, p)
			continue
		}
		if head > 0 {
			short = append(short, piece{Text: strings.Join(words[:head], " ")})
		}
		short = append(short, piece{})
		if tail > 0 {
			short = append(short, piece{Text: strings.Join(words[len(words)-tail:], " ")})
		}
	}
	return short
}

// timeOf returns when changed lines are said: the time of a resolved unintelligible
// passage in them, or else the time of the paragraph in which they begin. ok is false if
// the time is unknown.
func (p *pair) timeOf(h hunk) (t time.Duration, ok bool) {
	is := unclear(p.after)
	for m := range marks(p.before) {
		if m.Unclear() && m.Timed && m.Line > h.a && m.Line <= h.aEnd && !slices.Contains(is, m.Time.String()) {
			return m.Time, true
		}
	}
	return p.after.At(h.b+1, 0)
}

package review

import (
	"slices"
	"strings"
	"time"
)

// word is a word of one of several lines, with the white space before it left
// out.
type word struct {
	text string
	line int // from 0
	at   int // bytes before it in the line
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

// Passage is a stretch of lines that changed.
type Passage struct {
	Line   int // the first, in the file as it is; from 1
	Pieces []Piece
	Time   time.Duration // when it is heard
	Timed  bool
}

// Piece is a run of words: as they were and are, or Deleted, or Inserted. An
// empty piece stands for words that are left out.
type Piece struct {
	Text              string
	Deleted, Inserted bool
}

// around is how many unchanged words are shown on each side of a change.
const around = 6

// passages are the changed lines, word by word.
func (p *pair) passages() (all []Passage) {
	for _, h := range p.hunks {
		if h.equal || textLines(p.a[h.a:h.aEnd])+textLines(p.b[h.b:h.bEnd]) == 0 {
			continue
		}
		a, b := words(p.a[h.a:h.aEnd]), words(p.b[h.b:h.bEnd])
		passage := Passage{Line: h.b + 1}
		for _, w := range diff(texts(a), texts(b)) {
			if w.equal {
				passage.Pieces = append(passage.Pieces, Piece{Text: join(b[w.b:w.bEnd])})
				continue
			}
			if w.aEnd > w.a {
				passage.Pieces = append(passage.Pieces, Piece{Text: join(a[w.a:w.aEnd]), Deleted: true})
			}
			if w.bEnd > w.b {
				passage.Pieces = append(passage.Pieces, Piece{Text: join(b[w.b:w.bEnd]), Inserted: true})
			}
		}
		passage.Pieces = shorten(passage.Pieces)
		passage.Time, passage.Timed = p.timeOf(h)
		all = append(all, passage)
	}
	return all
}

func join(words []word) string { return strings.Join(texts(words), " ") }

// shorten leaves out the middle of long runs of unchanged words.
func shorten(pieces []Piece) (short []Piece) {
	for i, piece := range pieces {
		if piece.Deleted || piece.Inserted {
			short = append(short, piece)
			continue
		}
		words := strings.Fields(piece.Text)
		head, tail := around, around
		if i == 0 {
			head = 0
		}
		if i == len(pieces)-1 {
			tail = 0
		}
		if len(words) <= head+tail+1 {
			short = append(short, piece)
			continue
		}
		if head > 0 {
			short = append(short, Piece{Text: strings.Join(words[:head], " ")})
		}
		short = append(short, Piece{})
		if tail > 0 {
			short = append(short, Piece{Text: strings.Join(words[len(words)-tail:], " ")})
		}
	}
	return short
}

// timeOf is when a changed stretch is heard: at the unintelligible passage that
// was in it, or with the paragraph in which it begins.
func (p *pair) timeOf(h hunk) (time.Duration, bool) {
	is := unclear(p.after)
	for m := range marks(p.before) {
		if m.Unclear() && m.Timed && m.Line > h.a && m.Line <= h.aEnd && !slices.Contains(is, m.Time.String()) {
			return m.Time, true
		}
	}
	return p.after.At(h.b+1, 0)
}

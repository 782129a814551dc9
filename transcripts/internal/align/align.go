// Package align finds equal words in two texts: a transcript that people wrote, and the
// words that a speech recognizer heard.
//
// It first pairs runs of words that occur once in each text. It aligns the words between
// two runs by dynamic programming, by the similarity of their letters. So the cost grows
// little faster than the length of the speech, even if half of the words are wrong.
package align

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	// longestRun is the length, in words, of the runs to search first. Between the runs
	// that are found, shorter runs are searched.
	longestRun = 4
	// minSimilarity is how similar two words must be to count as the same word. Short
	// words must be more similar.
	minSimilarity = 0.5
	// shortWord is the length below which a word is short, in letters. Short words are
	// frequent, so a single equal one is weak evidence.
	shortWord = 5
	// maxCells limits the table of the dynamic programming. If the words between two runs
	// need a larger table, only the words next to the runs are aligned.
	maxCells = 1 << 20
)

// Words aligns the words of ref with the words of heard. For every word of ref it returns
// the index of the same word in heard, or -1. The indexes other than -1 ascend. Case,
// punctuation and accents do not matter.
func Words(ref, heard []string) []int {
	a := aligner{ref: newText(ref), heard: newText(heard), pairs: make([]int, len(ref))}
	for i := range a.pairs {
		a.pairs[i] = -1
	}
	a.between(span{0, len(ref), 0, len(heard)}, longestRun)
	return a.pairs
}

// Fold returns a word in the form in which words are compared: lower case letters and
// digits, without accents. It may be empty.
func Fold(word string) string {
	ascii := true
	for i := range len(word) {
		if c := word[i]; c < 'a' && (c < '0' || c > '9') || c > 'z' {
			ascii = false
			break
		}
	}
	if ascii {
		return word
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(word))
}

// text is a sequence of folded words.
type text struct {
	words []string
	runes [][]rune
}

func newText(words []string) text {
	t := text{make([]string, len(words)), make([][]rune, len(words))}
	for i, w := range words {
		t.words[i] = Fold(w)
		t.runes[i] = []rune(t.words[i])
	}
	return t
}

// span is a part of both texts: ref[a:b] and heard[c:d].
type span struct{ a, b, c, d int }

type aligner struct {
	ref, heard text
	pairs      []int
	rows       [2][]float64 // two rows of the table of scores
	moves      []move       // moves of the whole table
	costs      []int        // buffer for the method distance
}

// between aligns the words of a span: first the runs of n words that are unique, then
// shorter runs between them, and finally similar words.
func (a *aligner) between(s span, n int) {
	s = a.edges(s)
	if s.a == s.b || s.c == s.d {
		return
	}
	if n == 0 || (s.b-s.a)*(s.d-s.c) < 64 {
		a.similar(s)
		return
	}
	at := s
	for _, r := range a.unique(s, n) {
		if r[0] < at.a || r[1] < at.c {
			continue // overlaps the previous run
		}
		for k := range n {
			a.pairs[r[0]+k] = r[1] + k
		}
		a.between(span{at.a, r[0], at.c, r[1]}, n-1)
		at.a, at.c = r[0]+n, r[1]+n
	}
	a.between(at, n-1)
}

// edges pairs the equal words at both ends of a span and returns the span between them.
func (a *aligner) edges(s span) span {
	for s.a < s.b && s.c < s.d && a.same(s.a, s.c) {
		a.pairs[s.a] = s.c
		s.a, s.c = s.a+1, s.c+1
	}
	for s.a < s.b && s.c < s.d && a.same(s.b-1, s.d-1) {
		a.pairs[s.b-1] = s.d - 1
		s.b, s.d = s.b-1, s.d-1
	}
	return s
}

func (a *aligner) same(i, j int) bool {
	return a.ref.words[i] != "" && a.ref.words[i] == a.heard.words[j]
}

// unique returns the positions in both texts of the runs of n words that occur exactly once
// in each part of the span. A single short word does not count as a run. If the order of
// some runs differs between the texts, unique returns the largest selection of runs with
// the same order in both.
func (a *aligner) unique(s span, n int) (runs [][2]int) {
	places := map[string]*[3]int{} // for each run: its position in ref, its position in heard, and how often a text repeats it
	var key strings.Builder
	count := func(words []string, from, to, text int) {
		for i := from; i+n <= to; i++ {
			key.Reset()
			for _, w := range words[i : i+n] {
				key.WriteString(w)
				key.WriteByte(0)
			}
			p := places[key.String()]
			if p == nil {
				p = &[3]int{-1, -1, 0}
				places[key.String()] = p
			}
			if p[text] >= 0 {
				p[2]++ // the run has occurred in this text before
			}
			p[text] = i
		}
	}
	count(a.ref.words, s.a, s.b, 0)
	count(a.heard.words, s.c, s.d, 1)
	for _, p := range places {
		if p[0] >= 0 && p[1] >= 0 && p[2] == 0 && (n > 1 || len(a.ref.runes[p[0]]) >= shortWord) {
			runs = append(runs, [2]int{p[0], p[1]})
		}
	}
	slices.SortFunc(runs, func(x, y [2]int) int { return x[0] - y[0] })
	return ascending(runs)
}

// ascending returns the longest subsequence of pairs whose second numbers ascend. The
// pairs are sorted by their first numbers.
func ascending(pairs [][2]int) [][2]int {
	before := make([]int, len(pairs))
	var ends []int // index of the last pair of the best subsequence of each length
	for i, p := range pairs {
		n := sort.Search(len(ends), func(k int) bool { return pairs[ends[k]][1] >= p[1] })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	kept := make([][2]int, len(ends))
	for i, k := ends[len(ends)-1], len(ends)-1; k >= 0; i, k = before[i], k-1 {
		kept[k] = pairs[i]
	}
	return kept
}

package align

// move is a step of an alignment.
type move byte

const (
	skipRef move = iota // the word of ref was not heard
	skipHeard
	pair
)

// similar aligns the words of a span so that the sum of the scores of pairs is largest. It
// makes no pairs of words whose similarity is below minSimilarity.
func (a *aligner) similar(s span) {
	rows, columns := s.b-s.a, s.d-s.c
	if rows*columns > maxCells {
		// The span has no unique run. Only the words next to its ends can be aligned.
		n := min(rows, columns, 256)
		a.similar(span{s.a, s.a + n, s.c, s.c + n})
		a.similar(span{max(s.a+n, s.b-n), s.b, max(s.c+n, s.d-n), s.d})
		return
	}
	width := columns + 1
	a.moves = append(a.moves[:0], make([]move, (rows+1)*width)...)
	for k := range a.rows {
		a.rows[k] = append(a.rows[k][:0], make([]float64, width)...)
	}
	for i := 1; i <= rows; i++ {
		above, row := a.rows[(i-1)%2], a.rows[i%2]
		for j := 1; j <= columns; j++ {
			best, m := above[j], skipRef
			if row[j-1] > best {
				best, m = row[j-1], skipHeard
			}
			if v := a.score(s.a+i-1, s.c+j-1); v > 0 && above[j-1]+v > best {
				best, m = above[j-1]+v, pair
			}
			row[j], a.moves[i*width+j] = best, m
		}
	}
	for i, j := rows, columns; i > 0 && j > 0; {
		switch a.moves[i*width+j] {
		case pair:
			i, j = i-1, j-1
			a.pairs[s.a+i] = s.c + j
		case skipRef:
			i--
		case skipHeard:
			j--
		}
	}
}

// score returns what a pair of words adds to an alignment: the similarity of the words. It
// is less for short words, so that equal short words do not outweigh longer matches.
func (a *aligner) score(i, j int) float64 {
	letters := max(len(a.ref.runes[i]), len(a.heard.runes[j]))
	return a.similarity(i, j) * float64(min(letters, shortWord)) / shortWord
}

// similarity returns how similar two words are: 1 if they are equal, 0 if they do not
// count as the same word. It is 1 minus the edit distance divided by the length of the
// longer word.
func (a *aligner) similarity(i, j int) float64 {
	x, y := a.ref.runes[i], a.heard.runes[j]
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 || float64(len(x)) < minSimilarity*float64(len(y)) {
		return 0
	}
	similarity := 1 - float64(a.distance(x, y))/float64(len(y))
	if similarity < minSimilarity || similarity == minSimilarity && len(y) < shortWord {
		return 0
	}
	return similarity
}

// distance returns the edit distance of two words.
func (a *aligner) distance(x, y []rune) int {
	a.costs = a.costs[:0]
	for j := range len(y) + 1 {
		a.costs = append(a.costs, j)
	}
	for i, r := range x {
		diagonal := a.costs[0]
		a.costs[0] = i + 1
		for j, q := range y {
			cost := diagonal
			if r != q {
				cost = 1 + min(diagonal, a.costs[j], a.costs[j+1])
			}
			diagonal = a.costs[j+1]
			a.costs[j+1] = cost
		}
	}
	return a.costs[len(y)]
}

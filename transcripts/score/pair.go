package score

import "onair/transcripts/internal/align"

// The costs of differences are those of sclite of the NIST: one substitution is cheaper
// than a missing word and an added word.
const (
	substitution = 4
	gap          = 3
)

const (
	// anchorRun is the number of equal words in a row that are paired without searching
	// for a better alignment.
	anchorRun = 3
	// maxCells limits the table of the dynamic programming.
	maxCells = 1 << 27
)

// pairWords returns for every word of ref the index of the corresponding word in heard,
// or -1, with the lowest total cost. It pairs the runs of equal words that align.Words
// finds, and considers all alignments between them.
func pairWords(ref, heard []string) []int {
	same := align.Words(ref, heard)
	for i, j := range same {
		if j >= 0 && ref[i] != heard[j] {
			same[i] = -1
		}
	}
	pairs := make([]int, len(ref))
	for i := range pairs {
		pairs[i] = -1
	}
	a, c := 0, 0
	for i := 0; i < len(ref); {
		n := 0
		for i+n < len(ref) && same[i+n] >= 0 && same[i+n] == same[i]+n {
			n++
		}
		if n >= anchorRun {
			between(pairs[a:i], ref[a:i], heard[c:same[i]], c)
			for k := range n {
				pairs[i+k] = same[i] + k
			}
			a, c = i+n, same[i]+n
		}
		i += max(n, 1)
	}
	between(pairs[a:], ref[a:], heard[c:], c)
	return pairs
}

// between aligns words of ref with words of heard, and sets pairs, which has an element for
// each word of ref. Indexes in pairs count from offset, the index of heard[0]. If the table
// would not fit into memory, between pairs the words in order.
func between(pairs []int, ref, heard []string, offset int) {
	rows, columns := len(ref), len(heard)
	if rows == 0 || columns == 0 {
		return
	}
	if rows > maxCells/columns {
		for k := range min(rows, columns) {
			pairs[k] = offset + k
		}
		return
	}
	const pair, skipRef, skipHeard = 0, 1, 2
	width := columns + 1
	moves := make([]byte, (rows+1)*width)
	above, row := make([]int, width), make([]int, width)
	for j := range width {
		row[j], moves[j] = j*gap, skipHeard
	}
	for i := 1; i <= rows; i++ {
		above, row = row, above
		row[0], moves[i*width] = i*gap, skipRef
		for j := 1; j <= columns; j++ {
			best, move := above[j-1], byte(pair)
			if ref[i-1] != heard[j-1] {
				best += substitution
			}
			if v := above[j] + gap; v < best {
				best, move = v, skipRef
			}
			if v := row[j-1] + gap; v < best {
				best, move = v, skipHeard
			}
			row[j], moves[i*width+j] = best, move
		}
	}
	for i, j := rows, columns; i > 0 || j > 0; {
		switch moves[i*width+j] {
		case pair:
			i, j = i-1, j-1
			pairs[i] = offset + j
		case skipRef:
			i--
		default:
			j--
		}
	}
}

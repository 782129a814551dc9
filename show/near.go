package show

import (
	"fmt"
	"strings"
)

// nearest returns the known word that s was most likely meant to be: the one
// with the smallest edit distance, ignoring case, if that is at most a third
// of the word. Of equals the first. Empty: none is near.
func nearest(s string, known []string) string {
	best, distance := "", 1<<30
	low := strings.ToLower(s)
	if len(low) > 200 {
		return ""
	}
	for _, k := range known {
		if d := editDistance(low, strings.ToLower(k)); d < distance && d <= max(1, max(len(k), len(s))/3) {
			best, distance = k, d
		}
	}
	return best
}

// didYouMean is the hint that names the nearest known word, if there is one.
func didYouMean(s string, known []string) string {
	if n := nearest(s, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return ""
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment, in bytes).
func editDistance(a, b string) int {
	older, old, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		older, old, row = old, row, older
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

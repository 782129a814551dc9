// Package plural writes numbers with their nouns, and lists of names.
package plural

import (
	"strconv"
	"strings"
)

// Count returns a number with its noun: "1 episode", "2 episodes". The noun
// must be one that takes an s.
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// Times returns "once" for 1, "2 times" for 2, and so on.
func Times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

// And joins names as a sentence does: "Ann", "Ann and Bo", "Ann, Bo and Cy".
func And(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

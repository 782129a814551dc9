package review

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestDiff checks that hunks cover both sequences in order, that hunks marked as equal are
// equal, and that they contain a longest common subsequence.
func TestDiff(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a, b := letters(random), letters(random)
		x, y, same := 0, 0, 0
		for i, h := range diff(a, b) {
			if h.a != x || h.b != y || h.aEnd < x || h.bEnd < y || i > 0 && h.a == h.aEnd && h.b == h.bEnd {
				t.Fatalf("%v %v: hunk %+v after %d, %d", a, b, h, x, y)
			}
			if h.equal {
				same += h.aEnd - h.a
				if !slices.Equal(a[h.a:h.aEnd], b[h.b:h.bEnd]) {
					t.Fatalf("%v %v: %+v is not equal", a, b, h)
				}
			}
			x, y = h.aEnd, h.bEnd
		}
		if x != len(a) || y != len(b) {
			t.Fatalf("%v %v: covered up to %d, %d", a, b, x, y)
		}
		if want := common(a, b); same != want {
			t.Fatalf("%v %v: %d equal, want %d", a, b, same, want)
		}
	}
}

func letters(random *rand.Rand) []string {
	s := make([]string, random.IntN(12))
	for i := range s {
		s[i] = string(rune('a' + random.IntN(4)))
	}
	return s
}

// common returns the length of the longest common subsequence.
func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

func TestDiffOfUnrelatedSequences(t *testing.T) {
	t.Parallel()
	a, b := strings.Split(strings.Repeat("a ", 5000), " "), strings.Split(strings.Repeat("b ", 5000), " ")
	if hunks := diff(a, b); len(hunks) != 2 || hunks[0].equal || !hunks[1].equal {
		t.Errorf("got %+v", hunks)
	}
}

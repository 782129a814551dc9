package align

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, ref, heard, want string }{
		{"equal", "Hello, universe!", "hello universe", "0 1"},
		{"case, accents and punctuation", "Café Zoë’s don't", "cafe zoes dont", "0 1 2"},
		{"a word more", "we all know this", "we know this", "0 -1 1 2"},
		{"a word less", "we know this", "we all know this", "0 2 3"},
		{"a similar word", "the galaxy rotates", "the galaxies rotate", "0 1 2"},
		{"a short word that is hardly similar", "the tag rotates", "the that rotates", "0 -1 2"},
		{"frequent words far away", "the ghosts stayed about two thousand", "just stay that the bounty of thousand", "-1 -1 1 4 -1 6"},
		{"another word", "the galaxy rotates", "the xylophone rotates", "0 -1 2"},
		{"repeated words", "no no no yes", "no no yes", "0 -1 1 3"},
		{"nothing heard", "we know", "", "-1 -1"},
		{"only punctuation", "yes – no", "yes no", "0 -1 1"},
		{"other letters", "Москва слезам", "москва слезам", "0 1"},
	} {
		got := Words(strings.Fields(test.ref), strings.Fields(test.heard))
		want := test.want
		if test.name == "repeated words" { // any of the three may be the missing one
			if n := len(slices.DeleteFunc(slices.Clone(got), func(i int) bool { return i < 0 })); n != 3 || got[3] != 2 {
				t.Errorf("%s: %v", test.name, got)
			}
			continue
		}
		if s := strings.Trim(fmt.Sprint(got), "[]"); s != want {
			t.Errorf("%s: %s, want %s", test.name, s, want)
		}
	}
}

// speech returns n random words. Some are frequent and many are rare, as in a language.
func speech(r *rand.Rand, n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("w%d", int(2000*r.Float64()*r.Float64()*r.Float64()))
	}
	return words
}

// TestNoisySpeech drops, adds and changes words, and checks that nearly all of the other
// words are found.
func TestNoisySpeech(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		ref := speech(r, 3000)
		var heard []string
		from := map[int]int{} // index in heard, by index in ref
		for i, w := range ref {
			switch x := r.Float64(); {
			case x < 0.05: // not heard
			case x < 0.10:
				heard = append(heard, speech(r, 1)[0])
			case x < 0.15:
				heard = append(heard, speech(r, 1)[0], w)
				from[i] = len(heard) - 1
			default:
				heard = append(heard, w)
				from[i] = len(heard) - 1
			}
		}
		right, wrong := 0, 0
		for i, j := range Words(ref, heard) {
			if want, ok := from[i]; ok && j == want {
				right++
			} else if j >= 0 && (!ok || j != want) {
				wrong++
			}
		}
		if right < len(from)*98/100 || wrong > len(ref)*6/100 {
			t.Errorf("seed %d: %d of %d words are found, %d are wrong", seed, right, len(from), wrong)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("we know this", "we all know that")
	f.Add("a b a b a b", "b a b a")
	f.Fuzz(func(t *testing.T, ref, heard string) {
		a, b := strings.Fields(ref), strings.Fields(heard)
		last := -1
		for i, j := range Words(a, b) {
			if j < 0 {
				continue
			}
			if j <= last || j >= len(b) {
				t.Fatalf("word %d is paired with %d after %d", i, j, last)
			}
			last = j
		}
	})
}

func BenchmarkWords(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	ref := speech(r, 30_000)
	var heard []string
	for _, w := range ref {
		if x := r.Float64(); x > 0.15 {
			heard = append(heard, w)
		} else if x > 0.05 {
			heard = append(heard, speech(r, 1)[0])
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		Words(ref, heard)
	}
}

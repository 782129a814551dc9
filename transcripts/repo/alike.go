package repo

import (
	"bytes"
	"math/bits"
	"path/filepath"
	"slices"

	"onair/internal/finding"
)

// sketch has sorted hashes of a text. Similar texts have similar sketches.
type sketch struct {
	runs   []uint64 // a sample of the runs of words
	stamps []uint64 // the words that are stamps
}

const (
	shingle    = 6  // words in a run
	sampleBits = 6  // leading zeros in the hash of a sampled run: one run in 64
	minRuns    = 8  // number of runs that two alike texts must share
	maxHolders = 16 // a run in more files is boilerplate, such as the text of a sponsor
	minStamps  = 4  // number of stamps that two files need so that their stamps are compared
)

// sketchOf returns the sketch of a source. Labels and stamps count as words. The sketch is
// empty if isRepeat reports true for the source.
func sketchOf(src []byte) (s sketch) {
	if isRepeat(src) {
		return s
	}
	var words [shingle]uint64
	n := 0
	for i := 0; i < len(src); {
		const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
		word := uint64(offset)
		from := i
		for i < len(src) && src[i] > ' ' {
			word = (word ^ uint64(src[i])) * prime
			i++
		}
		if i == from {
			i++
			continue
		}
		if text := src[from:i]; len(text) > 2 && string(text[:2]) == `\[` && text[2] >= '0' && text[2] <= '9' {
			s.stamps = append(s.stamps, word)
		}
		words[n%shingle] = word
		n++
		if n < shingle {
			continue
		}
		var run uint64
		for k := range shingle {
			run = bits.RotateLeft64(run*prime, 23) ^ words[(n+k)%shingle]
		}
		run *= prime
		if run>>(64-sampleBits) == 0 {
			s.runs = append(s.runs, run)
		}
	}
	for _, hashes := range []*[]uint64{&s.runs, &s.stamps} {
		slices.Sort(*hashes)
		*hashes = slices.Compact(*hashes)
	}
	return s
}

// otherTimes reports whether most stamps of two files differ. If their texts are alike, an
// episode repeats another with a new introduction or cut.
func otherTimes(a, b sketch) bool {
	if min(len(a.stamps), len(b.stamps)) < minStamps {
		return false
	}
	shared := 0
	for _, stamp := range a.stamps {
		if _, ok := slices.BinarySearch(b.stamps, stamp); ok {
			shared++
		}
	}
	return 2*shared < min(len(a.stamps), len(b.stamps))
}

// isRepeat reports whether the front matter of a transcript says that its text repeats
// that of another episode, as in "same: repeat of episode 12".
func isRepeat(src []byte) bool {
	const rule = "---"
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	first := true
	for line := range bytes.Lines(src) {
		line = bytes.TrimSpace(line)
		if first != (string(line) == rule) {
			return false
		}
		first = false
		if value, ok := bytes.CutPrefix(line, []byte("same:")); ok && len(bytes.Trim(value, ` "'`)) > 0 {
			return true
		}
	}
	return false
}

// alike reports files whose texts are nearly equal, with the same stamps: more than half of
// their runs occur in both. It reports both files, because either may be the wrong one.
func alike(files []named) (found finding.List) {
	holders := map[uint64][]int32{}
	for i, f := range files {
		for _, run := range f.runs {
			holders[run] = append(holders[run], int32(i))
		}
	}
	shared := map[[2]int32]int{}
	for _, in := range holders {
		if len(in) > maxHolders {
			continue
		}
		for i := range in {
			for j := i + 1; j < len(in); j++ {
				shared[[2]int32{in[i], in[j]}]++
			}
		}
	}
	for pair, n := range shared {
		a, b := files[pair[0]], files[pair[1]]
		if all := len(a.runs) + len(b.runs) - n; n >= minRuns && 2*n > all && !otherTimes(a.sketch, b.sketch) {
			for _, f := range [2][2]string{{a.name, b.name}, {b.name, a.name}} {
				at := finding.Position{File: filepath.ToSlash(f[0]), Line: 1}
				found.Add(ruleAlike.At(at, "text nearly equal to that of %s", filepath.ToSlash(f[1])))
			}
		}
	}
	return found
}

package repo

import (
	"bytes"
	"math/bits"
	"path/filepath"
	"slices"

	"onair/internal/finding"
)

// sketch is the sorted hashes of a sample of the runs of words in a text. Similar texts
// have similar sketches.
type sketch []uint64

const (
	shingle    = 6  // words in a run
	sampleBits = 6  // leading zeros in the hash of a sampled run: one run in 64
	minRuns    = 8  // number of runs that two alike texts must share
	maxHolders = 16 // a run in more files is boilerplate, such as the text of a sponsor
)

// sketchOf returns the sketch of a source. Labels and stamps count as words. The sketch is
// empty if isRepeat reports true for the source.
func sketchOf(src []byte) sketch {
	if isRepeat(src) {
		return nil
	}
	var all sketch
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
			all = append(all, run)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// isRepeat reports whether the front matter of a transcript says that its text repeats
// that of another episode, as in "same: repeat of episode 12".
func isRepeat(src []byte) bool {
	rest, ok := bytes.CutPrefix(src, []byte("---\n"))
	if !ok {
		return false
	}
	for line := range bytes.Lines(rest) {
		line = bytes.TrimSpace(line)
		if string(line) == "---" {
			return false
		}
		if value, ok := bytes.CutPrefix(line, []byte("same:")); ok && len(bytes.Trim(value, ` "'`)) > 0 {
			return true
		}
	}
	return false
}

// alike reports files whose texts are nearly equal: more than half of their runs occur in
// both. It reports both files, because either may be the wrong one.
func alike(files []named) (found finding.List) {
	holders := map[uint64][]int32{}
	for i, f := range files {
		for _, run := range f.sketch {
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
		if all := len(a.sketch) + len(b.sketch) - n; n >= minRuns && 2*n > all {
			for _, f := range [2][2]string{{a.name, b.name}, {b.name, a.name}} {
				at := finding.Position{File: filepath.ToSlash(f[0]), Line: 1}
				found.Add(ruleAlike.At(at, "text nearly equal to that of %s", filepath.ToSlash(f[1])))
			}
		}
	}
	return found
}

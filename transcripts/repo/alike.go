package repo

import (
	"math/bits"
	"path/filepath"
	"slices"

	"onair/internal/finding"
)

// sketch is a sample of all runs of shingle words in a text: those whose hash
// ends in sampleBits zeros. Two texts are as alike as their samples.
type sketch []uint64

const (
	shingle    = 6
	sampleBits = 6 // one run in 64
	leastRuns  = 8 // fewer say nothing
	commonRun  = 16
)

// sketchOf samples a source. It is read as plain words: labels and stamps are
// few, and two transcripts of one text share them.
func sketchOf(src []byte) sketch {
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

// alike reports files whose texts are nearly equal: more than half of what
// either holds is in both. Each is reported, since either may be the wrong one.
func alike(files []named) (l finding.List) {
	holders := map[uint64][]int32{}
	for i, f := range files {
		for _, run := range f.sketch {
			holders[run] = append(holders[run], int32(i))
		}
	}
	shared := map[[2]int32]int{}
	for _, in := range holders {
		if len(in) > commonRun { // the words of a sponsor
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
		if all := len(a.sketch) + len(b.sketch) - n; n >= leastRuns && 2*n > all {
			for _, f := range [2][2]string{{a.name, b.name}, {b.name, a.name}} {
				l.Errorf("T029", finding.Position{File: filepath.ToSlash(f[0]), Line: 1}, "is it the right file?",
					"text nearly equal to that of %s", filepath.ToSlash(f[1]))
			}
		}
	}
	return l
}

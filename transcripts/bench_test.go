package transcripts

import (
	"io"
	"maps"
	"slices"
	"testing"
	"time"
)

// benchCorpus runs once over all files in each round, and measures bytes of
// Markdown.
func benchCorpus(b *testing.B, run func(src []byte)) {
	files := corpus(b)
	names := slices.Sorted(maps.Keys(files))
	size := 0
	for _, src := range files {
		size += len(src)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, name := range names {
			run(files[name])
		}
	}
}

func BenchmarkParse(b *testing.B) {
	benchCorpus(b, func(src []byte) { Parse(src, &Options{Fraction: Frames30}) })
}

// BenchmarkFormats reads and writes all five formats.
func BenchmarkFormats(b *testing.B) {
	benchCorpus(b, func(src []byte) {
		t := Parse(src, &Options{Fraction: Frames30})
		cues := t.Cues(2 * time.Hour)
		for _, format := range formats {
			if err := format.write(io.Discard, t, cues); err != nil {
				b.Fatal(err)
			}
		}
	})
}

package transcripts

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/yuin/goldmark"
)

// benchCorpus runs once over all files in each round. Its throughput is in bytes
// of Markdown.
func benchCorpus(b *testing.B, run func(src []byte)) { benchFiles(b, corpus(b), run) }

func benchFiles(b *testing.B, files map[string][]byte, run func(src []byte)) {
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

func BenchmarkLint(b *testing.B) {
	benchCorpus(b, func(src []byte) { Lint(src, &LintOptions{Options: Options{Fraction: Frames30}}) })
}

// BenchmarkFormat formats unformatted files. Format changes nearly all files of
// the corpus; in a whole show it changes about a third.
func BenchmarkFormat(b *testing.B) {
	benchCorpus(b, func(src []byte) { Format(src, &Options{Fraction: Frames30}) })
}

// BenchmarkFormatAgain formats files that are formatted already.
func BenchmarkFormatAgain(b *testing.B) {
	formatted := map[string][]byte{}
	for name, src := range corpus(b) {
		formatted[name] = Format(src, &Options{Fraction: Frames30})
	}
	benchFiles(b, formatted, func(src []byte) { Format(src, &Options{Fraction: Frames30}) })
}

// BenchmarkGoldmark reads and renders the same Markdown with goldmark alone, for
// comparison.
func BenchmarkGoldmark(b *testing.B) {
	benchCorpus(b, func(src []byte) {
		if err := goldmark.Convert(src, io.Discard); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkReadCaptions reads captions of an hour and a half and joins them to turns.
// Its throughput is in bytes of SRT.
func BenchmarkReadCaptions(b *testing.B) {
	var src bytes.Buffer
	cues := make([]Cue, 1500)
	for i := range cues {
		start := time.Duration(i) * 4 * time.Second
		cues[i] = Cue{Start: start, End: start + 3900*time.Millisecond, Speaker: "Åsa Öst", Text: fmt.Sprintf("and this is what is said here as number %d.", i)}
	}
	if err := WriteSRT(&src, cues); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(src.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(src.Bytes(), "srt", nil); err != nil {
			b.Fatal(err)
		}
	}
}

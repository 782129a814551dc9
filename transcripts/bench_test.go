package transcripts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
)

// benchCorpus calls run for each file of the corpus once a round. The throughput is in
// bytes of Markdown.
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

// BenchmarkConvert reads six hours of captions and writes them as Markdown, as onair
// transcripts convert does. The throughput is in bytes of the captions. Run it with
// -cpu 1 to measure one core.
func BenchmarkConvert(b *testing.B) {
	cues := make([]Cue, 6000)
	for i := range cues {
		start := time.Duration(i) * 3600 * time.Millisecond
		speaker := []string{"Åsa Öst", "Jo O'Dell"}[i/5%2]
		cues[i] = Cue{Start: start, End: start + 3500*time.Millisecond, Speaker: speaker, Text: fmt.Sprintf("and this is what somebody said here as number %d.", i)}
	}
	for _, format := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"srt", func(w io.Writer) error { return WriteSRT(w, cues) }},
		{"vtt", func(w io.Writer) error { return WriteVTT(w, cues) }},
		{"json", func(w io.Writer) error { return WriteJSON(w, cues) }},
		{"whisper", func(w io.Writer) error { return writeWhisper(w, cues) }},
	} {
		b.Run(format.name, func(b *testing.B) {
			var src bytes.Buffer
			if err := format.write(&src); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(src.Len()))
			b.ReportAllocs()
			for b.Loop() {
				t, err := Read(src.Bytes(), "", nil)
				if err != nil {
					b.Fatal(err)
				}
				if err := WriteMarkdown(io.Discard, t); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// writeWhisper writes cues as the JSON of Whisper with the times of words.
func writeWhisper(w io.Writer, cues []Cue) error {
	type word struct {
		Word  string  `json:"word"`
		Start float64 `json:"start"`
		End   float64 `json:"end"`
		Score float64 `json:"score"`
	}
	type segment struct {
		Start   float64 `json:"start"`
		End     float64 `json:"end"`
		Text    string  `json:"text"`
		Speaker string  `json:"speaker"`
		Words   []word  `json:"words"`
	}
	var segments []segment
	for _, c := range cues {
		s := segment{Start: c.Start.Seconds(), End: c.End.Seconds(), Text: c.Text, Speaker: c.Speaker}
		words := strings.Fields(c.Text)
		for i, text := range words {
			at := c.Start + (c.End-c.Start)*time.Duration(i)/time.Duration(len(words))
			s.Words = append(s.Words, word{text, at.Seconds(), (at + 200*time.Millisecond).Seconds(), 0.9})
		}
		segments = append(segments, s)
	}
	return json.NewEncoder(w).Encode(map[string]any{"segments": segments, "language": "en"})
}

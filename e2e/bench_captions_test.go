package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"onair/transcripts"
)

// BenchmarkReadCaptions reads an hour of WebVTT and of SRT, and measures
// transcriptator on the same files. onair does more: it joins cues into turns and
// paragraphs and writes them as Markdown.
func BenchmarkReadCaptions(b *testing.B) {
	script := need(b, "transcriptator")
	var md strings.Builder
	for i := range 400 {
		fmt.Fprintf(&md, "**%s:** \\[%02d:%02d:%02d\\] %s\n\n", []string{"Vega", "Rigel"}[i%2], i/400, i*9/60, i*9%60,
			"It was late, and the feed was still where we had left it. Nobody asked, so nobody said a word about the cache.")
	}
	cues := transcripts.Parse([]byte(md.String()), nil).Cues(time.Hour)
	for _, format := range []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"vtt", func(w *bytes.Buffer) error { return transcripts.WriteVTT(w, cues) }},
		{"srt", func(w *bytes.Buffer) error { return transcripts.WriteSRT(w, cues) }},
	} {
		b.Run(format.name, func(b *testing.B) {
			var file bytes.Buffer
			if err := format.write(&file); err != nil {
				b.Fatal(err)
			}
			name := filepath.Join(b.TempDir(), "captions."+format.name)
			if err := os.WriteFile(name, file.Bytes(), 0o644); err != nil {
				b.Fatal(err)
			}
			const rounds = 20
			peer, err := strconv.ParseFloat(strings.TrimSpace(string(tool(b, "node", script, "--bench", strconv.Itoa(rounds), name))), 64)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(file.Len()))
			for b.Loop() {
				if _, err := transcripts.Read(file.Bytes(), format.name, nil); err != nil {
					b.Fatal(err)
				}
			}
			own := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			b.ReportMetric(peer, "transcriptator-ns/op")
			b.ReportMetric(peer/own, "times-as-fast")
		})
	}
}

package transcripts

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// formats are the writers, by the extension of their files.
var formats = []struct {
	name  string
	write func(io.Writer, *Transcript, []Cue) error
}{
	{"vtt", func(w io.Writer, _ *Transcript, cues []Cue) error { return WriteVTT(w, cues) }},
	{"srt", func(w io.Writer, _ *Transcript, cues []Cue) error { return WriteSRT(w, cues) }},
	{"json", func(w io.Writer, _ *Transcript, cues []Cue) error { return WriteJSON(w, cues) }},
	{"html", WriteHTML},
	{"txt", func(w io.Writer, t *Transcript, _ []Cue) error { return WriteText(w, t) }},
}

// golden compares got with a file of testdata, or rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs from its golden file (-want +got):\n%s", name, diff)
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("testdata/*.md")
	if err != nil || len(sources) == 0 {
		t.Fatalf("find sources: %v, %d files", err, len(sources))
	}
	for _, source := range sources {
		src, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(source[:len(source)-len(".md")])
		transcript := Parse(src, &Options{Fraction: Frames30, File: base + ".md"})
		cues := transcript.Cues(0)
		for _, format := range formats {
			var got bytes.Buffer
			if err := format.write(&got, transcript, cues); err != nil {
				t.Fatal(err)
			}
			golden(t, base+"."+format.name, got.Bytes())
		}
		golden(t, base+".page", page(transcript))
	}
}

// page returns what a site shows of a transcript, and the reader's findings.
func page(t *Transcript) []byte {
	var b bytes.Buffer
	for i := range t.Turns {
		turn := &t.Turns[i]
		b.WriteString("<section id=" + turn.ID + "> " + turn.Speaker + "\n")
		for j := range turn.Blocks {
			b.WriteString(turn.Blocks[j].HTML + "\n")
		}
	}
	for _, f := range t.Findings {
		b.WriteString(f.Severity.String() + " " + f.Rule + " " + f.Error() + "\n")
	}
	return b.Bytes()
}

// sameReading reports whether two transcripts have the same content. Positions in
// their sources may differ.
func sameReading(a, b *Transcript) bool {
	return a.Clips == b.Clips && slices.EqualFunc(a.Turns, b.Turns, func(a, b Turn) bool {
		return a.Speaker == b.Speaker && a.Pause == b.Pause && sameMark(a.Stamp, b.Stamp) && sameMark(a.Until, b.Until) &&
			slices.EqualFunc(a.Blocks, b.Blocks, sameBlock)
	})
}

func sameBlock(a, b Block) bool {
	return a.Text == b.Text && a.HTML == b.HTML && slices.Equal(a.parts, b.parts) &&
		slices.EqualFunc(a.Marks, b.Marks, func(a, b Mark) bool { return sameMark(&a, &b) })
}

func sameMark(a, b *Mark) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Offset == b.Offset && a.Note == b.Note && a.Time == b.Time && a.Timed == b.Timed
}

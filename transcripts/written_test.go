package transcripts

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// compareWritten expects asWritten and parseWritten to read the same.
func compareWritten(t *testing.T, turns []Turn, o *Options) {
	t.Helper()
	want, got := parseWritten(turns, o), asWritten(turns, &ReadOptions{Options: *o})
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Block{}, Transcript{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-parsed +taken as they are:\n%s\n%s", diff, appendMarkdown(nil, turns))
	}
}

// TestAsWritten writes and reads turns made of pieces with and without a meaning in
// Markdown.
func TestAsWritten(t *testing.T) {
	t.Parallel()
	speakers := []string{"Jo O'Dell", "Åsa Öst", "Q & A", "speaker_1", "C# <x>", "Åsa"}
	pieces := []string{
		"one", "two,", "Åsa:", "Jo O'Dell:", "Jo O'Dell:yes", "Break:", "1.", "2009.", "1)", "12:30", "-", "---", "*", "**bold**", "***", "#", "##", ">", "> x", "~~~", "```", "`code`",
		"[laughs]", "[note]", "[0:12]", "[unintelligible 00:01:02.18]", "x[y]", "[a](b)", "&", "&amp;", "AT&T", "a_b", "_a_", "<b>", "a < b", "=", "+", "\\", "\\[", "https://a.example/b_c?d=1&e",
		"é", "夜空", "…", "“so”", "**Vega:**", "end.", "**Break**:", "(x)", "\u200d", "!", "| a | b |", "---\n",
	}
	o := &Options{People: []Person{{Name: "Åsa Öst", Aliases: []string{"Åsa"}}}}
	r := rand.New(rand.NewPCG(17, 4))
	for range 2000 {
		var turns []Turn
		for i := range 1 + r.IntN(4) {
			turn := Turn{Speaker: speakers[r.IntN(len(speakers))]}
			if i > 0 && r.IntN(8) == 0 {
				turns = append(turns, Turn{Speaker: "Break", Pause: true, Stamp: &Mark{Time: time.Minute, Timed: true}, Until: &Mark{Time: 2 * time.Hour, Timed: true}})
			}
			for range 1 + r.IntN(3) {
				var words []string
				for range 1 + r.IntN(6) {
					if piece := pieces[r.IntN(len(pieces))]; r.IntN(3) > 0 {
						piece = "words"
						words = append(words, piece)
					} else {
						words = append(words, strings.TrimSpace(piece))
					}
				}
				b := Block{Text: strings.Join(words, " ")}
				if r.IntN(3) == 0 {
					b.Marks = []Mark{{Time: time.Duration(r.IntN(1+r.IntN(3000000))) * time.Second, Timed: true}}
				}
				turn.Blocks = append(turn.Blocks, b)
			}
			turns = append(turns, turn)
		}
		compareWritten(t, turns, o)
		if t.Failed() {
			return
		}
	}
}

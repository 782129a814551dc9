package transcripts

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// scripts has a minute of speech at a usual pace in scripts without spaces, and in one that
// runs from right to left.
var scripts = map[string]string{
	"Japanese": strings.Repeat("宇宙の話をしましょう。星は遠いですね。", 18),
	"Chinese":  strings.Repeat("我们今天谈谈宇宙，星星离我们很远。", 16),
	"Thai":     strings.Repeat("วันนี้เราจะพูดคุยกันเรื่องอวกาศและดวงดาว ", 18),
	"Arabic":   strings.Repeat("نتحدث اليوم عن الفضاء والنجوم البعيدة، ", 25),
}

// TestScriptsWithoutStamps expects text in each script to fill audio that is as long as its
// speech, and not to fill longer audio.
func TestScriptsWithoutStamps(t *testing.T) {
	t.Parallel()
	for name, text := range scripts {
		transcript := Parse([]byte("**Vega:** "+text+"\n"), nil)
		for _, test := range []struct{ duration, least, most time.Duration }{
			{time.Minute, time.Minute, time.Minute},
			{3 * time.Minute, 30 * time.Second, 100 * time.Second},
		} {
			cues := transcript.Cues(test.duration)
			if cues == nil {
				t.Fatalf("%s has no cues", name)
			}
			if end := cues[len(cues)-1].End; end < test.least || end > test.most {
				t.Errorf("%s in %v ends at %v (%d words)", name, test.duration, end, transcript.words())
			}
			checkCues(t, cues, test.duration)
			checkWords(t, transcript, test.duration)
		}
	}
}

// TestScriptsWrap expects lines of SRT to fit into 32 columns in any script, and
// to contain all text.
func TestScriptsWrap(t *testing.T) {
	t.Parallel()
	for name, text := range scripts {
		var srt bytes.Buffer
		if err := WriteSRT(&srt, Parse([]byte("**Vega:** "+text+"\n"), nil).Cues(time.Minute)); err != nil {
			t.Fatal(err)
		}
		got := ""
		for line := range strings.SplitSeq(srt.String(), "\n") {
			if isDigits(line) || strings.Contains(line, "-->") {
				continue
			}
			if script.Columns(line) > maxLine {
				t.Errorf("%s: %d columns in %q", name, script.Columns(line), line)
			}
			if r, _ := utf8.DecodeRuneInString(line); strings.ContainsRune("。，、ะาิ", r) {
				t.Errorf("%s: a line starts with %q", name, r)
			}
			got += line
		}
		if want := "Vega:" + strings.ReplaceAll(text, " ", ""); strings.ReplaceAll(got, " ", "") != want {
			t.Errorf("%s: the words of SRT differ", name)
		}
	}
}

func TestWeigh(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text                   string
		weight, columns, words int
	}{
		{"hello you", 9, 9, 2},
		{"夜空 star", 2*3 + 5, 2*2 + 5, 2},
		{"夜空の星", 12, 8, 2},
		{"สวัสดี", 6, 6, 2},
		{"مرحبا بكم", 9, 9, 2},
		{"", 0, 0, 0},
	} {
		if w, c, n := script.Weigh(test.text), script.Columns(test.text), countWords(test.text); w != test.weight || c != test.columns || n != test.words {
			t.Errorf("%q weighs %d, takes %d columns and has %d words", test.text, w, c, n)
		}
	}
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

package draft

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/transcripts"
	"onair/transcripts/words"
)

const ms = time.Millisecond

// said returns words that take half a second each. The first one starts at the time start.
func said(text string, start time.Duration, confidence float64) (list []words.Word) {
	for _, w := range strings.Fields(text) {
		list = append(list, words.Word{Text: w, Start: start, End: start + 500*ms, Confidence: confidence})
		start += 500 * ms
	}
	return list
}

// moment returns words that share a short time.
func moment(text string, from, length time.Duration) (list []words.Word) {
	fields := strings.Fields(text)
	for i, w := range fields {
		n := time.Duration(len(fields))
		list = append(list, words.Word{Text: w, Start: from + time.Duration(i)*length/n, End: from + time.Duration(i+1)*length/n})
	}
	return list
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	f := &words.File{
		Engine: "command", Model: "my \"model\"", Speakers: map[string]string{"1": "vega"},
		Segments: []words.Segment{
			{Voice: "1", Words: said("Hello <b>there</b>, **X:** and [00:01]. # What?", 1200*ms, 0.9)},
			{Voice: "1", Words: said("mumble mumble", 6*time.Second, 0.2)},
			{Voice: "1", Words: said("again.", 8*time.Second, 0)},
			{Voice: "2", Words: said("Yes.", 62*time.Minute, 0.9)},
		},
	}
	got := string(Markdown(f, func(name string) string { return strings.ReplaceAll(name, "vega", "Vega Lyrae") }))
	want := `---
machine: {engine: "command", model: "my \"model\"", reviewed: false}
---

**Vega Lyrae:** \[00:01\] Hello \<b>there\</b>, \*\*X:\*\* and (00:01). # What? \[unintelligible 0:00:06\] again.

**Voice 2:** \[01:02:00\] Yes.
`
	if diff := cmp.Diff(want, strings.ReplaceAll(got, "00:00:06", "0:00:06")); diff != "" {
		t.Error(diff)
	}
	if parsed := transcripts.Parse([]byte(got), nil); !parsed.Machine || len(parsed.Turns) != 2 {
		t.Errorf("%d turns are read, machine is %v", len(parsed.Turns), parsed.Machine)
	}
}

func TestUnclear(t *testing.T) {
	t.Parallel()
	long := ""
	for i := range 45 {
		long += fmt.Sprintf("w%d ", i)
	}
	for _, test := range []struct {
		name string
		list []words.Word
		want string
	}{
		{"repetition", said("so "+strings.Repeat("thank you very much ", 5)+"bye", 0, 0), "so thank you very much ? bye"},
		{"a chorus", said(strings.Repeat("we will rock you ", 3)+"yes", 0, 0), "we will rock you we will rock you we will rock you yes"},
		{"a repetition with other punctuation", said("so thanks for watching! Thanks for watching. thanks, for watching! Thanks for watching? bye", 0, 0), "so thanks for watching! ? bye"},
		{"a long repetition", said(strings.Repeat(long, 4)+"bye", 0, 0), long + "? bye"},
		{"a burst", append(said("so then", 0, 0), append(moment("one two three four five six seven", 3*time.Second, 200*ms), said("slow words", 6*time.Second, 0)...)...), "so then ? slow words"},
		{"a fast phrase", append(said("so then", 0, 0), append(moment("and it was a", 3*time.Second, 480*ms), said("slow words", 6*time.Second, 0)...)...), "so then and it was a slow words"},
		{"speech too fast", func() (list []words.Word) {
			for i := range 10 {
				list = append(list, words.Word{Text: fmt.Sprint("w", i), Start: time.Duration(i) * 50 * ms, End: time.Duration(i+1) * 50 * ms})
			}
			return append(list, said("slow words", 10*time.Second, 0)...)
		}(), "? slow words"},
	} {
		out := string(Markdown(&words.File{Segments: words.Segments(test.list, nil)}, nil))
		parsed := transcripts.Parse([]byte(out), nil)
		var got []string
		for _, turn := range parsed.Turns {
			for _, b := range turn.Blocks {
				text := b.Text
				for i := len(b.Marks) - 1; i >= 0; i-- {
					if m := b.Marks[i]; m.Unclear() {
						text = strings.TrimSpace(text[:m.Offset]) + " ? " + text[m.Offset:]
					}
				}
				got = append(got, strings.Fields(text)...)
			}
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s: %q, want %q", test.name, s, test.want)
		}
	}
}

// TestParagraphs expects a paragraph to end with the last sentence within 90 seconds.
func TestParagraphs(t *testing.T) {
	t.Parallel()
	var list []words.Word
	for i := range 40 { // a sentence of 10 seconds each
		list = append(list, said(strings.Repeat("word ", 19)+fmt.Sprintf("end%d.", i), time.Duration(i)*10*time.Second, 0)...)
	}
	for _, b := range paragraphs(flatten(&words.File{Segments: words.Segments(list, nil)})) {
		if n := len(strings.Fields(b.Text)); n > 180 || !strings.HasSuffix(b.Text, ".") || len(b.Marks) != 1 {
			t.Errorf("a paragraph of %d words: %q", n, b.Text)
		}
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	src := "**Voice 1:** Hi **Voice 1:**\n\n**Voice 2:** Voice 1.\n\n**Vega:** Bye.\n"
	got, n := Rename([]byte(src), map[string]string{"Voice 1": "Vega", "Voice 2": "Voice 1"})
	if want := "**Vega:** Hi **Voice 1:**\n\n**Voice 1:** Voice 1.\n\n**Vega:** Bye.\n"; string(got) != want || n["Voice 1"] != 1 || n["Voice 2"] != 1 {
		t.Errorf("%q, %v", got, n)
	}
}

// FuzzMarkdown expects any text of a recognizer to be read as spoken text, without labels
// and notes.
func FuzzMarkdown(f *testing.F) {
	f.Add("Hello **X:** [00:10] <script> &amp; `code` \\[laughs\\] _a_ --- # x", "1")
	f.Fuzz(func(t *testing.T, text, voice string) {
		r := rand.New(rand.NewPCG(1, 2))
		list := words.Segments(said(text, 0, r.Float64()), nil)
		for i := range list {
			list[i].Voice = voice
		}
		parsed := transcripts.Parse(Markdown(&words.File{Segments: list}, nil), nil)
		if len(list) > 0 && len(parsed.Turns) != 1 {
			t.Errorf("%d turns of %q", len(parsed.Turns), text)
		}
		for _, turn := range parsed.Turns {
			for _, b := range turn.Blocks {
				for _, m := range b.Marks {
					if m.Note != "" && !m.Unclear() {
						t.Errorf("%q becomes the note %q", text, m.Note)
					}
				}
			}
		}
	})
}

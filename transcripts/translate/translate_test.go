package translate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/transcripts"
)

const original = `---
machine: {engine: "x", reviewed: false}
timeline: clips
---

**Vega Lyrae:** \[00:01\] Hello, *dear* universe. \[laughs\] See [the docs](https://docs.example/a_b "T") or ` + "`go build`" + `.

And \[00:09\] etcd is a load balancer, https://example.com/x.

**Break:** \[00:20\] to \[00:30\]

**Rigel:**

- a list \<b>
> a quote

` + "```go\nfmt.Println(\"not this\")\n\n**Deneb:** nor this\n```" + `

**Vega Lyrae:** Bye, _everybody_!
`

// shout translates by writing text in capitals and adding a word.
func shout(pending [][]string) (answers [][]string) {
	for _, turn := range pending {
		var texts []string
		for _, text := range turn {
			texts = append(texts, strings.ToUpper(text)+" ¡SÍ!")
		}
		answers = append(answers, texts)
	}
	return answers
}

func translated(t *testing.T) ([]byte, *Record) {
	t.Helper()
	p, err := New([]byte(original), nil, nil, []Term{{"etcd", ""}, {"load balancer", "balanceador"}}, "transcript.es.md")
	if err != nil {
		t.Fatal(err)
	}
	out, record := p.Finish(shout(p.Pending), "google", "nmt")
	again, err := ReadRecord(record.Format(), "")
	if err != nil || !cmp.Equal(again, record, cmp.AllowUnexported(Record{})) {
		t.Fatal(again, err)
	}
	return out, record
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	out, record := translated(t)
	want := `---
machine: {engine: "google", model: "nmt", reviewed: false}
timeline: clips
---

**Vega Lyrae:** \[00:01\] HELLO, *DEAR* UNIVERSE. \[laughs\] SEE [THE DOCS](https://docs.example/a_b "T") OR ` + "`go build`" + `. ¡SÍ!

AND \[00:09\] etcd IS A balanceador, https://example.com/x. ¡SÍ!

**Break:** \[00:20\] to \[00:30\]

**Rigel:**

- A LIST \<B> ¡SÍ!
> A QUOTE ¡SÍ!

` + "```go\nfmt.Println(\"not this\")\n\n**Deneb:** nor this\n```" + `

**Vega Lyrae:** BYE, _EVERYBODY_! ¡SÍ!
`
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Error(diff)
	}
	if len(record.turns) != 4 {
		t.Errorf("%d turns", len(record.turns))
	}
	if found := transcripts.CompareTranslation(transcripts.Parse([]byte(original), nil), transcripts.Parse(out, nil), "es"); len(found) > 0 {
		t.Error(found)
	}
}

// TestAgain expects a second run to send only the turns that changed.
func TestAgain(t *testing.T) {
	t.Parallel()
	out, record := translated(t)
	edit := func(s, old, text string) string {
		if !strings.Contains(s, old) {
			t.Fatalf("no %q in %s", old, s)
		}
		return strings.Replace(s, old, text, 1)
	}
	for _, test := range []struct {
		name        string
		source, old func(string) string
		pending     []string
		has, hasNot string
		edited      int // number of findings
		err         string
	}{
		{name: "nothing"},
		{name: "a word", source: func(s string) string { return edit(s, "Bye,", "Goodbye,") }, pending: []string{"Goodbye, ⟦1⟧everybody⟦2⟧!"}, has: "GOODBYE"},
		{name: "a stamp and a label", source: func(s string) string { return edit(edit(s, `\[00:09\]`, `\[00:10\]`), "**Rigel:**", "**Rigel O.:**") }, has: `AND \[00:10\]`, hasNot: "**Rigel:**"},
		{name: "a new turn", source: func(s string) string { return edit(s, "**Rigel:**", "**Deneb:** I am new.\n\n**Rigel:**") }, pending: []string{"I am new."}, has: "**Deneb:** I AM NEW"},
		{name: "a turn that is gone", source: func(s string) string { return edit(s, "**Vega Lyrae:** Bye, _everybody_!\n", "") }, hasNot: "BYE"},
		{name: "an edit", old: func(s string) string { return edit(s, "BYE", "Hasta luego") }, has: "Hasta luego"},
		{name: "an edit, and another turn changes", source: func(s string) string { return edit(s, "Hello", "Hi") }, old: func(s string) string { return edit(s, "BYE", "Hasta luego") }, pending: []string{"Hi,"}, has: "Hasta luego"},
		{name: "an edit of a turn that changes", source: func(s string) string { return edit(s, "Bye", "Goodbye") }, old: func(s string) string { return edit(s, "BYE", "Hasta luego") }, has: "Hasta luego", hasNot: "GOODBYE", edited: 1},
		{name: "an edit of a turn that is gone", source: func(s string) string { return edit(s, "**Vega Lyrae:** Bye, _everybody_!\n", "") }, old: func(s string) string { return edit(s, "BYE", "Hasta luego") }, err: "edited this turn"},
		{name: "a turn that people added", old: func(s string) string { return edit(s, "**Rigel:**", "**Deneb:** Hola.\n\n**Rigel:**") }, err: "turns were added or removed"},
		{name: "the front matter of the translation", old: func(s string) string { return edit(s, "reviewed: false", "reviewed: true") }, has: "reviewed: true"},
	} {
		src, old := original, string(out)
		if test.source != nil {
			src = test.source(src)
		}
		if test.old != nil {
			old = test.old(old)
		}
		p, err := New([]byte(src), []byte(old), record, nil, "transcript.es.md")
		if test.err != "" {
			if f := (finding.Finding{}); !errors.As(err, &f) || !strings.Contains(err.Error(), test.err) || f.Line == 0 {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		} else if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var pending []string
		for _, turn := range p.Pending {
			pending = append(pending, turn...)
		}
		if len(test.pending) > 0 && (len(p.Pending) != len(test.pending) || !strings.HasPrefix(pending[0], test.pending[0])) || len(test.pending) == 0 && len(pending) > 0 {
			t.Errorf("%s: %q is sent", test.name, pending)
		}
		if len(p.Findings) != test.edited {
			t.Errorf("%s: %v", test.name, p.Findings)
		}
		now, after := p.Finish(shout(p.Pending), "google", "nmt")
		if !strings.Contains(string(now), test.has) || test.hasNot != "" && strings.Contains(string(now), test.hasNot) {
			t.Errorf("%s: %s", test.name, now)
		}
		// A further run sends nothing and recognizes the edits.
		last, err := New([]byte(src), now, after, nil, "")
		if err != nil || len(last.Pending) > 0 {
			t.Errorf("%s, again: %v, %v", test.name, last, err)
			continue
		}
		if once, _ := last.Finish(nil, "google", "nmt"); string(once) != string(now) {
			t.Errorf("%s, again: %s", test.name, cmp.Diff(string(now), string(once)))
		}
	}
}

// TestMarkupOfAMachine expects a machine's text to stay text, whatever markup it contains.
func TestMarkupOfAMachine(t *testing.T) {
	t.Parallel()
	p, err := New([]byte("**Vega:** Hello.\n\nAnd more.\n"), nil, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	out, _ := p.Finish([][]string{{"**X:** [00:10] <script> &lt; `a`\n\n**Y:** ⟦7⟧ \x1b", "1. One"}}, "e", "m")
	parsed := transcripts.Parse(out, nil)
	if len(parsed.Turns) != 1 || len(parsed.Turns[0].Blocks) != 2 || len(parsed.Turns[0].Blocks[0].Marks) > 0 || !strings.HasPrefix(parsed.Turns[0].Blocks[0].Text, "**X:** (00:10) <script>") {
		t.Errorf("%s\n%+v", out, parsed.Turns)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	const asked = "See ⟦1⟧the docs⟦2⟧ now ⟦3⟧"
	for answer, want := range map[string]bool{
		"Ve ⟦1⟧los docs⟦2⟧ ya ⟦3⟧": true, "Ve los docs ya": false, "Ve ⟦2⟧los⟦1⟧ ⟦3⟧": false, "⟦1⟧⟦2⟧⟦3⟧⟦3⟧": false, "": false, "⟦1⟧ ⟦ 2 ⟧ ⟦3⟧": false,
	} {
		if Intact(asked, answer) != want {
			t.Errorf("%q: want %v", answer, want)
		}
	}
	texts, join := Fragments(asked)
	if !slices.Equal(texts, []string{"See", "the docs", "now"}) {
		t.Errorf("%q", texts)
	}
	if got := join([]string{" Ve ", "los docs", "ya"}); got != "Ve ⟦1⟧los docs⟦2⟧ ya ⟦3⟧" {
		t.Errorf("%q", got)
	}
}

// FuzzIdentity translates every text to itself, and expects the transcript not to change.
func FuzzIdentity(f *testing.F) {
	f.Add(original)
	f.Add("text before\n\n**A:** b ⟦1⟧ \\[laughs\\] [x](y) &amp; `c` <i>d</i> \\* \n\n\n# E\n1. f\n```\ncode")
	f.Fuzz(func(t *testing.T, src string) {
		p, err := New([]byte(src), nil, nil, []Term{{"b", ""}}, "")
		if err != nil {
			t.Fatal(err)
		}
		var answers [][]string
		for _, turn := range p.Pending {
			for _, text := range turn {
				if !Intact(text, text) {
					t.Errorf("%q", text)
				}
				if pieces, join := Fragments(text); join(pieces) != text {
					t.Errorf("%q becomes %q", text, join(pieces))
				}
			}
			answers = append(answers, turn)
		}
		out, record := p.Finish(answers, "e", "m")
		again, err := New([]byte(src), out, record, nil, "")
		if err != nil || len(again.Pending) > 0 {
			t.Errorf("%v: %v of\n%s\n%s", err, again, src, out)
		}
	})
}

func BenchmarkNew(b *testing.B) {
	var src strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&src, "**Vega:** \\[00:%02d\\] This is turn %d, *with* a [link](https://example.com/%d).\n\n", i%60, i, i)
	}
	p, err := New([]byte(src.String()), nil, nil, nil, "")
	if err != nil {
		b.Fatal(err)
	}
	out, record := p.Finish(shout(p.Pending), "e", "m")
	for b.Loop() {
		if p, err := New([]byte(src.String()), out, record, nil, ""); err != nil || len(p.Pending) > 0 {
			b.Fatal(err)
		}
	}
}

package transcripts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		src   string
		want  string // marks as "note@seconds", then the text
		rules string
	}{
		{`\[12:34\] a`, "@754.000 a", ""},
		{`\[01:02:03\] a`, "@3723.000 a", ""},
		{`a \[00:01:32.18\] b`, "@92.600 a b", ""},
		{`\[100:00:00\] a`, "@360000.000 a", ""},
		{`a \[laughs\] b`, "laughs a b", ""},
		{`a \[unintelligible 00:01:32.18\] b`, "unintelligible@92.600 a b", ""},
		{`a \[some \*odd\* note\] b`, "some odd note a b", ""},
		{`a \[PR [#1](https://x.example/1)\] b`, "PR #1 a b", ""},
		{`a \[John 3:16\] b`, "John 3:16 a b", ""},
		// malformed stamps
		{`\[\\00:22:22.11\\\] a`, "@1342.367 a", "T012"},
		{`\[\\00:26:43.01\] a`, "@1603.033 a", "T012"},
		{`\[00:11: 57.25\] a`, "@717.833 a", "T012"},
		{`\[00:44:03:20\] a`, "@2643.667 a", "T012"},
		{`\[00:11**:** 51.07\] a`, "@711.233 a", "T012"},
		{`\[6:05\] a`, "@365.000 a", "T012"},
		{`\[1:05:03\] a`, "@3903.000 a", ""},
		{`\[00:01:02.30\] a`, "@62.300 a", "T012"},
		{`\[00:75\] a`, "00:75 a", "T012"},
		{`\[60:01\] a`, "@3601.000 a", "T013"},
		{`\[100:08\] a`, "@6008.000 a", "T013"},
		// brackets
		{`[01:00:05.11] a`, "@3605.367 a", "T017"},
		{`a [laughter] b`, "laughter a b", "T017"},
		{`a \[laughs\[ b`, "laughs a b", "T018"},
		{`a \[laughs\\ b`, "laughs a b", "T018"},
		{`a [\laughter\]`, "laughter a", "T018"},
		{`a \[laughs] b`, "laughs a b", "T018"},
		// not marks
		{`[A]t […] [sic]`, " [A]t […] [sic]", ""},
		{`\[A\]t thing\[s\]`, " [A]t thing[s]", ""},
		{`[12:34](https://x.example)`, " 12:34", ""},
		{`a \[ b`, " a [ b", ""},
		{`at 6:00 a.m.`, " at 6:00 a.m.", ""},
		{`[16:9]`, " [16:9]", ""},
		// unintelligible
		{`a \[unintelligible01:13\] b`, "unintelligible@73.000 a b", "T019"},
		{`a \[unintelligible\] b`, "unintelligible a b", "T019"},
		{`a \[unintelligibl 00:00:01\] b`, "unintelligibl@1.000 a b", "T019"},
		// glue
		{`late\[laughs\] and`, "laughs late and", "T020"},
		{`the shape of their fu\[ture\]...`, " the shape of their fu[ture]...", ""},
		{`late\[laughs\]and`, "laughs late and", "T020"},
		{`late \[laughs\].`, "laughs late.", ""},
		{`(\[laughs\] late) "\[sic\] and"`, `laughs sic (late) "and"`, ""},
		{`late \[laughs\] "and"`, `laughs late "and"`, ""},
		// through the Markdown parser
		{`*a* \[laughs\] \[00:01:32.18\]`, "laughs @92.600 a", ""},
		{`*a \[laughs\] b*`, "laughs a b", ""},
		{`[a \[laughs\]](https://x.example) b`, "laughs a b", ""},
		{"`\\[laughs\\]`", ` \[laughs\]`, ""},
		{`![alt *x*](https://x.example/p.png) *b*`, "alt x b", ""},
	}
	for _, test := range tests {
		transcript := Parse([]byte("**Vega:** "+test.src+"\n"), &Options{Fraction: Frames30})
		block := transcript.Turns[0].Blocks[0]
		var got []string
		for _, m := range block.Marks {
			s := m.Note
			if m.Timed {
				s += fmt.Sprintf("@%.3f", m.Time.Seconds())
			}
			got = append(got, s)
		}
		var rules []string
		for _, f := range transcript.Findings {
			rules = append(rules, f.Rule)
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")+" "+block.Text); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.src, diff)
		}
		if got := strings.Join(rules, " "); got != test.rules {
			t.Errorf("%s: rules %q, want %q", test.src, got, test.rules)
		}
	}
}

// TestPaths expects readPlain and the Markdown parser to agree on paragraphs that
// both can read.
func TestPaths(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`a \[laughs\] b &amp; c \* d \[00:01\]`,
		`[laughs] late\[applause\], \q &lt;x&gt; &#x202e;`,
		"one\n  two \\\nthree\\",
		`\[ a \] \\[b] 100% & done`,
	} {
		fast := Parse([]byte("**V:** "+src), nil)
		slow := Parse([]byte("**V:** "+src+" _x_"), nil)
		want, got := slow.Turns[0].Blocks[0], fast.Turns[0].Blocks[0]
		if diff := cmp.Diff(want.Text, got.Text+" x"); diff != "" {
			t.Errorf("text of %q (-Markdown parser +fast path):\n%s", src, diff)
		}
		html := strings.TrimSuffix(got.HTML, "</p>") + " <em>x</em></p>"
		if diff := cmp.Diff(want.HTML, html); diff != "" {
			t.Errorf("HTML of %q (-Markdown parser +fast path):\n%s", src, diff)
		}
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	src := "**Vega:** Über \\[laughs\\] x.\n\n  \\[00:10\\] two *three* [laughs]\n\n1. *a*\n2. b \\[00:20\\] c\n"
	transcript := Parse([]byte(src), nil)
	var got []string
	for _, b := range transcript.Turns[0].Blocks {
		got = append(got, fmt.Sprintf("block %d:%d", b.Line, b.Column))
		for _, m := range b.Marks {
			got = append(got, fmt.Sprintf("mark %d:%d before %q", m.Line, m.Column, b.Text[m.Offset:]))
		}
	}
	want := []string{
		"block 1:11", `mark 1:17 before "x."`,
		"block 3:3", `mark 3:3 before "two three"`, `mark 3:25 before ""`,
		"block 5:1", `mark 6:6 before "c"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

package transcripts

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
)

var formatTests = []struct{ name, src, want string }{
	{name: "empty"},
	{"only blank lines", "\n \n\t\n", ""},
	{"byte order mark, CRLF, CR, no line end", "\ufeff**Vega:** One.\r\n\r\n**Rigel:** Two.\rThree.", "**Vega:** One.\n\n**Rigel:** Two.\nThree.\n"},
	{"blank lines", "\n\n**Vega:** One.  \n \n\n\nTwo.\n**Rigel:** Three.\n\n\n", "**Vega:** One.\n\nTwo.\n\n**Rigel:** Three.\n"},
	{"blocks without a blank line", "**Vega:** Look:\n- a\n- b\n## Head\nText.\n***\nMore.\n> quote\n", "**Vega:** Look:\n\n- a\n- b\n## Head\nText.\n***\nMore.\n> quote\n"},
	{"labels", "**Vega** : One.\n\n  **Rigel: **Two.\n\nVega:   Three.\n\n**Vega: Vega:** Four.\n", "**Vega:** One.\n\n**Rigel:** Two.\n\n**Vega:** Three.\n\n**Vega:** Four.\n"},
	{"stamps before the colon of a label", "**Vega** (00:05): One.\n\n**Rigel** [1:02:03]:\n\n**Åsa Öst**  \\[0:07\\]: *Two.*\n", "**Vega:** \\[00:05\\] One.\n\n**Rigel:** \\[01:02:03\\]\n\n**Åsa Öst:** \\[00:07\\] *Two.*\n"},
	{"a label inside a paragraph", "**Vega:** One. **Vega:** Two.\n", "**Vega:** One.\n\n**Vega:** Two.\n"},
	{"what a person has to decide", "Hello.\n\n**:Vega** One.\n\n3:Yeah.\n", "Hello.\n\n**:Vega** One.\n\n3:Yeah.\n"},
	{"pauses", "**Break:**   **\\[01:00\\]** - [00:01:10]\n\n**Break: \\[2:00\\]**\n", "**Break:** \\[01:00\\] to \\[01:10\\]\n\n**Break:** \\[02:00\\]\n"},
	{"stamps", "**Vega:** \\[00:05:53\\] a \\[00:05:53.19\\] b \\[1:05:53\\] c \\[62:01\\] d [00:10] e \\[\\\\00:22:22.11\\\\\\] f\n", "**Vega:** \\[05:53\\] a \\[00:05:53.19\\] b \\[01:05:53\\] c \\[01:02:01\\] d \\[00:10\\] e \\[00:22:22.11\\] f\n"},
	{"frames after a colon", "**Vega:** \\[00:44:03:20\\] a.\n", "**Vega:** \\[00:44:03.667\\] a.\n"},
	{"tags", "**Vega:** [laughs] a \\[laughs\\[ b \\[ laughter \\] c \\[unintelligible01:13\\] d [sic] \\[P\\]ost\n", "**Vega:** \\[laughs\\] a \\[laughs\\] b \\[laughter\\] c \\[unintelligible 00:01:13\\] d [sic] \\[P\\]ost\n"},
	{"entities", "**Vega:** &#39;R&amp;D&quot; &lt; `&quot;` &amp;lt; &nbsp;&eacute; [&quot;](https://x.example?a&amp;b \"&quot;\")\n", "**Vega:** 'R&D\" &lt; `&quot;` &amp;lt; &nbsp;&eacute; [\"](https://x.example?a&amp;b \"&quot;\")\n"},
	{"code", "**Vega:** `a  \nb`\n\n```\na  \n\n\n&quot; [laughs]\n```\n", "**Vega:** `a  \nb`\n\n```\na  \n\n\n&quot; [laughs]\n```\n"},
	{"code in a list", "- a  \n\n\n      b  \n", "- a  \n\n\n      b  \n"},
	{"what a style may decide", "**Vega:** github  -- \u00a0late\\[laughs\\]and [b](www.x.example)<b>\nso\n", "**Vega:** github  -- \u00a0late\\[laughs\\]and [b](www.x.example)<b>\nso\n"},
	{"a backslash before the spaces", "**Vega:** a\\  \n", "**Vega:** a\\  \n"},
	{"front matter", "---\ntimeline: clips  \n---\n**Vega:** One.\n", "---\ntimeline: clips  \n---\n\n**Vega:** One.\n"},
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, test := range formatTests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, string(Format([]byte(test.src), nil))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkFormat(t, test.src, nil)
		})
	}
}

// checkFormat checks what Format guarantees for any source.
func checkFormat(t testing.TB, src string, opts *Options) {
	t.Helper()
	out := Format([]byte(src), opts)
	if again := Format(out, opts); string(again) != string(out) {
		t.Errorf("%q is formatted as %q, and that as %q", src, out, again)
	}
	if !sameReading(Parse([]byte(src), opts), Parse(out, opts)) {
		t.Errorf("%q and %q do not say the same", src, out)
	}
	if opts == nil {
		opts = &Options{}
	}
	edits := formatEdits(parse(out, opts), opts)
	for _, e := range edits.edits {
		if string(out) != src {
			t.Errorf("%q still needs an edit: %q by %q", out, out[e.old.from():e.old.to()], edits.text[e.text.from():e.text.to()])
		}
	}
	if diff := cmp.Diff(destinations.FindAllString(src, -1), destinations.FindAllString(string(out), -1)); diff != "" {
		t.Errorf("targets of links: %s", diff)
	}
}

// destinations matches the parts of a source that a formatter must not change.
var destinations = regexp.MustCompile(`\]\([^()\s]*\)|https?://[^\s)\]]+|` + "`[^`\n]*`")

func TestFormatCorpus(t *testing.T) {
	t.Parallel()
	files := corpus(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			opts := &Options{Fraction: Frames30, File: name}
			checkFormat(t, string(files[name]), opts)
			out := string(Format(files[name], opts))
			for _, f := range Lint([]byte(out), &LintOptions{Options: *opts}).Findings {
				if formatRules[f.Rule] && f.Fixable {
					t.Errorf("Format does not fix %s %s", f.Rule, f.Error())
				}
			}
		})
	}
}

func FuzzFormat(f *testing.F) {
	for _, seed := range seeds() {
		f.Add(seed)
	}
	for _, test := range formatTests {
		f.Add(test.src)
	}
	for _, test := range lintTests {
		f.Add(test.bad)
	}
	f.Fuzz(func(t *testing.T, src string) {
		out := Format([]byte(src), nil)
		if again := Format(out, nil); string(again) != string(out) {
			t.Errorf("%q is formatted as %q, and that as %q", src, out, again)
		}
		if !sameReading(Parse([]byte(src), nil), Parse(out, nil)) {
			t.Errorf("%q and %q do not say the same", src, out)
		}
		fixed := Fix([]byte(src), nil)
		fixable := slices.ContainsFunc(Lint([]byte(src), nil).Findings, func(f finding.Finding) bool { return f.Fixable })
		if !fixable && string(fixed) != src {
			t.Errorf("%q has nothing to fix and becomes %q", src, fixed)
		}
	})
}

// TestReading expects the digests of two texts to be equal if Parse reads the same from
// both, and to differ otherwise.
func TestReading(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("**Ada:** \\[00:01\\] One.\n\nTwo \\[laughs\\] three.\n\n**Break**\n\n", 900)
	texts := []string{
		"", "**Ada:** One.\n", "**Ada:**  One.", "**Ada:** *One.*\n", "**Bo:** One.\n", "**Ada:** \\[00:01\\] One.\n", "**Ada:** \\[0:01\\] One.\n", "**Ada:** One. \\[00:01\\]\n",
		"**Ada:** One.\n\nTwo.\n", "**Ada:** One.\n\n**Ada:** Two.\n", "**Break:** \\[00:01\\] to \\[00:02\\]\n", "**Break:** \\[00:01\\]\n", "---\ntimeline: clips\n---\n\n**Ada:** One.\n",
		long, long + "**Ada:** Four.\n", strings.ReplaceAll(long, ":** ", ":**  "), strings.Replace(long, "three", "four", 1),
	}
	opts := &Options{}
	var read []*Transcript
	var digests [][32]byte
	for _, text := range texts {
		read = append(read, Parse([]byte(text), opts))
		digests = append(digests, parse([]byte(text), opts).reading(opts))
	}
	for i, a := range texts {
		for j, b := range texts {
			want := sameReading(read[i], read[j])
			if got := digests[i] == digests[j]; got != want {
				t.Errorf("the digests of %.60q and %.60q are equal: %t, want %t", a, b, got, want)
			}
		}
	}
}

// TestFormatMemory checks that Format allocates little for each line of a paragraph of
// malformed labels, so that a million lines need less than 400 MB.
func TestFormatMemory(t *testing.T) {
	const lines, most = 20_000, 1500
	src := []byte(strings.Repeat("**Vega Lyrae**: One.\n", lines))
	result := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			Format(src, nil)
		}
	})
	if got := result.AllocedBytesPerOp() / lines; got > most {
		t.Errorf("%d bytes per line, want at most %d", got, most)
	}
}

func TestCountOnly(t *testing.T) {
	t.Parallel()
	src := []byte("**Vega Lyrae**: One [unintelligible 1:32].\n**Señor Rigel:** \\[00:05\\] Two.\n")
	all, counted := Parse(src, nil), Parse(src, &Options{CountOnly: true})
	if len(all.Findings) == 0 || len(counted.Findings) != 0 {
		t.Errorf("%d findings without CountOnly, %d with it", len(all.Findings), len(counted.Findings))
	}
	var want, got Stats
	want.Add(all)
	got.Add(counted)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Stats{})); diff != "" {
		t.Error(diff)
	}
}

package transcripts

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/internal/finding/findingtest"
)

// long returns a conversation between two people with the given number of turns.
func long(turns int) string {
	var b strings.Builder
	for i := range turns {
		fmt.Fprintf(&b, "**%s:** Words.\n\n", []string{"Vega Lyrae", "Rigel Orionis"}[i%2])
	}
	return b.String()
}

// lintTest is an example of a rule.
type lintTest struct {
	rule     string
	bad      string
	fixed    string
	good     string
	people   []Person
	duration time.Duration
	unwrap   bool
}

// lintTests have two texts for every rule that checks a single file: one that
// breaks the rule and a similar one that does not. fixed is the first text after
// Fix with that rule alone; it is empty if Fix does not change the text.
var lintTests = []lintTest{
	{rule: "T001", bad: "Hello.\n\n**Vega:** Yes.\n", good: "**Vega:** Hello.\n\nYes.\n"},
	{rule: "T001", bad: "\\[00:10\\]\n\n**Vega:** Yes.\n", fixed: "**Vega:** \\[00:10\\] Yes.\n", good: "**Vega:** \\[00:10\\] Yes.\n"},
	{rule: "T001", bad: "\\[00:10\\]\n\n**Vega:** \\[00:12\\] Yes.\n", good: "**Vega:**\n\n\\[00:10\\] Yes.\n"},
	{rule: "T002", bad: "**Vega:** One.\n\nVega: Two.\n", fixed: "**Vega:** One.\n\n**Vega:** Two.\n", good: "**Vega:** One.\n\nAside: two.\n"},
	{rule: "T002", bad: "Break: \\[01:00\\]\n", fixed: "**Break:** \\[01:00\\]\n", good: "**Vega:** One.\n\nVega:\n\n> Two.\n"},
	{
		rule: "T002", bad: "Åsa Öst: One.\n\nJo O'Dell: Two.\n\nÅsa Öst: Three.\n", fixed: "**Åsa Öst:** One.\n\n**Jo O'Dell:** Two.\n\n**Åsa Öst:** Three.\n",
		good: "Name: Åsa.\nCity: Kiruna.\n\nName: Jo.\nCity: Cork.\n",
	},
	{
		rule: "T002", bad: "Vega: One.\n\nRigel: Two.\n\nVega: Three.\n\nRigel: Four.\n", fixed: "**Vega:** One.\n\n**Rigel:** Two.\n\n**Vega:** Three.\n\n**Rigel:** Four.\n",
		good: "Question: one?\n\nAnswer: two.\n\nQuestion: three?\n\nAnswer: four.\n",
	},
	{rule: "T003", bad: "**Vega:** One.\n\n**Rigel** two.\n\n**Rigel** three.\n\n**Rigel** four.\n", fixed: "**Vega:** One.\n\n**Rigel:** two.\n\n**Rigel:** three.\n\n**Rigel:** four.\n", good: "**Vega:** One.\n\n**Never** two.\n"},
	{rule: "T003", bad: "**Vega**: One.\n", fixed: "**Vega:** One.\n", good: "**Vega:** One **or**: two.\n"},
	{rule: "T003", bad: "**Vega Lyrae**: One.\n", fixed: "**Vega Lyrae:** One.\n", good: "**Vega:** One.\n\n**On Wednesday**: two.\n"},
	{rule: "T003", bad: "**Vega**: One.\n\n**R2**: Two.\n", fixed: "**Vega:** One.\n\n**R2:** Two.\n", good: "**Vega:** One.\n\n**Friday**: two.\n\n**Note**: three.\n\n*Sunday*: four.\n"},
	{rule: "T003", bad: "**Vega:** One.\n\n*Rigel:* Two.\n", good: "**Vega:** One.\n\n*Note:* two.\n"},
	{rule: "T003", bad: "**Vega:** One.\n\n### Rigel:\n\nTwo.\n", good: "**Vega:** One.\n\n### The links:\n\nTwo.\n"},
	{rule: "T003", bad: "[00:01] **Vega:** One.\n\n\\[00:00:05\\]  **Rigel**: Two.\n", fixed: "**Vega:** [00:01] One.\n\n**Rigel:** \\[00:00:05\\] Two.\n", good: "**Vega:** \\[00:01\\] **One** two.\n\n\\[00:05\\] **Three** four.\n"},
	{rule: "T003", bad: "**Vega:** One.\n\n**Rigel** two.\n", good: "**Vega:** One.\n\n**Rigel** is two. **Deneb** three.\n"},
	{rule: "T003", bad: "    **Vega:** One.\n\n# **Rigel:** Two.\n", fixed: "**Vega:** One.\n\n**Rigel:** Two.\n", good: "**Vega:** One.\n\n# Head\n"},
	{rule: "T003", bad: "**Vega Lyrae:** One.\n\n*nVega Lyrae:** Two.\n", fixed: "**Vega Lyrae:** One.\n\n**Vega Lyrae:** Two.\n", good: "**Vega:** One.\n\n*nothing:* two.\n"},
	{rule: "T003", bad: "**Break: \\[01:00\\]**\n", fixed: "**Break:** \\[01:00\\]\n", good: "**Break:** \\[01:00\\]\n"},
	{rule: "T003", bad: "**Vega:** One.\n\n3:Yeah.\n", good: "**Vega:** One.\n\n3:16 is when. 16:9 it is.\n"},
	{rule: "T004", bad: "**Vega:**One.\n\n**Vega:**  Two.\n", fixed: "**Vega:** One.\n\n**Vega:** Two.\n", good: "**Vega:** One.\n\n**Rigel:**\n\nTwo.\n"},
	{rule: "T005", bad: "**Vega:** One.\n**Rigel:** Two.\n", fixed: "**Vega:** One.\n\n**Rigel:** Two.\n", good: "**Vega:**\nOne.\n"},
	{rule: "T006", bad: "**Vega:** One. **Vega:** Two.\n", good: "**Vega:** One, **Vega:** is what it says.\n"},
	{rule: "T007", bad: "**:** One.\n\n**:Vega** Two.\n", good: "**V:** One.\n"},
	{rule: "T007", bad: "**:Vega:** One.\n\n**: :** Two.\n", good: "**Vega:** One.\n"},
	{rule: "T007", bad: "**Vega: Vega:** One.\n", fixed: "**Vega:** One.\n", good: "**Vega Vega:** One.\n"},
	{rule: "T008", bad: "**Vega:**\n\n**Rigel:** One.\n", good: "**Break:**\n\n**Vega:**\n\nOne.\n"},
	{
		rule: "T009", bad: "**V:** One.\n", fixed: "**Vega \\_ Lyrae:** One.\n", good: "**Vega \\_ Lyrae:** One.\n",
		people: []Person{{Name: "Vega _ Lyrae", Aliases: []string{"V"}}},
	},
	{rule: "T009", bad: "**Vegga:** One.\n", good: "**Vega:** One.\n\n**Break:**\n", people: []Person{{Name: "Vega"}}},
	{rule: "T009", bad: long(10) + "**VEGA LYRAE:** One.\n", good: long(10) + "**Rigel Monteris:** One.\n"},
	{rule: "T009", bad: long(10) + "**Rigel Orinis:** One.\n", good: long(10) + "**Rigel Orionis 2:** One.\n"},
	{rule: "T010", bad: long(50) + "**Deneb:** One.\n", good: long(10) + "**Deneb:** One.\n"},
	{rule: "T011", bad: "**Vega:** One.\n\n**Break:**\n\nTwo.\n", good: "**Vega:** One.\n\n**Break:**\n\n**Vega:** Two.\n"},
	{
		rule: "T012", bad: "**Vega:** \\[0:10\\] a \\[\\\\00:11: 57.25\\\\\\] b.\n", fixed: "**Vega:** \\[00:10\\] a \\[00:11:57.25\\] b.\n",
		good: "**Vega:** \\[00:10\\] We met at 6:00 a.m. \\[00:00:12.5\\]\n",
	},
	{rule: "T013", bad: "**Vega:** \\[100:08\\] One.\n", fixed: "**Vega:** \\[01:40:08\\] One.\n", good: "**Vega:** \\[59:59\\] One.\n"},
	{
		rule: "T014", bad: "**Vega:** \\[10:00\\] One.\n\n\\[03:00\\] Two.\n\n\\[11:00\\] Three.\n",
		good: "---\ntimeline: clips\n---\n\n**Vega:** \\[10:00\\] One.\n\n\\[03:00\\] Two.\n\n\\[11:00\\] Three.\n",
	},
	{rule: "T015", bad: "**Vega:** \\[01:02\\] One.\n", good: "**Vega:** \\[01:01\\] One.\n", duration: time.Minute},
	{ // dropped from the chain, but by little
		rule: "T016", bad: "**Vega:** \\[00:00\\] " + strings.Repeat("cold ", 150) + "\n\n**Rigel:** \\[01:00\\] " + strings.Repeat("cold ", 90) + "\n\n**Vega:** \\[01:14\\] " + strings.Repeat("cold ", 150) + "\n\n**Rigel:** \\[02:14\\] " + strings.Repeat("cold ", 150) + "\n",
		good: "**Vega:** \\[00:00\\] " + strings.Repeat("cold ", 150) + "\n\n**Rigel:** \\[01:00\\] " + strings.Repeat("cold ", 36) + "\n\n**Vega:** \\[01:14\\] " + strings.Repeat("cold ", 150) + "\n\n**Rigel:** \\[02:14\\] " + strings.Repeat("cold ", 150) + "\n",
	},
	{
		rule: "T016", bad: "**Vega:** \\[00:00\\] Yes.\n\n**Rigel:** No.\n\n**Deneb:** \\[01:00\\] Yes.\n",
		good: "**Song:** \\[00:00\\]\n\n**Rigel:** No.\n\n\\[01:00\\]\n\nYes.\n\n**Deneb:** \\[02:00\\] Hm \\[theme song 00:02:01\\] and so.\n\n**Song:** \\[03:00\\] to \\[04:00\\]\n",
	},
	{
		rule: "T016", bad: "**Vega:** \\[00:00\\] " + strings.Repeat("cold ", 50) + "\n\n\\[00:08\\] Yes.\n",
		good: "**Vega:** \\[00:00\\] " + strings.Repeat("cold ", 45) + "\\[unintelligible 00:00:08\\] yes.\n",
	},
	{
		rule: "T016", bad: "**Vega:** \\[00:00\\] " + strings.Repeat("words ", 20) + "\\[01:00\\] on.\n",
		good: "**Vega:** \\[00:00\\] " + strings.Repeat("words ", 160) + "\\[01:00\\] on.\n",
	},
	{rule: "T017", bad: "**Vega:** [00:10] Ha [laughter] ha.\n", fixed: "**Vega:** \\[00:10\\] Ha \\[laughter\\] ha.\n", good: "**Vega:** This [sic] is [what](https://x.example).\n"},
	{rule: "T018", bad: "**Vega:** Ha \\[laughs\\[ ha [\\laughter\\].\n", fixed: "**Vega:** Ha \\[laughs\\] ha \\[laughter\\].\n", good: "**Vega:** Ha \\[he said\\] ha.\n"},
	{rule: "T018", bad: "**Vega:** Ha \\[that is all.\n", good: "**Vega:** The \\[P\\]ost.\n"},
	{rule: "T019", bad: "**Vega:** \\[unintelligible01:13\\]\n", fixed: "**Vega:** \\[unintelligible 00:01:13\\]\n", good: "**Vega:** \\[unintelligible 00:01:13.12\\]\n"},
	{rule: "T019", bad: "**Vega:** So \\[unintelligible\\].\n", good: "**Vega:** It was unintelligible.\n"},
	{rule: "T020", bad: "**Vega:** late\\[laughs\\]and\n", fixed: "**Vega:** late \\[laughs\\] and\n", good: "**Vega:** late \\[laughs\\], and \"\\[laughs\\]\"\n"},
	{rule: "T021", bad: "**Vega:** [a](https://x. example/y) and [b]().\n", good: "**Vega:** [a](https://x.example/y) and [b](#b) and [c](notes.md).\n"},
	{rule: "T021", bad: "**Vega:** [a]([b](https://x.example)) [c](javascript:d)\n", good: "**Vega:** [a](<https://x.example>) [b](mailto:v@x.example)\n"},
	{rule: "T021", bad: "**Vega:** [a [b](https://x.example) c](https://y.example)\n", good: "**Vega:** [b](https://x.example) and [c](https://y.example)\n"},
	{rule: "T043", bad: "**Vega:** x" + strings.Repeat(" a_b*", 9000) + "\n", good: "**Vega:** x" + strings.Repeat(" *b*", 2000) + "\n"},
	{rule: "T043", bad: "**Vega:** x\n" + strings.Repeat("[a]\n", 9000), good: "**Vega:** x" + strings.Repeat(" [a]", 9000) + "\n"},
	{rule: "T037", bad: "**Vega:** It was *very * late.\n", fixed: "**Vega:** It was *very* late.\n", good: "**Vega:** 2 * 3 * 4 \\*a \\* and *one* two *three*\n"},
	{rule: "T050", bad: "---\nmachine: {engine: command, reviewed: false}\n---\n\n**Vega:** One.\n", good: "---\nmachine: {engine: command, reviewed: true}\n---\n\n**Vega:** One.\n"},
	{rule: "T037", bad: "**Vega:** **Very late **, all.\n", fixed: "**Vega:** **Very late**, all.\n", good: "**Vega:** a * b *c d\n"},
	{
		rule: "T021", bad: "**Vega:** [a](www.x.example/y), [b](x.com), [c]((https://x.example)) and [d]()https://x.example.\n",
		fixed: "**Vega:** [a](https://www.x.example/y), [b](https://x.com), [c](https://x.example) and [d](https://x.example).\n",
		good:  "**Vega:** [a](https://x.example/y_(z)) a](b)\n",
	},
	{
		rule: "T022", bad: "**Vega:** It&#39;s &quot;R&amp;D&quot;&nbsp;now.\n", fixed: "**Vega:** It's \"R&D\"&nbsp;now.\n",
		good: "**Vega:** `&quot;` 1 &lt; 2 &amp;lt; R&D [a](https://x.example?a&amp;b)\n",
	},
	{rule: "T023", bad: "**Vega:** <script>alert(1)</script>\n", good: "**Vega:** 1 < 2 and `<script>`\n"},
	{rule: "T024", bad: "**Vega:** One.\n\n2009. August 13th.\n\n    indented\n", fixed: "**Vega:** One.\n\n2009\\. August 13th.\n\nindented\n", good: "**Vega:** One:\n\n1. a\n2. b\n"},
	{rule: "T025", bad: "**Vega:** a\u00a0b c\u00add\x1d \u202ee\n", fixed: "**Vega:** a b cd \u202ee\n", good: "**Vega:** 👩‍🚀 naïve ‘’\n"},
	{
		rule: "T026", bad: "\ufeff\r\n**Vega:** One. \r\n\r\n\r\n**Rigel:**\tTwo.", fixed: "**Vega:** One.\n\n**Rigel:**\tTwo.\n",
		good: "**Vega:** One.\n\n```\na  \n\n\n  b\n```\n",
	},
	{rule: "T026", bad: "**Vega:** One  two.\n", good: "**Vega:** One `a  b` two\\\nthree.\n"},
	{rule: "T027", bad: "**Vega:** One\n  two.\n", good: "**Vega:**\nOne.\n"},
	{rule: "T027", bad: "**Vega:** One,\ntwo.\n", good: "**Vega:**\n\nA star above,\nAnd one below,\n"},
	{rule: "T027", bad: "**Vega:** One\n  two.\n", fixed: "**Vega:** One two.\n", good: "- a\n- b\n", unwrap: true},
	{rule: "T030", bad: "**Vega:** One.\n\n**Vega:** Two.\n", good: "**Vega:** One.\n\n**Break:**\n\n**Vega:** Two.\n"},
}

func TestLint(t *testing.T) {
	t.Parallel()
	for i, test := range lintTests {
		t.Run(fmt.Sprintf("%s_%d", test.rule, i), func(t *testing.T) {
			o := &LintOptions{Options: Options{People: test.people}, Duration: test.duration, Unwrap: test.unwrap}
			if !breaks(test.bad, test.rule, o) {
				t.Errorf("no finding in %q", test.bad)
			}
			if breaks(test.good, test.rule, o) {
				t.Errorf("a finding in %q", test.good)
			}
			for _, r := range Rules() {
				if r.ID != test.rule {
					o.Disabled = append(o.Disabled, r.ID)
				}
			}
			want := test.fixed
			if want == "" {
				want = test.bad
			}
			if diff := cmp.Diff(want, string(Fix([]byte(test.bad), o))); diff != "" {
				t.Errorf("Fix (-want +got):\n%s", diff)
			}
			fixable := slices.ContainsFunc(Lint([]byte(test.bad), o).Findings, func(f finding.Finding) bool { return f.Fixable })
			if fixable != (test.fixed != "" && !test.unwrap) {
				t.Errorf("fixable is %v", fixable)
			}
			o.Disabled = []string{test.rule}
			if breaks(test.bad, test.rule, o) {
				t.Error("a disabled rule is reported")
			}
		})
	}
}

// TestLintReadsAsParse expects Lint to return the same transcript as Parse.
func TestLintReadsAsParse(t *testing.T) {
	t.Parallel()
	sources := seeds()
	for _, src := range corpus(t) {
		sources = append(sources, string(src))
	}
	for _, src := range sources {
		for _, src := range []string{src, strings.ReplaceAll(src, "\n", "\r\n")} {
			parsed, linted := Parse([]byte(src), nil), Lint([]byte(src), nil)
			parsed.Findings, linted.Findings = nil, nil
			if diff := cmp.Diff(parsed, linted, cmp.AllowUnexported(Transcript{}, Block{}, captionTimes{})); diff != "" {
				t.Errorf("%.100q (-Parse +Lint):\n%s", src, diff)
			}
		}
	}
}

// TestFixKeepsLineEnds expects Fix to keep CRLF line ends if T026 is disabled.
func TestFixKeepsLineEnds(t *testing.T) {
	t.Parallel()
	const src = "\r\n**Vega**: One.\r\n\r\nTwo late\\[laughs\\]and\rso \\[0:10\\].\r\n"
	const want = "\r\n**Vega:** One.\r\n\r\nTwo late \\[laughs\\] and\rso \\[00:10\\].\r\n"
	got := Fix([]byte(src), &LintOptions{Disabled: []string{"T026"}})
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func breaks(src, rule string, o *LintOptions) bool {
	return slices.ContainsFunc(Lint([]byte(src), o).Findings, func(f finding.Finding) bool { return f.Rule == rule })
}

// TestRules expects every rule to have tests and an example that breaks it, except for
// rules that need other files.
func TestRules(t *testing.T) {
	t.Parallel()
	elsewhere := []string{"T028", "T029", "T031", "T032", "T041"}
	described := append([]string{"T010", "T043"}, elsewhere...) // their examples are not transcripts
	findingtest.Complete(t, Rules())
	for i, r := range Rules() {
		// From T033 on, some numbers belong to other packages.
		if want := fmt.Sprintf("T%03d", i+1); i < 32 && r.ID != want {
			t.Errorf("rule %s is in the place of %s", r.ID, want)
		}
		tested := slices.ContainsFunc(lintTests, func(test lintTest) bool {
			return test.rule == r.ID
		})
		if tested == slices.Contains(elsewhere, r.ID) {
			t.Errorf("%s: tested here is %v", r.ID, tested)
		}
		o := &LintOptions{Options: Options{People: []Person{{Name: "Vega"}, {Name: "Rigel"}}}, Duration: time.Minute}
		if !slices.Contains(described, r.ID) && !breaks(r.Example, r.ID, o) {
			t.Errorf("%s: its example does not break it", r.ID)
		}
	}
}

// TestHistory compares the linter with commits that fixed real transcripts.
func TestHistory(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		commit string
		rules  []string // rules that the commit fixed
		only   string   // compare only lines with this text; other lines still break the rule
		byHand bool     // the fix needs the audio
	}{
		{commit: "15071453-the-changelog-409", rules: []string{"T002"}},
		{commit: "17567eb4-changelog-news-63", rules: []string{"T026"}},
		{commit: "1c0a3f3b-go-time-93", rules: []string{"T003"}, only: "Jamal"},
		{commit: "7849b398-the-changelog-news-2023-01-23", rules: []string{"T021", "T026"}},
		{commit: "7d483deb-the-changelog-452", rules: []string{"T001"}},
		{commit: "9389cbec-go-time-103", rules: []string{"T003"}},
		{commit: "ca05c5a4-ship-it-84", rules: []string{"T003"}, byHand: true},
		{commit: "d3b38eae-ship-it-22", rules: []string{"T002"}},
	} {
		t.Run(test.commit, func(t *testing.T) {
			files := corpus(t)
			dir := string(filepath.Separator) + filepath.Join("history", test.commit)
			before, after := files[filepath.Join(dir, "before.md")], files[filepath.Join(dir, "after.md")]
			if test.only != "" {
				before, after = linesWith(before, test.only), linesWith(after, test.only)
			}
			o := &LintOptions{Options: Options{Fraction: Frames30}}
			for _, rule := range test.rules {
				if !breaks(string(before), rule, o) || breaks(string(after), rule, o) {
					t.Errorf("%s: in before %v, in after %v", rule, breaks(string(before), rule, o), breaks(string(after), rule, o))
				}
			}
			for _, r := range Rules() {
				if !slices.Contains(test.rules, r.ID) {
					o.Disabled = append(o.Disabled, r.ID)
				}
			}
			want := after
			if test.byHand {
				want = before
			}
			if diff := cmp.Diff(string(want), string(Fix(before, o))); diff != "" {
				t.Errorf("Fix (-want +got):\n%s", diff)
			}
		})
	}
}

// linesWith returns the lines of a file that contain s, as paragraphs.
func linesWith(src []byte, s string) (out []byte) {
	for line := range bytes.Lines(src) {
		if bytes.Contains(line, []byte(s)) {
			out = append(append(out, line...), '\n')
		}
	}
	return bytes.TrimSuffix(out, []byte("\n"))
}

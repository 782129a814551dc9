package review

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/transcripts"
)

func compare(before, after string) *Report {
	change := Change{Name: "a.md", Before: []byte(before), After: []byte(after)}
	return Review([]Change{change}, &Options{
		Lint: func(name string, src []byte) *transcripts.Transcript {
			return transcripts.Lint(src, &transcripts.LintOptions{Options: transcripts.Options{File: name}})
		},
		Page: func(string) string { return "https://show.example/1/" },
	})
}

func positions(found finding.List) (all []string) {
	for _, f := range found {
		all = append(all, fmt.Sprintf("%s %d:%d", f.Rule, f.Line, f.Column))
	}
	return all
}

// turns returns a conversation of two speakers with these words.
func turns(said ...string) string {
	var b strings.Builder
	for i, words := range said {
		fmt.Fprintf(&b, "**%s:** %s\n\n", []string{"Vega", "Rigel"}[i%2], words)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestReview(t *testing.T) {
	t.Parallel()
	talk := turns("one star", "two stars", "three stars", "four stars", "five stars", "six stars", "seven stars", "eight stars", "nine stars", "ten stars")
	for _, test := range []struct {
		name          string
		before, after string
		rules         []string
		older         int
	}{
		{name: "nothing", before: talk, after: talk},
		{name: "an old error in a changed line", before: "**V:** It&#39;s \\[laughs\\]a day.\n", after: "**V:** It&#39;s \\[laughs\\]a night.\n", older: 2},
		{name: "a second finding of the rule, after the first", before: "**V:** It&#39;s a day.\n", after: "**V:** It&#39;s a night&#39;s.\n", rules: []string{"T022 1:24"}, older: 1},
		{name: "a second finding of the rule, before the first", before: "**V:** Is it&#39;s a day.\n", after: "**V:** &quot;Is it&#39;s a day.\n", rules: []string{"T022 1:8"}, older: 1},
		{name: "a new line between lines", before: "**V**: One.\n\n**W:** Two.\n", after: "**V**: One.\n\n**U**: New.\n\n**W:** Two.\n", rules: []string{"T003 3:1"}, older: 1},
		{name: "a blank line that is gone", before: "**V:** One.\n\n**W:** Two.\n", after: "**V:** One.\n**W:** Two.\n", rules: []string{"T005 2:1"}},
		{name: "a stamp that makes others out of order", before: "**V:** \\[10:00\\] One.\n\n\\[11:00\\] Two.\n\n\\[12:00\\] Three.\n", after: "**V:** \\[10:00\\] One.\n\n\\[01:00\\] Two.\n\n\\[12:00\\] Three.\n", rules: []string{"T014 3:1", "T016 5:1"}},
		{name: "four relabeled turns", before: talk, after: strings.Replace(talk, "**Rigel:**", "**Vega:**", 4), rules: []string{"T030 3:1", "T030 5:1", "T030 7:1", "T030 9:1", "T030 11:1", "T030 13:1", "T030 15:1", "T030 17:1"}},
		{name: "five relabeled turns", before: talk, after: strings.ReplaceAll(talk, "**Rigel:**", "**Deneb:**"), rules: []string{"T031 3:1"}},
		{name: "a turn that is gone", before: talk, after: strings.Replace(talk, "**Vega:** five stars\n\n", "", 1), rules: []string{"T030 9:1", "T031 9:1"}},
		{name: "a turn that was joined with the turn before", before: talk, after: strings.Replace(talk, "\n\n**Rigel:** six", " six", 1), rules: []string{"T030 11:1"}},
		{name: "a stamp that is gone", before: "**V:** \\[00:10\\] One.\n\n**W:** \\[00:20\\] Two.\n", after: "**V:** \\[00:10\\] One.\n\n**W:** Two.\n", rules: []string{"T031 3:1"}},
		{name: "a stamp that moved", before: "**V:** \\[00:10\\] One.\n", after: "**V:** \\[00:11\\] One.\n"},
		{name: "an unintelligible that is a word", before: "**V:** \\[unintelligible 00:00:10\\]\n", after: "**V:** One.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := compare(test.before, test.after)
			if diff := cmp.Diff(test.rules, positions(r.Findings)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if r.Older != test.older {
				t.Errorf("%d older, want %d", r.Older, test.older)
			}
		})
	}
}

func TestReviewNamesTakenTurns(t *testing.T) {
	t.Parallel()
	before := turns("one star", "two stars", "three stars", "four stars")
	for _, test := range []struct{ label, rule string }{
		{"__Rigel:__", "T003"}, {"*Rigel:*", "T003"}, {"Rigel, sure,", "T031"},
	} {
		found := compare(before, strings.Replace(before, "**Rigel:** four", test.label+" four", 1)).Findings
		if len(found) != 1 || found[0].Rule != test.rule || !strings.HasSuffix(found[0].Message, "this change takes a turn from Rigel") {
			t.Errorf("%s: %v", test.label, found)
		}
	}
}

func TestReviewOfAnotherText(t *testing.T) {
	t.Parallel()
	words := func(word string) (said []string) {
		for i := range 20 {
			said = append(said, fmt.Sprintf("\\[00:%02d\\] %s %d %s", i, word, i, word))
		}
		return said
	}
	found := compare(turns(words("star")...), turns(words("moon")...)).Findings
	if len(found) != 1 || found[0].Message != "the change replaces nearly all of the text" {
		t.Errorf("found %v", found)
	}
}

func TestReviewCounts(t *testing.T) {
	t.Parallel()
	r := compare("**V:** \\[unintelligible 00:00:10\\] and \\[unintelligible 00:00:20\\] [a](https://a.example)\n",
		"**V:** one and \\[unintelligible 00:00:20\\] [a](https://a.example) [b](https://b.example)\n\n**W:** two\n")
	f := r.Files[0]
	if f.Resolved != 1 || f.Remaining != 1 || cmp.Diff([]string{"https://b.example"}, f.Links) != "" || r.Lines != 2 {
		t.Errorf("%+v, %d lines", f, r.Lines)
	}
	if p := f.Passages[0]; !p.Timed || p.Time.Seconds() != 10 {
		t.Errorf("the first passage is said at %v", p.Time)
	}
	change := Change{Name: "a.md", After: []byte("**V**: a\n\nb\n"), New: true}
	if r := Review([]Change{change}, &Options{Lint: lint}); len(r.Findings) != 1 || r.Lines != 3 {
		t.Errorf("a new file: %+v", r)
	}
}

func lint(_ string, src []byte) *transcripts.Transcript { return transcripts.Lint(src, nil) }

// parts matches the markup that a summary has; markup matches any other markup.
var (
	parts  = regexp.MustCompile(`</?(code|pre|del|ins)>|<br>|&#\d{2,3};|\[▶ [0-9:]+\]\(https://show\.example/1/#t=\d+\)|(?m:^#{3,4} )| \(onair transcripts todo\)\.`)
	markup = regexp.MustCompile("[]\\[<>&@#!\\\\`_*(){}\"$~^=+;?]|://|www\\.")
)

func checkSummary(t testing.TB, before, after string) {
	t.Helper()
	for _, r := range []*Report{compare(before, after), Review([]Change{{Name: after, After: []byte(after), New: true}}, &Options{Lint: lint})} {
		var b bytes.Buffer
		if err := r.WriteMarkdown(&b); err != nil {
			t.Fatal(err)
		}
		rest := parts.ReplaceAllString(b.String(), "")
		if found := markup.FindString(rest); found != "" {
			t.Errorf("%q in the summary:\n%s", found, b.String())
		}
	}
}

var hostile = []string{
	"**V:** <script>@everyone</script> ![x](https://evil.example) [y](javascript:z)\n",
	"**@everyone:** `</code></pre>` www.evil.example https://evil.example #1 ~~x~~ $x$ :smile:\n",
	"**V:** </pre>\n\n<img src=x onerror=alert(1)>\n\n# head\n\n| a | b |\n",
	"**V:** \u202e\x00\x1b[31m \\[unintelligible 99:00:00\\]\n",
}

func TestSummaryOfHostileText(t *testing.T) {
	t.Parallel()
	for _, s := range hostile {
		checkSummary(t, "**V:** Words.\n", s)
		checkSummary(t, s, "**V:** Words.\n")
	}
}

func FuzzReview(f *testing.F) {
	for _, s := range hostile {
		f.Add("**V:** \\[unintelligible 00:00:10\\] words\n", s)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		checkSummary(t, before, after)
		if same := compare(after, after); len(same.Findings) > 0 || same.Lines > 0 {
			t.Errorf("two equal files have %v in %d changed lines", same.Findings, same.Lines)
		}
	})
}

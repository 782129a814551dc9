package transcripts

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readStyle(t testing.TB, list string) *Style {
	t.Helper()
	s, err := ReadStyle(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStyle(t *testing.T) {
	t.Parallel()
	s := readStyle(t, "# spellings\njavascript: JavaScript\ngithub: GitHub\nopen-source: open source\nNPM: npm\nhttps: HTTPS\n\"c sharp\": 'C#'\n")
	for _, test := range []struct{ src, want string }{
		{"javascript, JAVASCRIPT! (Javascript)", "JavaScript, JavaScript! (JavaScript)"},
		{"Open-Source and c sharp and NPM, not Npm", "open source and C# and npm, not Npm"},
		{"*javascript* **github's** _x_ \\*github\\*", "*JavaScript* **GitHub's** _x_ \\*github\\*"},
		{"https://github.com/x github.com github/x x@github.io javascript.js", "https://github.com/x github.com github/x x@github.io javascript.js"},
		{"`github` [github](https://x.example/github) <https://github.com> <i>github</i>", "`github` [GitHub](https://x.example/github) <https://github.com> <i>GitHub</i>"},
		{"\\[github\\] \\[unintelligible 00:01:02\\] my_javascript javascripts émjavascript", "\\[github\\] \\[unintelligible 00:01:02\\] my_javascript javascripts émjavascript"},
		{"Is it https? https://x.example", "Is it HTTPS? https://x.example"},
		{"on github. And github: yes", "on GitHub. And GitHub: yes"},
	} {
		const label = "**github:** "
		if diff := cmp.Diff(label+test.want+"\n", string(s.Apply([]byte(label+test.src+"\n"), nil))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestStyleRefuses(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"javascript\n", "javascript:\n", ": JavaScript\n", "a: *b*\n", "  : x\n"} {
		if _, err := ReadStyle(strings.NewReader(list)); err == nil {
			t.Errorf("%q is read", list)
		}
	}
}

// TestStyleCorpus expects a style to change the case of spoken words and nothing
// else.
func TestStyleCorpus(t *testing.T) {
	t.Parallel()
	s := readStyle(t, "javascript: JAVASCRIPT\ngithub: GITHUB\ngo: GO\nlinux: LINUX\ncom: COM\norg: ORG\nhttps: HTTPS\n")
	files := corpus(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		src := files[name]
		out := s.Apply(src, nil)
		if diff := cmp.Diff(destinations.FindAllString(string(src), -1), destinations.FindAllString(string(out), -1)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if !strings.EqualFold(string(src), string(out)) {
			t.Errorf("%s: more than capitals has changed", name)
		}
	}
}

package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
)

// liveTexts are texts that GitHub would interpret in a comment.
var liveTexts = []string{
	"@octocat", "&#64;octocat", "@github/security", "torvalds/linux#1", "owner/repo&#35;1", "#1", "GH-1",
	"</code></pre><del>", "<code>", "`x`", "``", "[a](https://evil.example)", "![a](https://evil.example/x.png)", "<img src=x>",
	"https://evil.example", "www.evil.example", "mail@evil.example", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
	"torvalds/linux@deadbeefdeadbeef", "a\n\n# Title\n\n@octocat", "| a |\n|---|", "<!-- onair transcripts -->", "\u202e\u2066@octocat",
	"[▶ 0:01](https://show.example.evil.test/#t=1)", ":octocat:", "~~x~~", "$x$", "[^1]", "- [ ] x", "\r@octocat", "&lt;/code&gt;",
}

var (
	inCode = regexp.MustCompile(`<code>[^<>]*</code>|<pre>(?:[^<>]|<(del|ins)>[^<>]*</(del|ins)>)*</pre>|<br>`)
	listen = regexp.MustCompile(`\[▶ [0-9:]+\]\(https://show\.example/[A-Za-z0-9%._~/-]*#t=[0-9]+\)`)
	live   = regexp.MustCompile("[][<>&@#!\\\\`_*(){}\"$~^=+;?]|://|www\\.|[0-9a-f]{7}|[a-z]/[a-z]")
)

// liveIn returns the first text in a comment that GitHub might turn into a link, a mention
// or markup. It checks the text outside of code elements, and certain characters inside
// them.
func liveIn(comment string) string {
	for _, c := range inCode.FindAllString(comment, -1) {
		text := regexp.MustCompile(`</?(code|pre|del|ins)>|<br>|&#[0-9]{2,3};`).ReplaceAllString(c, "")
		if bad := regexp.MustCompile("[<>&@#`\\n]").FindString(text); bad != "" {
			return c
		}
	}
	rest := listen.ReplaceAllString(inCode.ReplaceAllString(comment, ""), "")
	rest = regexp.MustCompile(`(?m)^#{3,4} `).ReplaceAllString(rest, "")
	return live.FindString(strings.ReplaceAll(rest, "(onair transcripts todo)", ""))
}

func TestCommentHasNothingLive(t *testing.T) {
	t.Parallel()
	for _, text := range liveTexts {
		d := document{
			Version: 1, Counts: documentCounts{Errors: 1, Files: 1, Resolved: 2, Unresolved: 1},
			Findings: []documentFinding{{Severity: finding.Error, Rule: "T001", File: text, Line: 1, Message: text, Hint: text}},
			Files: []documentFile{{
				Name: text, Links: []string{text}, Relabels: []documentRelabel{{text, text, 1}},
				Passages: []documentPassage{{Line: 1, Time: new(int64), Pieces: []documentPiece{{text, true, false}, {text, false, true}, {text, false, false}}}},
			}},
		}
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReadJSON(data, func(string) string { return "https://show.example/1/" })
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var b bytes.Buffer
		if err := r.WriteMarkdown(&b); err != nil {
			t.Fatal(err)
		}
		if bad := liveIn(b.String()); bad != "" {
			t.Errorf("%q: %q is live in:\n%s", text, bad, b.String())
		}
	}
}

func TestReadJSONRefuses(t *testing.T) {
	t.Parallel()
	const empty = `{"version": 1, "counts": {}, "findings": [], "files": []}`
	many := func(item string, n int) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	replace := func(old, text string) string { return strings.Replace(empty, old, text, 1) }
	if _, err := ReadJSON([]byte(empty), nil); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"Markdown":             "### Transcripts\n",
		"nothing":              "",
		"two":                  empty + "1",
		"another version":      replace("1", "2"),
		"another field":        replace(`"counts"`, `"html": "<b>", "counts"`),
		"a field of a page":    replace(`"files": []`, `"files": [{"name": "a", "page": "https://evil.example"}]`),
		"a negative number":    replace("{}", `{"errors": -1}`),
		"a huge number":        replace("{}", `{"errors": 10000000000}`),
		"a rule that is not":   replace("[]", `[{"severity": "error", "rule": "T1\n@octocat", "file": "a", "line": 1, "message": "b"}]`),
		"a severity":           replace("[]", `[{"severity": "@octocat", "rule": "T001", "file": "a", "line": 1, "message": "b"}]`),
		"many findings":        replace("[]", "["+many(`{"severity": "error", "rule": "T001", "file": "a", "line": 1, "message": "b"}`, 31)+"]"),
		"many files":           replace(`"files": []`, `"files": [`+many(`{"name": "a"}`, 21)+"]"),
		"a long text":          replace(`"files": []`, `"files": [{"name": "`+strings.Repeat("a", 5000)+`"}]`),
		"a piece that is both": replace(`"files": []`, `"files": [{"name": "a", "passages": [{"line": 1, "pieces": [{"text": "a", "deleted": true, "inserted": true}]}]}]`),
		"too large":            strings.Repeat(" ", MaxDocument) + empty,
		"not UTF-8":            replace(`"files": []`, "\"files\": [{\"name\": \"\xff\"}]"),
	} {
		if _, err := ReadJSON([]byte(text), nil); err == nil || strings.Contains(err.Error(), "octocat") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWriteJSON expects a report to give the same comment after it was written and read.
func TestWriteJSON(t *testing.T) {
	t.Parallel()
	r := &Report{Lines: 3, Older: 2}
	for i := range 40 {
		r.Findings = append(r.Findings, finding.Finding{Rule: "T001", Severity: finding.Warning, Position: finding.Position{File: "a.md", Line: i + 1}, Message: "“wörd”"})
	}
	for i := range 30 {
		f := &file{Name: fmt.Sprintf("show/show-%d.md", i), Resolved: 1, Remaining: 2, Links: liveTexts, Page: "https://show.example/1/"}
		for range 40 {
			f.Passages = append(f.Passages, passage{Line: 7, Timed: true, Pieces: []piece{{Text: strings.Repeat("wörd ", 200)}, {Text: "a", Deleted: true}}})
		}
		r.Files = append(r.Files, f)
	}
	var data, want, got bytes.Buffer
	if err := r.WriteJSON(&data); err != nil {
		t.Fatal(err)
	}
	read, err := ReadJSON(data.Bytes(), func(string) string { return "https://show.example/1/" })
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WriteMarkdown(&want); err != nil {
		t.Fatal(err)
	}
	if err := read.WriteMarkdown(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), got.String()); diff != "" {
		t.Errorf("(-direct +read):\n%.2000s", diff)
	}
	if got.Len() > 65000 {
		t.Errorf("the comment has %d bytes", got.Len())
	}
}

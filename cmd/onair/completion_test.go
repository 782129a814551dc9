package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCompletion checks what the shell is offered after a command line: words, folders,
// files, or nothing.
func TestCompletion(t *testing.T) {
	t.Parallel()
	const words, files, folders = ":4", ":0", ":16"
	for _, tc := range []struct {
		line, kind string
		offered    string // one of the words; empty if there are none
	}{
		{"publish", words, "3-a-guid-by-any-other-name"},
		{"rename", words, "first-light"},
		{"rename first-light", words, ""},
		{"transcripts speakers", words, "first-light"},
		{"check --to", words, "local"},
		{"init --category", words, "News > Tech News"},
		{"theme diff", words, "footer.html"},
		{"help", words, "version"},
		{"status", words, ""},
		{"new --date", words, ""},
		{"audio tag --title", words, ""},
		{"serve --dir", folders, ""},
		{"import --audio-from", folders, ""},
		{"-C", folders, ""},
		{"init", folders, ""},
		{"audio tag --cover", files, ""},
		{"audio probe", files, ""},
		{"feed check --against", files, ""},
	} {
		var text strings.Builder
		sys := &system{name: "onair", stdin: strings.NewReader(""), stdout: &text, stderr: new(strings.Builder),
			env: func(string) (string, bool) { return "", false }, now: time.Now}
		args := append([]string{"__complete", "-C", "../../examples/hello-universe"}, strings.Fields(tc.line)...)
		if code := run(context.Background(), sys, append(args, "")); code != 0 {
			t.Errorf("onair %s: exit code %d", tc.line, code)
		}
		var got []string
		for line := range strings.Lines(text.String()) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			got = append(got, word)
		}
		if kind := got[len(got)-1]; kind != tc.kind {
			t.Errorf("onair %s: directive %s, want %s", tc.line, kind, tc.kind)
		}
		if tc.offered == "" && len(got) > 1 || tc.offered != "" && !slices.Contains(got, tc.offered) {
			t.Errorf("onair %s: offers %q, want %q", tc.line, got, tc.offered)
		}
		if slices.ContainsFunc(got, func(word string) bool { return strings.HasPrefix(word, "__") || word == "man" }) {
			t.Errorf("onair %s: offers hidden commands: %q", tc.line, got)
		}
	}
}

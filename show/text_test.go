package show

import (
	"strings"
	"testing"

	"onair/internal/finding"
)

func TestSplitFrontMatter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, yaml, body string
		line                 int
	}{
		{"usual", "---\na: b\n---\nNotes.\n", "a: b\n", "Notes.", 4},
		{"nothing in it", "---\n---\nNotes.", "", "Notes.", 3},
		{"no notes", "---\na: b\n---", "a: b\n", "", 4},
		{"blank lines before the notes", "---\na: b\n---\n\n\n  Notes.\n\n", "a: b\n", "  Notes.", 6},
		{"dashes in the notes", "---\na: b\n---\nNotes.\n---\nMore.", "a: b\n", "Notes.\n---\nMore.", 4},
		{"space behind the dashes", "--- \na: b\n---\t\nNotes.", "a: b\n", "Notes.", 4},
		{"dashes that are text", "---\na: |\n  ---\n----\n---\nNotes.", "a: |\n  ---\n----\n", "Notes.", 6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var found finding.List
			yaml, body, line, ok := splitFrontMatter("f.md", tt.in, &found)
			if !ok || len(found) > 0 || yaml != tt.yaml || body != tt.body || line != tt.line {
				t.Errorf("got %q, %q, line %d, %t, %v", yaml, body, line, ok, found)
			}
		})
	}
}

// FuzzFrontMatter checks that both parts occur in the file, one after the other, and that
// the notes start on the returned line.
func FuzzFrontMatter(f *testing.F) {
	for _, s := range []string{episodeMD, "---\n---", "---\n---\n\n\nx", "---", "", "--- \n\t---\n---\n", "---\n\n---\n---\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var found finding.List
		yaml, body, line, ok := splitFrontMatter("f.md", s, &found)
		if !ok {
			if !found.HasErrors() {
				t.Error("refused without an error")
			}
			return
		}
		first, rest, _ := strings.Cut(s, "\n")
		if !strings.HasPrefix(rest, yaml) || !strings.Contains(rest[len(yaml):], body) {
			t.Errorf("%q is not %q and %q behind %q", s, yaml, body, first)
		}
		lines := strings.Split(s, "\n")
		if body != "" && !strings.HasPrefix(body, strings.TrimRight(lines[line-1], "\n \t")) {
			t.Errorf("line %d is %q; the notes are %q", line, lines[line-1], body)
		}
	})
}

package source

import (
	"fmt"
	"strings"
	"testing"

	"onair/internal/finding"
)

// FuzzYAML checks that all nodes have positions inside the file, and that a broken
// document has a finding.
func FuzzYAML(f *testing.F) {
	for _, s := range []string{
		"title: Hello # a remark\ncategories: [Technology, News > Tech News]\ndescription: |\n  Two lines\n  of text.\n", "vega: {name: Vega, aliases: ['V.', \"W\"]}\n", "", "a", "- a\n- b", "a: {b, c: }", "a: [1, 'b', \"c\"]", "a: |2-\n   b\n",
		"a: >\n b\n\n c\n", "? a", "a: &b c\nd: *b", "%YAML 1.2\n---\na", "a: 'b' 'c'", "{a: b: c}", "a: \"\\ud83d\\ude00\"", "a:\tb #c", "...", "--- |\n a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		var found finding.List
		text, ok := Clean("f.yaml", []byte(data), 1<<12, &found)
		if !ok {
			return
		}
		root, broken := ParseYAML("f.yaml", text, 0, &found)
		if broken && !found.HasErrors() {
			t.Error("broken without an error")
		}
		lines := strings.Split(text, "\n")
		var walk func(n *Node)
		walk = func(n *Node) {
			if p := n.Pos; p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
				t.Errorf("%s at %v of %d lines", n.Kind, p, len(lines))
			}
			for _, e := range n.Entries {
				walk(e.Key)
				walk(e.Value)
			}
			for _, i := range n.items {
				walk(i)
			}
		}
		if root != nil {
			walk(root)
		}
	})
}

// TestYAMLLimits checks that a document whose parsing would take long is refused with
// one finding, and that others of the same length are read.
func TestYAMLLimits(t *testing.T) {
	t.Parallel()
	keys := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for _, tt := range []struct {
		name, data string
		refused    bool
	}{
		{"unknown keys", keys(12_000, "k%d: 1\n"), true},
		{"people", keys(12_000, "p%d: {name: N}\n"), true},
		{"entries of the lock", "episodes:\n" + keys(12_000, "  g%d:\n    slug: a\n"), true},
		{"several large maps", strings.Repeat("a:\n"+keys(8_000, "  k%d: 1\n"), 2), true},
		{"nested lists", "a: " + strings.Repeat("[", 100), true},

		{"a large lock", "episodes:\n" + keys(3_000, "  g%d:\n    slug: a\n    bytes: 1\n    chapters:\n      - {start: 0, title: a}\n"), false},
		{"a long list in brackets", "a: [" + keys(12_000, "h%d, ") + "]\n", false},
		{"a long map in braces", "a: {" + keys(12_000, "h%d: 1, ") + "}\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var found finding.List
			root, broken := ParseYAML("f.yaml", tt.data, 0, &found)
			if broken != tt.refused || (root == nil) != tt.refused {
				t.Errorf("broken is %v, want %v", broken, tt.refused)
			}
			if want := map[bool]int{true: 1}[tt.refused]; len(found) != want {
				t.Errorf("%d findings, want %d: %v", len(found), want, found)
			}
		})
	}
}

// TestColumns checks that a cursor moves to columns in both directions, past characters
// of different sizes.
func TestColumns(t *testing.T) {
	t.Parallel()
	const line = "aü€😀\xffz"
	var c cursor
	for _, tt := range [][2]int{{1, 1}, {3, 4}, {2, 2}, {6, 12}, {5, 11}, {4, 7}, {0, 1}, {99, 13}, {7, 13}} {
		if got := c.seek(1, line, tt[0]); got != tt[1] {
			t.Errorf("character %d is at byte %d, want %d", tt[0], got, tt[1])
		}
	}
}

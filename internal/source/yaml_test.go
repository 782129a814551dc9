package source

import (
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

package show

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// TestLoadCost compares what Load allocates for a text and for a text twice as long. It
// is not parallel, because allocations of other tests would count too.
func TestLoadCost(t *testing.T) {
	many := func(format string) func(n int) string {
		return func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, format, i)
			}
			return b.String()
		}
	}
	for _, tt := range []struct {
		name, file string
		before     string // the file consists of before, text(n) and after
		text       func(n int) string
		after      string
	}{
		{"people", "people.yaml", "", many("p%d: {name: Name %[1]d, aliases: [N%[1]d]}\n"), ""},
		{"links of a person", "people.yaml", "vega: {name: Vega, links: {", many("l%d: 'https://a.example/', "), "}}\n"},
		{"unknown keys of a person", "people.yaml", "vega:\n  name: Vega\n", many("  k%d: 1\n"), ""},
		{"sponsors", "sponsors.yaml", "", many("s%d: {name: Name %[1]d, url: 'https://a.example/'}\n"), ""},
		{"topics in brackets", ep, "---\ntitle: A\ntopics: [", many("t%d, "), "]\n---\n"},
		{"guests that nobody knows", ep, "---\ntitle: A\nguests: [", many("g%d, "), "]\n---\n"},
		{"chapters", ep, "---\ntitle: A\nchapters:\n", many("  - {start: %d, title: C}\n"), "---\n"},
		{"unknown keys of an episode", ep, "---\ntitle: A\n", many("k%d: 1\n"), "---\n"},
		{"the same key", ep, "---\n", many("title: A%d\n"), "---\n"},
		{"former paths", ep, "---\ntitle: A\nredirect_from: [", many("/p%d, "), "]\n---\n"},
		{"tags in notes", ep, "---\ntitle: A\n---\n", many("<font%d>\n"), ""},
		{"emphasis in notes", ep, "---\ntitle: A\n---\n", many("*a%d _b "), "\n"},
		{"lists in notes", ep, "---\ntitle: A\n---\n", many("- a%d\n"), ""},
		{"chapters in text", "episodes/4-cloudy/chapters.txt", "", many("%d a\n"), ""},
		{"chapters in JSON", "episodes/4-cloudy/chapters.json", `{"version": "1.2.0", "chapters": [`, many(`{"startTime": %d, "title": "C"},`), `{"startTime": 100000}]}`},
		{"broken entries of the lock", "onair.lock", "version: 1\nepisodes:\n", many("  guid-%d:\n    slug: a/b\n    bytes: x\n"), ""},
		{"entries of the lock for no episode", "onair.lock", "version: 1\nepisodes:\n", many("  guid-%d:\n    slug: a%[1]d\n    bytes: 1\n"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			allocations := func(n int) float64 {
				files := exampleShow()
				delete(files, "episodes/4-cloudy/chapters.txt")
				files[tt.file] = &fstest.MapFile{Data: []byte(tt.before + tt.text(n) + tt.after)}
				return testing.AllocsPerRun(1, func() { Load(fs.FS(files), nil) })
			}
			const n = 1000
			none, one, two := allocations(0), allocations(n), allocations(2*n)
			if two-none > 2.5*max(one-none, 1000) {
				t.Errorf("%.0f allocations for %d, %.0f for %d", one-none, n, two-none, 2*n)
			}
		})
	}
}

package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

// TestLintCost checks that the allocations of transcripts lint grow about linearly with
// the length of a text, in the formats text and github. It is not parallel, because
// allocations of other tests would count too.
func TestLintCost(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]func(n int) string{
		"malformed labels":         func(n int) string { return strings.Repeat("**Vega**: One.\n\n**Rigel**: Two.\n\n", n) },
		"stamps in one line":       func(n int) string { return "**Vega:** " + strings.Repeat("[00:00:01] a ", n) + "\n" },
		"references in one line":   func(n int) string { return "**Vega:** " + strings.Repeat("&amp;&#x ", n) + "\n" },
		"tags glued to words":      func(n int) string { return "**Vega:** " + strings.Repeat(`late\[laughs\]and `, n) + "\n" },
		"links that are not whole": func(n int) string { return "**Vega:** " + strings.Repeat("[a](<b ", n) + "\n" },
		"brackets":                 func(n int) string { return "**Vega:** " + strings.Repeat(`\[ a `, n) + "\n" },
	} {
		for _, format := range []string{"text", "github"} {
			t.Run(name+" as "+format, func(t *testing.T) {
				allocations := func(n int) float64 {
					write(t, dir, "show.md", text(n))
					return testing.AllocsPerRun(1, func() {
						sys := &system{name: "onair", stdout: io.Discard, stderr: io.Discard, env: func(string) (string, bool) { return "", false }, now: time.Now}
						run(t.Context(), sys, []string{"transcripts", "lint", "--format", format, "show.md"})
					})
				}
				const n = 500
				none, one, two := allocations(1), allocations(n), allocations(2*n)
				if two-none > 2.5*max(one-none, 1000) {
					t.Errorf("%.0f allocations for %d, %.0f for %d", one-none, n, two-none, 2*n)
				}
			})
		}
	}
}

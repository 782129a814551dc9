// Package findingtest tests tables of rules.
package findingtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"onair/internal/finding"
)

var ruleID = regexp.MustCompile(`^[A-Z][0-9]{3}$`)

// Complete tests that rules are in the order of their IDs, and that each has a title, a
// hint, a source and an example. The rules whose IDs are in internal report faults of
// onair itself and have no example.
func Complete(t testing.TB, rules finding.Rules, internal ...string) {
	t.Helper()
	previous := ""
	for _, r := range rules {
		if !ruleID.MatchString(r.ID) || r.ID <= previous {
			t.Errorf("rule %q follows %q", r.ID, previous)
		}
		previous = r.ID
		if r.Title == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s: the title is %q; want a few words without a full stop", r.ID, r.Title)
		}
		if r.Hint == "" || strings.HasSuffix(r.Hint, ".") {
			t.Errorf("%s: the hint is %q; want what to do, without a full stop", r.ID, r.Hint)
		}
		if (r.Example != "") == slices.Contains(internal, r.ID) {
			t.Errorf("%s: the example is %q", r.ID, r.Example)
		}
		if r.Source == "" || strings.HasPrefix(r.Source, "http:") || r.Source != strings.TrimSpace(r.Source) {
			t.Errorf("%s: the source is %q; want an https address, the name of a specification or a page of docs", r.ID, r.Source)
		}
	}
	for _, id := range internal {
		if rules.Find(id) == nil {
			t.Errorf("there is no rule %s", id)
		}
	}
}

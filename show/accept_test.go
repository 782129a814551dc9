package show

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
)

func TestCheckAcceptNamesTheNearestRule(t *testing.T) {
	t.Parallel()
	s := &Show{
		Accept: map[string]string{"S011": "known", "S912": "unknown", "X000": "unlike any"},
		places: map[string]finding.Position{"accept.S912": {File: "show.yaml", Line: 7, Column: 3}},
	}
	known := finding.Rules{{ID: "A001"}, {ID: "S011"}, {ID: "S012"}}
	got := s.checkAccept(known)
	want := finding.List{
		ruleAccept.At(finding.Position{File: "show.yaml", Line: 7, Column: 3}, "there is no rule S912").WithHint(`did you mean "S012"?`),
		ruleAccept.At(finding.Position{File: "show.yaml"}, "there is no rule X000"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSplitAcceptedKeepsErrors(t *testing.T) {
	t.Parallel()
	s := &Show{Accept: map[string]string{"A030": "recorded outside", "A043": "cut on purpose"}}
	counted, accepted := s.SplitAccepted(finding.List{
		{Rule: "A030", Severity: finding.Warning, Message: "quiet"},
		{Rule: "A043", Severity: finding.Error, Message: "after the end", Hint: "move it"},
		{Rule: "A043", Severity: finding.Error, Message: "after the end"},
		{Rule: "A031", Severity: finding.Warning, Message: "clipped"},
	})
	if diff := cmp.Diff(finding.List{{Rule: "A030", Severity: finding.Warning, Message: "quiet"}}, accepted); diff != "" {
		t.Error(diff)
	}
	want := finding.List{
		{Rule: "A043", Severity: finding.Error, Message: "after the end", Hint: "move it; accept: in show.yaml does not cover errors"},
		{Rule: "A043", Severity: finding.Error, Message: "after the end", Hint: "accept: in show.yaml does not cover errors"},
		{Rule: "A031", Severity: finding.Warning, Message: "clipped"},
	}
	if diff := cmp.Diff(want, counted); diff != "" {
		t.Error(diff)
	}
}

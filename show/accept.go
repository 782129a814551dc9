package show

import (
	"maps"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/internal/source"
)

// checkAccept reports rules in accept: that do not exist.
func (s *Show) checkAccept(known finding.Rules) finding.List {
	var found finding.List
	ids := make([]string, len(known))
	for i, r := range known {
		ids[i] = r.ID
	}
	for _, id := range slices.Sorted(maps.Keys(s.Accept)) {
		if known.Find(id) != nil {
			continue
		}
		f := ruleAccept.At(s.At("accept."+id), "there is no rule %s", id)
		if hint := source.DidYouMean(id, ids); hint != "" {
			f = f.WithHint(hint)
		}
		found.Add(f)
	}
	return found
}

// notAccepted is the hint of an error whose rule is in accept:.
const notAccepted = "accept: in show.yaml does not cover errors"

// SplitAccepted splits findings into those that count and those whose rule is in accept:.
// An error counts even if its rule is in accept:, and its hint says so.
func (s *Show) SplitAccepted(l finding.List) (counted, accepted finding.List) {
	for _, f := range l {
		_, ok := s.Accept[f.Rule]
		switch {
		case ok && f.Severity != finding.Error:
			accepted = append(accepted, f)
			continue
		case ok && f.Hint == "":
			f.Hint = notAccepted
		case ok && !strings.HasSuffix(f.Hint, notAccepted):
			f.Hint += "; " + notAccepted
		}
		counted = append(counted, f)
	}
	return counted, accepted
}

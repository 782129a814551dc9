package main

import (
	"slices"
	"strings"

	"onair/audio"
	"onair/feed"
	"onair/feed/check"
	"onair/feed/probe"
	"onair/internal/finding"
	"onair/publish/consistency"
	"onair/publish/release"
	"onair/publish/verify"
	"onair/show"
	"onair/templates"
	"onair/transcripts"
	"onair/transcripts/forms"
	"onair/transcripts/translate"
	"onair/transcripts/words"
)

// allRules returns the rules of all packages, sorted by ID.
func allRules() finding.Rules {
	rules := slices.Concat(
		audio.Rules(),
		check.Rules(),
		probe.Rules(),
		feed.Rules(),
		forms.Rules(),
		consistency.Rules(),
		release.Rules(),
		show.Rules(),
		templates.Rules(),
		transcripts.Rules(),
		translate.Rules(),
		verify.Rules(),
		words.Rules(),
	)
	slices.SortFunc(rules, func(x, y finding.Rule) int { return strings.Compare(x.ID, y.ID) })
	return rules
}

package pins

import "onair/internal/finding"

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/design.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "S032", Severity: finding.Error,
		Title:   "onair.lock is damaged, or from a newer onair",
		Hint:    "restore it from git",
		Example: "version: 99 in onair.lock",
	},
})

var ruleLock = rules.Must("S032")

package consistency

import "onair/internal/finding"

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/design.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "P030", Severity: finding.Error,
		Title:   "feed, ID3 tag and chapters do not agree with the source",
		Hint:    "this is a fault of onair: please report it with the episode.md",
		Example: "an ID3 tag with another title than the feed",
	},
})

var ruleDisagree = rules.Must("P030")

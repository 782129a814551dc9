package translate

import "onair/internal/finding"

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/speech.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "T051", Severity: finding.Warning, Title: "translated turn that people edited and whose original has changed since",
		Hint:    "compare it with the original, and correct it",
		Example: "a turn of transcript.es.md that somebody improved, before its turn in transcript.md was corrected",
	},
})

var ruleEdited = rules.Must("T051")

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

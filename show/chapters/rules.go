package chapters

import (
	"onair/internal/finding"
	"onair/internal/source"
)

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/formats.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "S033", Severity: finding.Error,
		Title:   "chapters are out of order or overlap",
		Hint:    "sort the chapters by their starts, and let each end before the next one",
		Example: "1:00 Second\n0:30 First",
	},
	{
		ID: "S046", Severity: finding.Error,
		Title:   "the file of chapters has another format than its beginning says, or no chapters (warning)",
		Hint:    "give the file the name of its format, or correct it",
		Example: "a chapters.json that holds WebVTT",
	},
})

var (
	ruleChapters    = rules.Must("S033")
	ruleChapterFile = rules.Must("S046")
	ruleRequired    = source.Rules().Must("S010")
	ruleLength      = source.Rules().Must("S038")
	ruleTime        = source.Rules().Must("S014")
	ruleType        = source.Rules().Must("S007")
	ruleURL         = source.Rules().Must("S015")
)

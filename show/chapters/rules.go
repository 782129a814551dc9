package chapters

import (
	"onair/internal/finding"
	"onair/internal/source"
)

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

var rules = finding.Rules{
	{
		ID: "S033", Severity: finding.Error,
		Title:   "chapters are out of order or overlap",
		Example: "1:00 Second\n0:30 First",
	},
	{
		ID: "S046", Severity: finding.Error,
		Title:   "the file of chapters has another format than its beginning says, or no chapters (warning)",
		Example: "a chapters.json that holds WebVTT",
	},
}

var (
	ruleChapters    = rules.Must("S033")
	ruleChapterFile = rules.Must("S046")
	ruleRequired    = source.Rules().Must("S010")
	ruleLength      = source.Rules().Must("S038")
	ruleTime        = source.Rules().Must("S014")
	ruleType        = source.Rules().Must("S007")
	ruleURL         = source.Rules().Must("S015")
)

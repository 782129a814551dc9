package words

import "onair/internal/finding"

var rules = finding.Rules{
	{
		ID: "T042", Severity: finding.Error, Title: "recognized words that cannot be read",
		Hint:    "restore transcript.words.json from git, or delete it: captions then have estimated times",
		Example: `{"schema_version": 1, "segments": [[0, "1", "two words", [300]]]}`,
	},
}

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

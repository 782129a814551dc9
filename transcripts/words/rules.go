package words

import "onair/internal/finding"

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/speech.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "T040", Severity: finding.Info, Title: "recognized words of other audio, which are ignored",
		Hint:    "recognize the words of the new audio; after a cut, onair transcripts shift -w moves them",
		Example: "a transcript.words.json that was made before audio.mp3 was cut",
	},
	{
		ID: "T042", Severity: finding.Error, Title: "recognized words that cannot be read",
		Hint:    "restore transcript.words.json from git, or delete it: captions then have estimated times",
		Example: `{"schema_version": 1, "segments": [[0, "1", "two words", [300]]]}`,
	},
})

var (
	ruleOtherAudio = rules.Must("T040")
	ruleUnreadable = rules.Must("T042")
)

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

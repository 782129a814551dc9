package forms

import "onair/internal/finding"

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/formats.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "T033", Severity: finding.Warning, Title: "time of a caption that cannot be true",
		Hint:    "compare with the audio; the words are kept",
		Example: "00:00:05.000 --> 00:00:04.000",
	},
	{
		ID: "T034", Severity: finding.Warning, Title: "byte of a caption file that is not UTF-8",
		Hint:    "compare with the audio; the text around it is kept",
		Example: `"schön" in ISO 8859-1 in a file that is otherwise UTF-8`,
	},
	{
		ID: "T035", Severity: finding.Warning, Title: "same caption five times in a row",
		Hint:    "a speech recognizer may have repeated itself; compare with the audio",
		Example: "Thank you. in five captions one after the other",
	},
	{
		ID: "T036", Severity: finding.Error, Title: "Markdown file that holds a transcript in another format",
		Hint:    "onair transcripts convert --to md writes it as Markdown",
		Example: "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n",
	},
	{
		ID: "T038", Severity: finding.Warning, Title: "text around the words, which is left out",
		Hint:    "if somebody says it, write it into the transcript",
		Example: "1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:00:02,000 --> 00:00:03,000\nSubtitles by Jo O'Dell\n",
	},
})

var (
	ruleTime   = rules.Must("T033")
	ruleByte   = rules.Must("T034")
	ruleRepeat = rules.Must("T035")
	ruleAbove  = rules.Must("T038")
)

// Rules returns the rules about files in other forms.
func Rules() finding.Rules { return rules }

package feed

import "onair/internal/finding"

// rules are the rules of CheckChapters. The rules about feeds are in feed/check.
var rules = finding.Rules{
	{
		ID: "F031", Severity: finding.Warning, Source: "https://podcastindex.org/namespace/1.0",
		Title:   "the first chapter is hidden",
		Hint:    "players then show no chapter at the start: give it a title and show it, or start the next one at 0:00",
		Example: `chapters: [{start: "0:00", toc: false}, {start: "0:12", title: What is a CDN?}]`,
	},
}

// Rules returns the rules of this package, for explaining and documenting them.
func Rules() finding.Rules { return rules }

var ruleHiddenChapter = rules.Must("F031")

package repo

import "onair/transcripts"

// Package transcripts defines the rules that this package reports.
var (
	ruleStamp       = transcripts.Rules().Must("T012")
	ruleName        = transcripts.Rules().Must("T028")
	ruleAlike       = transcripts.Rules().Must("T029")
	ruleTranslation = transcripts.Rules().Must("T032")
)

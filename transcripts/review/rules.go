package review

import "onair/transcripts"

// Package transcripts defines the rules that this package reports or whose findings it
// completes.
var (
	ruleLoss     = transcripts.Rules().Must("T031")
	ruleLabel    = transcripts.Rules().Must("T003")
	ruleUnbolded = transcripts.Rules().Must("T002")
)

package review

import "onair/transcripts"

// The rules that this package reports or completes are in the table of package
// transcripts.
var (
	ruleLoss     = transcripts.Rules().Must("T031")
	ruleLabel    = transcripts.Rules().Must("T003")
	ruleUnbolded = transcripts.Rules().Must("T002")
)

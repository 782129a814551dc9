package review

import "onair/transcripts"

// ruleLoss is the rule that this package reports. It is in the table of package
// transcripts.
var ruleLoss = transcripts.Rules().Must("T031")

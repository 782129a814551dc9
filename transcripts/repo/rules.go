package repo

import "onair/transcripts"

// The rules that this package reports are in the table of package transcripts.
var (
	ruleStamp       = transcripts.Rules().Must("T012")
	ruleName        = transcripts.Rules().Must("T028")
	ruleAlike       = transcripts.Rules().Must("T029")
	ruleTranslation = transcripts.Rules().Must("T032")
)

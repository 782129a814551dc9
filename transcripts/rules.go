package transcripts

import (
	"fmt"
	"slices"
	"strings"

	"onair/internal/finding"
)

// Rule is one of the rules that Lint holds a transcript to.
type Rule struct {
	ID       string
	Severity finding.Severity // a milder case of a rule may have a milder one
	Title    string
	Mends    bool // Fix mends it, at least where what is meant is beyond doubt
	Reader   bool // Parse reports it as well
}

// Rules are all rules, in the order of their IDs. What the table in the package
// comment says about them is this list.
func Rules() []Rule { return rules }

var rules = []Rule{
	{"T001", finding.Error, "text or a stamp before the first label", true, true},
	{"T002", finding.Error, "label without bold", true, true},
	{"T003", finding.Error, "malformed label", true, true},
	{"T004", finding.Warning, "not exactly one space after a label", true, true},
	{"T005", finding.Warning, "no blank line before a label", true, true},
	{"T006", finding.Error, "label inside a paragraph", false, true},
	{"T007", finding.Error, "label without a name, with the colon before it, or written twice", true, true},
	{"T008", finding.Warning, "turn without words", false, true},
	{"T009", finding.Error, "label that is another of the same person, or nobody's", true, true},
	{"T010", finding.Info, "name used once in a long transcript", false, false},
	{"T011", finding.Warning, "text after a pause without a label", false, true},
	{"T012", finding.Error, "malformed stamp; a warning for a frame above 29", true, true},
	{"T013", finding.Warning, "60 minutes or more without hours", true, true},
	{"T014", finding.Error, "stamp out of order; a warning for the time in a tag", false, true},
	{"T015", finding.Error, "stamp behind the end of the audio", false, false},
	{"T016", finding.Warning, "speech slower than 90 or faster than 260 words a minute", false, false},
	{"T017", finding.Warning, "tag or stamp without backslashes", true, true},
	{"T018", finding.Error, "brackets that do not match", true, true},
	{"T019", finding.Warning, "unintelligible without its full time", true, true},
	{"T020", finding.Warning, "tag glued to a word", true, true},
	{"T021", finding.Error, "link without a target that can be read, or to an unsafe one", true, true},
	{"T022", finding.Warning, "entity outside code", true, false},
	{"T023", finding.Error, "HTML; a remark for a harmless tag", false, true},
	{"T024", finding.Warning, "paragraph that looks like a list or code by accident", true, true},
	{"T025", finding.Warning, "invisible or control character; an error for text not in UTF-8", true, true},
	{"T026", finding.Info, "spaces and blank lines too many, no line end at the end, CRLF, byte order mark", true, false},
	{"T027", finding.Warning, "paragraph over several lines", false, false},
	{"T028", finding.Error, "file that is no episode's, or the second of one", false, false},
	{"T029", finding.Error, "text nearly equal to another episode's", false, false},
	{"T030", finding.Info, "same speaker twice running", false, false},
	{"T031", finding.Warning, "change that relabels, drops turns or deletes stamps", false, false},
	{"T032", finding.Warning, "translation whose turns or stamps are not those of the original", false, false},
}

// RuleByID finds a rule by its ID.
func RuleByID(id string) (Rule, bool) {
	i, ok := slices.BinarySearchFunc(rules, id, func(r Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return Rule{}, false
	}
	return rules[i], true
}

// add appends a finding with the severity of its rule.
func add(list *finding.List, id string, at finding.Position, hint, format string, args ...any) {
	r, _ := RuleByID(id)
	list.Add(finding.Finding{
		Rule:     id,
		Severity: r.Severity,
		Position: at,
		Hint:     hint,
		Message:  fmt.Sprintf(format, args...),
	})
}

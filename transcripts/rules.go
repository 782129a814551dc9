package transcripts

import (
	"fmt"
	"time"

	"onair/internal/finding"
)

// severities are those of the rules that the reader itself meets. Where a rule
// has a milder case, the reader says so itself.
var severities = map[string]finding.Severity{
	"T001": finding.Error,
	"T002": finding.Error,
	"T003": finding.Error,
	"T004": finding.Warning,
	"T005": finding.Warning,
	"T006": finding.Error,
	"T007": finding.Error,
	"T008": finding.Warning,
	"T009": finding.Warning,
	"T011": finding.Warning,
	"T012": finding.Error,
	"T013": finding.Warning,
	"T014": finding.Error,
	"T017": finding.Warning,
	"T018": finding.Error,
	"T019": finding.Warning,
	"T020": finding.Warning,
	"T021": finding.Error,
	"T023": finding.Error,
	"T024": finding.Warning,
	"T025": finding.Warning,
}

// add appends a finding with the severity of its rule.
func add(list *finding.List, rule string, at finding.Position, hint, format string, args ...any) {
	list.Add(finding.Finding{
		Rule:     rule,
		Severity: severities[rule],
		Position: at,
		Hint:     hint,
		Message:  fmt.Sprintf(format, args...),
	})
}

// checkOrder reports stamps that cannot be true together with the others:
// those outside the heaviest chain that never runs backwards.
func (p *parser) checkOrder() {
	const slack = 2 * time.Second
	if p.t.Clips {
		return
	}
	anchors, _ := p.t.anchors()
	kept := chain(anchors, 0, unbounded)
	low := time.Duration(0)
	for i, k := 0, 0; i < len(anchors); i++ {
		a := &anchors[i]
		if k < len(kept) && kept[k] == i {
			low = a.time
			k++
			continue
		}
		high := unbounded
		if k < len(kept) {
			high = anchors[kept[k]].time
		}
		if a.time >= low-slack && a.time <= high+slack {
			continue
		}
		f := finding.Finding{Rule: "T014", Severity: finding.Error, Position: p.position(a.mark.Line, a.mark.Column), Message: "stamp out of order"}
		f.Hint = "compare with the audio; a compilation of clips says timeline: clips at its top"
		if !a.mark.stamp() {
			f.Severity = finding.Warning
		}
		p.t.Findings.Add(f)
	}
}

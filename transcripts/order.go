package transcripts

import (
	"time"

	"onair/internal/finding"
)

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

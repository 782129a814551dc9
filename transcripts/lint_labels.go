package transcripts

import (
	"bytes"

	"onair/internal/finding"
)

// labelFaults has the rule of each fault and the problem to report.
var labelFaults = [...]struct {
	rule    *finding.Rule
	problem string
}{
	unbolded:        {ruleUnbolded, "label without bold"},
	indented:        {ruleLabel, "the label starts the line"},
	asHeading:       {ruleLabel, "a label is not a heading"},
	oneStarOpens:    {ruleLabel, "two stars open the label"},
	strayBefore:     {ruleLabel, "nothing stands before the label"},
	innerSpaces:     {ruleLabel, "no spaces inside the bold"},
	threeStarsClose: {ruleLabel, "two stars close the label"},
	stampInBold:     {ruleLabel, "the stamp goes after the label"},
	colonOutside:    {ruleLabel, "the colon goes inside"},
	colonMissing:    {ruleLabel, "the colon is missing"},
	insideParagraph: {ruleInside, "label inside a paragraph"},
	noName:          {ruleName, "label without a name"},
	colonFirst:      {ruleName, "colon before the name"},
	writtenTwice:    {ruleName, "name written twice"},
}

// lintLabels reports labels that depart from the grammar, that have no blank line
// before or no space after them, and those of a person with another label.
func lintLabels(r *report) {
	for i := range r.turns {
		turn := &r.turns[i]
		l := &turn.label
		if !turn.labelled {
			continue
		}
		if turn.line > 0 && !r.blank(turn.line-1) {
			r.found.Add(ruleBlankLine.At(r.at(l.at), "no blank line before a label").
				WithFix(r.edit(r.lines[turn.line-1].to, r.lines[turn.line].from, "\n\n")))
		}
		if l.fault != noFault {
			r.found.Add(labelFinding(r, l))
		}
		lintHidden(r, l.named)
		if !turn.pause && turn.speaker != l.name {
			f := ruleSpeaker.At(r.at(l.at), "%s is another label of %s", l.name, turn.speaker).WithHint("write **" + turn.speaker + ":**")
			if spelled := escapeName(turn.speaker); spelled != "" {
				f = f.WithFix(r.changes(r.edit(l.named.from, l.named.to, spelled))...)
			}
			r.found.Add(f)
		}
		if turn.line >= 0 {
			lintSpace(r, l)
		}
	}
}

// labelFinding returns the finding of a label that departs from the grammar.
func labelFinding(r *report, l *label) finding.Finding {
	want := "**" + l.name + ":**"
	fault := labelFaults[l.fault]
	pos := r.at(l.at)
	edits := r.changes(
		r.edit(l.from, l.named.from, "**"),
		r.edit(l.named.to, l.rest, ":**"),
		r.edit(l.end, l.end+l.tail, ""),
	)
	switch fault.rule {
	case ruleLabel:
		return ruleLabel.At(pos, "malformed label").WithHint(fault.problem + ": " + want).WithFix(edits...)
	case ruleInside:
		spaces := len(r.src[:l.from]) - len(bytes.TrimRight(r.src[:l.from], " \t\n"))
		edits = append(edits, r.edit(l.from-spaces, l.from, "\n\n"))
		return ruleInside.At(pos, "%s", fault.problem).WithSuggestion(edits...)
	}
	f := fault.rule.At(pos, "%s", fault.problem).WithHint("write " + want)
	if l.fault != noName && l.fault != colonFirst {
		f = f.WithFix(edits...)
	}
	return f
}

// lintSpace reports a label that is not one space away from its text.
func lintSpace(r *report, l *label) {
	text := r.src[l.rest:l.end]
	spaces := len(text) - len(bytes.TrimLeft(text, " \t"))
	if spaces < len(bytes.TrimRight(text, " \t")) && string(text[:spaces]) != " " {
		r.found.Add(ruleSpace.At(r.at(l.rest), "not exactly one space after a label").
			WithFix(r.edit(l.rest, l.rest+spaces, " ")))
	}
}

// escapeName writes a name of the registry as a label. It is empty for one that
// no label can hold.
func escapeName(name string) string {
	var out []byte
	for _, b := range []byte(name) {
		switch b {
		case '*', ':', '[', '\n':
			return ""
		case '\\', '_', '`', '<', '&', '$':
			out = append(out, '\\')
		}
		out = append(out, b)
	}
	return string(out)
}

// lintTurns reports text that no label introduces, and labels without text.
func lintTurns(r *report) {
	for i := range r.turns {
		turn := &r.turns[i]
		for j := turn.blocks.from; j < turn.blocks.to; j++ {
			b := &r.blocks[j]
			switch {
			case b.outcome == carried && !turn.labelled && b.marks > 0:
				f := ruleFirst.At(r.at(b.at), "stamp or tag before the first label").WithHint("move it after the label")
				if edits := moveIntoTurn(r, b); edits != nil {
					f = f.WithFix(edits...)
				}
				r.found.Add(f)
			case b.outcome == opensTurn && !turn.labelled:
				r.found.Add(ruleFirst.At(r.at(b.at), "text before the first label"))
			case b.outcome == opensTurn:
				r.found.Add(ruleAfterPause.At(r.at(b.at), "text after the pause %s without a label", turn.speaker))
			}
		}
	}
	for i := range r.text.Turns {
		turn := &r.text.Turns[i]
		if !turn.Pause && len(turn.Blocks) == 0 {
			r.found.Add(ruleEmpty.At(r.position(turn.Line, turn.Column), "%s says nothing", turn.Speaker))
		}
	}
}

// moveIntoTurn returns the edits that move a mark from before the first label to
// after it. It returns nil if that label has a mark already, or more than one
// would have to move.
func moveIntoTurn(r *report, b *blockNode) []finding.Edit {
	if len(r.turns) < 2 || r.turns[1].line < 0 || b.marks != 1 {
		return nil
	}
	first := &r.turns[0]
	for i := first.blocks.from; i < first.blocks.to; i++ {
		if other := &r.blocks[i]; other != b && (other.outcome == opensTurn || other.outcome == carried && other.marks > 0) {
			return nil
		}
	}
	l := &r.turns[1].label
	text := bytes.TrimLeft(r.src[l.rest:l.end], " ")
	if bytes.HasPrefix(text, []byte("[")) || bytes.HasPrefix(text, []byte(`\[`)) {
		return nil
	}
	mark := string(bytes.TrimSpace(r.src[b.at:l.from]))
	return []finding.Edit{r.edit(b.at, l.from, ""), r.edit(l.rest, l.rest, " "+mark)}
}

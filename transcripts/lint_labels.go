package transcripts

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/internal/plural"
)

// labelFaults has the rule of each fault and the problem to report.
var labelFaults = [...]struct {
	rule    *finding.Rule
	problem string
}{
	unbolded:         {ruleUnbolded, "label without bold"},
	indented:         {ruleLabel, "start the line with the label"},
	asHeading:        {ruleLabel, "write the label as a paragraph, not as a heading"},
	oneStarOpens:     {ruleLabel, "write two stars before the name"},
	strayBefore:      {ruleLabel, "remove what comes before the label"},
	innerSpaces:      {ruleLabel, "remove the spaces inside the bold text"},
	threeStarsClose:  {ruleLabel, "write two stars after the colon"},
	stampInBold:      {ruleLabel, "move the stamp after the label"},
	colonOutside:     {ruleLabel, "move the colon into the bold text"},
	stampBeforeColon: {ruleLabel, "write the stamp after the colon"},
	stampBeforeLabel: {ruleLabel, "write the stamp after the label"},
	colonMissing:     {ruleLabel, "add the colon"},
	strayAfter:       {ruleLabel, "remove what comes after the label"},
	insideParagraph:  {ruleInside, "label inside a paragraph"},
	noName:           {ruleName, "label without a name"},
	colonFirst:       {ruleName, "colon before the name"},
	writtenTwice:     {ruleName, "name written twice"},
}

// lintLabels reports labels that are malformed, that have no blank line before them or not
// one space after them, that have invisible characters, or that are aliases.
func lintLabels(r *report) {
	for i := range r.turns {
		turn := &r.turns[i]
		l := turn.label
		if !turn.labelled {
			continue
		}
		if turn.line > 0 && !r.blank(int(turn.line)-1) {
			r.add(ruleBlankLine.At(r.at(int(l.at)), "no blank line before a label").
				WithFix(r.edit(r.lines[turn.line-1].to(), r.lines[turn.line].from(), "\n\n")))
		}
		if l.fault != noFault {
			r.add(labelFinding(r, i))
		}
		lintHidden(r, l.named)
		if !turn.pause && turn.speaker != l.name {
			f := ruleSpeaker.At(r.at(int(l.at)), "%s is another label of %s", l.name, turn.speaker).WithHint("write **" + turn.speaker + ":**")
			if spelled := escapeName(turn.speaker); spelled != "" {
				f = f.WithFix(r.changes(r.edit(l.named.from(), l.named.to(), spelled))...)
			}
			r.add(f)
		}
		if turn.line >= 0 {
			lintSpace(r, l)
		}
	}
}

// nameProblem describes a label whose name is missing or written wrong. The description
// contains the name or, if it is missing, who speaks before the label.
func nameProblem(r *report, turn int) string {
	l := r.turns[turn].label
	if l.fault != noName {
		return labelFaults[l.fault].problem + ": " + l.name
	}
	for i := turn - 1; i >= 0; i-- {
		if t := &r.turns[i]; t.labelled && !t.pause && t.speaker != "" {
			return "label without a name after a turn of " + t.speaker
		}
	}
	return "label without a name, the first one"
}

// labelFinding returns the finding of the malformed label of a turn.
func labelFinding(r *report, turn int) finding.Finding {
	l := r.turns[turn].label
	want := "**" + l.name + ":**"
	fault := labelFaults[l.fault]
	pos := r.at(int(l.at))
	edits := r.changes(
		r.edit(int(l.from), l.named.from(), "**"),
		r.edit(l.named.to(), int(l.rest), ":**"),
		r.edit(int(l.end), int(l.end)+int(l.tail), ""),
	)
	if l.fault == stampBeforeLabel { // one edit, because another edit may change the stamp
		m, _ := scanMark(r.src, int(l.stamp))
		edits = r.changes(r.edit(int(l.from), int(l.rest), "**"+string(r.src[l.named.from():l.named.to()])+":** "+string(r.src[m.at:m.at+m.size])))
	}
	switch fault.rule {
	case ruleLabel:
		return ruleLabel.At(pos, "malformed label").WithHint(fault.problem + ": " + want).WithFix(edits...)
	case ruleInside:
		spaces := len(r.src[:l.from]) - len(bytes.TrimRight(r.src[:l.from], " \t\n"))
		edits = append(edits, r.edit(int(l.from)-spaces, int(l.from), "\n\n"))
		return ruleInside.At(pos, "%s", fault.problem).WithSuggestion(edits...)
	}
	problem := fault.problem
	if fault.rule == ruleName {
		problem = nameProblem(r, turn)
	}
	f := fault.rule.At(pos, "%s", problem).WithHint("write " + want)
	if l.name == "" {
		f = f.WithHint("say who speaks: **Name:**")
	}
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
		r.add(ruleSpace.At(r.at(int(l.rest)), "not exactly one space after a label").
			WithFix(r.edit(int(l.rest), int(l.rest)+spaces, " ")))
	}
}

// escapeName returns a name of the registry with the escapes that it needs in a label. It
// returns an empty string for a name that cannot be a label.
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

// longTranscript is the number of turns from which a name that occurs once is
// suspicious.
const longTranscript = 50

// speakerUse is a name and the number of turns that it labels.
type speakerUse struct {
	name  string
	turns int
	first *Turn
}

// speakers returns the names that label turns, in order of appearance.
func speakers(t *Transcript) (all []*speakerUse, turns int) {
	byName := map[string]*speakerUse{}
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause || turn.Speaker == "" {
			continue
		}
		turns++
		use := byName[turn.Speaker]
		if use == nil {
			use = &speakerUse{name: turn.Speaker, first: turn}
			byName[turn.Speaker] = use
			all = append(all, use)
		}
		use.turns++
	}
	return all, turns
}

// lintNames reports labels that are not in the registry, names that look
// misspelled, and names that occur once.
func lintNames(r *report) {
	uses, turns := speakers(r.text)
	for _, use := range uses {
		pos := r.position(use.first.Line, use.first.Column)
		if f, ok := unregistered(use, r.opts.People, pos); ok {
			r.add(f)
		} else if f, ok := misspelledUse(use, uses, pos); ok && len(r.opts.People) == 0 {
			r.add(f)
		} else if use.turns == 1 && turns >= longTranscript {
			r.add(ruleOnce.At(pos, "%s speaks once", use.name))
		}
	}
}

// unregistered reports a name that is not in the registry, unless there is no registry. The
// parser has replaced aliases by names.
func unregistered(use *speakerUse, people []Person, pos finding.Position) (f finding.Finding, ok bool) {
	if len(people) == 0 || slices.ContainsFunc(people, func(p Person) bool { return p.Name == use.name }) {
		return f, false
	}
	f = ruleSpeaker.At(pos, "unknown speaker %s, in %s", use.name, plural.Count(use.turns, "turn"))
	best := 3
	for _, person := range people {
		for _, known := range append([]string{person.Name}, person.Aliases...) {
			if d := nameDistance(use.name, known); d < best {
				best, f.Hint = d, "did you mean "+person.Name+"?"
			}
		}
	}
	return f, true
}

// misspelledUse reports a rare name that is probably a misspelling of a frequent
// one.
func misspelledUse(use *speakerUse, all []*speakerUse, pos finding.Position) (f finding.Finding, ok bool) {
	const rare, frequent, most = 2, 5, 200
	if use.turns > rare || len(all) > most {
		return f, false
	}
	for _, other := range all {
		if other != use && other.turns >= frequent && misspelled(use.name, other.name) {
			return ruleSpeaker.At(pos, "%s speaks %s, %s %s", use.name, plural.Times(use.turns), other.name, plural.Times(other.turns)).
				WithHint("did you mean " + other.name + "?"), true
		}
	}
	return f, false
}

// misspelled reports whether two names differ only in capitals or in one letter, or in two
// letters of a long name. Very short names, and names with digits such as Guest 1 and Guest
// 2, count as different names.
func misspelled(name, other string) bool {
	const digits = "0123456789"
	if strings.ContainsAny(name+other, digits) {
		return false
	}
	d := nameDistance(name, other)
	return d <= 1 && utf8.RuneCountInString(name) >= 5 || d == 2 && utf8.RuneCountInString(name) >= 12
}

// nameDistance returns how many letters have to be inserted, removed or replaced
// to turn one name into the other, ignoring case.
func nameDistance(a, b string) int {
	s, t := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range t {
			cost := diagonal
			if r != q {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}

// lintTurns reports text before the first label, text after a pause without a label between
// them, and labels without text.
func lintTurns(r *report) {
	for i := range r.turns {
		turn := &r.turns[i]
		for j := turn.blocks.from(); j < turn.blocks.to(); j++ {
			b := &r.blocks[j]
			switch {
			case b.outcome == carried && !turn.labelled && b.marks > 0:
				f := ruleFirst.At(r.at(int(b.at)), "stamp or tag before the first label").WithHint("move it after the label")
				if edits := moveIntoTurn(r, b); edits != nil {
					f = f.WithFix(edits...)
				}
				r.add(f)
			case b.outcome == opensTurn && !turn.labelled:
				r.add(ruleFirst.At(r.at(int(b.at)), "text before the first label"))
			case b.outcome == opensTurn:
				r.add(ruleAfterPause.At(r.at(int(b.at)), "text after the pause %s without a label", turn.speaker))
			}
		}
	}
	for i := range r.text.Turns {
		turn := &r.text.Turns[i]
		if !turn.Pause && len(turn.Blocks) == 0 {
			r.add(ruleEmpty.At(r.position(turn.Line, turn.Column), "the turn of %s has no words", cmp.Or(turn.Speaker, "a label without a name")))
		}
	}
}

// moveIntoTurn returns the edits that move a mark from before the first label to after the
// label. It returns nil if the label already has a mark, or if there are several marks to
// move.
func moveIntoTurn(r *report, b *blockNode) []finding.Edit {
	if len(r.turns) < 2 || r.turns[1].line < 0 || b.marks != 1 {
		return nil
	}
	first := &r.turns[0]
	for i := first.blocks.from(); i < first.blocks.to(); i++ {
		if other := &r.blocks[i]; other != b && (other.outcome == opensTurn || other.outcome == carried && other.marks > 0) {
			return nil
		}
	}
	l := r.turns[1].label
	text := bytes.TrimLeft(r.src[l.rest:l.end], " ")
	if bytes.HasPrefix(text, []byte("[")) || bytes.HasPrefix(text, []byte(`\[`)) {
		return nil
	}
	mark := string(bytes.TrimSpace(r.src[b.at:l.from]))
	return []finding.Edit{r.edit(int(b.at), int(l.from), ""), r.edit(int(l.rest), int(l.rest), " "+mark)}
}

// lintRepeats reports labels that name the speaker of the turn above.
func lintRepeats(r *report) {
	turns := r.text.Turns
	for i := 1; i < len(turns); i++ {
		turn := &turns[i]
		if !turn.Pause && turn.Speaker != "" && turn.Speaker == turns[i-1].Speaker {
			r.add(ruleRepeated.At(r.position(turn.Line, turn.Column), "%s is already the speaker", turn.Speaker))
		}
	}
}

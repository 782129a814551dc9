package transcripts

import (
	"slices"
	"time"

	"onair/internal/finding"
)

// LintOptions say what Lint knows beside the text. Nil is the zero value.
type LintOptions struct {
	Options
	Duration time.Duration // of the audio; 0: not known
	Disabled []string      // IDs of rules that are not reported, and not mended
	Unwrap   bool          // Fix joins paragraphs that go over several lines (T027)
}

// Lint reads a transcript as Parse does and holds it to every rule that looks
// at one file, T001 to T030 but for T028 and T029. The findings are in order of
// place.
func Lint(src []byte, o *LintOptions) *Transcript {
	if o == nil {
		o = &LintOptions{}
	}
	p := newParser(src, &o.Options)
	p.linting = true
	p.read()
	l := linter{t: p.t, o: o}
	l.checkNames()
	l.checkTurns()
	l.checkTimes()
	p.t.Findings = slices.DeleteFunc(p.t.Findings, func(f finding.Finding) bool { return slices.Contains(o.Disabled, f.Rule) })
	p.t.Findings.Sort()
	return p.t
}

// Fix mends what Lint reports as fixable, and nothing else.
func Fix(src []byte, o *LintOptions) []byte {
	if o == nil {
		o = &LintOptions{}
	}
	wanted := func(rule string) bool {
		return rule != "" && (!suggested[rule] || rule == "T027" && o.Unwrap) && !slices.Contains(o.Disabled, rule)
	}
	if wanted("T026") {
		src = unixLines(src)
	}
	for range passes {
		p := newParser(src, &o.Options)
		p.editing, p.linting = true, true
		p.read()
		before := len(src)
		out := apply(src, p.edits, wanted)
		if len(out) == before && string(out) == string(src) {
			break
		}
		src = out
	}
	return src
}

// linter looks at what the reader made of a file.
type linter struct {
	t *Transcript
	o *LintOptions
}

func (l *linter) report(rule string, line, column int, hint, format string, args ...any) {
	add(&l.t.Findings, rule, finding.Position{File: l.o.File, Line: line, Column: column}, hint, format, args...)
}

// checkTurns looks at each turn beside the one before it.
func (l *linter) checkTurns() {
	turns := l.t.Turns
	for i := 1; i < len(turns); i++ {
		turn := &turns[i]
		if !turn.Pause && turn.Speaker != "" && turn.Speaker == turns[i-1].Speaker {
			l.report("T030", turn.Line, turn.Column, "is it somebody else? if not, the label can go", "%s is the speaker already", turn.Speaker)
		}
	}
}

// add appends a finding with the severity of its rule.
func add(list *finding.List, id string, at finding.Position, hint, format string, args ...any) {
	list.Add(rules.Must(id).At(at, format, args...).WithHint(hint))
}

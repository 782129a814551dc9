package transcripts

import (
	"slices"
	"time"

	"onair/internal/finding"
)

// LintOptions are the facts that Lint cannot read from the text, and the settings of Lint.
// A nil pointer means the zero value.
type LintOptions struct {
	Options
	Duration time.Duration // length of the audio; 0 if unknown
	Disabled []string      // IDs of rules that are neither reported nor fixed
	Unwrap   bool          // Fix joins the lines of a paragraph (T027)
}

// Lint reads a transcript as Parse does and checks it against every rule for a single
// file: T001 to T027, T030, T037 and T050. The findings are in order of place. Turns and
// cues are the same as from Parse, so a caller that needs findings and captions has to
// read the transcript only once.
func Lint(src []byte, o *LintOptions) *Transcript {
	if o == nil {
		o = &LintOptions{}
	}
	r := newReport(src, o)
	r.run(readerRules)
	r.run(lintRules)
	return r.finish()
}

// Fix returns src after the edits of the findings that Lint reports as fixable. If o.Unwrap
// is set, it also makes the edits of T027.
func Fix(src []byte, o *LintOptions) []byte {
	if o == nil {
		o = &LintOptions{}
	}
	if !slices.Contains(o.Disabled, ruleSpaces.ID) {
		src = unixLines(src)
	}
	for range passes {
		var edits editList
		for _, f := range Lint(src, o).Findings {
			if f.Fixable || o.Unwrap && f.Rule == ruleWrapped.ID {
				edits.add(f.Fix...)
			}
		}
		out := edits.apply(src)
		if string(out) == string(src) {
			break
		}
		src = out
	}
	return src
}

// readerRules are the passes of Parse and Lint.
var readerRules = []func(*report){
	lintEncoding, lintLabels, lintTurns, lintMarks, lintGlue, lintCharacters, lintControlEntities, lintLinks, lintNestedLinks, lintParagraphs, lintOrder, lintMachine,
}

// lintRules are the passes of Lint alone.
var lintRules = []func(*report){
	lintEntities, lintStars, lintBrackets, lintMarkCharacters, lintWraps, lintLayout, lintRepeats, lintNames, lintDuration, lintRate,
}

// report collects the findings of a file.
type report struct {
	*file
	text  *Transcript // the transcript of the file
	opts  *LintOptions
	found finding.List

	edits *editList // if not nil, collects the edits that fix formatRules instead of findings
}

func newReport(src []byte, o *LintOptions) *report {
	f := parse(src, &o.Options)
	return &report{file: f, text: f.transcript(&o.Options), opts: o}
}

// add adds a finding, or only its edits if r.edits is not nil.
func (r *report) add(f finding.Finding) {
	switch {
	case r.edits == nil:
		r.found.Add(f)
	case formatRules[f.Rule]:
		r.edits.add(f.Fix...)
	}
}

func (r *report) run(rules []func(*report)) {
	for _, rule := range rules {
		rule(r)
	}
}

// at returns the position of an offset.
func (r *report) at(offset int) finding.Position {
	line, column := r.place(offset)
	return finding.Position{File: r.opts.File, Line: line, Column: column}
}

// position returns a position in the file.
func (r *report) position(line, column int) finding.Position {
	return finding.Position{File: r.opts.File, Line: line, Column: column}
}

// finish returns the transcript with its findings.
func (r *report) finish() *Transcript {
	if len(r.opts.Disabled) > 0 {
		r.found = slices.DeleteFunc(r.found, func(f finding.Finding) bool { return slices.Contains(r.opts.Disabled, f.Rule) })
	}
	if len(r.returns) > 0 {
		for i := range r.found {
			r.toOriginal(r.found[i].Fix)
		}
	}
	r.found.Sort()
	r.text.Findings = r.found
	identify(r.text.Turns)
	return r.text
}

// toOriginal converts edits of src to edits of the source with its original line ends.
func (r *report) toOriginal(edits []finding.Edit) {
	for i := range edits {
		edits[i].Start, edits[i].End = r.inOriginal(edits[i].Start), r.inOriginal(edits[i].End)
	}
}

// CompareTranslation compares a translation with the original (rule T032). A
// translation must have the same turns and pauses in the same order, and the same
// stamps at their start. Speakers may be spelled in another script. If the numbers
// of turns differ, only that is reported, because turns cannot be matched then.
func CompareTranslation(original, translation *Transcript, file string) finding.List {
	var found finding.List
	report := func(turn *Turn, hint, format string, args ...any) {
		pos := finding.Position{File: file, Line: turn.Line, Column: turn.Column}
		found.Add(ruleTranslated.At(pos, format, args...).WithHint(hint))
	}
	a, b := original.Turns, translation.Turns
	if len(a) != len(b) {
		at := &Turn{}
		for i := range b {
			if at = &b[i]; i >= len(a) || a[i].Pause != b[i].Pause || !sameStart(&a[i], &b[i]) {
				break
			}
		}
		report(at, "compare from here on", "the original has %d turns, this has %d", len(a), len(b))
		return found
	}
	for i := range a {
		switch {
		case a[i].Pause != b[i].Pause:
			report(&b[i], "", "%s stands where the original has %s", b[i].Speaker, a[i].Speaker)
		case a[i].Stamp != nil && b[i].Stamp == nil:
			report(&b[i], "copy it", "no stamp; the original has %s", appendClock(nil, a[i].Stamp.Time))
		case a[i].Stamp == nil && b[i].Stamp != nil:
			report(&b[i], "add it to the original as well", "a stamp that the original does not have")
		case !sameStart(&a[i], &b[i]):
			report(&b[i], "copy it", "the stamp is %s, and %s in the original", appendClock(nil, b[i].Stamp.Time), appendClock(nil, a[i].Stamp.Time))
		}
	}
	return found
}

// sameStart reports whether the stamps of two turns are at the same second, or
// neither turn has a stamp.
func sameStart(a, b *Turn) bool {
	if a.Stamp == nil || b.Stamp == nil {
		return a.Stamp == b.Stamp
	}
	return a.Stamp.Time.Truncate(time.Second) == b.Stamp.Time.Truncate(time.Second)
}

package repo

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"onair/internal/finding"
	"onair/transcripts"
)

// Linter lints many transcripts.
type Linter struct {
	Settings  *Settings
	Durations map[string]time.Duration // lengths of the audio, by slash-separated name; nil if unknown
	Known     map[string]int           // number of episodes that have each transcript, by name; nil if unknown
	Unwrap    bool                     // let Fix join the lines of a paragraph
	Workers   int                      // number of files read at a time; 0 means 1
}

// Result is the findings in one file.
type Result struct {
	Name     string
	Source   []byte
	Findings finding.List

	fractions transcripts.Fractions
	sketch    sketch
	outline   *transcripts.Transcript // set for translations and their originals, else nil
}

// Options returns the options for one file.
func (l *Linter) Options(name string) *transcripts.LintOptions {
	name = filepath.ToSlash(name)
	o := &transcripts.LintOptions{Options: *l.Settings.Options(name), Duration: l.Durations[name], Unwrap: l.Unwrap}
	for rule := range l.Settings.Disabled {
		o.Disabled = append(o.Disabled, rule)
	}
	return o
}

// Run lints the named files, several at a time. It passes the results to the function each,
// in the order of the names, and returns the findings of rules that compare files.
func (l *Linter) Run(ctx context.Context, names []string, read func(name string) ([]byte, error), each func(*Result) error) (finding.List, error) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()

	across := newAcross(l)
	byName := across.names(names)
	pairs := pairsOf(names)
	type answer struct {
		*Result
		err error
	}
	// At most one answer per worker waits, so that not all sources are in memory at once.
	waiting := make(chan chan answer, max(1, l.Workers))
	wg.Go(func() {
		defer close(waiting)
		for _, name := range names {
			a := make(chan answer, 1)
			select {
			case waiting <- a:
			case <-ctx.Done():
				return
			}
			wg.Go(func() {
				r, err := l.lint(name, read, pairs[filepath.ToSlash(name)])
				a <- answer{r, err}
			})
		}
	})
	for a := range waiting {
		r := <-a
		if r.err != nil {
			return nil, r.err
		}
		r.Findings = append(r.Findings, byName[r.Name]...)
		r.Findings.Sort()
		across.add(r.Result)
		if err := each(r.Result); err != nil {
			return nil, err
		}
	}
	return across.findings(), ctx.Err()
}

// Across returns the findings of rules that compare files, except those about
// translations.
func (l *Linter) Across(ctx context.Context, names []string, read func(name string) ([]byte, error)) (finding.List, error) {
	a := newAcross(l)
	var found finding.List
	for _, f := range a.names(names) {
		found = append(found, f...)
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		src, err := read(name)
		if err != nil {
			return nil, err
		}
		a.add(&Result{Name: name, sketch: sketchOf(src)})
	}
	found = append(found, a.findings()...)
	found.Sort()
	return found, nil
}

// Lint lints one file by itself. For a file in another format than Markdown it returns
// one finding, which says so.
func (l *Linter) Lint(name string, src []byte) *transcripts.Transcript {
	if f, ok := transcripts.Misplaced(src, name); ok {
		f.File = filepath.ToSlash(name)
		return &transcripts.Transcript{Findings: finding.List{f}}
	}
	return transcripts.Lint(src, l.Options(name))
}

func (l *Linter) lint(name string, read func(string) ([]byte, error), paired bool) (*Result, error) {
	src, err := read(name)
	if err != nil {
		return nil, err
	}
	t := l.Lint(name, src)
	r := &Result{Name: name, Source: src, Findings: t.Findings, fractions: t.Fractions, sketch: sketchOf(src)}
	if paired {
		r.outline = outline(t)
	}
	return r, nil
}

// across collects what the rules that compare files need.
type across struct {
	l         *Linter
	fractions transcripts.Fractions
	sketches  []named
	outlines  map[string]*transcripts.Transcript
}

type named struct {
	name string
	sketch
}

func newAcross(l *Linter) *across {
	return &across{l: l, outlines: map[string]*transcripts.Transcript{}}
}

func (a *across) add(r *Result) {
	a.fractions.TwoDigit += r.fractions.TwoDigit
	a.fractions.Above29 += r.fractions.Above29
	a.sketches = append(a.sketches, named{r.Name, r.sketch})
	if r.outline != nil {
		a.outlines[filepath.ToSlash(r.Name)] = r.outline
	}
}

func (l *Linter) enabled(rule *finding.Rule) bool {
	_, disabled := l.Settings.Disabled[rule.ID]
	return !disabled
}

// names returns the findings about file names, by name.
func (a *across) names(names []string) map[string]finding.List {
	found := map[string]finding.List{}
	if !a.l.enabled(ruleName) {
		return found
	}
	for _, f := range checkNames(names, a.l.Known) {
		for _, name := range names {
			if filepath.ToSlash(name) == f.File {
				found[name] = append(found[name], f)
			}
		}
	}
	return found
}

// findings returns the findings from comparing the contents of files.
func (a *across) findings() finding.List {
	var found finding.List
	if a.l.enabled(ruleAlike) {
		found = alike(a.sketches)
	}
	if a.l.enabled(ruleTranslation) {
		found = append(found, compareTranslations(a.outlines)...)
	}
	if LooksLikeFrames(a.fractions) && a.l.Settings.Options("").Fraction == transcripts.Decimal && a.l.enabled(ruleStamp) {
		f := ruleStamp.At(finding.Position{File: SettingsFile}, "the fractions of stamps look like frames: there are many and none is above 29")
		found.Add(f.WithSeverity(finding.Warning).WithHint("timestamp_fraction: frames30"))
	}
	found.Sort()
	return found
}

// LooksLikeFrames reports whether the fractions of stamps probably count frames of
// 1/30 s: there are a hundred or more with two digits, and all are below 30.
func LooksLikeFrames(f transcripts.Fractions) bool {
	const enough = 100
	return f.TwoDigit >= enough && f.Above29 == 0
}

// Disable disables a rule, given as "RULE=reason".
func (s *Settings) Disable(rule string) error {
	id, reason, _ := strings.Cut(rule, "=")
	if err := checkDisabled(id, reason); err != nil {
		return err
	}
	if s.Disabled == nil {
		s.Disabled = map[string]string{}
	}
	s.Disabled[id] = reason
	return nil
}

// sortedNames returns the names with slashes, sorted.
func sortedNames(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = filepath.ToSlash(name)
	}
	slices.Sort(out)
	return out
}

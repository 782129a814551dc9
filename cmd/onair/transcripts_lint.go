package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/durable"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/transcripts"
	"onair/transcripts/repo"
	"onair/transcripts/review"
)

type lintOptions struct {
	fix, unwrap    bool
	base, summary  string
	people, url    string
	fraction       string
	disable        []string
	duration       time.Duration
	explainedFixes bool // that --fix mends things has been said
}

func newTranscriptsLint(g *global) *cobra.Command {
	var o lintOptions
	c := &cobra.Command{
		Use:   "lint [FILE…]",
		Short: "Find what is wrong in transcripts, or in a change of them",
		Long: `Hold transcripts to the rules T001 to T032, each with its place and what to do.
FILE may be a folder, the whole repository by default, or - for standard input.
--fix mends what can be mended without asking.

With --base REV only what the change since REV introduced is shown, new files in
full: nobody has to mend what was wrong before. --summary writes what changed,
word by word, as Markdown for a comment on a pull request.

People, settings and disabled rules come from people.yaml and transcripts.yaml
at the top of the repository, or from the show. Remarks are shown with -v.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 errors were found.`,
		Example: `  onair transcripts lint
  onair transcripts lint --fix gotime/go-time-114.md
  onair transcripts lint --base origin/main --summary summary.md`,
		RunE: func(c *cobra.Command, args []string) error { return g.lint(c.Context(), args, &o) },
	}
	f := c.Flags()
	f.BoolVar(&o.fix, "fix", false, "mend what can be mended without asking")
	f.BoolVar(&o.unwrap, "unwrap", false, "with --fix: join the lines of a paragraph")
	f.StringVar(&o.base, "base", "", "show only what changed since this `REV`")
	f.StringVar(&o.summary, "summary", "", "with --base: write a summary in Markdown to `FILE`")
	f.StringVar(&o.people, "people", "", "`FILE` with the names of who speaks (default: people.yaml)")
	f.StringVar(&o.url, "url", "", "`PAGE` where an episode is heard, with {name}, {folder} or {number}")
	f.StringVar(&o.fraction, "fraction", "", "what follows the dot of a stamp: `KIND` is decimal or frames30")
	f.StringArrayVar(&o.disable, "disable", nil, "`RULE=REASON` that does not hold here")
	addDuration(c, &o.duration, " of the one FILE")
	c.MarkFlagsMutuallyExclusive("fix", "base")
	complete(c, "fraction", "decimal", "frames30")
	return c
}

func (g *global) lint(ctx context.Context, args []string, o *lintOptions) error {
	if err := o.check(args); err != nil {
		return err
	}
	r, err := g.openTranscripts()
	if err != nil {
		return err
	}
	if err := o.apply(g, r); err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	if o.base != "" {
		return g.lintChange(ctx, r, args, o)
	}
	names, err := r.files(args)
	if err != nil {
		return err
	}
	return g.lintFiles(ctx, r, names, o)
}

func (o *lintOptions) check(args []string) error {
	stdin := len(args) == 1 && args[0] == "-"
	switch {
	case o.summary != "" && o.base == "":
		return usagef("--summary is about a change: it needs --base")
	case o.unwrap && !o.fix:
		return usagef("--unwrap is a way to mend: it needs --fix")
	case stdin && (o.fix || o.base != ""):
		return usagef("standard input cannot be mended or compared")
	case o.duration != 0 && (len(args) != 1 || o.base != ""):
		return usagef("--duration is that of one FILE")
	}
	return nil
}

// apply lets flags override what the repository says.
func (o *lintOptions) apply(g *global, r *transcriptRepo) error {
	if o.fraction != "" {
		if _, err := transcripts.ParseFraction(o.fraction); err != nil {
			return usagef("--fraction: %v", err)
		}
		r.settings.Fraction = o.fraction
	}
	for _, rule := range o.disable {
		if err := r.settings.Disable(rule); err != nil {
			return usagef("--disable %s: %v; want RULE=REASON", rule, err)
		}
	}
	if o.url != "" {
		if r.settings.URL = o.url; r.settings.Page("a-1.md") == "" {
			return usagef("--url %s: want a page such as https://show.example/{number}/", o.url)
		}
	}
	if o.people == "" {
		return nil
	}
	file := repo.In(g.dir, o.people)
	people, err := repo.ReadPeople(os.DirFS(filepath.Dir(file)), filepath.Base(file))
	if err == nil && people == nil {
		err = fmt.Errorf("%s names nobody", o.people)
	}
	r.settings.People = people
	return err
}

// lintFiles lints files as they are.
func (g *global) lintFiles(ctx context.Context, r *transcriptRepo, names []string, o *lintOptions) error {
	l := r.linter(names)
	l.Unwrap, l.Workers = o.unwrap, runtime.GOMAXPROCS(0)
	if o.duration > 0 {
		l.Durations = map[string]time.Duration{filepath.ToSlash(names[0]): o.duration}
	}
	if len(names) == 1 && names[0] == "-" {
		l.Known = nil
	}
	read := g.readTranscript
	if o.fix {
		read = func(name string) ([]byte, error) { return g.fixFile(l, name) }
	}
	var all finding.List
	keep := func(l finding.List) {
		for _, f := range l {
			if g.format == "text" { // shown already; what counts is how many there are
				f = finding.Finding{Severity: f.Severity}
			}
			all = append(all, f)
		}
	}
	across, err := l.Run(ctx, names, read, func(f *repo.Result) error {
		keep(f.Findings)
		return g.showFindings(o, f.Findings, func(finding.Finding) []byte { return f.Source })
	})
	if err != nil {
		return err
	}
	keep(across)
	if err := g.showFindings(o, across, func(finding.Finding) []byte { return nil }); err != nil {
		return err
	}
	if g.format != "text" {
		all.Sort()
		if err := g.writeFindings(g.stdout, all); err != nil {
			return err
		}
	} else if !g.quiet {
		g.sayChecked(len(names), all)
	}
	if all.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

func (g *global) sayChecked(files int, all finding.List) {
	if len(g.worthSaying(all)) > 0 {
		fmt.Fprintln(g.stdout)
	}
	fmt.Fprintf(g.stdout, "checked %s: %s", plural.Count(files, "file"), tally(all))
	if n := all.Count(finding.Info); n > 0 && !g.verbose {
		fmt.Fprintf(g.stdout, ", %s (-v)", plural.Count(n, "remark"))
	}
	fmt.Fprintln(g.stdout)
}

// fixFile mends a file in place and returns what it holds now.
func (g *global) fixFile(l *repo.Linter, name string) ([]byte, error) {
	src, err := g.readTranscript(name)
	if err != nil {
		return nil, err
	}
	out := transcripts.Fix(src, l.Options(name))
	if bytes.Equal(src, out) {
		return src, nil
	}
	if err := replaceFile(repo.In(g.dir, name), src, out); err != nil {
		return nil, fmt.Errorf("mend %s: %w", name, err)
	}
	return out, nil
}

// lintChange lints what a change introduced.
func (g *global) lintChange(ctx context.Context, r *transcriptRepo, args []string, o *lintOptions) error {
	changes, err := review.Changes(ctx, g.dir, o.base, args, r.wanted)
	if errors.Is(err, review.ErrShallow) {
		return withHint(err, "fetch the history: git fetch --unshallow, or fetch-depth: 0 for actions/checkout")
	}
	if err != nil {
		return err
	}
	var names []string
	sources := map[string][]byte{}
	for _, c := range changes {
		names = append(names, c.Name)
		sources[c.Name] = c.After
	}
	l := r.linter(names)
	_, off := r.settings.Disabled["T031"]
	report := review.Review(changes, &review.Options{
		Lint: func(name string, src []byte) *transcripts.Transcript { return transcripts.Lint(src, l.Options(name)) },
		Page: r.page,
		T031: !off,
	})
	more, err := g.lintAround(ctx, r, changes)
	if err != nil {
		return err
	}
	report.Findings = append(report.Findings, more...)
	report.Findings.Sort()
	if o.summary != "" {
		if err := writeSummary(o.summary, report); err != nil {
			return err
		}
	}
	if g.format != "text" {
		if err := g.writeFindings(g.stdout, report.Findings); err != nil {
			return err
		}
	} else {
		if err := g.showFindings(o, report.Findings, func(f finding.Finding) []byte { return sources[f.File] }); err != nil {
			return err
		}
		if len(g.worthSaying(report.Findings)) > 0 {
			fmt.Fprintln(g.stdout)
		}
		fmt.Fprintln(g.stdout, report.Say())
	}
	if report.Findings.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// lintAround holds a change to the rules that look at several files: those of
// all files where it brings new ones, those of translations where it touches
// one or its original.
func (g *global) lintAround(ctx context.Context, r *transcriptRepo, changes []review.Change) (finding.List, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	isNew := map[string]bool{}
	changed := map[string]repo.Versions{}
	for _, c := range changes {
		if c.New {
			isNew[c.Name] = true
		}
		changed[c.Name] = repo.Versions{Before: c.Before, After: c.After}
	}
	names, err := r.files([]string{"."})
	if err != nil {
		return nil, err
	}
	l := r.linter(names)
	found, err := l.ChangedTranslations(names, changed, g.readTranscript)
	if err != nil || len(isNew) == 0 {
		return found, err
	}
	across, err := l.Across(ctx, names, g.readTranscript)
	for _, f := range across {
		if isNew[f.File] {
			found = append(found, f)
		}
	}
	return found, err
}

func writeSummary(name string, r *review.Report) error {
	var b bytes.Buffer
	if err := r.WriteMarkdown(&b); err != nil {
		return err
	}
	return durable.WriteFile(name, b.Bytes(), 0o644)
}

// showFindings prints findings as a compiler does: the place and what is wrong,
// the line, and under it a caret with what to do.
func (g *global) showFindings(o *lintOptions, l finding.List, source func(finding.Finding) []byte) error {
	if g.format != "text" {
		return nil
	}
	var b bytes.Buffer
	for _, f := range g.worthSaying(l) {
		if g.quiet && f.Severity != finding.Error {
			continue
		}
		hint := f.Hint
		if f.Fixable && !o.explainedFixes {
			o.explainedFixes = true
			hint += "   (--fix does it)"
		}
		g.showFinding(&b, f, hint, source(f))
	}
	_, err := g.stdout.Write(b.Bytes())
	return err
}

func (g *global) showFinding(w io.Writer, f finding.Finding, hint string, src []byte) {
	u := g.ui(g.stdout)
	fmt.Fprintf(w, "%s: %s %s: %s\n", u.bold(harmless(f.Position.String())), u.severity(f.Severity), f.Rule, clean(f.Message))
	text, caret := excerpt(src, f.Line, f.Column)
	hint = clean(hint)
	switch {
	case text != "":
		fmt.Fprintf(w, "    %s\n    %*s%s\n", harmless(text), caret, "", u.dim("^ "+hint))
	case hint != "":
		fmt.Fprintf(w, "    %s\n", u.dim(hint))
	}
}

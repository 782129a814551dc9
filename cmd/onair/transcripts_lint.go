package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"onair/cmd/onair/memory"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/transcripts"
	"onair/transcripts/repo"
	"onair/transcripts/review"
)

type lintOptions struct {
	fix, unwrap   bool
	base, summary string
	people, url   string
	fraction      string
	disable       []string
	skipped       int // files in folders, left out because they have no label
	duration      time.Duration
}

func newTranscriptsLint(a *app) *cobra.Command {
	var o lintOptions
	c := &cobra.Command{
		Use:   "lint [FILE…]",
		Short: "Check transcripts, or a change of them",
		Long: `Check the format, speakers and times of transcripts. Each finding has its place
and says what to do. FILE may be a folder (default: the whole repository), or - for
standard input. Markdown without the label of a speaker is skipped. --fix fixes what
can be fixed without a decision.

With --base REV only findings that the change since REV introduced are printed;
new files are checked in full. --summary writes the change, word by word, as
Markdown for a comment on a pull request.

People, settings and disabled rules come from people.yaml and transcripts.yaml
in the root of the repository, or from the show. -v also prints suggestions.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 errors were found.`,
		Example: `  onair transcripts lint
  onair transcripts lint --fix gotime/go-time-114.md
  onair transcripts lint --base origin/main --summary summary.md`,
		RunE: func(c *cobra.Command, args []string) error { return runTranscriptsLint(c.Context(), a, &o, args) },
	}
	f := c.Flags()
	f.BoolVar(&o.fix, "fix", false, "fix what can be fixed without a decision")
	f.BoolVar(&o.unwrap, "unwrap", false, "with --fix: join the lines of a paragraph")
	f.StringVar(&o.base, "base", "", "print only findings that did not exist at this `REV`")
	f.StringVar(&o.summary, "summary", "", "with --base: write a summary of the change to `FILE`, in Markdown; - is standard output")
	f.StringVar(&o.people, "people", "", "`FILE` with the names of the speakers (default: people.yaml)")
	f.StringVar(&o.url, "url", "", "`URL` of the page of an episode, with {name}, {folder} or {number}")
	f.StringVar(&o.fraction, "fraction", "", "read the digits after the dot of a stamp as `KIND`: decimal or frames30")
	f.StringArrayVar(&o.disable, "disable", nil, "disable a rule: `RULE=REASON`")
	addDuration(c, &o.duration, " of the one FILE")
	c.MarkFlagsMutuallyExclusive("fix", "base")
	complete(c, "fraction", "decimal", "frames30")
	return c
}

func runTranscriptsLint(ctx context.Context, a *app, o *lintOptions, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	r, err := openTranscripts(a)
	if err != nil {
		return err
	}
	if err := o.apply(a, r); err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	if o.base != "" {
		return lintChange(ctx, a, r, args, o)
	}
	names, err := r.files(a, args)
	if err != nil {
		return err
	}
	all := len(names)
	if names, err = r.labelled(a, names, args); err != nil {
		return err
	}
	o.skipped = all - len(names)
	return lintFiles(ctx, a, r, names, o)
}

func (o *lintOptions) check(args []string) error {
	stdin := len(args) == 1 && args[0] == "-"
	switch {
	case o.summary != "" && o.base == "":
		return usagef("--summary needs --base")
	case o.unwrap && !o.fix:
		return usagef("--unwrap needs --fix")
	case stdin && (o.fix || o.base != ""):
		return usagef("standard input cannot be fixed or compared")
	case o.duration != 0 && (len(args) != 1 || o.base != ""):
		return usagef("--duration needs exactly one FILE, and no --base")
	}
	return nil
}

// apply replaces settings of the repository by the values of flags.
func (o *lintOptions) apply(a *app, r *transcriptRepo) error {
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
	file := repo.In(a.dir, o.people)
	files, base, err := a.inputFS(file)
	if err != nil {
		return err
	}
	people, err := repo.ReadPeople(files, base)
	if err == nil && people == nil {
		err = fmt.Errorf("there are no people in %s", o.people)
	}
	r.settings.People = people
	return err
}

// lintFiles lints whole files.
func lintFiles(ctx context.Context, a *app, r *transcriptRepo, names []string, o *lintOptions) error {
	l := r.linter(names)
	l.Unwrap, l.Workers = o.unwrap, runtime.GOMAXPROCS(0)
	if o.duration > 0 && len(names) > 0 {
		l.Durations = map[string]time.Duration{filepath.ToSlash(names[0]): o.duration}
	}
	if len(names) == 1 && names[0] == "-" {
		l.Known = nil
	}
	read := a.readTranscript
	if o.fix {
		read = func(name string) ([]byte, error) { return fixFile(a, l, name) }
	}
	p := &excerptPrinter{app: a}
	var all finding.List // for the formats that are printed at the end
	var n counts
	keep := func(l finding.List) {
		n.add(l)
		if a.format != "text" {
			all = append(all, l...)
		}
	}
	across, err := l.Run(ctx, names, allowMemory(read, a.format != "text"), func(f *repo.Result) error {
		l := counted(r.show, f.Findings)
		keep(l)
		return p.print(l, func(finding.Finding) []byte { return f.Source })
	})
	if err != nil {
		return err
	}
	across = counted(r.show, across)
	keep(across)
	if err := p.print(across, func(finding.Finding) []byte { return nil }); err != nil {
		return err
	}
	if a.format != "text" {
		all.Sort()
		if err := a.writeFindings(a.stdout, all, nil); err != nil {
			return err
		}
	} else if !a.quiet {
		printLintSummary(a, len(names), o.skipped, n)
	}
	if n[finding.Error] > 0 {
		return exitError(exitFindings)
	}
	return nil
}

// allowMemory returns a function that calls read and raises the memory limit for files
// so large that their findings might fill it. If keep is set, the findings of all files
// stay in memory, otherwise those of one file at a time.
func allowMemory(read func(string) ([]byte, error), keep bool) func(string) ([]byte, error) {
	const perByte = 128 // bytes of memory per byte of a file in which every word has a finding
	var mu sync.Mutex
	total, limit := 0, memory.Limit
	return func(name string) ([]byte, error) {
		src, err := read(name)
		mu.Lock()
		defer mu.Unlock()
		if total += len(src); !keep {
			total = len(src)
		}
		if total*perByte > limit {
			limit = total * perByte
			memory.SetLimit(int64(limit))
		}
		return src, err
	}
}

// printLintSummary prints the number of files and findings.
func printLintSummary(a *app, files, skipped int, n counts) {
	if n[finding.Error]+n[finding.Warning] > 0 || a.verbose && n[finding.Info] > 0 {
		fmt.Fprintln(a.stdout)
	}
	fmt.Fprintf(a.stdout, "checked %s: %v", plural.Count(files, "file"), n)
	if n := n[finding.Info]; n > 0 && !a.verbose {
		fmt.Fprintf(a.stdout, ", %s (-v)", plural.Count(n, "suggestion"))
	}
	if skipped > 0 {
		fmt.Fprintf(a.stdout, "; %s without a speaker's label passed over", plural.Count(skipped, "file"))
	}
	fmt.Fprintln(a.stdout)
}

// fixFile fixes a file in place and returns its new content.
func fixFile(a *app, l *repo.Linter, name string) ([]byte, error) {
	src, err := a.readTranscript(name)
	if err != nil {
		return nil, err
	}
	if _, captions := transcripts.Misplaced(src, name); captions {
		return src, nil // Lint reports the error
	}
	out := transcripts.Fix(src, l.Options(name))
	if bytes.Equal(src, out) {
		return src, nil
	}
	if err := replaceFile(repo.In(a.dir, name), src, out); err != nil {
		return nil, fmt.Errorf("fix %s: %w", name, err)
	}
	return out, nil
}

// lintChange prints the findings that the change since --base introduced.
func lintChange(ctx context.Context, a *app, r *transcriptRepo, args []string, o *lintOptions) error {
	changes, err := review.Changes(ctx, a.dir, o.base, args, r.isTranscript)
	changes = slices.DeleteFunc(changes, func(c review.Change) bool {
		return r.episodes == nil && !slices.Contains(args, c.Name) && !transcripts.HasLabel(c.Before) && !transcripts.HasLabel(c.After)
	})
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
	report := review.Review(changes, &review.Options{
		Lint:     l.Lint,
		Page:     r.page,
		Disabled: r.settings.Disabled,
	})
	more, err := lintAround(ctx, a, r, changes)
	if err != nil {
		return err
	}
	report.Findings = counted(r.show, append(report.Findings, more...))
	report.Findings.Sort()
	if o.summary != "" {
		if err := writeSummary(a, o.summary, report); err != nil {
			return err
		}
	}
	if a.format != "text" {
		if err := a.writeFindings(a.stdout, report.Findings, nil); err != nil {
			return err
		}
	} else {
		p := &excerptPrinter{app: a}
		if err := p.print(report.Findings, func(f finding.Finding) []byte { return sources[f.File] }); err != nil {
			return err
		}
		if len(a.actionable(report.Findings)) > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintln(a.stdout, report.Summary())
	}
	if report.Findings.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// lintAround checks the rules that compare files. If the change touches a translation or
// its original, it compares the two. If the change adds files, it compares all files and
// returns the findings about the new ones.
func lintAround(ctx context.Context, a *app, r *transcriptRepo, changes []review.Change) (finding.List, error) {
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
	names, _, err := repo.Files(r.dir, []string{"."}, r.isTranscript)
	if err != nil {
		return nil, err
	}
	l := r.linter(names)
	found, err := l.ChangedTranslations(names, changed, a.readTranscript)
	if err != nil || len(isNew) == 0 {
		return found, err
	}
	across, err := l.Across(ctx, names, a.readTranscript)
	for _, f := range across {
		if isNew[f.File] {
			found = append(found, f)
		}
	}
	return found, err
}

func writeSummary(a *app, name string, r *review.Report) error {
	var b bytes.Buffer
	write := r.WriteMarkdown
	if strings.HasSuffix(name, ".json") {
		write = r.WriteJSON
	}
	if err := write(&b); err != nil {
		return err
	}
	return a.writeOutput(name, b.Bytes())
}

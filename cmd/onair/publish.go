package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"onair/feed/check"
	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/internal/shell"
	"onair/publish"
	"onair/publish/checkout"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
	"onair/show/pins"
)

type publishOptions struct {
	changeFlags
	yes, locked, now bool
	plan             string
}

func newPublish(a *app) *cobra.Command {
	var o publishOptions
	c := &cobra.Command{
		Use:   "publish [EPISODE…]",
		Short: "Publish the show",
		Long: `Check the show, plan what to change, and apply the plan in an order that keeps the
live show intact: first upload audio and other new files, and request them through
the public URL; then write the feed, then the changed pages. At the end, purge the
CDN and verify the live show. publish can be interrupted at any time and run again.
If there is nothing to do, nothing is written.

With the names of episodes (slug, number or GUID), a plan that also changes other
episodes is refused.

The audio of every episode that goes live or is scheduled is pinned in onair.lock;
commit that file. With --locked (the default if CI=true) it is an error if
onair.lock would change.

On a terminal, publish asks before apps would download the audio of an episode
again, and before anything is deleted, unless --yes is given.

An episode that is due and has no audio, here or in the storage, stays out of the
feed; the rest is published, and the exit code is 3.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors, its verification
failed, or a due episode has no audio (the rest is live) · 4 somebody else published
in the meantime, or the checkout is behind what is live.`,
		Example: `  onair publish
  onair publish 4-cloudy
  onair publish 4-cloudy --now
  onair publish --to staging
  ONAIR_STORAGE=file:/tmp/try onair publish`,
		ValidArgsFunction: completeEpisodes(a),
		RunE: func(c *cobra.Command, args []string) error {
			o.only = args
			return runPublish(c.Context(), a, &o)
		},
	}
	ci := a.getenv("CI") == "true"
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask for confirmation")
	c.Flags().BoolVar(&o.locked, "locked", ci, "fail if onair.lock would change")
	c.Flags().BoolVar(&o.now, "now", false, "first write the present time as the date of the named episodes, so that apps announce them")
	c.Flags().StringVar(&o.plan, "plan", "", "fail unless the plan equals the one in this `FILE`, written by plan -o")
	o.addFlags(c, a)
	return c
}

func runPublish(ctx context.Context, a *app, o *publishOptions) error {
	if o.now {
		if err := dateNow(a, o.only); err != nil {
			return err
		}
	}
	in := planInputs{publishing: true}
	if o.args() == "" && o.plan == "" && !a.json && !a.verbose {
		last, unchanged, listing, err := recallUpToDate(ctx, a)
		if unchanged && !a.quiet {
			printCheckLine(a, last.Checked)
			printNothingToDo(a, last.Title)
		}
		if unchanged || err != nil {
			return err
		}
		in.trace, in.listing = &derive.Trace{}, listing
	}
	p, found, storage, err := makePlan(ctx, a, &o.changeFlags, in)
	if err != nil {
		return err
	}
	if o.plan != "" {
		if err := checkPlanFile(o.plan, p); err != nil {
			return err
		}
	}
	rememberUpToDate(ctx, a, in.trace, p, found)
	printChecked(a, p, found)
	changes, err := compareWithLive(ctx, a, &o.changeFlags, p, storage)
	if err != nil {
		return err
	}
	if !a.json {
		printChanges(a, a.stderr, p, changes)
	}
	printDeleted(a, p)
	printNoAudio(a, p)
	if !o.yes && !confirm(ctx, a, p) {
		return cmp.Or(ctx.Err(), errors.New("not published"))
	}
	return publishPlan(ctx, a, o, p, storage, changes)
}

// publishPlan writes onair.lock, applies the plan and prints the result. changes are what
// listeners notice.
func publishPlan(ctx context.Context, a *app, o *publishOptions, p *publish.Plan, storage record.Storage, changes *check.Changes) error {
	commit, err := checkout.Head(ctx, p.Release.Show.Folder.Dir)
	if err != nil && !p.Empty() && !o.overNewer {
		return withHint(fmt.Errorf("find the commit to record: %w", err), "git must work in the folder of the show: try git log; --over-newer publishes without a commit")
	}
	if err := writeLock(a, p, o.locked); err != nil {
		return err
	}
	result := &publishResult{Published: !p.Empty(), FeedURL: p.Release.Show.FeedURL(), Announced: []string{}}
	var failed error
	if !p.Empty() {
		failed = applyPlan(ctx, a, p, storage, commit, result)
	}
	if a.json {
		d := planJSON(p)
		d.publishResult = result
		d.compared(changes)
		return cmp.Or(errors.Join(writeJSON(a.stdout, d), failed), noAudioError(p, true))
	}
	if failed != nil {
		return failed
	}
	printPublished(a, p, commit != "")
	return noAudioError(p, true)
}

// confirm asks before apps would download audio again, and before anything is deleted.
// It returns true without asking if the plan does neither, or without a terminal.
func confirm(ctx context.Context, a *app, p *publish.Plan) bool {
	again, deleted := p.Replaced(), p.Totals().Delete
	if len(again)+deleted == 0 || !isTerminal(a.stdin) || !isTerminal(a.stderr) {
		return true
	}
	fmt.Fprintln(a.stderr)
	if len(again) > 0 {
		fmt.Fprintf(a.stderr, "%s will have a new audio URL: %s.\nApps may download the audio again. ", plural.Count(len(again), "live episode"), strings.Join(again, ", "))
	}
	if deleted > 0 {
		fmt.Fprintf(a.stderr, "%s will be deleted. ", plural.Count(deleted, "object"))
	}
	fmt.Fprint(a.stderr, "Publish? [y/N] ")
	return a.confirmed(ctx)
}

// printNoAudio prints the scheduled and due episodes that cannot go live because they
// have no audio.
func printNoAudio(a *app, p *publish.Plan) {
	for _, e := range p.Episodes {
		if e.NoAudio == "" || a.json {
			continue
		}
		u := a.ui(a.stderr)
		severity, what := u.yellow("warning"), "is scheduled for"
		if e.Lost {
			severity = u.red("error")
		}
		if e.Waiting {
			what = "stays out, and is due since"
		}
		fmt.Fprintf(a.stderr, "%s %s %s %s: %s\n", severity, clean(e.Slug), what, dateText(e.Date, a.now()), e.NoAudio)
	}
}

// printDeleted lists the objects that the plan deletes.
func printDeleted(a *app, p *publish.Plan) {
	if p.Totals().Delete > 0 && !a.quiet {
		printObjects(a.stderr, a.ui(a.stderr), p, false)
		fmt.Fprintln(a.stderr)
	}
}

// writeLock writes onair.lock if it changes.
func writeLock(a *app, p *publish.Plan, locked bool) error {
	if !p.Release.LockChanges() {
		return nil
	}
	if err := p.Release.WriteLock(locked); err != nil {
		return err
	}
	if !a.quiet {
		fmt.Fprintf(a.stderr, "%-9s %s\n", "lock", lockText(p.Release))
	}
	return nil
}

// applyPlan applies the plan and fills in the result.
func applyPlan(ctx context.Context, a *app, p *publish.Plan, storage record.Storage, commit string, result *publishResult) error {
	services, err := openServices(a, p.Release.Show)
	if err != nil {
		return err
	}
	m := &meter{w: a.stderr, ui: a.ui(a.stderr), bar: a.animated(), quiet: a.quiet || a.json}
	outcome, err := publish.Apply(ctx, p, storage, &publish.ApplyOptions{
		By:       userName(),
		Commit:   commit,
		Now:      a.now(),
		CacheDir: a.cacheDir(),
		Services: services,
		Progress: m.Update,
	})
	m.Done()
	result.Purged, result.Verified = outcome.Purged, outcome.Verified
	result.Announced = append(result.Announced, outcome.Announced...)
	result.Published = outcome.FeedLive
	var bad *publish.UnverifiedError
	if a.json && errors.As(err, &bad) {
		result.Findings = bad.Findings
		return exitError(exitFindings)
	}
	return reportUnverified(a, p.Release.Show, err)
}

// reportUnverified prints the findings of a publish whose verification failed. It
// returns other errors as they are.
func reportUnverified(a *app, s *show.Show, err error) error {
	var bad *publish.UnverifiedError
	if !errors.As(err, &bad) {
		return err
	}
	if a.format == "text" {
		a.writeFindings(a.stderr, bad.Findings, s)
		fmt.Fprintf(a.stderr, "\n%s %s\n", a.ui(a.stderr).red("onair:"), bad.Error())
	} else if err := a.writeFindings(a.stdout, bad.Findings, s); err != nil {
		return err
	}
	return exitError(exitFindings)
}

// userName returns the name of the current user for the record, or an empty string
// if it is not known.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// printChecked prints the result of check, the first step of a publish.
func printChecked(a *app, p *publish.Plan, found finding.List) {
	if a.quiet || a.json {
		return
	}
	printCheckLine(a, checkedText(p, found))
	if !p.Empty() {
		a.writeFindings(a.stderr, a.actionable(found), p.Release.Show)
	}
}

// printCheckLine prints the line of the step check.
func printCheckLine(a *app, text string) { fmt.Fprintf(a.stderr, "%-9s %s\n", "check", text) }

// checkedText counts the episodes and findings.
func checkedText(p *publish.Plan, found finding.List) string {
	return plural.Count(len(p.Release.Episodes), "episode") + ": " + tally(found)
}

// printNothingToDo prints that everything is published already, which says nothing about
// whether the folder of a local storage is uploaded.
func printNothingToDo(a *app, title string) {
	fmt.Fprintf(a.stdout, "Nothing to do: %s is up to date.\n", clean(title))
}

// printPublished prints what is live now, or ready in a folder, at which address, and what to
// do next.
func printPublished(a *app, p *publish.Plan, inGit bool) {
	if a.quiet {
		return
	}
	u := a.ui(a.stdout)
	s := p.Release.Show
	if p.Empty() {
		printNothingToDo(a, s.Title)
		return
	}
	fmt.Fprintln(a.stdout)
	state, folder := "live", ""
	if strings.HasPrefix(s.Storage, "file:") {
		state, folder = "ready", localDir(s, s.Storage)
	}
	changed := 0
	for _, e := range p.Episodes {
		switch e.Action {
		case publish.Add:
			fmt.Fprintf(a.stdout, "%s is %s.\n  %s\n", u.bold(numberedTitle(e.Episode)), state, s.URL+"episodes/"+e.Slug+"/")
		case publish.Update:
			changed++
		}
	}
	for _, e := range p.Episodes {
		if e.Action == publish.Schedule && e.NoAudio == "" {
			fmt.Fprintf(a.stdout, "%s goes live with the first publish after %s.\n", u.bold(numberedTitle(e.Episode)), dateText(e.Date, a.now()))
		}
	}
	if changed > 0 {
		fmt.Fprintf(a.stdout, "%s changed.\n", plural.Count(changed, "live episode"))
	}
	fmt.Fprintf(a.stdout, "\nFeed: %s\n", s.FeedURL())
	switch {
	case folder != "" && s.IsPublic():
		fmt.Fprintf(a.stdout, "Written to %s. Upload it, unless a server reads it there, then run %s%s verify\n", clean(folder), a.name, a.sameFlags())
	case folder != "":
		fmt.Fprintf(a.stdout, "To listen: %s%s serve --dir %s, then open %s or subscribe to the feed.\n", a.name, a.sameFlags(), shell.Quote(a.shortPath(folder)), s.URL)
	}
	if inGit && p.Release.LockChanges() {
		git := "git" + a.inDir(".")
		fmt.Fprintf(a.stdout, "Next: %s add %s episodes && %s commit -m \"Publish\"\n", git, pins.File, git)
	}
	printRemoved(a, p)
}

// printRemoved prints which episodes were removed and until when their files stay, or
// that their files were erased.
func printRemoved(a *app, p *publish.Plan) {
	erased, staying := p.Removed()
	if erased != "" {
		fmt.Fprintf(a.stdout, "Erased: %s of removed episodes\n", erased)
		return
	}
	var slugs []string
	for _, e := range p.Episodes {
		if e.Action == publish.Delete && e.Slug != "" {
			slugs = append(slugs, clean(e.Slug))
		}
	}
	if len(slugs) == 0 {
		return
	}
	fmt.Fprintf(a.stdout, "Removed: %s. Its pages say that it is no longer available.", strings.Join(slugs, ", "))
	if staying != "" {
		fmt.Fprintf(a.stdout, " Until %s, when publish --prune deletes them, these stay: %s. To delete all of it now: %s%s publish --remove %s --erase",
			p.Release.Now.Add(publish.PruneAfter).In(p.Release.Show.Timezone).Format("2 Jan 2006"), staying, a.name, a.sameFlags(), strings.Join(slugs, ","))
	}
	fmt.Fprintln(a.stdout)
}

// numberedTitle returns the title of an episode in quotes, preceded by its number if it
// has one.
func numberedTitle(e *release.Episode) string {
	if e.Number > 0 {
		return fmt.Sprintf("%d %q", e.Number, clean(e.Title))
	}
	return fmt.Sprintf("%q", clean(e.Title))
}

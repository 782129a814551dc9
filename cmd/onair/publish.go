package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/publish"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

type publishOptions struct {
	intent
	yes, locked bool
	plan        string
}

func newPublish(g *global) *cobra.Command {
	var o publishOptions
	c := &cobra.Command{
		Use:   "publish [EPISODE…]",
		Short: "Make what should be live, live",
		Long: `Check the show, plan, and apply the plan in an order that never breaks a
listener: audio and files first, proven through the public URL; then the feed,
then changed pages; then the CDN is told and the result verified. It can be
interrupted anywhere and run again. With nothing to do it writes nothing. With
the names of episodes (slug, number or GUID), a plan that changes any other is
refused.

The audio of every episode that goes live or is scheduled is pinned in
onair.lock; commit that file. With --locked (the default when CI=true) a lock
that would change is an error instead.

On a terminal it asks before listeners who already have an episode would get
its audio again, and before anything is deleted; --yes does not ask.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors, or it is live
but does not look so from outside · 4 somebody else published in the meantime,
or the checkout is behind what is live.`,
		Example: `  onair publish
  onair publish 4-cloudy
  onair publish --to staging
  ONAIR_STORAGE=file:/tmp/try onair publish`,
		ValidArgsFunction: g.completeEpisodes,
		RunE: func(c *cobra.Command, args []string) error {
			o.only, o.publishing = args, true
			return g.publish(c.Context(), &o)
		},
	}
	ci := g.getenv("CI") == "true"
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "ask nothing")
	c.Flags().BoolVar(&o.locked, "locked", ci, "fail when onair.lock would change")
	c.Flags().StringVar(&o.plan, "plan", "", "publish this `FILE` of plan -o, or nothing")
	o.addFlags(c, g)
	return c
}

func (g *global) publish(ctx context.Context, o *publishOptions) error {
	if o.args() == "" && o.plan == "" && !g.json && !g.verbose {
		last, still, listed, err := g.upToDate(ctx)
		if still && !g.quiet {
			g.printCheck(last.Checked)
			g.printNothingToDo(last.Title)
		}
		if still || err != nil {
			return err
		}
		o.trace, o.listed = &derive.Trace{}, listed
	}
	p, found, storage, err := g.makePlan(ctx, &o.intent)
	if err != nil {
		return err
	}
	if o.plan != "" {
		if err := samePlan(o.plan, p); err != nil {
			return err
		}
	}
	g.rememberUpToDate(o.trace, p, found)
	g.printChecked(p, found)
	g.printDeleted(p)
	if !o.yes && !g.confirm(ctx, p) {
		return cmp.Or(ctx.Err(), fmt.Errorf("not published: %w", publish.ErrRefused))
	}
	commit, err := publish.HeadCommit(ctx, p.Release.Show.Folder.Dir)
	if err != nil && !p.Empty() && !o.overNewer {
		return withHint(fmt.Errorf("note what is published: %w", err), "git has to answer in the show's folder: try git log; --over-newer publishes without a commit")
	}
	if err := g.writeLock(p, o.locked); err != nil {
		return err
	}
	result := &publishResult{Published: !p.Empty(), FeedURL: p.Release.Show.FeedURL(), Announced: []string{}}
	var failed error
	if !p.Empty() {
		failed = g.apply(ctx, p, storage, commit, result)
	}
	if g.json {
		d := planJSON(p)
		d.publishResult = result
		return errors.Join(writeJSON(g.stdout, d), failed)
	}
	if failed != nil {
		return failed
	}
	g.printPublished(p, commit != "")
	return nil
}

// confirm asks before apps may download again what they have, and before
// anything is deleted.
func (g *global) confirm(ctx context.Context, p *publish.Plan) bool {
	again, deleted := p.Replaced(), p.Totals().Delete
	if len(again)+deleted == 0 || !isTerminal(g.stdin) || !isTerminal(g.stderr) {
		return true
	}
	fmt.Fprintln(g.stderr)
	if len(again) > 0 {
		fmt.Fprintf(g.stderr, "%s will have a new audio URL: %s.\nApps that have it may download it again. ", plural.Count(len(again), "live episode"), strings.Join(again, ", "))
	}
	if deleted > 0 {
		fmt.Fprintf(g.stderr, "%s will be deleted. ", plural.Count(deleted, "object"))
	}
	fmt.Fprint(g.stderr, "Publish? [y/N] ")
	answer := make(chan string, 1) // a read cannot be interrupted, waiting for it can
	go func() {
		line, _ := bufio.NewReader(g.stdin).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		return strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y")
	case <-ctx.Done():
		return false
	}
}

// printDeleted lists what the plan deletes, before it does.
func (g *global) printDeleted(p *publish.Plan) {
	if p.Totals().Delete > 0 && !g.quiet {
		printObjects(g.stderr, g.ui(g.stderr), p, false)
		fmt.Fprintln(g.stderr)
	}
}

func (g *global) writeLock(p *publish.Plan, locked bool) error {
	if !p.Release.LockChanges() {
		return nil
	}
	if err := p.Release.WriteLock(locked); err != nil {
		return err
	}
	if !g.quiet {
		fmt.Fprintf(g.stderr, "%-9s %s\n", "lock", lockText(p.Release))
	}
	return nil
}

// apply carries out the plan and fills in what came of it.
func (g *global) apply(ctx context.Context, p *publish.Plan, storage record.Storage, commit string, result *publishResult) error {
	live, err := g.world(p.Release.Show)
	if err != nil {
		return err
	}
	m := &meter{w: g.stderr, ui: g.ui(g.stderr), bar: g.animated(), quiet: g.quiet || g.json}
	outcome, err := publish.Apply(ctx, p, storage, &publish.ApplyOptions{
		By:       userName(),
		Commit:   commit,
		Now:      g.now(),
		CacheDir: g.cacheDir(),
		Services: live,
		Progress: m.Update,
	})
	m.Done()
	result.Purged, result.Verified = outcome.Purged, outcome.Verified
	result.Announced = append(result.Announced, outcome.Announced...)
	result.Published = outcome.FeedLive
	var bad *publish.UnverifiedError
	if g.json && errors.As(err, &bad) {
		result.Findings = bad.Findings
		return exitError(exitFindings)
	}
	return g.unverified(err)
}

// unverified prints the findings of a publish that does not look right from
// outside, and passes other errors on.
func (g *global) unverified(err error) error {
	var bad *publish.UnverifiedError
	if !errors.As(err, &bad) {
		return err
	}
	if g.format == "text" {
		g.writeFindings(g.stderr, bad.Findings)
		fmt.Fprintf(g.stderr, "\n%s %s\n", g.ui(g.stderr).red("onair:"), bad.Error())
	} else if err := g.writeFindings(g.stdout, bad.Findings); err != nil {
		return err
	}
	return exitError(exitFindings)
}

// userName is who publishes, for the record; empty where the system knows
// nobody.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// printChecked opens the report of a publish, step by step on stderr.
func (g *global) printChecked(p *publish.Plan, found finding.List) {
	if g.quiet || g.json {
		return
	}
	g.printCheck(checkedText(p, found))
	if !p.Empty() {
		g.writeFindings(g.stderr, g.actionable(found))
	}
}

func (g *global) printCheck(text string) { fmt.Fprintf(g.stderr, "%-9s %s\n", "check", text) }

// checkedText is how much was checked, and how many findings there are.
func checkedText(p *publish.Plan, found finding.List) string {
	return plural.Count(len(p.Release.Episodes), "episode") + ": " + tally(found)
}

// printNothingToDo says that what is live is what should be.
func (g *global) printNothingToDo(title string) {
	fmt.Fprintf(g.stdout, "Nothing to do: %s is live as it should be.\n", clean(title))
}

// printPublished says what is live now, where, and what to do next.
func (g *global) printPublished(p *publish.Plan, inGit bool) {
	if g.quiet {
		return
	}
	u := g.ui(g.stdout)
	s := p.Release.Show
	if p.Empty() {
		g.printNothingToDo(s.Title)
		return
	}
	fmt.Fprintln(g.stdout)
	changed := 0
	for _, e := range p.Episodes {
		switch e.Action {
		case publish.Add:
			fmt.Fprintf(g.stdout, "%s is live.\n  %s\n", u.bold(name(e.Episode)), s.URL+"episodes/"+e.Slug+"/")
		case publish.Update:
			changed++
		}
	}
	for _, e := range p.Episodes {
		if e.Action == publish.Schedule {
			fmt.Fprintf(g.stdout, "%s goes live by the first publish after %s.\n", u.bold(name(e.Episode)), dateText(e.Date, g.now()))
		}
	}
	if changed > 0 {
		fmt.Fprintf(g.stdout, "%s changed.\n", plural.Count(changed, "live episode"))
	}
	fmt.Fprintf(g.stdout, "\nFeed: %s\n", s.FeedURL())
	if strings.HasPrefix(s.Storage, "file:") && !s.IsPublic() {
		fmt.Fprintf(g.stdout, "To listen: %s%s serve, then open %s or subscribe to the feed.\n", g.name, g.sameFlags(), s.URL)
	}
	if inGit && p.Release.LockChanges() {
		fmt.Fprintf(g.stdout, "Next: git commit -m \"Publish\" %s episodes\n", show.LockFile)
	}
}

// name is an episode's title with its number, if it has one.
func name(e *release.Episode) string {
	if e.Number > 0 {
		return fmt.Sprintf("%d %q", e.Number, clean(e.Title))
	}
	return fmt.Sprintf("%q", clean(e.Title))
}

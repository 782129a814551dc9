package main

import (
	"bufio"
	"context"
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/publish"
	"onair/show"
)

type publishOptions struct {
	intent
	yes, locked, adopt bool
}

func newPublish(g *global) *cobra.Command {
	var o publishOptions
	c := &cobra.Command{
		Use:   "publish",
		Short: "Make what should be live, live",
		Long: `Check the show, plan, and apply the plan in an order that never breaks a
listener: audio and files first, then the feed, then changed pages. It can be
interrupted anywhere and run again. With nothing to do it writes nothing.

The audio of every episode that goes live or is scheduled is pinned in
onair.lock; commit that file. With --locked (the default when CI=true) a lock
that would change is an error instead.

On a terminal it asks before listeners who already have an episode would get
its audio again; --yes does not ask.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors · 4 somebody
else published in the meantime.`,
		Example: `  onair publish
  onair publish --to staging
  ONAIR_STORAGE=file:/tmp/try onair publish`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return g.publish(c.Context(), &o) },
	}
	ci := g.getenv("CI") == "true"
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "ask nothing")
	c.Flags().BoolVar(&o.locked, "locked", ci, "fail when onair.lock would change")
	c.Flags().BoolVar(&o.adopt, "adopt", false, "overwrite objects that onair did not write")
	o.addFlags(c, g)
	return c
}

func (g *global) publish(ctx context.Context, o *publishOptions) error {
	p, found, err := g.makePlan(ctx, &o.intent, o.adopt)
	if err != nil {
		return err
	}
	g.printChecked(p, found)
	if !o.yes && !g.confirm(p) {
		return fmt.Errorf("not published: %w", publish.ErrRefused)
	}
	if err := g.writeLock(p, o.locked); err != nil {
		return err
	}
	commit := publish.HeadCommit(ctx, p.Release.Show.Folder.Dir)
	if !p.Empty() {
		if err := g.apply(ctx, p, commit); err != nil {
			return err
		}
	}
	if g.json {
		d := planJSON(p)
		d.publishResult = &publishResult{Published: !p.Empty(), FeedURL: p.Release.Show.FeedURL()}
		return writeJSON(g.stdout, d)
	}
	g.printPublished(p, commit != "")
	return nil
}

// confirm asks before apps may download again what they have.
func (g *global) confirm(p *publish.Plan) bool {
	again := p.Replaced()
	if len(again) == 0 || !isTerminal(g.stdin) || !isTerminal(g.stderr) {
		return true
	}
	fmt.Fprintf(g.stderr, "\n%s will have a new audio URL: %s.\nApps that have it may download it again. Publish? [y/N] ", count(len(again), "live episode"), strings.Join(again, ", "))
	answer, _ := bufio.NewReader(g.stdin).ReadString('\n')
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y")
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

func (g *global) apply(ctx context.Context, p *publish.Plan, commit string) error {
	b, err := g.openBucket(ctx, p.Release.Show)
	if err != nil {
		return err
	}
	m := &meter{w: g.stderr, ui: g.ui(g.stderr), live: isTerminal(g.stderr), quiet: g.quiet || g.json}
	err = publish.Apply(ctx, p, b, &publish.ApplyOptions{
		By:       userName(),
		Commit:   commit,
		Now:      g.now(),
		CacheDir: g.cacheDir(),
		Progress: m.Update,
	})
	m.Done()
	return err
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
	fmt.Fprintf(g.stderr, "%-9s %s: %s\n", "check", count(len(p.Release.Episodes), "episode"), tally(found))
	if !p.Empty() {
		g.writeFindings(g.stderr, g.worthSaying(found))
	}
}

// printPublished says what is live now, where, and what to do next.
func (g *global) printPublished(p *publish.Plan, inGit bool) {
	if g.quiet {
		return
	}
	u := g.ui(g.stdout)
	s := p.Release.Show
	if p.Empty() {
		fmt.Fprintf(g.stdout, "Nothing to do: %s is live as it should be.\n", clean(s.Title))
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
		fmt.Fprintf(g.stdout, "%s changed.\n", count(changed, "live episode"))
	}
	fmt.Fprintf(g.stdout, "\nFeed: %s\n", s.FeedURL())
	if strings.HasPrefix(s.Storage, "file:") {
		fmt.Fprintf(g.stdout, "To listen: %s%s serve, then open %s or subscribe to the feed.\n", g.name, g.sameFlags(), s.URL)
	}
	if inGit && p.Release.LockChanges() {
		fmt.Fprintf(g.stdout, "Next: git commit -m \"Publish\" %s episodes\n", show.LockFile)
	}
}

// name is an episode's title with its number, if it has one.
func name(e *publish.Episode) string {
	if e.Number > 0 {
		return fmt.Sprintf("%d %q", e.Number, clean(e.Title))
	}
	return fmt.Sprintf("%q", clean(e.Title))
}

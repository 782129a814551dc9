package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/internal/plural"
	"onair/publish"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

type planOptions struct {
	intent
	exitCode bool
	out      string
}

func newPlan(g *global) *cobra.Command {
	var o planOptions
	c := &cobra.Command{
		Use:   "plan [EPISODE…]",
		Short: "Show what publish would change",
		Long: `Compare what should be live with what is, and show the difference. Nothing is
written, neither in the storage nor in the show. With the names of episodes
(slug, number or GUID), a plan that changes any other is refused.

A plan kept with -o can be published later with publish --plan, which refuses
when the show or the storage has moved in the meantime.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors · 4 the checkout
is behind what is live · 10 there are changes (with --exit-code).`,
		Example: `  onair plan
  onair plan --json | jq .summary
  onair plan -o plan.json && onair publish --plan plan.json`,
		ValidArgsFunction: g.completeEpisodes,
		RunE: func(c *cobra.Command, args []string) error {
			o.only = args
			return g.plan(c.Context(), &o)
		},
	}
	o.addFlags(c, g)
	c.Flags().StringVarP(&o.out, "output", "o", "", "keep the plan in this `FILE`")
	c.Flags().BoolVar(&o.exitCode, "exit-code", false, "exit with 10 when there are changes")
	return c
}

func (g *global) plan(ctx context.Context, o *planOptions) error {
	p, found, _, err := g.makePlan(ctx, &o.intent)
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := keepPlan(o.out, p); err != nil {
			return err
		}
	}
	if g.json {
		d := planJSON(p)
		d.Pending = pendingJSON(p.Unfinished())
		err = writeJSON(g.stdout, d)
	} else {
		g.printPlan(g.stdout, p, found)
		if !g.quiet && !p.Empty() {
			fmt.Fprintf(g.stdout, "%s%s publish%s makes it so.\n", g.name, g.sameFlags(), o.args()+planArgument(o.out))
		}
	}
	if err == nil && o.exitCode && !p.Empty() {
		return exitError(exitChanges)
	}
	return err
}

// planArgument is how publish is told of a plan that was kept; empty for none.
func planArgument(name string) string {
	if name == "" {
		return ""
	}
	return " --plan " + name
}

// makePlan builds the release, opens the storage and compares.
func (g *global) makePlan(ctx context.Context, meant *intent) (*publish.Plan, finding.List, record.Storage, error) {
	var storage record.Storage
	read := g.sound
	if meant.nothing {
		read = g.readable
	}
	r, found, err := read(ctx, meant)
	if err != nil {
		return nil, found, storage, err
	}
	if storage, err = g.openStorage(ctx, r.Show); err != nil {
		return nil, found, storage, err
	}
	o := &publish.PlanOptions{
		CacheDir:  g.cacheDir(),
		Adopt:     meant.adopt,
		Drop:      slices.Concat(meant.remove, meant.newGUID),
		Retag:     meant.retag,
		Only:      meant.only,
		OverNewer: meant.overNewer,
		Unchecked: meant.nothing,
		Prune:     meant.prune,
		AskClock:  meant.publishing,
		Listed:    meant.listed,
	}
	p, err := publish.NewPlan(ctx, r, storage, o)
	return p, found, storage, err
}

// printPlan is the plan as people read it: what listeners will notice first,
// the figures last.
func (g *global) printPlan(w io.Writer, p *publish.Plan, found finding.List) {
	u := g.ui(w)
	s := p.Release.Show
	if g.quiet {
		return
	}
	fmt.Fprintf(w, "%s → %s   %s\n", u.bold(clean(s.Title)), p.Storage, u.dim(liveText(p, s.Timezone, g.now())))
	fmt.Fprintf(w, "checked %s\n\n", checkedText(p, found))
	g.printEpisodes(w, p)
	printShared(w, u, p)
	if said := g.actionable(found); len(said) > 0 && !p.Empty() {
		fmt.Fprintln(w)
		g.writeFindings(w, said)
	}
	if g.verbose || p.Totals().Delete > 0 {
		printObjects(w, u, p, g.verbose)
	}
	t := p.Totals()
	fmt.Fprintln(w)
	if p.Empty() {
		fmt.Fprintf(w, "%s\n", u.green("Nothing to do: what is live is what should be."))
		return
	}
	fmt.Fprintf(w, "%d to add, %d to update, %d to delete · %s to send of %s\n", t.Add, t.Update, t.Delete, bytesText(t.Upload), bytesText(t.Total))
	if left := p.Unfinished(); left != nil {
		fmt.Fprintln(w, leftText(left))
	}
}

// leftText says in one line what the last publish left to finish.
func leftText(l *publish.Unfinished) string {
	by := "the last publish"
	if l.Interrupted {
		by = "an interrupted publish"
	}
	todo := cmp.Or(strings.Join(pendingText(l.Pending), ", "), "record that it is done")
	return clean("left by " + by + ": " + todo)
}

// pendingText has a few words for each thing that is pending.
func pendingText(p record.Pending) (parts []string) {
	if n := len(p.Purge); n > 0 {
		parts = append(parts, "purge "+plural.Count(n, "object"))
	}
	if p.Verify {
		parts = append(parts, "verify")
	}
	if len(p.Announce) > 0 {
		parts = append(parts, "tell "+strings.Join(p.Announce, ", "))
	}
	return parts
}

// liveText is when and from which commit the show was published last.
func liveText(p *publish.Plan, zone *time.Location, now time.Time) string {
	s := p.Previous
	switch {
	case p.RecordLost():
		return "live, its record is lost"
	case s.Phase == "":
		return "nothing live yet"
	}
	text := "live: " + dateText(s.At.In(zone), now.In(zone))
	if len(s.Commit) >= 7 {
		text += ", commit " + s.Commit[:7]
	}
	if s.Phase == record.Applying {
		text += " (interrupted)"
	}
	return text
}

var actionMarks = map[publish.Action]string{publish.Add: "+", publish.Update: "~", publish.Schedule: "·", publish.Delete: "-"}

func (g *global) printEpisodes(w io.Writer, p *publish.Plan) {
	u := g.ui(w)
	unchanged, drafts := 0, 0
	for _, e := range p.Release.Episodes {
		if e.Status == show.Draft {
			drafts++
		}
	}
	for _, e := range p.Episodes {
		if e.Action == publish.Keep {
			unchanged++
			continue
		}
		mark := actionMarks[e.Action]
		switch e.Action {
		case publish.Add:
			mark = u.green(mark)
		case publish.Update:
			mark = u.yellow(mark)
		case publish.Delete:
			mark = u.red(mark)
		}
		headline, detail := g.episodeText(p, e)
		fmt.Fprintf(w, "  %s %-2s %s  %s\n", mark, label(e.Episode.Episode), pad(clean(e.Title), 36), headline)
		if detail != "" {
			fmt.Fprintf(w, "       %s\n", u.dim(detail))
		}
	}
	var rest []string
	if unchanged > 0 {
		rest = append(rest, plural.Count(unchanged, "episode")+" unchanged")
	}
	if drafts > 0 {
		rest = append(rest, plural.Count(drafts, "draft")+" left out")
	}
	if len(rest) > 0 {
		fmt.Fprintf(w, "    %s\n", u.dim(strings.Join(rest, " · ")))
	}
}

// label is what stands before an episode's title: its number, or what it is.
func label(e *show.Episode) string {
	switch {
	case e.Number > 0:
		return fmt.Sprint(e.Number)
	case e.Type == show.Trailer:
		return "T"
	case e.Type == show.Bonus:
		return "B"
	}
	return "–"
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-len([]rune(s))))
}

// episodeText says in a few words what happens to an episode, and in some more
// what travels for it.
func (g *global) episodeText(p *publish.Plan, e publish.EpisodeChange) (headline, detail string) {
	switch e.Action {
	case publish.Delete:
		return e.Reasons[0], ""
	case publish.Schedule:
		headline = "scheduled " + dateText(e.Date, g.now())
		for _, c := range p.Parts {
			if c.Episode() == e.Slug && c.Upload > 0 {
				headline += "; stores audio " + bytesText(c.Upload)
			}
		}
		return headline, ""
	case publish.Add:
		parts := []string{"audio " + bytesText(e.AudioBytes())}
		if n := len(e.Chapters); n > 0 {
			parts = append(parts, plural.Count(n, "chapter"))
		}
		if len(e.Transcripts) > 0 {
			parts = append(parts, "transcript")
		}
		return e.Reasons[0], strings.Join(append(parts, "page"), " · ")
	}
	var sends int64
	joined := ""
	for _, c := range slices.Concat(p.Changes, p.Parts) {
		if c.Episode() == e.Slug {
			sends += c.Upload
			if c.Joined && c.Upload < c.Size {
				joined = ", joins the rest in the bucket"
			}
		}
	}
	rest := append(e.Reasons[1:len(e.Reasons):len(e.Reasons)], "sends "+bytesText(sends)+joined)
	return clean(e.Reasons[0]), clean(strings.Join(rest, "; "))
}

// printShared says what happens to what belongs to no episode.
func printShared(w io.Writer, u *ui, p *publish.Plan) {
	pages := 0
	for _, c := range p.Changes {
		if c.Class == release.Page && (c.Action == publish.Add || c.Action == publish.Update || c.Action == publish.Headers) {
			pages++
		}
	}
	was, is := len(p.Previous.Episodes), p.LiveEpisodes()
	fmt.Fprintln(w)
	if was == is {
		fmt.Fprintf(w, "  %-11s %s\n", p.Release.Show.Feed.Path, plural.Count(is, "episode"))
	} else {
		fmt.Fprintf(w, "  %-11s %d → %s\n", p.Release.Show.Feed.Path, was, plural.Count(is, "episode"))
	}
	if pages > 0 {
		fmt.Fprintf(w, "  %-11s %s\n", "site", plural.Count(pages, "page")+" "+map[bool]string{true: "changes", false: "change"}[pages == 1])
	}
	if p.Release.LockChanges() {
		fmt.Fprintf(w, "  %-11s %s\n", show.LockFile, lockText(p.Release))
	}
}

// lockText says what changes in the lock.
func lockText(r *release.Release) string {
	slugs, ofShow := r.PinnedBy()
	if ofShow {
		slugs = append([]string{"the show"}, slugs...)
	}
	if len(slugs) == 0 {
		return "forgets what is gone"
	}
	return "pins " + strings.Join(slugs, ", ")
}

// printObjects lists every object that is not as it should be; without -v only
// those that would be deleted.
func printObjects(w io.Writer, u *ui, p *publish.Plan, all bool) {
	fmt.Fprintln(w)
	for _, c := range slices.Concat(p.Changes, p.Parts) {
		if c.Action == publish.Delete || all && c.Action != publish.Keep {
			fmt.Fprintf(w, "  %-7s %s  %s\n", c.Action, clean(c.Key), u.dim(clean(c.Reason)))
		}
	}
}

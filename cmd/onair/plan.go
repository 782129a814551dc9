package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/publish"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
	"onair/show/pins"
)

type planOptions struct {
	changeFlags
	exitCode bool
	out      string
}

func newPlan(a *app) *cobra.Command {
	var o planOptions
	c := &cobra.Command{
		Use:   "plan [EPISODE…]",
		Short: "Show what publish would change",
		Long: `Compare what should be live with what is live, and print the difference. Nothing
is written, neither to the storage nor to the show. With the names of episodes
(slug, number or GUID), a plan that also changes other episodes is refused.

The new feed is compared with the live one, as feed check --against does it: GUIDs
and dates that change, episodes that are gone, and new ones that apps will not
announce because their date is over 24 hours ago.

A plan written with -o can be published with publish --plan, unless the show or
the storage has changed since.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors · 4 the checkout
is behind what is live · 10 there are changes (with --exit-code).`,
		Example: `  onair plan
  onair plan --json | jq .summary
  onair plan -o plan.json && onair publish --plan plan.json`,
		ValidArgsFunction: completeEpisodes(a),
		RunE: func(c *cobra.Command, args []string) error {
			o.only = args
			return runPlan(c.Context(), a, &o)
		},
	}
	o.addFlags(c, a)
	c.Flags().StringVarP(&o.out, "output", "o", "", "write the plan to this `FILE`; - is standard output")
	c.Flags().BoolVar(&o.exitCode, "exit-code", false, "exit with 10 if there are changes")
	return c
}

func runPlan(ctx context.Context, a *app, o *planOptions) error {
	if o.out == "-" && a.json {
		return usagef("-o - and --json both write to standard output")
	}
	p, found, storage, err := makePlan(ctx, a, &o.changeFlags, planInputs{})
	if err != nil {
		return err
	}
	changes, err := compareWithLive(ctx, a, &o.changeFlags, p, storage)
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := writePlanFile(a, o.out, p); err != nil {
			return err
		}
	}
	w := a.stdout
	if o.out == "-" {
		w = a.stderr
	}
	if a.json {
		d := planJSON(p)
		d.Pending = pendingJSON(p.Unfinished())
		d.compared(changes)
		err = writeJSON(a.stdout, d)
	} else {
		printPlan(a, w, p, found)
		printChanges(a, w, p, changes)
		if !a.quiet && !p.Empty() {
			fmt.Fprintf(w, "Run this to publish: %s%s publish%s\n", a.name, a.sameFlags(), o.args()+planArgument(o.out))
		}
	}
	if err == nil {
		err = noAudioError(p, false)
	}
	if err == nil && o.exitCode && !p.Empty() {
		return exitError(exitChanges)
	}
	return err
}

// planArgument returns the argument that makes publish use a plan file, or an empty
// string if name is empty.
func planArgument(name string) string {
	if name == "" || name == "-" {
		return ""
	}
	return " --plan " + name
}

// planInputs are what makePlan needs besides the flags.
type planInputs struct {
	readOnly   bool            // the plan is only shown; the show may have errors
	publishing bool            // the plan will be applied
	trace      *derive.Trace   // records what the release depends on; may be nil
	listing    *record.Listing // recent listing of the storage; if nil, makePlan lists the storage
}

// makePlan builds the release, opens the storage and plans how to bring the release
// into the storage.
func makePlan(ctx context.Context, a *app, f *changeFlags, in planInputs) (*publish.Plan, finding.List, record.Storage, error) {
	var storage record.Storage
	f.mayWait = true
	build := requireRelease
	if in.readOnly {
		build = inspectRelease
	}
	r, found, err := build(ctx, a, f, in.trace, releaseFlags{})
	if err != nil {
		return nil, found, storage, err
	}
	if storage, err = openStorage(ctx, a, r.Show); err != nil {
		return nil, found, storage, err
	}
	o := &publish.PlanOptions{
		CacheDir:  a.cacheDir(),
		Adopt:     slices.Contains(f.adopt, adoptAll),
		AdoptKeys: f.adopt,
		Drop:      slices.Concat(f.remove, f.newGUID),
		Retag:     f.retag,
		Only:      f.only,
		OverNewer: f.overNewer,
		MoveFeed:  f.moveFeed,
		Unchecked: in.readOnly,
		Prune:     f.prune,
		Erase:     f.erase,
		AskClock:  in.publishing,
		Listed:    in.listing,
	}
	p, err := publish.NewPlan(ctx, r, storage, o)
	var missing *publish.MissingAudioError
	if errors.As(err, &missing) && len(missing.Waiting) > 0 && f.leaveOut == nil {
		f.leaveOut = missing.Waiting // publish without the episodes that wait for audio
		in.listing = nil
		return makePlan(ctx, a, f, in)
	}
	return p, found, storage, err
}

// noAudioError returns an exitError if the audio of an episode is lost or, if due is
// set, if a due episode stays out of the feed. The user has to act in both cases.
// Otherwise it returns nil.
func noAudioError(p *publish.Plan, due bool) error {
	for _, e := range p.Episodes {
		if e.Lost || due && e.Waiting {
			return exitError(exitFindings)
		}
	}
	return nil
}

// printPlan prints a plan as text: first the changes that listeners will notice, last
// the totals.
func printPlan(a *app, w io.Writer, p *publish.Plan, found finding.List) {
	u := a.ui(w)
	s := p.Release.Show
	if a.quiet {
		return
	}
	fmt.Fprintf(w, "%s → %s   %s\n", u.bold(clean(s.Title)), p.Storage, u.dim(liveText(p, s.Timezone, a.now())))
	fmt.Fprintf(w, "checked %s\n\n", checkedText(p, found))
	printEpisodes(a, w, p)
	printShared(w, u, p)
	if todo := a.actionable(found); len(todo) > 0 && !p.Empty() {
		fmt.Fprintln(w)
		a.writeFindings(w, todo, s)
	}
	if a.verbose || p.Totals().Delete > 0 {
		printObjects(w, u, p, a.verbose)
	}
	t := p.Totals()
	fmt.Fprintln(w)
	if p.Empty() {
		fmt.Fprintf(w, "%s\n", u.green("Nothing to do: what is published is up to date."))
		return
	}
	fmt.Fprintf(w, "%d to add, %d to update, %d to delete · %s to send of %s\n", t.Add, t.Update, t.Delete, bytesText(t.Upload), bytesText(t.Total))
	if unfinished := p.Unfinished(); unfinished != nil {
		fmt.Fprintln(w, unfinishedText(unfinished))
	}
}

// unfinishedText describes in one line which steps of the last publish are unfinished.
func unfinishedText(l *publish.Unfinished) string {
	by := "the last publish"
	if l.Interrupted {
		by = "an interrupted publish"
	}
	todo := cmp.Or(strings.Join(pendingText(l.Pending), ", "), "record that it is done")
	return clean("not finished by " + by + ": " + todo)
}

// pendingText describes each pending step in a few words.
func pendingText(p record.Pending) (parts []string) {
	if n := len(p.Purge); n > 0 {
		parts = append(parts, "purge "+plural.Count(n, "object"))
	}
	if len(p.Erase) > 0 {
		parts = append(parts, "erase "+strings.Join(p.Erase, ", "))
	}
	if p.Verify {
		parts = append(parts, "verify")
	}
	if len(p.Announce) > 0 {
		parts = append(parts, "announce to "+strings.Join(p.Announce, ", "))
	}
	return parts
}

// liveText says when, and from which commit, the show was last published.
func liveText(p *publish.Plan, zone *time.Location, now time.Time) string {
	s := p.Previous
	switch {
	case p.RecordLost:
		return "live, but its record is missing"
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

// printEpisodes prints the episodes that change, and the number of episodes that do
// not.
func printEpisodes(a *app, w io.Writer, p *publish.Plan) {
	u := a.ui(w)
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
		headline, detail := episodeText(a, p, e)
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

// label returns the number of an episode or, without one, a mark for its type.
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

// pad appends spaces up to a width in characters.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-len([]rune(s))))
}

// episodeText describes the change of an episode, and the data sent for it.
func episodeText(a *app, p *publish.Plan, e publish.EpisodeChange) (headline, detail string) {
	switch e.Action {
	case publish.Delete:
		return e.Reasons[0], ""
	case publish.Schedule:
		headline = "scheduled " + dateText(e.Date, a.now())
		if e.Waiting {
			headline = "due since " + dateText(e.Date, a.now())
		}
		if e.NoAudio != "" {
			return headline + ", " + e.NoAudio, ""
		}
		for _, c := range p.Parts {
			if c.Episode == e.Slug && c.Upload > 0 {
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
		if c.Episode == e.Slug {
			sends += c.Upload
			if c.Joined && c.Upload < c.Size {
				joined = ", joins the rest in the bucket"
			}
		}
	}
	rest := append(e.Reasons[1:len(e.Reasons):len(e.Reasons)], "sends "+bytesText(sends)+joined)
	return clean(e.Reasons[0]), clean(strings.Join(rest, "; "))
}

// printShared prints the changes of the feed, the site and the lock.
func printShared(w io.Writer, u *ui, p *publish.Plan) {
	pages := 0
	for _, c := range p.Changes {
		if c.Class == release.Page && (c.Action == publish.Add || c.Action == publish.Update || c.Action == publish.Headers) {
			pages++
		}
	}
	was, is := len(p.Previous.Episodes), len(p.Release.Live())
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
		fmt.Fprintf(w, "  %-11s %s\n", pins.File, lockText(p.Release))
	}
}

// lockText describes the changes of the lock.
func lockText(r *release.Release) string {
	slugs, ofShow := r.PinnedBy()
	if ofShow {
		slugs = append([]string{"the show"}, slugs...)
	}
	if len(slugs) == 0 {
		return "without removed episodes"
	}
	return "pins " + strings.Join(slugs, ", ")
}

// printObjects lists every object that changes, or only those that are deleted.
func printObjects(w io.Writer, u *ui, p *publish.Plan, all bool) {
	fmt.Fprintln(w)
	for _, c := range slices.Concat(p.Changes, p.Parts) {
		if c.Action == publish.Delete || all && c.Action != publish.Keep {
			fmt.Fprintf(w, "  %-7s %s  %s\n", c.Action, clean(c.Key), u.dim(clean(c.Reason)))
		}
	}
}

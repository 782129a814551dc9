package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/internal/plural"
	"onair/publish"
	"onair/publish/release"
	"onair/show"
)

func newStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the status of every episode, and drift",
		Long: `Show which episodes are live, scheduled, edited or drafts, whether what is live
matches the folder, and objects that others have changed in the storage. Nothing
is written. For a show with errors, only what the storage has is shown.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: "  onair status --json | jq '.episodes[] | select(.status == \"edited\")'",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runStatus(c.Context(), a) },
	}
}

func runStatus(ctx context.Context, a *app) error {
	p, found, _, err := makePlan(ctx, a, &changeFlags{}, planInputs{readOnly: true})
	if err != nil {
		return err
	}
	if found.HasErrors() && a.format != "text" && !a.json {
		return a.refuse(found, p.Release.Show)
	}
	rows := statusRows(p)
	var failed error
	if found.HasErrors() {
		rows, failed = recordedRows(p, rows, found), exitError(exitFindings)
	}
	lost := noAudioError(p, false)
	if a.json {
		return cmp.Or(errors.Join(writeJSON(a.stdout, statusJSON(p, rows, found)), failed), lost)
	}
	if failed != nil {
		if err := a.writeFindings(a.stderr, a.actionable(found), p.Release.Show); err != nil {
			return err
		}
		fmt.Fprintln(a.stderr)
	}
	if err := printStatus(a, p, rows, found); err != nil {
		return err
	}
	return cmp.Or(failed, lost)
}

func printStatus(a *app, p *publish.Plan, rows []statusRow, found finding.List) error {
	u := a.ui(a.stdout)
	zone := p.Release.Show.Timezone
	fmt.Fprintf(a.stdout, "%s → %s   %s\n\n", u.bold(clean(p.Release.Show.Title)), p.Storage, u.dim(liveText(p, zone, a.now())))
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		date := ""
		if !r.Date.IsZero() {
			date = r.Date.In(zone).Format("2006-01-02")
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\n", label(r.Episode.Episode), clean(r.Title), date, r.status, clean(strings.Join(r.reasons, "; ")))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	drift := p.Drift()
	printKeys(a, "edited in the storage", drift.Edited)
	printKeys(a, "headers changed in the storage", drift.Headers)
	printKeys(a, "missing", drift.Missing)
	printKeys(a, "foreign", drift.Foreign)
	fmt.Fprintln(a.stdout)
	printDifference(a, p, found)
	return nil
}

// printDifference prints how the live show differs from the folder.
func printDifference(a *app, p *publish.Plan, found finding.List) {
	totals := p.Totals()
	switch {
	case found.HasErrors():
		fmt.Fprintf(a.stdout, "%s: changes in the folder are not known until they are fixed\n", plural.Count(found.Count(finding.Error), "error"))
	case p.Empty():
		fmt.Fprintln(a.stdout, a.ui(a.stdout).green("What is published matches the folder."))
	case totals.Add+totals.Update > 0:
		fmt.Fprintf(a.stdout, "%s to add, %d to update: onair plan shows them\n", plural.Count(totals.Add, "object"), totals.Update)
	case p.RecordLost:
		fmt.Fprintln(a.stdout, "The record of what is live is missing: onair publish writes it again.")
	}
	if unfinished := p.Unfinished(); unfinished != nil {
		fmt.Fprintln(a.stdout, unfinishedText(unfinished)+" (onair publish finishes it)")
	}
}

// printKeys lists the keys of objects: a few, or all with -v.
func printKeys(a *app, what string, keys []string) {
	const few = 5
	if len(keys) == 0 {
		return
	}
	fmt.Fprintf(a.stdout, "\n%s: %s\n", what, plural.Count(len(keys), "object"))
	for i, key := range keys {
		if i == few && !a.verbose {
			fmt.Fprintf(a.stdout, "  … and %d more (-v lists them)\n", len(keys)-few)
			return
		}
		fmt.Fprintf(a.stdout, "  %s\n", clean(key))
	}
}

// statusRow is an episode with its status.
type statusRow struct {
	*release.Episode
	status  string
	reasons []string
	drift   []string // reasons for the status that come from the storage
}

// Statuses of episodes that this file refers to.
const (
	isLive = "live"
	isGone = "gone here, still live"
)

// recordedRows returns the rows of a show with errors. The record says which episodes
// are live; later changes in the folder are unknown.
func recordedRows(p *publish.Plan, rows []statusRow, found finding.List) (kept []statusRow) {
	published, here := map[string]bool{}, map[string]bool{} // by GUID
	for _, e := range p.Previous.Episodes {
		published[e.GUID] = true
	}
	for _, e := range p.Release.Episodes {
		here[e.GUID] = true
	}
	for _, row := range rows {
		switch {
		case row.status == isGone && here[row.GUID]:
			continue
		case row.status == isGone:
			row.status, row.reasons = isLive, []string{"not found here"}
		case len(row.drift) > 0:
			row.reasons = slices.Clone(row.drift)
		case published[row.GUID]:
			row.status, row.reasons = isLive, nil
		}
		if n := errorsOf(row.Episode, found); n > 0 {
			row.reasons = append(row.reasons, plural.Count(n, "error"))
		}
		kept = append(kept, row)
	}
	return kept
}

// errorsOf counts the errors in the folder of an episode.
func errorsOf(e *release.Episode, found finding.List) (n int) {
	for _, f := range found {
		if e.Dir != "" && f.Severity == finding.Error && strings.HasPrefix(f.File, e.Dir+"/") {
			n++
		}
	}
	return n
}

// statusRows returns first the episodes that are live but no longer in the show, then
// all episodes of the show, including drafts.
func statusRows(p *publish.Plan) []statusRow {
	words := map[publish.Action]string{publish.Add: "not published", publish.Update: "edited", publish.Keep: isLive, publish.Schedule: "scheduled"}
	changes := map[string]publish.EpisodeChange{}
	for _, e := range p.Episodes {
		changes[e.GUID] = e
	}
	var rows []statusRow
	for _, e := range p.Episodes {
		if e.Action == publish.Delete {
			rows = append(rows, statusRow{Episode: e.Episode, status: isGone})
		}
	}
	for _, e := range p.Release.Episodes {
		row := statusRow{Episode: e, status: show.Draft.String()}
		if c, ok := changes[e.GUID]; ok {
			row.status = words[c.Action]
			if row.drift = c.Drift; len(c.Drift) > 0 {
				row.status = "drifted"
			}
			if c.NoAudio != "" {
				row.reasons = []string{c.NoAudio}
			}
			if c.Waiting {
				row.status = "due"
			}
			if c.Action == publish.Update {
				row.reasons = c.Reasons
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func statusJSON(p *publish.Plan, rows []statusRow, found finding.List) any {
	type episode struct {
		Slug    string   `json:"slug"`
		GUID    string   `json:"guid"`
		Title   string   `json:"title"`
		Date    string   `json:"date,omitempty"`
		Status  string   `json:"status"`
		Reasons []string `json:"reasons"`
	}
	t, inStep := p.Totals(), p.Empty()
	if found.HasErrors() { // what a publish would change is not known
		t, inStep = publish.Totals{}, false
	} else {
		found = nil
	}
	drift := p.Drift()
	d := struct {
		SchemaVersion int          `json:"schema_version"`
		Storage       string       `json:"storage"`
		InStep        bool         `json:"in_step"`
		Add           int          `json:"add"`
		Update        int          `json:"update"`
		Pending       *planPending `json:"pending,omitempty"`
		Edited        []string     `json:"edited"`
		Headers       []string     `json:"headers"`
		Missing       []string     `json:"missing"`
		Foreign       []string     `json:"foreign"`
		Episodes      []episode    `json:"episodes"`
		Findings      finding.List `json:"findings,omitempty"` // left out if the show has no errors
	}{schemaVersion, p.Storage, inStep, t.Add, t.Update, pendingJSON(p.Unfinished()), append([]string{}, drift.Edited...), append([]string{}, drift.Headers...), append([]string{}, drift.Missing...), append([]string{}, drift.Foreign...), []episode{}, found}
	for _, r := range rows {
		e := episode{Slug: r.Slug, GUID: r.GUID, Title: r.Title, Status: r.status, Reasons: append([]string{}, r.reasons...)}
		if !r.Date.IsZero() {
			e.Date = r.Date.UTC().Format("2006-01-02T15:04:05Z")
		}
		d.Episodes = append(d.Episodes, e)
	}
	return d
}

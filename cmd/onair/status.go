package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"onair/publish"
	"onair/show"
)

func newStatus(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show one line per episode, and any drift",
		Long: `Show where every episode is on its way to listeners, and whether what is live
still is what the folder says. Nothing is written.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: "  onair status --json | jq '.episodes[] | select(.status == \"edited\")'",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return g.status(c.Context()) },
	}
}

func (g *global) status(ctx context.Context) error {
	p, _, _, err := g.makePlan(ctx, &intent{nothing: true})
	if err != nil {
		return err
	}
	rows := statusRows(p)
	if g.json {
		return writeJSON(g.stdout, statusJSON(p, rows))
	}
	u := g.ui(g.stdout)
	zone := p.Release.Show.Timezone
	fmt.Fprintf(g.stdout, "%s → %s   %s\n\n", u.bold(clean(p.Release.Show.Title)), p.Storage, u.dim(liveText(p, zone, g.now())))
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
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
	printKeys(g, "edited in the storage", drift.Edited)
	printKeys(g, "missing", drift.Missing)
	printKeys(g, "foreign", drift.Foreign)
	fmt.Fprintln(g.stdout)
	g.printStanding(p)
	return nil
}

// printStanding says how far what is live is from what the folder says.
func (g *global) printStanding(p *publish.Plan) {
	totals := p.Totals()
	switch {
	case p.Empty():
		fmt.Fprintln(g.stdout, g.ui(g.stdout).green("What is live is what the folder says."))
	case totals.Add+totals.Update > 0:
		fmt.Fprintf(g.stdout, "%d objects to add, %d to update: onair plan shows them\n", totals.Add, totals.Update)
	case p.RecordLost():
		fmt.Fprintln(g.stdout, "The record of what is live is lost: onair publish writes it again.")
	}
	if left := p.Left(); left != nil {
		fmt.Fprintln(g.stdout, leftText(left)+" (onair publish finishes it)")
	}
}

// printKeys lists keys below the episodes: a few, or all with -v.
func printKeys(g *global, what string, keys []string) {
	const few = 5
	if len(keys) == 0 {
		return
	}
	fmt.Fprintf(g.stdout, "\n%s: %s\n", what, count(len(keys), "object"))
	for i, key := range keys {
		if i == few && !g.verbose {
			fmt.Fprintf(g.stdout, "  … and %d more (-v lists them)\n", len(keys)-few)
			return
		}
		fmt.Fprintf(g.stdout, "  %s\n", clean(key))
	}
}

// statusRow is an episode and the word for where it is.
type statusRow struct {
	*publish.Episode
	status  string
	reasons []string
}

// statusRows has every episode, drafts included, in the order of the show.
func statusRows(p *publish.Plan) []statusRow {
	words := map[publish.Action]string{publish.Add: "not published", publish.Update: "edited", publish.Keep: "live", publish.Schedule: "scheduled"}
	changes := map[string]publish.EpisodeChange{}
	for _, e := range p.Episodes {
		changes[e.GUID] = e
	}
	var rows []statusRow
	for _, e := range p.Episodes {
		if e.Action == publish.Delete {
			rows = append(rows, statusRow{Episode: e.Episode, status: "gone here, still live"})
		}
	}
	for _, e := range p.Release.Episodes {
		row := statusRow{Episode: e, status: show.Draft.String()}
		if c, ok := changes[e.GUID]; ok {
			row.status = words[c.Action]
			if c.Drifted {
				row.status = "drifted"
			}
			if c.Action == publish.Update {
				row.reasons = c.Reasons
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func statusJSON(p *publish.Plan, rows []statusRow) any {
	type episode struct {
		Slug    string   `json:"slug"`
		GUID    string   `json:"guid"`
		Title   string   `json:"title"`
		Date    string   `json:"date,omitempty"`
		Status  string   `json:"status"`
		Reasons []string `json:"reasons"`
	}
	t := p.Totals()
	drift := p.Drift()
	d := struct {
		SchemaVersion int          `json:"schema_version"`
		Storage       string       `json:"storage"`
		InStep        bool         `json:"in_step"`
		Add           int          `json:"add"`
		Update        int          `json:"update"`
		Pending       *planPending `json:"pending,omitempty"`
		Edited        []string     `json:"edited"`
		Missing       []string     `json:"missing"`
		Foreign       []string     `json:"foreign"`
		Episodes      []episode    `json:"episodes"`
	}{schemaVersion, p.Storage, p.Empty(), t.Add, t.Update, pendingJSON(p.Left()), append([]string{}, drift.Edited...), append([]string{}, drift.Missing...), append([]string{}, drift.Foreign...), []episode{}}
	for _, r := range rows {
		e := episode{Slug: r.Slug, GUID: r.GUID, Title: r.Title, Status: r.status, Reasons: append([]string{}, r.reasons...)}
		if !r.Date.IsZero() {
			e.Date = r.Date.UTC().Format("2006-01-02T15:04:05Z")
		}
		d.Episodes = append(d.Episodes, e)
	}
	return d
}

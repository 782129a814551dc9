package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/publish/record"
	"onair/publish/release"
	"onair/publish/verify"
	"onair/show"
)

type verifyOptions struct {
	episodes []string
	full     bool
	wait     time.Duration
}

func newVerify(g *global) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify [EPISODE…]",
		Short: "Show what listeners get now",
		Long: `Look at the live show from outside, through the CDN, as podcast apps and
directories do: the feed, every enclosure by HEAD and by byte ranges, also
through enclosure_prefix, transcripts and chapters with CORS, artwork, pages,
cache headers, the certificate, and what strangers should not see. Some of the
files are read and compared byte for byte; with --full, all of them.

What is live is held to the record of the last publish, and waited for until
caches have let go of what was there before. Where the folder says something
else or has errors, that is told, and is no error. With the names of episodes (slug, number or
GUID), only theirs are looked at, beside the feed and the site.

A show whose url is the default one is not looked at: only this machine can.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 errors were found.`,
		Example: `  onair verify
  onair verify 4-cloudy --full
  onair verify --json | jq '.findings[] | select(.severity == "error")'`,
		ValidArgsFunction: g.completeEpisodes,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.episodes = args
			}
			return g.verify(c.Context(), &o)
		},
	}
	c.Flags().BoolVar(&o.full, "full", false, "read every file and every page")
	c.Flags().DurationVar(&o.wait, "wait", 90*time.Second, "how `LONG` to wait for caches and the network")
	return c
}

func (g *global) verify(ctx context.Context, o *verifyOptions) error {
	r, wrong, err := g.readable(ctx, &intent{})
	if err != nil {
		return err
	}
	if err := resolve(r.Show, o.episodes); err != nil {
		return err
	}
	if !verify.Reachable(r.Show) {
		return g.printUnverified(r)
	}
	look := &verify.Options{Episodes: o.episodes, Full: o.full, Errors: wrong.Count(finding.Error)}
	if look.Published, look.Interrupted, err = g.published(ctx, r.Show); err != nil {
		return err
	}
	w := &verify.Web{Storage: r.Show.Storage, Patience: o.wait}
	if o.wait <= 0 {
		w.Patience = -1
	}
	done := g.looking(r.Show.URL)
	found := verify.Verify(ctx, w, r, look)
	done()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := g.printVerified(r, found); err != nil {
		return err
	}
	if found.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// published is the record of what was published last. Where the storage cannot
// be seen, as on a machine without credentials, or a publish was interrupted,
// nothing is known.
func (g *global) published(ctx context.Context, s *show.Show) (objects map[string]record.Object, interrupted bool, err error) {
	unknown := map[string]record.Object{}
	state := &record.State{}
	storage, err := g.openStorage(ctx, s)
	if err == nil {
		state, err = record.ReadState(ctx, storage, g.cacheDir())
	}
	switch {
	case err == nil && state.Phase == record.Done && state.Objects != nil:
		return state.Objects, false, nil
	case err == nil:
		return unknown, state.Phase == record.Applying, nil
	case !g.quiet:
		fmt.Fprintf(g.stderr, "without the record of what was published: %s\n", clean(err.Error()))
	}
	return unknown, false, ctx.Err()
}

// looking says on a terminal what takes its time; done clears the line.
func (g *global) looking(url string) (done func()) {
	if g.quiet || !isTerminal(g.stderr) {
		return func() {}
	}
	fmt.Fprintf(g.stderr, "looking at %s …", clean(url))
	return func() { fmt.Fprint(g.stderr, "\r\x1b[K") }
}

// verifyDocument is what verify --json writes. Verified is null where nobody
// could look.
type verifyDocument struct {
	SchemaVersion int           `json:"schema_version"`
	Verified      *bool         `json:"verified"`
	Findings      finding.List  `json:"findings"`
	Summary       verifySummary `json:"summary"`
}

type verifySummary struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
}

func (g *global) printUnverified(r *release.Release) error {
	switch g.format {
	case "json":
		return writeJSON(g.stdout, verifyDocument{SchemaVersion: schemaVersion, Findings: finding.List{}})
	case "text":
		if !g.quiet {
			fmt.Fprintf(g.stdout, "%s is an address of this machine alone: there is nothing to verify.\n", clean(r.Show.URL))
		}
		return nil
	}
	return g.writeFindings(g.stdout, nil)
}

func (g *global) printVerified(r *release.Release, found finding.List) error {
	if g.format == "json" {
		ok := !found.HasErrors()
		return writeJSON(g.stdout, verifyDocument{
			SchemaVersion: schemaVersion,
			Verified:      &ok,
			Findings:      append(finding.List{}, found...),
			Summary:       verifySummary{found.Count(finding.Error), found.Count(finding.Warning), found.Count(finding.Info)},
		})
	}
	if err := g.writeFindings(g.stdout, found); err != nil || g.format != "text" || g.quiet {
		return err
	}
	if len(found) > 0 {
		fmt.Fprintln(g.stdout)
	}
	fmt.Fprintf(g.stdout, "verified %s: %s\n", clean(r.Show.URL), tally(found))
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/publish/record"
	"onair/publish/release"
	"onair/publish/verify"
)

type verifyOptions struct {
	episodes []string
	full     bool
	wait     time.Duration
}

func newVerify(a *app) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify [EPISODE…]",
		Short: "Verify what listeners get",
		Long: `Request the live show through the CDN, as podcast apps and directories do: the
feed, every enclosure by HEAD and by byte ranges, also through enclosure_prefix,
transcripts and chapters with CORS, artwork, pages, cache headers, the certificate,
and private objects that must not be public. Some files are read and compared byte
for byte; with --full, all files.

What is live is compared with the record of the last publish. verify waits until
caches no longer have older versions, for 30 seconds in all, and says what it waits
for. It does not wait for problems that stay, such as a closed port. Differences
from the folder, and errors in it, are reported but are not errors here. With the
names of episodes (slug, number or GUID), only those episodes are verified, besides
the feed and the site.

A show with the default url is not verified, because that is an address of this
machine.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 errors were found.`,
		Example: `  onair verify
  onair verify 4-cloudy --full
  onair verify --json | jq '.findings[] | select(.severity == "error")'`,
		ValidArgsFunction: completeEpisodes(a),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.episodes = args
			}
			return runVerify(c.Context(), a, &o)
		},
	}
	c.Flags().BoolVar(&o.full, "full", false, "read every file and every page")
	c.Flags().DurationVar(&o.wait, "wait", 30*time.Second, "wait up to this `DURATION` in all for caches and the network")
	return c
}

func runVerify(ctx context.Context, a *app, o *verifyOptions) error {
	if o.wait < 0 {
		return usagef("--wait %v: want 0 or more", o.wait)
	}
	r, inFolder, err := inspectRelease(ctx, a, &changeFlags{}, nil, releaseFlags{})
	if err != nil {
		return err
	}
	if err := resolveEpisodes(r.Show, o.episodes); err != nil {
		return err
	}
	if !verify.Reachable(r.Show) {
		return printUnverified(a, r)
	}
	opts := &verify.Options{Episodes: o.episodes, Full: o.full, Errors: inFolder.Count(finding.Error)}
	if opts.Published, opts.Interrupted, err = lastPublished(ctx, a, r); err != nil {
		return err
	}
	w := &verify.Web{Storage: r.Show.Storage, Patience: o.wait, Waiting: waiting(a, o.wait)}
	if o.wait == 0 {
		w.Patience = -1
	}
	done := showProbing(a, r.Show.URL)
	found := counted(r.Show, verify.Verify(ctx, w, r, opts))
	done()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := printVerified(a, r, found); err != nil {
		return err
	}
	if found.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// lastPublished returns the objects that the last publish recorded. It returns none if
// the storage cannot be read, such as on a machine without credentials, or if a publish
// was interrupted.
func lastPublished(ctx context.Context, a *app, r *release.Release) (objects map[string]record.Object, interrupted bool, err error) {
	unknown := map[string]record.Object{}
	state := &record.State{}
	storage, err := openStorage(ctx, a, r.Show)
	if err == nil {
		state, err = record.ReadState(ctx, storage, a.cacheDir())
	}
	if err == nil {
		err = r.KeepFormerFeeds(state.FormerFeeds(r.Show.Feed.Path), len(state.MovedFrom) > 0)
	}
	if other := (*record.OtherShowError)(nil); errors.As(err, &other) {
		return nil, false, err
	}
	switch {
	case err == nil && state.Phase == record.Done && state.Objects != nil:
		return state.Objects, false, nil
	case err == nil:
		return unknown, state.Phase == record.Applying, nil
	case !a.quiet:
		fmt.Fprintf(a.stderr, "the record of the last publish cannot be read: %s\n", clean(err.Error()))
	}
	return unknown, false, ctx.Err()
}

// waiting returns a function that is called when verify waits for an address. For each
// reason it prints one line, with the first address. It returns nil if the command is
// quiet.
func waiting(a *app, limit time.Duration) func(address, reason string) {
	if a.quiet {
		return nil
	}
	var mu sync.Mutex
	known := map[string]bool{}
	return func(address, reason string) {
		mu.Lock()
		defer mu.Unlock()
		if known[reason] {
			return
		}
		known[reason] = true
		start := ""
		if isTerminal(a.stderr) {
			start = "\r\x1b[K"
		}
		fmt.Fprintf(a.stderr, "%swaiting up to %v: %s: %s\n", start, limit, clean(address), clean(reason))
	}
}

// showProbing shows on a terminal which URL is verified; done clears the line.
func showProbing(a *app, url string) (done func()) {
	if a.quiet || !isTerminal(a.stderr) {
		return func() {}
	}
	fmt.Fprintf(a.stderr, "verifying %s …", clean(url))
	return func() { fmt.Fprint(a.stderr, "\r\x1b[K") }
}

// verifyDocument is what verify --json writes. Verified is null for a show with the
// default URL, which is not verified.
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

func printUnverified(a *app, r *release.Release) error {
	switch a.format {
	case "json":
		return writeJSON(a.stdout, verifyDocument{SchemaVersion: schemaVersion, Findings: finding.List{}})
	case "text":
		if !a.quiet {
			fmt.Fprintf(a.stdout, "%s is an address of this machine: there is nothing to verify.\n", clean(r.Show.URL))
		}
		return nil
	}
	return a.writeFindings(a.stdout, nil, nil)
}

func printVerified(a *app, r *release.Release, found finding.List) error {
	if a.format == "json" {
		ok := !found.HasErrors()
		return writeJSON(a.stdout, verifyDocument{
			SchemaVersion: schemaVersion,
			Verified:      &ok,
			Findings:      append(finding.List{}, found...),
			Summary:       verifySummary{found.Count(finding.Error), found.Count(finding.Warning), found.Count(finding.Info)},
		})
	}
	if err := a.writeFindings(a.stdout, found, r.Show); err != nil || a.format != "text" || a.quiet {
		return err
	}
	if len(found) > 0 {
		fmt.Fprintln(a.stdout)
	}
	fmt.Fprintf(a.stdout, "verified %s: %s\n", clean(r.Show.URL), tally(found))
	return nil
}

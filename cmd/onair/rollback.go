package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/plural"
	"onair/publish"
	"onair/publish/record"
)

type rollbackOptions struct{ list bool }

func newRollback(a *app) *cobra.Command {
	var o rollbackOptions
	c := &cobra.Command{
		Use:   "rollback [FEED]",
		Short: "Restore an earlier feed",
		Long: `Restore the previous feed, or the one whose SHA-256 begins with FEED. A second
rollback restores the feed before that. The last 20 feeds are kept. A feed
is not restored if an object that it names is missing. Pages do not change: use
git revert and publish for them. The next publish writes the feed of the folder
again.

Exit codes: 0 done · 1 failed · 2 usage · 3 live, but its verification failed ·
4 somebody else published in the meantime.`,
		Example: `  onair rollback --list
  onair rollback
  onair rollback 3f9ac2`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			feed := ""
			if len(args) == 1 {
				feed = args[0]
			}
			return runRollback(c.Context(), a, feed, &o)
		},
	}
	c.Flags().BoolVar(&o.list, "list", false, "list the kept feeds")
	return c
}

func runRollback(ctx context.Context, a *app, feed string, o *rollbackOptions) error {
	s, storage, err := openShow(ctx, a)
	if err != nil {
		return err
	}
	if o.list {
		return listFeeds(ctx, a, storage, s.Timezone)
	}
	services, err := openServices(a, s)
	if err != nil {
		return err
	}
	restored, err := publish.Rollback(ctx, s, storage, &publish.RollbackOptions{
		Feed: feed, By: userName(), Now: a.now(), CacheDir: a.cacheDir(), Services: services,
	})
	if err := reportUnverified(a, s, err); err != nil {
		return err
	}
	if a.json {
		return writeJSON(a.stdout, struct {
			SchemaVersion int       `json:"schema_version"`
			FeedSHA256    string    `json:"feed_sha256"`
			At            time.Time `json:"at"`
			Items         int       `json:"items"`
			FeedURL       string    `json:"feed_url"`
		}{schemaVersion, restored.SHA256, restored.At, restored.Items, s.FeedURL()})
	}
	if !a.quiet {
		fmt.Fprintf(a.stdout, "The feed of %s with %s is live again.\n", dateText(restored.At.In(s.Timezone), a.now()), plural.Count(restored.Items, "episode"))
	}
	return nil
}

// listFeeds lists the kept feeds, newest first.
func listFeeds(ctx context.Context, a *app, storage record.Storage, zone *time.Location) error {
	state, err := record.ReadState(ctx, storage, a.cacheDir())
	if err != nil {
		return err
	}
	if a.json {
		return writeJSON(a.stdout, struct {
			SchemaVersion int               `json:"schema_version"`
			Live          string            `json:"live"`
			Feeds         []record.KeptFeed `json:"feeds"`
		}{schemaVersion, state.FeedSHA256, append([]record.KeptFeed{}, state.Feeds...)})
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, f := range state.Feeds {
		mark := ""
		if f.SHA256 == state.FeedSHA256 {
			mark = "live"
		}
		fmt.Fprintf(t, "%.12s\t%s\t%s\t%.7s\t%s\n", f.SHA256, dateText(f.At.In(zone), a.now()), plural.Count(f.Items, "episode"), f.Commit, mark)
	}
	return t.Flush()
}

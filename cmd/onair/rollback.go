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

func newRollback(g *global) *cobra.Command {
	var o rollbackOptions
	c := &cobra.Command{
		Use:   "rollback [FEED]",
		Short: "Make an earlier feed live again",
		Long: `Make the feed before the live one live again, or the kept one whose SHA-256
begins with FEED; a second rollback goes one further back. The last 20 feeds are
kept. It is refused when anything that the feed names is gone. Pages are not
touched: they come back by git revert and publish, and the next publish goes by
the folder again.

Exit codes: 0 done · 1 failed · 2 usage · 3 live, but it does not look so from
outside · 4 somebody else published in the meantime.`,
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
			return g.rollback(c.Context(), feed, &o)
		},
	}
	c.Flags().BoolVar(&o.list, "list", false, "list the feeds that are kept")
	return c
}

func (g *global) rollback(ctx context.Context, feed string, o *rollbackOptions) error {
	s, storage, err := g.openShow(ctx)
	if err != nil {
		return err
	}
	if o.list {
		return g.listFeeds(ctx, storage, s.Timezone)
	}
	live, err := g.world(s)
	if err != nil {
		return err
	}
	restored, err := publish.Rollback(ctx, s, storage, &publish.RollbackOptions{
		Feed: feed, By: userName(), Now: g.now(), CacheDir: g.cacheDir(), Services: live,
	})
	if err := g.unverified(err); err != nil {
		return err
	}
	if g.json {
		return writeJSON(g.stdout, struct {
			SchemaVersion int       `json:"schema_version"`
			FeedSHA256    string    `json:"feed_sha256"`
			At            time.Time `json:"at"`
			Items         int       `json:"items"`
			FeedURL       string    `json:"feed_url"`
		}{schemaVersion, restored.SHA256, restored.At, restored.Items, s.FeedURL()})
	}
	if !g.quiet {
		fmt.Fprintf(g.stdout, "The feed of %s with %s is live again.\n", dateText(restored.At.In(s.Timezone), g.now()), plural.Count(restored.Items, "episode"))
	}
	return nil
}

// listFeeds shows the feeds that are kept, newest first.
func (g *global) listFeeds(ctx context.Context, storage record.Storage, zone *time.Location) error {
	feeds, live, err := publish.KeptFeeds(ctx, storage, g.cacheDir())
	if err != nil {
		return err
	}
	if g.json {
		return writeJSON(g.stdout, struct {
			SchemaVersion int               `json:"schema_version"`
			Live          string            `json:"live"`
			Feeds         []record.KeptFeed `json:"feeds"`
		}{schemaVersion, live, append([]record.KeptFeed{}, feeds...)})
	}
	t := tabwriter.NewWriter(g.stdout, 0, 0, 2, ' ', 0)
	for _, f := range feeds {
		mark := ""
		if f.SHA256 == live {
			mark = "live"
		}
		fmt.Fprintf(t, "%.12s\t%s\t%s\t%.7s\t%s\n", f.SHA256, dateText(f.At.In(zone), g.now()), plural.Count(f.Items, "episode"), f.Commit, mark)
	}
	return t.Flush()
}

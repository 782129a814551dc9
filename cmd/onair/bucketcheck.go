package main

import (
	"context"
	"fmt"

	"onair/publish/verify"

	"github.com/spf13/cobra"
)

func newBucket(g *global) *cobra.Command {
	c := &cobra.Command{
		Use:   "bucket",
		Short: "Look at the buckets of a show",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newBucketCheck(g))
	return c
}

func newBucketCheck(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Tell what the buckets lack, and the commands that mend it",
		Long: `Tell what the buckets of a show lack: public reading without public listing,
CORS, pages of a website (a CDN may answer with them instead), a private bucket
for onair's own records, versioning. Each finding comes with the provider's own
command that mends it, and what could not be looked at is named. Nothing is
changed.

Exit codes: 0 nothing serious · 1 failed · 2 usage · 3 something is missing that
a publish or a listener needs.`,
		Example: "  onair bucket check",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return g.checkBuckets(c.Context()) },
	}
}

func (g *global) checkBuckets(ctx context.Context) error {
	s, storage, err := g.openShow(ctx)
	if err != nil {
		return err
	}
	lacking, err := verify.CheckSetup(ctx, s, storage, &verify.Web{})
	if err != nil {
		return err
	}
	if err := g.writeFindings(g.stdout, lacking); err != nil {
		return err
	}
	if len(lacking) == 0 && g.format == "text" && !g.quiet {
		fmt.Fprintf(g.stdout, "%s lacks nothing\n", s.Storage)
	}
	if lacking.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

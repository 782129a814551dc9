package main

import (
	"context"
	"errors"
	"fmt"

	"onair/publish/record"
	"onair/publish/verify"

	"github.com/spf13/cobra"
)

func newBucket(a *app) *cobra.Command {
	return newGroup("bucket", "Check the buckets of a show", "  onair bucket check", newBucketCheck(a))
}

func newBucketCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check the settings of the buckets, with the commands that fix them",
		Long: `Check the settings of the buckets of a show: public reading without public
listing, CORS, index and error pages (unless a CDN handles them), a private bucket
for the records of onair, and versioning. Each finding has the command of the
provider that fixes it. Settings that could not be read are reported. A bucket with
the record of another show is refused. Nothing is changed.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 a setting is missing that a
publish or a listener needs.`,
		Example: "  onair bucket check",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runBucketCheck(c.Context(), a) },
	}
}

func runBucketCheck(ctx context.Context, a *app) error {
	s, storage, err := openShow(ctx, a)
	if err != nil {
		return err
	}
	var other *record.OtherShowError
	if _, err := record.ReadState(ctx, storage, a.cacheDir()); errors.As(err, &other) { // other errors are findings
		return other
	}
	found, err := verify.CheckSetup(ctx, s, storage, &verify.Web{})
	if err != nil {
		return err
	}
	found = counted(s, found)
	if err := a.writeFindings(a.stdout, found, s); err != nil {
		return err
	}
	if len(found) == 0 && a.format == "text" && !a.quiet {
		fmt.Fprintf(a.stdout, "%s has all settings it needs\n", s.Storage)
	}
	if found.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

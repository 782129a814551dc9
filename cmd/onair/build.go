package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"onair/internal/plural"
	"onair/publish"
	"onair/publish/bucket/file"
	"onair/publish/release"
)

func newBuild(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "build",
		Short: "Write the whole release into a folder",
		Long: `Write everything that publish would upload into a folder with the layout of the
bucket: tagged audio, feed, transcripts, chapters, artwork and site. The bytes
depend only on the show and on which episodes are live by now. Files that have not
changed are not written. onair.lock is not changed.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: "  onair build -o /tmp/my-show && onair serve --dir /tmp/my-show",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runBuild(c.Context(), a, out) },
	}
	c.Flags().StringVarP(&out, "output", "o", "build", "write into this `DIR`")
	c.MarkFlagDirname("output")
	return c
}

func runBuild(ctx context.Context, a *app, out string) error {
	r, found, err := requireRelease(ctx, a, &changeFlags{}, nil)
	if err != nil {
		return err
	}
	if !a.quiet && a.format == "text" {
		if err := a.writeFindings(a.stderr, found, r.Show); err != nil {
			return err
		}
	}
	whole, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if release.InSources(r.Show, whole) {
		return withHint(usagef("%s is or contains the source files of the show", out), "build into another folder")
	}
	b, err := file.Open(out, &file.Options{Scratch: true, Sums: g.cache()})
	if err != nil {
		return err
	}
	defer b.Close()
	written, removed, err := publish.Build(ctx, r, b)
	if err != nil {
		return err
	}
	if a.json {
		return writeJSON(a.stdout, struct {
			SchemaVersion int    `json:"schema_version"`
			Dir           string `json:"dir"`
			Objects       int    `json:"objects"`
			Written       int    `json:"written"`
			Removed       int    `json:"removed"`
		}{schemaVersion, out, len(r.Objects), written, removed})
	}
	fmt.Fprintf(a.stdout, "%s: %s, %d written, %d removed\n", out, plural.Count(len(r.Objects), "file"), written, removed)
	return nil
}

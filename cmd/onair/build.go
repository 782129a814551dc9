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

func newBuild(g *global) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "build",
		Short: "Write everything that would be live into a folder",
		Long: `Write the whole release into a folder with the bucket's layout: tagged audio,
feed, transcripts, chapters, artwork and site. The same show gives the same
bytes on any machine and on any day between two episodes. Files that are right
already are not touched. onair.lock is read and never written.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: "  onair build -o /tmp/my-show && onair serve --dir /tmp/my-show",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return g.build(c.Context(), out) },
	}
	c.Flags().StringVarP(&out, "output", "o", "build", "the `DIR` to write")
	c.MarkFlagDirname("output")
	return c
}

func (g *global) build(ctx context.Context, out string) error {
	r, found, err := g.sound(ctx, &intent{})
	if err != nil {
		return err
	}
	if !g.quiet && g.format == "text" {
		if err := g.writeFindings(g.stderr, found); err != nil {
			return err
		}
	}
	whole, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if release.InSources(r.Show, whole) {
		return withHint(usagef("%s is or holds the show's own files", out), "build into a folder of its own")
	}
	b, err := file.Open(out, &file.Options{Scratch: true})
	if err != nil {
		return err
	}
	defer b.Close()
	written, removed, err := publish.Build(ctx, r, b)
	if err != nil {
		return err
	}
	if g.json {
		return writeJSON(g.stdout, struct {
			SchemaVersion int    `json:"schema_version"`
			Dir           string `json:"dir"`
			Objects       int    `json:"objects"`
			Written       int    `json:"written"`
			Removed       int    `json:"removed"`
		}{schemaVersion, out, len(r.Objects), written, removed})
	}
	fmt.Fprintf(g.stdout, "%s: %s, %d written, %d removed\n", out, plural.Count(len(r.Objects), "file"), written, removed)
	return nil
}

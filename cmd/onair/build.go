package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/file"
	"onair/publish/release"
	"onair/show"
)

func newBuild(a *app) *cobra.Command {
	var out string
	var adopt bool
	c := &cobra.Command{
		Use:   "build",
		Short: "Write the whole release into a folder",
		Long: `Write everything that publish would upload into a folder with the layout of the
bucket: tagged audio, feed, transcripts, chapters, artwork and site. The bytes
depend only on the show and on which episodes are live now. Files that have not
changed are not written. onair.lock is not changed.

Files that no build wrote are not overwritten: build refuses, unless --adopt is
given. Files of an earlier build that the show no longer has are removed, unless
they were changed since. .onair/build.json in the folder records both.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: "  onair build -o /tmp/my-show && onair serve --dir /tmp/my-show",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runBuild(c.Context(), a, out, adopt) },
	}
	c.Flags().StringVarP(&out, "output", "o", "build", "write into this `DIR`")
	c.Flags().BoolVar(&adopt, "adopt", false, "overwrite files that no build wrote")
	return c
}

func runBuild(ctx context.Context, a *app, out string, adopt bool) error {
	if err := folderName(out); err != nil {
		return err
	}
	whole, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	b, err := file.Open(out, &file.Options{Scratch: true, Sums: a.cache()})
	if err != nil {
		return err
	}
	defer b.Close()
	name := showName(a) + "\x00" + whole
	key := showKey(a)
	if last, ok := derive.KnownTraced[built](a.cache(), buildFunc, name, key, conditions(ctx, a)); ok {
		if folder, err := folderKey(ctx, b); err == nil && folder == last.Folder {
			if err := printBuildFindings(a, last.findings(), last.show()); err != nil {
				return err
			}
			return printBuild(a, out, last.Files, 0, 0)
		}
	}
	// List the bucket while the show is loaded. The bucket keeps the listing.
	listed := make(chan struct{})
	go func() {
		defer close(listed)
		for range b.List(ctx, "") {
			break // the next listing reports an error
		}
	}()
	defer func() { <-listed }()
	trace := &derive.Trace{}
	early, r, found, err := buildEarly(ctx, a, trace, b, out, whole, adopt)
	if err != nil {
		return buildHint(err)
	}
	if err := printBuildFindings(a, found, r.Show); err != nil {
		return err
	}
	written, err := early.Written()
	if err != nil {
		return err
	}
	rest, removed, kept, err := publish.Build(ctx, r, b, early, adopt)
	if foreign := (*publish.ForeignError)(nil); errors.As(err, &foreign) {
		early.Undo(context.WithoutCancel(ctx))
		return buildHint(err)
	}
	if err != nil {
		return err
	}
	for _, key := range kept {
		fmt.Fprintf(a.stderr, "%s was changed since the last build and is not removed\n", clean(path.Join(filepath.ToSlash(out), key)))
	}
	if folder, err := folderKey(ctx, b); err == nil {
		derive.KeepTraced(a.cache(), buildFunc, name, key, conditions(ctx, a), trace, built{newChecked(r, found), folder, len(r.Objects)})
	}
	return printBuild(a, out, len(r.Objects), written+rest, removed)
}

// buildEarly builds the release and passes rendered objects to a publish.Early, which may
// write them to b. If it returns an error, it has deleted the objects that it wrote.
func buildEarly(ctx context.Context, a *app, trace *derive.Trace, b bucket.Bucket, out, whole string, adopt bool) (early *publish.Early, r *release.Release, found finding.List, err error) {
	r, found, err = requireRelease(ctx, a, &changeFlags{}, trace, releaseFlags{early: func(s *show.Show) (func(*release.Object, []byte), error) {
		if release.InSources(s, whole) {
			return nil, withHint(usagef("%s is or contains the source files of the show", out), "build into another folder")
		}
		w, err := publish.NewEarly(ctx, b, adopt)
		if err != nil {
			return nil, err
		}
		early = w
		return func(o *release.Object, data []byte) { early.Add(ctx, o, data) }, nil
	}})
	if err != nil && early != nil {
		early.Undo(context.WithoutCancel(ctx))
	}
	return early, r, found, err
}

// buildHint adds a hint to an error about files that no build wrote.
func buildHint(err error) error {
	if foreign := (*publish.ForeignError)(nil); errors.As(err, &foreign) {
		return withHint(err, "build into another folder, delete what is in the way, or add --adopt to overwrite it")
	}
	return err
}

// printBuildFindings prints the findings about a show that was built.
func printBuildFindings(a *app, found finding.List, s *show.Show) error {
	if a.quiet || a.format != "text" {
		return nil
	}
	return a.writeFindings(a.stderr, found, s)
}

// printBuild prints what a build did.
func printBuild(a *app, out string, files, written, removed int) error {
	if a.json {
		return writeJSON(a.stdout, struct {
			SchemaVersion int    `json:"schema_version"`
			Dir           string `json:"dir"`
			Objects       int    `json:"objects"`
			Written       int    `json:"written"`
			Removed       int    `json:"removed"`
		}{schemaVersion, out, files, written, removed})
	}
	fmt.Fprintf(a.stdout, "%s: %s, %d written, %d removed\n", out, plural.Count(files, "file"), written, removed)
	return nil
}

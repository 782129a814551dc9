package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"onair/publish"
)

func newPull(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "pull [DIR]",
		Short: "Download masters and onair.lock from the storage",
		Long: `Download onair.lock and the masters it lists, if they are missing in the folder of
the show. With DIR, they are written into that folder instead. Existing files are
not changed. Every master is checked against the lock. Masters have no ID3 tag,
because their original tags are not stored.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  git clone https://code.example/my-show && onair -C my-show pull
  onair pull /backup/my-show`,
		Args: folderAt(0, cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return runPull(c.Context(), a, args) },
	}
	return c
}

func runPull(ctx context.Context, a *app, args []string) error {
	s, storage, err := openShow(ctx, a)
	if err != nil {
		return err
	}
	dir := s.Folder.Dir
	if len(args) == 1 {
		if dir, err = filepath.Abs(args[0]); err != nil {
			return err
		}
	}
	type file struct {
		File  string `json:"file"`
		Bytes int64  `json:"bytes"`
		Left  string `json:"left,omitempty"`
		Error string `json:"error,omitempty"`
	}
	files := []file{}
	err = publish.Pull(ctx, s, storage, dir, func(p publish.Pulled) {
		f := file{File: p.File, Bytes: p.Bytes, Left: p.Left}
		if p.Err != nil {
			f.Error = p.Err.Error()
		}
		files = append(files, f)
		switch {
		case a.json:
		case p.Err != nil:
			fmt.Fprintf(a.stderr, "%s: %s\n", clean(p.File), clean(f.Error))
		case a.quiet:
		case p.Left != "":
			fmt.Fprintf(a.stderr, "%s: not changed, %s\n", clean(p.File), p.Left)
		default:
			fmt.Fprintf(a.stdout, "%s  %s\n", clean(p.File), bytesText(p.Bytes))
		}
	})
	if a.json {
		jsonErr := writeJSON(a.stdout, struct {
			SchemaVersion int    `json:"schema_version"`
			Files         []file `json:"files"`
		}{schemaVersion, files})
		err = errors.Join(err, jsonErr)
	}
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"onair/publish"
)

func newPull(g *global) *cobra.Command {
	c := &cobra.Command{
		Use:   "pull [DIR]",
		Short: "Bring masters and lock back from the storage",
		Long: `Bring back what this machine lacks of a show: onair.lock, and the master of
every episode in it, without the tag it was once exported with. They go to where
the show has them; with DIR, into a folder of their own. Files that are there are
left alone. Every master is checked against the lock.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  git clone https://code.example/my-show && onair -C my-show pull
  onair pull /backup/my-show`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return g.pull(c.Context(), args) },
	}
	return c
}

func (g *global) pull(ctx context.Context, args []string) error {
	s, storage, err := g.openShow(ctx)
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
		case g.json:
		case p.Err != nil:
			fmt.Fprintf(g.stderr, "%s: %s\n", clean(p.File), clean(f.Error))
		case g.quiet:
		case p.Left != "":
			fmt.Fprintf(g.stderr, "%s: left alone, %s\n", clean(p.File), p.Left)
		default:
			fmt.Fprintf(g.stdout, "%s  %s\n", clean(p.File), bytesText(p.Bytes))
		}
	})
	if g.json {
		jsonErr := writeJSON(g.stdout, struct {
			SchemaVersion int    `json:"schema_version"`
			Files         []file `json:"files"`
		}{schemaVersion, files})
		err = errors.Join(err, jsonErr)
	}
	return err
}

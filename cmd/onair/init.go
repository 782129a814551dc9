package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"onair/show"
)

type initOptions struct {
	dir   string
	title string
}

func newInit(g *global) *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Start a new show",
		Long: `Start a new show in DIR (this folder by default): show.yaml with every common
setting explained, placeholder artwork, a folder for episodes and a .gitignore
that keeps masters out of git. Nothing that exists is overwritten.

Exit codes: 0 done · 1 failed, such as a show that is there already.`,
		Example: "  onair init my-show --title \"My Show\"",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o.dir = "."
			if len(args) == 1 {
				o.dir = filepath.Clean(args[0])
			}
			return g.init(&o)
		},
	}
	c.Flags().StringVar(&o.title, "title", "", "the show's `NAME` (default: the folder's)")
	return c
}

func (g *global) init(o *initOptions) error {
	files, err := show.Create(o.dir, &show.CreateOptions{Title: o.title})
	if err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintln(g.stdout, filepath.Join(o.dir, filepath.FromSlash(f)))
	}
	if !g.quiet {
		fmt.Fprintf(g.stderr, "\nNext: %s%s new \"My first episode\" --audio FILE\n", g.name, g.inDir(o.dir))
	}
	return nil
}

// sameFlags are the global flags that a suggested command needs to mean the same
// show and target.
func (g *global) sameFlags() string {
	flags := g.inDir(".")
	if g.target != "" {
		flags += " --to " + g.target
	}
	return flags
}

// inDir is the -C that a suggested command needs to reach dir from where this
// one was called.
func (g *global) inDir(dir string) string {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(g.from, dir)
	}
	if dir != "." {
		return " -C " + dir
	}
	return ""
}

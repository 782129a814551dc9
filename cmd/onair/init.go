package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"onair/internal/vocabulary"
	"onair/show"
)

type initOptions struct {
	dir string
	show.CreateOptions
}

func newInit(a *app) *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Start a new show",
		Long: `Start a new show in DIR (default: the current folder): a show.yaml that explains
the common settings, placeholder artwork, a folder for episodes, and a .gitignore
that keeps masters out of git. Existing files are not overwritten.

Exit codes: 0 done · 1 failed, such as if DIR already has a show · 2 usage.`,
		Example: "  onair init my-show --title \"My Show\" --author \"Ada Byron\" --category Technology",
		Args:    folderAt(0, cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			o.dir = "."
			if len(args) == 1 {
				o.dir = filepath.Clean(args[0])
			}
			return runInit(a, &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Title, "title", "", "`NAME` of the show (default: that of the folder)")
	f.StringVar(&o.Author, "author", "", "`NAME` of the author")
	f.StringArrayVar(&o.Categories, "category", nil, "one of Apple's `CATEGORIES`, such as \"News > Tech News\"; may be repeated")
	complete(c, "category", vocabulary.Categories()...)
	return c
}

func runInit(a *app, o *initOptions) error {
	files, err := show.Create(o.dir, &o.CreateOptions)
	if err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintln(a.stdout, filepath.Join(o.dir, filepath.FromSlash(f)))
	}
	if !a.quiet {
		fmt.Fprintf(a.stderr, "\nNext: %s%s new \"My first episode\" --audio FILE\n", a.name, a.inDir(o.dir))
	}
	return nil
}

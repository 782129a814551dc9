package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"onair/transcripts"
	"onair/transcripts/repo"
)

// home is the repository of onair on GitHub, OWNER/REPO@REF, from which
// workflows take the action. It is set by the linker in a release. The name it
// has before is longer than GitHub lets any be, so that nobody can own it.
var home = nowhere

const nowhere = "set-this-to-where-onair-comes-from-on-github/onair@v1"

type transcriptsInitOptions struct {
	repo.CreateOptions
	dir string
}

func newTranscriptsInit(g *global) *cobra.Command {
	var o transcriptsInitOptions
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Let a repository of transcripts take pull requests",
		Long: `Write into DIR (this folder by default) what a repository of transcripts needs for
people to mend them: a workflow that looks at pull requests, one that comments on
them, a CONTRIBUTING page and a form for issues. Nothing that exists is changed.
What is to be set on GitHub is printed.

With --show, for transcripts in a repository apart from the show's, there is also
a workflow that tells the show to publish what was merged.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  onair transcripts init --url "https://show.example/episodes/{number}/"
  onair transcripts init --show hello-universe/show ../transcripts`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.dir = "."
			if len(args) == 1 {
				o.dir = filepath.Clean(args[0])
			}
			return g.initTranscripts(c.Context(), &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Action, "action", home, "`OWNER/REPO@REF` of the onair that the workflows run")
	f.StringVar(&o.Branch, "branch", "main", "the `BRANCH` that pull requests go to")
	f.StringVar(&o.URL, "url", "", "`PAGE` where an episode is heard, with {name}, {folder} or {number}")
	f.StringVar(&o.Show, "show", "", "`OWNER/REPO` of the show, if the transcripts are apart from it")
	return c
}

func (g *global) initTranscripts(ctx context.Context, o *transcriptsInitOptions) error {
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	settings, err := repo.Load(root.FS())
	if err != nil {
		return err
	}
	o.URL = cmp.Or(o.URL, settings.URL)
	files, err := repo.Create(root, &o.CreateOptions)
	if err != nil {
		return err
	}
	for _, f := range files {
		state := "wrote "
		if f.Exists {
			state = "exists"
		}
		fmt.Fprintf(g.stdout, "%s  %s\n", state, filepath.Join(o.dir, filepath.FromSlash(f.Name)))
	}
	if !g.quiet {
		fmt.Fprint(g.stderr, "\n", o.advice())
	}
	return g.suggestFrames(ctx, root.FS(), o.dir, settings)
}

// advice is what only somebody with the keys to the repository can do.
func (o *transcriptsInitOptions) advice() string {
	var b strings.Builder
	if o.Action == nowhere {
		b.WriteString("In .github/workflows, say where onair comes from, or delete the two and use\n--action OWNER/onair@VERSION.\n\n")
	}
	b.WriteString(`On GitHub, in the repository's settings:
  Actions › General › Approval for running fork pull request workflows:
    "Require approval for first-time contributors who are new to GitHub", or
    everybody's first check waits for you
  Actions › General › Workflow permissions: "Read repository contents"
  Branches › protect ` + cmp.Or(o.Branch, "main") + `: require a pull request; leave the check "lint" advisory
    unless you mean to hold up contributors
  Labels: create "transcript" for the issue form
`)
	if o.Show != "" {
		b.WriteString("  Secrets and variables › Actions: SHOW_TOKEN, a fine-grained token that may\n    write the contents of " + o.Show + " and nothing else\n")
	}
	return b.String()
}

// suggestFrames says so where stamps seem to count frames and no setting says
// that they do.
func (g *global) suggestFrames(ctx context.Context, root fs.FS, dir string, s *repo.Settings) error {
	if _, err := fs.Stat(root, "show.yaml"); err == nil || s.Fraction != "" {
		return nil
	}
	names, err := repo.Files(dir, []string{"."}, repo.IsTranscript)
	if err != nil {
		return err
	}
	var all transcripts.Fractions
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		src, err := g.readInput(repo.In(dir, name), maxTranscript)
		if err != nil {
			return err
		}
		f := transcripts.Parse(src, nil).Fractions
		all.TwoDigit += f.TwoDigit
		all.Above29 += f.Above29
	}
	if repo.LooksLikeFrames(all) {
		fmt.Fprintf(g.stderr, "\n%d stamps have a fraction of two digits and none is above 29: they count frames of\n1/30 s. Say so in %s: timestamp_fraction: frames30\n", all.TwoDigit, repo.SettingsFile)
	}
	return nil
}

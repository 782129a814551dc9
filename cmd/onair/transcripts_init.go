package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"onair/transcripts"
	"onair/transcripts/repo"
)

// unknownAction is a placeholder for the action that workflows use. It stands in if the
// module of this build does not name a repository on GitHub. Its owner is longer than
// GitHub allows, so the repository cannot exist.
const unknownAction = "set-this-to-where-onair-comes-from-on-github/onair@v1"

// action returns the action of this build's own repository, OWNER/REPO@v1, or
// unknownAction.
func (v build) action() string {
	if repository, ok := repositoryOf(v.module); ok {
		return repository + "@v1"
	}
	return unknownAction
}

type transcriptsInitOptions struct {
	repo.CreateOptions
	dir string
}

func newTranscriptsInit(a *app) *cobra.Command {
	var o transcriptsInitOptions
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Set up a repository of transcripts for pull requests",
		Long: `Write into DIR (default: the current folder) what people need to correct the
transcripts of a repository: a workflow that checks pull requests, one that
comments on them, a CONTRIBUTING page and an issue form. Existing files are not
changed. The settings to make on GitHub are printed.

With --owner, there is also a CODEOWNERS file: GitHub then asks that owner to review
changes to what runs with credentials when it is merged, such as show.yaml, templates/
and the workflows.

With --show, for transcripts outside of the repository of the show, there is also a
workflow that makes the show publish what was merged.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  onair transcripts init --url "https://show.example/episodes/{number}/"
  onair transcripts init --show hello-universe/show ../transcripts`,
		Args: folderAt(0, cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			o.dir = "."
			if len(args) == 1 {
				o.dir = filepath.Clean(args[0])
			}
			return runTranscriptsInit(c.Context(), a, &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Action, "action", thisVersion().action(), "`OWNER/REPO@REF` of the onair that the workflows use")
	f.StringVar(&o.Branch, "branch", "main", "target `BRANCH` of pull requests")
	f.StringVar(&o.URL, "url", "", "`URL` of the page of an episode, with {name}, {folder} or {number}")
	f.StringVar(&o.Owner, "owner", "", "write a CODEOWNERS file that asks `@USER` or @ORG/TEAM to review what runs with credentials")
	f.StringVar(&o.Show, "show", "", "`OWNER/REPO` of the show, if that is another repository")
	return c
}

func runTranscriptsInit(ctx context.Context, a *app, o *transcriptsInitOptions) error {
	o.pin(thisVersion())
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	sources, err := openSources(a, dir)
	if err != nil {
		return err
	}
	settings, err := repo.Load(sources)
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
		fmt.Fprintf(a.stdout, "%s  %s\n", state, filepath.Join(o.dir, filepath.FromSlash(f.Name)))
	}
	if !a.quiet {
		fmt.Fprint(a.stderr, "\n", o.manualSteps())
	}
	return suggestFrames(ctx, a, sources, o.dir, settings)
}

// pin replaces the tag in o.Action by the commit of the running release, because a tag
// can be moved. It changes nothing if the user named another action or the program is
// not a release.
func (o *transcriptsInitOptions) pin(v build) {
	if repository, ok := repositoryOf(v.module); ok && o.Action == v.action() && v.BuiltBy == "release" && v.Commit != "" {
		o.Action, o.Tag = repository+"@"+v.Commit, canonical(v.Version)
	}
}

// pinned reports whether the action is named by a commit.
func (o *transcriptsInitOptions) pinned() bool {
	_, ref, _ := strings.Cut(o.Action, "@")
	return commitID.MatchString(ref)
}

var commitID = regexp.MustCompile(`^[0-9a-f]{40}$`)

// manualSteps describes the steps that only an administrator of the repository can
// take.
func (o *transcriptsInitOptions) manualSteps() string {
	var b strings.Builder
	switch {
	case o.Action == unknownAction:
		b.WriteString("In .github/workflows, replace the name of the action by that of onair, or delete\nthe two workflows and use --action OWNER/onair@COMMIT.\n\n")
	case !o.pinned():
		b.WriteString("In .github/workflows, replace the tag of the action by its commit, because a tag can be\nmoved, or delete the two workflows and use --action OWNER/onair@COMMIT.\n\n")
	}
	b.WriteString(`On GitHub, in the repository's settings:
  Actions › General › Approval for running fork pull request workflows:
    "Require approval for first-time contributors who are new to GitHub";
    otherwise the first check of every contributor waits for you
  Actions › General › Workflow permissions: "Read repository contents"
  Branches › protect ` + cmp.Or(o.Branch, "main") + `: require a pull request; make the check "lint" required
    only if contributors should have to fix every finding
  Labels: create "transcript" for the issue form
`)
	if o.Owner == "" {
		b.WriteString(`  CODEOWNERS: run this again with --owner @YOU. Whoever can merge a change to show.yaml,
    templates/ or .github/ can publish anything, and runs with the credentials of the jobs
`)
	} else {
		b.WriteString("  Branches › the same rule: \"Require review from Code Owners\"\n")
	}
	if o.Show != "" {
		b.WriteString("  Secrets and variables › Actions: SHOW_TOKEN, a fine-grained token with write\n    access to the contents of " + o.Show + " only\n")
	}
	return b.String()
}

// suggestFrames suggests a setting if the stamps seem to count frames and the settings
// do not say so.
func suggestFrames(ctx context.Context, a *app, root fs.FS, dir string, s *repo.Settings) error {
	if _, err := fs.Stat(root, "show.yaml"); err == nil || s.Fraction != "" {
		return nil
	}
	names, _, err := repo.Files(dir, []string{"."}, repo.IsTranscript)
	if err != nil {
		return err
	}
	var all transcripts.Fractions
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		src, err := a.readInput(repo.In(dir, name), maxTranscript)
		if err != nil {
			return err
		}
		f := transcripts.Parse(src, nil).Fractions
		all.TwoDigit += f.TwoDigit
		all.Above29 += f.Above29
	}
	if repo.LooksLikeFrames(all) {
		fmt.Fprintf(a.stderr, "\n%d stamps have a fraction of two digits, and none is above 29: they seem to count\nframes of 1/30 s. If so, write in %s: timestamp_fraction: frames30\n", all.TwoDigit, repo.SettingsFile)
	}
	return nil
}

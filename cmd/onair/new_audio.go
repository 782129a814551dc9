package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/plural"
	"onair/internal/shell"
	"onair/internal/source"
	"onair/show/fromtags"
)

// masters returns the files that become episodes if no title is given: the file of
// --audio and the arguments. A shell expands --audio OLD/*.mp3 to both.
func (o *newOptions) masters(args []string) []string {
	if o.audio == "" || !all(args, isMasterName) {
		return nil
	}
	return append([]string{o.audio}, args...)
}

func all(list []string, is func(string) bool) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !is(s) })
}

func isMasterName(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".mp3" || ext == ".m4a"
}

// newArgs accepts one title, or the files that follow --audio.
func newArgs(o *newOptions) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(o.masters(args)) > 0 {
			return nil
		}
		if i := slices.IndexFunc(args, func(s string) bool { return !isMasterName(s) }); o.audio != "" && len(args) > 1 && i >= 0 {
			return usagef("%s is not an MP3 or M4A; with a title, there is one --audio", source.ShortQuote(args[i]))
		}
		if len(args) != 1 {
			return usagef(`want one title, as in onair new "First light", or --audio FILE; %s given`, plural.Count(len(args), "title"))
		}
		return nil
	}
}

// completeNew completes files after --audio, and no titles.
func completeNew(o *newOptions) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if o.audio == "" {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return []cobra.Completion{"mp3", "m4a"}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// runNewFromTags makes an episode of each file.
func runNewFromTags(ctx context.Context, a *app, o *newOptions, files []string) error {
	switch {
	case o.date != "" || o.slug != "":
		return usagef("--date and --slug are for one episode, with a title")
	case o.kind != "full":
		return usagef("--type is for one episode, with a title")
	}
	s, err := requireShow(a)
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := audio.CheckName(name); err != nil {
			return err
		}
	}
	list, present, err := fromtags.Read(s, files)
	if err != nil {
		return withHint(err, "nothing was written; leave that file out, or repair it")
	}
	printFromTags(a, list)
	for _, text := range present {
		fmt.Fprintf(a.stderr, "left out: %s\n", clean(text))
	}
	if o.dryRun || len(list) == 0 {
		return nil
	}
	if !o.yes && isTerminal(a.stdin) {
		fmt.Fprintf(a.stderr, "Make %s? [y/N] ", plural.Count(len(list), "episode"))
		if !a.confirmed(ctx) {
			if err := ctx.Err(); err != nil {
				return err
			}
			return errors.New("nothing was written")
		}
	}
	for i, e := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := e.Create(s); err != nil {
			verb := "were"
			if i == 1 {
				verb = "was"
			}
			return withHint(fmt.Errorf("%s: %w", e.Options.Audio, err), "%s %s written; give the others again to go on", plural.Count(i, "episode"), verb)
		}
	}
	if !a.quiet {
		fmt.Fprintf(a.stderr, "\nNext: write the show notes into each episode.md, then %s%s check\n", a.name, a.inDir("."))
	}
	return nil
}

// printFromTags prints the new episodes, each with what its tag lacks:
//
//	1  2019-05-04  Hello          12:34, artwork, 5 chapters → episodes/1-hello
//	   the tag has no date: it is a draft until episode.md has one
func printFromTags(a *app, list []*fromtags.Episode) {
	u := a.ui(a.stdout)
	width := 0
	for _, e := range list {
		width = max(width, min(len([]rune(clean(e.Options.Title))), 44))
	}
	for _, e := range list {
		o := &e.Options
		date := "no date   "
		if !o.Date.IsZero() {
			date = o.Date.Format("2006-01-02")
		}
		facts := []string{source.FormatTimestamp(e.Duration.Truncate(1e9))}
		if e.Artwork {
			facts = append(facts, "artwork")
		}
		if n := len(o.Chapters); n > 0 {
			facts = append(facts, plural.Count(n, "chapter"))
		}
		number := fmt.Sprint(o.Number)
		if o.Season > 0 {
			number = fmt.Sprintf("%d.%d", o.Season, o.Number)
		}
		fmt.Fprintf(a.stdout, "%4s  %s  %s  %s → episodes/%s\n", number, date, pad(clean(o.Title), width), strings.Join(facts, ", "), o.Slug)
		if a.quiet {
			continue
		}
		if len(e.Lacks) > 0 {
			text := "the tag of " + shell.Quote(filepath.Base(o.Audio)) + " has no " + strings.Join(e.Lacks, ", no ")
			if o.Date.IsZero() {
				text += "; it is a draft until episode.md has a date"
			}
			fmt.Fprintf(a.stdout, "      %s\n", u.dim(clean(text)))
		}
		for _, note := range e.Notes {
			fmt.Fprintf(a.stdout, "      %s\n", u.dim(clean(note)))
		}
	}
}

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// complete offers fixed values for a flag. It panics if the command does not have the
// flag.
func complete(c *cobra.Command, flag string, values ...string) {
	err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(fmt.Sprintf("complete --%s: %v", flag, err))
	}
}

// addCompletion adds cobra's command completion, with an example and exit codes as the
// other commands have them.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	c, _, err := root.Find([]string{"completion"})
	if err != nil {
		panic(err) // root has commands, so cobra has added this one
	}
	const codes = "\n\nExit codes: 0 done · 1 failed · 2 usage."
	c.Long, c.Example = strings.TrimSpace(c.Long)+codes, "  source <(onair completion bash)"
	for _, shell := range c.Commands() {
		shell.Long = strings.TrimSpace(shell.Long) + codes
		shell.Example = "  onair completion " + shell.Name() + " --no-descriptions"
	}
}

// completeRest completes what the commands of a tree leave open: folders for DIR, files
// for FILE and FEED, and nothing for other values of flags, nor where a command takes no
// arguments.
func completeRest(c *cobra.Command) {
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		_, done := c.GetFlagCompletionFunc(f.Name)
		switch value, _ := pflag.UnquoteUsage(f); {
		case done || value == "" || value == "FILE" || value == "FEED":
		case value == "DIR":
			c.MarkFlagDirname(f.Name)
		default:
			c.RegisterFlagCompletionFunc(f.Name, cobra.NoFileCompletions)
		}
	})
	if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 {
		switch _, args, _ := strings.Cut(c.Use, " "); args {
		case "":
			c.ValidArgsFunction = cobra.NoFileCompletions
		case "DIR", "[DIR]":
			c.ValidArgsFunction = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
		}
	}
	for _, sub := range c.Commands() {
		completeRest(sub)
	}
}

// completeTargets returns a function that offers the targets of the show.
func completeTargets(a *app) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		s, _, err := loadShow(a, nil, nil)
		if err != nil || s == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return s.Targets, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeEpisode returns a function that offers the slugs of the show for the first
// argument only.
func completeEpisode(a *app) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completeEpisodes(a)(c, args, toComplete)
	}
}

// completeEpisodes returns a function that offers the slugs of the show.
func completeEpisodes(a *app) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		s, _, err := loadShow(a, nil, nil)
		if err != nil || s == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var slugs []string
		for _, e := range s.Episodes {
			slugs = append(slugs, e.Slug+"\t"+e.Title)
		}
		return slugs, cobra.ShellCompDirectiveNoFileComp
	}
}

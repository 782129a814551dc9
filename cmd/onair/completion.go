package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
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

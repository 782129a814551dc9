package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"onair/show"
)

func newRename(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "rename OLD NEW",
		Short: "Give an episode another slug",
		Long: `Move an episode's folder to another slug. Its GUID stays, so no app shows it as
a new episode; its old page becomes a redirect.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: "  onair rename 4-cloudy 4-cloudy-with-packets",
		Args:    cobra.ExactArgs(2),
		ValidArgsFunction: func(c *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return g.completeEpisodes(c, args, toComplete)
		},
		RunE: func(_ *cobra.Command, args []string) error { return g.rename(args[0], args[1]) },
	}
}

func (g *global) rename(from, to string) error {
	s, found, err := g.loadShow()
	if err != nil {
		return err
	}
	if err := g.refuse(found); err != nil {
		return err
	}
	changed, err := show.Rename(s, from, to)
	if err != nil {
		return err
	}
	for _, f := range changed {
		fmt.Fprintln(g.stdout, f)
	}
	return nil
}

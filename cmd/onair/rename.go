package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"onair/show"
)

func newRename(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rename OLD NEW",
		Short: "Change the slug of an episode",
		Long: `Rename the folder of an episode, which gives it another slug. The GUID stays the
same, so apps don't show a new episode. The old page redirects to the new one.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example:           "  onair rename 4-cloudy 4-cloudy-with-packets",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: completeEpisode(a),
		RunE:              func(_ *cobra.Command, args []string) error { return runRename(a, args[0], args[1]) },
	}
}

func runRename(a *app, from, to string) error {
	s, err := requireShow(a)
	if err != nil {
		return err
	}
	changed, err := show.Rename(s, from, to)
	if err != nil {
		return err
	}
	for _, f := range changed {
		fmt.Fprintln(a.stdout, f)
	}
	return nil
}

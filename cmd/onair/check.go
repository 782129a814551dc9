package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/internal/plural"
	"onair/show"
)

func newCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check [EPISODE…]",
		Short: "Check the show offline",
		Long: `Check the show, its episodes, audio, artwork, transcripts and the rendered feed,
without writing or sending anything. With the names of episodes (slug, number or
GUID), only their findings are printed.

Equal findings are printed together with three of their places; -v prints all.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 errors were found.`,
		Example: `  onair check
  onair check 4-cloudy --format github`,
		ValidArgsFunction: a.completeEpisodes,
		RunE:              func(c *cobra.Command, args []string) error { return runCheck(c.Context(), a, args) },
	}
}

func runCheck(ctx context.Context, a *app, names []string) error {
	r, found, err := a.release(ctx, &intent{})
	if err != nil {
		return err
	}
	episodes := 0
	if r != nil {
		episodes = len(r.Episodes)
		if found, err = onlyOf(found, r.Show, names); err != nil {
			return err
		}
	}
	if err := a.writeFindings(a.stdout, found); err != nil {
		return err
	}
	if a.format == "text" && !a.quiet {
		if len(found) > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stdout, "checked %s: %s\n", plural.Count(episodes, "episode"), tally(found))
	}
	if found.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// onlyOf keeps the findings about the episodes with the names; all, when there
// are none.
func onlyOf(l finding.List, s *show.Show, names []string) (finding.List, error) {
	if len(names) == 0 {
		return l, nil
	}
	if err := resolve(s, names); err != nil {
		return nil, err
	}
	var kept finding.List
	for _, slug := range names {
		folder := s.Episode(slug).Dir + "/"
		for _, f := range l {
			if strings.HasPrefix(f.File, folder) {
				kept = append(kept, f)
			}
		}
	}
	kept.Sort()
	return kept, nil
}

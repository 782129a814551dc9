package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
		Long: `Check the show, its episodes, audio, artwork, transcripts and the rendered feed, and
prove from its bytes that feed, ID3 tags and chapters agree with the source. Nothing
is written, and no request is made. With the names of episodes (slug, number or
GUID), only their findings are printed.

Findings of the same rule are grouped, with the first three places; -v prints all.
Warnings of rules listed under accept: in show.yaml are hidden and not counted; -v
prints them with the reasons. Errors cannot be accepted.

Exit codes: 0 no errors · 1 failed · 2 usage · 3 errors were found.`,
		Example: `  onair check
  onair check 4-cloudy --format github`,
		ValidArgsFunction: completeEpisodes(a),
		RunE:              func(c *cobra.Command, args []string) error { return runCheck(c.Context(), a, args) },
	}
}

func runCheck(ctx context.Context, a *app, names []string) error {
	c, err := checkShow(ctx, a)
	if err != nil {
		return err
	}
	var accepted finding.List
	s, found, episodes := c.show(), c.findings(), 0
	if s != nil {
		episodes = len(s.Episodes)
		if found, err = ofEpisodes(found, s, names); err != nil {
			return err
		}
		found, accepted = s.SplitAccepted(found)
	}
	if err := a.writeFindings(a.stdout, found, s); err != nil {
		return err
	}
	if a.format == "text" && !a.quiet {
		if len(found) > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stdout, "checked %s: %s", plural.Count(episodes, "episode"), tally(found))
		if len(accepted) > 0 {
			fmt.Fprintf(a.stdout, ", %d accepted", len(accepted))
		}
		fmt.Fprintln(a.stdout)
		if a.verbose && s != nil {
			printAccepted(a, accepted, s)
		}
	}
	if found.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// printAccepted prints the findings that show.yaml accepts, below the reason for each
// rule.
func printAccepted(a *app, accepted finding.List, s *show.Show) {
	for _, id := range slices.Sorted(maps.Keys(s.Accept)) {
		ofRule := slices.DeleteFunc(slices.Clone(accepted), func(f finding.Finding) bool { return f.Rule != id })
		if len(ofRule) == 0 {
			continue
		}
		fmt.Fprintf(a.stdout, "\naccepted %s: %s\n", id, clean(s.Accept[id]))
		a.writeFindings(a.stdout, ofRule, s)
	}
}

// ofEpisodes returns the findings about the named episodes, or all findings if no
// episode is named.
func ofEpisodes(l finding.List, s *show.Show, names []string) (finding.List, error) {
	if len(names) == 0 {
		return l, nil
	}
	var kept finding.List
	for _, name := range names {
		e, err := s.Find(name)
		if err != nil {
			return nil, usageError{err}
		}
		folder := e.Dir + "/"
		for _, f := range l {
			if strings.HasPrefix(f.File, folder) {
				kept = append(kept, f)
			}
		}
	}
	kept.Sort()
	return kept, nil
}

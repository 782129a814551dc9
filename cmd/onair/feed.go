package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

func newFeed(a *app) *cobra.Command {
	return newGroup("feed", "Work on the feed", `  onair feed check https://my-show.example/feed.xml
  onair feed check --help`, newFeedCheck(a), newFeedRender(a))
}

func newFeedRender(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "render",
		Short: "Write the feed to standard output",
		Long: `Write the feed exactly as publish would upload it.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: "  onair feed render | xmllint --noout -",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runFeedRender(c.Context(), a) },
	}
}

func runFeedRender(ctx context.Context, a *app) error {
	r, _, err := requireRelease(ctx, a, &changeFlags{}, nil, releaseFlags{withoutSite: true})
	if err != nil {
		return err
	}
	body, err := r.Feed.Body()
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(a.stdout, body)
	return err
}

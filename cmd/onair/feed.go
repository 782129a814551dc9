package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

func newFeed(g *global) *cobra.Command {
	c := &cobra.Command{
		Use:   "feed",
		Short: "Work on the feed alone",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newFeedRender(g))
	return c
}

func newFeedRender(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "render",
		Short: "Write the feed to standard output",
		Long: `Write the feed as publish would upload it, byte for byte.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: "  onair feed render | xmllint --noout -",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return g.renderFeed(c.Context()) },
	}
}

func (g *global) renderFeed(ctx context.Context) error {
	r, _, err := g.sound(ctx, &intent{})
	if err != nil {
		return err
	}
	body, err := r.Feed.Body()
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(g.stdout, body)
	return err
}

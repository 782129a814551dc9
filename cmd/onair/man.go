package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the man pages",
		Long:    "Write a man page for every command into DIR, for packages.\n\nExit codes: 0 done · 1 failed · 2 usage.",
		Example: "  onair man /usr/local/share/man/man1",
		Hidden:  true,
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return runMan(a, c.Root(), args[0]) },
	}
	return c
}

func runMan(a *app, root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	date := time.Unix(0, 0).UTC() // so that the pages are reproducible
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "onair", Manual: "onair", Date: &date}, dir); err != nil {
		return fmt.Errorf("write man pages: %w", err)
	}
	return nil
}

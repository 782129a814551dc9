package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(a *app) *cobra.Command {
	var markdown bool
	c := &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the man pages",
		Long:    "Write a man page for every command into DIR, for packages.\n\nExit codes: 0 done · 1 failed · 2 usage.",
		Example: "  onair man /usr/local/share/man/man1",
		Hidden:  true,
		Args:    folderAt(0, cobra.ExactArgs(1)),
		RunE:    func(c *cobra.Command, args []string) error { return runMan(c.Root(), args[0], markdown) },
	}
	c.Flags().BoolVar(&markdown, "markdown", false, "write Markdown, for a website")
	return c
}

func runMan(root *cobra.Command, dir string, markdown bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if markdown {
		root.DisableAutoGenTag = true // the generated line has today's date
		if err := doc.GenMarkdownTree(root, dir); err != nil {
			return fmt.Errorf("write the pages of the commands: %w", err)
		}
		return nil
	}
	date := time.Unix(0, 0).UTC() // so that the pages are reproducible
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "onair", Manual: "onair", Date: &date}, dir); err != nil {
		return fmt.Errorf("write man pages: %w", err)
	}
	return nil
}

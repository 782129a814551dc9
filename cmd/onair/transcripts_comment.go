package main

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"onair/transcripts/repo"
	"onair/transcripts/review"
)

func newTranscriptsComment(a *app) *cobra.Command {
	var page string
	c := &cobra.Command{
		Use:   "comment [--url URL] SUMMARY.json",
		Short: "Write the comment on a pull request from an untrusted summary",
		Long: `Read a summary that transcripts lint --base --summary FILE.json wrote, and write it
as Markdown for a comment on the pull request. SUMMARY may be - for standard input.

The pull request controls what is in the summary, so nothing in it is trusted: a
summary with other fields, larger than 1 MiB or with values that onair does not write
is refused. In the Markdown nothing is a mention, a reference or a link, except links
to the pages of --url.

Exit codes: 0 done · 1 failed, or the summary is refused · 2 usage.`,
		Example: `  onair transcripts comment --url "https://show.example/{number}/" summary.json`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return runTranscriptsComment(a, page, args[0]) },
	}
	c.Flags().StringVar(&page, "url", "", "`URL` of the page of an episode, with {name}, {folder} or {number}")
	return c
}

func runTranscriptsComment(a *app, page, name string) error {
	settings := &repo.Settings{URL: page}
	if page != "" && settings.Page("a-1.md") == "" && settings.Page("a/a-1.md") == "" {
		return usagef("--url %s: want a page such as https://show.example/{number}/", page)
	}
	data, err := a.readInput(name, review.MaxDocument)
	if err != nil {
		return err
	}
	report, err := review.ReadJSON(data, settings.Page)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var b bytes.Buffer
	if err := report.WriteMarkdown(&b); err != nil {
		return err
	}
	_, err = a.stdout.Write(b.Bytes())
	return err
}

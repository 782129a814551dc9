package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"onair/internal/durable"
	"onair/transcripts"
	"onair/transcripts/repo"
	"onair/transcripts/review"
)

type fmtOptions struct {
	write, check, diff bool
	style              string
}

func newTranscriptsFmt(a *app) *cobra.Command {
	var o fmtOptions
	c := &cobra.Command{
		Use:   "fmt [-w | --check | --diff] FILE…",
		Short: "Format transcripts",
		Long: `Format transcripts and write the result to standard output. Labels, stamps and
known tags get their standard spelling, paragraphs are separated by one blank line,
and &#39;, &quot; and &amp; are replaced by their characters. Words, links, code and
HTML do not change. FILE may be a folder, or - for standard input.

--style FILE also replaces words in spoken text with their preferred spelling. The
file has lines such as "javascript: JavaScript".

Exit codes: 0 done · 1 failed · 2 usage · 3 --check found files to format.`,
		Example: `  onair transcripts fmt -w gotime
  onair transcripts fmt --check .
  onair transcripts fmt --style spelling.yaml - < transcript.md`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runTranscriptsFmt(a, &o, args) },
	}
	f := c.Flags()
	f.BoolVarP(&o.write, "write", "w", false, "write the files in place, and print the names of those that changed")
	f.BoolVar(&o.check, "check", false, "only print the names of files that are not formatted")
	f.BoolVar(&o.diff, "diff", false, "show what would change")
	f.StringVar(&o.style, "style", "", "replace words as this `FILE` says")
	c.MarkFlagsMutuallyExclusive("write", "check", "diff")
	return c
}

func runTranscriptsFmt(a *app, o *fmtOptions, args []string) error {
	r, err := openTranscripts(a)
	if err != nil {
		return err
	}
	style, err := readStyle(a, o.style)
	if err != nil {
		return err
	}
	names, err := r.files(a, args)
	if err != nil {
		return err
	}
	dirty := false
	for _, name := range names {
		changed, err := formatFile(a, r, name, style, o)
		if err != nil {
			return fmt.Errorf("format %s: %w", name, err)
		}
		dirty = dirty || changed
	}
	if dirty && o.check {
		return exitError(exitFindings)
	}
	return nil
}

// readStyle reads the file of --style. It returns nil if there is none.
func readStyle(a *app, name string) (*transcripts.Style, error) {
	if name == "" {
		return nil, nil
	}
	f, err := a.openInput(repo.In(a.dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return transcripts.ReadStyle(f)
}

// formatFile formats one file and reports whether that changes the file.
func formatFile(a *app, r *transcriptRepo, name string, style *transcripts.Style, o *fmtOptions) (changed bool, err error) {
	src, err := a.readMarkdown(name)
	if err != nil {
		return false, err
	}
	allowLines(src, 340)
	opts := r.settings.Options(filepath.ToSlash(name))
	out := transcripts.Format(src, opts)
	if style != nil {
		out = transcripts.Format(style.Apply(out, opts), opts)
	}
	changed = !bytes.Equal(src, out)
	switch {
	case o.check || o.diff || o.write && name != "-":
		if !changed {
			return false, nil
		}
		if o.diff {
			return true, review.WriteDiff(a.stdout, clean(name), src, out)
		}
		if o.write {
			err = replaceFile(repo.In(a.dir, name), src, out)
		}
		if err == nil && !a.quiet {
			fmt.Fprintln(a.stdout, clean(name))
		}
	default:
		_, err = a.stdout.Write(out)
	}
	return changed, err
}

// replaceFile replaces the content before of a file by the content after. It fails if the
// length of the file has changed in the meantime.
func replaceFile(name string, before, after []byte) (err error) {
	original, err := durable.OpenExisting(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, original.Close()) }()
	if original.Info().Size() != int64(len(before)) {
		return errors.New("the file has changed in the meantime")
	}
	f, err := original.Replace()
	if err != nil {
		return err
	}
	if _, err := f.Write(after); err != nil {
		f.Abort()
		return err
	}
	return f.Commit()
}

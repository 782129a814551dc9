package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
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

func newTranscriptsFmt(g *global) *cobra.Command {
	var o fmtOptions
	c := &cobra.Command{
		Use:   "fmt [-w | --check | --diff] FILE…",
		Short: "Spell labels, stamps and blank lines in their one form",
		Long: `Write transcripts as the grammar spells them, to standard output. Labels, stamps
and known tags get their one form, blocks are one blank line apart, and &#39;,
&quot; and &amp; become characters. Words, links, code and HTML stay byte for
byte, and so does everything that is read from the file. FILE may be a folder,
or - for standard input.

--style FILE spells words as your house does, in what is spoken and nowhere
else: a list of lines such as "javascript: JavaScript".

Exit codes: 0 done · 1 failed · 2 usage · 3 --check found files to format.`,
		Example: `  onair transcripts fmt -w gotime
  onair transcripts fmt --check .
  onair transcripts fmt --style house.yaml - < transcript.md`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return g.fmt(args, &o) },
	}
	f := c.Flags()
	f.BoolVarP(&o.write, "write", "w", false, "write the files in place; names those that changed")
	f.BoolVar(&o.check, "check", false, "only name files that are not formatted")
	f.BoolVar(&o.diff, "diff", false, "show what would change")
	f.StringVar(&o.style, "style", "", "spell words as this `FILE` says")
	c.MarkFlagsMutuallyExclusive("write", "check", "diff")
	return c
}

func (g *global) fmt(args []string, o *fmtOptions) error {
	r, err := g.openTranscripts()
	if err != nil {
		return err
	}
	style, err := g.readStyle(o.style)
	if err != nil {
		return err
	}
	names, err := r.files(args)
	if err != nil {
		return err
	}
	dirty := false
	for _, name := range names {
		changed, err := g.fmtFile(r, name, style, o)
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

func (g *global) readStyle(name string) (*transcripts.Style, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(repo.In(g.dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return transcripts.ReadStyle(f)
}

// readTranscript reads a file below -C, or standard input.
func (g *global) readTranscript(name string) ([]byte, error) {
	if name == "-" {
		return g.readInput(name, maxTranscript)
	}
	return g.readInput(repo.In(g.dir, name), maxTranscript)
}

// fmtFile formats one file and reports whether that changes it.
func (g *global) fmtFile(r *transcriptRepo, name string, style *transcripts.Style, o *fmtOptions) (changed bool, err error) {
	src, err := g.readTranscript(name)
	if err != nil {
		return false, err
	}
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
			return true, review.WriteDiff(g.stdout, clean(name), src, out)
		}
		if o.write {
			err = replaceFile(repo.In(g.dir, name), src, out)
		}
		if err == nil && !g.quiet {
			fmt.Fprintln(g.stdout, clean(name))
		}
	default:
		_, err = g.stdout.Write(out)
	}
	return changed, err
}

// replaceFile writes a new version of a file unless it is not what was read.
func replaceFile(name string, was, is []byte) (err error) {
	original, err := durable.OpenOriginal(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, original.Close()) }()
	if original.Info().Size() != int64(len(was)) {
		return errors.New("the file has changed in the meantime")
	}
	f, err := original.Replace()
	if err != nil {
		return err
	}
	if _, err := f.Write(is); err != nil {
		f.Abort()
		return err
	}
	return f.Commit()
}

package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/transcripts"
	"onair/transcripts/repo"
)

type shiftOptions struct {
	from  string
	by    time.Duration
	write bool
}

func newTranscriptsShift(g *global) *cobra.Command {
	var o shiftOptions
	c := &cobra.Command{
		Use:   "shift --from TIME --by DURATION [-w] FILE…",
		Short: "Move stamps after an edit of the audio",
		Long: `Move the stamps of transcripts after something was cut out of the audio or put
into it: those at --from and later, by --by. Nothing else changes, and stamps keep
their precision. One that lies in what was cut out gets the time of the cut, and
is named. The result goes to standard output, or with -w into the files.
FILE may be a folder, or - for standard input.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  onair transcripts shift --from 12:00 --by -14.5s -w episodes/4-cloudy/transcript.md
  onair transcripts shift --from 0:00 --by 1m30s - < transcript.md`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return g.shift(args, &o) },
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "the `TIME` from which stamps move, such as 12:00, in the audio as it was")
	f.DurationVar(&o.by, "by", 0, "by how much, such as 1m30s, or `-14.5s` for what was cut out")
	f.BoolVarP(&o.write, "write", "w", false, "write the files in place; names those that changed")
	c.MarkFlagRequired("from")
	c.MarkFlagRequired("by")
	return c
}

func (g *global) shift(args []string, o *shiftOptions) error {
	from, err := transcripts.ParseTime(o.from)
	if err != nil {
		return usagef("--from %s: %v", o.from, err)
	}
	r, err := g.openTranscripts()
	if err != nil {
		return err
	}
	names, err := r.files(args)
	if err != nil {
		return err
	}
	if len(names) > 1 && !o.write {
		return usagef("%d files: -w writes them in place", len(names))
	}
	for _, name := range names {
		if err := g.shiftFile(r, name, from, o); err != nil {
			return fmt.Errorf("shift %s: %w", name, err)
		}
	}
	return nil
}

func (g *global) shiftFile(r *transcriptRepo, name string, from time.Duration, o *shiftOptions) error {
	src, err := g.readTranscript(name)
	if err != nil {
		return err
	}
	out, cut, err := transcripts.Shift(src, r.settings.Options(r.below(name)), from, o.by)
	if err != nil {
		return err
	}
	for _, m := range cut {
		at := finding.Position{File: name, Line: m.Line, Column: m.Column}
		fmt.Fprintf(g.stderr, "%s: %s lies in what was cut out; it is %s now\n", clean(at.String()), durationText(m.Time), durationText(from))
	}
	if !o.write || name == "-" {
		_, err := g.stdout.Write(out)
		return err
	}
	if bytes.Equal(src, out) {
		return nil
	}
	if !g.quiet {
		fmt.Fprintln(g.stdout, clean(name))
	}
	return replaceFile(repo.In(g.dir, name), src, out)
}

package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/finding"
	"onair/transcripts"
	"onair/transcripts/forms"
	"onair/transcripts/repo"
	"onair/transcripts/words"
)

type shiftOptions struct {
	from  string
	by    time.Duration
	write bool
}

func newTranscriptsShift(a *app) *cobra.Command {
	var o shiftOptions
	c := &cobra.Command{
		Use:   "shift --from TIME --by DURATION [-w] FILE…",
		Short: "Shift stamps after an edit of the audio",
		Long: `Shift the stamps of transcripts at --from and later by --by, after something was
cut from the audio or inserted. Nothing else changes, and stamps keep their
precision. A stamp inside a cut gets the time of the cut, and is reported. The
times of WebVTT, SRT, SBV and Podcasting 2.0 JSON are shifted as well; a caption
inside a cut is removed, and is reported. The result is written to standard output,
or to the files with -w, which also moves the words in the transcript.words.json of
an episode. If FILE is a folder, its Markdown is shifted; - is standard input.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  onair transcripts shift --from 12:00 --by -14.5s -w episodes/4-cloudy/transcript.md
  onair transcripts shift --from 0:00 --by 1m30s - < transcript.md`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runTranscriptsShift(a, &o, args) },
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "shift stamps from this `TIME` of the old audio, such as 12:00")
	f.DurationVar(&o.by, "by", 0, "shift by this duration, such as 1m30s, or `-14.5s` after a cut")
	f.BoolVarP(&o.write, "write", "w", false, "write the files in place, and print the names of those that changed")
	c.MarkFlagRequired("from")
	c.MarkFlagRequired("by")
	return c
}

func runTranscriptsShift(a *app, o *shiftOptions, args []string) error {
	from, err := transcripts.ParseTime(o.from)
	if err != nil {
		return usagef("--from %s: %v", o.from, err)
	}
	r, err := openTranscripts(a)
	if err != nil {
		return err
	}
	names, err := r.files(a, args)
	if err != nil {
		return err
	}
	if len(names) > 1 && !o.write {
		return usagef("there are %d files: use -w to write them in place", len(names))
	}
	for _, name := range names {
		if err := shiftFile(a, r, name, from, o); err != nil {
			return fmt.Errorf("shift %s: %w", name, err)
		}
	}
	return nil
}

func shiftFile(a *app, r *transcriptRepo, name string, from time.Duration, o *shiftOptions) error {
	src, err := a.readTranscript(name)
	if err != nil {
		return err
	}
	out, err := shifted(a, r, name, src, from, o.by)
	if err != nil {
		return err
	}
	if !o.write || name == "-" {
		_, err := a.stdout.Write(out)
		return err
	}
	if !bytes.Equal(src, out) {
		if !a.quiet {
			fmt.Fprintln(a.stdout, clean(name))
		}
		if err := replaceFile(repo.In(a.dir, name), src, out); err != nil {
			return err
		}
	}
	return shiftWords(a, r, name, from, o.by)
}

// shiftWords shifts the recognized words of a transcript, if there are any. It records
// that they belong to the audio that is now in the folder of the episode, if that can
// be read.
func shiftWords(a *app, r *transcriptRepo, transcript string, from, by time.Duration) error {
	name := r.wordsPath(transcript)
	if name == "" {
		return nil
	}
	src, err := a.readInput(name, words.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := words.Read(src, a.shortPath(name))
	if err != nil {
		return err
	}
	f.Shift(from, by)
	f.SHA256, f.Duration = "", max(0, f.Duration+by)
	if info, err := r.probeAudio(transcript); err == nil {
		f.SHA256, f.Duration = hex.EncodeToString(info.SHA256[:]), info.Duration
	}
	out := f.Format()
	if bytes.Equal(src, out) {
		return nil
	}
	if !a.quiet {
		fmt.Fprintln(a.stdout, clean(a.shortPath(name)))
	}
	return replaceFile(name, src, out)
}

// shifted returns src with its times shifted, and prints the times that were inside of
// a cut.
func shifted(a *app, r *transcriptRepo, name string, src []byte, from, by time.Duration) ([]byte, error) {
	if f, captions := transcripts.Misplaced(src, name); captions {
		form, err := transcripts.Detect(src, name)
		if err != nil {
			return nil, err
		}
		out, cuts, err := forms.Shift(src, form, &forms.Options{File: name}, from, by)
		if err != nil {
			return nil, err
		}
		for _, c := range cuts {
			at := finding.Position{File: f.File, Line: c.Line}
			what := fmt.Sprintf("it is now %s", durationText(from))
			if c.Removed {
				what = "the caption is removed"
			}
			fmt.Fprintf(a.stderr, "%s: %s is inside the cut; %s\n", clean(at.String()), durationText(c.Time), what)
		}
		return out, nil
	}
	out, cut, err := transcripts.Shift(src, r.settings.Options(r.rootPath(name)), from, by)
	if err != nil {
		return nil, err
	}
	for _, m := range cut {
		at := finding.Position{File: name, Line: m.Line, Column: m.Column}
		fmt.Fprintf(a.stderr, "%s: %s is inside the cut; it is now %s\n", clean(at.String()), durationText(m.Time), durationText(from))
	}
	return out, nil
}

package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"onair/internal/durable"
	"onair/internal/finding"
	"onair/transcripts"
	"onair/transcripts/forms"
	"onair/transcripts/words"
)

type alignOptions struct {
	words, out string
	replace    bool
}

func newTranscriptsAlign(a *app) *cobra.Command {
	var o alignOptions
	c := &cobra.Command{
		Use:   "align --words FILE TRANSCRIPT",
		Short: "Give a transcript the times of recognized words",
		Long: `Keep the words that a speech recognizer heard beside a transcript in Markdown, so
that its captions are exact to a fraction of a second. The words are read from the
captions or the JSON of the recognizer, in every format with times that convert
reads, except Markdown. They are written to transcript.words.json beside the
transcript. If the audio of the episode is there, they are marked as words of this
audio.

Stamps that are far from their words are reported. The transcript stays as it is.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  onair transcripts align --words whisper.json episodes/4-cloudy/transcript.md`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return runTranscriptsAlign(a, &o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.words, "words", "", "`FILE` with the recognized words; - is standard input")
	f.StringVarP(&o.out, "output", "o", "", "`FILE` to write (default: "+words.FileName+" beside the transcript); - is standard output")
	f.BoolVar(&o.replace, "replace", false, "replace an existing file of words")
	c.MarkFlagRequired("words")
	return c
}

func runTranscriptsAlign(a *app, o *alignOptions, name string) error {
	r, err := openTranscripts(a)
	if err != nil {
		return err
	}
	out := o.out
	if out == "" {
		if out = r.wordsPath(name); out == "" {
			return withHint(fmt.Errorf("%s is not the transcript of an episode in its own language", name), "name the file to write: -o FILE")
		}
		if _, err := os.Lstat(out); err == nil && !o.replace {
			return withHint(fmt.Errorf("there is %s", a.shortPath(out)), "use --replace to replace it")
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	t, err := r.parse(a, name)
	if err != nil {
		return err
	}
	f, err := a.readWords(o.words)
	if err != nil {
		return err
	}
	if info, err := r.probeAudio(name); err == nil {
		f.SHA256, f.Duration = hex.EncodeToString(info.SHA256[:]), info.Duration
	}
	found := t.Align(f, name)
	if err := a.writeFindings(a.stderr, found, nil); err != nil {
		return err
	}
	heard, all := t.Heard()
	if !a.quiet {
		fmt.Fprintf(a.stderr, "%d of %d words were heard (%.0f %%)\n", heard, all, 100*float64(heard)/float64(max(all, 1)))
	}
	if all > 0 && heard*100 < all*leastAligned {
		return withHint(fmt.Errorf("%s has hardly any words of %s", o.words, name), "they may be those of another episode")
	}
	if out == "-" {
		_, err := a.stdout.Write(f.Format())
		return err
	}
	return durable.WriteOutput(out, f.Format(), 0o644)
}

// leastAligned is the smallest percentage of a transcript's words that the recognizer
// must have heard. The percentage for the transcript of another episode is about 20.
const leastAligned = 40

// parse reads a transcript in Markdown.
func (r *transcriptRepo) parse(a *app, name string) (*transcripts.Transcript, error) {
	src, err := a.readMarkdown(name)
	if err != nil {
		return nil, err
	}
	return transcripts.Parse(src, r.settings.Options(r.rootPath(name))), nil
}

// readWords reads recognized words in any format that has words.
func (a *app) readWords(name string) (*words.File, error) {
	src, err := a.readInput(name, maxTranscript)
	if err != nil {
		return nil, err
	}
	f, err := wordsIn(src, name)
	if err == nil && len(f.Segments) == 0 {
		err = fmt.Errorf("there are no words in %s", name)
	}
	return f, err
}

// wordsIn reads recognized words from the content of a file.
func wordsIn(src []byte, name string) (*words.File, error) {
	f, err := words.Convert(src, &forms.Options{File: name})
	place := finding.Finding{}
	switch {
	case err == nil:
	case !errors.As(err, &place):
		err = fmt.Errorf("%s: %w", name, err)
	case strings.Contains(place.Hint, "--from"):
		err = place.WithHint("words with times are in captions and in the JSON of speech recognizers; Markdown is not read")
	}
	return f, err
}

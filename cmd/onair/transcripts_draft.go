package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/durable"
	"onair/show"
	"onair/speech"
	"onair/speech/command"
	"onair/transcripts/draft"
	"onair/transcripts/words"
)

type draftOptions struct {
	language, out string
	speakers      []string
	wordsOnly     bool
	yes           bool
}

func newTranscriptsDraft(a *app) *cobra.Command {
	var o draftOptions
	c := &cobra.Command{
		Use:   "draft EPISODE|FILE",
		Short: "Draft a transcript with a speech recognizer",
		Long: `Recognize the speech of an episode, or of an audio file, and write a transcript for
people to correct: a turn for each voice, stamps, and [unintelligible hh:mm:ss] where
the recognizer was not sure. The words with their times are kept in
transcript.words.json, so that captions are exact also after corrections.

The recognizer is the command of speech: in show.yaml. It gets the names of the people
in the episode, its title and chapters, and the terms of glossary.yaml. Before it is
run, onair asks; without a terminal, --yes is needed. Its answer is kept: the same
command is not run again for the same audio.

A transcript that exists is never overwritten. --words-only adds the times of the words
to it, and -o writes the draft to another file.

Exit codes: 0 done · 1 failed · 2 usage, or a question without a terminal.`,
		Example: `  onair transcripts draft 4
  onair transcripts draft 4 --speakers 1=vega,2=rigel --yes
  onair transcripts draft interview.mp3 -o interview.md`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runTranscriptsDraft(c.Context(), a, &o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.language, "language", "", "`LANGUAGE` that is spoken (default: that of the episode)")
	f.StringSliceVar(&o.speakers, "speakers", nil, "who the voices are: `1=vega,2=rigel`; ids of people.yaml, or names")
	f.BoolVar(&o.wordsOnly, "words-only", false, "write the words with their times, and no draft")
	f.StringVarP(&o.out, "output", "o", "", "`FILE` to write the draft to; - is standard output")
	f.BoolVar(&o.yes, "yes", false, "recognize without asking")
	return c
}

// drafting is a draft in the making.
type drafting struct {
	*draftOptions
	show    *show.Show
	episode *show.Episode // nil for a file
	audio   string        // path
	info    *audio.Info
	words   string // path of the file of words; empty if they are not written
}

func runTranscriptsDraft(ctx context.Context, a *app, o *draftOptions, name string) error {
	d, err := newDrafting(a, o, name)
	if err != nil {
		return err
	}
	recognizer, err := command.New(d.show.Speech.Command, d.show.Folder.Dir)
	if err != nil {
		return withHint(fmt.Errorf("the command of speech: in show.yaml %w", err), `such as: speech: {command: [whisper-json, "{wav}"]}; docs/speech.md says more`)
	}
	request, err := d.request()
	if err != nil {
		return err
	}
	answer, kept, err := a.recognize(ctx, d, recognizer, request)
	if err != nil {
		return err
	}
	f, err := speech.Read(answer, d.info.Duration)
	if err != nil {
		if kept != "" {
			err = withHint(err, "the answer is kept in %s; delete it to recognize again", kept)
		}
		return err
	}
	f.SHA256, f.Duration = hex.EncodeToString(d.info.SHA256[:]), d.info.Duration
	f.Engine, f.Model, f.Language = "command", recognizer.Name(), request.Language
	if err := nameVoices(f, d.speakers); err != nil {
		return err
	}
	return d.write(a, f)
}

// newDrafting finds the audio and checks that the files can be written.
func newDrafting(a *app, o *draftOptions, name string) (*drafting, error) {
	r, err := openTranscripts(a)
	if err != nil {
		return nil, err
	}
	if r.show == nil {
		return nil, withHint(errors.New("there is no show.yaml that names a speech recognizer"), "run it in the folder of a show, or use -C")
	}
	d := &drafting{draftOptions: o, show: r.show}
	if ext := strings.ToLower(filepath.Ext(name)); ext == ".mp3" || ext == ".m4a" {
		d.audio = name
		f, info, err := durable.OpenRegular(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if d.info, err = audio.Probe(f, info.Size()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if o.wordsOnly && o.out == "" {
			return nil, usagef("--words-only needs -o FILE for a file that is not an episode's")
		}
		if o.out == "" {
			o.out = "-"
		} else if o.wordsOnly {
			d.words = o.out
		}
		return d, nil
	}
	if d.episode, err = r.show.Find(name); err != nil {
		return nil, err
	}
	if d.info, err = probeMaster(r.show, d.episode); err != nil {
		return nil, withHint(err, "the recognizer needs the audio on this machine: onair pull brings it from the storage")
	}
	d.audio, _ = r.show.Folder.Path(d.episode.Audio)
	dir := filepath.Join(r.root, filepath.FromSlash(d.episode.Dir))
	if d.words = filepath.Join(dir, words.FileName); o.wordsOnly || o.out != "" {
		return d, nil
	}
	for _, t := range d.episode.Transcripts {
		if strings.EqualFold(t.Language, d.episode.Language) {
			return nil, withHint(fmt.Errorf("there is a transcript: %s", t.Path), "--words-only adds the times of the words to it; -o FILE writes the draft to another file")
		}
	}
	o.out = filepath.Join(dir, "transcript.md")
	return d, nil
}

// request returns what the recognizer is asked.
func (d *drafting) request() (*speech.Request, error) {
	q := &speech.Request{Audio: d.audio, Language: d.language}
	if d.episode == nil {
		if q.Language == "" {
			q.Language = d.show.Language
		}
		return q, nil
	}
	if q.Language == "" {
		q.Language = d.episode.Language
	}
	var terms []string
	switch data, err := d.show.Folder.ReadFile(speech.GlossaryFile, maxTranscript); {
	case err == nil:
		read, found := speech.Glossary(data)
		if found.HasErrors() {
			return nil, found[0]
		}
		terms = read
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	q.Hints = speech.Hints(d.show, d.episode, terms)
	return q, nil
}

// recognize returns the answer of the recognizer, and the file in which it is kept. It
// asks before it runs the recognizer.
func (a *app) recognize(ctx context.Context, d *drafting, r *command.Recognizer, q *speech.Request) (answer []byte, kept string, err error) {
	if dir := a.cacheDir(); dir != "" {
		settings, err := json.Marshal([]any{"command", d.show.Speech.Command, q.Language, q.Hints})
		if err != nil {
			return nil, "", err
		}
		sum := sha256.Sum256(settings)
		kept = filepath.Join(dir, "speech", hex.EncodeToString(d.info.SHA256[:]), hex.EncodeToString(sum[:8]))
		if answer, err := os.ReadFile(kept); err == nil {
			return answer, kept, nil
		}
	}
	if err := a.askToRecognize(ctx, d, r); err != nil {
		return nil, "", err
	}
	if answer, err = r.Recognize(ctx, q); err != nil || kept == "" {
		return answer, "", err
	}
	if err = os.MkdirAll(filepath.Dir(kept), 0o700); err == nil {
		err = durable.WriteFile(kept, answer, 0o600)
	}
	if err != nil { // the answer is there, so the draft can be made
		fmt.Fprintf(a.stderr, "the answer of the recognizer cannot be kept: %s\n", clean(err.Error()))
		kept = ""
	}
	return answer, kept, nil
}

// askToRecognize prints what is about to be recognized, and asks.
func (a *app) askToRecognize(ctx context.Context, d *drafting, r *command.Recognizer) error {
	if !a.quiet || !d.yes {
		fmt.Fprintf(a.stderr, "%s of audio to the command %s. onair does not know what it costs, or whether the audio leaves this machine.\n", durationText(d.info.Duration), clean(r.Name()))
	}
	switch {
	case d.yes:
		return nil
	case !isTerminal(a.stdin) || !isTerminal(a.stderr):
		return usagef("there is no terminal to ask: use --yes to recognize")
	}
	fmt.Fprint(a.stderr, "Recognize? [y/N] ")
	if !a.confirmed(ctx) {
		return errors.New("nothing was recognized")
	}
	return nil
}

// nameVoices stores who the voices are, from arguments such as 1=vega.
func nameVoices(f *words.File, speakers []string) error {
	var ids []string
	for _, v := range draft.Voices(f) {
		ids = append(ids, v.ID)
	}
	for _, s := range speakers {
		id, name, ok := strings.Cut(s, "=")
		if id, name = strings.TrimSpace(id), strings.TrimSpace(name); !ok || name == "" {
			return usagef("%q: want a voice and who it is, such as 1=vega", s)
		}
		if !slices.Contains(ids, id) {
			return withHint(fmt.Errorf("there is no voice %s", id), "there are: %s", strings.Join(ids, ", "))
		}
		if f.Speakers == nil {
			f.Speakers = map[string]string{}
		}
		f.Speakers[id] = name
	}
	return nil
}

// personName returns the name of a person of people.yaml, or the name as it is.
func personName(s *show.Show, name string) string {
	if p := s.People[name]; p != nil {
		return p.Name
	}
	return name
}

// write writes the words and the draft.
func (d *drafting) write(a *app, f *words.File) error {
	if d.words != "" {
		if err := durable.WriteOutput(d.words, f.Format(), 0o644); err != nil {
			return err
		}
		a.printWritten(d.words)
	}
	if !d.wordsOnly {
		out := draft.Markdown(f, func(name string) string { return personName(d.show, name) })
		if d.out != "-" {
			if _, err := os.Lstat(d.out); err == nil {
				return withHint(fmt.Errorf("there is %s", a.shortPath(d.out)), "choose another file: -o FILE")
			}
		}
		if err := a.writeOutput(d.out, out); err != nil {
			return err
		}
		if d.out != "-" {
			a.printWritten(d.out)
		}
	}
	return d.printVoices(a, f)
}

func (a *app) printWritten(name string) {
	if !a.quiet && name != "-" {
		fmt.Fprintln(a.stderr, "wrote", clean(a.shortPath(name)))
	}
}

// printVoices prints the voices, so that people can say who they are.
func (d *drafting) printVoices(a *app, f *words.File) error {
	voices := draft.Voices(f)
	if a.quiet || len(voices) == 1 && voices[0].ID == "" {
		return nil
	}
	w := tabwriter.NewWriter(a.stderr, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nvoice\tspeaker\tshare\tfirst words\n")
	unnamed := false
	for _, v := range voices {
		name := f.Speakers[v.ID]
		unnamed = unnamed || name == ""
		fmt.Fprintf(w, "%s\t%s\t%.0f %%\t%s\n", clean(v.ID), clean(personName(d.show, name)), 100*v.Share, clean(v.First))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if unnamed && d.episode != nil {
		fmt.Fprintf(a.stderr, "\nname them: onair%s transcripts speakers %s 1=NAME\n", a.sameFlags(), path.Base(d.episode.Dir))
	}
	return nil
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	"onair/transcripts/draft"
	"onair/transcripts/words"
)

type draftOptions struct {
	speechOptions
	speech.Options
	language, out string
	speakers      []string
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

The engine is google (Cloud Speech-to-Text), openai (also a server of your own, with
OPENAI_BASE_URL) or command, a program of your own. It gets the names of the people in
the episode, its title and chapters, and the terms of glossary.yaml. First onair prints
what it costs, and asks; without a terminal, --yes is needed.

Audio that is longer than the engine takes is recognized in pieces. What was answered is
kept, in the bucket of state: or in the cache: if the command is interrupted, it goes on
the next time, and the same audio is not paid for twice.

A transcript that exists is never overwritten. --words-only adds the times of the words
to it, and -o writes the draft to another file. In a terminal, onair asks who the voices
are.

Exit codes: 0 done · 1 failed · 2 usage, or a question without a terminal.`,
		Example: `  onair transcripts draft 4
  onair transcripts draft 4 --speakers 1=vega,2=rigel --yes
  onair transcripts draft 4 --engine google --cheap --no-wait --max-cost 2
  onair transcripts draft interview.mp3 -o interview.md`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runTranscriptsDraft(c.Context(), a, &o, args[0]) },
	}
	f := c.Flags()
	o.addFlags(a, c)
	f.StringVar(&o.language, "language", "", "`LANGUAGE` that is spoken (default: that of the episode)")
	f.StringSliceVar(&o.speakers, "speakers", nil, "who the voices are: `1=vega,2=rigel`; ids of people.yaml, or names")
	f.BoolVar(&o.WordsOnly, "words-only", false, "write the words with their times, and no draft")
	f.BoolVar(&o.Channels, "channels", false, "each of the two channels is one voice (google, which bills both)")
	f.BoolVar(&o.Cheap, "cheap", false, "cost less and take up to a day (google)")
	f.BoolVar(&o.NoWait, "no-wait", false, "do not wait for the answer; the same command gets it later (google)")
	f.StringVarP(&o.out, "output", "o", "", "`FILE` to write the draft to, or the words with --words-only; - is standard output")
	return c
}

// drafting is a draft while it is being made.
type drafting struct {
	*draftOptions
	show    *show.Show
	episode *show.Episode // nil for a file
	audio   string        // path of the audio file
	info    *audio.Info
	words   string // path of the file of words; empty if they are not written
}

func runTranscriptsDraft(ctx context.Context, a *app, o *draftOptions, name string) error {
	d, err := newDrafting(a, o, name)
	if err != nil {
		return err
	}
	if err := o.settle(d.show); err != nil {
		return err
	}
	if o.language != "" {
		if err := checkLanguage("--language", o.language); err != nil {
			return err
		}
	}
	if o.engine != "google" && (o.Channels || o.Cheap || o.NoWait) {
		return usagef("--channels, --cheap and --no-wait are for --engine google")
	}
	f, err := d.recognize(ctx, a)
	if errors.Is(err, speech.ErrStarted) {
		fmt.Fprintln(a.stderr, "the recognition has begun; the same command gets its answer later")
		return nil
	} else if err != nil {
		return err
	}
	if err := d.takeVoices(a, f); err != nil {
		return err
	}
	if err := nameVoices(f, d.speakers); err != nil {
		return err
	}
	if err := d.askVoices(ctx, a, f); err != nil {
		return err
	}
	return d.write(a, f)
}

// recognize returns the words that the engine recognizes. It asks before audio is sent.
func (d *drafting) recognize(ctx context.Context, a *app) (*words.File, error) {
	var store *speechStore
	var err error
	if d.engine != "command" && (d.engine == "google" || d.show.State != "") {
		if store, err = openSpeechStore(ctx, a, d.show, d.info); err != nil {
			return nil, err
		}
	}
	engine, err := openRecognizer(ctx, a, d.show, d.draftOptions, store)
	if err != nil {
		return nil, err
	}
	request, err := d.request()
	if err != nil {
		return nil, err
	}
	request.Options = d.Options
	r := &speech.Recording{
		Path: d.audio, Info: d.info, Engine: engine, Keeper: speechKeeper(a, d.show, d.engine, d.info, store),
		Say: a.say,
	}
	if err := r.Open(ctx, request); err != nil {
		return nil, err
	}
	if err := d.approve(ctx, a, r); err != nil {
		return nil, err
	}
	f, err := r.Recognize(ctx)
	var unusable *speech.AnswerError
	if errors.As(err, &unusable) {
		switch k := r.Keeper.(type) {
		case speech.Dir:
			err = withHint(err, "the answer is kept in %s; delete it to recognize again", filepath.Join(string(k), unusable.Name))
		case *speechStore:
			err = withHint(err, "the answer is kept in %s/%s; delete it to recognize again", k.bucket.URL(), k.prefix+unusable.Name)
		}
	}
	return f, err
}

// approve asks about the audio that has not been sent yet.
func (d *drafting) approve(ctx context.Context, a *app, r *speech.Recording) error {
	unsent, err := r.Unsent(ctx)
	if err != nil || unsent == 0 {
		return err
	}
	e := r.Engine
	what := durationText(unsent) + " of audio to the command " + e.Model
	if e.Name != "command" {
		what = minutesText(unsent) + " to " + e.Name + " " + strings.Join(append([]string{e.Model}, e.Extra...), " and ")
		if e.Place != "" {
			what += " (" + e.Place + ")"
		}
	}
	if e.Name == "google" && d.info.Channels == 2 && !d.Channels {
		a.say("google hears only the first channel; --channels hears both, each as one voice")
	}
	dollars, known := e.Price(unsent, &d.Options, d.info.Channels)
	return a.approve(ctx, &d.speechOptions, &offer{what, dollars, known, e.Unpriced, "audio"})
}

// takeVoices copies to f the voices and names that people gave in the existing file of
// words, if that file is about the same audio.
func (d *drafting) takeVoices(a *app, f *words.File) error {
	if d.words == "" || d.words == "-" {
		return nil
	}
	src, err := a.readInput(d.words, words.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	earlier, err := words.Read(src, a.shortPath(d.words))
	if err != nil {
		return err
	}
	if earlier.SHA256 == f.SHA256 {
		f.TakeVoices(earlier)
	}
	return nil
}

// askVoices asks in a terminal for the names of voices without one.
func (d *drafting) askVoices(ctx context.Context, a *app, f *words.File) error {
	if d.episode == nil || a.quiet || !isTerminal(a.stdin) || !isTerminal(a.stderr) {
		return nil
	}
	unnamed, err := d.printVoices(a, f)
	if err != nil || len(unnamed) == 0 {
		return err
	}
	var people []string
	for _, c := range d.episode.Credits(d.show) {
		if !slices.Contains(people, c.Person.ID) {
			people = append(people, c.Person.ID)
		}
	}
	known := ""
	if len(people) > 0 {
		known = "an id of people.yaml (" + strings.Join(people, ", ") + ") or "
	}
	fmt.Fprintf(a.stderr, "\nWho is it? Answer with %sa name, or nothing.\n", clean(known))
	var speakers []string
	for _, voice := range unnamed {
		fmt.Fprintf(a.stderr, "voice %s: ", clean(voice))
		if name := a.readLine(ctx); name != "" {
			speakers = append(speakers, voice+"="+name)
		}
	}
	return cmp.Or(ctx.Err(), nameVoices(f, speakers))
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
		if o.WordsOnly && o.out == "" {
			return nil, usagef("--words-only needs -o FILE for a file that is not an episode's")
		}
		if o.out == "" {
			o.out = "-"
		} else if o.WordsOnly {
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
	d.words = filepath.Join(dir, words.FileName)
	if o.WordsOnly {
		d.words = cmp.Or(o.out, d.words)
	}
	if o.WordsOnly || o.out != "" {
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

// request returns the request to the recognizer.
func (d *drafting) request() (*speech.Request, error) {
	e := d.episode
	if e == nil {
		e = &show.Episode{Language: d.show.Language}
	}
	terms, err := readGlossary(d.show)
	if err != nil {
		return nil, err
	}
	return &speech.Request{Audio: d.audio, Language: cmp.Or(d.language, e.Language), Hints: speech.Hints(d.show, e, terms)}, nil
}

// nameVoices records the names of voices, from arguments such as 1=vega.
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

// personName returns the name of a person in people.yaml, or name itself if no person
// has that id.
func personName(s *show.Show, name string) string {
	if p := s.People[name]; p != nil {
		return p.Name
	}
	return name
}

// write writes the words and the draft.
func (d *drafting) write(a *app, f *words.File) error {
	if d.words != "" {
		if err := a.writeOutput(d.words, f.Format()); err != nil {
			return err
		}
		a.printWritten(d.words)
	}
	if !d.WordsOnly {
		out := draft.Markdown(f, func(name string) string { return personName(d.show, name) })
		if err := a.writeNew(d.out, out); err != nil {
			return err
		}
		a.printWritten(d.out)
	}
	if isTerminal(a.stdin) && isTerminal(a.stderr) && d.episode != nil {
		return nil // askVoices has printed the voices
	}
	unnamed, err := d.printVoices(a, f)
	if err == nil && len(unnamed) > 0 && d.episode != nil {
		fmt.Fprintf(a.stderr, "\nname them: onair%s transcripts speakers %s 1=NAME\n", a.sameFlags(), path.Base(d.episode.Dir))
	}
	return err
}

func (a *app) printWritten(name string) {
	if !a.quiet && name != "-" {
		fmt.Fprintln(a.stderr, "wrote", clean(a.shortPath(name)))
	}
}

// printVoices prints the voices, so that people can name them. It returns the voices
// without a name.
func (d *drafting) printVoices(a *app, f *words.File) (unnamed []string, err error) {
	voices := draft.Voices(f)
	if a.quiet || len(voices) == 1 && voices[0].ID == "" {
		return nil, nil
	}
	w := tabwriter.NewWriter(a.stderr, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nvoice\tspeaker\tshare\tfirst words\n")
	for _, v := range voices {
		name := f.Speakers[v.ID]
		if name == "" && v.ID != "" {
			unnamed = append(unnamed, v.ID)
		}
		fmt.Fprintf(w, "%s\t%s\t%.0f %%\t%s\n", clean(v.ID), clean(personName(d.show, name)), 100*v.Share, clean(v.First))
	}
	return unnamed, w.Flush()
}

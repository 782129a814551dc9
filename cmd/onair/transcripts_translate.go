package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"onair/internal/durable"
	"onair/internal/plural"
	"onair/show"
	"onair/speech"
	"onair/speech/command"
	"onair/speech/google"
	"onair/speech/openai"
	"onair/transcripts"
	"onair/transcripts/translate"
)

type translateOptions struct {
	speechOptions
	to, out string
}

func newTranscriptsTranslate(a *app) *cobra.Command {
	var o translateOptions
	c := &cobra.Command{
		Use:   "translate EPISODE --to LANGUAGE",
		Short: "Translate a transcript with a machine",
		Long: `Translate the transcript of an episode with google (Cloud Translation), openai (a chat
model, also of a server of your own) or command, a program of your own that speech: in
show.yaml names. Only text is sent; labels, stamps, tags, links and code are put back.
Terms of glossary.yaml stay as they are (keep: true), or have the translation that it
gives. First onair prints what it costs, and asks; without a terminal, --yes is needed.

transcript.es.source.json beside the translation has the hash of each turn and of its
translation. The next time only turns that have changed are sent. What people edited in
the translation is never overwritten: if its original has changed, it is reported (T051).

Exit codes: 0 done · 1 failed · 2 usage, or a question without a terminal.`,
		Example: `  onair transcripts translate 4 --to es
  onair transcripts translate 4 --to pt-br --engine google --max-cost 2 --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return runTranscriptsTranslate(c.Context(), a, &o, args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "`LANGUAGE` of the translation, such as es or pt-br")
	o.addFlags(a, c)
	f.StringVarP(&o.out, "output", "o", "", "`FILE` to write a new translation to; - is standard output")
	c.MarkFlagRequired("to")
	return c
}

// translating is a translation while it is being made.
type translating struct {
	*translateOptions
	show         *show.Show
	episode      *show.Episode
	file, record string // paths; record is empty with -o
	source       []byte
	plan         *translate.Plan
}

func runTranscriptsTranslate(ctx context.Context, a *app, o *translateOptions, name string) error {
	t, err := newTranslating(a, o, name)
	if err != nil {
		return err
	}
	engine, err := openTranslator(ctx, a, t.show, &o.speechOptions)
	if err != nil {
		return err
	}
	var answers [][]string
	if len(t.plan.Pending) > 0 {
		chars := speech.Chars(t.plan.Pending)
		what := fmt.Sprintf("%s with %s to %s %s", plural.Count(len(t.plan.Pending), "turn"), plural.Count(chars, "character"), engine.Name, engine.Model)
		dollars, known := engine.Price(t.plan.Pending)
		if err := a.approve(ctx, &o.speechOptions, &offer{what, dollars, known, engine.Unpriced, "text"}); err != nil {
			return err
		}
		answers, err = engine.All(ctx, a.speechCache("translations"), &speech.Translation{Source: t.episode.Language, Target: o.to, Turns: t.plan.Pending})
		if err != nil {
			return err
		}
	}
	return t.write(a, answers, engine)
}

// newTranslating reads the transcript, and the translation as far as it exists.
func newTranslating(a *app, o *translateOptions, name string) (*translating, error) {
	r, err := openTranscripts(a)
	if err != nil {
		return nil, err
	}
	if r.show == nil {
		return nil, errors.New("there is no show.yaml")
	}
	t := &translating{translateOptions: o, show: r.show}
	if err := o.settle(r.show); err != nil {
		return nil, err
	}
	o.to = strings.ToLower(o.to)
	if err := checkLanguage("--to", o.to); err != nil {
		return nil, err
	}
	if t.episode, err = r.show.Find(name); err != nil {
		return nil, err
	}
	if strings.EqualFold(o.to, t.episode.Language) {
		return nil, usagef("--to %s: this is the language of the episode", o.to)
	}
	if len(t.episode.Transcripts) == 0 || !strings.EqualFold(t.episode.Transcripts[0].Language, t.episode.Language) {
		return nil, withHint(fmt.Errorf("%s has no transcript", t.episode.Slug), "draft one: onair transcripts draft %s", t.episode.Slug)
	}
	original, _ := r.show.Folder.Path(t.episode.Transcripts[0].Path)
	if t.source, err = a.readMarkdown(original); err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(original, ".md") + "." + o.to
	var translated []byte
	var record *translate.Record
	if t.file = o.out; t.file == "" {
		t.file, t.record = stem+".md", translate.RecordName(stem+".md")
		if translated, record, err = t.readEarlier(a); err != nil {
			return nil, err
		}
	}
	terms, err := readGlossary(r.show)
	if err != nil {
		return nil, err
	}
	var fixed []translate.Term
	for _, term := range terms {
		if word := term.In(o.to); word != "" {
			fixed = append(fixed, translate.Term{Source: term.Name, Target: word})
		}
	}
	t.plan, err = translate.New(t.source, translated, record, fixed, a.shortPath(t.file))
	return t, err
}

// checkLanguage returns an error if the value of a flag is not a language tag.
func checkLanguage(flag, code string) error {
	if _, err := language.Parse(code); err != nil || strings.Contains(code, "_") {
		return usagef("%s %s: want a language tag (BCP 47) such as es or pt-br", flag, code)
	}
	return nil
}

// readEarlier reads the existing translation and its record, if there are any.
func (t *translating) readEarlier(a *app) ([]byte, *translate.Record, error) {
	translated, err := a.readInput(t.file, maxTranscript)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	data, err := a.readInput(t.record, maxTranscript)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, withHint(fmt.Errorf("there is %s, which onair did not translate", a.shortPath(t.file)), "-o FILE writes another translation")
	} else if err != nil {
		return nil, nil, err
	}
	record, err := translate.ReadRecord(data, a.shortPath(t.record))
	return translated, record, err
}

// openTranslator returns the engine that translates.
func openTranslator(ctx context.Context, a *app, s *show.Show, o *speechOptions) (*speech.Translating, error) {
	model := o.ownModel(s)
	switch o.engine {
	case "google":
		return google.NewTranslator(ctx, &google.Options{Project: s.Speech.Project, Model: model, Say: a.say})
	case "openai":
		return openOpenAI(a, openai.NewTranslator, openai.Options{Model: model})
	}
	e, err := command.NewTranslator(s.Speech.Translate, s.Folder.Dir)
	if err != nil {
		err = withHint(fmt.Errorf("translate: of speech: in show.yaml %w", err), `such as: speech: {translate: [apertium, -u, eng-spa]}, or speech: {engine: google}; docs/speech.md says more`)
	}
	return e, err
}

// write writes the translation and its record.
func (t *translating) write(a *app, answers [][]string, engine *speech.Translating) error {
	out, record := t.plan.Finish(answers, engine.Name, engine.Model)
	name := a.shortPath(t.file)
	found := append(t.plan.Findings, transcripts.CompareTranslation(transcripts.Parse(t.source, nil), transcripts.Parse(out, nil), name)...)
	if t.record == "" {
		if err := a.writeNew(t.file, out); err != nil {
			return err
		}
	} else {
		if err := durable.WriteOutput(t.file, out, 0o644); err != nil {
			return err
		}
		if err := durable.WriteOutput(t.record, record.Format(), 0o644); err != nil {
			return err
		}
	}
	a.printWritten(t.file)
	if !a.quiet {
		fmt.Fprintf(a.stderr, "%s translated, %d kept\n", plural.Count(len(t.plan.Pending), "turn"), t.plan.Reused)
	}
	return a.writeFindings(a.stderr, found, nil)
}

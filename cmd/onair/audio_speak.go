package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/audio/mpeg"
	"onair/internal/durable"
	"onair/internal/plural"
	"onair/internal/source"
	"onair/show"
	"onair/show/alternate"
	"onair/speech"
	"onair/speech/command"
	"onair/speech/google"
	"onair/speech/openai"
	"onair/speech/spoken"
	"onair/transcripts"
	"onair/transcripts/words"
)

type speakOptions struct {
	speechOptions
	language, out string
	voices        []string
}

func newAudioSpeak(a *app) *cobra.Command {
	var o speakOptions
	c := &cobra.Command{
		Use:   "speak EPISODE --lang LANGUAGE",
		Short: "Speak a translated transcript with machine voices",
		Long: `Speak the transcript of an episode in another language, one voice for each speaker, with
google (Cloud Text-to-Speech), openai (also a server of your own) or command, a program
of your own that speech: in show.yaml names. The MP3 is audio.es.mp3 in the folder of the
episode. It has the timing of the original: a turn starts when it did. One that takes
longer is spoken up to a quarter faster; if that is not enough, the next starts later, and
the time is made up for in the next pause. The ten turns to shorten first are printed.

No encoder is needed: the MP3 consists of the frames that the engine returns. What
was spoken is kept, so that only texts that have changed cost something the next time.
First onair prints what it costs, and asks; without a terminal, --yes is needed.

Exit codes: 0 done · 1 failed · 2 usage, or a question without a terminal.`,
		Example: `  onair audio speak 4 --lang es
  onair audio speak 4 --lang es --engine openai --voices vega=nova,rigel=onyx --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runAudioSpeak(c.Context(), a, &o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.language, "lang", "", "`LANGUAGE` of the transcript to speak, such as es")
	f.StringSliceVar(&o.voices, "voices", nil, "voices of the speakers: `vega=NAME,rigel=NAME`; ids of people.yaml, or names")
	o.addFlags(a, c)
	f.StringVarP(&o.out, "output", "o", "", "`FILE` to write (default: audio.LANGUAGE.mp3 in the folder of the episode)")
	c.MarkFlagRequired("lang")
	return c
}

func runAudioSpeak(ctx context.Context, a *app, o *speakOptions, name string) error {
	s, err := loadAnyShow(a)
	if err != nil {
		return err
	}
	if err := o.settle(s); err != nil {
		return err
	}
	if err := checkLanguage("--lang", o.language); err != nil {
		return err
	}
	e, err := s.Find(name)
	if err != nil {
		return err
	}
	if o.out == "" {
		o.out = filepath.Join(s.Folder.Dir, filepath.FromSlash(e.Dir), alternate.FileName(o.language))
	}
	if err := checkOwnAudio(a, o.out); err != nil {
		return err
	}
	engine, err := openVoice(ctx, a, s, o)
	if err != nil {
		return err
	}
	speaker := &spoken.Speaker{Engine: engine, Language: o.language, Keeper: a.speechCache("voices")}
	turns, err := turnsToSpeak(a, s, e, o, speaker)
	if err != nil {
		return err
	}
	texts, err := speaker.Texts(ctx, turns)
	if err != nil {
		return err
	}
	if len(texts) > 0 {
		what := fmt.Sprintf("%s to %s %s, and again what has to be faster", plural.Count(speech.Chars([][]string{texts}), "character"), engine.Name, engine.Model)
		dollars, known := engine.Price(texts)
		if err := a.approve(ctx, &o.speechOptions, &offer{what, dollars, known, engine.Unpriced, "text"}); err != nil {
			return err
		}
	}
	data, placed, err := speaker.Speak(ctx, turns)
	if dir, ok := speaker.Keeper.(speech.Dir); ok && errors.Is(err, spoken.ErrMixed) {
		return withHint(err, "earlier answers are kept in %s; delete the folder to speak everything again", string(dir))
	} else if err != nil {
		return err
	}
	if err := durable.WriteOutput(o.out, data, 0o644); err != nil {
		return err
	}
	a.printWritten(o.out)
	return printWorst(a, placed)
}

// checkOwnAudio returns an error if the file exists and onair did not write it.
func checkOwnAudio(a *app, name string) error {
	if name == "-" {
		return nil
	}
	f, info, err := durable.OpenRegular(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, min(info.Size(), mpeg.MaxFrameBytes))
	if _, err := f.ReadAt(head, 0); err != nil {
		return err
	}
	if !mpeg.IsOwn(head) {
		return withHint(fmt.Errorf("there is %s, which onair did not speak", a.shortPath(name)), "-o FILE writes another file")
	}
	return nil
}

// openVoice returns the engine that speaks a translation.
func openVoice(ctx context.Context, a *app, s *show.Show, o *speakOptions) (*speech.Speaking, error) {
	switch o.engine {
	case "google":
		return google.NewVoice(ctx, &google.Options{Project: s.Speech.Project, Model: o.ownModel(s), Say: a.say}, o.language)
	case "openai":
		return openOpenAI(a, openai.NewVoice, openai.Options{Model: o.ownModel(s)})
	}
	e, err := command.NewVoice(s.Speech.Voice, s.Folder.Dir, o.language)
	if err != nil {
		err = withHint(fmt.Errorf("voice: of speech: in show.yaml %w", err), `such as: speech: {voice: [./speak.sh, "{voice}", "{rate}"]}, or speech: {engine: google}; docs/speech.md says more`)
	}
	return e, err
}

// turnsToSpeak returns the turns of the translated transcript with their voices, and
// sets the duration and the digest of speaker. A turn starts when the turn with the
// same index in the original starts. If the two transcripts have different numbers of
// turns, it starts at its time in the translation.
func turnsToSpeak(a *app, s *show.Show, e *show.Episode, o *speakOptions, speaker *spoken.Speaker) ([]spoken.Turn, error) {
	r, err := openTranscripts(a)
	if err != nil {
		return nil, err
	}
	var original, translated *transcripts.Transcript
	for _, file := range e.Transcripts {
		isOriginal := strings.EqualFold(file.Language, e.Language)
		if !isOriginal && !strings.EqualFold(file.Language, o.language) {
			continue
		}
		path, _ := s.Folder.Path(file.Path)
		src, err := a.readMarkdown(path)
		if err != nil {
			return nil, err
		}
		t := transcripts.Parse(src, &transcripts.Options{Pauses: r.settings.Pauses})
		if isOriginal {
			original = t
		}
		if strings.EqualFold(file.Language, o.language) {
			translated = t
		}
	}
	if translated == nil {
		return nil, withHint(fmt.Errorf("%s has no transcript in %s", e.Slug, o.language), "translate it: onair transcripts translate %s --to %s", e.Slug, o.language)
	}
	speaker.Digest = translated.Digest()
	duration, err := speakingTime(a, s, e, original)
	if err != nil {
		return nil, err
	}
	speaker.Duration = duration
	timed := translated
	if original != nil && len(original.Turns) == len(translated.Turns) {
		timed = original
	}
	starts := timed.Starts(duration)
	if len(starts) != len(translated.Turns) {
		return nil, errors.New("the transcript has no stamps, so that there are no times for the turns")
	}
	voices, err := assignVoices(s, o, speaker.Engine, translated)
	if err != nil {
		return nil, err
	}
	var turns []spoken.Turn
	for i := range translated.Turns {
		turn := &translated.Turns[i]
		var texts []string
		for _, b := range turn.Blocks {
			texts = append(texts, b.Text)
		}
		if text := strings.TrimSpace(strings.Join(texts, " ")); text != "" && !turn.Pause {
			turns = append(turns, spoken.Turn{Start: starts[i], Voice: voices(turn.Speaker), Text: text})
		}
	}
	return turns, nil
}

// speakingTime returns the length of the original audio. If the episode has a file with
// the recognized words of that audio, it aligns the original transcript with them.
func speakingTime(a *app, s *show.Show, e *show.Episode, original *transcripts.Transcript) (time.Duration, error) {
	info, err := probeMaster(s, e)
	if err != nil {
		if pin := s.Lock.Episodes[e.GUID]; pin != nil && pin.Duration > 0 {
			return pin.Duration, nil
		}
		return 0, err
	}
	path := filepath.Join(s.Folder.Dir, filepath.FromSlash(e.Dir), words.FileName)
	src, err := a.readInput(path, words.MaxSize)
	if errors.Is(err, fs.ErrNotExist) || original == nil {
		return info.Duration, nil
	} else if err != nil {
		return 0, err
	}
	f, err := words.Read(src, a.shortPath(path))
	if err != nil {
		return 0, err
	}
	if _, ok := f.BelongsTo(fmt.Sprintf("%x", info.SHA256), path); ok {
		original.Align(f, path)
	}
	return info.Duration, nil
}

// assignVoices returns a function that gives each speaker a voice: the voice in
// --voices, or else a voice of the engine that no other speaker has. Once every voice
// is in use, it gives the voices again in turn.
func assignVoices(s *show.Show, o *speakOptions, engine *speech.Speaking, t *transcripts.Transcript) (func(speaker string) string, error) {
	voices, err := givenVoices(s, o, t)
	if err != nil {
		return nil, err
	}
	next := 0
	return func(speaker string) string {
		if voices[speaker] == "" {
			used := slices.Collect(maps.Values(voices))
			free := slices.DeleteFunc(slices.Clone(engine.Voices), func(v string) bool { return slices.Contains(used, v) })
			if len(free) == 0 {
				free = engine.Voices[next%len(engine.Voices):]
				next++
			}
			voices[speaker] = free[0]
		}
		return voices[speaker]
	}, nil
}

// givenVoices returns the voices in --voices by the label of the speaker. It refuses a
// voice for a name without turns in the transcript.
func givenVoices(s *show.Show, o *speakOptions, t *transcripts.Transcript) (map[string]string, error) {
	var speakers []string
	for _, turn := range t.Turns {
		if !turn.Pause && !slices.Contains(speakers, turn.Speaker) {
			speakers = append(speakers, turn.Speaker)
		}
	}
	given := map[string]string{}
	for _, v := range o.voices {
		who, voice, ok := strings.Cut(v, "=")
		if !ok || strings.TrimSpace(voice) == "" {
			return nil, usagef("%q: want a speaker and a voice, such as vega=nova", v)
		}
		who = strings.TrimSpace(who)
		labels := []string{who}
		if p := s.People[who]; p != nil {
			labels = append([]string{p.Name}, p.Aliases...)
		}
		speaks := false
		for _, label := range labels {
			if slices.Contains(speakers, label) {
				given[label], speaks = strings.TrimSpace(voice), true
			}
		}
		if !speaks {
			hint := cmp.Or(source.DidYouMean(who, slices.Concat(speakers, slices.Sorted(maps.Keys(s.People)))), "there are: "+strings.Join(speakers, ", "))
			return nil, withHint(usagef("--voices %s: nobody of that name speaks in the transcript", v), "%s", hint)
		}
	}
	return given, nil
}

// printWorst prints up to ten turns that should be shortened.
func printWorst(a *app, placed []spoken.Placed) error {
	const most = 10
	worst := spoken.Worst(placed, most)
	if a.quiet || len(worst) == 0 {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "\n%s to shorten in the translation, the longest first:\n", plural.Count(len(worst), "turn"))
	for _, p := range worst {
		text := []rune(p.Text)
		if len(text) > 60 {
			text = append(text[:59], '…')
		}
		fmt.Fprintf(&b, "  %s  %4.1f s over, at %.2f×  %s\n", durationText(p.Start), p.Over.Seconds(), p.Rate, clean(string(text)))
	}
	_, err := b.WriteTo(a.stderr)
	return err
}

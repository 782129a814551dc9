package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"onair/internal/plural"
	"onair/show"
	"onair/transcripts/draft"
	"onair/transcripts/words"
)

func newTranscriptsSpeakers(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "speakers EPISODE VOICE=NAME…",
		Short: "Name the voices of a drafted transcript",
		Long: `Name the voices of a draft: replace the labels of each voice in the transcript of an
episode, and note who it is in its transcript.words.json. A name is the id of somebody
in people.yaml, or the name itself. Labels that people have changed stay as they are.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example:           `  onair transcripts speakers 4 1=vega 2="Rigel Orionis"`,
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: completeEpisode(a),
		RunE:              func(_ *cobra.Command, args []string) error { return runTranscriptsSpeakers(a, args[0], args[1:]) },
	}
}

func runTranscriptsSpeakers(a *app, name string, speakers []string) error {
	r, err := openTranscripts(a)
	if err != nil {
		return err
	}
	if r.show == nil {
		return errors.New("there is no show.yaml")
	}
	e, err := r.show.Find(name)
	if err != nil {
		return err
	}
	if len(e.Transcripts) == 0 || !strings.EqualFold(e.Transcripts[0].Language, e.Language) {
		return withHint(fmt.Errorf("%s has no transcript", e.Slug), "draft one: onair transcripts draft %s", e.Slug)
	}
	file := filepath.Join(r.root, filepath.FromSlash(e.Dir), words.FileName)
	before, err := a.readInput(file, words.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return withHint(err, "the file has the voices of a draft; onair transcripts draft writes it")
	}
	if err != nil {
		return err
	}
	f, err := words.Read(before, a.shortPath(file))
	if err != nil {
		return err
	}
	labels := voiceLabels(f, r.show)
	if err := nameVoices(f, speakers); err != nil {
		return err
	}
	transcript, _ := r.show.Folder.Path(e.Transcripts[0].Path)
	src, err := a.readInput(transcript, maxTranscript)
	if err != nil {
		return err
	}
	names, renamed := map[string]string{}, voiceLabels(f, r.show)
	for _, v := range draft.Voices(f) {
		if label := renamed[v.ID]; label != labels[v.ID] {
			names[labels[v.ID]] = label
		}
	}
	out, replaced := draft.Rename(src, names)
	for _, label := range slices.Sorted(maps.Keys(names)) {
		if !a.quiet {
			fmt.Fprintf(a.stdout, "%s: %s of %s\n", clean(names[label]), plural.Count(replaced[label], "turn"), clean(label))
		}
	}
	if string(out) != string(src) {
		if err := replaceFile(transcript, src, out); err != nil {
			return err
		}
	}
	if formatted := f.Format(); string(formatted) != string(before) {
		return replaceFile(file, before, formatted)
	}
	return nil
}

// voiceLabels returns the labels that the voices of a draft have in its transcript, by
// voice.
func voiceLabels(f *words.File, s *show.Show) map[string]string {
	labels := map[string]string{}
	for _, v := range draft.Voices(f) {
		labels[v.ID] = personName(s, draft.Label(f, v.ID))
	}
	return labels
}

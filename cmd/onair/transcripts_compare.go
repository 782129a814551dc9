package main

import (
	"bytes"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"onair/transcripts"
	"onair/transcripts/score"
)

func newTranscriptsCompare(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "compare REFERENCE FILE",
		Short: "Count how a transcript differs from a corrected one",
		Long: `Compare a transcript, such as that of a speech recognizer, with a reference, such as
the one that people corrected. Both may have any format that convert reads, and may be
a transcript.words.json. Case, punctuation and accents do not matter.

It prints the word error rate and what it consists of: other words, missing words
and added words. Unlike in sclite, runs of equal words are kept together. Where both
files have speakers, it prints which voice stands for whom, and how many words have
another speaker. Where both have times of words, it prints how far they are apart:
Markdown has a time at its stamps, captions and JSON at each word.

Exit codes: 0 done · 1 failed · 2 usage.`,
		Example: `  onair transcripts compare transcript.md draft.md
  onair transcripts compare --json transcript.md transcript.words.json`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error { return runTranscriptsCompare(a, args[0], args[1]) },
	}
}

// comparison is what transcripts compare --json writes.
type comparison struct {
	SchemaVersion int               `json:"schema_version"`
	Words         int               `json:"words"`
	ErrorRate     float64           `json:"word_error_rate"`
	Correct       int               `json:"correct"`
	Substituted   int               `json:"substituted"`
	Missing       int               `json:"missing"`
	Added         int               `json:"added"`
	Attributed    int               `json:"words_with_speakers"`
	WrongVoice    int               `json:"words_with_another_speaker"`
	Voices        []comparisonVoice `json:"speakers"`
	Timed         int               `json:"words_with_times"`
	Median        float64           `json:"seconds_apart_median"`
	P95           float64           `json:"seconds_apart_p95"`
}

type comparisonVoice struct {
	Reference string `json:"reference"`
	Heard     string `json:"heard"`
	Words     int    `json:"words"`
}

func runTranscriptsCompare(a *app, reference, name string) error {
	ref, err := a.wordsToCompare(reference)
	if err != nil {
		return err
	}
	if len(ref) == 0 {
		return fmt.Errorf("there are no words in %s", reference)
	}
	heard, err := a.wordsToCompare(name)
	if err != nil {
		return err
	}
	r := score.Compare(ref, heard)
	if a.format == "json" {
		out := &comparison{
			SchemaVersion: schemaVersion, Words: r.Words, ErrorRate: rounded(r.ErrorRate(), 4), Correct: r.Correct,
			Substituted: r.Substituted, Missing: r.Missing, Added: r.Added,
			Attributed: r.Attributed, WrongVoice: r.WrongVoice, Voices: []comparisonVoice{},
			Timed: r.Timed, Median: seconds(r.Median), P95: seconds(r.P95),
		}
		for _, v := range r.Voices {
			out.Voices = append(out.Voices, comparisonVoice(v))
		}
		return writeJSON(a.stdout, out)
	}
	return printComparison(a, r)
}

func seconds(d time.Duration) float64 { return rounded(d.Seconds(), 3) }

func printComparison(a *app, r *score.Result) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "words\t%d\nword error rate\t%.1f %%\n", r.Words, 100*r.ErrorRate())
	fmt.Fprintf(w, "  other words\t%d\n  missing words\t%d\n  added words\t%d\n", r.Substituted, r.Missing, r.Added)
	if r.Attributed > 0 {
		fmt.Fprintf(w, "another speaker\t%.1f %% of %d words\n", 100*float64(r.WrongVoice)/float64(r.Attributed), r.Attributed)
	}
	if r.Timed > 0 {
		fmt.Fprintf(w, "times apart\t%.2f s median, %.2f s for 95 %% of %d words\n", r.Median.Seconds(), r.P95.Seconds(), r.Timed)
	}
	if r.Attributed > 0 {
		fmt.Fprintf(w, "\nspeaker\theard as\twords\n")
		for _, v := range r.Voices {
			fmt.Fprintf(w, "%s\t%s\t%d\n", clean(v.Reference), clean(v.Heard), v.Words)
		}
	}
	return w.Flush()
}

// wordsToCompare reads the words of a transcript in any format.
func (a *app) wordsToCompare(name string) ([]score.Word, error) {
	src, err := a.readInput(name, maxTranscript)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(src, []byte(`{"schema_version":`)) {
		format, err := transcripts.Detect(src, name)
		if err != nil {
			return nil, err
		}
		if format == "md" || format == "txt" || format == "html" { // these formats have no times of words
			t, err := transcripts.Read(src, format, &transcripts.ReadOptions{Options: transcripts.Options{File: name}})
			if err != nil {
				return nil, err
			}
			return score.Of(t), nil
		}
	}
	f, err := wordsIn(src, name)
	if err != nil {
		return nil, err
	}
	return score.OfWords(f), nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"onair/transcripts"
	"onair/transcripts/credit"
)

type statsOptions struct {
	credits bool
	top     int
}

func newTranscriptsStats(a *app) *cobra.Command {
	var o statsOptions
	c := &cobra.Command{
		Use:   "stats [FILE…]",
		Short: "Count words, turns, speakers and contributors",
		Long: `Count the words, turns, stamps and unintelligible passages of transcripts, the
share of each speaker, and words per minute. With --credits, also list the
contributors, from git. FILE may be a folder (default: the current one).

Exit codes: 0 done · 1 failed, such as --credits in a shallow clone · 2 usage.`,
		Example: `  onair transcripts stats
  onair transcripts stats --credits --top 0 --json gotime`,
		RunE: func(c *cobra.Command, args []string) error { return runTranscriptsStats(c.Context(), a, &o, args) },
	}
	f := c.Flags()
	f.BoolVar(&o.credits, "credits", false, "count contributors")
	f.IntVar(&o.top, "top", 20, "print at most `N` speakers and contributors; 0 is all")
	return c
}

// transcriptStats is what transcripts stats --json writes.
type transcriptStats struct {
	SchemaVersion       int                `json:"schema_version"`
	Files               int                `json:"files"`
	Words               int                `json:"words"`
	Turns               int                `json:"turns"`
	WordsPerMinute      float64            `json:"words_per_minute"` // 0 without stamps
	Times               int                `json:"times"`
	Unintelligible      int                `json:"unintelligible"`
	UnintelligiblePer10 float64            `json:"unintelligible_per_10000_words"`
	Speakers            []speakerStats     `json:"speakers"`
	AllSpeakers         int                `json:"all_speakers"`
	Contributors        []contributorStats `json:"contributors,omitempty"`
	AllContributors     int                `json:"all_contributors,omitempty"`
}

type speakerStats struct {
	Name  string  `json:"name"`
	Words int     `json:"words"`
	Turns int     `json:"turns"`
	Share float64 `json:"share"` // share of all words, from 0 to 1
}

type contributorStats struct {
	Name  string `json:"name"`
	Files int    `json:"files"`
}

func runTranscriptsStats(ctx context.Context, a *app, o *statsOptions, args []string) error {
	if o.top < 0 {
		return usagef("--top %d: want 0 or more", o.top)
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	r, err := openTranscripts(a)
	if err != nil {
		return err
	}
	names, err := r.files(a, args)
	if err != nil {
		return err
	}
	var s transcripts.Stats
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		src, err := a.readMarkdown(name)
		if err != nil {
			return err
		}
		allowLines(src, 700) // every turn may have a speaker of its own
		opts := r.settings.Options(r.rootPath(name))
		opts.CountOnly = true
		s.Add(transcripts.Parse(src, opts))
	}
	out := summarize(&s, o.top)
	if o.credits {
		if err := out.addCredits(ctx, r, names, o.top); err != nil {
			return err
		}
	}
	if a.format == "json" {
		return writeJSON(a.stdout, out)
	}
	return printStats(a, out)
}

func summarize(s *transcripts.Stats, top int) *transcriptStats {
	out := &transcriptStats{
		SchemaVersion: schemaVersion, Files: s.Files, Words: s.Words, Turns: s.Turns, Times: s.Anchors,
		Unintelligible: s.Unintelligible, WordsPerMinute: rounded(s.WordsPerMinute(), 1), Speakers: []speakerStats{},
	}
	if s.Words > 0 {
		out.UnintelligiblePer10 = rounded(float64(s.Unintelligible)*10000/float64(s.Words), 2)
	}
	speakers := s.Speakers()
	out.AllSpeakers = len(speakers)
	for _, sp := range first(speakers, top) {
		share := 0.0
		if s.Words > 0 {
			share = rounded(float64(sp.Words)/float64(s.Words), 4)
		}
		out.Speakers = append(out.Speakers, speakerStats{sp.Name, sp.Words, sp.Turns, share})
	}
	return out
}

func (s *transcriptStats) addCredits(ctx context.Context, r *transcriptRepo, names []string, top int) error {
	files := make([]string, len(names))
	for i, name := range names {
		files[i] = r.rootPath(name)
	}
	byFile, err := credit.Contributors(ctx, nil, nil, r.root, files)
	if errors.Is(err, credit.ErrShallow) {
		return withHint(err, "fetch the history: git fetch --unshallow, or fetch-depth: 0 for actions/checkout")
	}
	if err != nil {
		return err
	}
	all := credit.Total(byFile)
	s.AllContributors = len(all)
	for _, c := range first(all, top) {
		s.Contributors = append(s.Contributors, contributorStats{c.Name, c.Files})
	}
	return nil
}

// printStats prints a table for people.
func printStats(a *app, s *transcriptStats) error {
	pace := "unknown"
	if s.WordsPerMinute > 0 {
		pace = fmt.Sprintf("%.0f", s.WordsPerMinute)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "files\t%d\nwords\t%d\nturns\t%d\nwords per minute\t%s\ntimes\t%d\n", s.Files, s.Words, s.Turns, pace, s.Times)
	fmt.Fprintf(w, "unintelligible\t%d\t%.2f in 10,000 words\n", s.Unintelligible, s.UnintelligiblePer10)
	fmt.Fprintf(w, "\nspeaker\twords\tshare\tturns\n")
	for _, sp := range s.Speakers {
		name := clean(sp.Name)
		if name == "" {
			name = "(no label)"
		}
		fmt.Fprintf(w, "%s\t%d\t%.1f %%\t%d\n", name, sp.Words, 100*sp.Share, sp.Turns)
	}
	if more := s.AllSpeakers - len(s.Speakers); more > 0 {
		fmt.Fprintf(w, "and %d more\n", more)
	}
	if s.AllContributors > 0 {
		fmt.Fprintf(w, "\ncontributor\tfiles\n")
		for _, c := range s.Contributors {
			fmt.Fprintf(w, "%s\t%d\n", clean(c.Name), c.Files)
		}
		if more := s.AllContributors - len(s.Contributors); more > 0 {
			fmt.Fprintf(w, "and %d more\n", more)
		}
	}
	return w.Flush()
}

// rounded rounds x to a number of decimals.
func rounded(x float64, decimals int) float64 {
	unit := math.Pow10(decimals)
	return math.Round(x*unit) / unit
}

// first returns the first n of a list, or all if n is 0.
func first[T any](list []T, n int) []T {
	if n == 0 {
		return list
	}
	return list[:min(len(list), n)]
}

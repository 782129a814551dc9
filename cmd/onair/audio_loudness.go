package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/finding"
	"onair/internal/plural"
)

func newAudioLoudness(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "loudness FILE",
		Short: "Measure how loud an MP3 or M4A is",
		Long: `Measure the loudness of an MP3 or M4A: integrated loudness and range by EBU R128,
true peak, silence at both ends, clipping, and whether its two channels differ.
This needs ffmpeg. The result is cached by the content of the audio, so that onair
check can use it even if the file is renamed or tagged.

Exit codes: 0 done · 1 failed, such as without ffmpeg · 2 usage.`,
		Example: "  onair audio loudness episode.mp3 --json | jq .integrated_lufs",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return runAudioLoudness(c.Context(), a, args[0]) },
	}
}

func runAudioLoudness(ctx context.Context, a *app, name string) error {
	progress, done := showDecoding(a)
	m, info, err := audio.MeasureLoudness(ctx, a.cache(), name, progress)
	done()
	if err != nil {
		return measureError(name, err)
	}
	if a.json {
		return writeJSON(a.stdout, loudnessJSON(m))
	}
	if err := printLoudness(a.stdout, m, info); err != nil {
		return err
	}
	return a.noteFindings(audio.CheckLoudness(m, info.Channels, finding.Position{File: name}))
}

// measureError adds the name of the file to an error of a measurement that lacks it,
// unless the measurement was cancelled.
func measureError(name string, err error) error {
	_, unopened := errors.AsType[*fs.PathError](err)
	if unopened || errors.Is(err, context.Canceled) || strings.HasPrefix(err.Error(), name+" is ") {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// loudnessDocument is what audio loudness --json writes.
type loudnessDocument struct {
	SchemaVersion int     `json:"schema_version"`
	Integrated    float64 `json:"integrated_lufs"`
	Range         float64 `json:"range_lu"`
	TruePeak      float64 `json:"true_peak_dbtp"`
	SilentStart   float64 `json:"silent_start_seconds"`
	SilentEnd     float64 `json:"silent_end_seconds"`
	Clipped       int     `json:"clipped"`
	Side          float64 `json:"side_db"`
	Balance       float64 `json:"balance_db"`
}

func loudnessJSON(m *audio.Loudness) loudnessDocument {
	return loudnessDocument{schemaVersion, m.Integrated, m.Range, m.TruePeak, m.SilentStart.Seconds(), m.SilentEnd.Seconds(), m.Clipped, m.Side, m.Balance}
}

func printLoudness(w io.Writer, m *audio.Loudness, info *audio.Info) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "integrated\t%.1f LUFS\n", m.Integrated)
	fmt.Fprintf(t, "range\t%.1f LU\n", m.Range)
	fmt.Fprintf(t, "true peak\t%.1f dBTP\n", m.TruePeak)
	fmt.Fprintf(t, "silence\t%.1f s at the start, %.1f s at the end\n", m.SilentStart.Seconds(), m.SilentEnd.Seconds())
	fmt.Fprintf(t, "clipping\t%s\n", plural.Count(m.Clipped, "place"))
	if info.Channels == 2 {
		fmt.Fprintf(t, "channels\t%s\n", channelsText(m))
	}
	return t.Flush()
}

// channelsText describes how two channels differ.
func channelsText(m *audio.Loudness) string {
	switch {
	case m.SilentChannel() != "":
		return "the " + m.SilentChannel() + " one is silent"
	case m.OppositeChannels():
		return "opposite; they cancel each other in mono"
	case m.SameChannels():
		return "equal; mono sounds the same"
	case m.Side > 0:
		return fmt.Sprintf("differ; the difference is %.0f dB louder than the sum", m.Side)
	}
	return fmt.Sprintf("differ; the difference is %.0f dB quieter than the sum", -m.Side)
}

// showDecoding returns a function that shows on a terminal how much audio has been
// decoded, and one that clears the line. progress is nil if nothing is to be shown.
func showDecoding(a *app) (progress func(done, all time.Duration), done func()) {
	if a.quiet || a.json || !isTerminal(a.stderr) {
		return nil, func() {}
	}
	var drawn time.Time
	progress = func(done, all time.Duration) {
		if time.Since(drawn) >= redraw {
			drawn = time.Now()
			fmt.Fprintf(a.stderr, "\r\x1b[Kmeasure   %s %s of %s", share(int64(done), int64(all)), durationText(done), durationText(all))
		}
	}
	return progress, func() { fmt.Fprint(a.stderr, "\r\x1b[K") }
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/internal/statcache"
)

func newAudioLoudness(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "loudness FILE",
		Short: "Measure how loud an MP3 or M4A is",
		Long: `Measure the loudness of an MP3 or M4A: integrated loudness and range by EBU R128,
true peak, silence at both ends, clipping, and whether its two channels differ.
ffmpeg does the decoding and has to be installed. The result is remembered for
the audio itself: measured once, onair check knows it, whatever its tag or name.

Exit codes: 0 done · 1 failed, such as without ffmpeg · 2 usage.`,
		Example: "  onair audio loudness episode.mp3 --json | jq .integrated_lufs",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return g.loudness(c.Context(), args[0]) },
	}
}

func (g *global) loudness(ctx context.Context, name string) error {
	progress, done := g.listening()
	m, info, err := audio.MeasureLoudness(ctx, statcache.Open(g.cacheDir()), name, progress)
	done()
	if err != nil {
		return soundError(name, err)
	}
	if g.json {
		return writeJSON(g.stdout, loudnessJSON(m))
	}
	if err := printLoudness(g.stdout, m, info); err != nil {
		return err
	}
	return g.mention(audio.CheckLoudness(m, info.Channels, finding.Position{File: name}))
}

// soundError is the error of a measurement, with what to install where that is
// what is missing.
func soundError(name string, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, audio.ErrNoFFmpeg):
		return withHint(fmt.Errorf("%s: %w", name, err), audio.HowToGetFFmpeg)
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
}

func loudnessJSON(m *audio.Loudness) loudnessDocument {
	return loudnessDocument{schemaVersion, m.Integrated, m.Range, m.TruePeak, m.SilentStart.Seconds(), m.SilentEnd.Seconds(), m.Clipped, m.Side}
}

func printLoudness(w io.Writer, m *audio.Loudness, info *audio.Info) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "integrated\t%.1f LUFS\n", m.Integrated)
	fmt.Fprintf(t, "range\t%.1f LU\n", m.Range)
	fmt.Fprintf(t, "true peak\t%.1f dBTP\n", m.TruePeak)
	fmt.Fprintf(t, "silence\t%.1f s at the start, %.1f s at the end\n", m.SilentStart.Seconds(), m.SilentEnd.Seconds())
	fmt.Fprintf(t, "clipping\t%s\n", plural.Count(m.Clipped, "place"))
	if info.Channels == 2 {
		fmt.Fprintf(t, "channels\t%s\n", sideText(m.Side))
	}
	return t.Flush()
}

// sideText says how much stereo there is: what differs between two channels,
// against what they share.
func sideText(side float64) string {
	switch {
	case side <= -40: // as rule A032 has it
		return "alike; mono sounds the same"
	case side > 0:
		return fmt.Sprintf("differ; what differs is %.0f dB louder than what both have", side)
	}
	return fmt.Sprintf("differ; what differs is %.0f dB quieter than what both have", -side)
}

// listening shows, on a terminal, how much of the sound has been heard; done
// clears the line.
func (g *global) listening() (progress audio.Progress, done func()) {
	if g.quiet || g.json || !isTerminal(g.stderr) {
		return nil, func() {}
	}
	var drawn time.Time
	progress = func(done, all time.Duration) {
		if time.Since(drawn) >= redraw {
			drawn = time.Now()
			fmt.Fprintf(g.stderr, "\r\x1b[Klisten    %s %s of %s", share(int64(done), int64(all)), durationText(done), durationText(all))
		}
	}
	return progress, func() { fmt.Fprint(g.stderr, "\r\x1b[K") }
}

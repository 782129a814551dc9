package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"onair/audio"
)

type waveformOptions struct{ out, format string }

func newAudioWaveform(a *app) *cobra.Command {
	var o waveformOptions
	c := &cobra.Command{
		Use:   "waveform FILE",
		Short: "Draw the waveform of an MP3 or M4A",
		Long: `Draw the waveform of an MP3 or M4A, as an SVG or as JSON in the format of
audiowaveform with ten pixels per second. This needs ffmpeg. The result is cached
by the content of the audio.

Exit codes: 0 done · 1 failed, such as without ffmpeg · 2 usage.`,
		Example: `  onair audio waveform episode.mp3 -o waveform.json
  onair audio waveform --format svg episode.mp3 -o waveform.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runAudioWaveform(c.Context(), a, &o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "json", "write `FORMAT`: json or svg")
	f.StringVarP(&o.out, "output", "o", "-", "`FILE` to write; - is standard output")
	complete(c, "format", "json", "svg")
	return c
}

func runAudioWaveform(ctx context.Context, a *app, o *waveformOptions, name string) error {
	write := func(w *audio.Waveform, out io.Writer) error { return json.NewEncoder(out).Encode(w) }
	switch o.format {
	case "json":
	case "svg":
		write = (*audio.Waveform).WriteSVG
	default:
		return usagef("--format %s: want json or svg", o.format)
	}
	progress, done := showDecoding(a)
	w, _, err := audio.MeasureWaveform(ctx, a.cache(), name, progress)
	done()
	if err != nil {
		return measureError(name, err)
	}
	var out bytes.Buffer
	if err := write(w, &out); err != nil {
		return err
	}
	return a.writeOutput(o.out, out.Bytes())
}

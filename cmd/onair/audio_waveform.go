package main

import (
	"bytes"
	"context"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/statcache"
)

type waveformOptions struct{ out, format string }

func newAudioWaveform(g *global) *cobra.Command {
	var o waveformOptions
	c := &cobra.Command{
		Use:   "waveform FILE",
		Short: "Draw the waveform of an MP3 or M4A",
		Long: `Draw the outline of an MP3 or M4A: as JSON in the shape of audiowaveform, ten
pixels a second, or as an SVG. ffmpeg does the decoding and has to be installed.
The result is remembered for the audio itself.

Exit codes: 0 done · 1 failed, such as without ffmpeg · 2 usage.`,
		Example: `  onair audio waveform episode.mp3 -o waveform.json
  onair audio waveform --format svg episode.mp3 -o waveform.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return g.waveform(c.Context(), args[0], &o) },
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "json", "`FORMAT`: json or svg")
	f.StringVarP(&o.out, "output", "o", "-", "`FILE` to write; - is standard output")
	complete(c, "format", "json", "svg")
	return c
}

func (g *global) waveform(ctx context.Context, name string, o *waveformOptions) error {
	write := (*audio.Waveform).WriteJSON
	switch o.format {
	case "json":
	case "svg":
		write = (*audio.Waveform).WriteSVG
	default:
		return usagef("--format %s: want json or svg", o.format)
	}
	progress, done := g.listening()
	w, _, err := audio.MeasureWaveform(ctx, statcache.Open(g.cacheDir()), name, progress)
	done()
	if err != nil {
		return soundError(name, err)
	}
	var out bytes.Buffer
	if err := write(w, &out); err != nil {
		return err
	}
	return g.writeOutput(o.out, out.Bytes())
}

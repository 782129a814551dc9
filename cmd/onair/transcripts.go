package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/durable"
	"onair/transcripts"
)

func newTranscripts(g *global) *cobra.Command {
	c := &cobra.Command{
		Use:   "transcripts",
		Short: "Work on transcripts alone, in any repository",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newTranscriptsConvert(g))
	c.AddCommand(newTranscriptsFmt(g), newTranscriptsLint(g), newTranscriptsInit(g))
	return c
}

type convertOptions struct {
	to, out, fraction string
	duration          time.Duration
}

func newTranscriptsConvert(g *global) *cobra.Command {
	var o convertOptions
	c := &cobra.Command{
		Use:   "convert --to FORMAT FILE",
		Short: "Turn a Markdown transcript into captions, HTML or text",
		Long: `Turn a Markdown transcript into WebVTT, SRT, Podcasting 2.0 JSON, HTML or plain
text. Times between the transcript's stamps are worked out from the length of
what is said; --duration helps with what follows the last stamp, and is needed
where there is none. FILE may be - for standard input.

Exit codes: 0 done · 1 failed, such as captions of a transcript without any
time · 2 usage.`,
		Example: `  onair transcripts convert --to vtt transcript.md -o transcript.vtt
  onair transcripts convert --to srt --duration 31m12s - < transcript.md`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return g.convert(args[0], &o) },
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "`FORMAT`: vtt, srt, json, html or txt")
	f.DurationVar(&o.duration, "duration", 0, "length of the audio, such as `31m12s`")
	f.StringVar(&o.fraction, "fraction", "decimal", "what follows the dot of a stamp: `KIND` is decimal or frames30")
	f.StringVarP(&o.out, "output", "o", "-", "`FILE` to write; - is standard output")
	c.MarkFlagRequired("to")
	complete(c, "to", "vtt", "srt", "json", "html", "txt")
	complete(c, "fraction", "decimal", "frames30")
	return c
}

// maxTranscript bounds what is read: an hour of talk is some 60 kB.
const maxTranscript = 64 << 20

func (g *global) convert(name string, o *convertOptions) error {
	src, err := g.readInput(name, maxTranscript)
	if err != nil {
		return err
	}
	opts := &transcripts.Options{File: name}
	switch o.fraction {
	case "decimal":
	case "frames30":
		opts.Fraction = transcripts.Frames30
	default:
		return usagef("--fraction %s: want decimal or frames30", o.fraction)
	}
	t := transcripts.Parse(src, opts)
	if g.format == "text" {
		if err := g.writeFindings(g.stderr, t.Findings); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if err := writeTranscript(&out, t, o); err != nil {
		return err
	}
	return g.writeOutput(o.out, out.Bytes())
}

func writeTranscript(w io.Writer, t *transcripts.Transcript, o *convertOptions) error {
	cues := t.Cues(o.duration)
	switch o.to {
	case "html":
		return transcripts.WriteHTML(w, t, cues)
	case "txt":
		return transcripts.WriteText(w, t)
	case "vtt", "srt", "json":
	default:
		return usagef("--to %s: want vtt, srt, json, html or txt", o.to)
	}
	if cues == nil {
		return withHint(fmt.Errorf("the transcript has no time in it"), "give the length of the audio: --duration 31m12s")
	}
	switch o.to {
	case "vtt":
		return transcripts.WriteVTT(w, cues)
	case "srt":
		return transcripts.WriteSRT(w, cues)
	}
	return transcripts.WriteJSON(w, cues)
}

// readInput reads a file or, for "-", standard input.
func (g *global) readInput(name string, limit int64) ([]byte, error) {
	r := g.stdin
	if name != "-" {
		f, err := os.Open(filepath.Clean(name))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %s", name, bytesText(limit))
	}
	return data, err
}

// writeOutput writes a file or, for "-", standard output.
func (g *global) writeOutput(name string, data []byte) error {
	if name == "-" {
		_, err := g.stdout.Write(data)
		return err
	}
	return durable.WriteFile(name, data, 0o644)
}

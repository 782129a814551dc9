package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/cmd/onair/memory"
	"onair/transcripts"
)

type convertOptions struct {
	from, to, out, fraction string
	speakers                []string
	duration                time.Duration
	sounds                  bool
}

// convertTo lists the formats that convert writes.
var convertTo = []string{"md", "vtt", "srt", "json", "html", "txt"}

func newTranscriptsConvert(a *app) *cobra.Command {
	var o convertOptions
	c := &cobra.Command{
		Use:   "convert --to FORMAT FILE",
		Short: "Convert a transcript between formats",
		Long: `Convert a transcript to Markdown, WebVTT, SRT, Podcasting 2.0 JSON, HTML or plain
text, from Markdown, WebVTT, SRT, SBV, TTML, Podcasting 2.0 JSON and HTML, text with
names or times, tables of captions, and the JSON of speech recognizers such as Whisper,
Deepgram, AssemblyAI, Amazon, Azure and Google. The format is detected unless --from
names it. A file that is something else is refused. FILE may be - for standard input.

Captions keep their times. Between the stamps of Markdown and plain text, times
are estimated from the length of the text. --duration gives the end of what
follows the last stamp, and is required if there are no stamps.

--speaker JM="Jo March" renames a speaker of the source, and --speaker =NAME names
speech without a speaker.

Exit codes: 0 done · 1 failed, such as captions from a transcript without times ·
2 usage.`,
		Example: `  onair transcripts convert --to vtt transcript.md -o transcript.vtt
  onair transcripts convert --to md --speaker SPEAKER_00=Vega whisperx.json -o transcript.md
  onair transcripts convert --to srt --duration 31m12s - < transcript.md`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runTranscriptsConvert(a, &o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "`FORMAT` of the file: "+oneOf(transcripts.ReadFormats())+" (default: detected)")
	f.StringVar(&o.to, "to", "", "convert to `FORMAT`: "+oneOf(convertTo))
	f.StringArrayVar(&o.speakers, "speaker", nil, "rename a speaker of the source: `OLD=NAME`; may be repeated")
	addDuration(c, &o.duration, "")
	f.BoolVar(&o.sounds, "sounds", true, "write sounds such as [laughter] in VTT and SRT")
	f.StringVar(&o.fraction, "fraction", "decimal", "read the digits after the dot of a stamp as `KIND`: decimal or frames30")
	f.StringVarP(&o.out, "output", "o", "-", "`FILE` to write; - is standard output")
	c.MarkFlagRequired("to")
	complete(c, "from", transcripts.ReadFormats()...)
	complete(c, "to", convertTo...)
	complete(c, "fraction", "decimal", "frames30")
	return c
}

// oneOf formats alternatives: "a, b or c".
func oneOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func runTranscriptsConvert(a *app, o *convertOptions, name string) error {
	opts, err := o.readOptions(name)
	if err != nil {
		return err
	}
	src, err := a.readInput(name, maxTranscript)
	if err != nil {
		return err
	}
	limitMemory(len(src))
	from := o.from
	if from == "" {
		if from, err = transcripts.Detect(src, name); err != nil {
			return err
		}
	}
	var formatted []byte
	if utf16 := bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")); from == "md" && o.to == "md" && !utf16 {
		formatted = transcripts.Format(src, &opts.Options) // keeps markup that Parse drops
	}
	t, err := transcripts.Read(src, from, opts)
	if err != nil {
		return err
	}
	if a.format == "text" {
		if err := a.writeFindings(a.stderr, t.Findings, nil); err != nil {
			return err
		}
	}
	if len(t.Turns) == 0 {
		return withHint(fmt.Errorf("there are no words in %s", name), "use --from to name its format; it was read as %s", from)
	}
	if formatted != nil {
		return a.writeOutput(o.out, formatted)
	}
	var out bytes.Buffer
	if err := writeTranscript(&out, t, o); err != nil {
		return err
	}
	return a.writeOutput(o.out, out.Bytes())
}

// limitMemory sets the memory limit so that the process takes at most six times the size of
// a large input. With a smaller limit, the garbage collector would run often.
func limitMemory(input int) {
	const times, code, least = 6, 48 << 20, 96 << 20 // code is the memory that any command takes
	memory.SetLimit(max(int64(input)*times-code, least))
}

// readOptions checks the options and returns them as options of transcripts.Read.
func (o *convertOptions) readOptions(name string) (*transcripts.ReadOptions, error) {
	if !slices.Contains(convertTo, o.to) {
		return nil, usagef("--to %s: want %s", o.to, oneOf(convertTo))
	}
	if o.from != "" && !slices.Contains(transcripts.ReadFormats(), o.from) {
		return nil, usagef("--from %s: want %s", o.from, oneOf(transcripts.ReadFormats()))
	}
	if o.duration < 0 {
		return nil, usagef("--duration %v: want the length of the audio, such as 31m12s", o.duration)
	}
	fraction, err := transcripts.ParseFraction(o.fraction)
	if err != nil {
		return nil, usagef("--fraction %s: want decimal or frames30", o.fraction)
	}
	opts := &transcripts.ReadOptions{Options: transcripts.Options{File: name, Fraction: fraction}, Duration: o.duration, WithoutHTML: o.to != "html"}
	for _, s := range o.speakers {
		old, name, ok := strings.Cut(s, "=")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, usagef("--speaker %s: want OLD=NAME, such as JM=\"Jo March\"", s)
		}
		if opts.Speakers == nil {
			opts.Speakers = map[string]string{}
		}
		opts.Speakers[old] = name
	}
	return opts, nil
}

// writeTranscript writes a transcript in the format of --to.
func writeTranscript(w *bytes.Buffer, t *transcripts.Transcript, o *convertOptions) error {
	switch o.to {
	case "md":
		return transcripts.WriteMarkdown(w, t)
	case "txt":
		return transcripts.WriteText(w, t)
	}
	cues := t.Cues(o.duration)
	if o.to == "html" {
		return transcripts.WriteHTML(w, t, cues)
	}
	if cues == nil && len(t.Cues(0)) > 0 && o.duration > 0 {
		return withHint(fmt.Errorf("most captions start after the end of the audio: the first at %v", t.Cues(0)[0].Start.Round(time.Second)),
			"is %v the length of the audio? onair transcripts shift takes an offset away", o.duration)
	}
	if cues == nil {
		return withHint(fmt.Errorf("the transcript has no times"), "give the length of the audio: --duration 31m12s")
	}
	if !o.sounds {
		cues = transcripts.WithoutSounds(cues)
	}
	size := 0
	for i := range cues {
		usual := 40 // bytes of times, marks and line ends
		if o.to == "json" {
			usual = 72
		}
		size += len(cues[i].Speaker) + len(cues[i].Text) + usual
	}
	w.Grow(size) // a growing buffer takes twice the memory
	switch o.to {
	case "vtt":
		return transcripts.WriteVTT(w, cues)
	case "srt":
		return transcripts.WriteSRT(w, cues)
	}
	return transcripts.WriteJSON(w, cues)
}

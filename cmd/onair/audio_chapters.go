package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/feed"
	"onair/internal/durable"
	"onair/internal/finding"
	"onair/show"
)

type chaptersOptions struct {
	to, out  string
	duration time.Duration
}

func newAudioChapters(g *global) *cobra.Command {
	var o chaptersOptions
	c := &cobra.Command{
		Use:   "chapters FILE",
		Short: "Show, check and convert chapters",
		Long: `Read the chapters of an MP3, or of a file that an editor of audio, another
host or another tool wrote: Podcasting 2.0 JSON, Podlove Simple Chapters, WebVTT,
metadata of ffmpeg, labels of Audacity, markers of Adobe Audition and of Reaper,
or lines such as "0:12 What is a CDN?". The content decides about the format.
FILE may be - for standard input.

Without --to they are listed. What is wrong with them goes to standard error.
An MP3's own length is known; --duration says how long the audio is that another
file is about.

Exit codes: 0 done · 1 failed · 2 usage · 3 the chapters have errors.`,
		Example: `  onair audio chapters markers.csv
  onair audio chapters --to json labels.txt -o chapters.json
  onair audio chapters --to youtube episode.mp3`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return g.chapters(args[0], &o) },
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "`FORMAT`: json, psc, text or youtube")
	addDuration(c, &o.duration, "")
	f.StringVarP(&o.out, "output", "o", "-", "`FILE` to write; - is standard output")
	complete(c, "to", "json", "psc", "text", "youtube")
	return c
}

func (g *global) chapters(name string, o *chaptersOptions) error {
	switch o.to {
	case "", "json", "psc", "text", "youtube":
	default:
		return usagef("--to %s: want json, psc, text or youtube", o.to)
	}
	if o.duration < 0 {
		return usagef("--duration %s: want a length", o.duration)
	}
	chapters, found, err := g.readChapters(name, &o.duration)
	if err != nil {
		return err
	}
	if err := g.refuse(found); err != nil {
		return err
	}
	if err := g.mention(found); err != nil {
		return err
	}
	if len(chapters) == 0 && !g.quiet {
		fmt.Fprintf(g.stderr, "no chapters in %s\n", clean(name))
	}
	var out bytes.Buffer
	if err := g.writeChapters(&out, chapters, o); err != nil {
		return err
	}
	return g.writeOutput(o.out, out.Bytes())
}

// readChapters reads and checks the chapters of a file. The duration is that of
// the MP3 unless it is given.
func (g *global) readChapters(name string, duration *time.Duration) ([]show.Chapter, finding.List, error) {
	var file io.ReaderAt
	var size int64
	if name == "-" {
		data, err := g.readInput(name, maxTranscript)
		if err != nil {
			return nil, nil, err
		}
		file, size = bytes.NewReader(data), int64(len(data))
	} else {
		f, stat, err := durable.OpenRegular(name)
		if err != nil {
			return nil, nil, err
		}
		defer f.Close()
		file, size = f, stat.Size()
	}
	chapters, found := audio.ReadChapters(file, size, name)
	if *duration == 0 && strings.HasSuffix(strings.ToLower(name), ".mp3") {
		if info, err := audio.Probe(file, size); err == nil {
			*duration = info.Duration
		}
	}
	found = append(found, audio.CheckChapters(chapters, *duration, finding.Position{File: name})...)
	found.Sort()
	return chapters, found, nil
}

// writeChapters writes chapters in the format that was asked for.
func (g *global) writeChapters(w io.Writer, chapters []show.Chapter, o *chaptersOptions) error {
	switch o.to {
	case "json":
		return writeJSONChapters(w, chapters)
	case "psc":
		return show.WritePSC(w, chapters)
	case "text":
		_, err := w.Write(show.FormatChapters(chapters))
		return err
	case "youtube":
		text, problems := show.FormatYouTube(chapters, o.duration)
		for _, p := range problems {
			fmt.Fprintf(g.stderr, "%s YouTube will show none of these chapters: %s\n", g.ui(g.stderr).severity(finding.Warning), p)
		}
		_, err := w.Write(text)
		return err
	}
	if g.json {
		return writeJSON(w, chaptersJSON(chapters, o.duration))
	}
	return printChapters(w, chapters, o.duration)
}

// writeJSONChapters writes Podcasting 2.0's file. An image keeps the name that
// its source gave it.
func writeJSONChapters(w io.Writer, chapters []show.Chapter) error {
	file := &feed.ChaptersFile{}
	for _, c := range chapters {
		file.Chapters = append(file.Chapters, feed.Chapter{Chapter: c, ImageURL: c.Image})
	}
	return feed.WriteChapters(w, file)
}

// chaptersDocument is what audio chapters --json writes.
type chaptersDocument struct {
	SchemaVersion int              `json:"schema_version"`
	Chapters      []listedChapters `json:"chapters"`
}

type listedChapters struct {
	Start  float64 `json:"start_seconds"`
	End    float64 `json:"end_seconds"`
	Title  string  `json:"title"`
	URL    string  `json:"url"`
	Image  string  `json:"image"`
	Hidden bool    `json:"hidden"`
}

func chaptersJSON(chapters []show.Chapter, duration time.Duration) chaptersDocument {
	d := chaptersDocument{schemaVersion, []listedChapters{}}
	for _, c := range show.Timed(chapters, duration) {
		d.Chapters = append(d.Chapters, listedChapters{c.Start.Seconds(), c.End.Seconds(), c.Title, c.URL, c.Image, c.Hidden})
	}
	return d
}

func printChapters(w io.Writer, chapters []show.Chapter, duration time.Duration) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, c := range show.Timed(chapters, duration) {
		end := ""
		if c.End > c.Start {
			end = show.FormatTimestamp(c.End.Round(time.Millisecond))
		}
		title := clean(c.Title)
		if c.Hidden {
			title += " (hidden)"
		}
		if c.URL != "" {
			title += " <" + clean(c.URL) + ">"
		}
		if c.Image != "" {
			title += " [" + clean(c.Image) + "]"
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", i+1, show.FormatTimestamp(c.Start), end, title)
	}
	return t.Flush()
}

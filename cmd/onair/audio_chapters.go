package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/durable"
	"onair/internal/finding"
	"onair/internal/plural"
	"onair/internal/source"
	"onair/show/chapters"
)

type chaptersOptions struct {
	to, out  string
	duration time.Duration
}

func newAudioChapters(a *app) *cobra.Command {
	var o chaptersOptions
	c := &cobra.Command{
		Use:   "chapters FILE",
		Short: "Show, check and convert chapters",
		Long: `Read the chapters of an MP3, an M4A or a chapters file, check them, and list them
or convert them with --to. The formats read are Podcasting 2.0 JSON, Podlove Simple
Chapters, WebVTT, ffmpeg metadata, Audacity labels, Adobe Audition and Reaper
markers, and lines such as "0:12 What is a CDN?" or "0:12 - 0:48 What is a CDN?".
The format is detected from the content. FILE may be - for standard input.

Chapters are ordered by their starts. Lists that contradict themselves are repaired
with a warning. Findings go to standard error; what could be read is printed even if
there are errors. --duration gives the length of the audio for files without audio.

Exit codes: 0 done · 1 failed · 2 usage · 3 the chapters have errors.`,
		Example: `  onair audio chapters markers.csv
  onair audio chapters --to json labels.txt -o chapters.json
  onair audio chapters --to youtube episode.mp3`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runAudioChapters(a, &o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "convert to `FORMAT`: json, psc, text or youtube")
	addDuration(c, &o.duration, "")
	f.StringVarP(&o.out, "output", "o", "-", "`FILE` to write; - is standard output")
	complete(c, "to", "json", "psc", "text", "youtube")
	return c
}

func runAudioChapters(a *app, o *chaptersOptions, name string) error {
	switch o.to {
	case "", "json", "psc", "text", "youtube":
	default:
		return usagef("--to %s: want json, psc, text or youtube", o.to)
	}
	if o.duration < 0 {
		return usagef("--duration %s: want a positive length", o.duration)
	}
	list, found, err := readChapters(a, name, &o.duration)
	if err != nil {
		return err
	}
	if len(list) > 0 || !found.HasErrors() {
		if len(list) == 0 && !a.quiet {
			fmt.Fprintf(a.stderr, "no chapters in %s\n", clean(name))
		}
		var out bytes.Buffer
		if err := writeChapters(a, &out, list, o); err != nil {
			return err
		}
		if err := a.writeOutput(o.out, out.Bytes()); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		if err := a.writeFindings(a.stderr, found, nil); err != nil {
			return err
		}
	}
	if found.HasErrors() {
		return exitError(exitFindings)
	}
	return nil
}

// readChapters reads and checks the chapters of a file. If *duration is zero and the
// file has audio, it is set to the length of the audio.
func readChapters(a *app, name string, duration *time.Duration) ([]chapters.Chapter, finding.List, error) {
	var file io.ReaderAt
	var size int64
	if name == "-" {
		data, err := a.readInput(name, maxTranscript)
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
	c, found := audio.ReadChapters(file, size, name)
	*duration = cmp.Or(*duration, c.Duration)
	found = append(found, audio.CheckChapters(c.List, *duration, finding.Position{File: name})...)
	found.Sort()
	return c.List, found, nil
}

// writeChapters writes chapters in the format of --to, or lists them.
func writeChapters(a *app, w io.Writer, list []chapters.Chapter, o *chaptersOptions) error {
	if lost := lostIn(o.to, list); lost != "" && !a.quiet {
		fmt.Fprintf(a.stderr, "left out, because the format has no place for it: %s; --to json keeps everything\n", lost)
	}
	switch o.to {
	case "json":
		_, err := w.Write(chapters.FormatJSON(cutEnds(list, o.duration)))
		return err
	case "psc":
		return chapters.WritePSC(w, list)
	case "text":
		_, err := w.Write(chapters.Format(list))
		return err
	case "youtube":
		text, problems := chapters.FormatYouTube(list, o.duration)
		for _, p := range problems {
			fmt.Fprintf(a.stderr, "%s YouTube will not show these chapters: %s\n", a.ui(a.stderr).severity(finding.Warning), p)
		}
		_, err := w.Write(text)
		return err
	}
	if a.json {
		return writeJSON(w, chaptersJSON(list, o.duration))
	}
	return printChapters(w, list, o.duration)
}

// cutEnds returns the chapters without the ends that lie after the end of the audio. A
// duration of zero means that the length of the audio is not known, and keeps all ends.
func cutEnds(list []chapters.Chapter, duration time.Duration) []chapters.Chapter {
	cut := slices.Clone(list)
	for i := range cut {
		if duration > 0 && cut[i].End > duration {
			cut[i].End = 0
		}
	}
	return cut
}

// lostIn describes which properties of chapters a format leaves out. It returns an
// empty string if the format leaves out nothing.
func lostIn(format string, list []chapters.Chapter) string {
	if format == "" || format == "json" {
		return ""
	}
	var hidden, ends, images, links int
	for _, c := range list {
		switch {
		case c.Hidden:
			hidden++
			continue
		case c.End != 0:
			ends++
		}
		if c.Image != "" && format != "psc" {
			images++
		}
		if c.URL != "" && format == "youtube" {
			links++
		}
	}
	var lost []string
	for _, l := range []struct {
		n    int
		noun string
	}{{hidden, "hidden chapter"}, {ends, "end"}, {images, "image"}, {links, "link"}} {
		if l.n > 0 {
			lost = append(lost, plural.Count(l.n, l.noun))
		}
	}
	return strings.Join(lost, ", ")
}

// chaptersDocument is what audio chapters --json writes.
type chaptersDocument struct {
	SchemaVersion int               `json:"schema_version"`
	Chapters      []chapterDocument `json:"chapters"`
}

type chapterDocument struct {
	Start  float64 `json:"start_seconds"`
	End    float64 `json:"end_seconds"`
	Title  string  `json:"title"`
	URL    string  `json:"url"`
	Image  string  `json:"image"`
	Hidden bool    `json:"hidden"`
}

func chaptersJSON(list []chapters.Chapter, duration time.Duration) chaptersDocument {
	d := chaptersDocument{schemaVersion, []chapterDocument{}}
	for _, c := range chapters.Timed(list, duration) {
		d.Chapters = append(d.Chapters, chapterDocument{c.Start.Seconds(), c.End.Seconds(), c.Title, c.URL, c.Image, c.Hidden})
	}
	return d
}

func printChapters(w io.Writer, list []chapters.Chapter, duration time.Duration) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, c := range chapters.Timed(list, duration) {
		end := ""
		if c.End > c.Start {
			end = source.FormatTimestamp(c.End.Round(time.Millisecond))
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
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", i+1, source.FormatTimestamp(c.Start), end, title)
	}
	return t.Flush()
}

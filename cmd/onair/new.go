package main

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/durable"
	"onair/internal/shell"
	"onair/internal/source"
	"onair/show"
	"onair/show/chapters"
)

type newOptions struct {
	audio, kind, date, slug string
}

func newNew(a *app) *cobra.Command {
	var o newOptions
	c := &cobra.Command{
		Use:   "new TITLE",
		Short: "Start a new episode",
		Long: `Start a new episode: a folder below episodes/ with an episode.md that has the
title, the next free number and a new GUID, and a copy of the MP3 if one is given.
Chapters in the tag of the MP3 are written to chapters.txt. With --audio and no
--date the date is now; without either the episode is a draft until it gets a
date.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: `  onair new "Cloudy with a chance of packets" --audio ~/recordings/4.mp3
  onair new "Season two" --type trailer --date "2027-02-04 06:00"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(_ *cobra.Command, args []string) error { return runNew(a, &o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.audio, "audio", "", "copy this MP3 `FILE`, the master")
	f.StringVar(&o.kind, "type", "full", "episode `TYPE`: full, trailer or bonus")
	f.StringVar(&o.date, "date", "", "when it goes live, in the show's timezone: `\"2027-02-04 06:00\"`")
	f.StringVar(&o.slug, "slug", "", "`NAME` in URLs (default: from the number and the title)")
	complete(c, "type", "full", "trailer", "bonus")
	return c
}

func runNew(a *app, o *newOptions, title string) error {
	s, err := requireShow(a)
	if err != nil {
		return err
	}
	n := &show.NewEpisodeOptions{Title: title, Slug: o.slug, Type: show.EpisodeType(o.kind), Audio: o.audio, Rand: rand.Reader}
	switch n.Type {
	case show.Full, show.Trailer, show.Bonus:
	default:
		return usagef("--type %s: want full, trailer or bonus", o.kind)
	}
	if o.date != "" {
		if n.Date, err = source.ParseDate(o.date, s.Timezone); err != nil {
			return usageError{err}
		}
	} else if o.audio != "" {
		n.Date = a.now().In(s.Timezone).Truncate(time.Minute)
	}
	if err := checkMasterName(o.audio); err != nil {
		return err
	}
	if n.Chapters, err = readOwnChapters(a, o.audio); err != nil {
		return err
	}
	dir, err := show.NewEpisode(s, n)
	if err != nil {
		return err
	}
	folder := filepath.Join(a.from, filepath.FromSlash(dir))
	fmt.Fprintln(a.stdout, filepath.Join(folder, "episode.md"))
	if !a.quiet {
		fmt.Fprintf(a.stderr, "\n%sNext: write the show notes there, then %s%s publish\n", missingParts(n, folder), a.name, a.inDir("."))
	}
	return nil
}

// missingParts says what a new episode needs before it can be published.
func missingParts(n *show.NewEpisodeOptions, folder string) string {
	text := ""
	if n.Date.IsZero() {
		text += "It is a draft until episode.md has a date.\n"
	}
	if n.Audio == "" {
		text += "Put its MP3 at " + filepath.Join(folder, "audio.mp3") + "\n"
	}
	return text
}

// checkMasterName refuses files that are not masters, and says how to encode those
// with sound.
func checkMasterName(name string) error {
	ext := strings.ToLower(filepath.Ext(name))
	switch ext {
	case "", ".mp3", ".m4a":
		return nil
	case ".wav", ".flac", ".aif", ".aiff", ".aac", ".ogg", ".opus", ".caf", ".w64", ".wma", ".mp4", ".mov", ".mkv", ".webm":
		mp3 := strings.TrimSuffix(name, filepath.Ext(name)) + ".mp3"
		return withHint(fmt.Errorf("%s is not an MP3 or M4A", name),
			"encode speech with: ffmpeg -i %s -af aformat=channel_layouts=mono,loudnorm=I=-19:TP=-1.5:LRA=11 -ar 44100 -b:a 96k %s", shell.Quote(name), shell.Quote(mp3))
	}
	return fmt.Errorf("%s is not an MP3 or M4A", name)
}

// readOwnChapters reads the chapters in the tag of an MP3. It prints its findings;
// if there are errors, it returns no chapters.
func readOwnChapters(a *app, name string) ([]chapters.Chapter, error) {
	if !strings.EqualFold(filepath.Ext(name), ".mp3") {
		return nil, nil
	}
	f, stat, err := durable.OpenRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	chapters, found := audio.ReadChapters(f, stat.Size(), name)
	if err := a.noteFindings(found); err != nil {
		return nil, err
	}
	if found.HasErrors() {
		chapters = nil
	}
	return chapters, nil
}

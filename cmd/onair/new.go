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
	if n.Chapters, err = readOwnChapters(a, o.audio); err != nil {
		return err
	}
	dir, err := show.NewEpisode(s, n)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, filepath.Join(a.from, filepath.FromSlash(dir), "episode.md"))
	if !a.quiet {
		fmt.Fprintf(a.stderr, "\nNext: write the show notes there, then %s%s publish\n", a.name, a.inDir("."))
	}
	return nil
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

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
	"onair/show"
)

type newOptions struct {
	audio, kind, date, slug string
}

func newNew(g *global) *cobra.Command {
	var o newOptions
	c := &cobra.Command{
		Use:   "new TITLE",
		Short: "Start a new episode",
		Long: `Start a new episode: a folder under episodes/ with an episode.md that has the
title, the next free number and a GUID of its own, and the MP3 if there is one.
Chapters in the MP3's own tag are written to chapters.txt. With --audio and no
--date the episode is dated now; without either it is a draft until it gets a
date.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: `  onair new "Cloudy with a chance of packets" --audio ~/recordings/4.mp3
  onair new "Season two" --type trailer --date "2027-02-04 06:00"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(_ *cobra.Command, args []string) error { return g.newEpisode(args[0], &o) },
	}
	f := c.Flags()
	f.StringVar(&o.audio, "audio", "", "the master, an MP3 `FILE`; it is copied")
	f.StringVar(&o.kind, "type", "full", "`TYPE`: full, trailer or bonus")
	f.StringVar(&o.date, "date", "", "when it goes live, in the show's timezone: `\"2027-02-04 06:00\"`")
	f.StringVar(&o.slug, "slug", "", "`NAME` in URLs (default: from number and title)")
	complete(c, "type", "full", "trailer", "bonus")
	return c
}

func (g *global) newEpisode(title string, o *newOptions) error {
	s, found, err := g.loadShow()
	if err != nil {
		return err
	}
	if err := g.refuse(found); err != nil {
		return err
	}
	n := &show.NewEpisodeOptions{Title: title, Slug: o.slug, Type: show.EpisodeType(o.kind), Audio: o.audio, Rand: rand.Reader}
	switch n.Type {
	case show.Full, show.Trailer, show.Bonus:
	default:
		return usagef("--type %s: want full, trailer or bonus", o.kind)
	}
	if o.date != "" {
		if n.Date, err = show.ParseDate(o.date, s.Timezone); err != nil {
			return usageError{err}
		}
	} else if o.audio != "" {
		n.Date = g.now().In(s.Timezone).Truncate(time.Minute)
	}
	if n.Chapters, err = g.ownChapters(o.audio); err != nil {
		return err
	}
	dir, err := show.NewEpisode(s, n)
	if err != nil {
		return err
	}
	fmt.Fprintln(g.stdout, filepath.Join(g.from, filepath.FromSlash(dir), "episode.md"))
	if !g.quiet {
		fmt.Fprintf(g.stderr, "\nNext: write the show notes there, then %s%s publish\n", g.name, g.inDir("."))
	}
	return nil
}

// ownChapters reads the chapters of an MP3's own tag. What is wrong with them is
// said, and an episode can start without them.
func (g *global) ownChapters(name string) ([]show.Chapter, error) {
	if !strings.EqualFold(filepath.Ext(name), ".mp3") {
		return nil, nil
	}
	f, stat, err := durable.OpenRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	chapters, found := audio.ReadChapters(f, stat.Size(), name)
	if err := g.mention(found); err != nil {
		return nil, err
	}
	if found.HasErrors() {
		chapters = nil
	}
	return chapters, nil
}

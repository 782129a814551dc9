package main

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/durable"
	"onair/internal/plural"
	"onair/internal/source"
	"onair/show"
	"onair/show/chapters"
)

type newOptions struct {
	audio, kind, date, slug string
	dryRun, yes             bool
}

func newNew(a *app) *cobra.Command {
	var o newOptions
	c := &cobra.Command{
		Use:   "new TITLE | --audio FILE…",
		Short: "Start a new episode, or make episodes of old MP3s",
		Long: `Start a new episode: a folder below episodes/ with an episode.md that has the
title, the next free number and a new GUID, and a copy of the MP3 if one is given.
Chapters in the MP3 are written to chapters.txt, or to chapters.json if some of them
are hidden or end before the next one. With --audio and no --date the date is now;
without either the episode is a draft until it gets a date.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: `  onair new "Cloudy with a chance of packets" --audio ~/recordings/4.mp3
  onair new "Season two" --type trailer --date "2027-02-04 06:00"
  onair new --audio ~/old-episodes/*.mp3`,
		Args:              newArgs(&o),
		ValidArgsFunction: completeNew(&o),
		RunE: func(c *cobra.Command, args []string) error {
			if files := o.masters(args); len(files) > 0 {
				return runNewFromTags(c.Context(), a, &o, files)
			}
			return runNew(a, &o, args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&o.audio, "audio", "", "copy this MP3 `FILE`, the master; without a TITLE, more may follow")
	f.StringVar(&o.kind, "type", "full", "episode `TYPE`: full, trailer or bonus")
	f.StringVar(&o.date, "date", "", "when it goes live, in the show's timezone: `\"2027-02-04 06:00\"`")
	f.StringVar(&o.slug, "slug", "", "`NAME` in URLs (default: from the number and the title)")
	f.BoolVar(&o.dryRun, "dry-run", false, "with several files, print the list only")
	f.BoolVar(&o.yes, "yes", false, "with several files, do not ask for confirmation")
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
			return withHint(usagef("--date: %v", err), "write it as 2027-02-04 06:00")
		}
	} else if o.audio != "" {
		n.Date = a.now().In(s.Timezone).Truncate(time.Minute)
	}
	if err := audio.CheckName(o.audio); err != nil {
		return err
	}
	count := 0
	if n.Chapters, count, err = readOwnChapters(a, o.audio); err != nil {
		return err
	}
	dir, err := show.NewEpisode(s, n)
	if err != nil {
		return err
	}
	noteChapters(a, n.Chapters, count)
	folder := filepath.Join(a.from, filepath.FromSlash(dir))
	fmt.Fprintln(a.stdout, filepath.Join(folder, "episode.md"))
	if !a.quiet {
		fmt.Fprintf(a.stderr, "\n%sNext: write the show notes there, then %s%s publish\n", missingParts(n, folder), a.name, a.inDir("."))
	}
	return nil
}

// missingParts describes what a new episode needs before it can be published.
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

// readOwnChapters reads the chapters in a master and prints findings about them. count
// is how many chapters the master has; list may have fewer.
func readOwnChapters(a *app, name string) (list []chapters.Chapter, count int, err error) {
	if name == "" {
		return nil, 0, nil
	}
	f, stat, err := durable.OpenRegular(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	if _, err := audio.Recognize(f, stat.Size()); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	c, found := audio.ReadChapters(f, stat.Size(), name)
	return c.List, c.Count, a.noteFindings(found)
}

// noteChapters prints how many chapters a master has, how many of them the new episode
// has, and in which file.
func noteChapters(a *app, list []chapters.Chapter, count int) {
	if count == 0 || a.quiet {
		return
	}
	if len(list) == 0 {
		fmt.Fprintf(a.stderr, "%s in the audio, none of them written\n", plural.Count(count, "chapter"))
		return
	}
	file, _ := chapters.FormatFile(list)
	fmt.Fprintf(a.stderr, "%s in the audio, %d written to %s\n", plural.Count(count, "chapter"), len(list), file)
}

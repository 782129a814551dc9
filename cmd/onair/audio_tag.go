package main

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/finding"
	"onair/show"
)

// noFile is what --cover and --chapters take for none.
const noFile = "none"

type tagOptions struct {
	out             string
	inPlace         bool
	cover, chapters string // files; empty: as they are
	drop            []string
	edits           []func(*audio.Tag) // of the other flags, as they were given
}

func newAudioTag(g *global) *cobra.Command {
	var o tagOptions
	c := &cobra.Command{
		Use:   "tag (-o OUT | --in-place) FILE",
		Short: "Write the ID3 tag of an MP3",
		Long: `Write the tag of an MP3 as ID3v2.3, the version that every player shows. What no
flag names stays as the old tag has it; an empty value takes a field away. The
length comes from the audio.

The audio itself stays what it is, byte for byte. A file that is as it should be
is not touched; another is replaced in one step, with its mode and owner, and a
link still points to it. A file with several names (hard links) is refused, and
so is one whose audio does not begin where its tag says.

Frames that have no flag here are kept; --drop-frames names those to leave out.
ID3v1, APE and Lyrics3 tags behind the audio, which players may show instead, are
left out.

Exit codes: 0 done, also where nothing had to be · 1 failed, and FILE is as it
was · 2 usage · 3 the new tag has errors, such as a chapter behind the end.`,
		Example: `  onair audio tag --in-place --title "Ghosts in the tag" --cover artwork.jpg episode.mp3
  onair audio tag -o tagged.mp3 --chapters chapters.txt --track 2 episode.mp3
  onair audio tag --in-place --chapters none --drop-frames PRIV episode.mp3`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return g.tag(args[0], &o) },
	}
	o.addFlags(c)
	c.MarkFlagsMutuallyExclusive("output", "in-place")
	complete(c, "drop-frames", audio.DropAll)
	return c
}

func (o *tagOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&o.out, "output", "o", "", "`FILE` to write")
	f.BoolVar(&o.inPlace, "in-place", false, "replace FILE itself")
	set := func(name, usage string, edit func(s string) (func(*audio.Tag), error)) {
		f.Func(name, usage, func(s string) error {
			e, err := edit(s)
			o.edits = append(o.edits, e)
			return err
		})
	}
	text := func(name, usage string, field func(*audio.Tag) *string) {
		set(name, usage, func(s string) (func(*audio.Tag), error) {
			return func(t *audio.Tag) { *field(t) = s }, nil
		})
	}
	number := func(name, usage string, field func(*audio.Tag) *int) {
		set(name, usage, func(s string) (func(*audio.Tag), error) {
			n, err := numberFlag(s)
			return func(t *audio.Tag) { *field(t) = n }, err
		})
	}
	text("title", "the episode's `TITLE`", func(t *audio.Tag) *string { return &t.Title })
	text("artist", "`AUTHOR` of the show", func(t *audio.Tag) *string { return &t.Artist })
	text("album", "the show's `TITLE`", func(t *audio.Tag) *string { return &t.Album })
	number("track", "`NUMBER` of the episode", func(t *audio.Tag) *int { return &t.Track })
	number("season", "`NUMBER` of the season", func(t *audio.Tag) *int { return &t.Season })
	set("date", "`DATE` of publication, such as 2027-02-04", dateEdit)
	text("genre", "`GENRE`; podcasts say Podcast", func(t *audio.Tag) *string { return &t.Genre })
	text("comment", "`SUMMARY` of the episode", func(t *audio.Tag) *string { return &t.Comment })
	set("language", "`LANGUAGE` that is spoken: en, pt-BR, deu", languageEdit)
	text("copyright", "`NOTICE`: a year and the holder", func(t *audio.Tag) *string { return &t.Copyright })
	text("publisher", "`OWNER` of the show", func(t *audio.Tag) *string { return &t.Publisher })
	text("guid", "`GUID` of the episode in the feed", func(t *audio.Tag) *string { return &t.GUID })
	f.StringVar(&o.cover, "cover", "", "JPEG or PNG `FILE`, or none")
	f.StringVar(&o.chapters, "chapters", "", "`FILE` of chapters in any form that audio chapters reads, or none")
	f.StringSliceVar(&o.drop, "drop-frames", nil, "leave out frames of the old tag that have no flag, by `ID` such as PRIV, or all")
}

func numberFlag(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("want a number from 0")
	}
	return int(n), nil
}

func dateEdit(s string) (func(*audio.Tag), error) {
	var date time.Time
	var err error
	if s != "" {
		date, err = show.ParseDate(s, time.UTC)
	}
	if err != nil {
		err = fmt.Errorf("%w; write it as 2027-02-04", err)
	}
	return func(t *audio.Tag) { t.Date = date }, err
}

func languageEdit(s string) (func(*audio.Tag), error) {
	code := audio.Language(s)
	if s != "" && code == "" {
		return nil, fmt.Errorf("want a language such as en, pt-BR or deu")
	}
	return func(t *audio.Tag) { t.Language = code }, nil
}

// tag is the command: flags become an edit of the old tag.
func (g *global) tag(name string, o *tagOptions) error {
	if o.out == "" && !o.inPlace {
		return withHint(usagef("where should the tagged file go?"), "-o OUT writes another file, --in-place replaces %s itself", name)
	}
	if o.out == "-" {
		return withHint(usagef("-o -: a tagged file does not go to standard output"), "-o ./- writes a file of that name")
	}
	if err := checkDrop(o.drop); err != nil {
		return err
	}
	cover, found, err := g.readCover(o.cover)
	if err != nil {
		return err
	}
	chapters, wrong, err := tagChapters(o.chapters)
	if err != nil {
		return err
	}
	found = append(found, wrong...)
	edit := func(t *audio.Tag) error {
		for _, e := range o.edits {
			e(t)
		}
		if o.cover != "" {
			t.Artwork = cover
		}
		at := finding.Position{File: name}
		if o.chapters == "" {
			found = append(found, t.CheckTimes(t.Duration, at)...)
		} else if err := g.setChapters(t, chapters, &found); err != nil {
			return err
		}
		found = append(found, audio.CheckTag(t, at)...)
		return g.refuse(found)
	}
	t, err := audio.TagFile(name, edit, &audio.TagFileOptions{Out: o.out, Drop: o.drop})
	var lost *audio.LostFramesError
	switch {
	case errors.As(err, &lost):
		return withHint(err, "--drop-frames %s leaves them out", strings.Join(lost.IDs, ","))
	case err != nil:
		return err
	}
	found = append(found, damage(t.Info, name)...)
	if len(found) > 0 {
		if err := g.writeFindings(g.stderr, found); err != nil {
			return err
		}
	}
	if !g.quiet {
		g.printNotDropped(o.drop, t.Dropped)
	}
	if g.json {
		return writeJSON(g.stdout, taggedJSON(cmp.Or(o.out, name), t))
	}
	g.printTagged(cmp.Or(o.out, name), t)
	return nil
}

// damage is what is wrong with the frames of the file. It was tagged all the
// same, so that none of it is an error here.
func damage(info *audio.Info, name string) finding.List {
	return warnings(audio.CheckIntegrity(info, finding.Position{File: name}))
}

// checkDrop refuses names for --drop-frames that no frame can have. Those of
// ID3v2.2 have three characters.
func checkDrop(ids []string) error {
	for _, id := range ids {
		if id != audio.DropAll && id != audio.Junk && !frameID.MatchString(id) {
			return usagef("--drop-frames %s: want the id of a frame, such as PRIV, or all", id)
		}
	}
	return nil
}

var frameID = regexp.MustCompile(`^[A-Z][A-Z0-9]{2,3}$`)

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/finding"
	"onair/internal/source"
)

// noFile is the value of --cover or --chapters that removes the artwork or the
// chapters.
const noFile = "none"

type tagOptions struct {
	out             string
	shown           string // printed instead of out, unless it is empty
	inPlace         bool
	cover, chapters string // files; empty keeps the artwork or chapters of the tag
	drop            []string
	edits           []func(*audio.Tag) // changes by the other flags, in the order of the command line
}

func newAudioTag(a *app) *cobra.Command {
	var o tagOptions
	c := &cobra.Command{
		Use:   "tag (-o OUT | --in-place) FILE",
		Short: "Write the ID3 tag of an MP3",
		Long: `Write the tag of an MP3 as ID3v2.3, the version that every player reads. Fields
without a flag keep their values; an empty value removes a field. The length is
taken from the audio.

The audio is not changed. A file whose tag is already right is not written. Any
other file is replaced atomically and keeps its mode and owner; a symbolic link is
followed. A file with several hard links is refused, and so is one whose audio does
not begin where its tag ends.

Frames without a flag are kept, except those named by --drop-frames. ID3v1, APE
and Lyrics3 tags after the audio are removed, because players may show them
instead.

Exit codes: 0 done, or nothing to do · 1 failed, FILE is unchanged · 2 usage ·
3 the new tag has errors, such as a chapter after the end.`,
		Example: `  onair audio tag --in-place --title "Ghosts in the tag" --cover artwork.jpg episode.mp3
  onair audio tag -o tagged.mp3 --chapters chapters.txt --track 2 episode.mp3
  onair audio tag --in-place --chapters none --drop-frames PRIV episode.mp3`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runAudioTag(a, &o, args[0]) },
	}
	o.addFlags(c)
	c.MarkFlagsMutuallyExclusive("output", "in-place")
	complete(c, "drop-frames", audio.DropAll)
	return c
}

func (o *tagOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&o.out, "output", "o", "", "`FILE` to write; - is standard output")
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
	text("genre", "`GENRE`; Podcast is usual", func(t *audio.Tag) *string { return &t.Genre })
	text("comment", "`SUMMARY` of the episode", func(t *audio.Tag) *string { return &t.Comment })
	set("language", "`LANGUAGE` that is spoken, such as en, pt-BR or deu", languageEdit)
	text("copyright", "`NOTICE`: a year and the holder", func(t *audio.Tag) *string { return &t.Copyright })
	text("publisher", "`OWNER` of the show", func(t *audio.Tag) *string { return &t.Publisher })
	text("guid", "`GUID` of the episode in the feed", func(t *audio.Tag) *string { return &t.GUID })
	f.StringVar(&o.cover, "cover", "", "cover image: a JPEG or PNG `FILE`, or none")
	f.StringVar(&o.chapters, "chapters", "", "`FILE` of chapters in any format that audio chapters reads, or none")
	f.StringSliceVar(&o.drop, "drop-frames", nil, "remove frames that have no flag of their own, by `ID` such as PRIV, or all")
}

func numberFlag(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("want a number, 0 or more")
	}
	return int(n), nil
}

func dateEdit(s string) (func(*audio.Tag), error) {
	var date time.Time
	var err error
	if s != "" {
		date, err = source.ParseDate(s, time.UTC)
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

func runAudioTag(a *app, o *tagOptions, name string) error {
	if o.out == "" && !o.inPlace {
		return withHint(usagef("no output is named"), "use -o OUT to write another file, or --in-place to replace %s", name)
	}
	if o.out == "-" {
		return tagToStdout(a, o, name)
	}
	if err := checkDrop(o.drop); err != nil {
		return err
	}
	cover, found, err := readCover(a, o.cover)
	if err != nil {
		return err
	}
	chapters, wrong, err := readTagChapters(o.chapters)
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
			found = append(found, t.CheckProblems(at)...)
			found = append(found, t.CheckTimes(t.Duration, at)...)
		} else if err := setChapters(a, t, chapters, &found); err != nil {
			return err
		}
		found = append(found, audio.CheckTag(t, at)...)
		return a.refuse(found, nil)
	}
	drop := o.drop
	if o.chapters == noFile {
		drop = append(drop[:len(drop):len(drop)], "CHAP") // also CHAP frames that cannot be read as chapters
	}
	t, err := audio.TagFile(name, edit, &audio.TagFileOptions{Out: o.out, Drop: drop})
	var lost *audio.LostFramesError
	switch {
	case errors.As(err, &lost):
		return withHint(err, "--drop-frames %s removes them", strings.Join(lost.IDs, ","))
	case err != nil:
		return err
	}
	found = append(found, checkFrames(t.Info, name)...)
	return reportTagged(a, o, name, t, found)
}

// reportTagged writes the findings, and what the new tag of the file has.
func reportTagged(a *app, o *tagOptions, name string, t *audio.Tagging, found finding.List) error {
	if len(found) > 0 {
		if err := a.writeFindings(a.stderr, found, nil); err != nil {
			return err
		}
	}
	if !a.quiet {
		printNotDropped(a, o.drop, t.Dropped)
	}
	if a.json {
		return writeJSON(a.stdout, taggedJSON(cmp.Or(o.shown, o.out, name), t))
	}
	printTagged(a, cmp.Or(o.shown, o.out, name), t)
	return nil
}

// tagToStdout tags a file and writes the new file to standard output. Messages go to
// standard error.
func tagToStdout(a *app, o *tagOptions, name string) error {
	if a.json {
		return usagef("-o - and --json both write to standard output")
	}
	dir, err := os.MkdirTemp("", "onair-tag-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	toFile, out := *o, a.stdout
	toFile.out, toFile.shown = filepath.Join(dir, "tagged.mp3"), "standard output"
	a.stdout = a.stderr
	defer func() { a.stdout = out }()
	if err := runAudioTag(a, &toFile, name); err != nil {
		return err
	}
	f, err := os.Open(toFile.out)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(out, f)
	return err
}

// checkFrames returns findings about the frames of a tagged file. All are at most
// warnings, because the file has been written.
func checkFrames(info *audio.Info, name string) finding.List {
	return warnings(audio.CheckIntegrity(info, finding.Position{File: name}))
}

// checkDrop refuses values of --drop-frames other than frame IDs, "all" and "junk". The
// frame IDs of ID3v2.2 have three characters.
func checkDrop(ids []string) error {
	for _, id := range ids {
		if id != audio.DropAll && id != audio.Junk && !frameID.MatchString(id) {
			return usagef("--drop-frames %s: want the ID of a frame, such as PRIV, or all", id)
		}
	}
	return nil
}

var frameID = regexp.MustCompile(`^[A-Z][A-Z0-9]{2,3}$`)

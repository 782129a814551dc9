package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"onair/audio"
	"onair/internal/durable"
	"onair/internal/finding"
	"onair/show"
)

// noFile is what --cover and --chapters take for none.
const noFile = "none"

// maxImage bounds what is read of an image, in bytes; audio.ReadPicture takes
// less.
const maxImage = 64 << 20

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
	found := audio.CheckFrames(info, finding.Position{File: name})
	for i := range found {
		found[i].Severity = max(found[i].Severity, finding.Warning)
	}
	return found
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

// flagOf names the flags that take away what is in frames of these ids.
var flagOf = map[string]string{
	"TIT2": "title", "TPE1": "artist", "TALB": "album", "TRCK": "track", "TPOS": "season", "TYER": "date", "TDRC": "date",
	"TCON": "genre", "TLAN": "language", "TCOP": "copyright", "TPUB": "publisher", "CHAP": "chapters", "CTOC": "chapters", "APIC": "cover", "COMM": "comment",
}

// printNotDropped says which frames were to be left out and are not gone for it.
func (g *global) printNotDropped(asked, dropped []string) {
	for _, id := range asked {
		if id == audio.DropAll || slices.Contains(dropped, id) {
			continue
		}
		why := "the file has none"
		if flag := flagOf[id]; flag == "chapters" || flag == "cover" {
			why = "--" + flag + " none takes it away"
		} else if flag != "" {
			why = "--" + flag + " '' takes it away"
		}
		fmt.Fprintf(g.stderr, "not dropped: %s (%s)\n", id, why)
	}
}

// readCover reads the image of --cover. What directories would not take is
// worth a warning here, no more: the file may be for something else.
func (g *global) readCover(name string) (*audio.Picture, finding.List, error) {
	if name == "" || name == noFile {
		return nil, nil, nil
	}
	f, _, err := durable.OpenRegular(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxImage))
	if err != nil {
		return nil, nil, err
	}
	p, err := audio.ReadPicture(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, warnings(audio.CheckArtwork(p, finding.Position{File: name}, name)), nil
}

// warnings makes warnings of errors.
func warnings(found finding.List) finding.List {
	for i := range found {
		found[i].Severity = max(found[i].Severity, finding.Warning)
	}
	return found
}

// newChapters are those of --chapters, and of those of an MP3 the images, by the
// start of the chapter.
type newChapters struct {
	file     string
	chapters []show.Chapter
	images   map[time.Duration]*audio.Picture
}

// tagChapters reads the chapters of --chapters.
func tagChapters(name string) (*newChapters, finding.List, error) {
	if name == "" || name == noFile {
		return &newChapters{}, nil, nil
	}
	f, stat, err := durable.OpenRegular(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	size := stat.Size()
	chapters, found := audio.ReadChapters(f, size, name)
	if len(chapters) == 0 && !found.HasErrors() {
		found.Errorf("A050", finding.Position{File: name}, "--chapters none takes those of the tag away", "there are no chapters in it")
	}
	found = slices.DeleteFunc(found, func(f finding.Finding) bool { return f.Rule == "A010" }) // no image is left out here
	return &newChapters{name, chapters, audio.ChapterImages(f, size)}, found, nil
}

// setChapters gives the tag new chapters with their images.
func (g *global) setChapters(t *audio.Tag, n *newChapters, found *finding.List) error {
	at := func(int) finding.Position { return finding.Position{File: n.file} }
	*found = append(*found, audio.CheckTimes(n.chapters, t.Duration, at)...)
	var err error
	if t.Chapters, err = audio.TagChapters(n.chapters, t.Duration, g.chapterImage(n.file, found)); err != nil {
		return err
	}
	for i := range t.Chapters {
		if image := n.images[t.Chapters[i].Start]; image != nil {
			t.Chapters[i].Image = image
		}
	}
	return nil
}

// chapterImage reads the images that a file of chapters names, in its own
// folder; what is on the web stays there. What they should not be is found.
func (g *global) chapterImage(file string, found *finding.List) func(string) (*audio.Picture, error) {
	return func(name string) (*audio.Picture, error) {
		if name == "" {
			return nil, nil
		}
		if u, err := url.Parse(name); err == nil && u.Host != "" {
			fmt.Fprintf(g.stderr, "left out: the image %s, which is on the web\n", clean(name))
			return nil, nil
		}
		root, err := os.OpenRoot(filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		defer root.Close()
		// A pipe would be waited for.
		info, err := root.Stat(filepath.FromSlash(name))
		if err == nil {
			err = durable.CheckRegular(name, info)
		}
		if err != nil {
			return nil, err
		}
		f, err := root.Open(filepath.FromSlash(name))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, maxImage))
		if err != nil {
			return nil, err
		}
		p, err := audio.ReadPicture(data)
		if err == nil {
			at := finding.Position{File: filepath.ToSlash(filepath.Join(filepath.Dir(file), name))}
			*found = append(*found, warnings(audio.CheckChapterImage(p, at, name))...)
		}
		return p, err
	}
}

// taggedDocument is what audio tag --json writes.
type taggedDocument struct {
	SchemaVersion int      `json:"schema_version"`
	File          string   `json:"file"`
	Written       bool     `json:"written"`
	Changed       []string `json:"changed"`
	Duration      float64  `json:"duration_seconds"`
	TagBytes      int64    `json:"tag_bytes"`
	PayloadBytes  int64    `json:"payload_bytes"`
	Chapters      int      `json:"chapters"`
	KeptFrames    []string `json:"kept_frames"`
	DroppedFrames []string `json:"dropped_frames"`
	LeftOut       []string `json:"left_out"`
}

func taggedJSON(name string, t *audio.Tagging) taggedDocument {
	list := func(s []string) []string { return append([]string{}, s...) }
	return taggedDocument{
		SchemaVersion: schemaVersion, File: name, Written: t.Written, Changed: list(t.Fields),
		Duration: t.Info.Duration.Seconds(), TagBytes: t.TagBytes, PayloadBytes: t.Info.PayloadBytes(), Chapters: len(t.Tag.Chapters),
		KeptFrames: list(t.Kept), DroppedFrames: list(t.Dropped), LeftOut: list(t.LeftOut),
	}
}

func (g *global) printTagged(name string, t *audio.Tagging) {
	what := "as it was"
	switch {
	case !t.Written:
		what = "nothing to do, nothing written"
	case len(t.Fields) > 0:
		what = changes(t)
	}
	fmt.Fprintf(g.stdout, "%s: %s; ID3v2.3 tag of %s, audio of %s\n", clean(name), what, bytesText(t.TagBytes), bytesText(t.Info.PayloadBytes()))
	if g.quiet {
		return
	}
	for _, l := range []struct {
		what  string
		names []string
	}{{"kept", t.Kept}, {"dropped", t.Dropped}, {"left out", t.LeftOut}} {
		if len(l.names) > 0 {
			fmt.Fprintf(g.stderr, "%s: %s\n", l.what, clean(counted(l.names)))
		}
	}
}

// changes says which fields are new and which are gone.
func changes(t *audio.Tagging) string {
	fresh := slices.DeleteFunc(slices.Clone(t.Fields), func(f string) bool { return slices.Contains(t.Removed, f) })
	var said []string
	if len(fresh) > 0 {
		said = append(said, "new "+strings.Join(fresh, ", "))
	}
	if len(t.Removed) > 0 {
		said = append(said, "no "+strings.Join(t.Removed, ", "))
	}
	return strings.Join(said, "; ")
}

// counted lists names, each once and with how often it is there.
func counted(names []string) string {
	times := map[string]int{}
	var once []string
	for _, name := range names {
		if times[name]++; times[name] == 1 {
			once = append(once, name)
		}
	}
	for i, name := range once {
		if n := times[name]; n > 1 {
			once[i] = fmt.Sprintf("%s (%d)", name, n)
		}
	}
	return strings.Join(once, ", ")
}

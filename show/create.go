package show

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"onair/internal/durable"
	"onair/internal/placeholder"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/show/chapters"
)

// gitignore returns a .gitignore for masters, because they are large, and for files that
// onair builds.
func gitignore(*CreateOptions) ([]byte, error) {
	return []byte(`# Masters are large, and publishing keeps a copy of each in the bucket.
/episodes/*/*.mp3
/episodes/*/*.m4a

# What onair builds here when show.yaml says storage: file:public
/public/
`), nil
}

// CreateOptions describe a new show.
type CreateOptions struct {
	Title      string   // one line; made from the name of the folder if empty
	Author     string   // one line; a placeholder is written if empty
	Categories []string // Apple's names, such as "News > Tech News"; a placeholder is written if empty
}

// Create writes the files of a new show into dir, which may contain other files:
// a show.yaml with comments, a folder for episodes, placeholder artwork and a
// .gitignore. It returns the files it wrote, relative to dir. Existing files are
// kept. If dir has a show already, the error wraps fs.ErrExist.
func Create(dir string, opts *CreateOptions) (files []string, err error) {
	o := *opts
	if o.Title == "" {
		o.Title = titleOf(dir)
	}
	if err := validTitle(o.Title); err != nil {
		return nil, err
	}
	if strings.ContainsFunc(o.Author, func(r rune) bool { return source.IsControl(r) || r == '\n' || r == '\t' }) {
		return nil, errors.New("the author has a line break, a tab or a control character")
	}
	for _, c := range o.Categories {
		if _, hint, ok := parseCategory(c); !ok {
			if hint != "" {
				hint = "; " + hint
			}
			return nil, fmt.Errorf("%s is not in Apple's list of categories%s", source.ShortQuote(c), hint)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, episodesDir), 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if _, err := root.Lstat(showFile); err == nil {
		return nil, &fs.PathError{Op: "create", Path: filepath.Join(dir, showFile), Err: fs.ErrExist}
	}
	for _, f := range []struct {
		name    string
		content func(o *CreateOptions) ([]byte, error)
	}{
		{".gitignore", gitignore},
		{"artwork.jpg", func(o *CreateOptions) ([]byte, error) { return placeholder.Draw(o.Title) }},
		{showFile, newShowFile}, // last, because this file makes the folder a show
	} {
		wrote, err := writeNew(root, f.name, func() ([]byte, error) { return f.content(&o) })
		if err != nil {
			return files, fmt.Errorf("write %s: %w", f.name, err)
		}
		if wrote {
			files = append(files, f.name)
		}
	}
	return files, nil
}

// writeNew writes a file unless it exists.
func writeNew(root *os.Root, name string, content func() ([]byte, error)) (wrote bool, err error) {
	if _, err := root.Lstat(name); err == nil {
		return false, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	data, err := content()
	if err != nil {
		return false, err
	}
	if err := durable.WriteIn(root, name, data, 0o644); err != nil {
		return false, err
	}
	return true, nil
}

// titleOf makes a title from a folder's name.
func titleOf(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "My Podcast"
	}
	words := strings.Join(strings.FieldsFunc(filepath.Base(abs), func(r rune) bool {
		return r == '-' || r == '_' || unicode.IsSpace(r) || r == filepath.Separator
	}), " ")
	if validTitle(words) != nil {
		return "My Podcast"
	}
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

// validTitle returns an error if a title is empty, too long, or not on one line without
// space around it.
func validTitle(title string) error {
	switch {
	case strings.TrimSpace(title) == "":
		return errors.New("the title is empty")
	case !utf8.ValidString(title):
		return errors.New("the title is not UTF-8")
	case strings.ContainsFunc(title, func(r rune) bool { return source.IsControl(r) || r == '\n' || r == '\t' }):
		return errors.New("the title has a line break, a tab or a control character")
	case strings.TrimSpace(title) != title:
		return errors.New("the title has a space at an end")
	case utf8.RuneCountInString(title) > 255:
		return errors.New("the title has more than 255 characters")
	}
	return nil
}

// newShowFile returns the show.yaml of a new show.
func newShowFile(o *CreateOptions) ([]byte, error) {
	categories, author := "# categories: [Technology, News > Tech News]", `# author: "Your name"`
	if len(o.Categories) > 0 {
		quoted := make([]string, len(o.Categories))
		for i, c := range o.Categories {
			quoted[i] = source.Quote(c)
		}
		categories = "categories: [" + strings.Join(quoted, ", ") + "]"
	}
	if o.Author != "" {
		author = "author: " + source.Quote(o.Author)
	}
	return fmt.Appendf(nil, `# Your show. Lines that start with # are remarks, or fields to fill in: delete
# the # and the space behind it. onair check says what is missing.

title: %s

# What the show is about. The first lines are what people see in directories.
# description: |
#   A few sentences, in Markdown.

# Replace artwork.jpg, which is a placeholder, by a square picture of 1400 to
# 3000 pixels, JPEG or PNG.
artwork: artwork.jpg

language: en
explicit: false

# At least one of Apple's categories, the best one first.
%s

# Who makes it. Hosts can also be described in people.yaml, and named by their ids.
%s
# hosts: [{name: "Your name", url: "https://your.example/"}]

# Directories write to this address to check that the show is yours. It is public.
# owner: {name: "Your name", email: you@your.example}

# Dates of episodes are in this timezone.
# timezone: Europe/London

# A waveform as the timeline of the player on your site. It takes ffmpeg, once.
# waveform: true

# Where people find the show, for the buttons on your site.
# links: {apple: "https://podcasts.apple.com/podcast/id1", overcast: "https://overcast.fm/itunes1"}

# Where the show goes: a folder, or a bucket and the address that serves it.
storage: file:public
# storage: gs://my-bucket
# url: https://podcast.example.com/
`, source.Quote(o.Title), categories, author), nil
}

// NewEpisodeOptions describe a new episode.
type NewEpisodeOptions struct {
	Title string      // required; one line
	Slug  string      // made from number and title if empty
	Type  EpisodeType // Full if empty
	Date  time.Time   // when it goes live; the zero time makes a draft
	Audio string      // operating-system path of an .mp3 or .m4a to copy; may be empty
	Rand  io.Reader   // source of the GUID; crypto/rand if nil

	Chapters []chapters.Chapter // written to chapters.txt or chapters.json; no file if empty
	Files    map[string][]byte  // further files in the folder, by name, such as artwork.jpg

	// The identity of an episode that was published elsewhere. Zero values mean a new
	// identity.
	GUID           string
	Season, Number int
}

// NewEpisode makes the folder of an episode. Unless opts has them, the episode gets a new
// GUID and, if it is a full episode, the next free number of the latest season.
// NewEpisode copies the master to audio.mp3 (or .m4a), unless the master is already where
// the show's audio: pattern expects it. It returns the folder's path in the show. If the
// folder exists, the error wraps fs.ErrExist. After a failure the folder is removed.
func NewEpisode(s *Show, opts *NewEpisodeOptions) (dir string, err error) {
	if s.Folder.Dir == "" {
		return "", errors.New("the show is not in a folder on the disk")
	}
	if err := validTitle(opts.Title); err != nil {
		return "", err
	}
	e, err := s.newEpisode(opts)
	if err != nil {
		return "", err
	}
	root, err := os.OpenRoot(s.Folder.Dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	if err := root.MkdirAll(episodesDir, 0o755); err != nil {
		return "", err
	}
	if err := root.Mkdir(e.Dir, 0o755); err != nil {
		return "", err
	}
	if err := s.fill(root, e, opts); err != nil {
		return "", errors.Join(err, root.RemoveAll(e.Dir))
	}
	return e.Dir, nil
}

// newEpisode chooses the values of the episode.
func (s *Show) newEpisode(opts *NewEpisodeOptions) (*Episode, error) {
	e := &Episode{Title: opts.Title, Type: cmp.Or(opts.Type, Full), Date: opts.Date, Slug: opts.Slug}
	switch e.Type {
	case Full:
		if e.Season, e.Number = opts.Season, opts.Number; e.Number == 0 {
			e.Season, e.Number = s.nextNumber()
		}
	case Trailer, Bonus:
	default:
		return nil, fmt.Errorf("unknown episode type %q: want full, trailer or bonus", e.Type)
	}
	if e.Slug == "" {
		e.Slug = slugs.Make(opts.Title)
		if e.Number > 0 {
			e.Slug = slugs.Make(fmt.Sprintf("%d-%s", e.Number, e.Slug))
		}
	}
	if err := slugs.Valid(e.Slug); err != nil {
		return nil, fmt.Errorf("slug: %w", err)
	}
	if other := s.bySlug(e.Slug); other != nil {
		return nil, fmt.Errorf("slug %s: already used by %s: %w", e.Slug, other.Dir, fs.ErrExist)
	}
	e.Dir = path.Join(episodesDir, e.Slug)
	if e.GUID = opts.GUID; e.GUID != "" {
		return e, nil
	}
	id, err := uuid.NewRandomFromReader(cmp.Or[io.Reader](opts.Rand, rand.Reader))
	if err != nil {
		return nil, fmt.Errorf("make a GUID: %w", err)
	}
	e.GUID = id.String()
	return e, nil
}

// nextNumber returns the latest season and the number after the highest one of its full
// episodes. The season is 0 if the show has no seasons.
func (s *Show) nextNumber() (season, number int) {
	for _, e := range s.Episodes {
		season = max(season, e.Season)
	}
	for _, e := range s.Episodes {
		if e.Season == season && e.Type == Full {
			number = max(number, e.Number)
		}
	}
	return season, number + 1
}

// fill writes the files of a new episode into its folder.
func (s *Show) fill(root *os.Root, e *Episode, opts *NewEpisodeOptions) error {
	if opts.Audio != "" && !s.isMaster(e, opts.Audio) {
		if err := copyMaster(root, e.Dir, opts.Audio); err != nil {
			return fmt.Errorf("copy %s: %w", opts.Audio, err)
		}
	}
	if len(opts.Chapters) > 0 {
		name, data := chapters.FormatFile(opts.Chapters)
		if _, err := writeNew(root, path.Join(e.Dir, name), func() ([]byte, error) { return data, nil }); err != nil {
			return err
		}
	}
	for name, data := range opts.Files {
		if _, err := writeNew(root, path.Join(e.Dir, name), func() ([]byte, error) { return data, nil }); err != nil {
			return err
		}
	}
	_, err := writeNew(root, path.Join(e.Dir, episodeFile), func() ([]byte, error) { return newEpisodeFile(e, s.Timezone), nil })
	return err
}

// isMaster reports whether a file is where the show's audio: pattern expects the
// episode's master.
func (s *Show) isMaster(e *Episode, audio string) bool {
	want, ok := s.Folder.Path(e.expand(s.AudioPath))
	if s.AudioPath == "" || !ok {
		return false
	}
	a, err := os.Stat(want)
	if err != nil {
		return false
	}
	b, err := os.Stat(audio)
	return err == nil && os.SameFile(a, b)
}

// copyMaster streams a master into the folder.
func copyMaster(root *os.Root, dir, audio string) error {
	ext := strings.ToLower(filepath.Ext(audio))
	if ext != ".mp3" && ext != ".m4a" {
		return errors.New("neither .mp3 nor .m4a")
	}
	src, _, err := durable.OpenRegular(audio)
	if err != nil {
		return reason(err)
	}
	defer src.Close()
	dst, err := durable.Create(root, path.Join(dir, "audio"+ext), 0o644)
	if err != nil {
		return err
	}
	if _, err := io.Copy(dst, src); err != nil {
		dst.Abort()
		return err
	}
	return dst.Commit()
}

// newEpisodeFile returns the episode.md of a new episode.
func newEpisodeFile(e *Episode, zone *time.Location) []byte {
	var b bytes.Buffer
	b.WriteString("---\n")
	fmt.Fprintf(&b, "title: %s\n", source.Quote(e.Title))
	fmt.Fprintf(&b, "guid: %s   # identifies the episode; never edit it\n", guidText(e.GUID))
	if e.Date.IsZero() {
		b.WriteString("# date: 2027-02-04 06:00   # when it goes live; without a date it is a draft\n")
	} else {
		fmt.Fprintf(&b, "date: %s\n", formatDate(e.Date, zone))
	}
	if e.Season > 0 {
		fmt.Fprintf(&b, "season: %d\n", e.Season)
	}
	if e.Number > 0 {
		fmt.Fprintf(&b, "number: %d\n", e.Number)
	}
	if e.Type != Full {
		fmt.Fprintf(&b, "type: %s\n", e.Type)
	}
	b.WriteString("# summary: \"One or two sentences, plain text.\"\n")
	b.WriteString("# The show notes go below the next line, in Markdown.\n---\n")
	return b.Bytes()
}

// formatDate formats a time in the show's timezone, to the second. It adds the offset if
// the time would be ambiguous without it.
func formatDate(t time.Time, zone *time.Location) string {
	t = t.Truncate(time.Second)
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		s := t.In(zone).Format(layout)
		if back, err := source.ParseDate(s, zone); err == nil && back.Equal(t) {
			return s
		}
	}
	return t.In(zone).Format(time.RFC3339)
}

// guidText returns a GUID as YAML. The GUID of an episode that was published before may
// be any text.
func guidText(guid string) string {
	if _, err := uuid.Parse(guid); err == nil && len(guid) == len(uuid.Nil.String()) {
		return guid
	}
	return source.Quote(guid)
}

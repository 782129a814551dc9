package show

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // timezones of shows do not depend on the machine

	"onair/internal/finding"
)

// Names of the files of a show.
const (
	showFile     = "show.yaml"
	peopleFile   = "people.yaml"
	sponsorsFile = "sponsors.yaml"
	episodesDir  = "episodes"
	episodeFile  = "episode.md"
	chaptersFile = "chapters.txt"
)

// LoadOptions are what a show's files do not say. Nil means the defaults.
type LoadOptions struct {
	Dir    string // operating-system path of the file system's root; empty: files outside of it are refused
	Target string // name in targets:; empty: the main one

	// NewGUID names the episodes, by slug, whose GUID in episode.md replaces the
	// one in the lock. Apps will show each of them as a new episode.
	NewGUID []string

	// Env looks up ONAIR_STORAGE, ONAIR_URL and ONAIR_STATE, which override
	// the files. Nil: there is no environment.
	Env func(string) (string, bool)
}

// loader is one run of Load.
type loader struct {
	folder   Folder
	show     *Show
	found    finding.List
	people   registry[*Person]
	sponsors registry[*Sponsor]
	targets  map[string]*target
	broken   bool // an episode could not be read
	pins     map[string]Position
	newGUID  []string // slugs
}

// Load reads a show. All problems are found in one run and come sorted. The
// Show is nil where show.yaml could not be read as YAML; otherwise it holds
// everything that could be understood, also next to errors, so that further
// checks can run.
//
// Whether links in the folder are followed is up to fsys: the FS of an os.Root
// keeps them inside.
func Load(fsys fs.FS, opts *LoadOptions) (*Show, finding.List) {
	if opts == nil {
		opts = &LoadOptions{}
	}
	folder := Folder{FS: fsys, Dir: opts.Dir}
	l := &loader{
		folder:  folder,
		newGUID: opts.NewGUID,
		targets: map[string]*target{},
		show: &Show{
			Storage: DefaultStorage, Feed: Feed{Path: DefaultFeed}, Timezone: time.UTC, Type: Episodic, KeepMasters: true,
			Transcripts: Transcripts{Fraction: "decimal"}, Folder: folder, places: map[string]Position{},
		},
	}
	ok := l.load(opts)
	l.found.Sort()
	if !ok {
		return nil, l.found
	}
	return l.show, l.found
}

func (l *loader) load(opts *LoadOptions) bool {
	if _, err := l.folder.Stat(showFile); errors.Is(err, fs.ErrNotExist) {
		l.found.Add(ruleNoShow.At(Position{File: showFile}, "there is no show here").WithHint("onair init makes one; -C DIR looks elsewhere"))
		return false
	}
	l.people = readRegistry(l, peopleFile, people)
	l.sponsors = readRegistry(l, sponsorsFile, sponsors)
	l.show.People, l.show.Sponsors = l.people.byID, l.sponsors.byID
	v, ok := l.yaml(showFile, l.show.places)
	if v.node != nil {
		l.decodeShow(v)
	}
	l.show.Targets = slices.Sorted(maps.Keys(l.targets))
	if ok {
		l.useTarget(opts.Target)
		l.useEnv(opts.Env)
		l.defaults()
	}
	l.readLock()
	l.readEpisodes()
	if ok {
		l.check()
	}
	return ok
}

// read returns the text of a file of the show; ok is false where it is absent
// or has been reported.
func (l *loader) read(name string) (text string, ok bool) {
	data, err := l.folder.ReadFile(name, maxYAML)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", false
	case err != nil:
		l.found.Add(ruleBytes.At(Position{File: name}, "%v", reason(err)))
		return "", false
	}
	return cleanText(name, data, maxYAML, &l.found)
}

// reason is an error without the path that the finding's place names already.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// yaml reads a YAML file of the show's folder. ok is false where it is absent
// or broken; an empty one is good and has a nil node.
func (l *loader) yaml(name string, places map[string]Position) (v value, ok bool) {
	text, ok := l.read(name)
	if !ok {
		return value{}, false
	}
	root, broken := parseYAML(name, text, 0, &l.found)
	return value{l.decoder(path.Dir(name), places), root, ""}, !broken
}

func (l *loader) decoder(dir string, places map[string]Position) *decoder {
	return &decoder{folder: l.folder, dir: dir, found: &l.found, places: places}
}

// readRegistry reads people.yaml or sponsors.yaml, both of which may be absent.
func readRegistry[T any](l *loader, name string, decode func(value) map[string]T) registry[T] {
	r := registry[T]{file: name, byID: map[string]T{}}
	v, ok := l.yaml(name, map[string]Position{})
	if !ok {
		_, err := l.folder.Stat(name)
		r.broken = err == nil
	}
	if v.node != nil {
		r.byID = decode(v)
		r.broken = v.node.kind != mapping
	}
	return r
}

// useTarget points the show at a target.
func (l *loader) useTarget(name string) {
	if name == "" {
		return
	}
	if t, ok := l.targets[name]; ok {
		t.use(l.show, name)
		return
	}
	names := l.show.Targets
	hint := didYouMean(name, names)
	switch {
	case len(names) == 0:
		hint = "show.yaml has no targets:"
	case hint == "":
		hint = "there are: " + strings.Join(names, ", ")
	}
	l.found.Add(ruleTarget.At(l.show.At("targets"), "there is no target %s", shortQuote(name)).WithHint(hint))
}

// useEnv lets the environment override the files. Records stay with the
// storage they are about: another storage does not inherit state.
func (l *loader) useEnv(env func(string) (string, bool)) {
	if env == nil {
		return
	}
	s := l.show
	before := s.Storage
	set := func(name string, to setter) {
		if text, ok := env(name); ok && text != "" {
			to(value{l.decoder(".", s.places), &node{kind: scalar, text: text}, name})
		}
	}
	set("ONAIR_STORAGE", bucketURL(&s.Storage))
	set("ONAIR_URL", baseURL(&s.URL))
	if s.Storage != before {
		s.State = ""
		url, _ := env("ONAIR_URL")
		s.Detached = url == ""
	}
	set("ONAIR_STATE", bucketURL(&s.State))
}

// readLock reads onair.lock. A show that was never published has none.
func (l *loader) readLock() {
	l.show.Lock = &Lock{Episodes: map[string]*Pin{}}
	data, err := l.folder.ReadFile(LockFile, maxLock)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		l.found.Add(ruleBytes.At(Position{File: LockFile}, "%v", reason(err)))
	default:
		l.show.Lock, l.pins = parseLock(data, &l.found)
	}
}

// readEpisodes reads every folder of episodes/ whose name starts with neither
// a dot nor an underscore. Links are not followed: they could lead anywhere.
func (l *loader) readEpisodes() {
	entries, err := fs.ReadDir(l.folder.FS, episodesDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.found.Add(ruleBytes.At(Position{File: episodesDir}, "%v", reason(err)))
	}
	for _, entry := range entries {
		name := entry.Name()
		dir := path.Join(episodesDir, name)
		switch {
		case name[0] == '.' || name[0] == '_':
		case entry.Type()&fs.ModeSymlink != 0:
			l.found.Add(ruleFolder.At(Position{File: dir}, "a link is not followed").WithHint("move the folder here"))
		case entry.IsDir():
			l.readEpisode(dir)
		case strings.EqualFold(path.Ext(name), ".md"):
			l.found.Add(ruleFolder.At(Position{File: dir}, "an episode is a folder with an %s", episodeFile).WithHint("move it to " + strings.TrimSuffix(dir, path.Ext(name)) + "/" + episodeFile))
		}
	}
	slices.SortFunc(l.show.Episodes, compareEpisodes)
}

// readEpisode reads one folder.
func (l *loader) readEpisode(dir string) {
	e := &Episode{
		Dir: dir, File: path.Join(dir, episodeFile), Type: Full, Explicit: l.show.Explicit,
		places: map[string]Position{},
	}
	text, ok := l.read(e.File)
	if !ok {
		l.broken = true
		if !l.folder.isFile(e.File) {
			l.found.Add(ruleFolder.At(Position{File: dir}, "a folder without an %s", episodeFile).WithHint("add one, or start the folder's name with _"))
		}
		return
	}
	yaml, notes, line, ok := splitFrontMatter(e.File, text, &l.found)
	if !ok {
		l.broken = true
		return
	}
	e.Notes, e.NotesLine = notes, line
	root, broken := parseYAML(e.File, yaml, 1, &l.found)
	if broken {
		l.broken = true
		return
	}
	chapterFile := ""
	if root != nil {
		chapterFile = l.decodeEpisode(value{l.decoder(dir, e.places), root, ""}, e)
	}
	l.complete(e, chapterFile)
	l.show.Episodes = append(l.show.Episodes, e)
}

// complete fills in what front matter leaves to the folder and the show. It may
// have named a file of chapters.
func (l *loader) complete(e *Episode, chapterFile string) {
	if e.Language == "" {
		e.Language = l.show.Language
	}
	if e.Slug == "" {
		e.Slug = path.Base(e.Dir)
		if err := ValidSlug(e.Slug); err != nil && e.places["slug"] == (Position{}) {
			l.found.Add(ruleSlug.At(Position{File: e.Dir}, "the folder's name is no slug: %v", err).WithHint("rename the folder to " + Slugify(e.Slug) + ", or add slug: to " + episodeFile))
		}
	}
	if e.Artwork == "" {
		e.Artwork = l.firstFile(path.Join(e.Dir, "artwork.jpg"), path.Join(e.Dir, "artwork.jpeg"), path.Join(e.Dir, "artwork.png"))
	}
	l.findAudio(e)
	l.findChapters(e, chapterFile)
	l.findTranscripts(e)
}

// findAudio decides where the master is: as named, in the folder, where the
// show's masters are, else where it would be in the folder.
func (l *loader) findAudio(e *Episode) {
	if e.Audio != "" {
		return
	}
	here := path.Join(e.Dir, "audio.mp3")
	if e.Audio = l.firstFile(here, path.Join(e.Dir, "audio.m4a")); e.Audio != "" {
		return
	}
	if e.Audio = e.expand(l.show.AudioPath); e.Audio == "" {
		e.Audio = here
	}
}

// patternSafe is what a GUID must look like to be part of a path.
var patternSafe = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// expand fills in a pattern of paths. The result is empty where the pattern is,
// or where the episode does not have what it asks for.
func (e *Episode) expand(pattern string) string {
	if pattern == "" {
		return ""
	}
	for name, value := range map[string]string{"{slug}": e.Slug, "{number}": number(e.Number), "{season}": number(e.Season), "{guid}": e.GUID} {
		if !strings.Contains(pattern, name) {
			continue
		}
		if !patternSafe.MatchString(value) {
			return ""
		}
		pattern = strings.ReplaceAll(pattern, name, value)
	}
	return path.Clean(pattern)
}

// chapterFiles are the names under which chapters lie beside an episode.md. The
// content decides about the format.
var chapterFiles = []string{chaptersFile, "chapters.json", "chapters.psc", "chapters.xml", "chapters.vtt", "chapters.csv", "chapters.ffmetadata"}

// findChapters takes chapters from the file that front matter names or that is
// in the folder or, where there are none in front matter either, those that the
// lock kept of the master's own tag.
func (l *loader) findChapters(e *Episode, named string) {
	at, written := e.places["chapters"]
	checkChapters(e.Chapters, func(i int) Position { return e.At(chapterField(i)) }, &l.found)
	files := slices.DeleteFunc(slices.Clone(chapterFiles), func(name string) bool {
		return !l.folder.isFile(path.Join(e.Dir, name)) || path.Join(e.Dir, name) == named
	})
	e.ownChapters = written || len(files) > 0
	switch {
	case written && len(files) > 0:
		l.found.Add(ruleTwoChapters.At(at, "chapters here and in %s", files[0]).WithHint("keep one of them"))
	case len(files) > 1:
		l.found.Add(ruleTwoChapters.At(Position{File: path.Join(e.Dir, files[1])}, "chapters here and in %s", files[0]).WithHint("keep one of them"))
	case len(files) == 1:
		l.readChapters(e, path.Join(e.Dir, files[0]))
	case named != "":
		l.readChapters(e, named)
	case !e.ownChapters && l.show.Lock.Episodes[e.GUID] != nil:
		e.Chapters = slices.Clone(l.show.Lock.Episodes[e.GUID].Chapters)
	}
}

// readChapters takes the chapters of a file. Their images are files of the
// show, as everywhere; an image on the web cannot become part of an MP3.
func (l *loader) readChapters(e *Episode, name string) {
	text, ok := l.read(name)
	if !ok {
		return
	}
	before := len(l.found)
	r := readChapters(name, text, &l.found)
	if len(r.chapters) == 0 && len(l.found) == before {
		r.warnf(ruleChapterFile, Position{File: name}, "delete it; chapters: [] in episode.md says that there are none", "there are no chapters in the file")
	}
	for i := range r.chapters {
		c, field := &r.chapters[i], chapterField(i)
		e.places[field] = r.at[i]
		image := c.Image
		switch c.Image = ""; {
		case strings.Contains(image, "://"):
			r.warnf(ruleMissingFile, r.at[i], "save it beside the file and name it there", "the image %s is not in the show's folder", shortQuote(image))
		case image != "":
			r.folder, r.dir = l.folder, path.Dir(name)
			file(&c.Image)(value{r.decoder, &node{kind: scalar, text: image, pos: r.at[i]}, field + ".image"})
		}
	}
	e.Chapters = r.chapters
}

// chapterField is the name of a chapter as At knows it.
func chapterField(i int) string { return "chapters[" + strconv.Itoa(i) + "]" }

// findTranscripts lists transcript.md and transcript.<language>.md, and the
// transcript kept elsewhere if the folder has none in the episode's language.
func (l *loader) findTranscripts(e *Episode) {
	entries, _ := fs.ReadDir(l.folder.FS, e.Dir) // its episode.md has just been read
	for _, entry := range entries {
		middle, ok := strings.CutPrefix(entry.Name(), "transcript.")
		if !ok || path.Ext(entry.Name()) != ".md" {
			continue
		}
		file := TranscriptFile{Path: path.Join(e.Dir, entry.Name()), Language: e.Language}
		if tag := strings.TrimSuffix(middle, ".md"); middle != "md" {
			if file.Language = tag; !validLanguage(tag) {
				l.found.Add(ruleLanguage.At(Position{File: file.Path}, "%s is no language code", shortQuote(tag)).WithHint("name it as transcript.es.md"))
				continue
			}
		}
		e.Transcripts = append(e.Transcripts, file)
	}
	own := func(t TranscriptFile) bool { return strings.EqualFold(t.Language, e.Language) }
	if name := e.expand(l.show.Transcripts.Path); name != "" && !slices.ContainsFunc(e.Transcripts, own) && l.folder.isFile(name) {
		e.Transcripts = append(e.Transcripts, TranscriptFile{Path: name, Language: e.Language})
	}
	slices.SortStableFunc(e.Transcripts, func(a, b TranscriptFile) int {
		if own(a) != own(b) {
			if own(a) {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Language, b.Language)
	})
}

// compareEpisodes puts the newest first; episodes without a date (drafts) come
// before all others, and ties are broken by slug so that the order is total.
func compareEpisodes(a, b *Episode) int {
	if a.Date.IsZero() != b.Date.IsZero() {
		if a.Date.IsZero() {
			return -1
		}
		return 1
	}
	if c := b.Date.Compare(a.Date); c != 0 {
		return c
	}
	return strings.Compare(a.Slug, b.Slug)
}

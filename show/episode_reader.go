package show

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"onair/internal/finding"
	"onair/internal/parallel"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/show/chapters"
)

// readEpisodes reads every folder of episodes/ whose name does not start with a dot or an
// underscore. It does not follow symbolic links, because they could lead anywhere.
func (l *loader) readEpisodes() {
	entries, err := fs.ReadDir(l.folder.FS, episodesDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.found.Add(notRead(episodesDir, err))
	}
	var dirs []string
	for _, entry := range entries {
		name := entry.Name()
		dir := path.Join(episodesDir, name)
		switch {
		case name[0] == '.' || name[0] == '_':
		case entry.Type()&fs.ModeSymlink != 0:
			l.found.Add(ruleFolder.At(finding.Position{File: dir}, "a link is not followed").WithHint("move the folder here"))
		case entry.IsDir():
			dirs = append(dirs, dir)
		case strings.EqualFold(path.Ext(name), ".md"):
			l.found.Add(ruleFolder.At(finding.Position{File: dir}, "an episode is a folder with an %s", episodeFile).WithHint("move it to " + strings.TrimSuffix(dir, path.Ext(name)) + "/" + episodeFile))
		}
	}
	for _, r := range l.readFolders(dirs) {
		l.found = append(l.found, r.found...)
		if r.episode == nil {
			l.broken = true
			continue
		}
		l.show.Episodes = append(l.show.Episodes, r.episode)
	}
	slices.SortFunc(l.show.Episodes, compareEpisodes)
}

// readFolders reads the folders of episodes concurrently. It returns their readers in the
// order of dirs.
func (l *loader) readFolders(dirs []string) []*episodeReader {
	readers := make([]*episodeReader, len(dirs))
	parallel.For(len(dirs), func(i int) {
		readers[i] = &episodeReader{show: l.show, people: &l.people, sponsors: &l.sponsors, folder: l.folder}
		readers[i].read(dirs[i])
	})
	return readers
}

// An episodeReader reads the folder of one episode. Several run at once; none changes
// what they share.
type episodeReader struct {
	show     *Show
	people   *registry[*Person]
	sponsors *registry[*Sponsor]
	folder   Folder

	files   *listing
	found   finding.List
	episode *Episode // nil if the episode could not be read
}

// read reads the episode in a folder.
func (r *episodeReader) read(dir string) {
	r.files = listFiles(r.folder, dir)
	e := &Episode{
		Dir: dir, File: path.Join(dir, episodeFile), Type: Full, Explicit: r.show.Explicit,
		places: map[string]finding.Position{},
	}
	r.files.refused(&r.found)
	if !r.files.isFile(e.File) && r.folder.refusal(e.File) != "" {
		return
	}
	text, ok := readText(r.folder, e.File, &r.found)
	if !ok {
		if !r.files.isFile(e.File) {
			r.found.Add(ruleFolder.At(finding.Position{File: dir}, "a folder without an %s", episodeFile).WithHint("add one, or start the folder's name with _"))
		}
		return
	}
	yaml, notes, line, ok := splitFrontMatter(e.File, text, &r.found)
	if !ok {
		return
	}
	e.Notes, e.NotesLine = notes, line
	checkMarkdown(notes, placeIn(notes, e.File, line), &r.found)
	root, broken := source.ParseYAML(e.File, yaml, 1, &r.found)
	if broken {
		return
	}
	chapterFile := ""
	if root != nil {
		d := &source.Decoder{IsFile: r.files.isFile, Refusal: r.folder.refusal, Dir: dir, Found: &r.found, Places: e.places}
		chapterFile = r.decode(d.Value(root, ""), e)
	}
	r.complete(e, chapterFile)
	r.episode = e
}

// complete sets the fields that front matter leaves to the folder and the show.
// chapterFile is the file of chapters that front matter names, or empty.
func (r *episodeReader) complete(e *Episode, chapterFile string) {
	if e.Language == "" {
		e.Language = r.show.Language
	}
	if e.Slug == "" {
		e.Slug = path.Base(e.Dir)
		if err := slugs.Valid(e.Slug); err != nil && e.places["slug"] == (finding.Position{}) {
			r.found.Add(ruleSlug.At(finding.Position{File: e.Dir}, "the folder's name is not a valid slug: %v", err).WithHint("rename the folder to " + slugs.Make(e.Slug) + ", or add slug: to " + episodeFile))
		}
	}
	if e.Artwork == "" {
		e.Artwork = findArtwork(r.files.isFile, e.Dir, func() []fs.DirEntry {
			if _, written := e.places["artwork"]; written { // a named file has been checked already
				return nil
			}
			return r.files.entries
		}, &r.found)
	}
	r.findAudio(e)
	if path.Dir(e.Audio) != e.Dir { // files in the folder have been checked already
		reportRefused(&r.found, r.folder, e.Audio)
	}
	r.findChapters(e, chapterFile)
	r.findTranscripts(e)
	r.findAlternates(e)
}

// findAudio sets the path of the master: the path in front matter, or else a file in the
// folder, or else the path that the show's pattern gives, or else audio.mp3 in the
// folder. Only the second of these is known to exist.
func (r *episodeReader) findAudio(e *Episode) {
	if e.Audio != "" {
		return
	}
	here := path.Join(e.Dir, "audio.mp3")
	if e.Audio = firstFile(r.files.isFile, here, path.Join(e.Dir, "audio.m4a")); e.Audio != "" {
		return
	}
	if e.Audio = e.expand(r.show.AudioPath); e.Audio == "" {
		e.Audio = here
	}
}

// patternSafe matches a value that can be part of a path.
var patternSafe = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// expand fills in a pattern of paths. The result is empty if the pattern is empty, or if
// it contains the name of a value that the episode lacks or that cannot be part of a
// path.
func (e *Episode) expand(pattern string) string {
	filled := e.fill(pattern, func(value string) string {
		if !patternSafe.MatchString(value) {
			return ""
		}
		return value
	})
	if filled == "" {
		return ""
	}
	return path.Clean(filled)
}

// chapterFiles are the names that a file of chapters beside an episode.md may have. Its
// format is detected from the content.
var chapterFiles = []string{chaptersFile, "chapters.json", "chapters.psc", "chapters.xml", "chapters.vtt", "chapters.csv", "chapters.ffmetadata"}

// findChapters reads the chapters from the file that front matter names, or from a file
// in the folder. If there is no such file and front matter has no chapters, it uses the
// chapters in the lock, which come from the master's tag.
func (r *episodeReader) findChapters(e *Episode, named string) {
	at, written := e.places["chapters"]
	chapters.Check(e.Chapters, func(i int) finding.Position { return e.At(chapterField(i)) }, &r.found)
	files := slices.DeleteFunc(slices.Clone(chapterFiles), func(name string) bool {
		return !r.files.isFile(path.Join(e.Dir, name)) || path.Join(e.Dir, name) == named
	})
	e.OwnChapters = written || len(files) > 0
	switch {
	case written && len(files) > 0:
		r.found.Add(ruleTwoChapters.At(at, "the episode also has chapters in %s", files[0]).WithHint("keep one of them"))
	case len(files) > 1:
		r.found.Add(ruleTwoChapters.At(finding.Position{File: path.Join(e.Dir, files[1])}, "the episode also has chapters in %s", files[0]).WithHint("keep one of them"))
	case len(files) == 1:
		r.readChapters(e, path.Join(e.Dir, files[0]))
	case named != "":
		r.readChapters(e, named)
	case !e.OwnChapters && r.show.Lock.Episodes[e.GUID] != nil:
		e.Chapters = slices.Clone(r.show.Lock.Episodes[e.GUID].Chapters)
	}
}

// readChapters reads a file of chapters. Images must be files of the show, because an
// image on the web cannot become part of an MP3.
func (r *episodeReader) readChapters(e *Episode, name string) {
	text, ok := readText(r.folder, name, &r.found)
	if !ok {
		return
	}
	list, places, found := chapters.ParsePlaces(text, name)
	if len(list) == 0 && len(found) == 0 {
		found.Add(ruleChapterFile.At(finding.Position{File: name}, "there are no chapters in the file").WithSeverity(finding.Warning).WithHint("delete it; chapters: [] in episode.md says that there are none"))
	}
	r.found = append(r.found, found...)
	d := &source.Decoder{IsFile: r.files.isFile, Refusal: r.folder.refusal, Dir: path.Dir(name), Found: &r.found, Places: map[string]finding.Position{}}
	for i := range list {
		c, field := &list[i], chapterField(i)
		e.places[field] = places[i]
		image := c.Image
		v := d.Value(&source.Node{Kind: source.Scalar, Text: image, Pos: places[i]}, field+".image")
		switch c.Image = ""; {
		case strings.Contains(image, "://"):
			v.Warnf(ruleMissingFile, "save it beside the file and name it there", "the image %s is not in the show's folder", source.ShortQuote(image))
		case image != "":
			file(&c.Image)(v)
		}
	}
	e.Chapters = list
}

// chapterField returns the name of the chapter with index i for At.
func chapterField(i int) string { return "chapters[" + strconv.Itoa(i) + "]" }

// transcriptTypes are the extensions of transcripts, in order of preference.
var transcriptTypes = []string{".md", ".vtt", ".srt", ".json", ".txt"}

// findTranscripts sets the transcripts: transcript.md and transcript.<language>.md, files
// of other tools for languages without such a file, and, if the folder has no transcript
// in the episode's language, the one that the show's pattern names.
func (r *episodeReader) findTranscripts(e *Episode) {
	for _, extension := range transcriptTypes {
		for _, entry := range r.files.entries {
			if name := entry.Name(); path.Ext(name) == extension && entry.Type().IsRegular() {
				r.addTranscript(e, name)
			}
		}
	}
	own := func(t TranscriptFile) bool { return strings.EqualFold(t.Language, e.Language) }
	if name := e.expand(r.show.Transcripts.Path); name != "" && !slices.ContainsFunc(e.Transcripts, own) {
		if r.files.isFile(name) {
			e.Transcripts = append(e.Transcripts, TranscriptFile{Path: name, Language: e.Language})
		}
		reportRefused(&r.found, r.folder, name)
	}
	if !slices.ContainsFunc(e.Transcripts, own) {
		r.reportOtherTranscripts(e)
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

// reportOtherTranscripts reports files called transcript that are not read.
func (r *episodeReader) reportOtherTranscripts(e *Episode) {
	for _, entry := range r.files.entries {
		name := entry.Name()
		ext := path.Ext(name)
		if ext == "" || !strings.EqualFold(strings.TrimSuffix(name, ext), "transcript") || !entry.Type().IsRegular() {
			continue
		}
		f := ruleTranscriptName.At(finding.Position{File: path.Join(e.Dir, name)}, "%s is not read", name)
		if lower := strings.ToLower(name); slices.Contains(transcriptTypes, path.Ext(lower)) {
			f = f.WithHint("rename it to " + lower)
		} else {
			f = f.WithHint("convert it: onair transcripts convert --to md " + f.File + " -o " + path.Join(e.Dir, "transcript.md"))
		}
		r.found.Add(f)
	}
}

// addTranscript adds a file of the folder to the transcripts if it has the name of a
// transcript. If two files of different formats have one language, it keeps the first and
// reports the other.
func (r *episodeReader) addTranscript(e *Episode, name string) {
	stem := strings.TrimSuffix(name, path.Ext(name))
	middle, ok := strings.CutPrefix(stem, "transcript")
	if !ok || middle != "" && middle[0] != '.' {
		return
	}
	file := TranscriptFile{Path: path.Join(e.Dir, name), Language: e.Language}
	if middle != "" {
		file.Language = middle[1:]
		if primary, _, _ := strings.Cut(file.Language, "-"); path.Ext(name) != ".md" && len(primary) != 2 {
			return // a name such as transcript.raw.json
		}
		if !validLanguage(file.Language) {
			r.found.Add(ruleLanguage.At(finding.Position{File: file.Path}, "%s is not a language code", source.ShortQuote(file.Language)).WithHint("name it as transcript.es.md"))
			return
		}
	}
	for _, t := range e.Transcripts {
		if strings.EqualFold(t.Language, file.Language) && path.Ext(t.Path) != path.Ext(file.Path) {
			r.found.Add(ruleSpareTranscript.At(finding.Position{File: file.Path}, "%s is not read, because there is %s", path.Base(file.Path), path.Base(t.Path)))
			return
		}
	}
	e.Transcripts = append(e.Transcripts, file)
}

// compareEpisodes orders episodes, the newest first. Those without a date (drafts) come
// before all others. Slugs decide between equal dates, so that the order is total.
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
	return slugs.Compare(a.Slug, b.Slug)
}

// socialProtocols are the values of podcast:socialInteract's protocol.
var socialProtocols = []string{"disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr"}

var mediaTypeShape = regexp.MustCompile(`^(audio|video|application)/[a-z0-9][a-z0-9.+-]*$`)

// maxNumber is the largest number of an episode. Some shows use dates as numbers.
const maxNumber = 99_999_999

var decimalShape = regexp.MustCompile(`^(0|[1-9][0-9]{0,7})(\.[0-9]{1,8})?$`)

var sitePathShape = regexp.MustCompile(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$`)

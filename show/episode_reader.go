package show

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"onair/internal/finding"
	"onair/internal/slugs"
	"onair/internal/source"
	"onair/show/chapters"
)

// readEpisodes reads every folder of episodes/ whose name starts with neither
// a dot nor an underscore. Links are not followed: they could lead anywhere.
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

// readFolders reads episodes on all cores. The results are in the order of dirs.
func (l *loader) readFolders(dirs []string) []*episodeReader {
	readers := make([]*episodeReader, len(dirs))
	var next atomic.Int64
	var running sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(dirs)) {
		running.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(dirs); i = int(next.Add(1)) - 1 {
				readers[i] = &episodeReader{show: l.show, people: &l.people, sponsors: &l.sponsors, folder: l.folder}
				readers[i].read(dirs[i])
			}
		})
	}
	running.Wait()
	return readers
}

// An episodeReader reads the folder of one episode. Several run at once: what
// they share is not changed.
type episodeReader struct {
	show     *Show
	people   *registry[*Person]
	sponsors *registry[*Sponsor]
	folder   Folder

	files   *listing
	found   finding.List
	episode *Episode // nil if it could not be read
}

// read reads the episode in a folder.
func (r *episodeReader) read(dir string) {
	r.files = listFiles(r.folder, dir)
	e := &Episode{
		Dir: dir, File: path.Join(dir, episodeFile), Type: Full, Explicit: r.show.Explicit,
		places: map[string]finding.Position{},
	}
	r.files.refused(&r.found)
	if r.folder.refusal(e.File) != "" {
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
	checkHTML(notes, placeIn(notes, e.File, line), &r.found)
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

// complete fills in what front matter leaves to the folder and the show. It may
// have named a file of chapters.
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
			if _, written := e.places["artwork"]; written { // the file that it names is reported
				return nil
			}
			return r.files.entries
		}, &r.found)
	}
	r.findAudio(e)
	if path.Dir(e.Audio) != e.Dir { // those in the folder are reported already
		reportRefused(&r.found, r.folder, e.Audio)
	}
	r.findChapters(e, chapterFile)
	r.findTranscripts(e)
}

// findAudio decides where the master is: as named, in the folder, where the
// show's masters are, else where it would be in the folder.
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

// patternSafe is what a GUID must look like to be part of a path.
var patternSafe = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// expand fills in a pattern of paths. The result is empty where the pattern is,
// or where the episode does not have what it asks for.
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

// chapterFiles are the names under which chapters lie beside an episode.md. The
// content decides about the format.
var chapterFiles = []string{chaptersFile, "chapters.json", "chapters.psc", "chapters.xml", "chapters.vtt", "chapters.csv", "chapters.ffmetadata"}

// findChapters reads the chapters from the file that the front matter names or that is
// in the folder. If there is none and the front matter has no chapters, it uses those
// that the lock keeps from the master's tag.
func (r *episodeReader) findChapters(e *Episode, named string) {
	at, written := e.places["chapters"]
	chapters.Check(e.Chapters, func(i int) finding.Position { return e.At(chapterField(i)) }, &r.found)
	files := slices.DeleteFunc(slices.Clone(chapterFiles), func(name string) bool {
		return !r.files.isFile(path.Join(e.Dir, name)) || path.Join(e.Dir, name) == named
	})
	e.ownChapters = written || len(files) > 0
	switch {
	case written && len(files) > 0:
		r.found.Add(ruleTwoChapters.At(at, "the episode also has chapters in %s", files[0]).WithHint("keep one of them"))
	case len(files) > 1:
		r.found.Add(ruleTwoChapters.At(finding.Position{File: path.Join(e.Dir, files[1])}, "the episode also has chapters in %s", files[0]).WithHint("keep one of them"))
	case len(files) == 1:
		r.readChapters(e, path.Join(e.Dir, files[0]))
	case named != "":
		r.readChapters(e, named)
	case !e.ownChapters && r.show.Lock.Episodes[e.GUID] != nil:
		e.Chapters = slices.Clone(r.show.Lock.Episodes[e.GUID].Chapters)
	}
}

// readChapters takes the chapters of a file. Their images are files of the
// show, as everywhere; an image on the web cannot become part of an MP3.
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

// chapterField is the name of a chapter as At knows it.
func chapterField(i int) string { return "chapters[" + strconv.Itoa(i) + "]" }

// transcriptTypes are the extensions of transcripts, in the order in which one is
// preferred to another in the same language.
var transcriptTypes = []string{".md", ".vtt", ".srt", ".json", ".txt"}

// findTranscripts lists transcript.md and transcript.<language>.md, captions and text
// of other tools that stand in their place, and the transcript kept elsewhere if the
// folder has none in the episode's language.
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

// addTranscript adds a file of the folder to the transcripts if its name is that of
// one, unless there is another in its language.
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
			return // such as transcript.raw.json
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

// socialProtocols are the values of podcast:socialInteract's protocol.
var socialProtocols = []string{"disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr"}

// decode reads the front matter of an episode.md into e. It returns the
// path of the file that has the chapters, if it names one.
func (r *episodeReader) decode(v source.Value, e *Episode) (chapterFile string) {
	s := r.show
	v.Fields(source.Fields{
		"slug":          source.Slug(&e.Slug),
		"title":         source.Limited(&e.Title, 255),
		"guid":          guid(&e.GUID),
		"date":          source.Date(&e.Date, s.Timezone),
		"updated":       source.Date(&e.Updated, s.Timezone),
		"draft":         source.Bool(&e.Draft),
		"season":        source.Int(&e.Season, 1, 10_000),
		"number":        episodeNumber(e),
		"display":       source.Limited(&e.Display, 32),
		"type":          source.OneOf(&e.Type, string(Full), string(Trailer), string(Bonus)),
		"summary":       source.Text(&e.Summary),
		"explicit":      source.Bool(&e.Explicit),
		"block":         source.Bool(&e.Block),
		"language":      languageTag(&e.Language),
		"hosts":         func(v source.Value) { e.Hosts = []Credit{}; credits(&e.Hosts, r.people, "host")(v) },
		"guests":        credits(&e.Guests, r.people, "guest"),
		"people":        credits(&e.People, r.people, ""),
		"topics":        source.Words(&e.Topics, source.Slug),
		"sponsors":      sponsorIDs(&e.Sponsors, r.sponsors),
		"audio":         audioPath(&e.Audio),
		"enclosure":     enclosure(e),
		"duration":      source.Length(&e.Duration),
		"link":          source.WebURL(&e.Link),
		"artwork":       file(&e.Artwork),
		"license":       licence(&e.License),
		"locations":     locations(&e.Locations),
		"chapters":      chapterList(&e.Chapters, &chapterFile, r.sponsors),
		"soundbites":    soundbites(&e.Soundbites),
		"social":        social(&e.Social),
		"redirect_from": source.Words(&e.RedirectFrom, sitePath),
		"extra":         extraXML(&e.Extra, s.prefixes(), itemRSS),
	}, "title", "guid")
	return chapterFile
}

// sponsorIDs sets sponsors by their ids.
func sponsorIDs(p *[]*Sponsor, sponsors *registry[*Sponsor]) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			id, ok := v.Word()
			if !ok {
				return
			}
			if s, ok := sponsors.find(v, id); ok {
				*p = append(*p, s)
			}
		})
	}
}

// audioPath sets the path of the master, which need not exist and may lie
// outside the folder: a file's name, or a map with path.
func audioPath(p *string) source.Setter {
	return func(v source.Value) {
		if v.Node.Kind == source.Map {
			v.Fields(source.Fields{"path": audioPath(p)})
			return
		}
		s, ok := v.Word()
		if !ok {
			return
		}
		if strings.Contains(s, "://") || strings.Contains(s, `\`) {
			v.Reportf(rulePath, "name a file; onair publishes it under an address of its own", "%s: %s is not the path of a file", v.Name(), source.ShortQuote(s))
			return
		}
		if ext := path.Ext(s); !strings.EqualFold(ext, ".mp3") && !strings.EqualFold(ext, ".m4a") {
			v.Reportf(rulePath, "export the episode as MP3", "%s: %s is neither .mp3 nor .m4a", v.Name(), source.ShortQuote(s))
			return
		}
		if !outside(s) || strings.HasPrefix(path.Clean(s), "..") {
			s = path.Join(v.Dir, s)
		}
		*p = s
	}
}

// enclosure sets the audio of an episode that stays where it is.
func enclosure(e *Episode) source.Setter {
	return func(v source.Value) {
		into := e.Enclosure
		before := v.Count
		if !v.Fields(source.Fields{
			"url":    source.WebURL(&into.URL),
			"length": source.Int(&into.Length, 1, 1<<40),
			"type":   mediaType(&into.Type),
		}, "url", "length", "type") || v.Count > before {
			return
		}
		if !v.Has("url") || !v.Has("length") || !v.Has("type") {
			v.Reportf(ruleRequired, "write {url: …, length: BYTES, type: audio/mpeg}", "an enclosure needs a url, a length and a type")
			return
		}
		e.Enclosure = into
	}
}

var mediaTypeShape = regexp.MustCompile(`^(audio|video|application)/[a-z0-9][a-z0-9.+-]*$`)

// mediaType sets the type of a file, such as audio/mpeg.
func mediaType(p *string) source.Setter {
	return func(v source.Value) {
		if s, ok := v.Word(); ok && mediaTypeShape.MatchString(s) {
			*p = s
		} else if ok {
			v.Reportf(ruleWord, "write audio/mpeg for MP3, audio/x-m4a for AAC", "%s is %s, which is not a media type of audio or video", v.Name(), source.ShortQuote(s))
		}
	}
}

// maxNumber is the largest number of an episode. Some shows number by date.
const maxNumber = 99_999_999

var decimalShape = regexp.MustCompile(`^(0|[1-9][0-9]{0,7})(\.[0-9]{1,8})?$`)

// episodeNumber sets the number of an episode. Only podcast:episode can hold 0 and
// numbers with decimals.
func episodeNumber(e *Episode) source.Setter {
	return func(v source.Value) {
		text := v.Node.Text
		if v.Node.Kind == source.Scalar && v.Plain() && decimalShape.MatchString(text) && (text == "0" || strings.Contains(text, ".")) {
			e.Decimal = text
			return
		}
		source.Int(&e.Number, 1, maxNumber)(v)
	}
}

func soundbites(p *[]Soundbite) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			var b Soundbite
			before := v.Count
			if !v.Fields(source.Fields{
				"start":    source.Timestamp(&b.Start),
				"duration": source.Length(&b.Duration),
				"title":    source.Limited(&b.Title, 128),
			}, "start", "duration") || v.Count > before {
				return
			}
			seconds := b.Duration.Seconds()
			switch {
			case !v.Has("start") || seconds == 0:
				v.Reportf(ruleSoundbite, `write {start: "0:20", duration: 30}`, "a soundbite needs a start and a duration")
				return
			case seconds < 15 || seconds > 120:
				v.Warnf(ruleSoundbite, "", "a soundbite of %s seconds; apps expect 15 to 120", source.FormatSeconds(b.Duration))
			}
			*p = append(*p, b)
		})
	}
}

func social(p *[]Social) source.Setter {
	return func(v source.Value) {
		v.Each(func(v source.Value) {
			var s Social
			if !v.Fields(source.Fields{
				"protocol":    source.OneOf(&s.Protocol, socialProtocols...),
				"uri":         source.URI(&s.URI, "https", "http", "at", "nostr", "matrix", "lightning"),
				"account_id":  source.Line(&s.AccountID),
				"account_url": source.WebURL(&s.AccountURL),
				"priority":    source.Int(&s.Priority, 1, 1000),
			}, "protocol", "uri") {
				return
			}
			if !v.Has("protocol") || !v.Has("uri") && s.Protocol != "disabled" {
				v.Reportf(ruleRequired, "write {protocol: activitypub, uri: …}, or {protocol: disabled}", "social needs a protocol and a uri")
				return
			}
			*p = append(*p, s)
		})
	}
}

var sitePathShape = regexp.MustCompile(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$`)

// sitePath sets a former path of a page, such as /4 or /old/page.html.
func sitePath(p *string) source.Setter {
	return func(v source.Value) {
		s, ok := v.Word()
		if !ok {
			return
		}
		if !sitePathShape.MatchString(s) || path.Clean(s) != strings.TrimSuffix(s, "/") {
			v.Reportf(ruleRedirect, "write a path such as /4 or /2019/old-page.html", "%s is not the path of a page", source.ShortQuote(s))
			return
		}
		for part := range strings.SplitSeq(s, "/") {
			if slugs.Device(part) || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") {
				v.Reportf(ruleRedirect, "name another path, or redirect it at the CDN", "%s: %q cannot be the name of a folder on every system", source.ShortQuote(s), part)
				return
			}
		}
		*p = s
	}
}

// number writes a number that may be absent.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

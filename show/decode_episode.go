package show

import (
	"io/fs"
	"slices"
	"strconv"

	"onair/internal/finding"

	"path"
	"regexp"
	"strings"
	_ "time/tzdata"
)

// socialProtocols are the values of podcast:socialInteract's protocol.
var socialProtocols = []string{"disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr"}

// decodeEpisode reads the front matter of an episode.md into e. It returns the
// path of the file that has the chapters, if it names one.
func (l *loader) decodeEpisode(v value, e *Episode) (chapterFile string) {
	s := l.show
	v.fields(fields{
		"slug":          slugField(&e.Slug),
		"title":         limited(&e.Title, 255),
		"guid":          guid(&e.GUID),
		"date":          date(&e.Date, s.Timezone),
		"updated":       date(&e.Updated, s.Timezone),
		"draft":         boolean(&e.Draft),
		"season":        integer(&e.Season, 1, 10_000),
		"number":        integer(&e.Number, 1, 1_000_000),
		"type":          oneOf(&e.Type, string(Full), string(Trailer), string(Bonus)),
		"summary":       text(&e.Summary),
		"explicit":      boolean(&e.Explicit),
		"block":         boolean(&e.Block),
		"language":      languageTag(&e.Language),
		"guests":        credits(&e.Guests, &l.people, "guest"),
		"people":        credits(&e.People, &l.people, ""),
		"topics":        words(&e.Topics, slugField),
		"sponsors":      l.sponsorList(&e.Sponsors),
		"audio":         audioPath(&e.Audio),
		"artwork":       file(&e.Artwork),
		"license":       licence(&e.License),
		"locations":     locations(&e.Locations),
		"chapters":      chapters(&e.Chapters, &chapterFile, &l.sponsors),
		"soundbites":    soundbites(&e.Soundbites),
		"social":        social(&e.Social),
		"redirect_from": words(&e.RedirectFrom, sitePath),
		"extra":         extraXML(&e.Extra, s.prefixes()),
	})
	return chapterFile
}

// sponsorList sets sponsors by their ids.
func (l *loader) sponsorList(p *[]*Sponsor) setter {
	return func(v value) {
		v.each(func(v value) {
			id, ok := v.word()
			if !ok {
				return
			}
			if s, ok := l.sponsors.find(v, id); ok {
				*p = append(*p, s)
			}
		})
	}
}

// audioPath sets the path of the master, which need not exist and may lie
// outside the folder: a file's name, or a map with path.
func audioPath(p *string) setter {
	return func(v value) {
		if v.node.kind == mapping {
			v.fields(fields{"path": audioPath(p)})
			return
		}
		s, ok := v.word()
		if !ok {
			return
		}
		if strings.Contains(s, "://") || strings.Contains(s, `\`) {
			v.reportf(rulePath, "name a file; onair publishes it under an address of its own", "%s: %s is no path of a file", v.name(), shortQuote(s))
			return
		}
		if ext := path.Ext(s); !strings.EqualFold(ext, ".mp3") && !strings.EqualFold(ext, ".m4a") {
			v.reportf(rulePath, "export the episode as MP3", "%s: %s is neither .mp3 nor .m4a", v.name(), shortQuote(s))
			return
		}
		if !outside(s) || strings.HasPrefix(path.Clean(s), "..") {
			s = path.Join(v.dir, s)
		}
		*p = s
	}
}

func soundbites(p *[]Soundbite) setter {
	return func(v value) {
		v.each(func(v value) {
			var b Soundbite
			if !v.fields(fields{
				"start":    timestamp(&b.Start),
				"duration": length(&b.Duration),
				"title":    limited(&b.Title, 128),
			}) {
				return
			}
			seconds := b.Duration.Seconds()
			switch {
			case !v.has("start") || seconds == 0:
				v.reportf(ruleSoundbite, `write {start: "0:20", duration: 30}`, "a soundbite needs a start and a duration")
				return
			case seconds < 15 || seconds > 120:
				v.warnf(ruleSoundbite, "", "a soundbite of %s seconds; apps expect 15 to 120", formatSeconds(b.Duration))
			}
			*p = append(*p, b)
		})
	}
}

func social(p *[]Social) setter {
	return func(v value) {
		v.each(func(v value) {
			var s Social
			if !v.fields(fields{
				"protocol":    oneOf(&s.Protocol, socialProtocols...),
				"uri":         uri(&s.URI, "https", "http", "at", "nostr", "matrix", "lightning"),
				"account_id":  line(&s.AccountID),
				"account_url": webURL(&s.AccountURL),
				"priority":    integer(&s.Priority, 1, 1000),
			}) {
				return
			}
			if !v.has("protocol") || !v.has("uri") && s.Protocol != "disabled" {
				v.reportf(ruleRequired, "write {protocol: activitypub, uri: …}, or {protocol: disabled}", "social needs a protocol and a uri")
				return
			}
			*p = append(*p, s)
		})
	}
}

var sitePathShape = regexp.MustCompile(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$`)

// sitePath sets a former path of a page, such as /4 or /old/page.html.
func sitePath(p *string) setter {
	return func(v value) {
		s, ok := v.word()
		if !ok {
			return
		}
		if !sitePathShape.MatchString(s) || path.Clean(s) != strings.TrimSuffix(s, "/") {
			v.reportf(ruleRedirect, "write a path such as /4 or /2019/old-page.html", "%s is no path of a page", shortQuote(s))
			return
		}
		*p = s
	}
}

// complete fills in what front matter leaves to the folder and the show. It may
// have named a file of chapters.
func (l *loader) complete(e *Episode, chapterFile string) {
	if e.Language == "" {
		e.Language = l.show.Language
	}
	if e.Slug == "" {
		e.Slug = path.Base(e.Dir)
		if err := ValidSlug(e.Slug); err != nil && e.places["slug"] == (finding.Position{}) {
			l.found.Add(ruleSlug.At(finding.Position{File: e.Dir}, "the folder's name is no slug: %v", err).WithHint("rename the folder to " + Slugify(e.Slug) + ", or add slug: to " + episodeFile))
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
	checkChapters(e.Chapters, func(i int) finding.Position { return e.At(chapterField(i)) }, &l.found)
	files := slices.DeleteFunc(slices.Clone(chapterFiles), func(name string) bool {
		return !l.folder.isFile(path.Join(e.Dir, name)) || path.Join(e.Dir, name) == named
	})
	e.ownChapters = written || len(files) > 0
	switch {
	case written && len(files) > 0:
		l.found.Add(ruleTwoChapters.At(at, "chapters here and in %s", files[0]).WithHint("keep one of them"))
	case len(files) > 1:
		l.found.Add(ruleTwoChapters.At(finding.Position{File: path.Join(e.Dir, files[1])}, "chapters here and in %s", files[0]).WithHint("keep one of them"))
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
		r.warnf(ruleChapterFile, finding.Position{File: name}, "delete it; chapters: [] in episode.md says that there are none", "there are no chapters in the file")
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
				l.found.Add(ruleLanguage.At(finding.Position{File: file.Path}, "%s is no language code", shortQuote(tag)).WithHint("name it as transcript.es.md"))
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

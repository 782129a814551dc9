package show

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show/pins"
)

// check reports problems of the show as a whole, after all files have been read.
func (l *loader) check() {
	l.checkAddress()
	l.checkRequired()
	checkMarkdown(l.show.Description, func(int) finding.Position { return l.show.At("description") }, &l.found)
	for _, e := range l.show.Episodes {
		l.checkEpisode(e)
	}
	l.checkUnique()
	l.checkRedirects()
	l.checkLock()
}

// checkAddress sets the default url of a show that has none. If the show is stored in a
// bucket, it reports that: the feed would send listeners to localhost.
func (l *loader) checkAddress() {
	s := l.show
	if s.URL != "" {
		return
	}
	s.URL = DefaultURL
	if _, written := s.places["url"]; !strings.HasPrefix(s.Storage, "file:") && !written {
		l.found.Add(ruleRequired.At(s.At("storage"), "the show has no url").WithHint("add url:, the https address at which listeners find what " + s.Storage + " holds"))
	}
}

func (l *loader) checkEpisode(e *Episode) {
	if _, written := e.places["title"]; !written {
		l.found.Add(ruleRequired.At(finding.Position{File: e.File, Line: 1}, "the episode has no title").WithHint(`add title: "What the episode is called"`))
	}
	if _, written := e.places["guid"]; !written {
		l.missingGUID(e)
	}
	l.checkAlternates(e)
	at, named := e.places["audio"]
	if e.Enclosure.URL != "" {
		if named || l.folder.isFile(e.Audio) {
			l.found.Add(ruleTwoAudio.At(e.At("enclosure"), "the episode also has audio in %s, which is not published", e.Audio))
		}
		return
	}
	if named && e.Audio != "" && !l.folder.isFile(e.Audio) && l.folder.refusal(e.Audio) == "" && l.show.Lock.Episodes[e.GUID] == nil {
		if e.Draft || e.Date.IsZero() {
			l.found.Add(ruleMissingFile.At(at, "audio: there is no file %s", source.ShortQuote(e.Audio)).WithSeverity(finding.Warning))
		} else {
			l.found.Add(ruleMissingFile.At(at, "audio: there is no file %s, and %s has no pin of it", source.ShortQuote(e.Audio), pins.File))
		}
	}
}

// missingGUID reports that an episode has no GUID, with a line to paste. The line has the
// GUID of this slug in the lock, or else a GUID that is the same in every run.
func (l *loader) missingGUID(e *Episode) {
	guid := suggestGUID(l.show, e.Slug)
	for _, locked := range slices.Sorted(maps.Keys(l.show.Lock.Episodes)) {
		if l.show.Lock.Episodes[locked].Slug == e.Slug {
			guid = locked
		}
	}
	at, hint := finding.Position{File: e.File, Line: 1}, "add this line, and never change it: guid: "+guid
	if e.Draft || e.Date.IsZero() {
		l.found.Add(ruleGUID.At(at, "the episode has no guid").WithHint(hint).WithSeverity(finding.Warning))
		return
	}
	l.found.Add(ruleGUID.At(at, "the episode has no guid").WithHint(hint))
}

// checkUnique reports slugs, GUIDs and numbers that two episodes share. The finding is at
// the episode whose folder has the later name.
func (l *loader) checkUnique() {
	bySlug, byGUID, byNumber := map[string]*Episode{}, map[string]*Episode{}, map[string]*Episode{}
	byDir := slices.SortedFunc(slices.Values(l.show.Episodes), func(a, b *Episode) int { return strings.Compare(a.Dir, b.Dir) })
	for _, e := range byDir {
		if other := claim(bySlug, strings.ToLower(e.Slug), e); other != nil {
			l.found.Add(ruleSameSlug.At(e.At("slug"), "the slug %s is that of %s too", source.ShortQuote(e.Slug), other.Dir))
		}
		if e.GUID != "" {
			if other := claim(byGUID, e.GUID, e); other != nil {
				l.found.Add(ruleSameGUID.At(e.At("guid"), "the guid is that of %s too", other.Dir).WithHint("the copy needs one of its own: guid: " + suggestGUID(l.show, e.Slug)))
			}
		}
		if n := e.NumberText(); e.Type == Full && n != "" {
			if other := claim(byNumber, strconv.Itoa(e.Season)+" "+n, e); other != nil {
				l.found.Add(ruleSameNumber.At(e.At("number"), "the number %s is that of %s too", n, other.Dir))
			}
		}
	}
}

// claim records the first episode with a key. For a later episode with the key it returns
// the first one.
func claim[K comparable](owners map[K]*Episode, key K, e *Episode) *Episode {
	if other, taken := owners[key]; taken {
		return other
	}
	owners[key] = e
	return nil
}

// checkRedirects reports former paths that two pages share, or that are the address of a
// page.
func (l *loader) checkRedirects() {
	owners := map[string]*Episode{}
	for _, e := range l.show.Episodes {
		owners[pagePath(e.Slug)] = e
	}
	for _, e := range l.show.Episodes {
		for i, from := range e.RedirectFrom {
			key := strings.TrimSuffix(from, "/") + "/"
			if other := claim(owners, key, e); other != nil {
				l.found.Add(ruleRedirect.At(e.At("redirect_from["+strconv.Itoa(i)+"]"), "%s is already used by %s", from, other.Dir).WithHint("delete one of them"))
			}
		}
	}
}

// pagePath returns the path of an episode's page below the show's URL.
func pagePath(slug string) string { return "/" + path.Join(episodesDir, slug) + "/" }

// checkLock compares the episodes with the lock, which has what was published.
func (l *loader) checkLock() {
	byGUID := map[string]*Episode{}
	bySlug := map[string]*Episode{}
	for _, e := range l.show.Episodes {
		byGUID[e.GUID], bySlug[e.Slug] = e, e
	}
	for _, guid := range slices.Sorted(maps.Keys(l.show.Lock.Episodes)) {
		pin := l.show.Lock.Episodes[guid]
		e, sameSlug := byGUID[guid], bySlug[pin.Slug]
		switch {
		case e != nil && e.Slug != pin.Slug && !slices.Contains(e.RedirectFrom, pagePath(pin.Slug)):
			l.found.Add(ruleMoved.At(e.At("slug"), "published as %s, which links still name", source.ShortQuote(pin.Slug)).WithHint("add redirect_from: [" + source.Quote(pagePath(pin.Slug)) + "]; onair rename OLD NEW does"))
		case e != nil:
		case slices.Contains(l.newGUID, pin.Slug):
			delete(l.show.Lock.Episodes, guid)
		case sameSlug != nil && sameSlug.GUID != "":
			l.found.Add(ruleLockGUID.At(sameSlug.At("guid"), "a GUID never changes; %s has %s for this episode", pins.File, guid).WithHint("write guid: " + guid + ", or publish with --new-guid " + pin.Slug))
		case sameSlug == nil && !l.broken:
			l.found.Add(ruleLockOrphan.At(l.pins[guid], "%s is published and has no episode here", source.ShortQuote(pin.Slug)).WithHint("restore the folder, or publish with --remove " + pin.Slug))
		}
	}
}

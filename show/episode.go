package show

import (
	"net/url"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show/alternate"
	"onair/show/chapters"
)

// Episode is one episode: a folder with an episode.md and the files beside it. All paths
// are slash-separated. Paths that do not start with "/" or "~" are relative to the show's
// folder, no matter which file names them.
type Episode struct {
	Dir  string // its folder, such as episodes/4-cloudy
	File string // its episode.md

	Slug      string
	Title     string
	GUID      string
	Date      time.Time // when it goes live; zero if there is none, which makes it a draft
	Updated   time.Time // when it last changed in a way that matters to listeners; may be zero
	Draft     bool
	Season    int    // 0 if there is none
	Number    int    // itunes:episode; 0 if there is none
	Decimal   string // podcast:episode for a number that itunes:episode cannot hold, such as 100.5; else empty
	Display   string // what apps show instead of the number; may be empty
	Type      EpisodeType
	Summary   string   // plain text
	Explicit  bool     // defaults to the show's
	Block     bool     // itunes:block
	Hosts     []Credit // hosts of this episode; nil means the show's hosts
	Guests    []Credit
	People    []Credit // further credits
	Topics    []string
	Sponsors  []*Sponsor
	Audio     string   // path of the master, which need not exist
	Enclosure struct { // audio that stays elsewhere; zero if onair publishes it
		URL    string
		Type   string // media type
		Length int64  // bytes
	}
	Alternates   []alternate.Audio // audio in other languages, as listed in front matter, or else sorted by language
	Duration     time.Duration     // length of audio that stays elsewhere; 0 if unknown
	Link         string            // address of a page elsewhere; empty if the page is on the show's site
	Artwork      string            // path; empty means the show's artwork
	Language     string            // defaults to the show's
	License      License           // zero means the show's licence
	Locations    []Location
	Chapters     []chapters.Chapter // from front matter, a file of chapters or the lock
	OwnChapters  bool               // the show's files have the chapters or say that there are none; if false, the master's tag has them
	Soundbites   []Soundbite
	Social       []Social
	RedirectFrom []string // former paths below the show's URL, such as /4
	Notes        string   // Markdown: the body of episode.md
	NotesLine    int      // line of File on which Notes starts
	Transcripts  []TranscriptFile
	Extra        string // well-formed XML that is copied into the item

	places map[string]finding.Position
}

// EpisodeType is itunes:episodeType.
type EpisodeType string

// The types that the iTunes namespace defines.
const (
	Full    EpisodeType = "full"
	Trailer EpisodeType = "trailer"
	Bonus   EpisodeType = "bonus"
)

// Status says whether listeners have an episode yet. A scheduled episode becomes
// live at its date.
type Status int

// The stages of an episode, in order.
const (
	Draft Status = iota
	Scheduled
	Live
)

func (s Status) String() string { return [...]string{"draft", "scheduled", "live"}[s] }

// Status returns the episode's status at the given time.
func (e *Episode) Status(now time.Time) Status {
	switch {
	case e.Draft || e.Date.IsZero():
		return Draft
	case e.Date.After(now):
		return Scheduled
	}
	return Live
}

// At returns the place of a field of the front matter, such as "artwork" or
// "chapters[2].image", for a finding about it. If the field is absent, it returns the
// place of the list or map around it, or else of the file.
func (e *Episode) At(field string) finding.Position { return source.Place(e.places, field, e.File) }

// NumberText returns the number of the episode as podcast:episode has it, or an empty
// string if there is none.
func (e *Episode) NumberText() string {
	if e.Decimal != "" {
		return e.Decimal
	}
	return number(e.Number)
}

// PageURL returns the address of the episode's page: Link if it is set, or else the
// address from the site's episode_url, or else its page on the show's site. It is empty
// if there is no page.
func (e *Episode) PageURL(s *Show) string {
	if e.Link != "" {
		return e.Link
	}
	if elsewhere := e.fill(s.Site.EpisodeURL, url.PathEscape); elsewhere != "" {
		return elsewhere
	}
	if s.Site.Disabled {
		return ""
	}
	return s.URLOf(PageKey(e.Slug))
}

// fill puts the values of an episode into a pattern. escape converts a value, or returns
// "" if the value cannot be used. The result is empty if the pattern is empty, or if it
// contains the name of a value that the episode lacks or that cannot be used.
func (e *Episode) fill(pattern string, escape func(value string) string) string {
	for name, value := range map[string]string{"{slug}": e.Slug, "{number}": e.NumberText(), "{season}": number(e.Season), "{guid}": e.GUID} {
		if !strings.Contains(pattern, name) {
			continue
		}
		if value = escape(value); value == "" {
			return ""
		}
		pattern = strings.ReplaceAll(pattern, name, value)
	}
	return pattern
}

// Credits returns all people of the episode: hosts, guests, further people. Each pair of
// person and role occurs once. The hosts are always included, because podcast:person in
// an item replaces all of those in the channel.
func (e *Episode) Credits(s *Show) []Credit {
	var all []Credit
	seen := map[[2]string]bool{}
	hosts := e.Hosts
	if hosts == nil {
		hosts = s.Hosts
	}
	for _, list := range [][]Credit{hosts, e.Guests, e.People} {
		for _, c := range list {
			key := [2]string{c.Person.Name, c.Role}
			if !seen[key] {
				seen[key] = true
				all = append(all, c)
			}
		}
	}
	return all
}

// Soundbite is podcast:soundbite: an excerpt to promote the episode.
type Soundbite struct {
	Start, Duration time.Duration
	Title           string // the episode's title is used if empty
}

// Social is podcast:socialInteract: a place for comments.
type Social struct {
	Protocol   string // activitypub, atproto, …; disabled turns comments off
	URI        string
	AccountID  string
	AccountURL string
	Priority   int // lower first; 0 if not given
}

// TranscriptFile is a transcript and its language. Its extension says whether it is
// Markdown or was written by another tool.
type TranscriptFile struct {
	Path     string
	Language string // RFC 5646; the episode's language for transcript.md
}

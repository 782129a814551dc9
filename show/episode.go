package show

import (
	"net/url"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show/chapters"
)

// Episode is one episode: a folder with an episode.md and what lies beside it.
// All paths are slash-separated; those that do not start with "/" or "~" are
// relative to the show's folder, whatever file named them.
type Episode struct {
	Dir  string // its folder, such as episodes/4-cloudy
	File string // its episode.md

	Slug      string
	Title     string
	GUID      string
	Date      time.Time // when it goes live; zero for a draft
	Updated   time.Time // when it was last changed in a way listeners care about; may be zero
	Draft     bool
	Season    int    // 0 if there is none
	Number    int    // itunes:episode; 0 if there is none
	Decimal   string // podcast:episode where itunes:episode cannot hold the number, such as 100.5; else empty
	Display   string // what apps show instead of the number; empty for the number
	Type      EpisodeType
	Summary   string   // plain text
	Explicit  bool     // the show's unless the episode says otherwise
	Block     bool     // itunes:block
	Hosts     []Credit // hosts of this episode; nil for those of the show
	Guests    []Credit
	People    []Credit // further credits
	Topics    []string
	Sponsors  []*Sponsor
	Audio     string   // path of the master; it need not exist
	Enclosure struct { // audio that stays elsewhere; zero if onair publishes it
		URL    string
		Type   string // media type
		Length int    // bytes
	}
	Duration     time.Duration // of audio that stays elsewhere; 0 if unknown
	Link         string        // address of a page elsewhere; empty for the one of the site
	Artwork      string        // path; the show's artwork is used if empty
	Language     string        // the show's unless the episode says otherwise
	License      License       // the show's licence applies if zero
	Locations    []Location
	Chapters     []chapters.Chapter // ordered; from front matter, a file of chapters or the lock
	OwnChapters  bool               // the files of the show list the chapters, or none; else they are in the master's tag
	Soundbites   []Soundbite
	Social       []Social
	RedirectFrom []string // former paths below the show's URL, such as /4
	Notes        string   // Markdown: the body of episode.md
	NotesLine    int      // line of File on which Notes starts
	Transcripts  []TranscriptFile
	Extra        string // well-formed XML put into the item as it is

	places map[string]finding.Position
}

// EpisodeType is itunes:episodeType.
type EpisodeType string

// The three types of the iTunes namespace.
const (
	Full    EpisodeType = "full"
	Trailer EpisodeType = "trailer"
	Bonus   EpisodeType = "bonus"
)

// Status says whether listeners have an episode yet. A scheduled episode becomes
// live when its date has passed.
type Status int

// An episode is a draft, then scheduled, then live.
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
// "chapters[2].image", for a finding about it; the file as a whole where the
// field is not written.
func (e *Episode) At(field string) finding.Position { return source.Place(e.places, field, e.File) }

// NumberText returns the number of the episode as podcast:episode has it; empty if there
// is none.
func (e *Episode) NumberText() string {
	if e.Decimal != "" {
		return e.Decimal
	}
	return number(e.Number)
}

// PageURL returns the address of the episode's page: its own link, else the one that
// the show's site has for it, which may be elsewhere. It is empty if there is none.
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

// fill puts the values of an episode into a pattern. escape returns what to write for a
// value, or "" if it cannot be part of the result. The result is empty if the pattern
// is, or if the episode does not have what it asks for.
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

// Credits returns all people of the episode: its hosts, then guests,
// then further people. Each pair of person and role comes once. podcast:person on an
// item replaces the channel's wholly, so the hosts are always among them.
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

// Soundbite is podcast:soundbite: a stretch worth sharing.
type Soundbite struct {
	Start, Duration time.Duration
	Title           string // the episode's title is used if empty
}

// Social is podcast:socialInteract: where the comments are.
type Social struct {
	Protocol   string // activitypub, atproto, …; disabled turns comments off
	URI        string
	AccountID  string
	AccountURL string
	Priority   int // lower first; 0 if not given
}

// TranscriptFile is a transcript and the language it is in. It is Markdown, or by its
// extension what another tool wrote.
type TranscriptFile struct {
	Path     string
	Language string // RFC 5646; the episode's own for transcript.md
}

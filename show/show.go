package show

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show/machine"
	"onair/show/pins"
	"onair/show/site"
)

// Defaults of show.yaml.
const (
	defaultStorage = "file:public"            // a folder beside show.yaml
	DefaultURL     = "http://localhost:8080/" // where onair serve shows the site
	DefaultFeed    = "feed.xml"
)

// Show is a podcast: the combined content of show.yaml, people.yaml, sponsors.yaml, the
// episode folders and onair.lock. Load makes it, and nothing changes it afterwards.
type Show struct {
	Title       string
	Description string   // Markdown
	URL         string   // public base of everything published; ends in a slash
	Storage     string   // bucket URL: file:DIR, gs://bucket/prefix, s3://bucket/prefix?…
	State       string   // bucket URL of onair's own records; empty means in Storage
	Detached    bool     // Storage comes from the environment and URL does not, so URL may serve another storage
	Private     bool     // a private target: noindex, itunes:block, no announcing, no pins
	Target      string   // name of the target this show was loaded for; empty for the main show
	Targets     []string // names of all targets, sorted
	CDN         *CDN     // nil if there is nothing to purge
	Feed        Feed
	Timezone    *time.Location // for dates without an offset; never nil
	Language    string         // RFC 5646, such as en-gb
	Author      string         // itunes:author
	Hosts       []Credit       // also in each item of the feed, unless the episode has hosts of its own
	Categories  []Category     // Apple uses only the first
	Explicit    bool
	Type        Type
	Complete    bool   // itunes:complete: there will be no more episodes
	Block       bool   // itunes:block: asks directories to leave the show out
	Medium      string // podcast:medium; podcast if empty
	NewFeedURL  string // itunes:new-feed-url if the show has moved; else empty
	Artwork     string // path of the square image; empty if there is none
	License     License
	Copyright   string
	Owner       Owner
	Funding     []Link
	Locations   []Location
	Seasons     map[int]string // names, by number
	Frequency   Frequency
	Links       []Link // where else to listen, in the order of the file
	Txt         []Txt
	Prefix      string // enclosure_prefix: put before every enclosure URL
	Speech      machine.Settings
	Announce    []string
	Accept      map[string]string // reasons to ignore warnings, by rule ID
	KeepMasters bool
	Waveform    bool   // the pages of episodes show an outline of the sound
	Credits     string // "git" or empty
	Transcripts Transcripts
	Site        site.Settings
	Theme       site.Theme
	AudioPath   string            // pattern of masters kept elsewhere; empty means audio.mp3 in the folder
	Namespaces  map[string]string // XML namespaces that extra XML may use besides those of every feed, by prefix
	Extra       string            // well-formed XML that is copied into the channel

	People   map[string]*Person
	Sponsors map[string]*Sponsor
	Pages    []*site.Page // sorted by file name
	Episodes []*Episode   // newest first, those without a date before all others
	Lock     *pins.Lock   // never nil

	Folder Folder                      // reads the files of the show
	places map[string]finding.Position // field → place, as in At
}

// Type is the order in which to play the episodes of a show (itunes:type).
type Type string

// The two types of the iTunes namespace.
const (
	Episodic Type = "episodic" // newest first
	Serial   Type = "serial"   // oldest first, by season
)

// Feed says where the feed is, how it is divided into pages, and whether other hosts may
// import it.
type Feed struct {
	Path     string // key of the feed below URL; never empty
	Locked   bool   // podcast:locked
	PageSize int    // number of episodes on a page of the feed; 0 for a feed of one page
}

// Page returns the path of a page of older episodes. Page 1 has the oldest ones.
func (f Feed) Page(number int) string {
	ext := path.Ext(f.Path)
	return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(f.Path, ext), number, ext)
}

// CDN names a purger and carries its settings, such as service or zone.
type CDN struct {
	Provider string
	Settings map[string]string
}

// Category is a category of Apple's list. Sub is empty for a category without a
// subcategory.
type Category struct{ Name, Sub string }

// License is podcast:license: an identifier such as those of SPDX, or a name with a URL.
type License struct{ ID, URL string }

// Owner is itunes:owner. Both fields are public in the feed.
type Owner struct{ Name, Email string }

// Link is a URL with a text: the text of podcast:funding, or the key of a link in a map,
// such as apple.
type Link struct{ URL, Text string }

// Frequency is podcast:updateFrequency. The zero value means that there is none.
type Frequency struct {
	Text     string
	RRule    string // RFC 5545 recurrence rule
	Start    time.Time
	Complete bool
}

// Location is podcast:location: the subject of the show or the episode, or the place
// where it is made.
type Location struct {
	Name    string // never empty
	Rel     string // subject or creator
	Geo     string // RFC 5870, such as geo:51.5,-0.1; may be empty
	OSM     string // N, W or R and the id of OpenStreetMap; may be empty
	Country string // ISO 3166-1 alpha-2; may be empty
}

// Txt is podcast:txt: free text for a stated purpose, such as applepodcastsverify.
type Txt struct{ Purpose, Value string }

// Transcripts are the settings for all transcripts of the show.
type Transcripts struct {
	Path       string   // pattern of transcripts kept elsewhere; empty means transcript.md in the folder
	Edit       string   // URL pattern of a page to edit {file}, perhaps at {line}; empty for no edit link
	License    string   // may differ from the audio's
	Feed       []string // formats that the feed names, in this order; empty means all
	Fraction   string   // meaning of two digits after a stamp's dot: "decimal" or "frames30"
	Sounds     bool     // captions in VTT and SRT have sounds such as [laughter]
	Contribute string   // URL of a page on how to help; optional
}

// bySlug returns the episode with the slug, or nil.
func (s *Show) bySlug(slug string) *Episode {
	for _, e := range s.Episodes {
		if e.Slug == slug {
			return e
		}
	}
	return nil
}

// At returns the place of a field of show.yaml, such as "artwork", for a finding about
// it. If the field is absent, it returns the place of the list or map around it, or else
// of the file. Fields of people.yaml and sponsors.yaml begin with the name of the file,
// such as "people.vega.image".
func (s *Show) At(field string) finding.Position { return source.Place(s.places, field, "show.yaml") }

// Live returns the episodes that listeners should have at the given time,
// newest first.
func (s *Show) Live(now time.Time) []*Episode {
	return slices.DeleteFunc(slices.Clone(s.Episodes), func(e *Episode) bool { return e.Status(now) != Live })
}

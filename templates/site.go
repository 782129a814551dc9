// Package templates renders the static site of a show: HTML pages, the
// sitemap and robots.txt, from a theme that is embedded beside this code and
// that a show may override file by file. It decides no keys but those of its
// pages, reads no clock and writes no file: the same Site gives the same bytes.
//
// # Pages
//
//	index.html                  the show: who, how to subscribe, every episode
//	episodes/<slug>/index.html  one episode: player, notes, chapters, transcript
//	<former path>/index.html    forwards to the episode that moved (redirect_from)
//	404.html                    what a server shows for an unknown address
//	sitemap.xml, robots.txt     for crawlers; a private show has no sitemap
//
// Links are relative to the page that holds them, so that a site works below
// any path. Only 404.html, which is served at every depth, starts its links at
// the root, with the path of the show's URL. Canonical addresses, Open Graph
// and structured data are absolute. A link to a page ends in a slash.
//
// # Templates
//
// Templates are html/template files. Each is known by its file name and may be
// included by it: {{template "player.html" .}}. The page templates define
// "main", which base.html puts between masthead and footer.
//
//	base.html         the frame of every page: landmarks, skip link
//	404.html          page: 404.html
//	episode.html      page: an episode
//	redirect.html     page: a former path
//	show.html         page: index.html
//	badge.html        marks a trailer or a bonus; gets an Episode
//	card.html         an episode in a list; gets an Episode
//	chapters.html     the chapters that are listed
//	credits.html      people, sponsors, licence, links of an episode
//	footer.html       copyright, licence, feed
//	head.html         inside <head>: title, policy, feed, Open Graph, JSON-LD
//	person.html       somebody on the show; gets one of People
//	player.html       the audio element and the controls that player.js wakes
//	subscribe.html    where to listen, the feed's address to copy
//	transcripts.html  every transcript of an episode
//	turns.html        what is said; gets one of Transcripts
//
// Static files become assets, whose keys carry a hash of their bytes; a
// stylesheet therefore cannot name another asset, a template can.
//
//	theme.css         all styles
//	player.js         seeking, chapters, speed, deep links, following
//	subscribe.js      the button that copies the feed's address
//	icon.svg          the site's icon
//	custom.css        not in the theme; if a show has it, it follows theme.css
//
// A show overrides a file by having one of the same name below its templates/
// folder: templates/episode.html, templates/static/theme.css. Further *.html
// files are partials to be included, further files below static/ are assets.
// Hidden files are left alone, anything else is an error. A template may be
// 1 MiB large, an asset 16 MiB.
//
// # Data
//
// Where nothing else is said, a template receives the fields of Site, and
// beside them
//
//	Kind         "show", "episode", "404" or "redirect"
//	Key          the page's own key
//	Title        of the document
//	Summary      plain text for the meta description; may be empty
//	Language     of the page, RFC 5646
//	Canonical    absolute URL of the page, or of the one it forwards to; empty on 404
//	Image        absolute URL of the artwork; may be empty
//	NoIndex      search engines are asked to stay away
//	Data         structured data (schema.org), to be written as JSON-LD; may be nil
//	Episode      the episode, on its page and on redirects to it; else nil
//	Older, Newer the episodes before and after it by date; may be nil
//	People       the show's hosts, or everyone credited in the episode: a
//	             show.Person each, and Roles, such as "host, audio editor"
//	Groups       on the show's page: the episodes in the order to list them, as
//	             {Name, Episodes}; Name is a season's, or empty
//	Start        on the show's page: the episode to begin with; may be nil
//	Transcripts  of the episode: Transcript, and Turns: a transcripts.Turn each,
//	             and Anchor, its id on the page, Timed, and Start if it is
//	             Timed; then no stamp opens the first of its Blocks
//
// # Functions
//
//	url KEY           link to a page or object of the site
//	absurl KEY        the same, absolute
//	asset NAME        link to a static file; "" if the theme has no such file
//	image PATH        link to an image of the show's folder, or the https URL
//	                  it already is; "" if it is neither
//	date TIME         4 February 2027, in the show's timezone
//	isodate TIME      2027-02-04T06:00:00Z, for <time datetime>
//	clock DURATION    1:02:03, for reading along
//	length DURATION   1 h 2 min, for deciding whether to listen
//	period DURATION   PT1H2M3S, for <time datetime>
//	seconds DURATION  62.5
//	size BYTES        41.2 MB
//	listed CHAPTERS   those that are not hidden
//	summary EPISODE   plain text of at most a few lines; may be empty
//	markup BLOCK      the HTML of a block of a transcript
//	license L...      the first show.License that is set, as {Name, URL}; either
//	                  may be empty
//	spdx ID           a show.License from its id alone
//	service NAME      "Apple Podcasts" for apple
//	language CODE     a language's own name: español
//	dir CODE          "ltr" or "rtl"
//	host URL          the host a URL leads to, for showing it
//	initial NAME      first letter, where there is no portrait
package templates

import (
	"html/template"
	"time"

	"onair/show"
	"onair/transcripts"
)

// Site is everything the pages show. HTML in it is rendered and sanitised
// already; all other strings are as people wrote them. Keys are those of
// objects in the bucket.
type Site struct {
	Show        *show.Show
	Description template.HTML     // the show's, rendered
	ArtworkKey  string            // empty: the show has none
	FeedKey     string            // required
	AssetKeys   map[string]string // theme asset name → key; every asset of the theme has one
	ImageKeys   map[string]string // path in the show's folder → key: portraits, logos, chapter images
	Episodes    []*Episode        // live, newest first
	Updated     time.Time         // when the content last changed; zero: there is none yet
}

// Episode is a live episode with what only its audio and rendered texts tell.
// Chapters and Transcripts stand in place of those of show.Episode.
type Episode struct {
	*show.Episode
	Duration    time.Duration
	AudioKey    string // required
	AudioType   string // media type, such as audio/mpeg
	AudioBytes  int64
	ArtworkKey  string // its own or the show's; empty: neither
	WaveformKey string // an SVG in the colour of the text around it; empty: none
	Notes       template.HTML
	Summary     string         // plain text: its own, else its notes, of which pages show the beginning
	Chapters    []show.Chapter // timed, ordered; hidden ones included
	Transcripts []Transcript   // the episode's own language first
}

// PageKey is the key of the episode's page.
func (e *Episode) PageKey() string { return show.PageKey(e.Slug) }

// Transcript is one language of what is said in an episode.
type Transcript struct {
	Language string
	Files    []File // the same text for download
	EditURL  string // where to propose a change; empty: nowhere

	// Contributors are the names of those who wrote and mended it, those who did
	// most first. They are strangers' text.
	Contributors []string

	// Read returns what is said, and when each turn starts (nil: nobody knows). It
	// is called when the page is rendered, so that a catalogue's transcripts need
	// not be in memory together.
	Read func() (*transcripts.Transcript, []time.Duration, error)
}

// File is an object offered for download.
type File struct {
	Key       string
	MediaType string
	Label     string // such as WebVTT
}

// Package templates renders the static site of a show: HTML pages, the sitemap
// and robots.txt. It has an embedded theme, whose files a show may override. The
// same Site gives the same bytes.
//
// # Pages
//
//	index.html                  the show: hosts, how to subscribe, every episode
//	episodes/<slug>/index.html  one episode: player, notes, chapters, transcript
//	<former path>/index.html    forwards to the episode that moved (redirect_from)
//	404.html                    what a server shows for an unknown address
//	sitemap.xml, robots.txt     for crawlers; a private show has no sitemap
//
// Links are relative to their page, so that a site works below any path. Links of
// 404.html start with the path of the show's URL, because servers show that page
// at every depth. Canonical addresses, Open Graph and structured data are absolute.
// A link to a page ends in a slash.
//
// # Templates
//
// Templates are html/template files. A template includes another by its file name:
// {{template "player.html" .}}. The templates of pages define "main", which
// base.html puts between masthead and footer.
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
//	contributors.html who wrote a transcript; gets one of Transcripts
//	person.html       a host or guest; gets one of People
//	keys.html         the help about keys; player.html includes it
//	play.html         a button that plays; gets an Episode
//	player.html       the bar: the audio element, and the controls that player.js shows
//	subscribe.html    where to listen, the feed's address to copy
//	transcripts.html  every transcript of an episode
//	turns.html        the turns of a transcript; gets one of Transcripts
//
// Static files become assets, whose keys contain a hash of their bytes. A template
// can name an asset; a stylesheet cannot.
//
//	theme.css         all styles
//	player.css        the styles of what player.js shows
//	player.js         the player: seeking, chapters, keys, deep links, following,
//	                  playing on while pages change; buttons that copy
//	icon.svg          the site's icon
//	custom.css        not in the theme; if a show has it, it follows theme.css
//
// A show overrides a file with one of the same name in its templates/ folder:
// templates/episode.html, templates/static/theme.css. Further *.html files are
// partials to include, further files below static/ are assets. Hidden files are
// ignored, and all others are errors. A template may have 1 MiB, an asset 16 MiB.
//
// The theme's turns.html calls the function turns, which is much faster than a
// template for a long transcript. testdata/turns.html beside this code does the
// same with a template: it is a start for a turns.html of one's own.
//
// # Scripts
//
// base.html puts player.html on every page, outside of main. While audio plays,
// player.js replaces everything around it when the listener follows a link, so a
// page must also work when it is inserted. It finds what it needs by these marks,
// which a template of the show's own keeps:
//
//	a[data-episode]     plays an episode, by its GUID; href is the audio. Further:
//	                    data-page, -title, -duration (seconds), -artwork (an address,
//	                    or several with widths as in srcset), and optionally
//	                    data-seek and data-stop, in seconds
//	a[data-seek]        plays the page's episode from there
//	a[href^="#t="]      the same, such as #t=1:23 or #t=30,40
//	.chapters li, .turn with data-start: where the audio is, the element gets
//	                    aria-current
//	#transcript         may have .follow, .filter, .stamp, .speaker and .words
//	.continue           a hidden element of the home page with a link,
//	                    .continue-title and .continue-left: the episode played last
//	form[role=search]   the key / goes to its field, or to a link with rel=search
//	button[data-copy]   copies the field with that id
//
// # Data
//
// A template gets the fields of Site, unless the list above says otherwise, and
// these:
//
//	Kind         "show", "episode", "404" or "redirect"
//	Key          the page's own key
//	Title        of the document
//	Summary      plain text for the meta description; may be empty
//	Language     of the page, RFC 5646
//	Canonical    absolute URL of the page, or of the one it forwards to; empty on 404
//	Image        absolute URL of the artwork; may be empty
//	NoIndex      whether search engines are asked to leave the page out
//	Data         structured data (schema.org) for JSON-LD; may be nil
//	Episode      the episode, on its page and on redirects to it; else nil
//	Older, Newer the episodes before and after it by date; may be nil
//	People       the show's hosts, or everyone credited in the episode; each has
//	             the fields of show.Person, and Roles, such as "host, audio editor"
//	Groups       on the show's page: the episodes in the order to list them, as
//	             {Name, Episodes}; Name is a season's, or empty
//	Start        on the show's page: the episode to begin with; may be nil
//	Transcripts  of the episode; each has the fields of Transcript, and Turns, which
//	             have those of transcripts.Turn and
//	               Anchor  the turn's id on the page; may be empty
//	               Timed   whether Start is known; if so, the first block does not
//	                       repeat the time
//	               Start   the turn's start
//
// # Functions
//
//	url KEY           link to a page or object of the site
//	absurl KEY        absolute URL of a page or object of the site
//	elsewhere KEY     whether KEY is the address of audio that is not in the bucket
//	asset NAME        link to a static file; "" if the theme has no such file
//	image PATH        link to an image of the show's folder; an https URL stays as
//	                  it is; "" if PATH is neither
//	date TIME         4 February 2027, in the show's timezone
//	isodate TIME      2027-02-04T06:00:00Z, for <time datetime>
//	clock DURATION    1:02:03, for a time in an episode
//	length DURATION   1 h 2 min, for the length of an episode
//	period DURATION   PT1H2M3S, for <time datetime>
//	seconds DURATION  62.5
//	size BYTES        41.2 MB
//	listed CHAPTERS   those that are not hidden
//	summary EPISODE   plain text of at most a few lines; may be empty
//	turns TURNS       the HTML of the Turns of a transcript
//	markup BLOCK      the HTML of a block of a transcript
//	license L...      the first show.License that is set, as {Name, URL}; either
//	                  may be empty
//	spdx ID           a show.License with only an id
//	service NAME      "Apple Podcasts" for apple
//	language CODE     a language's own name: español
//	dir CODE          "ltr" or "rtl"
//	host URL          the host of a URL, without www.
//	initial NAME      first letter, for a person without a portrait
package templates

import (
	"html/template"
	"time"

	"onair/show"
	"onair/show/chapters"
	"onair/transcripts"
)

// Site is the content of the pages. Fields of type template.HTML are sanitized; all
// other strings are untrusted text. Keys are those of objects in the bucket.
type Site struct {
	Show        *show.Show
	Description template.HTML     // the show's, rendered
	ArtworkKey  string            // empty if the show has no artwork
	FeedKey     string            // required
	AssetKeys   map[string]string // name of an asset → key; required for every asset of the theme
	ImageKeys   map[string]string // path in the show's folder → key: portraits, logos, chapter images
	Episodes    []*Episode        // live, newest first
	Updated     time.Time         // when the content last changed; zero if there is no content
}

// Episode is a live episode. Chapters, Summary and Transcripts replace those of
// show.Episode.
type Episode struct {
	*show.Episode
	Duration    time.Duration
	AudioKey    string // required; the address of audio that is not in the bucket
	AudioType   string // media type, such as audio/mpeg
	AudioBytes  int64
	ArtworkKey  string // the episode's or the show's; empty if neither has artwork
	WaveformKey string // an SVG; empty if there is none
	Notes       template.HTML
	Summary     string             // plain text, of which pages show the beginning: the summary, else the notes
	Chapters    []chapters.Chapter // timed, in order, including hidden ones
	Transcripts []Transcript       // the episode's own language first
}

// PageKey returns the key of the episode's page.
func (e *Episode) PageKey() string { return show.PageKey(e.Slug) }

// Transcript is a transcript of an episode in one language.
type Transcript struct {
	Language string
	Files    []File // the same text for download
	EditURL  string // where to propose a change; may be empty

	// Contributors are the names of its authors and editors, those with most
	// commits first. The names are untrusted text.
	Contributors []string

	// Read returns the transcript and the start of each turn, or nil starts if they
	// are not known. It is called when the page is rendered, so that not all
	// transcripts are in memory at once.
	Read func() (*transcripts.Transcript, []time.Duration, error)
}

// File is an object to download.
type File struct {
	Key       string
	MediaType string
	Label     string // such as WebVTT
}

// Package templates renders the static site of a show: HTML pages, the sitemap,
// robots.txt and the web app manifest. It has an embedded theme, whose files a show
// may override. The same Site gives the same bytes.
//
// # Pages
//
//	index.html                        the latest episodes, how to subscribe, hosts
//	archive/index.html                the years or seasons, and the latest episodes
//	archive/<year>/index.html         every episode of a year; archive/season-<n>/
//	                                  for a show whose episodes all have a season
//	episodes/<slug>/index.html        one episode: player, notes, chapters, transcript
//	episodes/<slug>/transcript-<language>/
//	                                  a translation of its transcript
//	episodes/<slug>/embed/index.html  its player, for a frame in another site
//	episodes/<slug>/embed/oembed.json describes the embedded player (oembed.com)
//	people/index.html, people/<id>/   people, and the episodes of each
//	topics/index.html, topics/<name>/ topics, and the episodes of each
//	sponsors/index.html, sponsors/<id>/
//	search/index.html                 the search
//	help/index.html                   passages of transcripts that could not be understood
//	<id>/index.html                   a page of the show's own, from pages/<id>.md
//	<former path>/index.html          forwards to the episode that moved (redirect_from)
//	404.html                          what a server shows for an unknown address
//	sitemap.xml, robots.txt           for crawlers; a private show has no sitemap
//	site.webmanifest                  name, colours and icons for a home screen
//
// A page without content is left out. All pages show live episodes only.
//
// Links are relative to their page, so that a site works below any path. Links of
// 404.html start with the path of the show's URL, because servers show that page
// at every depth. Canonical addresses, Open Graph and structured data are absolute.
// A link to a page ends in a slash, or in index.html if the show asks for that.
//
// # Templates
//
// Templates are html/template files. A template includes another by its file name:
// {{template "player.html" .}}. The templates of pages define "main", which
// base.html puts between masthead and footer.
//
//	base.html         the frame of every page: landmarks, skip link, masthead
//	404.html          page: 404.html
//	archive.html      page: the archive, a year or a season
//	embed.html        page: the player of an episode for other sites
//	episode.html      page: an episode
//	help.html         page: help with transcripts
//	page.html         page: one of the show's own
//	people.html       page: all people
//	person-page.html  page: a person
//	redirect.html     page: a former path
//	search.html       page: the search
//	show.html         page: index.html
//	sponsor.html      page: a sponsor
//	sponsors.html     page: all sponsors
//	topic.html        page: a topic
//	topics.html       page: all topics
//	translation.html  page: a translated transcript
//	artwork.html      an image in several widths; gets a Picture
//	badge.html        marks a trailer or a bonus; gets an Episode
//	card.html         an episode in a list; gets an Episode
//	chapters.html     the chapters that are listed
//	crumbs.html       the links of Crumbs
//	groups.html       the lists of Groups
//	contributors.html who wrote a transcript; gets one of Transcripts
//	credits.html      people, sponsors, topics, licence, links of an episode
//	footer.html       copyright, licence, feed
//	head.html         inside <head>: title, policy, feed, Open Graph, JSON-LD
//	person.html       a host or guest; gets one of People
//	keys.html         the help about keys; player.html includes it
//	play.html         a button that plays; gets an Episode
//	player.html       the bar: the audio element, and the controls that player.js shows
//	row.html          an episode in a long list; gets an Episode
//	subscribe.html    where to listen, the feed's address to copy
//	transcripts.html  the transcript of a page, and links to those in other languages
//	turns.html        the turns of a transcript; gets one of Transcripts
//
// Static files become assets, whose keys contain a hash of their bytes. A template
// can name an asset; a stylesheet cannot.
//
//	theme.css         all styles, preceded by the colours of the show
//	player.css        the styles of what player.js shows
//	search.js         the search, on the page of the search
//	player.js         the player: seeking, chapters, keys, deep links, following,
//	                  playing on while pages change; buttons that copy
//	icon.svg          the site's icon if the show has no artwork
//	custom.css        not in the theme; if a show has it, it follows theme.css
//
// A show overrides a file with one of the same name in its templates/ folder:
// templates/episode.html, templates/static/theme.css. Further *.html files are
// partials to include, further files below static/ are assets. All templates share one
// set, so a {{define}} of one is known to the others. The words of the
// theme are in words/<language>.txt, of which a show overrides single lines; package
// words describes them. Hidden files are ignored, and all others are errors. A
// template may have 1 MiB, an asset 16 MiB. Scripts, styles and event handlers inside
// a template are reported (W002), because the pages' policy blocks them.
//
// The theme's turns.html calls the function turns, which is much faster than a
// template for a long transcript. testdata/turns.html beside this code does the
// same with a template: it is a start for a turns.html of one's own.
//
// # Scripts
//
// base.html puts player.html on every page, outside of main. While audio plays,
// player.js replaces everything around it when the listener follows a link, so a page
// must also work when it is inserted. player.js finds what it needs by these marks,
// which a show's own templates must keep:
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
//	.run > noscript     the turns after those of an hour or so, which player.js puts into
//	                    the place of the element once the page is shown
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
//	Kind         "show", "archive", "embed", "episode", "help", "page", "people",
//	             "person", "redirect", "search", "sponsor", "sponsors", "topic",
//	             "topics", "translation" or "404"
//	Key          the page's own key
//	Title        title of the document
//	TitleLang    language of Title, RFC 5646
//	Summary      plain text for the meta description, on lists that of the show; may be
//	             empty
//	Language     language of the frame's words, RFC 5646
//	Canonical    absolute URL of the page, or of the one it forwards to; empty on 404
//	Image        absolute URL of the card or the artwork; may be empty
//	HasCard      whether Image is a card of 1200 × 630 pixels
//	NoIndex      whether search engines are asked to leave the page out
//	Data         structured data (schema.org) for JSON-LD; may be nil
//	Creator      fediverse handle of a host or guest; may be empty
//	Nav          the links of the masthead: {Text, URL, Current}
//	Crumbs       the pages above this one: {Text, URL}
//	Episode      the episode, on its pages and on redirects to them; else nil
//	Older, Newer the episodes before and after it by date; may be nil
//	Related      up to three related episodes
//	People       the hosts of the show, everyone credited in the episode (guests
//	             before hosts), or all people; each has the fields of show.Person,
//	             and Key of their page (may be empty), Bio, Roles, such as "host,
//	             audio editor", Count of episodes, and Groups of them by role
//	Person       on the page of a person: one of People
//	Groups       lists of episodes, as {Name, Episodes}; Name may be empty
//	Latest       on the show's page: the episode to begin with; may be nil
//	More         on the show's page: whether Groups lacks episodes, which the archive has
//	Lists        on the archive: its years or seasons, as {Name, Key, Count, Current};
//	             Topics and Sponsors have the same form, and sponsors Sponsor
//	Apps         on the show's page: apps to subscribe in, as {Name, URL}
//	Gaps         on the help page: {Episode, Gaps} of each episode that has any
//	Alternate    on the page of a translation: its audio, which Episode has too; else nil
//	Own          on a page of the show's own: {site.Page, HTML}
//	Transcripts  the one that the page shows, if any; it has the fields of Transcript, AudioKey, and
//	             Turns, which have the fields of transcripts.Turn and
//	               Anchor  the turn's id on the page; may be empty
//	               Timed   whether Start is known; if so, the first block does not
//	                       repeat the time
//	               Start   the turn's start
//	               Hue     0 to 11, the colour of the speaker
//	               Image   key of the speaker's picture; may be empty
//	               Chapter title of the chapter that begins with the turn; may be empty
//
// # Functions
//
//	word KEY N V …    a text of the catalogue, with V in place of {N}
//	url KEY           link to a page or object of the site
//	absurl KEY        absolute URL of a page or object of the site
//	audiosources      further sources of audio for the policy: " https: http:" if an
//	                  episode has its audio elsewhere, else ""
//	asset NAME        link to a static file; "" if the theme has no such file
//	image PATH [WIDTH]
//	                  link to an image of the show's folder, in the smallest version
//	                  of at least WIDTH pixels; "" for a URL
//	src KEY WIDTH     link to an image, in the smallest version of at least WIDTH pixels
//	srcset KEY        the versions of an image for srcset; "" if there is only one
//	picture KEY WIDTH CLASS
//	                  a Picture for artwork.html
//	date TIME         4 February 2027, in the show's timezone
//	isodate TIME      2027-02-04T06:00:00Z, for <time datetime>
//	clock DURATION    1:02:03, for a time in an episode
//	length DURATION   1 h 2 min, for the length of an episode
//	period DURATION   PT1H2M3S, for <time datetime>
//	seconds DURATION  62.5
//	size BYTES        41.2 MB
//	listed CHAPTERS   those that are not hidden
//	row EPISODE       the HTML of row.html, which is cached for other pages
//	summary EPISODE   plain text of at most a few lines; may be empty
//	turns TRANSCRIPT  the HTML of the turns of one of Transcripts
//	markup BLOCK      the HTML of a block of a transcript
//	license L...      the first show.License that is set, as {Text, URL}; either
//	                  may be empty
//	spdx ID           a show.License with only an id
//	role ROLE         a role of the Podcast Taxonomy in the language of the frame
//	names NAMES       the names with separators between them, each isolated
//	topic NAME        a topic as people write it: go tools for go-tools
//	topickey NAME     key of the page of a topic
//	personkey PERSON  key of the page of a person; "" if there is none
//	sponsorkey S      key of the page of a sponsor
//	embedkey EPISODE  key of the player for other sites; "" if there is none
//	service NAME      "Apple Podcasts" for apple
//	language CODE     a language's own name, as in a list: Español
//	languages EPISODE its pages in the languages of its transcripts, as {Language, Key};
//	                  empty if there is only one
//	pageof EPISODE LANGUAGE
//	                  key of the page of the episode's transcript in a language; "" if
//	                  there is none
//	dir CODE          "ltr" or "rtl"
//	host URL          the host of a URL, without www.
//	initial NAME      first letter, for a person without a portrait
//	qr TEXT           an SVG of the text as a QR code
//	until START LENGTH
//	                  START + LENGTH, at least 0
//	have KEY          whether the site has the list, search or help page of that key
//	oembedkey EPISODE key of the description of the embedded player
//	colours           the colours of the theme, a palette.Colours
package templates

import (
	"cmp"
	"html/template"
	"time"

	"onair/show"
	"onair/show/chapters"
	"onair/show/site"
	"onair/transcripts"
)

// Site is the content of the pages. Fields of type template.HTML are sanitized; all
// other strings are untrusted text. Keys are keys of objects in the bucket.
type Site struct {
	Show        *show.Show
	Description template.HTML        // the show's description, rendered
	ArtworkKey  string               // empty if the show has no artwork
	LogoKey     string               // logo in the masthead; empty if the show has none
	FeedKey     string               // required
	SearchKey   string               // directory of the search index; empty if there is none
	AssetKeys   map[string]string    // name of an asset → key; required for every asset of the theme
	ImageKeys   map[string]string    // path in the show's folder → key: portraits, logos, chapter images
	Versions    map[string][]Version // key of an image → its smaller versions, narrowest first
	IconKeys    map[int]string       // width in pixels → key of a square PNG of the artwork
	Bios        map[string]template.HTML
	Pages       []*OwnPage // the show's own pages, by ID
	Episodes    []*Episode // live, newest first
	Updated     time.Time  // when the content last changed; zero if there is no content
}

// Version is a smaller version of an image.
type Version struct {
	Width, Height int // pixels
	Key           string
}

// OwnPage is a page that the show adds itself.
type OwnPage struct {
	*site.Page
	HTML template.HTML
}

// Episode is a live episode. Its Alternates, Chapters, Summary and Transcripts replace those of
// show.Episode.
type Episode struct {
	*show.Episode
	Duration    time.Duration
	AudioKey    string // required; an address if the audio is not in the bucket
	AudioType   string // media type, such as audio/mpeg
	AudioBytes  int64
	Alternates  []Alternate // audio in other languages
	ArtworkKey  string      // the episode's or the show's; empty if neither has artwork
	CardKey     string      // image of 1200 × 630 pixels for link previews; empty if there is none
	WaveformKey string      // an SVG; empty if there is none
	Notes       template.HTML
	Summary     string             // plain text: the summary, or else the first paragraph of the notes; pages shorten the latter
	EditURL     string             // where to propose a change to the notes; may be empty
	Chapters    []chapters.Chapter // timed, in order, including hidden ones
	Transcripts []Transcript       // the episode's own language first
	Gaps        []Gap              // words that could not be understood, in order

	page string // key of the page; empty for the usual key
}

// PageKey returns the key of the episode's page.
func (e *Episode) PageKey() string { return cmp.Or(e.page, show.PageKey(e.Slug)) }

// Alternate is the audio of an episode in another language.
type Alternate struct {
	Language   string
	Title      string // empty for the name of the language
	Machine    bool   // machine voices speak
	AudioKey   string
	AudioType  string // media type
	AudioBytes int64
	Duration   time.Duration
}

// Gap is a place of a transcript where words could not be understood.
type Gap struct {
	Language string // language of the transcript
	Speaker  string
	Words    string // text around the gap
	Start    time.Duration
	Timed    bool   // whether Start is known
	EditURL  string // where to add the words; may be empty
}

// Transcript is a transcript of an episode in one language.
type Transcript struct {
	Language string
	Files    []File // files of the transcript for download
	EditURL  string // where to propose a change; may be empty
	Machine  bool   // whether the text is from a speech recognizer and not reviewed yet

	// Contributors are the names of the authors and editors, those with most commits
	// first. The names are untrusted text.
	Contributors []string

	// Read returns the transcript and the start of each turn; starts is nil if they are
	// not known. Read is called when the page is rendered, so that not all transcripts
	// are in memory at once.
	Read func() (*transcripts.Transcript, []time.Duration, error)
}

// File is an object to download.
type File struct {
	Key       string
	MediaType string
	Label     string // such as WebVTT
	Name      string // file name for saving
}

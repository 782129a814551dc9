// Package show is the podcast as data. Load turns a folder of text into a
// [Show] and reports what is wrong with it; Create, NewEpisode and Rename write
// such folders. The package knows nothing of audio, feeds or
// buckets.
//
// # The folder
//
//	show.yaml                 who the show is, and where it goes
//	people.yaml               people by id; optional
//	sponsors.yaml             sponsors by id; optional
//	artwork.jpg               square; also .jpeg or .png
//	pages/about.md            a page of the site at about/; front matter, then Markdown
//	episodes/4-cloudy/        the folder's name is the slug
//	    episode.md            front matter, then the show notes in Markdown
//	    audio.mp3             the master (or audio.m4a)
//	    chapters.txt          optional; also .json, .psc, .xml, .vtt, .csv or .ffmetadata
//	    transcript.md         transcript.es.md is its Spanish translation
//	    artwork.jpg           optional
//	onair.lock                what was published; written by onair
//
// Folders of episodes whose names start with "." or "_" are left out, and symbolic
// links among them are not followed. Files are UTF-8; a byte order mark and CRLF
// line ends are accepted. A YAML file and an episode.md have at most 1 MiB.
//
// # YAML
//
// The files are YAML 1.2 without anchors, aliases, tags, merge keys and complex
// keys: a show needs none of them, and they make small files large or surprising.
// Unknown and repeated keys are errors. Text may be left unquoted where YAML allows it.
// Whole numbers, true and false must not be quoted.
//
//	text         one line, unless a field says otherwise
//	path         of a file in the show's folder, relative to the file that names it
//	date         2027-02-04 06:00, 2027-02-04, or RFC 3339 with an offset;
//	             without an offset it is in the show's timezone
//	time         in an episode: 0:12, 0:48.5 or 1:02:03.250
//	URL          absolute, http or https, without a user name
//	slug         [a-z0-9][a-z0-9-]*; see ValidSlug
//	people       a list of ids of people.yaml or of maps {id or name, url, image,
//	             role, group}; group is cast unless it says otherwise
//	licence      an identifier such as cc-by-4.0, or {name: …, url: …}
//	locations    a list of {name, rel: subject|creator, geo, osm, country}
//
// # show.yaml
//
//	title             text; required
//	description       Markdown, several lines
//	url               URL below which everything published is found
//	storage           file:DIR (file:public), gs://BUCKET/PREFIX or s3://BUCKET/PREFIX?endpoint=…
//	state             where onair keeps its records, in the forms of storage; in storage by default
//	private           true for noindex, itunes:block, no announcing, no pins
//	cdn               {provider: NAME, …}: a purger and its settings, never secrets
//	feed              {path: feed.xml, locked: false, page_size: 200}; with a page_size the
//	                  feed has at least that many of the newest episodes, and older
//	                  ones are on pages of their own
//	timezone          of the IANA database; UTC by default
//	language          RFC 5646, such as en-gb
//	author            text; the hosts by default, or else the title
//	hosts             people, whose role is host
//	categories        list of Apple's categories: Technology, News > Tech News
//	explicit          true or false
//	type              episodic (newest first) or serial
//	complete, block   true or false
//	medium            of podcast:medium; podcast by default
//	new_feed_url      URL to which the show has moved
//	artwork           path; artwork.jpg if that is there
//	license           licence of the audio
//	copyright         text
//	owner             {name, email}, both public
//	funding           list of {url, text}
//	locations         locations
//	seasons           {1: NAME, …}
//	update_frequency  {text, rrule, dtstart: DATE, complete}
//	links             {NAME: URL, …}
//	txt               list of {purpose, value}
//	enclosure_prefix  URL put before the URLs of enclosures
//	accept            {RULE: reason, …}: warnings that do not count
//	announce          list of websub, podcastindex, podping, overcast
//	keep_masters      true by default
//	waveform          true for a waveform on episode pages; needs ffmpeg once
//	credits           git
//	transcripts       {path: PATTERN, edit: URL with {file}, perhaps {line}, license, timestamp_fraction:
//	                  decimal|frames30, contribute: URL, feed: [vtt, srt, json, html, txt],
//	                  the formats that the feed names; all of them by default, sounds: true
//	                  for sounds such as [laughter] in vtt and srt}
//	speech            {engine: google|openai|command, model, location, project, max_cost: US
//	                  dollars, command, translate, voice: [PROGRAM, ARGUMENT, …] each}
//	site              {page_urls: slash|html, home: 20, nav: [{text, url}, …],
//	                  search: true, cards: true, embed: true, enabled: true, episode_url:
//	                  PATTERN of an address}; without enabled there are no pages, and with
//	                  an episode_url episodes link to that address
//	theme             {accent: auto or "#rrggbb", logo: path, font: path of a .woff2,
//	                  card_font: path of an .otf or .ttf, scheme: auto|light|dark}
//	audio             {path: PATTERN}
//	namespaces        {PREFIX: URI, …} for extra
//	extra             XML elements for the channel
//	targets           {NAME: {storage, url, state, private, cdn, announce,
//	                  enclosure_prefix, keep_masters}, …}
//
// A PATTERN is a path with {slug}, {number}, {season} or {guid} in it. It may
// start with "/", "~/" or "../": only audio and transcripts may lie outside
// the folder. A file in the episode's own folder comes first. In a
// map with braces a pattern needs quotes.
//
// A target inherits the fields that describe the show, but not those that say where it
// goes: it has its own storage and url, and without state its records are in its storage. The
// environment variables ONAIR_STORAGE, ONAIR_URL and ONAIR_STATE override the values of
// the show and of the target. If ONAIR_STORAGE names another storage, state is not
// inherited.
//
// The elements of extra have a prefix (itunes, podcast, atom, content, psc or one of
// namespaces) or are those of RSS, such as webMaster and ttl for the show and author
// and comments for an episode. An element that a feed can have once replaces the one
// that onair writes; guid and enclosure cannot be replaced. Comments, processing
// instructions and declarations are refused. The elements are parsed and written again.
//
// # people.yaml and sponsors.yaml
//
//	ID: {name: text, url: URL, image: path or URL, aliases: [text, …], bio: Markdown,
//	    links: {NAME: URL, …}, fediverse: "@user@server"}
//	ID: {name: text, url: URL, logo: path, text: several lines}
//
// # episode.md
//
// A line of three dashes, YAML, a line of three dashes, Markdown.
//
//	title          text; required
//	guid           identity of the episode, at most 2000 characters; never changes
//	date           when it goes live; without one it is a draft
//	updated        date of the last change that listeners care about
//	draft          true for a draft in spite of its date
//	slug           slug; the folder's name by default
//	season         whole number
//	number         whole number, unique among the season's full episodes; 0 and numbers
//	               such as 100.5 are written for podcast:episode alone
//	display        text of at most 32 characters that apps show instead of the number
//	type           full, trailer or bonus
//	summary        plain text, several lines
//	explicit       true or false; as the show unless given
//	block          true or false
//	language       as the show unless given
//	hosts          people, whose role is host; those of the show by default
//	guests         people, whose role is guest
//	people         people, each with a role
//	topics         list of slugs
//	sponsors       list of ids of sponsors.yaml
//	audio          path of the master, also outside the folder; or {path: …}
//	alternates     list of {audio: path, language, title} with the audio in other languages,
//	               which has titles of at most 32 characters; by default the files in the
//	               folder with a name such as audio.es.mp3
//	enclosure      {url: URL, length: bytes, type: audio/mpeg}: audio that stays where it
//	               is; onair does not tag, upload or check it
//	duration       time or seconds, of audio that stays where it is
//	link           URL of a page elsewhere; the page that onair makes by default
//	artwork        path; artwork.jpg in the folder if that is there
//	license        licence; as the show unless given
//	locations      locations
//	chapters       list of {start: time, end: time, title, url, image: path,
//	               toc: false, sponsor: ID}; or path of a file of chapters
//	soundbites     list of {start: time, duration: seconds, title}
//	social         list of {protocol, uri, account_id, account_url, priority}
//	redirect_from  list of former paths of its page, such as /4
//	extra          XML elements for the item
//
// # pages
//
// A file of pages/ is a line of three dashes, YAML, a line of three dashes, Markdown.
//
//	title          text; required
//	summary        plain text, several lines
//	language       as the show unless given
//	updated        date of the last change
//	nav            false to leave it out of the navigation
//
// # Chapters
//
// Chapters come from the list in front matter, from a file or, if there is neither, from
// the tag of the master. chapters: [] means that the episode has none. A chapter with a
// sponsor takes title, url and image from sponsors.yaml unless it has its own.
//
// # Files of chapters
//
// The file that front matter names, or chapters.txt beside episode.md (also
// chapters.json, .psc, .xml, .vtt, .csv or .ffmetadata), has at most 10,000
// chapters. The format is detected from the content, not from the name:
//
//	lines            a time, white space and a title, such as 0:12 What is a CDN?; a URL may
//	                 follow in angle brackets; blank lines and those that start with # are
//	                 left out, and so is a dash before the title. Files of mp4chaps and
//	                 mp3chaps and descriptions of videos have this form too.
//	{ …              JSON chapters of Podcasting 2.0, version 1.2.0
//	< …              Podlove Simple Chapters 1.2, alone or in the item of a feed
//	WEBVTT           WebVTT: a cue is a chapter
//	;FFMETADATA      metadata of ffmpeg; without TIMEBASE times are nanoseconds
//	1.5 TAB 2.5 TAB  a label track of Audacity
//	… Name … Start   markers of Adobe Audition, between tabs, or of Reaper, between
//	                 commas; times in seconds or minutes, not in beats or frames
//
// The end of a chapter is kept if it is before the start of the next one; an overlap of
// more than 50 ms is reported. Chapters that are not in order of time are sorted, and
// reported unless they are metadata of ffmpeg. Images are paths relative to the file.
//
// # onair.lock
//
//	version: 1
//	podcast_guid: text; absent until an import or the first publish to a public URL
//	episodes:
//	  GUID:
//	    slug: slug; required, as are the next four
//	    sha256: of the master's payload, which is the file without its tags; hex
//	    crc32c: of the payload; hex
//	    bytes: length of the payload
//	    duration: seconds
//	    bitrate: kbit/s
//	    channels: number
//	    media_type: audio/mpeg or audio/x-m4a
//	    tag_format: number
//	    waveform: 400 hex digits
//	    alternates: list of {language, sha256, crc32c, bytes, duration, bitrate, channels,
//	    media_type, tag_format, title, spoken: digest of what machine voices spoke, 16 hex digits}
//	    chapters: list of {start, end, title, url, image, toc}, times in seconds
//
// # Findings
//
// Errors stop a publish, warnings do not. The rules are in rules.go. Warnings of the
// rules in accept do not count.
package show

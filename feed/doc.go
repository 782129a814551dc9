// Package feed renders a show as an RSS feed, and writes chapters files.
//
// # What Render writes
//
// RSS 2.0 with the iTunes, Podcasting 2.0, Atom and content namespaces, as PSP-1
// (the Podcast Standards Project's RSS specification) requires and recommends.
// Namespaces are declared on the root, in alphabetical order. The order of
// elements is fixed, and nothing depends on the clock: equal documents have equal
// bytes. A show has these elements:
//
//	Title                 title
//	Document.SelfURL      atom:link rel="self"
//	Announce (websub)     atom:link rel="hub"
//	URL                   link
//	Links                 atom:link rel="related", for imports
//	Description           description: HTML in CDATA, at most 4000 bytes
//	Feed.PageSize         atom:link rel="first", "next" and "last", of RFC 5005
//	Document.ArtworkURL   image
//	Language, Copyright   language, copyright
//	Items                 pubDate: the date of the newest episode
//	Document.Updated      lastBuildDate
//	Author, Explicit      itunes:author, itunes:explicit (true or false)
//	Categories            itunes:category, nested
//	Document.ArtworkURL   itunes:image
//	Type, Complete        itunes:type, itunes:complete
//	NewFeedURL            itunes:new-feed-url
//	Block, Private        itunes:block (Yes), podcast:block (yes)
//	Owner                 itunes:owner
//	Document.GUID         podcast:guid
//	Feed.Locked           podcast:locked, with the owner's address if given
//	Funding, License      podcast:funding, podcast:license
//	Medium, Locations     podcast:medium (podcast by default), podcast:location
//	Txt, Frequency        podcast:txt, podcast:updateFrequency
//	Announce (podping)    podcast:podping
//	trailers among Items  podcast:trailer
//	Hosts                 podcast:person
//	Namespaces, Extra     xmlns: declarations, and elements as they are written
//
// The channel also has a generator, without a version. An episode has these elements:
//
//	Title                 title
//	GUID                  guid isPermaLink="false"
//	Date                  pubDate, RFC 2822 with a numeric zone
//	Item.PageURL          link
//	RedirectFrom          atom:link rel="related", for imports
//	Item.Notes            description: the notes with the tags that podcast apps
//	                      show. Above 4000 bytes they are cut after a paragraph,
//	                      an item of a list, a line or a word, and a link to the
//	                      page follows. Without notes it is the Summary.
//	                      content:encoded: the whole notes, if the description
//	                      lacks some of their text, an image or a table
//	Item.Enclosure        enclosure url, length in bytes, type
//	Item.Alternates       podcast:alternateEnclosure, podcast:source
//	Item.Duration         itunes:duration in whole seconds
//	Summary               if there are notes: itunes:subtitle, or itunes:summary if it
//	                      has several lines or more than 255 bytes
//	Explicit, Block       itunes:explicit, itunes:block
//	Item.ArtworkURL       itunes:image, unless it is the show's
//	Season, Number, Type  itunes:season, itunes:episode, itunes:episodeType
//	Season, Number        podcast:season with the season's name, podcast:episode with
//	                      Display
//	Item.Transcripts      podcast:transcript, with rel="captions" if the file has time codes
//	Item.ChaptersURL      podcast:chapters
//	Credits               podcast:person: an item's persons replace the
//	                      channel's, so the hosts are among them
//	Soundbites, Social    podcast:soundbite, podcast:socialInteract
//	Locations, License    podcast:location; podcast:license unless it is the show's
//	Extra                 elements as they are written
//
// Elements without a value are left out. If a channel or an item may have an element
// only once, an element of Extra replaces the one listed here. The show's
// enclosure_prefix is added to enclosure URLs, unless the show is private, its URL
// cannot be reached from elsewhere, or another host serves the audio.
//
// With a page size, the feed itself has the newest episodes, at least a full page if there
// are as many, and further pages have the others. Pages are numbered from the oldest one:
// a new episode changes only the feed, and now and then adds a page.
//
// Text is cleaned: characters that XML 1.0 cannot hold are removed, line ends become
// LF, and space around a value is trimmed. An XML parser returns all other text
// unchanged. Extra XML is parsed and written again. It may consist of elements only.
// The feed or the show must declare their prefixes. Comments are dropped.
//
// The check of feeds is in feed/check.
package feed

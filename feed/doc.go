// Package feed writes a show as an RSS feed, writes its chapters files, and
// checks finished feeds.
//
// # What Render writes
//
// RSS 2.0 with the iTunes, Podcasting 2.0, Atom and content namespaces, as PSP-1
// (the Podcast Standards Project's RSS specification) requires and recommends.
// Namespaces stand once, on the root, in alphabetical order; the order of
// elements is fixed; nothing depends on the clock: equal documents have equal
// bytes. Of a show:
//
//	Title                 title
//	Document.SelfURL      atom:link rel="self"
//	Announce (websub)     atom:link rel="hub"
//	URL                   link
//	Description           description: HTML in CDATA, at most 4000 bytes
//	Language, Copyright   language, copyright
//	Items                 pubDate: that of the newest episode
//	Document.Updated      lastBuildDate
//	Author, Explicit      itunes:author, itunes:explicit (true or false)
//	Categories            itunes:category, nested
//	Document.ArtworkURL   itunes:image
//	Type, Complete        itunes:type, itunes:complete
//	NewFeedURL            itunes:new-feed-url
//	Block                 itunes:block (Yes)
//	Private               itunes:block (Yes), podcast:block (yes)
//	Owner                 itunes:owner, only where the show gives one
//	Document.GUID         podcast:guid, once it has been assigned
//	Feed.Locked           podcast:locked, with the owner's address if given
//	Funding, License      podcast:funding, podcast:license
//	Medium, Locations     podcast:medium (podcast unless said), podcast:location
//	Txt, Frequency        podcast:txt, podcast:updateFrequency
//	Hosts                 podcast:person
//	Namespaces, Extra     as they are
//
// and generator without a version. Of an episode:
//
//	Title                 title
//	GUID                  guid isPermaLink="false"
//	Date                  pubDate, RFC 2822 with a numeric zone
//	Item.PageURL          link
//	Item.Notes            description: what podcast apps show, cut at a block so
//	                      that it has at most 4000 bytes; the Summary where there
//	                      are no notes
//	                      content:encoded: the whole notes, where the description
//	                      could not hold them
//	Item.Enclosure        enclosure url, length in bytes, type
//	Item.Duration         itunes:duration in whole seconds
//	Explicit, Block       itunes:explicit, itunes:block
//	Item.ArtworkURL       itunes:image
//	Season, Number, Type  itunes:season, itunes:episode, itunes:episodeType
//	Season, Number        podcast:season with the season's name, podcast:episode
//	Item.Transcripts      podcast:transcript, rel="captions" where they are timed
//	Item.ChaptersURL      podcast:chapters
//	Credits               podcast:person: an item's persons replace the
//	                      channel's, so the hosts are among them
//	Soundbites, Social    podcast:soundbite, podcast:socialInteract
//	Locations, License    podcast:location, podcast:license where it is not the
//	                      show's
//	Extra                 as it is
//
// What a show does not say is left out. The show's enclosure_prefix is put
// before enclosure URLs (see Prefixed), unless the show is private or its URL is
// one that only this machine or network knows.
//
// Text is cleaned: what XML 1.0 cannot hold is removed, line ends become LF,
// space around a value goes. Everything else comes back from an XML parser as it
// went in. Extra XML is read token by token and written again: elements only,
// without comments, with prefixes that the feed or the show declares.
//
// # What Check knows
//
// The whole document:
//
//	F001 error    the XML is not well-formed; checking ends there
//	F002 error    the encoding is not UTF-8
//	F003 warning  there is no XML declaration
//	F004 error    the root is not rss 2.0 with one channel
//	F005 error    a namespace is undeclared, or nearly right
//	F006 warning  a namespace PSP-1 requires is not declared
//	F007 warning  the feed is larger than 2 MB
//	F008 error    the feed is too large (32 MiB) or too deeply nested to be read
//	F009 warning  a value has more than 255 characters
//	F010 warning  a value has space around it
//	F011 warning  an address is not https
//	F012 error    an address is not absolute, or malformed
//	F013 error    a podcast: element lacks what it requires
//	F014 warning  a podcast: element has too many characters
//	F015 error    an element is repeated that may stand once
//	F016 error    a date is malformed
//	F017 error    itunes:explicit is neither true nor false
//	F018 warning  a description has more than 4000 bytes
//	F019 error    a season or episode is not a number from 1 on
//	F061 warning  a date has the name of a zone other than GMT
//
// The channel:
//
//	F020 error    no title
//	F021 error    no description
//	F022 error    no link
//	F023 error    no language, or a malformed one
//	F024 error    no itunes:category
//	F026 error    no itunes:explicit
//	F027 error    no itunes:image
//	F028 warning  no atom:link to the feed itself
//	F029 warning  no podcast:guid
//	F030 error    podcast:guid is not a UUID
//	F032 warning  no itunes:author
//	F033 warning  no podcast:locked
//	F034 error    podcast:locked is neither yes nor no
//	F035 error    itunes:type is neither episodic nor serial
//	F036 info     the copyright has the sign, the word or a year in it
//	F037 warning  there is no episode
//	F038 warning  an unknown podcast:medium
//
// Every item:
//
//	F040 error    no title
//	F041 error    no enclosure
//	F042 error    an enclosure's URL is used twice
//	F043 error    an enclosure's length is not a number of bytes above zero
//	F044 warning  an enclosure's type is unknown to PSP-1 and Apple
//	F045 warning  an enclosure's extension does not go with its type
//	F046 warning  an enclosure is too short for its duration
//	F047 error    no guid
//	F048 error    a GUID is used twice
//	F049 warning  a GUID is declared to be a link and is none
//	F050 warning  no pubDate
//	F051 warning  no description
//	F052 warning  no itunes:duration, or a malformed one
//	F053 info     itunes:duration is not in seconds
//	F054 error    an unknown itunes:episodeType
//	F055 warning  no itunes:episode, although the show is serial
//	F056 warning  a transcript's type is unknown
//	F057 info     a soundbite is shorter than 15 or longer than 120 seconds
//	F058 warning  the type of the chapters file is wrong
//	F059 info     no link
//	F060 warning  persons without a host, although the show has one
//
// And CheckChapters, of the source:
//
//	F031 warning  the first chapter is hidden
//
// The sources of these rules are RSS 2.0, PSP-1, Apple's guide to podcast RSS,
// the documents of the podcast namespace (podcastindex.org/namespace/1.0) and,
// where they are silent, what hosts and apps are known to do; each finding names
// its own. An http address on this machine is no finding: a feed being tried out
// has no other.
package feed

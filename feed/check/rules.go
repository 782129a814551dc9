package check

import "onair/internal/finding"

// Sources of the rules.
const (
	sourceXML        = "https://www.w3.org/TR/xml/"
	sourceRSS        = "https://www.rssboard.org/rss-specification"
	sourcePSP        = "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification"
	sourceApple      = "https://podcasters.apple.com/support/823-podcast-requirements"
	sourceCategories = "https://podcasters.apple.com/support/1691-apple-podcasts-categories"
	sourceSpotify    = "Spotify, provider requirements"
	sourcePodcast    = "https://podcastindex.org/namespace/1.0"
	sourceRec        = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/other-recommendations.md"
	sourcePSC        = "https://podlove.org/simple-chapters/"
	sourcePaging     = "https://www.rfc-editor.org/rfc/rfc5005#section-3"
	sourceDates      = "https://www.rfc-editor.org/rfc/rfc2822#section-3.3"
	sourceReports    = "reports of hosts and apps"
)

// rules are the rules of Feed and Compare: F001 to F019 and F061 to F083 for any part
// of a feed, F020 to F038 for the channel, F040 to F060 for items, F090 to F095 for
// changes.
var rules = finding.Rules{
	{
		ID: "F001", Severity: finding.Error, Source: sourceXML,
		Title:   "the XML is not well-formed",
		Hint:    "a parser stops here: fix it where the feed is made",
		Example: `<title>Fish & chips</title>`,
	},
	{
		ID: "F002", Severity: finding.Error, Source: sourcePSP,
		Title:   "the encoding is not UTF-8",
		Hint:    "save the feed as UTF-8: some apps read nothing else",
		Example: `<?xml version="1.0" encoding="ISO-8859-1"?>`,
	},
	{
		ID: "F003", Severity: finding.Warning, Source: sourcePSP,
		Title:   "there is no XML declaration",
		Hint:    `begin with <?xml version="1.0" encoding="UTF-8"?>`,
		Example: `<rss version="2.0">`,
	},
	{
		ID: "F004", Severity: finding.Error, Source: sourceRSS,
		Title:   "the root is not rss 2.0 with one channel",
		Hint:    `the feed is one <rss version="2.0"> with one <channel> in it`,
		Example: `<rss version="0.92">`,
	},
	{
		ID: "F005", Severity: finding.Error, Source: sourcePSP,
		Title:   "a namespace is misspelled, or the default one",
		Hint:    "declare the namespace on <rss>, letter for letter",
		Example: `xmlns:itunes="http://www.itunes.com/DTDs/Podcast-1.0.dtd"`,
	},
	{
		ID: "F006", Severity: finding.Warning, Source: sourcePSP,
		Title:   "a namespace that PSP-1 requires is not declared",
		Hint:    "declare the namespace on <rss>",
		Example: `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">`,
	},
	{
		ID: "F007", Severity: finding.Warning, Source: sourceReports,
		Title:   "the feed is larger than 2 MB",
		Hint:    "some apps refuse or cut feeds of 2 to 3 MB: shorten notes, or move old episodes to archive pages (RFC 5005)",
		InShow:  "shorten notes, or write feed: {page_size: 200} into show.yaml: older episodes then are on further pages",
		Example: "a feed of 2,000 episodes with the whole text of each transcript",
	},
	{
		ID: "F008", Severity: finding.Error, Source: sourceReports,
		Title:   "the feed is larger than 32 MiB, too deeply nested, or has too many episodes to be read",
		Hint:    "divide the feed into pages (RFC 5005), or leave out old episodes and long notes",
		InShow:  "write feed: {page_size: 200} into show.yaml, and shorten long notes",
		Example: "a feed of 40 MiB",
	},
	{
		ID: "F009", Severity: finding.Warning, Source: sourcePSP,
		Title:   "a value has more than 255 characters",
		Hint:    "apps cut it at 255 characters",
		InShow:  "apps cut it at 255 characters: shorten the text in this file",
		Example: "a <title> of 300 characters",
	},
	{
		ID: "F010", Severity: finding.Warning, Source: sourceApple,
		Title:   "a value has space around it",
		Hint:    "remove the space around the value",
		Example: `<title> Cloudy </title>`,
	},
	{
		ID: "F011", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "an address is not https, and not on this machine",
		Hint:    "use https",
		InShow:  "write the address with https in this file",
		Example: `<link>http://example.com/</link>`,
	},
	{
		ID: "F012", Severity: finding.Error, Source: sourceRSS,
		Title:   "an address is relative or malformed",
		Hint:    "write the whole address, with http or https",
		InShow:  "write the whole address, with https, in this file",
		Example: `<itunes:image href="/artwork.jpg"/>`,
	},
	{
		ID: "F013", Severity: finding.Error, Source: sourcePodcast,
		Title:   "an element lacks a value, an attribute or a child that it requires",
		Hint:    "add what is missing, or remove the element",
		Example: `<podcast:transcript url="https://example.com/1.vtt"/>`,
	},
	{
		ID: "F014", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "the text of a podcast: element is too long",
		Hint:    "aggregators cut it",
		InShow:  "aggregators cut it: shorten the text in this file",
		Example: "a <podcast:location> of 200 characters",
	},
	{
		ID: "F015", Severity: finding.Error, Source: sourcePSP,
		Title:   "an element that may occur once is repeated",
		Hint:    "apps differ in which one they take: keep one",
		Example: `<title>One</title><title>Two</title>`,
	},
	{
		ID: "F016", Severity: finding.Error, Source: sourceDates,
		Title:   "a date is malformed",
		Hint:    "write Fri, 26 Feb 2021 00:00:00 -0500",
		Example: `<pubDate>2021-02-26T00:00:00Z</pubDate>`,
	},
	{
		ID: "F017", Severity: finding.Error, Source: sourceApple,
		Title:   "itunes:explicit is neither true nor false",
		Hint:    "write true or false",
		Example: `<itunes:explicit>clean</itunes:explicit>`,
	},
	{
		ID: "F018", Severity: finding.Warning, Source: sourcePSP,
		Title:   "a description has more than 4000 bytes",
		Hint:    "at most 4000 bytes; the whole notes may go into content:encoded",
		Example: "a <description> of 5000 bytes",
	},
	{
		ID: "F019", Severity: finding.Error, Source: sourceApple,
		Title:   "a number of a season or episode is malformed",
		Hint:    "write a whole number from 1 on; podcast:episode may be a decimal, such as 100.5",
		Example: `<itunes:episode>two</itunes:episode>`,
	},
	{
		ID: "F020", Severity: finding.Error, Source: sourceRSS,
		Title:   "the show has no title",
		Hint:    "add <title> with the name of the show",
		Example: "a <channel> without <title>",
	},
	{
		ID: "F021", Severity: finding.Error, Source: sourceRSS,
		Title:   "the show has no description",
		Hint:    "add <description> with a few sentences about the show",
		InShow:  "write description: into show.yaml, with a few sentences about the show",
		Example: "a <channel> without <description>",
	},
	{
		ID: "F022", Severity: finding.Error, Source: sourceRSS,
		Title:   "the show has no link",
		Hint:    "the address of the show's page",
		InShow:  "write url: into show.yaml, the address below which the show is published",
		Example: "a <channel> without <link>",
	},
	{
		ID: "F023", Severity: finding.Error, Source: sourcePSP,
		Title:   "the show's language is absent or malformed",
		Hint:    "ISO 639 with an optional region, such as en or en-gb",
		InShow:  "write language: into show.yaml, such as en or en-gb",
		Example: `<language>English</language>`,
	},
	{
		ID: "F024", Severity: finding.Error, Source: sourcePSP,
		Title:   "the show has no itunes:category",
		Hint:    "name at least one of Apple's categories",
		InShow:  "write categories: into show.yaml, with at least one of Apple's categories",
		Example: "a <channel> without <itunes:category>",
	},
	{
		ID: "F025", Severity: finding.Error, Source: sourceCategories,
		Title:   "a category is not on Apple's list",
		Hint:    "directories ignore it: take one of Apple's list, letter for letter",
		InShow:  "write a category of Apple's list, letter for letter, into categories: of show.yaml",
		Example: `<itunes:category text="Tech News"/>`,
	},
	{
		ID: "F026", Severity: finding.Error, Source: sourcePSP,
		Title:   "the show has no itunes:explicit",
		Hint:    "write true or false",
		Example: "a <channel> without <itunes:explicit>",
	},
	{
		ID: "F027", Severity: finding.Error, Source: sourcePSP,
		Title:   "the show has no itunes:image",
		Hint:    "square, 1400 to 3000 pixels, JPEG or PNG",
		InShow:  "put an artwork.jpg beside show.yaml: square, 1400 to 3000 pixels",
		Example: "a <channel> without <itunes:image>",
	},
	{
		ID: "F028", Severity: finding.Warning, Source: sourcePSP,
		Title:   "no atom:link names the feed's own address",
		Hint:    `<atom:link rel="self" type="application/rss+xml" href="…"/> tells apps where the feed is`,
		Example: "a <channel> without <atom:link>",
	},
	{
		ID: "F029", Severity: finding.Warning, Source: sourcePSP,
		Title:   "the show has no podcast:guid",
		Hint:    "the first publish to a public https URL assigns one",
		Example: "a <channel> without <podcast:guid>",
	},
	{
		ID: "F030", Severity: finding.Error, Source: sourcePodcast,
		Title:   "podcast:guid is not a UUID",
		Hint:    "a UUID, assigned once and kept forever",
		Example: `<podcast:guid>example.com/feed.xml</podcast:guid>`,
	},
	{
		ID: "F032", Severity: finding.Warning, Source: sourceSpotify,
		Title:   "the show has no itunes:author",
		Hint:    "Spotify requires it",
		InShow:  "write author: into show.yaml: Spotify requires it",
		Example: "a <channel> without <itunes:author>",
	},
	{
		ID: "F033", Severity: finding.Warning, Source: sourcePSP,
		Title:   "the show has no podcast:locked",
		Hint:    "yes keeps other hosts from importing the feed, no lets them",
		Example: "a <channel> without <podcast:locked>",
	},
	{
		ID: "F034", Severity: finding.Error, Source: sourcePodcast,
		Title:   "podcast:locked is neither yes nor no",
		Hint:    "write yes or no",
		Example: `<podcast:locked>true</podcast:locked>`,
	},
	{
		ID: "F035", Severity: finding.Error, Source: sourceApple,
		Title:   "itunes:type is neither episodic nor serial",
		Hint:    "write episodic or serial",
		Example: `<itunes:type>Serial</itunes:type>`,
	},
	{
		ID: "F036", Severity: finding.Info, Source: sourcePSP,
		Title:   "the copyright contains the sign, the word or a year",
		Hint:    "only the holder's name",
		InShow:  "write only the holder's name into copyright: of show.yaml",
		Example: `<copyright>© 2021 The good people</copyright>`,
	},
	{
		ID: "F037", Severity: finding.Warning, Source: sourceSpotify,
		Title:   "there is no episode",
		Hint:    "directories want one live episode, a trailer for instance",
		InShow:  "directories want one live episode, a trailer for instance: write date: into an episode.md, and remove draft:",
		Example: "a <channel> without <item>",
	},
	{
		ID: "F038", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "podcast:medium is unknown",
		Hint:    "podcast, for most shows",
		Example: `<podcast:medium>radio</podcast:medium>`,
	},
	{
		ID: "F040", Severity: finding.Error, Source: sourceRSS,
		Title:   "an episode has no title",
		Hint:    "add <title> with the name of the episode",
		Example: "an <item> without <title>",
	},
	{
		ID: "F041", Severity: finding.Error, Source: sourcePSP,
		Title:   "an episode has no enclosure",
		Hint:    "add <enclosure> with url, length and type",
		Example: `<enclosure length="500000" type="audio/mpeg"/>`,
	},
	{
		ID: "F042", Severity: finding.Error, Source: sourceApple,
		Title:   "two episodes have the same enclosure URL",
		Hint:    "Apple ignores one of them",
		InShow:  "Apple ignores one of them: correct url of enclosure: in one episode.md, or remove that episode",
		Example: "two items with the url https://example.com/1.mp3",
	},
	{
		ID: "F043", Severity: finding.Error, Source: sourcePSP,
		Title:   "an enclosure's length is not a number of bytes above zero",
		Hint:    "the size in bytes of the file as it is served",
		InShow:  "write the size in bytes of the file into length of enclosure: in episode.md",
		Example: `<enclosure url="https://example.com/1.mp3" length="0" type="audio/mpeg"/>`,
	},
	{
		ID: "F044", Severity: finding.Warning, Source: sourceApple,
		Title:   "an enclosure's type is unknown to PSP-1 and Apple",
		Hint:    "audio/mpeg is right for MP3, audio/x-m4a for AAC",
		InShow:  "write type: audio/mpeg for MP3, audio/x-m4a for AAC, into enclosure: of episode.md",
		Example: `<enclosure url="https://example.com/1.mp3" length="500000" type="audio/mp3"/>`,
	},
	{
		ID: "F045", Severity: finding.Warning, Source: sourceApple,
		Title:   "an enclosure's extension does not match its type",
		Hint:    "Apple goes by the extension of the address: mp3, m4a, mp4, m4v, mov or pdf",
		InShow:  "Apple goes by the extension of the address (mp3, m4a, mp4, m4v, mov or pdf): put the audio beside episode.md instead of enclosure:, or write an address that ends so",
		Example: `<enclosure url="https://example.com/1.php" length="500000" type="audio/mpeg"/>`,
	},
	{
		ID: "F046", Severity: finding.Warning, Source: sourceReports,
		Title:   "an enclosure is too short for its duration",
		Hint:    "the length is in bytes, the duration in seconds",
		InShow:  "correct episode.md: length of enclosure: is in bytes, duration: in seconds",
		Example: `<enclosure url="https://example.com/1.mp3" length="60" type="audio/mpeg"/><itunes:duration>60</itunes:duration>`,
	},
	{
		ID: "F047", Severity: finding.Error, Source: sourcePSP,
		Title:   "an episode has no guid",
		Hint:    "without one, apps take the enclosure's address and download again when it moves",
		Example: "an <item> without <guid>",
	},
	{
		ID: "F048", Severity: finding.Error, Source: sourceApple,
		Title:   "two episodes have the same GUID",
		Hint:    "Apple leaves out one of them",
		Example: "two items with <guid>4</guid>",
	},
	{
		ID: "F049", Severity: finding.Warning, Source: sourceRSS,
		Title:   "a GUID is declared to be a link and is not one",
		Hint:    `write isPermaLink="false"; it is true unless said otherwise`,
		Example: `<guid>episode-4</guid>`,
	},
	{
		ID: "F050", Severity: finding.Warning, Source: sourcePSP,
		Title:   "an episode has no pubDate",
		Hint:    "apps sort by it",
		Example: "an <item> without <pubDate>",
	},
	{
		ID: "F051", Severity: finding.Warning, Source: sourcePSP,
		Title:   "an episode has no description",
		Hint:    "add <description> with the notes of the episode",
		InShow:  "write notes below the front matter of episode.md",
		Example: "an <item> without <description>",
	},
	{
		ID: "F052", Severity: finding.Warning, Source: sourcePSP,
		Title:   "an episode's itunes:duration is absent, zero or malformed",
		Hint:    "seconds as a whole number",
		InShow:  "write duration: into episode.md, in seconds or as 1:02:03",
		Example: `<itunes:duration>1:75</itunes:duration>`,
	},
	{
		ID: "F053", Severity: finding.Info, Source: sourcePSP,
		Title:   "itunes:duration is not in seconds",
		Hint:    "seconds as a whole number are understood everywhere",
		Example: `<itunes:duration>1:00</itunes:duration>`,
	},
	{
		ID: "F054", Severity: finding.Error, Source: sourceApple,
		Title:   "itunes:episodeType is unknown",
		Hint:    "write full, trailer or bonus",
		Example: `<itunes:episodeType>Full</itunes:episodeType>`,
	},
	{
		ID: "F055", Severity: finding.Warning, Source: sourceApple,
		Title:   "an episode of a serial show has no itunes:episode",
		Hint:    "a serial show is ordered by itunes:episode",
		InShow:  "write number: into episode.md: a serial show is ordered by it",
		Example: "an <item> without <itunes:episode> in a feed with <itunes:type>serial</itunes:type>",
	},
	{
		ID: "F056", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "a transcript's type is unknown",
		Hint:    "text/vtt, application/x-subrip, application/json, text/html or text/plain",
		Example: `<podcast:transcript url="https://example.com/1.srt" type="text/srt"/>`,
	},
	{
		ID: "F057", Severity: finding.Info, Source: sourcePodcast,
		Title:   "a soundbite is shorter than 15 or longer than 120 seconds",
		Hint:    "15 to 120 seconds work best",
		InShow:  "15 to 120 seconds work best: correct soundbites: in episode.md",
		Example: `<podcast:soundbite startTime="20" duration="5"/>`,
	},
	{
		ID: "F058", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "the type of a chapters file is wrong",
		Hint:    "application/json+chapters",
		Example: `<podcast:chapters url="https://example.com/1.json" type="application/json"/>`,
	},
	{
		ID: "F059", Severity: finding.Info, Source: sourcePSP,
		Title:   "an episode has no link",
		Hint:    "the address of the episode's page",
		InShow:  "write link: into episode.md, or episode_url into site: of show.yaml",
		Example: "an <item> without <link>",
	},
	{
		ID: "F060", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "an episode names persons but no host, although the show has a host",
		Hint:    "an episode's persons replace the show's: name the hosts again",
		InShow:  "an episode's persons replace the show's: write the hosts into hosts: of episode.md",
		Example: `an <item> with <podcast:person role="guest"> only, in a channel with <podcast:person role="host">`,
	},
	{
		ID: "F061", Severity: finding.Warning, Source: sourceDates,
		Title:   "a date has the name of a zone that apps do not agree about",
		Hint:    "write the zone as a number, such as +0100, or GMT",
		Example: `<pubDate>Fri, 26 Feb 2021 00:00:00 BST</pubDate>`,
	},
	{
		ID: "F062", Severity: finding.Error, Source: sourceRSS,
		Title:   "the document is not an RSS feed",
		Hint:    "give the address of the RSS feed",
		Example: `<feed xmlns="http://www.w3.org/2005/Atom"></feed>`,
	},
	{
		ID: "F063", Severity: finding.Error, Source: sourceRSS,
		Title:   "an item is outside of the channel",
		Hint:    "no app reads it: move it between <channel> and </channel>",
		Example: `</channel><item>…</item></rss>`,
	},
	{
		ID: "F064", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "an element is unknown, deprecated or in the wrong place",
		Hint:    "correct its name or place, or remove it: apps ignore it",
		Example: `<podcast:persons>Ada</podcast:persons>`,
	},
	{
		ID: "F065", Severity: finding.Warning, Source: sourceRec,
		Title:   "text is escaped twice, or has markup where apps show plain text",
		Hint:    "listeners read the tags and entities: escape once, and write no tags in plain text",
		InShow:  "listeners read tags and entities: write & and < as they are, and no tags, in titles, names and summaries of this file",
		Example: `<title>Q&amp;amp;A</title>`,
	},
	{
		ID: "F066", Severity: finding.Warning, Source: sourcePSP,
		Title:   "notes have scripts, frames, handlers, data: or relative addresses",
		Hint:    "apps remove them or break: write plain HTML with whole addresses",
		InShow:  "apps remove them or break: write Markdown without HTML, with whole addresses, in this file",
		Example: `<description>&lt;script&gt;alert(1)&lt;/script&gt;</description>`,
	},
	{
		ID: "F067", Severity: finding.Warning, Source: sourceReports,
		Title:   "a title has invisible characters or line breaks",
		Hint:    "apps show a gap, turn the text around or cut it: remove them",
		InShow:  "apps show a gap, turn the text around or cut it: remove the characters from the titles in this file",
		Example: "a <title> with the character U+202E",
	},
	{
		ID: "F068", Severity: finding.Warning, Source: sourceApple,
		Title:   "artwork is neither .jpg, .jpeg nor .png",
		Hint:    "Apple takes JPEG and PNG, and goes by the extension",
		Example: `<itunes:image href="https://example.com/art.webp"/>`,
	},
	{
		ID: "F069", Severity: finding.Error, Source: sourceApple,
		Title:   "an address has a password in it",
		Hint:    "everybody can read it in the feed: remove it, and change the password",
		Example: `<link>https://user:secret@example.com/</link>`,
	},
	{
		ID: "F070", Severity: finding.Warning, Source: sourceReports,
		Title:   "an enclosure expires, or is the page of a file and not the file",
		Hint:    "apps keep addresses for years: write one that stays",
		InShow:  "apps keep addresses for years: write one that stays into url of enclosure: in episode.md",
		Example: `<enclosure url="https://example.com/1.mp3?Expires=1700000000" length="1" type="audio/mpeg"/>`,
	},
	{
		ID: "F071", Severity: finding.Warning, Source: sourceDates,
		Title:   "a date has the wrong weekday or an unlikely year",
		Hint:    "write Fri, 26 Feb 2021 00:00:00 -0500",
		InShow:  "correct date: in episode.md",
		Example: `<pubDate>Mon, 26 Feb 2021 00:00:00 GMT</pubDate>`,
	},
	{
		ID: "F072", Severity: finding.Warning, Source: sourceApple,
		Title:   "an address has characters beyond ASCII, or is very long",
		Hint:    "write other characters as %-escapes, and at most 1,000 of them",
		Example: `<link>https://example.com/Ä</link>`,
	},
	{
		ID: "F073", Severity: finding.Warning, Source: sourceApple,
		Title:   "two full episodes of a season have one number",
		Hint:    "apps sort them at random: give each its own, or make one a bonus",
		InShow:  "apps sort them at random: correct number: in one episode.md, or write type: bonus there",
		Example: "two items with <itunes:episode>2</itunes:episode>",
	},
	{
		ID: "F074", Severity: finding.Warning, Source: sourceReports,
		Title:   "one episode seems to have two GUIDs",
		Hint:    "listeners get it twice: keep the older GUID",
		InShow:  "listeners get it twice: keep the episode with the older guid:, and remove the other one",
		Example: "two items with one title and date, and different GUIDs",
	},
	{
		ID: "F075", Severity: finding.Warning, Source: sourcePSP,
		Title:   "two GUIDs differ only in case",
		Hint:    "some apps take them for one: change neither, but make new ones differ more",
		Example: "two items with the GUIDs AbC and aBc",
	},
	{
		ID: "F076", Severity: finding.Warning, Source: sourcePSP,
		Title:   "itunes:block or itunes:complete is not yes",
		Hint:    "only yes has an effect: write yes, or remove the element",
		Example: `<itunes:block>true</itunes:block>`,
	},
	{
		ID: "F077", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "a value is not on its list, or has another form",
		Hint:    "write a value that the specification lists",
		Example: `<podcast:block>true</podcast:block>`,
	},
	{
		ID: "F078", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "a person, transcript or chapters file is named twice, or has an extension of another type",
		Hint:    "keep one of them, with the extension of its type",
		InShow:  "name a person once in hosts:, guests: and people: of this file, and each file once in extra:",
		Example: `<podcast:transcript url="https://example.com/1.srt" type="text/vtt"/>`,
	},
	{
		ID: "F079", Severity: finding.Warning, Source: sourceRSS,
		Title:   "the owner has no valid e-mail address, or the RSS image is incomplete",
		Hint:    "complete the owner's e-mail address, and url, title and link of the image",
		InShow:  "write owner: {name: …, email: …} into show.yaml, with an address that works",
		Example: `<itunes:owner><itunes:email>nobody</itunes:email></itunes:owner>`,
	},
	{
		ID: "F080", Severity: finding.Info, Source: sourcePaging,
		Title:   "the feed has further pages",
		Hint:    "many apps read the first page only",
		Example: `<atom:link rel="next" href="https://example.com/feed.xml?page=2"/>`,
	},
	{
		ID: "F081", Severity: finding.Info, Source: sourcePSP,
		Title:   "a title has a number or the name of the show, or a text repeats the description",
		Hint:    "apps show these beside it: say it once",
		InShow:  "apps show the number and the name of the show beside the title: remove them from title: in this file",
		Example: "an item with the title “Episode 12: Clouds”",
	},
	{
		ID: "F082", Severity: finding.Warning, Source: sourcePSC,
		Title:   "chapters are out of order, past the end or without times",
		Hint:    "sort the chapters by their starts, each before the end of the episode",
		Example: `<psc:chapters version="1.2"><psc:chapter title="Intro"/></psc:chapters>`,
	},
	{
		ID: "F083", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "podcast:guid is not a UUID of version 5",
		Hint:    "keep it if directories know it; a new one is a UUIDv5 of the address of the feed",
		InShow:  "keep it in onair.lock if directories know it; a new show gets a UUIDv5 at its first publish",
		Example: `<podcast:guid>917393e3-1b1e-4cef-ace4-edaa54e1f810</podcast:guid>`,
	},
	{
		ID: "F090", Severity: finding.Error, Source: sourcePSP,
		Title:   "the GUID of an episode has changed",
		Hint:    "apps that go by GUID download it again and forget what was heard: keep the old GUID",
		Example: "the feed of today against that of yesterday: guid 4 is now 4-new",
	},
	{
		ID: "F091", Severity: finding.Error, Source: sourcePSP,
		Title:   "an episode is gone",
		Hint:    "apps that follow the feed delete it; keep it, or say why it had to go",
		Example: "an item of the old feed that the new one does not have",
	},
	{
		ID: "F092", Severity: finding.Warning, Source: sourceReports,
		Title:   "an enclosure has another address, with the same GUID",
		Hint:    "apps that go by the file download it again",
		Example: "an item whose enclosure was https://old.example/1.mp3",
	},
	{
		ID: "F093", Severity: finding.Error, Source: sourcePodcast,
		Title:   "podcast:guid has changed",
		Hint:    "it is assigned once and kept forever: write the old one",
		Example: "a channel whose <podcast:guid> was another one",
	},
	{
		ID: "F094", Severity: finding.Warning, Source: sourceReports,
		Title:   "the date of an episode has moved by more than a day",
		Hint:    "apps sort it elsewhere, or announce it again",
		Example: "an item whose <pubDate> was two days earlier",
	},
	{
		ID: "F095", Severity: finding.Warning, Source: sourceReports,
		Title:   "a new episode is older than a day, or many are new at once",
		Hint:    "apps announce only what is new by its date, and load many at once",
		Example: "an item that the old feed does not have, of last month",
	},
}

// Rules returns the rules of this package, for explaining and documenting them.
func Rules() finding.Rules { return rules }

var (
	ruleNotWellFormed   = rules.Must("F001")
	ruleEncoding        = rules.Must("F002")
	ruleNoDeclaration   = rules.Must("F003")
	ruleRoot            = rules.Must("F004")
	ruleNamespace       = rules.Must("F005")
	ruleNoNamespace     = rules.Must("F006")
	ruleLarge           = rules.Must("F007")
	ruleTooLarge        = rules.Must("F008")
	ruleLongValue       = rules.Must("F009")
	ruleSpace           = rules.Must("F010")
	ruleNotHTTPS        = rules.Must("F011")
	ruleAddress         = rules.Must("F012")
	ruleIncomplete      = rules.Must("F013")
	ruleLongText        = rules.Must("F014")
	ruleRepeated        = rules.Must("F015")
	ruleDate            = rules.Must("F016")
	ruleExplicitValue   = rules.Must("F017")
	ruleLongDescription = rules.Must("F018")
	ruleNumber          = rules.Must("F019")

	ruleNoTitle       = rules.Must("F020")
	ruleNoDescription = rules.Must("F021")
	ruleNoLink        = rules.Must("F022")
	ruleLanguage      = rules.Must("F023")
	ruleNoCategory    = rules.Must("F024")
	ruleCategory      = rules.Must("F025")
	ruleNoExplicit    = rules.Must("F026")
	ruleNoImage       = rules.Must("F027")
	ruleNoSelfLink    = rules.Must("F028")
	ruleNoGUID        = rules.Must("F029")
	ruleGUID          = rules.Must("F030")
	ruleNoAuthor      = rules.Must("F032")
	ruleNoLocked      = rules.Must("F033")
	ruleLocked        = rules.Must("F034")
	ruleType          = rules.Must("F035")
	ruleCopyright     = rules.Must("F036")
	ruleNoEpisode     = rules.Must("F037")
	ruleMedium        = rules.Must("F038")

	ruleItemNoTitle       = rules.Must("F040")
	ruleNoEnclosure       = rules.Must("F041")
	ruleSameEnclosure     = rules.Must("F042")
	ruleLength            = rules.Must("F043")
	ruleEnclosureType     = rules.Must("F044")
	ruleExtension         = rules.Must("F045")
	ruleShortEnclosure    = rules.Must("F046")
	ruleItemNoGUID        = rules.Must("F047")
	ruleSameGUID          = rules.Must("F048")
	rulePermaLink         = rules.Must("F049")
	ruleNoDate            = rules.Must("F050")
	ruleItemNoDescription = rules.Must("F051")
	ruleDuration          = rules.Must("F052")
	ruleDurationForm      = rules.Must("F053")
	ruleEpisodeType       = rules.Must("F054")
	ruleUnnumbered        = rules.Must("F055")
	ruleTranscriptType    = rules.Must("F056")
	ruleSoundbite         = rules.Must("F057")
	ruleChaptersType      = rules.Must("F058")
	ruleItemNoLink        = rules.Must("F059")
	ruleNoHost            = rules.Must("F060")

	ruleZone           = rules.Must("F061")
	ruleNotRSS         = rules.Must("F062")
	ruleOutside        = rules.Must("F063")
	ruleElement        = rules.Must("F064")
	ruleEscapedTwice   = rules.Must("F065")
	ruleScript         = rules.Must("F066")
	ruleInvisible      = rules.Must("F067")
	ruleArtworkType    = rules.Must("F068")
	rulePassword       = rules.Must("F069")
	ruleExpires        = rules.Must("F070")
	ruleUnlikelyDate   = rules.Must("F071")
	ruleLongAddress    = rules.Must("F072")
	ruleSameNumber     = rules.Must("F073")
	ruleTwoGUIDs       = rules.Must("F074")
	ruleGUIDCase       = rules.Must("F075")
	ruleOnlyYes        = rules.Must("F076")
	ruleValue          = rules.Must("F077")
	ruleNamedTwice     = rules.Must("F078")
	ruleOwner          = rules.Must("F079")
	rulePaged          = rules.Must("F080")
	ruleSaidTwice      = rules.Must("F081")
	ruleSimpleChapters = rules.Must("F082")
	ruleGUIDVersion    = rules.Must("F083")

	ruleGUIDChanged     = rules.Must("F090")
	ruleGone            = rules.Must("F091")
	ruleMoved           = rules.Must("F092")
	ruleShowGUIDChanged = rules.Must("F093")
	ruleDateMoved       = rules.Must("F094")
	ruleOldNews         = rules.Must("F095")
)

// IDs of rules whose cause can also be found in the folder of a show.
var (
	NoTitle    = ruleItemNoTitle.ID
	NoGUID     = ruleItemNoGUID.ID
	SameGUID   = ruleSameGUID.ID
	NoCategory = ruleNoCategory.ID
	NoImage    = ruleNoImage.ID
)

// ForDirectories are the IDs of the rules that only directories enforce.
var ForDirectories = []string{
	ruleNoDescription.ID, ruleLanguage.ID, ruleNoCategory.ID, ruleNoExplicit.ID, ruleNoImage.ID, ruleNoGUID.ID, ruleNoAuthor.ID,
}

package feed

import "onair/internal/finding"

// rule is what does not change from finding to finding. The package comment
// lists all of them; a test keeps the two in step.
type rule struct {
	severity finding.Severity
	source   string
	hint     string
}

// Sources, as findings name them.
const (
	xml10   = "XML 1.0"
	rss20   = "RSS 2.0"
	psp1    = "PSP-1"
	apple   = "Apple Podcasts, podcaster's guide to RSS"
	spotify = "Spotify, provider requirements"
	podns   = "podcast namespace 1.0"
	rfc2822 = "RFC 2822 section 3.3"
	field   = "reports of hosts and apps"
)

var rules = map[string]rule{
	"F001": {finding.Error, xml10, "a raw & in a URL or title is the usual cause: write &amp;"},
	"F002": {finding.Error, psp1, "save the feed as UTF-8"},
	"F003": {finding.Warning, psp1, `begin with <?xml version="1.0" encoding="UTF-8"?>`},
	"F004": {finding.Error, rss20, `the feed is one <rss version="2.0"> with one <channel> in it`},
	"F005": {finding.Error, psp1, "declare the namespace on <rss>, letter for letter"},
	"F006": {finding.Warning, psp1, "declare the namespace on <rss>"},
	"F007": {finding.Warning, field, "some apps refuse or cut feeds of 2 to 3 MB: shorten notes, or move old episodes to archive pages (RFC 5005)"},
	"F008": {finding.Error, field, ""},
	"F009": {finding.Warning, psp1, "apps cut it at 255 characters"},
	"F010": {finding.Warning, apple, "remove the space around the value"},
	"F011": {finding.Warning, podns, "use https"},
	"F012": {finding.Error, rss20, "write the whole address, with http or https"},
	"F013": {finding.Error, podns, ""},
	"F014": {finding.Warning, podns, "aggregators cut it at 128 characters"},
	"F015": {finding.Error, psp1, "apps differ in which one they take: keep one"},
	"F016": {finding.Error, rfc2822, "write Fri, 26 Feb 2021 00:00:00 -0500"},
	"F017": {finding.Error, apple, "write true or false"},
	"F018": {finding.Warning, psp1, "at most 4000 bytes; the whole notes may go into content:encoded"},
	"F019": {finding.Error, apple, "a whole number from 1 on"},

	"F020": {finding.Error, rss20, ""},
	"F021": {finding.Error, rss20, ""},
	"F022": {finding.Error, rss20, "the address of the show's page"},
	"F023": {finding.Error, psp1, "ISO 639 with an optional region, such as en or en-gb"},
	"F024": {finding.Error, psp1, "name at least one of Apple's categories"},
	"F026": {finding.Error, psp1, "write true or false"},
	"F027": {finding.Error, psp1, "square, 1400 to 3000 pixels, JPEG or PNG"},
	"F028": {finding.Warning, psp1, `<atom:link rel="self" type="application/rss+xml" href="…"/> tells apps where the feed lives`},
	"F029": {finding.Warning, psp1, "the first publish to a public https URL assigns one"},
	"F030": {finding.Error, podns, "a UUID, assigned once and kept for ever"},
	"F031": {finding.Warning, podns, "players then show no chapter at the start: give it a title and show it, or start the next one at 0:00"},
	"F032": {finding.Warning, spotify, "Spotify requires it"},
	"F033": {finding.Warning, psp1, "yes keeps other hosts from importing the feed, no lets them"},
	"F034": {finding.Error, podns, "write yes or no"},
	"F035": {finding.Error, apple, "write episodic or serial"},
	"F036": {finding.Info, psp1, "only the holder's name"},
	"F037": {finding.Warning, spotify, "directories want one live episode, a trailer for instance"},
	"F038": {finding.Warning, podns, "podcast, for most shows"},

	"F040": {finding.Error, rss20, ""},
	"F041": {finding.Error, psp1, ""},
	"F042": {finding.Error, apple, "Apple ignores an episode whose file another one has"},
	"F043": {finding.Error, psp1, "the size in bytes of the file as it is served"},
	"F044": {finding.Warning, apple, "audio/mpeg is right for MP3, audio/x-m4a for AAC"},
	"F045": {finding.Warning, apple, "Apple goes by the extension of the address: mp3, m4a, mp4, m4v, mov or pdf"},
	"F046": {finding.Warning, field, "the length is in bytes, the duration in seconds"},
	"F047": {finding.Error, psp1, "without one, apps take the enclosure's address and download again when it moves"},
	"F048": {finding.Error, apple, "Apple leaves out an episode whose GUID another one has"},
	"F049": {finding.Warning, rss20, `write isPermaLink="false"; it is true unless said otherwise`},
	"F050": {finding.Warning, psp1, "apps sort by it"},
	"F051": {finding.Warning, psp1, ""},
	"F052": {finding.Warning, psp1, "seconds as a whole number"},
	"F053": {finding.Info, psp1, "seconds as a whole number are understood everywhere"},
	"F054": {finding.Error, apple, "write full, trailer or bonus"},
	"F055": {finding.Warning, apple, "a serial show is ordered by itunes:episode"},
	"F056": {finding.Warning, podns, "text/vtt, application/x-subrip, application/json, text/html or text/plain"},
	"F057": {finding.Info, podns, "15 to 120 seconds work best"},
	"F058": {finding.Warning, podns, "application/json+chapters"},
	"F059": {finding.Info, psp1, "the address of the episode's page"},
	"F060": {finding.Warning, podns, "an episode's persons replace the show's: name the hosts again"},
	"F061": {finding.Warning, apple, "write the zone as a number, such as +0000, or GMT"},
}

package probe

import "onair/internal/finding"

// Sources of the rules.
const (
	sourceApple   = "https://podcasters.apple.com/support/823-podcast-requirements"
	sourceHTTP    = "https://www.rfc-editor.org/rfc/rfc9110"
	sourceCaching = "https://www.rfc-editor.org/rfc/rfc9111"
	sourcePSP     = "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification"
	sourcePodcast = "https://podcastindex.org/namespace/1.0"
	sourceReports = "reports of hosts and apps"
)

// rules are the rules of Feed and Files: F100 to F106 for the feed, F110 to F117 for
// the files that the feed names.
var rules = finding.Rules{
	{
		ID: "F100", Severity: finding.Error, Source: sourceHTTP,
		Title:   "the server does not send the feed, or redirects too often or for a while only",
		Hint:    "answer 200; where the feed has moved, redirect once, with 301",
		Example: "HTTP/1.1 404 Not Found",
	},
	{
		ID: "F101", Severity: finding.Warning, Source: sourceHTTP,
		Title:   "the server cannot say that the feed is unchanged",
		Hint:    "send ETag or Last-Modified, and answer If-None-Match and If-Modified-Since with 304: apps then need not download it each time",
		Example: "a feed with ETag, for which If-None-Match is answered with 200",
	},
	{
		ID: "F102", Severity: finding.Warning, Source: sourceReports,
		Title:   "a large feed is not compressed",
		Hint:    "enable gzip for application/rss+xml",
		Example: "a feed of 300 kB without Content-Encoding",
	},
	{
		ID: "F103", Severity: finding.Warning, Source: sourcePSP,
		Title:   "the Content-Type of the feed is not XML",
		Hint:    "send application/rss+xml; charset=utf-8",
		Example: "Content-Type: text/html",
	},
	{
		ID: "F104", Severity: finding.Warning, Source: sourcePSP,
		Title:   "the feed is not served by https",
		Hint:    "use https, and redirect http with 301",
		Example: "http://example.com/feed.xml",
	},
	{
		ID: "F105", Severity: finding.Warning, Source: sourceCaching,
		Title:   "the feed may be kept for over an hour",
		Hint:    "send Cache-Control: max-age=300, so that a new episode is seen soon",
		Example: "Cache-Control: max-age=86400",
	},
	{
		ID: "F106", Severity: finding.Warning, Source: sourcePSP,
		Title:   "atom:link rel=\"self\" names another address than the feed's",
		Hint:    "apps move to the address of self: write the one that subscribers should have",
		Example: "a feed at https://example.com/feed.xml that says self is https://old.example/feed.xml",
	},
	{
		ID: "F110", Severity: finding.Error, Source: sourceApple,
		Title:   "an enclosure cannot be reached",
		Hint:    "the file has to be public, without a log-in",
		Example: "an enclosure that is answered with 404",
	},
	{
		ID: "F111", Severity: finding.Warning, Source: sourceApple,
		Title:   "the server of an enclosure does not answer byte ranges",
		Hint:    "answer Range with 206: Apple requires it, and players need it to jump",
		Example: "Range: bytes=0-1 is answered with 200",
	},
	{
		ID: "F112", Severity: finding.Warning, Source: sourceApple,
		Title:   "an enclosure has another length than the feed says",
		Hint:    "write the size in bytes of the file as it is served",
		Example: "length=\"1000\" for a file of 500000 bytes",
	},
	{
		ID: "F113", Severity: finding.Warning, Source: sourceApple,
		Title:   "an enclosure is served with another type than the feed says",
		Hint:    "send the type of the feed: audio/mpeg for MP3",
		Example: "Content-Type: text/plain for an MP3",
	},
	{
		ID: "F114", Severity: finding.Warning, Source: sourceReports,
		Title:   "an enclosure takes many redirects, or one by http",
		Hint:    "use fewer prefixes for statistics; each is another server that can fail",
		Example: "an enclosure behind five redirects",
	},
	{
		ID: "F115", Severity: finding.Warning, Source: sourceApple,
		Title:   "the server of an enclosure refuses HEAD",
		Hint:    "answer HEAD like GET, without the body: Apple asks with it",
		Example: "HEAD is answered with 405",
	},
	{
		ID: "F116", Severity: finding.Error, Source: sourceApple,
		Title:   "artwork cannot be reached, or is not a square JPEG or PNG of 1400 to 3000 pixels",
		Hint:    "square, 1400 to 3000 pixels, JPEG or PNG; new artwork needs a new address",
		Example: "artwork of 600 by 600 pixels",
	},
	{
		ID: "F117", Severity: finding.Warning, Source: sourcePodcast,
		Title:   "a transcript or chapters file cannot be reached or read, or lacks CORS",
		Hint:    "serve it with its type and Access-Control-Allow-Origin: *, so that web players may read it",
		Example: "a transcript without Access-Control-Allow-Origin",
	},
}

// Rules returns the rules of this package, for explaining and documenting them.
func Rules() finding.Rules { return rules }

var (
	ruleStatus       = rules.Must("F100")
	ruleUnchanged    = rules.Must("F101")
	ruleUncompressed = rules.Must("F102")
	ruleFeedType     = rules.Must("F103")
	rulePlain        = rules.Must("F104")
	ruleKept         = rules.Must("F105")
	ruleSelf         = rules.Must("F106")

	ruleUnreachable = rules.Must("F110")
	ruleRanges      = rules.Must("F111")
	ruleLength      = rules.Must("F112")
	ruleType        = rules.Must("F113")
	ruleRedirects   = rules.Must("F114")
	ruleHead        = rules.Must("F115")
	ruleArtwork     = rules.Must("F116")
	ruleText        = rules.Must("F117")
)

package verify

import "onair/internal/finding"

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

const rfc9110 = "https://www.rfc-editor.org/rfc/rfc9110"

// Scripts and people refer to the IDs, so they are never reused. Rules that begin
// with B are about the buckets themselves, rules that begin with V about what
// listeners get. The hints depend on the storage; see remedies.go.
var rules = finding.Rules{
	{
		ID: "B001", Severity: finding.Error,
		Title:   "the bucket does not exist",
		Example: "storage: gs://hello-univers, a misspelt name",
	},
	{
		ID: "B002", Severity: finding.Error,
		Title:   "the credentials do not give access to the bucket",
		Example: "AWS_ACCESS_KEY_ID of another account",
	},
	{
		ID: "B003", Severity: finding.Error,
		Title:   "not everybody can read the objects of the public bucket",
		Example: "a new bucket, which only its owner can read",
	},
	{
		ID: "B004", Severity: finding.Warning,
		Title:   "everybody can list the public bucket",
		Example: "roles/storage.objectViewer for allUsers, which includes listing",
	},
	{
		ID: "B005", Severity: finding.Warning, Source: "https://fetch.spec.whatwg.org/#http-cors-protocol",
		Title:   "the public bucket does not allow web players of other sites to read it (CORS)",
		Example: "a bucket without a CORS configuration",
	},
	{
		ID: "B006", Severity: finding.Warning,
		Title:   "the records of onair are in the public bucket",
		Example: "storage: s3://hello-universe without state:",
	},
	{
		ID: "B007", Severity: finding.Error,
		Title:   "everybody can read the private bucket",
		Example: "state: in a bucket that everybody can read",
	},
	{
		ID: "B008", Severity: finding.Warning,
		Title:   "the private bucket keeps no earlier versions of its objects",
		Example: "a bucket that was created without versioning",
	},
	{
		ID: "B009", Severity: finding.Info,
		Title:   "the public bucket does not serve index.html or 404.html as a website",
		Example: "https://hello.example/ answers 404 while https://hello.example/index.html is there",
	},
	{
		ID: "B010", Severity: finding.Info,
		Title:   "public reading and CORS could not be checked",
		Example: "onair bucket check before the first publish",
	},
	{
		ID: "B011", Severity: finding.Info,
		Title:   "the credentials do not allow to check versioning or website pages",
		Example: "credentials without s3:GetBucketVersioning",
	},

	{
		ID: "V001", Severity: finding.Error,
		Title:   "an address cannot be reached: no connection, an invalid certificate, too slow or too many redirects",
		Example: "a server whose certificate is for another name",
	},
	{
		ID: "V002", Severity: finding.Error, Source: rfc9110 + "#section-15.3.1",
		Title:   "an object cannot be fetched: the status is not 200",
		Example: "a CDN that answers 403 for feed.xml",
	},
	{
		ID: "V003", Severity: finding.Error, Source: rfc9110 + "#section-8.6",
		Title:   "an object has another length than the feed or the release says",
		Example: "a CDN that compresses images: 80 kB in place of 120 kB",
	},
	{
		ID: "V004", Severity: finding.Error, Source: rfc9110 + "#section-8.3",
		Title:   "an object has another Content-Type; for feed and pages a warning",
		Example: "Content-Type: application/octet-stream for an MP3",
	},
	{
		ID: "V005", Severity: finding.Error, Source: rfc9110 + "#section-14",
		Title:   "a part of the audio cannot be fetched by Range",
		Example: "a server that answers 200 and the whole file to Range: bytes=0-1",
	},
	{
		ID: "V006", Severity: finding.Error, Source: "https://fetch.spec.whatwg.org/#http-cors-protocol",
		Title:   "web players of other sites may not read captions or chapters (CORS)",
		Example: "transcript.vtt without Access-Control-Allow-Origin",
	},
	{
		ID: "V007", Severity: finding.Error,
		Title:   "an object has other bytes than were published",
		Example: "audio/4-cloudy.mp3 that was replaced by hand",
	},
	{
		ID: "V008", Severity: finding.Warning, Source: "https://www.rfc-editor.org/rfc/rfc9111#section-5.2",
		Title:   "Cache-Control differs from what was published",
		Example: "Cache-Control: max-age=14400 for feed.xml",
	},
	{
		ID: "V009", Severity: finding.Error, Source: rfc9110 + "#section-9.3.2",
		Title:   "HEAD is not answered",
		Example: "a server that answers 405 to HEAD",
	},
	{
		ID: "V010", Severity: finding.Error,
		Title:   "the feed or a page is not what was published last",
		Example: "a CDN that keeps feed.xml for a day and was not purged",
	},
	{
		ID: "V011", Severity: finding.Info,
		Title:   "the feed or a page differs from the folder",
		Example: "a title that was edited and not published",
	},
	{
		ID: "V012", Severity: finding.Error,
		Title:   "enclosure_prefix does not lead to the audio",
		Example: "enclosure_prefix: https://stats.example/r/ of a service that has closed",
	},
	{
		ID: "V013", Severity: finding.Info,
		Title:   "the feed is fresh, and how long that took",
		Example: "feed.xml fresh after 12 s",
	},
	{
		ID: "V014", Severity: finding.Error, Source: "https://www.rssboard.org/rss-specification",
		Title:   "the live feed is malformed, or an item has no enclosure",
		Example: "url: of a site that answers every address with its home page",
	},
	{
		ID: "V015", Severity: finding.Warning,
		Title:   "an episode that was named is not in the live feed",
		Example: "onair verify 5-sunny before it is live",
	},
	{
		ID: "V016", Severity: finding.Warning,
		Title:   "the certificate expires within 14 days",
		Example: "a certificate that ends in 3 days",
	},
	{
		ID: "V017", Severity: finding.Warning,
		Title:   "http is not redirected to https",
		Example: "http://hello.example/feed.xml answers 200",
	},
	{
		ID: "V018", Severity: finding.Warning, Source: rfc9110 + "#section-15.5.5",
		Title:   "a page that does not exist has another status than 404",
		Example: "a site that answers 200 for /no-such-page",
	},
	{
		ID: "V019", Severity: finding.Warning,
		Title:   "everybody can read the records of onair",
		Example: "https://hello.example/.onair/release.json answers 200",
	},
	{
		ID: "V020", Severity: finding.Warning,
		Title:   "a publish was interrupted, so what should be live is not known",
		Example: "onair verify after a publish that was killed",
	},
	{
		ID: "V021", Severity: finding.Info,
		Title:   "the folder has errors, and was not compared with what is live",
		Example: "onair verify in a folder whose show.yaml is not valid",
	},
	{
		ID: "V022", Severity: finding.Error, Source: "https://developers.cloudflare.com/cloudflare-challenges/",
		Title:   "protection against bots or a firewall stops podcast apps",
		Example: "cf-mitigated: challenge for the feed, or status 403 only for AppleCoreMedia",
	},
	{
		ID: "V023", Severity: finding.Error, Source: rfc9110 + "#section-8.4",
		Title:   "compressed or conditional requests get another object",
		Example: "Content-Encoding: gzip for an MP3, or status 304 for an ETag that never existed",
	},
}

var (
	ruleNoBucket       = rules.Must("B001")
	ruleNoAccess       = rules.Must("B002")
	ruleNotPublic      = rules.Must("B003")
	ruleListable       = rules.Must("B004")
	ruleBucketCORS     = rules.Must("B005")
	ruleSharedBucket   = rules.Must("B006")
	rulePrivateIsRead  = rules.Must("B007")
	ruleNoVersions     = rules.Must("B008")
	ruleNoWebsite      = rules.Must("B009")
	ruleReadingUnknown = rules.Must("B010")
	ruleSettingsDenied = rules.Must("B011")

	ruleUnreachable  = rules.Must("V001")
	ruleStatus       = rules.Must("V002")
	ruleLength       = rules.Must("V003")
	ruleType         = rules.Must("V004")
	ruleRange        = rules.Must("V005")
	ruleCORS         = rules.Must("V006")
	ruleBytes        = rules.Must("V007")
	ruleCaching      = rules.Must("V008")
	ruleHead         = rules.Must("V009")
	ruleOld          = rules.Must("V010")
	ruleNotTheFolder = rules.Must("V011")
	rulePrefix       = rules.Must("V012")
	ruleFresh        = rules.Must("V013")
	ruleFeed         = rules.Must("V014")
	ruleNotLive      = rules.Must("V015")
	ruleCertificate  = rules.Must("V016")
	ruleNoHTTPS      = rules.Must("V017")
	ruleNotFound     = rules.Must("V018")
	rulePublicRecord = rules.Must("V019")
	ruleInterrupted  = rules.Must("V020")
	ruleFolderErrors = rules.Must("V021")
	ruleChallenge    = rules.Must("V022")
	ruleVariant      = rules.Must("V023")
)

package verify

import "onair/internal/finding"

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

const rfc9110 = "https://www.rfc-editor.org/rfc/rfc9110"

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/verify.md"

// Scripts and people refer to the IDs, so they are never reused. Rules that begin
// with B are about the buckets themselves, rules that begin with V about what
// listeners get. The hints depend on the storage; see remedies.go.
var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "B001", Severity: finding.Error, Source: "docs/storage.md",
		Title:   "the bucket does not exist",
		Hint:    "create the bucket, or correct its name in storage: or state:",
		Example: "storage: gs://hello-univers, a misspelt name",
	},
	{
		ID: "B002", Severity: finding.Error, Source: "docs/storage.md",
		Title:   "the credentials do not give access to the bucket",
		Hint:    "log in, or give the account the role that docs/storage.md names",
		Example: "AWS_ACCESS_KEY_ID of another account",
	},
	{
		ID: "B003", Severity: finding.Error, Source: "docs/storage.md",
		Title:   "not everybody can read the objects of the public bucket",
		Hint:    "let everybody read its objects; onair bucket check prints the command",
		Example: "a new bucket, which only its owner can read",
	},
	{
		ID: "B004", Severity: finding.Warning, Source: "docs/storage.md",
		Title:   "everybody can list the public bucket",
		Hint:    "let everybody read objects without listing them; onair bucket check prints the command",
		Example: "roles/storage.objectViewer for allUsers, which includes listing",
	},
	{
		ID: "B005", Severity: finding.Warning, Source: "https://fetch.spec.whatwg.org/#http-cors-protocol",
		Title:   "the public bucket does not allow web players of other sites to read it (CORS)",
		Hint:    "allow GET and HEAD from every origin; onair bucket check prints the command",
		Example: "a bucket without a CORS configuration",
	},
	{
		ID: "B006", Severity: finding.Warning, Source: "docs/storage.md",
		Title:   "the records of onair are in the public bucket",
		Hint:    "name a private bucket in state:",
		Example: "storage: s3://hello-universe without state:",
	},
	{
		ID: "B007", Severity: finding.Error, Source: "docs/storage.md",
		Title:   "everybody can read the private bucket",
		Hint:    "withdraw public access; onair bucket check prints the command",
		Example: "state: in a bucket that everybody can read",
	},
	{
		ID: "B008", Severity: finding.Warning, Source: "docs/storage.md",
		Title:   "the private bucket keeps no earlier versions of its objects",
		Hint:    "turn on versioning; onair bucket check prints the command",
		Example: "a bucket that was created without versioning",
	},
	{
		ID: "B009", Severity: finding.Info, Source: "docs/storage.md",
		Title:   "the public bucket does not serve index.html or 404.html as a website",
		Hint:    "set index.html and 404.html as the pages of the website, or let the CDN do so",
		Example: "https://hello.example/ answers 404 while https://hello.example/index.html is there",
	},
	{
		ID: "B010", Severity: finding.Info, Source: "docs/storage.md",
		Title:   "public reading and CORS could not be checked",
		Hint:    "publish once, then check again",
		Example: "onair bucket check before the first publish",
	},
	{
		ID: "B011", Severity: finding.Info, Source: "docs/storage.md",
		Title:   "the credentials do not allow checking versioning or website pages",
		Hint:    "check these settings with an account that may read them, or in the provider's console",
		Example: "credentials without s3:GetBucketVersioning",
	},

	{
		ID: "V001", Severity: finding.Error,
		Title:   "an address cannot be reached: no connection, an invalid certificate, too slow or too many redirects",
		Hint:    "check that the address opens in a browser, and the certificate and DNS of its host",
		Example: "a server whose certificate is for another name",
	},
	{
		ID: "V002", Severity: finding.Error, Source: rfc9110 + "#section-15.3.1",
		Title:   "an object cannot be fetched: the status is not 200",
		Hint:    "check that the object is public, and what the CDN answers in its place",
		Example: "a CDN that answers 403 for feed.xml",
	},
	{
		ID: "V003", Severity: finding.Error, Source: rfc9110 + "#section-8.6",
		Title:   "an object has another length than the feed or the release says",
		Hint:    "turn off what changes files on the way, such as compression or conversion of images",
		Example: "a CDN that compresses images: 80 kB in place of 120 kB",
	},
	{
		ID: "V004", Severity: finding.Error, Source: rfc9110 + "#section-8.3",
		Title:   "an object has another Content-Type; for feed and pages a warning",
		Hint:    "publish again, or correct the types that the CDN sends",
		Example: "Content-Type: application/octet-stream for an MP3",
	},
	{
		ID: "V005", Severity: finding.Error, Source: rfc9110 + "#section-14",
		Title:   "a part of the audio cannot be fetched by Range",
		Hint:    "turn on byte ranges at the CDN: apps jump in the audio with them",
		Example: "a server that answers 200 and the whole file to Range: bytes=0-1",
	},
	{
		ID: "V006", Severity: finding.Error, Source: "https://fetch.spec.whatwg.org/#http-cors-protocol",
		Title:   "web players of other sites may not read captions or chapters (CORS)",
		Hint:    "send Access-Control-Allow-Origin: *; onair bucket check and onair cdn config say how",
		Example: "transcript.vtt without Access-Control-Allow-Origin",
	},
	{
		ID: "V007", Severity: finding.Error,
		Title:   "an object has other bytes than were published",
		Hint:    "publish again, and purge the CDN",
		Example: "audio/4-cloudy.mp3 that was replaced by hand",
	},
	{
		ID: "V008", Severity: finding.Warning, Source: "https://www.rfc-editor.org/rfc/rfc9111#section-5.2",
		Title:   "Cache-Control differs from what was published",
		Hint:    "let the CDN pass on the Cache-Control of the bucket; onair cdn config prints a configuration",
		Example: "Cache-Control: max-age=14400 for feed.xml",
	},
	{
		ID: "V009", Severity: finding.Error, Source: rfc9110 + "#section-9.3.2",
		Title:   "HEAD is not answered",
		Hint:    "let the CDN answer HEAD like GET: directories ask with it",
		Example: "a server that answers 405 to HEAD",
	},
	{
		ID: "V010", Severity: finding.Error,
		Title:   "the feed or a page is not what was published last",
		Hint:    "purge the CDN, or wait until its copy expires; cdn: in show.yaml purges after each publish",
		Example: "a CDN that keeps feed.xml for a day and was not purged",
	},
	{
		ID: "V011", Severity: finding.Info,
		Title:   "the feed or a page differs from the folder",
		Hint:    "onair plan shows the differences, and onair publish publishes them",
		Example: "a title that was edited and not published",
	},
	{
		ID: "V012", Severity: finding.Error,
		Title:   "enclosure_prefix does not lead to the audio",
		Hint:    "correct enclosure_prefix, or remove it",
		Example: "enclosure_prefix: https://stats.example/r/ of a service that has closed",
	},
	{
		ID: "V013", Severity: finding.Info,
		Title:   "the feed is fresh, and how long that took",
		Hint:    "nothing; if it takes long, name the CDN in cdn: to have it purged",
		Example: "feed.xml fresh after 12 s",
	},
	{
		ID: "V014", Severity: finding.Error, Source: "https://www.rssboard.org/rss-specification",
		Title:   "the live feed is malformed, or an item has no enclosure",
		Hint:    "check what url: leads to, then publish again",
		Example: "url: of a site that answers every address with its home page",
	},
	{
		ID: "V015", Severity: finding.Warning,
		Title:   "an episode that was named is not in the live feed",
		Hint:    "check its name and date; onair status lists what is live",
		Example: "onair verify 5-sunny before it is live",
	},
	{
		ID: "V016", Severity: finding.Warning,
		Title:   "the certificate expires within 14 days",
		Hint:    "renew the certificate",
		Example: "a certificate that ends in 3 days",
	},
	{
		ID: "V017", Severity: finding.Warning,
		Title:   "http is not redirected to https",
		Hint:    "redirect http to https with 301",
		Example: "http://hello.example/feed.xml answers 200",
	},
	{
		ID: "V018", Severity: finding.Warning, Source: rfc9110 + "#section-15.5.5",
		Title:   "a page that does not exist has another status than 404",
		Hint:    "answer pages that do not exist with 404",
		Example: "a site that answers 200 for /no-such-page",
	},
	{
		ID: "V019", Severity: finding.Warning,
		Title:   "everybody can read the records of onair",
		Hint:    "deny .onair/ at the CDN, or name a private bucket in state:",
		Example: "https://hello.example/.onair/release.json answers 200",
	},
	{
		ID: "V020", Severity: finding.Warning,
		Title:   "a publish was interrupted, so what should be live is not known",
		Hint:    "run onair publish again: it finishes what was interrupted",
		Example: "onair verify after a publish that was killed",
	},
	{
		ID: "V021", Severity: finding.Info,
		Title:   "the folder has errors, and was not compared with what is live",
		Hint:    "correct the errors that onair check prints",
		Example: "onair verify in a folder whose show.yaml is not valid",
	},
	{
		ID: "V022", Severity: finding.Error, Source: "https://developers.cloudflare.com/cloudflare-challenges/",
		Title:   "protection against bots or a firewall stops podcast apps",
		Hint:    "let podcast apps pass: exempt feed and audio from challenges; docs/cdn.md says how",
		Example: "cf-mitigated: challenge for the feed, or status 403 only for AppleCoreMedia",
	},
	{
		ID: "V023", Severity: finding.Error, Source: rfc9110 + "#section-8.4",
		Title:   "compressed or conditional requests get another object",
		Hint:    "turn off compression for audio, and let the CDN compare ETags",
		Example: "Content-Encoding: gzip for an MP3, or status 304 for an ETag that never existed",
	},
})

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

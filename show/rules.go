package show

import (
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/internal/source"
	"onair/show/chapters"
	"onair/show/pins"
)

// Rules returns the rules about a show's files, including those of package source, for
// documentation and SARIF.
func Rules() finding.Rules { return allRules }

var allRules = slices.SortedFunc(slices.Values(slices.Concat(rules, chapters.Rules(), pins.Rules(), source.Rules())), func(a, b finding.Rule) int { return strings.Compare(a.ID, b.ID) })

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/reference.md"

// Scripts and people refer to the IDs, so an ID is never reused.
var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "S001", Severity: finding.Error,
		Title:   "the folder has no show.yaml",
		Hint:    "onair init creates one; -C DIR works in another folder",
		Example: "an empty folder",
	},
	{
		ID: "S011", Severity: finding.Warning, Source: "https://podcasters.apple.com/support/823-podcast-requirements",
		Title:   "something that directories require is missing, and a default is used",
		Hint:    "add the key; onair explain KEY has an example",
		Example: "title: Hello, and nothing else in show.yaml",
	},
	{
		ID: "S016", Severity: finding.Error,
		Title:   "the value is not an e-mail address",
		Hint:    "write an address such as show@example.com",
		Example: "email: show@localhost",
	},
	{
		ID: "S017", Severity: finding.Error, Source: "https://www.rfc-editor.org/rfc/rfc5646",
		Title:   "the value is not a language",
		Hint:    "write a code such as en, en-gb or pt-br",
		Example: "language: english",
	},
	{
		ID: "S018", Severity: finding.Error, Source: "https://www.iana.org/time-zones",
		Title:   "the value is not a timezone",
		Hint:    "write a name such as Europe/London, America/New_York or UTC",
		Example: "timezone: CET+1",
	},
	{
		ID: "S019", Severity: finding.Error, Source: "https://podcasters.apple.com/support/1691-apple-podcasts-categories",
		Title:   "the category is not on Apple's list",
		Hint:    "write a category as Apple does; onair explain show.yaml categories has an example",
		Example: "categories: [Tech]",
	},
	{
		ID: "S020", Severity: finding.Error, Source: "https://podcasting2.org/docs/podcast-namespace/tags/license",
		Title:   "the value is not a licence",
		Hint:    "write an identifier of SPDX such as cc-by-4.0, or {name: …, url: …}",
		Example: "license: all rights reserved",
	},
	{
		ID: "S021", Severity: finding.Error,
		Title:   "the value is not a bucket URL",
		Hint:    "write file:public, gs://bucket/prefix or s3://bucket/prefix?endpoint=…",
		Example: "storage: my-bucket",
	},
	{
		ID: "S022", Severity: finding.Error,
		Title:   "people.yaml or sponsors.yaml has no such ID",
		Hint:    "add the person or sponsor to the file, or correct the ID",
		Example: "guests: [denep]",
	},
	{
		ID: "S023", Severity: finding.Error,
		Title:   "the file does not exist (a warning for the master of a draft)",
		Hint:    "add the file, or correct its name",
		Example: "artwork: cover.jpg",
	},
	{
		ID: "S024", Severity: finding.Error,
		Title:   "the path leaves the show's folder, or is not a path",
		Hint:    "write a path that stays below the show's folder",
		Example: "artwork: ../cover.jpg",
	},
	{
		ID: "S026", Severity: finding.Error,
		Title:   "two episodes have the same slug",
		Hint:    "rename the folder of one of them, or give it slug:",
		Example: "slug: hello in two episodes",
	},
	{
		ID: "S027", Severity: finding.Warning, Source: "https://podcasters.apple.com/support/823-podcast-requirements",
		Title:   "two full episodes of a season have the same number",
		Hint:    "apps sort the episodes of a season by it",
		Example: "number: 4 in two full episodes of season 1",
	},
	{
		ID: "S028", Severity: finding.Error,
		Title:   "the episode has no GUID, or an invalid one (a warning for a draft without one)",
		Hint:    "onair new writes one; for an episode that was published elsewhere take the old one",
		Example: `guid: " 4"`,
	},
	{
		ID: "S029", Severity: finding.Error, Source: "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification",
		Title:   "two episodes have the same GUID",
		Hint:    "give the newer one another GUID: onair new writes one",
		Example: "episodes/5-sunny copied from episodes/4-cloudy, with its guid",
	},
	{
		ID: "S030", Severity: finding.Error,
		Title:   "onair.lock has another GUID for the episode",
		Hint:    "restore the GUID, because apps would show the episode as new; publish --new-guid EPISODE changes it on purpose",
		Example: "another guid: in an episode that is published",
	},
	{
		ID: "S031", Severity: finding.Warning,
		Title:   "onair.lock has an episode that is not in the folder",
		Hint:    "restore the folder, or publish with --remove EPISODE",
		Example: "rm -r episodes/4-cloudy, after it was published",
	},
	{
		ID: "S034", Severity: finding.Error,
		Title:   "the episode has chapters in two places",
		Hint:    "keep one of them",
		Example: "chapters: in episode.md beside a chapters.txt",
	},
	{
		ID: "S035", Severity: finding.Error, Source: "https://podcasting2.org/docs/podcast-namespace/tags/soundbite",
		Title:   "a soundbite has no start or no duration, or is not 15 to 120 seconds long (warning)",
		Hint:    "write start and duration, of 15 to 120 seconds",
		Example: `soundbites: [{start: "0:20"}]`,
	},
	{
		ID: "S036", Severity: finding.Error, Source: "https://www.w3.org/TR/xml-names/",
		Title:   "extra or namespaces contain what a feed cannot",
		Hint:    "write whole XML elements, with prefixes that namespaces: declares",
		Example: "extra: <itunes:summary>Hello",
	},
	{
		ID: "S037", Severity: finding.Error,
		Title:   "the target does not exist",
		Hint:    "name one of targets: in show.yaml",
		Example: "onair --to stagin plan",
	},
	{
		ID: "S039", Severity: finding.Warning,
		Title:   "episodes/ contains something that is not an episode",
		Hint:    "put episodes into folders: episodes/SLUG/episode.md; move other files elsewhere",
		Example: "episodes/4-cloudy.md",
	},
	{
		ID: "S040", Severity: finding.Warning, Source: "https://podcasttaxonomy.com",
		Title:   "the role or group is not in the Podcast Taxonomy",
		Hint:    "write a role and its group as on podcasttaxonomy.com",
		Example: "people: [{id: rigel, role: wizard}]",
	},
	{
		ID: "S041", Severity: finding.Warning,
		Title:   "two people have the same name or alias",
		Hint:    "transcripts could mean either",
		Example: "vega: {name: Vega} and lyra: {name: Lyra, aliases: [Vega]} in people.yaml",
	},
	{
		ID: "S042", Severity: finding.Error,
		Title:   "redirect_from contains an invalid path, or one that is in use",
		Hint:    "write a path below the site such as /old-name/, which no page has",
		Example: "redirect_from: [4]",
	},
	{
		ID: "S043", Severity: finding.Error,
		Title:   "a file of the show contains a secret",
		Hint:    "remove it, replace it at the provider, and put the new one into the environment",
		Example: "cdn: {provider: fastly, token: …}",
	},
	{
		ID: "S044", Severity: finding.Error,
		Title:   "episode.md has no front matter",
		Hint:    "begin the file with --- and the keys of the episode, and end them with ---",
		Example: "an episode.md that begins with the notes",
	},
	{
		ID: "S045", Severity: finding.Warning,
		Title:   "the slug of a published episode has changed without a redirect",
		Hint:    "add the old path to redirect_from; onair rename OLD NEW does it",
		Example: "mv episodes/4-cloudy episodes/4-sunny, after it was published",
	},
	{
		ID: "S047", Severity: finding.Error,
		Title:   "accept names something that is not a rule, or gives no reason",
		Hint:    "write the ID of a rule and why it does not matter here: {S011: the feed is not in directories}",
		Example: "accept: {S011: }",
	},
	{
		ID: "S049", Severity: finding.Error,
		Title:   "the file is a link, a device, hidden or outside of where a show may keep files, so it is not read",
		Hint:    "put a copy of the file itself there; docs/security.md says what is read",
		Example: "ln -s ../../notes.md episodes/4-cloudy/transcript.md",
	},
	{
		ID: "S050", Severity: finding.Error, Source: "https://www.w3.org/TR/css-color-4/#hex-notation",
		Title:   "the value is not a colour",
		Hint:    "write it as #rgb or #rrggbb, in quotes",
		Example: "theme: {accent: teal}",
	},
	{
		ID: "S051", Severity: finding.Error, Source: "https://docs.joinmastodon.org/spec/webfinger/",
		Title:   "the value is not a handle of the fediverse",
		Hint:    "write it as @name@server, in quotes because @ may not start plain text in YAML",
		Example: `fediverse: "@vega"`,
	},
	{
		ID: "S058", Severity: finding.Warning, Source: "https://spec.commonmark.org/0.31.2/#raw-html",
		Title:   "notes contain HTML or addresses that are shown as text, or attributes that are dropped (info)",
		Hint:    "write Markdown, or &lt; for a < that readers are to see; kept are " + strings.Join(markdown.RawTags(), ", "),
		Example: `<font color="red">Live</font>`,
	},
	{
		ID: "S059", Severity: finding.Warning,
		Title:   "the episode has audio here although enclosure: names audio elsewhere",
		Hint:    "delete enclosure: to publish the audio that is here",
		Example: "enclosure: in an episode.md beside an audio.mp3",
	},
	{
		ID: "S060", Severity: finding.Warning, Source: "https://podcasters.apple.com/support/896-artwork-requirements",
		Title:   "a picture is called artwork, cover or folder but has a name or format that is not used",
		Hint:    "save it as artwork.jpg or artwork.png",
		Example: "an artwork.webp, an artwork.JPG or a cover.jpg in the folder of an episode",
	},
	{
		ID: "S063", Severity: finding.Warning,
		Title:   "an episode has two transcripts in one language; Markdown is preferred to captions",
		Hint:    "remove one of them",
		Example: "transcript.md and transcript.vtt in one folder",
	},
	{
		ID: "S064", Severity: finding.Error,
		Title:   "text is too complex to be rendered",
		Hint:    "divide it into paragraphs, or shorten it",
		Example: "notes with 20,000 brackets in one paragraph",
	},
	{
		ID: "S065", Severity: finding.Error,
		Title:   "alternates has two with one language, or the audio of the episode itself",
		Hint:    "remove one of them",
		Example: "alternates: [{audio: audio.mp3, language: es}]",
	},
	{
		ID: "S066", Severity: finding.Warning,
		Title:   "a file is called transcript but has a format or spelling that a show does not read",
		Hint:    "a show reads transcript.md, .vtt, .srt, .json and .txt",
		Example: "a transcript.ttml or a transcript.SRT in the folder of an episode",
	},
})

var (
	ruleNoShow          = rules.Must("S001")
	ruleRequired        = source.Rules().Must("S010")
	ruleDefault         = rules.Must("S011")
	ruleEmail           = rules.Must("S016")
	ruleLanguage        = rules.Must("S017")
	ruleTimezone        = rules.Must("S018")
	ruleCategory        = rules.Must("S019")
	ruleLicense         = rules.Must("S020")
	ruleStorage         = rules.Must("S021")
	ruleUnknownID       = rules.Must("S022")
	ruleMissingFile     = rules.Must("S023")
	rulePath            = rules.Must("S024")
	ruleSameSlug        = rules.Must("S026")
	ruleSameNumber      = rules.Must("S027")
	ruleGUID            = rules.Must("S028")
	ruleSameGUID        = rules.Must("S029")
	ruleLockGUID        = rules.Must("S030")
	ruleLockOrphan      = rules.Must("S031")
	ruleTwoChapters     = rules.Must("S034")
	ruleSoundbite       = rules.Must("S035")
	ruleExtra           = rules.Must("S036")
	ruleTarget          = rules.Must("S037")
	ruleFolder          = rules.Must("S039")
	ruleTaxonomy        = rules.Must("S040")
	ruleSameName        = rules.Must("S041")
	ruleRedirect        = rules.Must("S042")
	ruleSecret          = rules.Must("S043")
	ruleFrontMatter     = rules.Must("S044")
	ruleMoved           = rules.Must("S045")
	ruleAccept          = rules.Must("S047")
	ruleNotRead         = rules.Must("S049")
	ruleColour          = rules.Must("S050")
	ruleHandle          = rules.Must("S051")
	ruleHTML            = rules.Must("S058")
	ruleTwoAudio        = rules.Must("S059")
	ruleArtworkName     = rules.Must("S060")
	ruleSpareTranscript = rules.Must("S063")
	ruleTooComplex      = rules.Must("S064")
	ruleSameAlternate   = rules.Must("S065")
	ruleTranscriptName  = rules.Must("S066")
)

// Rules of other packages that package show also reports.
var (
	ruleChapters     = chapters.Rules().Must("S033")
	ruleChapterFile  = chapters.Rules().Must("S046")
	ruleBytes        = source.Rules().Must("S002")
	ruleYAML         = source.Rules().Must("S003")
	ruleYAMLFeature  = source.Rules().Must("S004")
	ruleDuplicateKey = source.Rules().Must("S005")
	ruleUnknownKey   = source.Rules().Must("S006")
	ruleType         = source.Rules().Must("S007")
	ruleEmpty        = source.Rules().Must("S008")
	ruleCut          = source.Rules().Must("S009")
	ruleWord         = source.Rules().Must("S012")
	ruleDate         = source.Rules().Must("S013")
	ruleTime         = source.Rules().Must("S014")
	ruleURL          = source.Rules().Must("S015")
	ruleSlug         = source.Rules().Must("S025")
	ruleLength       = source.Rules().Must("S038")
)

// locationRules are the rules whose errors in show.yaml can hide or change its storage,
// state or URL.
var locationRules = []*finding.Rule{
	ruleBytes, ruleYAML, ruleYAMLFeature, ruleDuplicateKey, ruleUnknownKey, ruleType, ruleCut, ruleURL, ruleStorage, ruleTarget,
}

// LocationInDoubt reports whether a finding makes it uncertain which storage or URL the
// show uses. Such an error is in show.yaml or in the environment.
func LocationInDoubt(f finding.Finding) bool {
	inShow := f.File == showFile && slices.ContainsFunc(locationRules, func(r *finding.Rule) bool { return r.ID == f.Rule })
	return f.Severity == finding.Error && (f.File == "" || inShow)
}

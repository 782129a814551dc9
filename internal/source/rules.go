package source

import "onair/internal/finding"

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/reference.md"

var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "S002", Severity: finding.Error,
		Title:   "the file cannot be read, is too large, is not UTF-8 or has control characters",
		Hint:    "save the file as UTF-8 text",
		Example: "an episode.md that was saved as UTF-16",
	},
	{
		ID: "S003", Severity: finding.Error, Source: "https://yaml.org/spec/1.2.2/",
		Title:   "the file is not valid YAML",
		Hint:    "correct the line; text with a colon, a # or a quote needs quotes",
		Example: "title: Go: the movie",
	},
	{
		ID: "S004", Severity: finding.Error,
		Title:   "the file uses YAML that onair does not read: anchors, tags, several documents, deep nesting",
		Hint:    "write the value out, without & * ! and ---",
		Example: "title: &name Hello",
	},
	{
		ID: "S005", Severity: finding.Error, Source: "https://yaml.org/spec/1.2.2/",
		Title:   "a key occurs twice",
		Hint:    "keep one of the two",
		Example: "title: Hello\ntitle: World",
	},
	{
		ID: "S006", Severity: finding.Error,
		Title:   "the key is unknown",
		Hint:    "correct the key, or remove it; onair explain lists the keys of each file",
		Example: "titel: Hello",
	},
	{
		ID: "S007", Severity: finding.Error,
		Title:   "the value has another type, or is out of range",
		Hint:    "write a value of the type that onair explain KEY names",
		Example: "explicit: no",
	},
	{
		ID: "S008", Severity: finding.Warning,
		Title:   "a key has no value, and is ignored",
		Hint:    "fill it in or delete the line",
		Example: "copyright:",
	},
	{
		ID: "S009", Severity: finding.Error,
		Title:   "unquoted text is cut off by a comma, or by a # (warning)",
		Hint:    "quote the text",
		Example: "{start: \"0:12\", title: Bits, bytes}",
	},
	{
		ID: "S010", Severity: finding.Error,
		Title:   "something required is missing",
		Hint:    "add the key; onair explain KEY has an example",
		Example: "url: https://hello.example/ in a show.yaml without title",
	},
	{
		ID: "S012", Severity: finding.Error,
		Title:   "the word is not one of those that the field allows",
		Hint:    "write one of the words that onair explain KEY lists",
		Example: "type: weekly",
	},
	{
		ID: "S013", Severity: finding.Error,
		Title:   "the value is not a date, or a time that the timezone skips",
		Hint:    "write a date such as 2027-02-04 06:00, in the timezone of the show",
		Example: "date: 30 February",
	},
	{
		ID: "S014", Severity: finding.Error,
		Title:   "the value is not a time in an episode",
		Hint:    "write a time such as 1:02:03, 12:30.5 or 90s",
		Example: "start: 1h2m",
	},
	{
		ID: "S015", Severity: finding.Error, Source: "https://www.rfc-editor.org/rfc/rfc3986",
		Title:   "the value is not a URL, has another scheme, or contains a password",
		Hint:    "write the whole address, such as https://example.com/page, without a password",
		Example: "url: hello.example",
	},
	{
		ID: "S025", Severity: finding.Error,
		Title:   "the value is not a slug",
		Hint:    "use a-z, 0-9 and hyphens",
		Example: "slug: Hello World",
	},
	{
		ID: "S038", Severity: finding.Error,
		Title:   "a text is too long, or longer than apps show (warning)",
		Hint:    "shorten it",
		Example: "title: the first paragraph of the show notes",
	},
})

var (
	ruleBytes        = rules.Must("S002")
	ruleYAML         = rules.Must("S003")
	ruleYAMLFeature  = rules.Must("S004")
	ruleDuplicateKey = rules.Must("S005")
	ruleUnknownKey   = rules.Must("S006")
	ruleType         = rules.Must("S007")
	ruleEmpty        = rules.Must("S008")
	ruleCut          = rules.Must("S009")
	ruleWord         = rules.Must("S012")
	ruleDate         = rules.Must("S013")
	ruleTime         = rules.Must("S014")
	ruleURL          = rules.Must("S015")
	ruleSlug         = rules.Must("S025")
	ruleLength       = rules.Must("S038")
)

package source

import "onair/internal/finding"

// Rules returns the rules of this package, for documentation and SARIF.
func Rules() finding.Rules { return rules }

var rules = finding.Rules{
	{
		ID: "S002", Severity: finding.Error,
		Title:   "the file cannot be read, is too large, is not UTF-8 or has control characters",
		Example: "an episode.md that was saved as UTF-16",
	},
	{
		ID: "S003", Severity: finding.Error, Source: "https://yaml.org/spec/1.2.2/",
		Title:   "the file is not valid YAML",
		Example: "title: Go: the movie",
	},
	{
		ID: "S004", Severity: finding.Error,
		Title:   "the file uses YAML that onair does not read: anchors, tags, several documents, deep nesting",
		Example: "title: &name Hello",
	},
	{
		ID: "S005", Severity: finding.Error, Source: "https://yaml.org/spec/1.2.2/",
		Title:   "a key occurs twice",
		Example: "title: Hello\ntitle: World",
	},
	{
		ID: "S006", Severity: finding.Error,
		Title:   "the key is unknown",
		Example: "titel: Hello",
	},
	{
		ID: "S007", Severity: finding.Error,
		Title:   "the value has another type, or is out of range",
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
		Example: "url: https://hello.example/ in a show.yaml without title",
	},
	{
		ID: "S012", Severity: finding.Error,
		Title:   "the word is not one of those that the field allows",
		Example: "type: weekly",
	},
	{
		ID: "S013", Severity: finding.Error,
		Title:   "the value is not a date, or a time that the timezone skips",
		Example: "date: 30 February",
	},
	{
		ID: "S014", Severity: finding.Error,
		Title:   "the value is not a time in an episode",
		Example: "start: 1h2m",
	},
	{
		ID: "S015", Severity: finding.Error, Source: "https://www.rfc-editor.org/rfc/rfc3986",
		Title:   "the value is not a URL, has another scheme, or contains a password",
		Example: "url: hello.example",
	},
	{
		ID: "S025", Severity: finding.Error,
		Title:   "the value is not a slug",
		Example: "slug: Hello World",
	},
	{
		ID: "S038", Severity: finding.Error,
		Title:   "a text is too long, or longer than apps show (warning)",
		Example: "title: the first paragraph of the show notes",
	},
}

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

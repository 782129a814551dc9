package templates

import "onair/internal/finding"

// ownRules is the page that describes the rules without a specification.
const ownRules = "docs/theme.md"

// rules are the rules of this package, in the order of their IDs.
var rules = finding.RulesFrom(ownRules, finding.Rules{
	{
		ID: "W001", Severity: finding.Error,
		Title:   "a file in templates/ cannot be used",
		Hint:    "correct the template; onair theme diff shows what changed in the theme's own",
		Source:  "https://pkg.go.dev/html/template",
		Example: `{{range .Episodes}} in templates/show.html, without {{end}}`,
	},
	{
		ID: "W002", Severity: finding.Warning, Source: "https://www.w3.org/TR/CSP3/",
		Title:   "a template has a script, style or event handler inside the page, which the pages' policy blocks",
		Hint:    "put it into a file below templates/static/ and name that with the function asset",
		Example: `<p style="color: red">`,
	},
	{
		ID: "W003", Severity: finding.Warning,
		Title:   "the font of the cards has no glyph for a character of a title or name, so the card leaves that text out",
		Hint:    "name a font that has the script: theme: {card_font: fonts/NotoSansJP-Bold.otf}",
		Example: "a Japanese title without theme: {card_font: …}",
	},
	{
		ID: "W004", Severity: finding.Error,
		Title:   "redirect_from is not a free path below the show's url",
		Hint:    "a path below the show's url at which nothing else is, such as /4 or /2019/old-name.html",
		Example: `redirect_from: ["/index.html"]`,
	},
	{
		ID: "W005", Severity: finding.Error, Source: "https://www.w3.org/TR/WCAG22/#contrast-minimum",
		Title:   "the accent colour cannot be read on the pages' background",
		Hint:    "choose a darker or lighter colour",
		Example: `theme: {accent: "#ffe680"}`,
	},
	{
		ID: "W006", Severity: finding.Error,
		Title:   "a file that theme: names cannot be used",
		Hint:    "put the file there, in a format that docs/theme.md names",
		Example: "theme: {card_font: fonts/broken.otf}",
	},
	{
		ID: "W007", Severity: finding.Warning,
		Title:   "a hidden file in templates/ is not published",
		Hint:    "rename it; a file such as .well-known/assetlinks.json has to be uploaded by other means",
		Example: "templates/static/.well-known/assetlinks.json",
	},
})

// Rules returns the rules of this package, for explaining and documenting them.
func Rules() finding.Rules { return rules }

var (
	ruleTemplate = rules.Must("W001")
	ruleInline   = rules.Must("W002")
	ruleGlyph    = rules.Must("W003")
	ruleRedirect = rules.Must("W004")
	ruleContrast = rules.Must("W005")
	ruleFile     = rules.Must("W006")
	ruleHidden   = rules.Must("W007")
)

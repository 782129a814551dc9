package templates

import "onair/internal/finding"

// rules are the rules of a theme's files and of redirects.
var rules = finding.Rules{
	{
		ID: "W001", Severity: finding.Error,
		Title:   "a file in templates/ cannot be used",
		Source:  "https://pkg.go.dev/html/template",
		Example: `{{range .Episodes}} in templates/show.html, without {{end}}`,
	},
	{
		ID: "W002", Severity: finding.Error,
		Title:   "redirect_from is not a free path below the show's url",
		Hint:    "a path below the show's url at which nothing else is, such as /4 or /2019/old-name.html",
		Example: `redirect_from: ["/index.html"]`,
	},
}

// Rules returns the rules of this package, for explaining and documenting them.
func Rules() finding.Rules { return rules }

var (
	ruleTemplate = rules.Must("W001")
	ruleRedirect = rules.Must("W002")
)

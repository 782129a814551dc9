package markdown

import (
	"regexp"
	"strings"
)

// outward matches the start of a link to a host.
var outward = regexp.MustCompile(`<a href="((?i:https?:)?//)`)

// NoOpener adds rel="noopener" to the links to other hosts in HTML that this package or
// package transcripts wrote.
func NoOpener(html string) string {
	if !strings.Contains(html, "<a ") {
		return html
	}
	return outward.ReplaceAllString(html, `<a rel="noopener" href="$1`)
}

package markdown

import (
	"cmp"
	"regexp"
	"strings"
)

// outward matches the start of a link to a host.
var outward = regexp.MustCompile(`<a href="((?i:https?:)?//)`)

// foreign matches the start of the address of an image on a host.
var foreign = regexp.MustCompile(`^(?i:https?:|//)`)

// NoOpener adds rel="noopener" to the links to other hosts in HTML that this package or
// package transcripts wrote.
func NoOpener(html string) string {
	if !strings.Contains(html, "<a ") {
		return html
	}
	return outward.ReplaceAllString(html, `<a rel="noopener" href="$1`)
}

// OnPage changes HTML that this package wrote for a page that loads nothing from other
// hosts: links to other hosts get rel="noopener", and an image of another host becomes a
// link to the image or, inside a link, its alternative text.
func OnPage(html string) string {
	if !strings.Contains(html, "<img ") {
		return NoOpener(html)
	}
	var b strings.Builder
	inLink := false
	for html != "" {
		t := scan(html)
		html = html[len(t.raw):]
		src, alt := t.attr("src"), t.attr("alt")
		switch {
		case t.name == "a":
			inLink = !t.end
			b.WriteString(t.raw)
		case t.name != "img" || !foreign.MatchString(src):
			b.WriteString(t.raw)
		case inLink:
			b.WriteString(cmp.Or(alt, src))
		default:
			b.WriteString(`<a href="` + src + `">` + cmp.Or(alt, src) + "</a>")
		}
	}
	return NoOpener(b.String())
}

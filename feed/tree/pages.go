package tree

import (
	"net/url"
	"strings"
)

// MaxPages is the most pages of a feed (RFC 5005) that are followed.
const MaxPages = 200

// Trail follows the links of a feed to its further pages. It ends at a page that has been
// read before, so that a loop of links is followed once. The zero value is ready for use.
type Trail struct {
	Pages int // number of pages read

	seen map[string]bool
}

// Read records that a page has been read at the addresses, before and after redirects. It
// returns false, and does not count the page, if a page at the last address has been read
// before. Empty addresses are ignored.
func (t *Trail) Read(addresses ...string) bool {
	if t.seen == nil {
		t.seen = map[string]bool{}
	}
	if last := addresses[len(addresses)-1]; last != "" && t.seen[last] {
		return false
	}
	for _, a := range addresses {
		t.seen[a] = true
	}
	t.Pages++
	return true
}

// Next returns the address that a link to the next page leads to, from the page at base,
// which is empty for a file. It is empty if there is no link, or if that page has been
// read. last reports that no further page is followed.
func (t *Trail) Next(base, link string) (address string, last bool) {
	link = strings.TrimSpace(link)
	if link == "" {
		return "", false
	}
	from, err := url.Parse(base)
	to, err2 := url.Parse(link)
	if err == nil && err2 == nil {
		link = from.ResolveReference(to).String()
	}
	if t.seen[link] {
		return "", false
	}
	return link, t.Pages >= MaxPages
}

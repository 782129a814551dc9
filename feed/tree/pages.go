package tree

import (
	"net/url"
	"strings"
)

// MaxPages is the largest number of pages of a feed (RFC 5005) that are read.
const MaxPages = 200

// NextPage returns the atom:link of a channel that leads to the next page of a paged feed,
// or else to the next older part of an archived feed (RFC 5005, sections 3 and 4). It
// returns nil if there is none.
func (e *Element) NextPage() *Element {
	for _, rel := range []string{"next", "prev-archive"} {
		for link := range e.All("atom:link") {
			if strings.TrimSpace(link.Attr("rel")) == rel && strings.TrimSpace(link.Attr("href")) != "" {
				return link
			}
		}
	}
	return nil
}

// Trail follows the links of a feed to its further pages. It ends at a page that has been
// read before, because the links may form a loop. The zero value is ready for use.
type Trail struct {
	Pages int // number of pages read

	seen map[string]bool
}

// Read records that a page has been read. addresses are the addresses of the page, before
// and after redirects; empty ones have no effect. Read returns false, and does not count
// the page, if a page at the last address has been read before.
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

// Next returns the address of the page to which link leads. base is the address of the
// page with the link, or empty for a page that was read from a file. The result is empty
// if link is empty, or if the page at that address has been read. last reports that
// MaxPages pages have been read, so that no further page is to be read.
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

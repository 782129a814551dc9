// Package site has a show's settings for its website: site: and theme: in show.yaml, and
// the pages in the folder pages/.
package site

import (
	"time"

	"onair/internal/finding"
)

// Settings are the settings in site: of show.yaml. The zero value holds the defaults.
type Settings struct {
	HTMLURLs   bool // page_urls: html; addresses of pages end in index.html
	Home       int  // number of episodes on the first page; see HomeEpisodes
	Nav        []Link
	NoSearch   bool   // search: false
	NoCards    bool   // cards: false
	NoEmbed    bool   // embed: false
	Disabled   bool   // enabled: false; onair makes no pages
	EpisodeURL string // pattern of the addresses of episode pages elsewhere; empty for pages made by onair
}

// Link is a link of the navigation. URL is absolute, or a path below the show's url.
type Link struct{ Text, URL string }

// HomeEpisodes returns how many episodes the first page lists.
func (s Settings) HomeEpisodes() int {
	if s.Home == 0 {
		return 20
	}
	return s.Home
}

// Theme has the settings in theme: of show.yaml. The zero value holds the defaults.
type Theme struct {
	Accent   string // #rrggbb; if empty, derived from the artwork
	Logo     string // path of an image for the masthead; empty if there is none
	Font     string // path of a WOFF2 font for headlines; empty if there is none
	CardFont string // path of a font for cards; empty for the embedded font
	Scheme   Scheme // empty means Auto
}

// Scheme says which colours the pages have.
type Scheme string

// The schemes. Auto follows the setting of the listener's system.
const (
	Auto  Scheme = "auto"
	Light Scheme = "light"
	Dark  Scheme = "dark"
)

// Page is a Markdown file in pages/, a page that the show's author writes.
type Page struct {
	ID       string // name of the file without .md; a slug
	File     string // path below the show's folder
	Title    string
	Summary  string // plain text; may be empty
	Language string // RFC 5646; the show's unless the page says otherwise
	Hidden   bool   // the navigation leaves out the page
	Updated  time.Time
	Body     string // Markdown

	Places map[string]finding.Position `json:"-"` // field → place in the file
}

// Key returns the key of the page in the bucket.
func (p *Page) Key() string { return p.ID + "/index.html" }

package show

import (
	"net/url"
	"strings"
)

// PageKey returns the key of an episode's page in the bucket.
func PageKey(slug string) string { return episodesDir + "/" + slug + "/" + indexPage }

// indexPage is the file that a web server sends for a folder.
const indexPage = "index.html"

// URLOf returns the public address of a key. A page's address ends with its
// folder.
func (s *Show) URLOf(key string) string {
	return s.URL + strings.TrimSuffix((&url.URL{Path: key}).EscapedPath(), indexPage)
}

// FeedURL returns the public address of the feed.
func (s *Show) FeedURL() string { return s.URL + s.Feed.Path }

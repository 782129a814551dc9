package templates

import (
	"net/url"
	"strings"
)

// notFoundKey is the key of the page that a server shows for unknown addresses at any
// depth. Its links cannot be relative.
const notFoundKey = "404.html"

// link returns a link from the current page to the object with the key.
func (r *renderer) link(key string) string {
	if isAddress(key) {
		return key
	}
	if r.current == notFoundKey {
		return r.root() + escapePath(r.pretty(key))
	}
	return relative(r.current, r.pretty(key))
}

// root returns the path of the show's URL, with slashes at both ends.
func (r *renderer) root() string {
	base, err := url.Parse(r.site.Show.URL)
	if err != nil || base.Path == "" {
		return "/"
	}
	return strings.TrimSuffix(base.EscapedPath(), "/") + "/"
}

// absolute returns the public address of the object with the key.
func (r *renderer) absolute(key string) string {
	if isAddress(key) {
		return key
	}
	return r.site.Show.URL + escapePath(r.pretty(key))
}

// isAddress reports whether a key is in fact the address of audio outside the bucket.
func isAddress(key string) bool {
	return strings.HasPrefix(key, "https://") || strings.HasPrefix(key, "http://")
}

// audioSources returns further sources of audio for the policy of the pages, if the
// audio of an episode is not in the bucket. Every page needs them, because the player
// is on every page.
func (r *renderer) audioSources() string {
	if r.lists.elsewhere {
		return " https: http:"
	}
	return ""
}

// optional returns the public address of the object with the key, or "" if key is
// empty.
func (r *renderer) optional(key string) string {
	if key == "" {
		return ""
	}
	return r.absolute(key)
}

// relative returns a link from one key to a path, without the folders that they share.
func relative(from, to string) string {
	here, there := strings.Split(from, "/"), strings.Split(to, "/")
	here = here[:len(here)-1]
	shared := 0
	for shared < len(here) && shared < len(there)-1 && here[shared] == there[shared] {
		shared++
	}
	link := strings.Repeat("../", len(here)-shared) + escapePath(strings.Join(there[shared:], "/"))
	if link == "" {
		return "./"
	}
	if first, _, _ := strings.Cut(link, "/"); strings.Contains(first, ":") {
		return "./" + link // otherwise the part before the colon would be a scheme
	}
	return link
}

// pretty removes index.html from the end of a key, because servers add it to the
// address of a folder. It keeps index.html if the show says that its server does not
// add it.
func (r *renderer) pretty(key string) string {
	if r.site.Show.Site.HTMLURLs {
		return key
	}
	if key == "index.html" {
		return ""
	}
	if dir, ok := strings.CutSuffix(key, "/index.html"); ok {
		return dir + "/"
	}
	return key
}

func escapePath(p string) string { return (&url.URL{Path: p}).EscapedPath() }

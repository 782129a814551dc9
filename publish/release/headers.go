package release

import (
	"path"
	"regexp"
	"strings"

	"onair/publish/bucket"
)

// Class says how long caches may keep an object.
type Class string

// The three classes. The key of an immutable object has the hash of its content, so it
// can be kept forever; a feed or a page changes under its key.
const (
	Immutable Class = "immutable"
	Page      Class = "page"
	Feed      Class = "feed"
)

const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheShortly = "public, max-age=60"
	// A CDN may keep pages and feeds for an hour if onair purges them when they change.
	cachePurged = cacheShortly + ", s-maxage=3600"
)

// hashed reports whether a key contains the hash of the content: NAME-HASH.EXT in audio/,
// assets/ or the folder of an episode. In other folders, a page whose slug ends like a
// hash stays a page.
func hashed(key string) bool {
	folder, base := path.Split(key)
	parent, slug := path.Split(strings.TrimSuffix(folder, "/"))
	if folder != "audio/" && folder != "assets/" && (parent != "episodes/" || slug == "") {
		return false
	}
	ext := path.Ext(base)
	name := strings.TrimSuffix(base, ext)
	at := len(name) - len("-0123456789abcdef")
	return at > 0 && name[at] == '-' && only(name[at+1:], "0123456789abcdef") &&
		len(ext) > 1 && only(ext[1:], "0123456789abcdefghijklmnopqrstuvwxyz")
}

// only reports whether a text has no other characters than those of a set.
func only(text, set string) bool { return strings.Trim(text, set) == "" }

// ClassOf returns the class of a key; feed is the key of the show's feed. The further
// pages of the feed, with older episodes, have the class Page.
func ClassOf(key, feed string) Class {
	switch {
	case key == feed:
		return Feed
	case hashed(key):
		return Immutable
	}
	return Page
}

// HeadersFor returns the headers of an object: a pure function of its key
// and the show's configuration, so that a folder without headers can be served
// exactly as a bucket with them. purged says that onair purges changed objects from a
// CDN.
func HeadersFor(key, feed string, purged bool) bucket.Headers {
	h := bucket.Headers{ContentType: contentType(key, feed), CacheControl: cacheShortly}
	switch {
	case ClassOf(key, feed) == Immutable:
		h.CacheControl = cacheForever
	case purged:
		h.CacheControl = cachePurged
	}
	return h
}

// mediaTypes are the types of what onair publishes, by extension. The list is fixed
// because the system's list differs between machines.
var mediaTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".gif":         "image/gif",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".jpg":         "image/jpeg",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".m4a":         "audio/x-m4a",
	".mp3":         "audio/mpeg",
	".png":         "image/png",
	".srt":         "application/x-subrip",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".vtt":         "text/vtt",
	".webmanifest": "application/manifest+json",
	".webp":        "image/webp",
	".woff2":       "font/woff2",
	".xml":         "application/xml; charset=utf-8",
}

// isOlderPage reports whether a key belongs to a page of the feed with older episodes;
// see show.Feed.Page.
func isOlderPage(key, feed string) bool {
	ext := path.Ext(feed)
	number, ok := strings.CutPrefix(strings.TrimSuffix(key, ext), strings.TrimSuffix(feed, ext)+"-")
	return ok && path.Ext(key) == ext && number != "" && strings.Trim(number, "0123456789") == ""
}

func contentType(key, feed string) string {
	if key == feed || isOlderPage(key, feed) {
		return "application/rss+xml; charset=utf-8"
	}
	if strings.HasPrefix(key, "episodes/") && strings.HasPrefix(path.Base(key), "chapters-") && path.Ext(key) == ".json" {
		return "application/json+chapters"
	}
	ext := strings.ToLower(path.Ext(key))
	if t, ok := mediaTypes[ext]; ok {
		return t
	}
	return "application/octet-stream"
}

// player matches the keys of the players that other sites embed.
var player = regexp.MustCompile(`^episodes/[^/]+/embed/index\.html$`)

// FramePolicy returns the Content-Security-Policy that servers add to an object, because
// neither a page nor a bucket can state it: no site may show the object in a frame. It is
// empty for the players that other sites embed.
func FramePolicy(key string) string {
	if player.MatchString(key) {
		return ""
	}
	return "frame-ancestors 'none'"
}

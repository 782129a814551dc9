package release

import "testing"

func TestHeadersFor(t *testing.T) {
	t.Parallel()
	const hash = "-0123456789abcdef"
	for _, test := range []struct{ key, contentType, cacheControl string }{
		{"audio/4-cloudy" + hash + ".mp3", "audio/mpeg", cacheForever},
		{"audio/4-cloudy" + hash + ".m4a", "audio/x-m4a", cacheForever},
		{"episodes/4-cloudy/transcript" + hash + ".vtt", "text/vtt", cacheForever},
		{"episodes/4-cloudy/transcript.es" + hash + ".srt", "application/x-subrip", cacheForever},
		{"episodes/4-cloudy/transcript" + hash + ".json", "application/json", cacheForever},
		{"episodes/4-cloudy/chapters" + hash + ".json", "application/json+chapters", cacheForever},
		{"assets/artwork" + hash + ".jpg", "image/jpeg", cacheForever},
		{"assets/theme" + hash + ".css", "text/css; charset=utf-8", cacheForever},
		{"index.html", "text/html; charset=utf-8", cacheShortly},
		{"episodes/4-cloudy/index.html", "text/html; charset=utf-8", cacheShortly},
		{"episodes/a" + hash + "/index.html", "text/html; charset=utf-8", cacheShortly},
		{"a" + hash + ".html", "text/html; charset=utf-8", cacheShortly},
		{"episodes" + hash + ".html", "text/html; charset=utf-8", cacheShortly},
		{"topics/a" + hash + ".html", "text/html; charset=utf-8", cacheShortly},
		{"assets/below/a" + hash + ".css", "text/css; charset=utf-8", cacheShortly},
		{"assets/" + hash + ".css", "text/css; charset=utf-8", cacheShortly},
		{"assets/theme-0123456789ABCDEF.css", "text/css; charset=utf-8", cacheShortly},
		{"assets/theme0123456789abcdef.css", "text/css; charset=utf-8", cacheShortly},
		{"podcast/feed.xml", "application/rss+xml; charset=utf-8", cacheShortly},
		{"sitemap.xml", "application/xml; charset=utf-8", cacheShortly},
		{"robots.txt", "text/plain; charset=utf-8", cacheShortly},
		{"thing.unheard-of", "application/octet-stream", cacheShortly},
	} {
		h := HeadersFor(test.key, "podcast/feed.xml", false)
		if h.ContentType != test.contentType || h.CacheControl != test.cacheControl {
			t.Errorf("%s: %q, %q; want %q, %q", test.key, h.ContentType, h.CacheControl, test.contentType, test.cacheControl)
		}
	}
	if got := HeadersFor("index.html", "feed.xml", true).CacheControl; got != cachePurged {
		t.Errorf("with a purger a page has %q", got)
	}
}

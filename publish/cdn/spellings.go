package cdn

import (
	"net/url"
	"slices"
	"strings"
)

// Spellings returns every public URL at which an object may have been cached:
// its own first, escaped as onair writes it in feeds and links. base is the
// show's url and ends in a slash; key is the object's.
//
// The index page of a folder has three: with index.html, with only the slash, and,
// except at the root, without the slash. At the last one a redirect may be cached, or a
// 404 from before the page existed. A CDN that rewrites one spelling to another has one
// copy and gets three purges; other CDNs have a copy for each spelling.
//
// The spellings do not include http beside https: Fastly, Google Cloud CDN, Varnish and
// nginx make no difference between them. Cloudflare does, and its purger adds the URLs
// with http. Nor do they include query strings: the printed configurations drop them.
func Spellings(base, key string) []string {
	own := base + SurrogateKey(key)
	folder, ok := strings.CutSuffix(key, "index.html")
	if !ok || folder != "" && !strings.HasSuffix(folder, "/") {
		return []string{own}
	}
	slash := base + SurrogateKey(folder)
	all := []string{own, slash}
	if bare := strings.TrimSuffix(slash, "/"); !isHost(bare) {
		all = append(all, bare)
	}
	return all
}

// isHost reports whether a URL ends with its host. A slash after the host would not
// change the request.
func isHost(rawURL string) bool {
	_, rest, _ := strings.Cut(rawURL, "://")
	return !strings.Contains(rest, "/")
}

// SurrogateKey returns the name by which an object is purged in all spellings of
// its URL: its key, escaped as in a URL, so that it contains no space.
func SurrogateKey(key string) string { return (&url.URL{Path: "/" + key}).EscapedPath()[1:] }

// batches splits a list into batches of at most n strings and, if size is not 0, of
// at most size bytes with one byte between two strings. A string that is longer than
// size is alone in its batch.
func batches(list []string, n, size int) (all [][]string) {
	bytes := 0
	for _, s := range list {
		last := len(all) - 1
		if last < 0 || len(all[last]) == n || size > 0 && bytes+1+len(s) > size {
			all = append(all, nil)
			last++
			bytes = -1
		}
		all[last] = append(all[last], s)
		bytes += 1 + len(s)
	}
	return all
}

// unique removes repetitions and keeps the order.
func unique(list []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}

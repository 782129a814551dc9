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
// The index page of a folder is known by three: with index.html, with only the
// slash, and without the slash, where a redirect or, before the page was there, a
// 404 may be cached. A CDN that rewrites one into the other keeps one copy and
// is told three times; one that does not keeps each.
//
// http and https are not among them: Fastly, Google Cloud CDN, Varnish and nginx
// do not tell them apart. Cloudflare does, and its purger adds the other. Query
// strings are not either: the printed configurations drop them.
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

// isHost reports whether a URL ends with its host: with and without a slash
// after it are one request.
func isHost(rawURL string) bool {
	_, rest, _ := strings.Cut(rawURL, "://")
	return !strings.Contains(rest, "/")
}

// SurrogateKey is the name under which an object can be purged whatever its
// URL's spelling: its key, escaped as in a URL, so that it holds no space.
func SurrogateKey(key string) string { return (&url.URL{Path: "/" + key}).EscapedPath()[1:] }

// batches cuts a list into pieces of at most n strings and, if size is not 0, of
// at most so many bytes with a byte between two.
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

// unique drops repetitions, keeping the order.
func unique(list []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}

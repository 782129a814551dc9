// Package cdn purges changed objects from a CDN, and prints configurations for
// CDNs that are configured in text. Only this package uses the API of a CDN.
//
// Only the feed and the pages change under their URL; other URLs contain the hash
// of the content. So a purge is a handful of URLs, each in every public spelling
// (see Spellings), and never the whole cache: that would send every listener's
// requests for audio to the origin.
//
// # Providers
//
// show.yaml names one, with its settings beside it:
//
//	cdn: {provider: fastly, service: SU1Z0isxPaozGVKXdv0eY}
//
//	provider    setting   means
//	fastly      service   id of the service; needed for purge: keys
//	            purge     urls (default) or keys
//	            soft      true (default): a purged object may still be served
//	                      while the origin is down; false: it may not
//	cloudflare  zone      id of the zone; required
//	            purge     urls (default) or keys, as cache tags
//	            batch     URLs or tags in one call, 1 to 500; default 30
//	google      project   id of the project; required
//	            url_map   name of the load balancer's global URL map; required
//	            purge     urls (default) or keys, as cache tags
//	varnish     servers   host:port or URL of every server, separated by spaces
//	                      or commas; required
//	            purge     urls (default) or keys, in a header "xkey"
//	exec        command   a program and its arguments, separated by spaces;
//	                      required. There is no shell. A path such as ./purge is
//	                      relative to the show's folder.
//
// The provider varnish works with every server that understands the method PURGE, such
// as nginx with the configuration that this package prints. The provider exec runs any
// command with the URLs on its standard input, one a line; an exit status other than 0
// is an error.
//
// With purge: keys an object is purged by its surrogate key instead of by its
// URLs: one call for hundreds of pages instead of one for each. The surrogate key
// is the key of the object, escaped as in a URL (see SurrogateKey). Responses have to
// contain it: the printed configurations of Varnish and Fastly add it; behind
// Cloudflare and Google Cloud CDN the origin has to send it as a Cache-Tag header,
// which a bucket cannot.
//
// # Secrets
//
// Tokens are never in files of the show. They come from the environment under
// the vendors' own names, or from the file that NAME_FILE names:
//
//	fastly      FASTLY_API_TOKEN      or FASTLY_API_TOKEN_FILE
//	cloudflare  CLOUDFLARE_API_TOKEN  or CLOUDFLARE_API_TOKEN_FILE
//	google      Application Default Credentials
//
// A token is sent only to its vendor, and not to the target of a redirect. It is not in
// an error, even if the vendor's answer repeats it.
//
// # Limits
//
// Calls are batched within each API's limits and tried again after status 408,
// 429 and 5xx and after a lost connection, with growing pauses or as Retry-After
// asks. A purge takes at most five minutes and a quarter of a second for each of its
// calls, and with google up to five minutes more to get a token. Purging twice is the
// same as purging once, so that a retry is safe.
package cdn

// Package cdn makes a CDN forget what has changed, and prints configurations for
// those that can be configured in text. It is the only home of a CDN's API.
//
// Only the feed and the pages ever change under their URL; everything else has
// the hash of its content in it. So a purge is a handful of URLs, each in every
// public spelling (see Spellings), and never all of the cache: a purge of
// everything would send the audio of every listener back to the origin.
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
//	            soft      true (default): what is purged may still be served
//	                      while the origin is down; false: it is gone
//	cloudflare  zone      id of the zone; required
//	            purge     urls (default) or keys, as cache tags
//	            batch     URLs or tags in one call, 1 to 500; 30 unless said
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
// The provider varnish speaks to anything that understands the method PURGE,
// such as nginx with the configuration that this package prints. The provider
// exec runs any command with the URLs on its standard input, one a line; what it
// exits with decides.
//
// With purge: keys an object is purged by its surrogate key instead of by its
// URLs: one call for hundreds of pages instead of one for each. Its surrogate
// key is its own key, escaped as in a URL (see SurrogateKey). That works where
// responses carry it: the printed configurations of Varnish and Fastly see to
// that; behind Cloudflare and Google Cloud CDN the origin has to send it as a
// Cache-Tag header, which a bucket cannot.
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
// A token is sent to its vendor and nowhere else: not to where a redirect leads,
// not into a log, not into an error, even where the vendor's answer repeats it.
//
// # Limits
//
// Calls are batched within each API's limits and tried again after status 408,
// 429 and 5xx and after a lost connection, with growing pauses or as Retry-After
// asks. A purge takes at most five minutes and a quarter of a second for every
// call it has to make. Purging twice is the same as purging once, so nothing
// stands in the way of trying again.
package cdn

# Varnish 7 for http://127.0.0.1:8000/shows/one/
# Made by: onair cdn config varnish
#
#   varnishd -a :80 -f /etc/varnish/default.vcl -s malloc,1g
#   Debian and Ubuntu have vmod_xkey in the package varnish-modules.

vcl 4.1;

import purge;
import xkey;

backend origin {
	.host = "127.0.0.1";
	.port = "9000";
	.connect_timeout = 5s;
	.first_byte_timeout = 60s;
	.between_bytes_timeout = 60s;
}

# The machines that may purge: those that run onair publish.
acl purgers {
	"127.0.0.1";
	"::1";
	"10.0.0.0"/8;
	"2001:db8::1";
}

sub vcl_recv {
	if (req.restarts == 0) {
		unset req.http.X-Onair-Missing;
		unset req.http.X-Onair-Stale;
		unset req.http.X-Onair-Gzip;
		if (req.http.Accept-Encoding ~ "gzip") {
			set req.http.X-Onair-Gzip = "yes";
		}
		call check_request;
		call find_object;
	}
	unset req.http.Authorization;
	unset req.http.Cookie;
	unset req.http.Origin;

	# An expired object is fetched again before it is served, so that a purge takes
	# effect at once. The old copy is served only if that fails.
	if (req.http.X-Onair-Stale) {
		set req.grace = 7d;
	} else {
		set req.grace = 0s;
	}
	return (hash);
}

# Answers requests that need no object.
sub check_request {
	if (req.method == "PURGE") {
		# Behind a proxy all clients have the proxy's address, so requests through a
		# proxy may not purge. X-Forwarded-For contains a comma in such a request,
		# because Varnish appends the address of its client.
		if (client.ip !~ purgers || req.http.X-Forwarded-For ~ "," || req.http.X-Forwarded-Proto) {
			return (synth(405));
		}
		if (req.http.xkey) {
			return (synth(200, "Purged " + xkey.softpurge(req.http.xkey)));
		}
	} elsif (req.method == "OPTIONS") {
		return (synth(204));
	} elsif (req.method != "GET" && req.method != "HEAD") {
		return (synth(405));
	}
}

# Changes the address into that of an object. This happens before a purge as before
# a lookup, so that both use the same address.
sub find_object {
	set req.url = regsub(req.url, "\?.*$", "");
	if (req.url ~ "(?i)//|\\|%2f|%5c|%00|/(\.|%2e){1,2}(/|$)|/(\.|%2e)(o|%[46]f)(n|%[46]e)(a|%[46]1)(i|%[46]9)(r|%[57]2)(/|$)") {
		call missing; # hides onair's own records, in any spelling
	}
	if (req.url ~ "/[^/.]+$" && req.url != "/shows/one/podcast/feed") {
		if (req.method != "PURGE") {
			return (synth(301, req.url + "/"));
		}
		set req.url = req.url + "/";
	}
	if (req.url !~ "^/shows/one/") {
		call missing;
	}
	if (!req.http.X-Onair-Missing) {
		set req.url = regsub(req.url, "^/shows/one/", "/a/b/");
		set req.url = regsub(req.url, "/$", "/index.html");
	}
	set req.http.Host = "127.0.0.1:9000";
}

# Continues with the page for missing objects.
sub missing {
	set req.http.X-Onair-Missing = "yes";
	set req.url = "/a/b/404.html";
}

sub vcl_hash {
	hash_data(req.url); # not the host, because there is only one show
	return (lookup);
}

sub vcl_hit {
	if (req.method == "PURGE") {
		call forget;
	}
	return (deliver);
}

sub vcl_miss {
	if (req.method == "PURGE") {
		call forget;
	}
	return (fetch);
}

# Expires the object and keeps it in case the origin is down.
sub forget {
	return (synth(200, "Purged " + purge.soft()));
}

sub vcl_backend_response {
	if (beresp.status >= 500) {
		return (abandon);
	}
	unset beresp.http.Set-Cookie;
	unset beresp.http.Vary;
	set beresp.grace = 7d;
	set beresp.keep = 7d;
	if (beresp.status == 403 || beresp.status == 404) {
		# A bucket that may not be listed answers 403 for a missing object.
		set beresp.status = 404;
		set beresp.ttl = 5s;
		set beresp.grace = 0s;
		set beresp.keep = 0s;
	}
	if (beresp.http.Content-Type ~ "^(text/|image/svg|application/(json|xml|rss|x-subrip))") {
		# Separate copies, so that uncompressed responses have a Content-Length too.
		set beresp.http.Vary = "X-Onair-Gzip";
		if (bereq.http.X-Onair-Gzip) {
			set beresp.do_gzip = true;
		}
	}
	set beresp.http.xkey = regsub(bereq.url, "^/a/b/", "");
	return (deliver);
}

# vcl_synth also handles a failed fetch, because it can use the old copy.
sub vcl_backend_error {
	return (abandon);
}

sub vcl_deliver {
	if (resp.status == 404 && !req.http.X-Onair-Missing) {
		call missing;
		return (restart);
	}
	if (req.http.X-Onair-Missing && resp.status == 200) {
		set resp.status = 404;
	}
	if (obj.hits > 0) {
		set resp.http.X-Cache = "HIT";
	} else {
		set resp.http.X-Cache = "MISS";
	}
	# Caches after this one get no purges, so they must not keep copies as long.
	set resp.http.Cache-Control = regsub(resp.http.Cache-Control, ", *s-maxage=[0-9]+", "");
	if (resp.http.Vary) {
		set resp.http.Vary = "Accept-Encoding";
	}
	unset resp.http.Age;
	unset resp.http.Via;
	unset resp.http.X-Varnish;
	unset resp.http.xkey;
	# Other sites may show only the embedded players in frames.
	if (req.url !~ "^/a/b/episodes/[^/]+/embed/index\.html$") {
		set resp.http.Content-Security-Policy = "frame-ancestors 'none'";
	}
	call open_to_players;
	return (deliver);
}

# Web players of any site may read feeds, captions, chapters and audio.
sub open_to_players {
	set resp.http.Access-Control-Allow-Origin = "*";
	set resp.http.Access-Control-Expose-Headers = "Accept-Ranges, Content-Length, Content-Range, ETag";
	set resp.http.X-Content-Type-Options = "nosniff";
}

sub vcl_synth {
	if (resp.status == 503 && req.method != "PURGE" && !req.http.X-Onair-Stale) {
		set req.http.X-Onair-Stale = "yes";
		return (restart);
	}
	if (resp.status == 301) {
		set resp.http.Location = resp.reason;
		set resp.reason = "Moved Permanently";
		set resp.http.Cache-Control = "public, max-age=60";
	} elsif (resp.status == 405) {
		set resp.http.Allow = "GET, HEAD, OPTIONS";
	} elsif (resp.status == 204) {
		set resp.http.Access-Control-Allow-Methods = "GET, HEAD";
		set resp.http.Access-Control-Allow-Headers = "Range";
		set resp.http.Access-Control-Max-Age = "86400";
	}
	call open_to_players;
	set resp.body = resp.reason;
	return (deliver);
}

# Fastly custom VCL for https://hello-universe.example/
# Made by: onair cdn config fastly
#
# Upload it as the service's main VCL:
#
#   fastly service vcl custom create --service-id SERVICE_ID --version latest --autoclone --name onair --main --content onair.vcl
#
# The service also needs the domain hello-universe.example, and nothing else. This configuration
# requires a token for purges by URL, because segmented caching needs that.

backend F_origin {
	.dynamic = true;
	.share_key = "SERVICE_ID";
	.host = "hello-universe.storage.googleapis.com";
	.port = "443";
	.ssl = true;
	.ssl_check_cert = always;
	.ssl_cert_hostname = "hello-universe.storage.googleapis.com";
	.ssl_sni_hostname = "hello-universe.storage.googleapis.com";
	.host_header = "hello-universe.storage.googleapis.com";
	.always_use_host_header = true;
	.connect_timeout = 5s;
	.first_byte_timeout = 30s;
	.between_bytes_timeout = 30s;
	.max_connections = 200;
	.probe = {
		.dummy = true;
		.request = "HEAD / HTTP/1.1" "Host: hello-universe.storage.googleapis.com" "Connection: close";
		.initial = 5;
		.interval = 60s;
		.threshold = 1;
		.timeout = 2s;
		.window = 5;
	}
}

sub vcl_recv {
#FASTLY recv
	set req.backend = F_origin;
	if (req.method == "FASTLYPURGE") {
		set req.http.Fastly-Purge-Requires-Auth = "1";
	}
	if (req.restarts == 0 && fastly.ff.visits_this_service == 0) {
		unset req.http.X-Onair-Missing;
		if (!req.http.Fastly-SSL && req.method != "FASTLYPURGE") {
			error 618 "https://hello-universe.example" + req.url;
		}
	}
	if (req.method == "OPTIONS") {
		error 619;
	}
	if (req.method != "GET" && req.method != "HEAD" && req.method != "FASTLYPURGE") {
		error 620;
	}
	unset req.http.Authorization;
	unset req.http.Cookie;
	unset req.http.Origin;

	# The address is changed before the purge as before a lookup, so that both use
	# the same address.
	set req.url = regsub(req.url, "\?.*$", "");
	if (req.url ~ "(?i)//|\\|%2f|%5c|%00|/(\.|%2e){1,2}(/|$)|/(\.|%2e)(o|%[46]f)(n|%[46]e)(a|%[46]1)(i|%[46]9)(r|%[57]2)(/|$)"
		|| req.url !~ "^/" && req.url != "") {
		call missing; # hides onair's own records, in any spelling
	}
	if (req.url ~ "/[^/.]+$") {
		if (req.method != "FASTLYPURGE") {
			error 618 req.url + "/";
		}
		set req.url = req.url + "/";
	}
	set req.url = regsub(req.url, "/$", "/index.html");
	if (req.url ~ "^/audio/") {
		set req.enable_segmented_caching = true;
	}
	return(lookup);
}

# Continues with the page for missing objects.
sub missing {
	set req.http.X-Onair-Missing = "yes";
	set req.url = "/404.html";
	unset req.http.Range;
	unset req.http.If-Modified-Since;
	unset req.http.If-None-Match;
	unset req.http.If-Range;
}

sub vcl_hash {
	set req.hash += req.url;
	set req.hash += req.vcl.generation;
#FASTLY hash
	return(hash);
}

sub vcl_hit {
#FASTLY hit
	return(deliver);
}

sub vcl_miss {
#FASTLY miss
	call to_origin;
	return(fetch);
}

sub vcl_pass {
#FASTLY pass
	call to_origin;
	return(pass);
}

# A shield changes the address too, so it must get the public one.
sub to_origin {
	if (!req.backend.is_shield) {
		set bereq.url = regsub(bereq.url, "^/", "/");
	}
}

sub vcl_fetch {
#FASTLY fetch
	if (beresp.status >= 500 && stale.exists) {
		return(deliver_stale);
	}
	unset beresp.http.Set-Cookie;
	unset beresp.http.Vary;
	set beresp.stale_if_error = 604800s;
	set beresp.http.Surrogate-Key = regsub(req.url, "^/", "");
	if (beresp.status == 403 || beresp.status == 404) {
		# A bucket that may not be listed answers 403 for a missing object.
		set beresp.status = 404;
		set beresp.ttl = 5s;
		set beresp.stale_if_error = 0s;
	}
	if (beresp.http.Content-Type ~ "^(text/|image/svg|application/(json|xml|rss|x-subrip))") {
		set beresp.http.Vary = "Accept-Encoding";
		if (req.http.Accept-Encoding == "gzip") {
			set beresp.gzip = true;
		}
	}
	return(deliver);
}

sub vcl_error {
#FASTLY error
	if (obj.status == 618) {
		set obj.status = 301;
		set obj.http.Location = obj.response;
		set obj.response = "Moved Permanently";
		set obj.http.Cache-Control = "public, max-age=60";
		synthetic {""};
		return(deliver);
	}
	if (obj.status == 619) {
		set obj.status = 204;
		set obj.response = "No Content";
		set obj.http.Access-Control-Allow-Methods = "GET, HEAD";
		set obj.http.Access-Control-Allow-Headers = "Range";
		set obj.http.Access-Control-Max-Age = "86400";
		synthetic {""};
		return(deliver);
	}
	if (obj.status == 620) {
		set obj.status = 405;
		set obj.response = "Method Not Allowed";
		set obj.http.Allow = "GET, HEAD, OPTIONS";
		synthetic {""};
		return(deliver);
	}
	if (obj.status >= 500 && obj.status < 600 && stale.exists) {
		return(deliver_stale);
	}
}

sub vcl_deliver {
#FASTLY deliver
	if (resp.status == 404 && !req.http.X-Onair-Missing) {
		call missing;
		restart;
	}
	if (req.http.X-Onair-Missing && resp.status == 200) {
		set resp.status = 404;
	}
	# Caches after this CDN get no purges, so they must not keep copies as long.
	# After a shield comes another Fastly server, which does get them.
	if (fastly.ff.visits_this_service == 0) {
		set resp.http.Cache-Control = regsub(resp.http.Cache-Control, ", *s-maxage=[0-9]+", "");
		unset resp.http.Age;
	}
	set resp.http.Access-Control-Allow-Origin = "*";
	set resp.http.Access-Control-Expose-Headers = "Accept-Ranges, Content-Length, Content-Range, ETag";
	set resp.http.X-Content-Type-Options = "nosniff";
	# Other sites may show only the embedded players in frames.
	if (req.url !~ "^/episodes/[^/]+/embed/index\.html$") {
		set resp.http.Content-Security-Policy = "frame-ancestors 'none'";
	}
	return(deliver);
}

sub vcl_log {
#FASTLY log
}

package cdn

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// fastly purges with Fastly's API.
//
// Sources: the purge API's reference (POST /purge/{cached_url}; POST
// /service/{service_id}/purge with up to 256 keys in a Surrogate-Key header;
// Fastly-Soft-Purge marks an object stale instead of making it inaccessible) at
// https://www.fastly.com/documentation/reference/api/purging/ and, on why purges
// by URL should carry the token too,
// https://www.fastly.com/documentation/guides/full-site-delivery/purging/authenticating-api-purge-requests.
type fastly struct {
	*caller
	base    string
	service string
	keys    bool
	header  http.Header
}

const (
	fastlyKeys  = 256     // keys in one call
	headerBytes = 4 << 10 // bytes of keys in one header; servers accept at least 8 KiB
)

func openFastly(settings map[string]string, c *caller, o *Options) (Purger, error) {
	token, err := o.token("FASTLY_API_TOKEN")
	if err != nil {
		return nil, err
	}
	c.secret = token
	f := &fastly{caller: c, base: apiBase(o, "https://api.fastly.com"), service: settings["service"], keys: settings["purge"] == "keys"}
	f.header = http.Header{"Fastly-Key": {token}, "Accept": {"application/json"}}
	if settings["soft"] != "false" {
		f.header.Set("Fastly-Soft-Purge", "1")
	}
	return f, nil
}

func (f *fastly) Purge(ctx context.Context, urls, keys []string) error {
	var requests []request
	if f.keys {
		for _, batch := range batches(unique(keys), fastlyKeys, headerBytes) {
			header := f.header.Clone()
			header.Set("Surrogate-Key", strings.Join(batch, " "))
			requests = append(requests, request{method: http.MethodPost, url: f.base + "/service/" + url.PathEscape(f.service) + "/purge", header: header})
		}
		return f.each(ctx, requests)
	}
	for _, u := range unique(urls) {
		_, rest, _ := strings.Cut(u, "://")
		requests = append(requests, request{method: http.MethodPost, url: f.base + "/purge/" + rest, header: f.header})
	}
	return f.each(ctx, requests)
}

// apiBase returns the address of an API, without a slash at its end.
func apiBase(o *Options, vendor string) string {
	if o.BaseURL != "" {
		return strings.TrimSuffix(o.BaseURL, "/")
	}
	return vendor
}

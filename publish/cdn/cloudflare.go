package cdn

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// cloudflare purges with Cloudflare's API: POST /zones/{zone_id}/purge_cache with
// "files" or "tags".
//
// Sources: https://developers.cloudflare.com/api/resources/cache/methods/purge
// and, for the limits (100 operations in a call on most plans, 500 URLs on
// Enterprise; 30 of either until 2025), https://developers.cloudflare.com/cache/how-to/purge-cache.
type cloudflare struct {
	*caller
	url    string
	keys   bool
	batch  int
	header http.Header
}

const cloudflareBatch = 30

func openCloudflare(settings map[string]string, c *caller, o *Options) (Purger, error) {
	token, err := o.token("CLOUDFLARE_API_TOKEN")
	if err != nil {
		return nil, err
	}
	c.secret = token
	p := &cloudflare{caller: c, keys: settings["purge"] == "keys", batch: cloudflareBatch}
	p.url = apiBase(o, "https://api.cloudflare.com/client/v4") + "/zones/" + url.PathEscape(settings["zone"]) + "/purge_cache"
	p.header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
	if settings["batch"] != "" {
		p.batch, _ = strconv.Atoi(settings["batch"]) // checkBatch has checked it
	}
	return p, nil
}

func (p *cloudflare) Purge(ctx context.Context, urls, keys []string) error {
	field, list := "files", withOtherScheme(urls)
	if p.keys {
		field, list = "tags", keys
	}
	var requests []request
	for _, batch := range batches(unique(list), p.batch, 0) {
		body, err := json.Marshal(map[string][]string{field: batch})
		if err != nil {
			return err
		}
		requests = append(requests, request{method: http.MethodPost, url: p.url, header: p.header, body: body})
	}
	return p.each(ctx, requests)
}

// withOtherScheme adds to every https URL the same URL with http, because Cloudflare's
// cache key contains the scheme, and apps with old subscriptions request a feed over
// http.
func withOtherScheme(urls []string) (all []string) {
	for _, u := range urls {
		all = append(all, u)
		if rest, ok := strings.CutPrefix(u, "https://"); ok {
			all = append(all, "http://"+rest)
		}
	}
	return all
}

func checkBatch(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 500 {
		return fmt.Errorf("%q is not a number from 1 to 500", s)
	}
	return nil
}

package cdn

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// varnish purges servers that understand the method PURGE: one request for
// every URL and server, with the public host in Host. With purge: keys it is one
// request for many surrogate keys, in the header "xkey" that the manual of
// vmod_xkey (varnish-modules) uses:
// https://github.com/varnish/varnish-modules/blob/master/docs/vmod_xkey.rst.
type varnish struct {
	*caller
	servers []string // base URLs without a slash at the end
	keys    bool
}

func openVarnish(settings map[string]string, c *caller, _ *Options) (Purger, error) {
	servers, err := parseServers(settings["servers"])
	if err != nil {
		return nil, err
	}
	return &varnish{caller: c, servers: servers, keys: settings["purge"] == "keys"}, nil
}

func (v *varnish) Purge(ctx context.Context, urls, keys []string) error {
	var requests []request
	add := func(host, path string, header http.Header) {
		for _, server := range v.servers {
			requests = append(requests, request{method: "PURGE", url: server + path, host: host, header: header, accept: purged})
		}
	}
	if v.keys {
		for _, batch := range batches(unique(keys), len(keys), headerBytes) {
			add("", "/", http.Header{"Xkey": {strings.Join(batch, " ")}})
		}
		return v.each(ctx, requests)
	}
	for _, s := range unique(urls) {
		u, err := url.Parse(s)
		if err != nil {
			return err
		}
		add(u.Host, u.EscapedPath(), nil)
	}
	return v.each(ctx, requests)
}

// purged reports whether a status means success. 404 means that nothing was cached
// or, from nginx, which asks its origin again, that the page is gone.
func purged(status int) bool { return status/100 == 2 || status == http.StatusNotFound }

func checkServers(s string) error {
	_, err := parseServers(s)
	return err
}

// parseServers reads host:port or URLs, separated by spaces or commas.
func parseServers(s string) (servers []string, err error) {
	for _, field := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		if !strings.Contains(field, "://") {
			field = "http://" + field
		}
		u, err := url.Parse(field)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("%q is not a server; write host:port or https://host", field)
		}
		servers = append(servers, u.Scheme+"://"+u.Host)
	}
	if len(servers) == 0 {
		return nil, errors.New("names no server")
	}
	return unique(servers), nil
}

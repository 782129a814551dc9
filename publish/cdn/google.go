package cdn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"
	googleauth "golang.org/x/oauth2/google"

	"onair/internal/oauth"
	"onair/internal/retry"
)

// google purges Cloud CDN through the URL map of its load balancer: POST
// …/invalidateCache with a host and a path, or with at most 10 cache tags. A purge takes
// effect about 10 seconds after the answer. Google allows 500 calls a minute and
// answers further ones with 429.
//
// Sources: https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps/invalidateCache
// and https://cloud.google.com/cdn/docs/cache-invalidation-overview.
type google struct {
	*caller
	url    string
	keys   bool
	tokens oauth2.TokenSource
}

const googleTags = 10 // tags in one call

// invalidation is Google's CacheInvalidationRule.
type invalidation struct {
	Host      string   `json:"host,omitempty"`
	Path      string   `json:"path,omitempty"`
	CacheTags []string `json:"cacheTags,omitempty"`
}

func openGoogle(settings map[string]string, c *caller, o *Options) (Purger, error) {
	// This context is used to fetch tokens after this function has returned.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, c.client)
	creds, err := googleauth.FindDefaultCredentials(ctx, "https://www.googleapis.com/auth/compute")
	if err != nil {
		// The error of the library may quote the file, which contains a private key.
		return nil, errors.New("no Google credentials: run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS")
	}
	g := &google{caller: c, keys: settings["purge"] == "keys", tokens: creds.TokenSource}
	g.url = apiBase(o, "https://compute.googleapis.com") + "/compute/v1/projects/" + url.PathEscape(settings["project"]) +
		"/global/urlMaps/" + url.PathEscape(settings["url_map"]) + "/invalidateCache"
	return g, nil
}

func (g *google) Purge(ctx context.Context, urls, keys []string) error {
	rules, err := g.rules(urls, keys)
	if err != nil || len(rules) == 0 {
		return err
	}
	token, err := g.token(ctx)
	if err != nil {
		return err
	}
	purge := *g.caller
	purge.secret = token.AccessToken
	header := http.Header{"Authorization": {"Bearer " + token.AccessToken}, "Content-Type": {"application/json"}}
	var requests []request
	for _, rule := range rules {
		body, err := json.Marshal(rule)
		if err != nil {
			return err
		}
		requests = append(requests, request{method: http.MethodPost, url: g.url, header: header, body: body})
	}
	return purge.each(ctx, requests)
}

// token returns an access token. It tries again while the token server is busy.
func (g *google) token(ctx context.Context) (token *oauth2.Token, err error) {
	ctx, cancel := context.WithTimeout(ctx, retry.Patience)
	defer cancel()
	err = g.policy.Do(ctx, func(context.Context, int) error {
		var tried error
		token, tried = g.tokens.Token()
		if tried == nil {
			return nil
		}
		answer, final := tokenError(tried)
		tried = fmt.Errorf("get a Google access token: %s", answer)
		if final {
			return retry.Permanent(tried)
		}
		return tried
	})
	return token, err
}

func (g *google) rules(urls, keys []string) (rules []invalidation, err error) {
	if g.keys {
		for _, batch := range batches(unique(keys), googleTags, 0) {
			rules = append(rules, invalidation{CacheTags: batch})
		}
		return rules, nil
	}
	for _, s := range unique(urls) {
		u, err := url.Parse(s)
		if err != nil {
			return nil, err
		}
		path := u.EscapedPath()
		if path == "" {
			path = "/"
		}
		rules = append(rules, invalidation{Host: u.Host, Path: path})
	}
	return rules, nil
}

// tokenError explains why Google issued no token. The message leaves out the response,
// which the library quotes in full; final reports that a retry would not help.
func tokenError(err error) (message string, final bool) {
	var e *oauth2.RetrieveError
	if errors.As(err, &e) {
		status := 0
		if e.Response != nil {
			status = e.Response.StatusCode
		}
		refused := oauth.New(status, e.Body)
		return refused.Error(), !refused.Temporary()
	}
	var request *url.Error
	if errors.As(err, &request) {
		return (&caller{}).shown(request.Err.Error()), false
	}
	if refused := oauth.Quoted(err.Error()); refused != nil {
		return refused.Error(), !refused.Temporary()
	}
	return "the credentials return none", true
}

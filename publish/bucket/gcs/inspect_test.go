package gcs

import (
	"errors"
	"net/http"
	"testing"

	"onair/publish/bucket"
)

// reply gives the same answer to every request.
type reply struct {
	code int
	body any
}

func (s reply) RoundTrip(*http.Request) (*http.Response, error) {
	return answer(s.code, s.body), nil
}

func TestSettings(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	site := object{"mainPageSuffix": "index.html", "notFoundPage": "a/404.html"}
	for name, test := range map[string]struct {
		reply
		versioned bool
		site      bucket.Website
		err       error
	}{
		"nothing":    {reply: reply{200, object{"name": "my-show"}}},
		"versioning": {reply: reply{200, object{"versioning": object{"enabled": true}}}, versioned: true},
		"suspended":  {reply: reply{200, object{"versioning": object{"enabled": false}}}},
		"website":    {reply: reply{200, object{"website": site}}, site: bucket.Website{IndexPage: "index.html", ErrorPage: "a/404.html"}},
		"denied":     {reply: reply{403, "me@example.com does not have storage.buckets.get access."}, err: bucket.ErrDenied},
	} {
		b := open(t, "gs://my-show/a", test.reply)
		versioned, err := b.Versioned(t.Context())
		if versioned != test.versioned || !errors.Is(err, test.err) {
			t.Errorf("%s: %v, %v", name, versioned, err)
		}
		site, err := b.Website(t.Context())
		if site != test.site || !errors.Is(err, test.err) {
			t.Errorf("%s: %v, %v", name, site, err)
		}
	}
}

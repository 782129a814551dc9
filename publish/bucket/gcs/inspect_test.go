package gcs

import (
	"errors"
	"net/http"
	"testing"

	"onair/publish/bucket"
)

// settings gives the same answer to every request.
type settings struct {
	code int
	body any
}

func (s settings) RoundTrip(*http.Request) (*http.Response, error) {
	return answer(s.code, s.body), nil
}

func TestSettings(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	site := object{"mainPageSuffix": "index.html", "notFoundPage": "a/404.html"}
	for name, test := range map[string]struct {
		settings
		versioned bool
		site      bucket.Website
		err       error
	}{
		"nothing":    {settings: settings{200, object{"name": "my-show"}}},
		"versioning": {settings: settings{200, object{"versioning": object{"enabled": true}}}, versioned: true},
		"suspended":  {settings: settings{200, object{"versioning": object{"enabled": false}}}},
		"website":    {settings: settings{200, object{"website": site}}, site: bucket.Website{IndexPage: "index.html", ErrorPage: "a/404.html"}},
		"denied":     {settings: settings{403, "me@example.com does not have storage.buckets.get access."}, err: bucket.ErrDenied},
	} {
		b := open(t, "gs://my-show/a", test.settings)
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

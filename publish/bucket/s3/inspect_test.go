package s3

import (
	"encoding/xml"
	"errors"
	"net/http"
	"strings"
	"testing"

	"onair/publish/bucket"
)

// settings gives the same answer to every request.
type settings func() *http.Response

func (s settings) RoundTrip(*http.Request) (*http.Response, error) { return s(), nil }

func says(code int, name string) settings {
	return func() *http.Response { return failure(code, name, "No.") }
}

// noAnswers are errors that a provider may return instead of the settings.
var noAnswers = map[string]struct {
	settings
	want error
}{
	"denied":       {says(403, "AccessDenied"), bucket.ErrDenied},
	"old keys":     {says(400, "ExpiredToken"), bucket.ErrDenied},
	"like R2":      {says(501, "NotImplemented"), errors.ErrUnsupported},
	"not a method": {says(405, "MethodNotAllowed"), errors.ErrUnsupported},
	"bad request":  {says(400, "InvalidRequest"), errors.ErrUnsupported},
}

func TestVersioned(t *testing.T) {
	t.Parallel()
	status := func(s string) settings {
		return func() *http.Response {
			return answer(200, struct {
				XMLName xml.Name `xml:"VersioningConfiguration"`
				Status  string   `xml:",omitempty"`
			}{Status: s})
		}
	}
	for s, want := range map[string]bool{"Enabled": true, "Suspended": false, "": false} {
		if got, err := open(t, "s3://my-show"+endpoint, status(s)).Versioned(t.Context()); got != want || err != nil {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for name, test := range noAnswers {
		if got, err := open(t, "s3://my-show"+endpoint, test.settings).Versioned(t.Context()); got || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestWebsite(t *testing.T) {
	t.Parallel()
	type configuration struct {
		XMLName xml.Name `xml:"WebsiteConfiguration"`
		Suffix  string   `xml:"IndexDocument>Suffix,omitempty"`
		Key     string   `xml:"ErrorDocument>Key,omitempty"`
		Host    string   `xml:"RedirectAllRequestsTo>HostName,omitempty"`
	}
	set := func(c configuration) settings { return func() *http.Response { return answer(200, c) } }
	for name, test := range map[string]struct {
		settings
		want bucket.Website
	}{
		"both":     {set(configuration{Suffix: "index.html", Key: "a/404.html"}), bucket.Website{IndexPage: "index.html", ErrorPage: "a/404.html"}},
		"one":      {set(configuration{Suffix: "index.html"}), bucket.Website{IndexPage: "index.html"}},
		"redirect": {set(configuration{Host: "example.com"}), bucket.Website{}},
		"none":     {says(404, "NoSuchWebsiteConfiguration"), bucket.Website{}},
	} {
		if got, err := open(t, "s3://my-show"+endpoint, test.settings).Website(t.Context()); got != test.want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for name, test := range noAnswers {
		if got, err := open(t, "s3://my-show"+endpoint, test.settings).Website(t.Context()); got != (bucket.Website{}) || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	// A provider that does not know this request takes it for a listing.
	if got, err := open(t, "s3://my-show"+endpoint, newFake()).Website(t.Context()); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a listing: %v, %v", got, err)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	r2 := open(t, "s3://my-show?endpoint=https://account.eu.r2.cloudflarestorage.com&region=auto", newFake())
	if r2.PublicURL("feed.xml")+r2.PublicList() != "" {
		t.Errorf("R2 answers nobody without keys: %q, %q", r2.PublicURL("feed.xml"), r2.PublicList())
	}
	for url, want := range map[string]string{
		"s3://my-show/a" + endpoint:     "https://s3.example/my-show/a/feed.xml",
		"s3://my-show?region=eu-west-1": "https://my-show.s3.eu-west-1.amazonaws.com/feed.xml",
	} {
		b := open(t, url, newFake())
		if got := b.PublicURL("feed.xml"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := b.PublicList(); !strings.Contains(got, "?list-type=2") {
			t.Errorf("got %s", got)
		}
	}
}

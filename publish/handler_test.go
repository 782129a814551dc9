package publish_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onair/publish"
)

// served starts a handler for a folder with a few files and one file outside of
// it.
func served(t *testing.T) *httptest.Server {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"secret.txt":                                         "out of bounds",
		"site/index.html":                                    "home",
		"site/404.html":                                      "not here",
		"site/feed.xml":                                      "<rss/>",
		"site/episodes/1-one/index.html":                     "one",
		"site/episodes/1-one/embed/index.html":               "player",
		"site/audio/1-one-0123456789abcdef.mp3":              "0123456789",
		"site/.onair/release.json":                           "{}",
		"site/.git/config":                                   "token",
		"site/audio/.htpasswd":                               "token",
		"site/episodes/1-one/chapters-0123456789abcdef.json": "{}",
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_ = os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(dir, "site", "leak.txt")) // not supported everywhere
	root, err := os.OpenRoot(filepath.Join(dir, "site"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(publish.NewHandler(root, "feed.xml"))
	t.Cleanup(func() { server.Close(); root.Close() })
	return server
}

func TestHandler(t *testing.T) {
	t.Parallel()
	server := served(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, test := range []struct {
		method, path, rangeHeader string
		code                      int
		body, header, value       string
	}{
		{"GET", "/", "", 200, "home", "Cache-Control", "public, max-age=60"},
		{"GET", "/index.html", "", 200, "home", "Content-Type", "text/html; charset=utf-8"},
		{"GET", "/feed.xml", "", 200, "<rss/>", "Content-Type", "application/rss+xml; charset=utf-8"},
		{"GET", "/episodes/1-one/", "", 200, "one", "Content-Security-Policy", "frame-ancestors 'none'"},
		{"GET", "/nothing", "", 404, "not here", "Content-Security-Policy", "frame-ancestors 'none'"},
		{"GET", "/episodes/1-one/embed/", "", 200, "player", "Content-Security-Policy", ""},
		{"HEAD", "/feed.xml", "", 200, "", "Content-Length", "6"},
		{"GET", "/episodes/1-one/", "", 200, "one", "", ""},
		{"GET", "/episodes/1-one", "", 301, "", "Location", "/episodes/1-one/"},
		{"GET", "/audio/1-one-0123456789abcdef.mp3", "bytes=2-4", 206, "234", "Content-Range", "bytes 2-4/10"},
		{"GET", "/audio/1-one-0123456789abcdef.mp3", "bytes=99-", 416, "", "", ""},
		{"GET", "/audio/1-one-0123456789abcdef.mp3", "", 200, "0123456789", "Cache-Control", "public, max-age=31536000, immutable"},
		{"GET", "/episodes/1-one/chapters-0123456789abcdef.json", "", 200, "{}", "Access-Control-Allow-Origin", "*"},
		{"GET", "/nothing", "", 404, "not here", "Content-Type", "text/html; charset=utf-8"},
		{"GET", "/audio/", "", 404, "not here", "", ""},
		{"GET", "/audio", "", 404, "not here", "", ""},
		{"GET", "/.onair/release.json", "", 404, "not here", "", ""},
		{"GET", "/.git/config", "", 404, "not here", "", ""},
		{"GET", "/%2egit/config", "", 404, "not here", "", ""},
		{"GET", "/audio/.htpasswd", "", 404, "not here", "", ""},
		{"GET", "/../secret.txt", "", 404, "not here", "", ""},
		{"GET", "/%2e%2e/secret.txt", "", 404, "not here", "", ""},
		{"GET", "/leak.txt", "", 404, "not here", "", ""},
		{"POST", "/", "", 405, "", "Allow", "GET, HEAD"},
	} {
		request, err := http.NewRequest(test.method, server.URL+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if test.rangeHeader != "" {
			request.Header.Set("Range", test.rangeHeader)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		name := test.method + " " + test.path + " " + test.rangeHeader
		if response.StatusCode != test.code {
			t.Errorf("%s: status %d, want %d", name, response.StatusCode, test.code)
		}
		if test.body != "" && string(body) != test.body {
			t.Errorf("%s: body %q, want %q", name, body, test.body)
		}
		if got := response.Header.Get(test.header); test.header != "" && got != test.value && (test.value == "" || !strings.HasSuffix(got, test.value)) {
			t.Errorf("%s: %s is %q, want %q", name, test.header, got, test.value)
		}
	}
}

func TestHandlerIsConditional(t *testing.T) {
	t.Parallel()
	server := served(t)
	get := func(etag string) *http.Response {
		request, _ := http.NewRequest("GET", server.URL+"/feed.xml", nil)
		if etag != "" {
			request.Header.Set("If-None-Match", etag)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response
	}
	etag := get("").Header.Get("ETag")
	if etag == "" {
		t.Fatal("no ETag")
	}
	if code := get(etag).StatusCode; code != http.StatusNotModified {
		t.Errorf("with its ETag: %d, want 304", code)
	}
	if code := get(`"other"`).StatusCode; code != http.StatusOK {
		t.Errorf("with another ETag: %d, want 200", code)
	}
}

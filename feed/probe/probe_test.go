package probe

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/feed/check"
	"onair/internal/fetch"
	"onair/internal/finding/findingtest"
)

func serve(t *testing.T, handler http.HandlerFunc) (string, *fetch.Visitor) {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	v, err := fetch.NewVisitor(s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.URL, v
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	findingtest.Complete(t, Rules())
}

func TestFeed(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("<x>"), 50_000)
	good := func(w http.ResponseWriter, r *http.Request, body []byte) {
		w.Header().Set("Content-Type", "application/rss+xml")
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		self    string
		want    []string
	}{
		{"good", func(w http.ResponseWriter, r *http.Request) { good(w, r, []byte("<rss/>")) }, "", nil},
		{"not found", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, "", []string{"F100 the server answers 404 Not Found"}},
		{"moved for a while", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/feed" {
				http.Redirect(w, r, "/new", http.StatusFound)
				return
			}
			good(w, r, []byte("<rss/>"))
		}, "", []string{"F100 URL/feed redirects with 302, for a while only"}},
		{"moved too often", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"d", http.StatusMovedPermanently)
		}, "", []string{"F100 more than 5 redirects, the last at URL/feedddddd"}},
		{"redirected to nothing", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/feed" {
				http.Redirect(w, r, "/new", http.StatusMovedPermanently)
				return
			}
			http.NotFound(w, r)
		}, "", []string{"F100 the server answers 404 Not Found"}},
		{"moved for good", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/feed" {
				http.Redirect(w, r, "/new", http.StatusMovedPermanently)
				return
			}
			good(w, r, []byte("<rss/>"))
		}, "", nil},
		{"no 304", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("ETag", `"1"`)
		}, "", []string{"F101 ETag is sent, but If-None-Match is answered with 200"}},
		{"304 for any ETag", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
			}
		}, "", []string{"F101 If-None-Match is answered with 304 for any value"}},
		{"304 for any date", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Last-Modified", "Fri, 26 Feb 2021 00:00:00 GMT")
			if r.Header.Get("If-Modified-Since") != "" {
				w.WriteHeader(http.StatusNotModified)
			}
		}, "", []string{"F101 If-Modified-Since is answered with 304 for any value"}},
		{"304 for ETag only", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Last-Modified", "Fri, 26 Feb 2021 00:00:00 GMT")
			good(w, r, []byte("<rss/>"))
		}, "", []string{"F101 Last-Modified is sent, but If-Modified-Since is answered with 200"}},
		{"304 for both", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("ETag", `"1"`)
			http.ServeContent(w, r, "", time.Date(2021, 2, 26, 0, 0, 0, 0, time.UTC), strings.NewReader("<rss/>"))
		}, "", nil},
		{"no validator", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/xml") }, "", []string{"F101 neither ETag nor Last-Modified is sent"}},
		{"not compressed", func(w http.ResponseWriter, r *http.Request) { good(w, r, large) }, "", []string{"F102 150 kB are sent without compression"}},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			_, _ = z.Write(large)
			z.Close()
			good(w, r, packed.Bytes())
		}, "", nil},
		{"type", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("Content-Type", "text/html")
			http.ServeContent(w, r, "", time.Time{}, strings.NewReader("<rss/>"))
		}, "", []string{`F103 Content-Type is "text/html"`}},
		{"kept for a day", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=86400")
			good(w, r, []byte("<rss/>"))
		}, "", []string{"F105 caches may keep the feed for 1440 minutes"}},
		{"self elsewhere", func(w http.ResponseWriter, r *http.Request) { good(w, r, []byte("<rss/>")) }, "https://old.example/feed", []string{"F106 self is https://old.example/feed, but the feed is at URL/feed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address, v := serve(t, tt.handler)
			response, err := Fetch(t.Context(), v, address+"/feed")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range Feed(t.Context(), v, address+"/feed", tt.self, "feed", response) {
				got = append(got, f.Rule+" "+strings.ReplaceAll(f.Message, address, "URL"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Feed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	_, v := serve(t, func(http.ResponseWriter, *http.Request) {})
	r := &Response{Status: 200, Header: http.Header{"Content-Type": {"text/xml"}}, Final: "http://example.invalid/feed"}
	found := Feed(t.Context(), v, r.Final, "", "feed", r)
	if len(found) != 2 || found[1].Rule != "F104" {
		t.Errorf("got %v", found)
	}
}

func square(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFiles(t *testing.T) {
	t.Parallel()
	small, good := square(t, 600, 600), square(t, 1400, 1400)
	var ads atomic.Int64
	address, v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		content := func(kind, body string) {
			w.Header().Set("Content-Type", kind)
			http.ServeContent(w, r, "", time.Time{}, strings.NewReader(body))
		}
		switch path := r.URL.Path; path {
		case "/good.mp3":
			content("audio/mpeg", "12345")
		case "/type.mp3":
			content("text/plain", "12345")
		case "/noranges.mp3":
			w.Header().Set("Content-Type", "audio/mpeg")
			_, _ = io.WriteString(w, "12345")
		case "/nohead.mp3":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			content("audio/mpeg", "12345")
		case "/ads.mp3":
			content("audio/mpeg", strings.Repeat("a", int(10+ads.Add(1))))
		case "/7", "/6", "/5", "/4", "/3", "/2", "/1":
			http.Redirect(w, r, map[string]string{"/7": "/6", "/6": "/5", "/5": "/4", "/4": "/3", "/3": "/2", "/2": "/1", "/1": "/good.mp3"}[path], http.StatusFound)
		case "/small.png":
			content("image/png", string(small))
		case "/good.png", "/png.jpg":
			content("image/png", string(good))
		case "/text.png":
			content("image/png", "text")
		case "/good.vtt":
			w.Header().Set("Access-Control-Allow-Origin", "*")
			content("text/vtt", "WEBVTT\n")
		case "/none.json":
			w.Header().Set("Content-Type", "application/json+chapters")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			fmt.Fprint(w, `{"version": "1.2.0", "chapters": []}`)
		case "/bad.json":
			content("text/plain", "{")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	mp3 := func(path string) check.Episode {
		return check.Episode{Enclosure: check.Link{URL: address + path, Type: "audio/mpeg", Length: 5}}
	}
	link := func(path, kind string) check.Link { return check.Link{URL: address + path, Type: kind} }
	for _, tt := range []struct {
		name    string
		episode check.Episode
		want    []string
	}{
		{"good", mp3("/good.mp3"), nil},
		{"gone", mp3("/gone.mp3"), []string{"error F110 URL/gone.mp3 is answered with 404 Not Found"}},
		{"private", check.Episode{Enclosure: check.Link{URL: "http://127.0.0.2:1/x.mp3"}}, []string{"error F110 GET http://127.0.0.2:1/x.mp3: dial tcp 127.0.0.2:1: not an address of the public internet"}},
		{"no ranges", mp3("/noranges.mp3"), []string{"warning F111 URL/noranges.mp3 answers a range with 200, not 206"}},
		{"type", mp3("/type.mp3"), []string{`warning F113 URL/type.mp3 is served as "text/plain", and is "audio/mpeg" in the feed`}},
		{"no HEAD", mp3("/nohead.mp3"), []string{"warning F115 URL/nohead.mp3 answers HEAD with 405"}},
		{"other length", check.Episode{Enclosure: check.Link{URL: address + "/good.mp3", Type: "audio/mpeg", Length: 6}}, []string{"warning F112 URL/good.mp3 has 5 bytes, and 6 in the feed"}},
		{"inserted ads", mp3("/ads.mp3"), []string{"info F112 URL/ads.mp3 has 11 bytes at first, 12 afterwards, and 5 in the feed: probably ads that are inserted"}},
		{"four redirects", mp3("/4"), nil},
		{"six redirects", mp3("/6"), []string{"warning F114 URL/6 takes more than 5 redirects"}},
		{"seven redirects", mp3("/7"), []string{"warning F114 URL/7 takes more than 5 redirects"}},
		{"five redirects", mp3("/5"), []string{"warning F114 URL/5 takes 5 redirects"}},
		{"small artwork", check.Episode{Artwork: link("/small.png", "")}, []string{"error F116 URL/small.png has 600 by 600 pixels"}},
		{"good artwork", check.Episode{Artwork: link("/good.png", "")}, nil},
		{"misnamed artwork", check.Episode{Artwork: link("/png.jpg", "")}, []string{"warning F116 URL/png.jpg is PNG"}},
		{"no image", check.Episode{Artwork: link("/text.png", "")}, []string{"error F116 URL/text.png is neither JPEG nor PNG"}},
		{"good transcript", check.Episode{Transcripts: []check.Link{link("/good.vtt", "text/vtt")}}, nil},
		{"no chapters", check.Episode{Chapters: link("/none.json", "application/json+chapters")}, []string{"warning F117 URL/none.json has no chapters"}},
		{"bad chapters", check.Episode{Chapters: link("/bad.json", "application/json+chapters")}, []string{`warning F117 URL/bad.json is not JSON; is served as "text/plain", and is "application/json+chapters" in the feed; is served without Access-Control-Allow-Origin`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range Files(t.Context(), v, &check.Report{Episodes: []check.Episode{tt.episode}}, 0) {
				got = append(got, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, strings.ReplaceAll(f.Message, address, "URL")))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSampleIsOfTheNewest(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	address, v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			asked.Add(1)
			if r.URL.Path != "/new" {
				t.Errorf("%s was requested", r.URL.Path)
			}
		}
		w.WriteHeader(http.StatusNotFound)
	})
	r := &check.Report{Episodes: []check.Episode{
		{Date: time.Unix(1, 0), Enclosure: check.Link{URL: address + "/old"}},
		{Date: time.Unix(2, 0), Enclosure: check.Link{URL: address + "/new"}},
	}}
	if found := Files(t.Context(), v, r, 1); len(found) != 1 || asked.Load() != 1 {
		t.Errorf("%d requests, %v", asked.Load(), found)
	}
}

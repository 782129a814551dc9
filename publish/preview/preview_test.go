package preview_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/internal/durable"
	"onair/internal/finding"
	"onair/publish/bucket"
	"onair/publish/preview"
	"onair/publish/release"
)

// object returns an object of a release that has the bytes.
func object(key, contentType, sum string, role release.Role, data []byte) *release.Object {
	return &release.Object{
		Role: role, SHA256: strings.Repeat(sum, 64),
		Object: bucket.Object{
			Key: key, Size: int64(len(data)), Headers: bucket.Headers{ContentType: contentType},
			Body: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
		},
	}
}

// site is a folder with one file, of which the preview makes a page.
type site struct {
	file string
	url  string

	mu  sync.Mutex
	log []string
}

func start(t *testing.T) *site {
	t.Helper()
	dir := t.TempDir()
	s := &site{file: filepath.Join(dir, "page.txt")}
	s.write(t, "1 first")
	p := preview.New(&preview.Options{
		Dir: dir,
		Build: func(_ context.Context, withIndex bool) (*preview.Build, error) {
			text, err := os.ReadFile(s.file)
			if err != nil || strings.Contains(string(text), "bad") {
				return &preview.Build{Findings: finding.List{{Rule: "S001", Severity: finding.Error, Position: finding.Position{File: "page.txt", Line: 1}, Message: "<b>bad</b>"}}}, nil
			}
			page := object("index.html", "text/html; charset=utf-8", string(text[:1]), release.RolePage, []byte("<html><head></head><body>"+string(text)+"</body></html>"))
			feed := object("feed.xml", "application/rss+xml", "f", release.RoleFeed, []byte("<rss/>"))
			sound := object("audio/1.mp3", "audio/mpeg", "a", release.RoleAudio, []byte("0123456789"))
			sound.Class, sound.CacheControl = release.Immutable, "public, max-age=31536000, immutable"
			return &preview.Build{Release: &release.Release{Objects: []*release.Object{page, feed, sound}, Feed: feed}}, nil
		},
		Log: func(line string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.log = append(s.log, line)
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Run(ctx)
	}()
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		cancel()
		<-done
		server.CloseClientConnections()
		server.Close()
	})
	s.url = server.URL + "/"
	return s
}

// write replaces the file as a whole, so that no build reads a part of it.
func (s *site) write(t *testing.T, text string) {
	t.Helper()
	if err := durable.WriteFile(s.file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// get requests a path, with headers given as name and value.
func (s *site) get(t *testing.T, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// events opens the stream of events. The function that it returns waits for an event with
// this number of findings and this number of the build.
func (s *site) events(t *testing.T) (next func(findings, build int)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"-/onair/events", nil)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	events := bufio.NewScanner(answer.Body)
	return func(findings, build int) {
		t.Helper()
		for events.Scan() {
			data, ok := strings.CutPrefix(events.Text(), "data: ")
			if !ok {
				continue
			}
			var state struct {
				Build    int
				Findings []struct{ Place, Message string }
			}
			if err := json.Unmarshal([]byte(data), &state); err != nil {
				t.Fatal(err)
			}
			if len(state.Findings) == findings && state.Build == build {
				return
			}
		}
		t.Fatalf("no event with %d findings of build %d: %v", findings, build, events.Err())
	}
}

// TestChangesReachOpenPages edits a file, breaks it, repairs it and removes it.
func TestChangesReachOpenPages(t *testing.T) {
	t.Parallel()
	s := start(t)
	next := s.events(t)
	next(0, 1)
	s.write(t, "2 second")
	next(0, 2)
	s.write(t, "bad")
	next(1, 2)
	if _, body := s.get(t, ""); !strings.Contains(body, "2 second") || !strings.Contains(body, "live.js") {
		t.Errorf("with an error in the show, the page is %q", body)
	}
	s.write(t, "3 third, written again")
	next(0, 3)
	if err := os.Remove(s.file); err != nil {
		t.Fatal(err)
	}
	next(1, 3)
}

func TestServing(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.events(t)(0, 1)
	answer, body := s.get(t, "", "Accept-Encoding", "gzip")
	if answer.Header.Get("Content-Encoding") != "gzip" || answer.Header.Get("ETag") == "" || strings.Contains(body, "first") {
		t.Errorf("a page: %v", answer.Header)
	}
	if again, _ := s.get(t, "", "Accept-Encoding", "gzip", "If-None-Match", answer.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("a known page: %s", again.Status)
	}
	if answer, body = s.get(t, "audio/1.mp3", "Range", "bytes=3-5", "Accept-Encoding", "gzip"); answer.StatusCode != http.StatusPartialContent || body != "345" {
		t.Errorf("a range of audio: %s %q", answer.Status, body)
	}
	if answer, body = s.get(t, "audio/1.mp3", "Range", "bytes=-2"); answer.StatusCode != http.StatusPartialContent || body != "89" {
		t.Errorf("the end of audio: %s %q", answer.Status, body)
	}
	for path, want := range map[string]string{"": "no-cache", "feed.xml": "no-cache", "audio/1.mp3": "public, max-age=31536000, immutable"} {
		if answer, _ = s.get(t, path); answer.Header.Get("Cache-Control") != want || answer.Header.Get("Content-Security-Policy") != "frame-ancestors 'none'" {
			t.Errorf("%q: headers %v, want Cache-Control %s, and no frames", path, answer.Header, want)
		}
	}
	if answer, _ = s.get(t, "nothing"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("nothing: %s", answer.Status)
	}
}

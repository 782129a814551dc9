package announce_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/publish/announce"
)

const (
	feedURL = "https://hello-universe.example/feed.xml"
	canary  = "c4n4ry-t0ken"
)

// services simulates all services that are notified, each under its name.
type services struct {
	*httptest.Server
	mu       sync.Mutex
	requests map[string][]string
	answers  map[string][]int // status codes, in order; the last one is repeated
	after    string           // Retry-After
	waited   []time.Duration
}

func newServices(t *testing.T) *services {
	s := &services{requests: map[string][]string{}, answers: map[string][]int{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *services) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.Trim(r.URL.Path, "/")
	query := r.URL.RawQuery
	_ = r.ParseForm()
	s.requests[name] = append(s.requests[name], fmt.Sprintf("%s ?%s %s [%s]", r.Method, query, r.PostForm.Encode(), r.Header.Get("Authorization")))
	code := http.StatusOK
	if codes := s.answers[name]; len(codes) > 0 {
		code = codes[0]
		if len(codes) > 1 {
			s.answers[name] = codes[1:]
		}
	}
	w.Header().Set("Retry-After", s.after)
	w.WriteHeader(code)
	fmt.Fprint(w, r.Header.Get("Authorization")) // a service may repeat the secret it received
}

// announcer returns an announcer that notifies the simulated services without
// waiting.
func (s *services) announcer() *announce.Announcer {
	a := &announce.Announcer{PodpingToken: canary, Bases: map[string]string{}, Sleep: func(_ context.Context, d time.Duration) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waited = append(s.waited, d)
		return nil
	}}
	for _, name := range all {
		a.Bases[name] = s.URL + "/" + name
	}
	return a
}

// all are the channels that a show can name.
var all = []string{"websub", "podcastindex", "podping", "overcast"}

func TestAnnounce(t *testing.T) {
	s := newServices(t)
	done, err := announce.Announce(t.Context(), s.announcer(), all, feedURL)
	if diff := cmp.Diff(all, done); diff != "" || err != nil {
		t.Errorf("%s %v", diff, err)
	}
	const escaped = "https%3A%2F%2Fhello-universe.example%2Ffeed.xml"
	want := map[string][]string{
		"websub":       {"POST ? hub.mode=publish&hub.url=" + escaped + " []"},
		"podcastindex": {"GET ?url=" + escaped + "  []"},
		"podping":      {"GET ?medium=podcast&reason=update&url=" + escaped + "  [" + canary + "]"},
		"overcast":     {"POST ? urlprefix=" + escaped + " []"},
	}
	if diff := cmp.Diff(want, s.requests); diff != "" {
		t.Error(diff)
	}
}

// A temporary failure of one channel is retried, and a failure does not stop the
// other channels.
func TestAnnounceFaults(t *testing.T) {
	for name, test := range map[string]struct {
		podping []int
		after   string
		done    bool
		asked   int
		waited  []time.Duration
	}{
		"accepted":           {[]int{202}, "", true, 1, nil},
		"busy for a moment":  {[]int{429, 200}, "7", true, 2, []time.Duration{7 * time.Second}},
		"busy for an hour":   {[]int{429, 200}, "3600", true, 2, []time.Duration{30 * time.Second}},
		"a date to wait for": {[]int{503, 200}, "Fri, 31 Dec 1999 23:59:59 GMT", true, 2, []time.Duration{time.Second / 2}},
		"broken":             {[]int{500}, "", false, 3, []time.Duration{time.Second / 2, time.Second}},
		"a bad token":        {[]int{401}, "", false, 1, nil},
		"a bad request":      {[]int{400}, "", false, 1, nil},
		"moved":              {[]int{304}, "", false, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServices(t)
			s.answers["podping"], s.after = test.podping, test.after
			done, err := announce.Announce(t.Context(), s.announcer(), all, feedURL)
			want := []string{"websub", "podcastindex", "overcast"}
			if test.done {
				want = all
			}
			if diff := cmp.Diff(want, done); diff != "" || (err == nil) != test.done {
				t.Errorf("%s %v", diff, err)
			}
			if err != nil && (!strings.HasPrefix(err.Error(), "announce to podping: ") || !strings.Contains(err.Error(), "status ") || strings.Contains(err.Error(), canary)) {
				t.Errorf("error is %q", err)
			}
			if len(s.requests["podping"]) != test.asked {
				t.Errorf("asked %d times, want %d", len(s.requests["podping"]), test.asked)
			}
			if diff := cmp.Diff(test.waited, s.waited); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnnouncePrivateAddress(t *testing.T) {
	s := newServices(t)
	for _, url := range []string{"http://localhost:8080/feed.xml", "https://localhost/feed.xml", "http://hello-universe.example/feed.xml", "https://10.0.0.1/feed.xml", "https://studio.lan/feed.xml", ""} {
		if done, err := announce.Announce(t.Context(), s.announcer(), all, url); err == nil || done != nil {
			t.Errorf("%s was announced to %v", url, done)
		}
	}
	a := s.announcer()
	a.PodpingToken = ""
	done, err := announce.Announce(t.Context(), a, []string{"podping", "nobody"}, feedURL)
	if done != nil || err == nil || !strings.Contains(err.Error(), "PODPING_TOKEN is not set") || !strings.Contains(err.Error(), "announce to nobody") {
		t.Errorf("got %v, %v", done, err)
	}
	if err := a.Check([]string{"websub", "podping"}); err == nil || err.Error() != "announce to podping: PODPING_TOKEN is not set" {
		t.Errorf("Check without a token: %v", err)
	}
	if err := s.announcer().Check([]string{"websub", "podping"}); err != nil {
		t.Errorf("Check with a token: %v", err)
	}
	if len(s.requests) > 0 {
		t.Errorf("asked: %v", s.requests)
	}
	if done, err := announce.Announce(t.Context(), s.announcer(), nil, feedURL); done != nil || err != nil {
		t.Errorf("nobody to tell: %v, %v", done, err)
	}
}

func TestAnnounceUnreachable(t *testing.T) {
	s := newServices(t)
	a := s.announcer()
	a.Bases["podping"] = "http://user:" + canary + "@127.0.0.1:1/"
	done, err := announce.Announce(t.Context(), a, all, feedURL)
	if len(done) != 3 || err == nil || strings.Contains(err.Error(), canary) || len(s.waited) != 0 {
		t.Errorf("notified %v, waited %v: %v", done, s.waited, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if done, err := announce.Announce(ctx, s.announcer(), all, feedURL); done != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v, %v", done, err)
	}
}

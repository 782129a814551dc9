package verify_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"onair/internal/fetch"
	"onair/internal/finding"
	"onair/publish/internal/showtest"
	"onair/publish/release"
	"onair/publish/verify"
)

// site serves a show in three ways: at https://example.com/, at the same host
// without encryption, and through https://prefix.example.com/e/.
type site struct {
	t *testing.T
	*release.Release

	// tamper handles requests instead of the site; if it returns false, the site
	// handles the request.
	tamper func(w http.ResponseWriter, r *http.Request) bool
	plain  http.HandlerFunc // answers requests at port 80; nil redirects to https

	mu          sync.Mutex
	clock       time.Time
	slept       time.Duration
	asked       map[string]int // number of requests, by method and path
	client      *fetch.Client
	certificate *x509.Certificate
	dial        func(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	home   = "https://example.com/"
	prefix = "https://prefix.example.com/e/"
)

// atHome returns the example show with the address of a site.
func atHome(t *testing.T) fstest.MapFS {
	t.Helper()
	files := showtest.Example(t)
	showtest.Edit(t, files, "show.yaml", "https://hello-universe.example/ ", home+" ")
	return files
}

// unchanged is the release of the example show. It is made once, because most
// tests only change the responses.
var (
	unchanged *release.Release
	once      sync.Once
)

// newSite publishes the release of the edited example show to a site.
func newSite(t *testing.T, change func(fstest.MapFS)) *site {
	t.Helper()
	s := &site{t: t, clock: showtest.Now, asked: map[string]int{}}
	if change != nil {
		files := atHome(t)
		change(files)
		s.Release = showtest.Release(t, files, nil)
	} else {
		once.Do(func() { unchanged = showtest.Release(t, atHome(t), nil) })
		s.Release = unchanged
	}
	secure := httptest.NewUnstartedServer(s)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // some tests use a client that does not trust the certificate
	secure.StartTLS()
	plain := httptest.NewServer(http.HandlerFunc(s.servePlain))
	t.Cleanup(func() { secure.Close(); plain.Close() })
	roots := x509.NewCertPool()
	s.certificate = secure.Certificate()
	roots.AddCert(s.certificate)
	s.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		to := secure
		if strings.HasSuffix(address, ":80") {
			to = plain
		}
		return (&net.Dialer{}).DialContext(ctx, network, to.Listener.Addr().String())
	}
	s.client = fetch.Own(&fetch.Options{Roots: roots, Dial: s.dial})
	return s
}

// web returns a Web for the site, with a clock that only moves in Sleep.
func (s *site) web() *verify.Web {
	return &verify.Web{
		Client: s.client,
		Now: func() time.Time {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.clock
		},
		Sleep: func(_ context.Context, d time.Duration) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.clock = s.clock.Add(d)
			s.slept += d
			return nil
		},
	}
}

func (s *site) servePlain(w http.ResponseWriter, r *http.Request) {
	if s.plain != nil {
		s.plain(w, r)
		return
	}
	http.Redirect(w, r, "https://"+r.Host+r.URL.Path, http.StatusMovedPermanently)
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.tampered(w, r) {
		return
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/e/"); ok && strings.HasPrefix(r.Host, "prefix.") {
		http.Redirect(w, r, "https://"+rest, http.StatusFound)
		return
	}
	o := s.wanted(r)
	if o == nil {
		http.NotFound(w, r)
		return
	}
	s.send(w, r, o, s.content(o))
}

func (s *site) tampered(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[r.Method+" "+r.URL.Path]++
	return s.tamper != nil && s.tamper(w, r)
}

// wanted returns the object that a request is for, or nil.
func (s *site) wanted(r *http.Request) *release.Object {
	key := strings.TrimPrefix(r.URL.Path, "/")
	if key == "" || strings.HasSuffix(key, "/") {
		key += "index.html"
	}
	for _, o := range s.Objects {
		if o.Key == key {
			return o
		}
	}
	return nil
}

// send serves bytes with the headers of an object.
func (s *site) send(w http.ResponseWriter, r *http.Request, o *release.Object, data []byte) {
	w.Header().Set("Content-Type", o.ContentType)
	w.Header().Set("Cache-Control", o.CacheControl)
	w.Header().Set("Access-Control-Allow-Origin", "*")
	http.ServeContent(w, r, o.Key, time.Time{}, bytes.NewReader(data))
}

func (s *site) content(o *release.Object) []byte {
	body, err := o.Body()
	if err != nil {
		s.t.Error(err)
		return nil
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		s.t.Error(err)
	}
	return data
}

// withHeader serves an object of the site with another value of a header. An empty value
// removes the header.
func (s *site) withHeader(w http.ResponseWriter, r *http.Request, name, value string) bool {
	o := s.wanted(r)
	changed := headerWriter{ResponseWriter: w, name: name, value: value}
	s.send(&changed, r, o, s.content(o))
	return true
}

// headerWriter sets a header after all others are set, or adds a further value.
type headerWriter struct {
	http.ResponseWriter
	name, value string
	further     bool
}

func (w *headerWriter) WriteHeader(code int) {
	switch {
	case w.further:
		w.Header().Add(w.name, w.value)
	case w.value == "":
		w.Header().Del(w.name)
	default:
		w.Header().Set(w.name, w.value)
	}
	w.ResponseWriter.WriteHeader(code)
}

// rules returns the severity and the rule of each finding, such as "error V002".
func rules(l finding.List) []string {
	list := []string{}
	for _, f := range l {
		list = append(list, f.Severity.String()+" "+f.Rule)
	}
	return list
}

// key returns the key of the first object with a role. For transcripts it is the key of
// the WebVTT.
func (s *site) key(role release.Role) string {
	for _, o := range s.Objects {
		if o.Role == role && (role != release.RoleTranscript || strings.HasSuffix(o.Key, ".vtt")) {
			return o.Key
		}
	}
	s.t.Fatalf("the release has no %s", role)
	return ""
}

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/internal/fetch"
	"onair/publish"
	"onair/publish/announce"
	"onair/publish/cdn"
	"onair/publish/release"
	"onair/publish/verify"
)

// foreverCDN is a CDN that caches every response except server errors, also 404, until
// a purge. It also acts as the services to which a show is announced, and counts the
// announcements of each feed.
type foreverCDN struct {
	origin string // URL of the bucket, without a slash at its end
	client *http.Client
	onair  *fetch.Client // used by a publish

	mu        sync.Mutex
	schedule  *schedule // faults for publishes, not for listeners; nil for none
	copies    map[string]*keptAnswer
	purges    int            // number of purges; a response that was requested before the last purge is not cached
	announced map[string]int // number of announcements, by service and SHA-256 of the feed
}

// foreverCDNURL is the URL of the show behind the CDN. Its host is a public one,
// because onair announces only public URLs.
const foreverCDNURL = "https://hello-universe.example"

// edgeFaults are the faults that requests to a CDN may have.
var edgeFaults = []fault{return429, return500, return503, return403, resetBefore, brokenStream}

func newStubborn(t *testing.T, origin string) *foreverCDN {
	t.Helper()
	c := &foreverCDN{origin: origin, copies: map[string]*keptAnswer{}, announced: map[string]int{}}
	certificate, file := authority(t)
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	server := httptest.NewUnstartedServer(c)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	c.client = &http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	c.onair = fetch.Own(&fetch.Options{Dial: dial, Roots: roots})
	return c
}

func (c *foreverCDN) follow(s *schedule) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.schedule = s
}

// ServeHTTP implements http.Handler.
func (c *foreverCDN) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := noFault
	c.mu.Lock()
	if ours := r.Method == "PURGE" || r.UserAgent() == "onair"; ours && c.schedule != nil && r.Method != http.MethodPost {
		f = c.schedule.next(r.Method+" "+r.URL.Path, func(f fault) bool { return slices.Contains(edgeFaults, f) })
	}
	c.mu.Unlock()
	switch f {
	case return403, return429, return500, return503:
		code := 0
		fmt.Sscanf(string(f), "return-%d", &code)
		w.WriteHeader(code)
		return
	case resetBefore:
		panic(http.ErrAbortHandler)
	}
	switch r.Method {
	case http.MethodPost:
		c.countAnnouncement(r.Host, cmp.Or(r.FormValue("hub.url"), r.FormValue("urlprefix")))
	case "PURGE":
		c.mu.Lock()
		c.purges++
		delete(c.copies, r.URL.Path)
		c.mu.Unlock()
	default:
		c.show(w, r, f == brokenStream)
	}
}

// show serves a listener from the cache.
func (c *foreverCDN) show(w http.ResponseWriter, r *http.Request, broken bool) {
	kept, err := c.copy(r.URL.Path)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	for _, name := range []string{"Content-Type", "Cache-Control"} {
		w.Header().Set(name, kept.header.Get(name))
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	switch {
	case kept.status != http.StatusOK:
		w.WriteHeader(kept.status)
	case broken: // only half of the body is sent
		whole := httptest.NewRecorder()
		http.ServeContent(whole, r, "", time.Time{}, bytes.NewReader(kept.body))
		maps.Copy(w.Header(), whole.Header())
		w.WriteHeader(whole.Code)
		_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
		panic(http.ErrAbortHandler)
	default:
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(kept.body))
	}
}

// keptAnswer is a cached response from the origin.
type keptAnswer struct {
	status int
	header http.Header
	body   []byte
}

// copy returns the cached response for a path, or requests it from the origin.
func (c *foreverCDN) copy(path string) (*keptAnswer, error) {
	c.mu.Lock()
	kept, purges := c.copies[path], c.purges
	c.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	answer, err := http.Get(c.origin + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	kept = &keptAnswer{status: answer.StatusCode, header: answer.Header}
	if kept.body, err = io.ReadAll(answer.Body); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.purges == purges && answer.StatusCode < http.StatusInternalServerError {
		c.copies[path] = kept
	}
	return kept, nil
}

// countAnnouncement counts an announcement of the feed that is currently in the bucket.
func (c *foreverCDN) countAnnouncement(service, address string) {
	feed, err := get(http.MethodGet, c.origin+strings.TrimPrefix(address, foreverCDNURL))
	if err != nil {
		feed = &response{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.announced[fmt.Sprintf("%s of %x", service, sha256.Sum256(feed.body))]++
}

// live returns the services that a publish uses besides the storage.
func (c *foreverCDN) live(t *testing.T, r *release.Release) *publish.Services {
	t.Helper()
	purger, err := cdn.New(r.Show.CDN, &cdn.Options{Client: c.client})
	if err != nil {
		t.Fatal(err)
	}
	web := &verify.Web{Client: c.onair, Now: hurriedNow, Sleep: hurriedSleep}
	if c.schedule == nil || c.schedule.harmless { // the publish must succeed, however slow the machine is
		web.Patience = clockSpeed * patience
	}
	return &publish.Services{
		Web:       web,
		Purger:    purger,
		Announcer: &announce.Announcer{Client: c.onair},
	}
}

// clockSpeed is how many times faster the clock of a publish runs, so that the test is
// quick although the timeouts are the real ones.
const clockSpeed = 50

var started = time.Now()

func hurriedNow() time.Time { return started.Add(clockSpeed * time.Since(started)) }

func hurriedSleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d / clockSpeed):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestFaultSchedulesThroughCDN is TestFaultSchedulesS3 with purging, proving, verifying
// and announcing. Whatever the faults, the feed that listeners get through the CDN must
// never name an object that they cannot get. In the end they must get every byte of the
// release, and each service must have been notified of each feed once.
func TestFaultSchedulesThroughCDN(t *testing.T) {
	t.Parallel()
	server := startVersityGW(t)
	server.publish(t)
	var all tally
	n := rounds(t, 60)
	var group errgroup.Group
	group.SetLimit(12)
	for seed := range n {
		group.Go(func() error {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				c := newStubborn(t, server.url+"/"+bucketName)
				server.runSchedule(t, seed, c, &all)
			})
			return nil
		})
	}
	_ = group.Wait()
	all.report(t, n, edgeFaults)
}

// askTooEarly requests the objects of a release before they exist, so that the CDN caches
// 404 responses.
func (c *foreverCDN) askTooEarly(t *testing.T, r *release.Release) {
	t.Helper()
	for _, url := range c.addresses(r) {
		if _, err := (&listener{client: c.client}).get(http.MethodGet, url); err != nil {
			t.Fatal(err)
		}
	}
}

// addresses returns the URLs of the objects of a release, by key.
func (c *foreverCDN) addresses(r *release.Release) map[string]string {
	all := map[string]string{}
	for _, o := range r.Objects {
		all[o.Key] = r.Show.URL + strings.TrimSuffix(o.Key, "index.html")
	}
	return all
}

// mustShow fails the test unless listeners get every byte of the release, and each
// service was notified of each feed once. If a publish failed after it notified a
// service and before it recorded that, the next publish may notify the service again.
func (c *foreverCDN) mustShow(t *testing.T, r *release.Release, failed bool) {
	t.Helper()
	want := bodiesOf(t, r)
	for key, url := range c.addresses(r) {
		got, err := (&listener{client: c.client}).get(http.MethodGet, url)
		if err != nil || got.status != http.StatusOK || want[key] != nil && !bytes.Equal(got.body, want[key]) {
			t.Errorf("%s: %v, %+v, and it is not as it was published", url, err, got.status)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for service, n := range c.announced {
		if n > 1 && !failed || n > 2 {
			t.Errorf("%s was notified %d times", service, n)
		}
	}
	for _, service := range []string{"pubsubhubbub.appspot.com", "overcast.fm"} {
		if c.announced[service+" of "+r.Feed.SHA256] == 0 {
			t.Errorf("%s was never notified of %s", service, r.Feed.SHA256)
		}
	}
}

package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// crowd simulates many listeners of one show.
type crowd struct {
	feedURL, base string // base is the URL of the show's objects
	client        *http.Client
	stop          chan struct{}
	stored        *archive

	requests, bytes atomic.Int64
	rounds          []atomic.Int64 // number of feeds that each listener has fetched

	mu     sync.Mutex
	feeds  map[string]bool // feeds that any listener got
	failed []string        // the first few failures
	wrong  int             // number of failures
}

// startCrowd starts n listeners. Each repeatedly fetches the feed and then some ranges of an
// episode, as a player does.
func startCrowd(t *testing.T, feedURL, base string, listeners int, stored *archive) *crowd {
	c := &crowd{
		feedURL: feedURL, base: base, stored: stored, stop: make(chan struct{}), rounds: make([]atomic.Int64, listeners), feeds: map[string]bool{},
		client: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: listeners}},
	}
	var all sync.WaitGroup
	for i := range listeners {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 5))
			pace := time.NewTicker(time.Second + time.Duration(random.IntN(2000))*time.Millisecond)
			defer pace.Stop()
			for {
				if err := c.listen(random); err != nil {
					c.complain(err)
				}
				c.rounds[i].Add(1)
				select {
				case <-c.stop:
					return
				case <-pace.C:
				}
			}
		})
	}
	t.Cleanup(func() { c.leave(); all.Wait(); c.client.CloseIdleConnections() })
	return c
}

// leave stops all listeners. It may be called more than once.
func (c *crowd) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.stop:
	default:
		close(c.stop)
	}
}

// everybody waits until every listener has fetched the feed again, so that none uses an
// older feed.
func (c *crowd) everybody(t *testing.T) {
	t.Helper()
	before := make([]int64, len(c.rounds))
	for i := range c.rounds {
		before[i] = c.rounds[i].Load()
	}
	for i := range c.rounds {
		await(t, "every listener", func() bool { return c.rounds[i].Load() >= before[i]+2 }) // the current round may have begun earlier
	}
}

func (c *crowd) complain(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wrong++; len(c.failed) < 20 {
		c.failed = append(c.failed, err.Error())
	}
}

// listen fetches the feed and four ranges of one of its enclosures.
func (c *crowd) listen(random *rand.Rand) error {
	feed, err := c.ask(http.MethodGet, c.feedURL, http.StatusOK)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.feeds[sha256Hex(feed.body)] = true
	c.mu.Unlock()
	promises, err := promisesOf(feed.body)
	if err != nil {
		return err
	}
	var enclosures []promise
	for _, p := range promises {
		if p.length > 0 {
			enclosures = append(enclosures, p)
		}
	}
	p := enclosures[random.IntN(len(enclosures))]
	head, err := c.ask(http.MethodHead, p.url, http.StatusOK)
	if err != nil {
		return err
	}
	if head.length != p.length || head.mediaType != p.mediaType {
		return fmt.Errorf("%s: %d bytes of %s, the feed says %d of %s", p.url, head.length, head.mediaType, p.length, p.mediaType)
	}
	first := random.Int64N(p.length)
	for range 4 {
		last := min(first+16<<10, p.length) - 1
		if err := c.part(p, first, last); err != nil {
			return err
		}
		if first = last + 1; first == p.length {
			first = 0
		}
	}
	return nil
}

// part fetches a range of an enclosure and compares it with the stored audio.
func (c *crowd) part(p promise, first, last int64) error {
	got, err := c.ask(http.MethodGet, p.url, http.StatusPartialContent, "Range", fmt.Sprintf("bytes=%d-%d", first, last))
	if err != nil {
		return err
	}
	whole, ok := c.stored.audio.Load(strings.TrimPrefix(p.url, c.base))
	if !ok || int64(len(whole.([]byte))) != p.length {
		return fmt.Errorf("%s: nothing of %d bytes was stored there", p.url, p.length)
	}
	if !bytes.Equal(got.body, whole.([]byte)[first:last+1]) {
		return fmt.Errorf("%s: torn: bytes %d to %d are not those that were stored", p.url, first, last)
	}
	return nil
}

// ask sends a request. A response with another status than the given one is an error.
func (c *crowd) ask(method, url string, status int, header ...string) (*response, error) {
	c.requests.Add(1)
	got, err := (&listener{client: c.client}).get(method, url, header...)
	if err != nil {
		return nil, err
	}
	c.bytes.Add(int64(len(got.body)))
	if got.status != status {
		return nil, fmt.Errorf("%s %s: status %d, want %d", method, url, got.status, status)
	}
	return got, nil
}

// TestLoad has a thousand listeners fetch ranges of episodes through Varnish while the
// show is published. Meanwhile episodes are retagged more often than feeds are kept, a
// scheduled episode goes live, and unused objects are pruned. No request may fail, no
// response may be a mixture of versions, and few requests may reach the bucket.
func TestLoad(t *testing.T) {
	need(t, "varnish") // not parallel: a thousand listeners would slow down other tests
	edge, folder := newEdge(t, places["root"])
	edge.purgedBy(t, folder)
	storage := startEmulator(t)
	edge.originURL = storage.publicURL()
	w := folder.with(append(storage.privateEnv(), "ONAIR_URL="+edge.url)...)
	edge.runVarnish(t, w)

	stored := &archive{emulator: storage}
	storage.watch(stored.keep)
	w.run(t, "publish", "--yes")

	const listeners = 1000
	c := startCrowd(t, edge.url+"feed.xml", edge.url, listeners, stored)
	asked := storage.shown.Load()
	takes := rounds(t, 24) // more than the number of feeds that are kept
	for take := range takes {
		if take == takes/2 {
			w = w.with(later)
		}
		retitleAny(t, w, take, fmt.Sprintf("Take %d", take))
		w.run(t, "publish", "--yes")
	}
	before := len(storage.objects(t))
	c.everybody(t)
	storage.advance(31 * 24 * time.Hour)
	w.run(t, "publish", "--yes", "--prune")
	if after := len(storage.objects(t)); after >= before && takes > 20 {
		t.Error("nothing was pruned")
	}
	c.everybody(t)
	c.leave()

	origin, all := storage.shown.Load()-asked, c.requests.Load()
	t.Logf("%d listeners made %d requests for %d MB; the bucket saw %d", listeners, all, c.bytes.Load()>>20, origin)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, what := range c.failed {
		t.Error(what)
	}
	if c.wrong > 0 {
		t.Errorf("%d of %d rounds of listening failed", c.wrong, all/6)
	}
	for digest := range c.feeds {
		if _, ok := stored.feeds.Load(digest); !ok {
			t.Errorf("a listener got a feed that was never published: %s", digest)
		}
	}
	if len(c.feeds) < takes/2 {
		t.Errorf("the listeners got %d different feeds of %d", len(c.feeds), takes+1)
	}
	if origin > all/10 {
		t.Errorf("%d of %d requests reached the bucket, want a tenth at most", origin, all)
	}
}

// archive keeps all content that was ever stored, for listeners to compare with.
type archive struct {
	*emulator
	audio sync.Map // contents by key
	feeds sync.Map // digests
}

func (a *archive) keep(key string) {
	isAudio := strings.HasPrefix(key, "audio/")
	if key != "feed.xml" && !isAudio {
		return
	}
	o, err := a.fake.GetObject(bucketName, key)
	switch {
	case err != nil: // the object has been deleted
	case isAudio:
		a.audio.Store(key, o.Content)
	default:
		a.feeds.Store(sha256Hex(o.Content), true)
	}
}

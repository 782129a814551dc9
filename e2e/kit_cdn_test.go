package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"onair/publish/cdn"
	"onair/publish/verify"
	"onair/show"
)

// edge is a CDN on this machine, in front of the published example, with the
// configuration that onair cdn config prints.
type edge struct {
	url    string // of the show; ends in a slash
	host   string // host:port
	base   string // path of the URL
	dir    string // the published folder
	served string // URL of onair serve for the same folder; ends in a slash
	origin *origin

	originURL string // URL of the show at the origin; ends in a slash
	purger    cdn.Purger
}

// place is the path of the show at an edge, and the path at its origin.
type place struct{ base, origin string }

// places are the paths with which every kind of edge is tested.
var places = map[string]place{
	"root": {"/", "/"},
	"path": {"/shows/one/", "/bucket/a/"},
}

// newEdge publishes the example to a folder. The show has the URL that the edge will
// have.
func newEdge(t *testing.T, p place) (*edge, *workplace) {
	t.Helper()
	e := &edge{host: freeAddress(t), base: p.base, dir: filepath.Join(t.TempDir(), "public")}
	e.url = "http://" + e.host + p.base
	w := newWorkplace(t, "ONAIR_STORAGE=file:"+e.dir, "ONAIR_URL="+e.url)
	w.run(t, "publish", "--yes")
	server, err := serve(w, e.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.stop)
	e.served = server.url
	e.origin = newOrigin(t, server.url, p.origin)
	e.originURL = e.origin.url + p.origin
	return e, w
}

// inBucket makes an empty bucket in cloud storage the origin of the edge, and returns
// the workplace that publishes to it.
func (e *edge) inBucket(t *testing.T, w *workplace) *workplace {
	t.Helper()
	storage := startEmulator(t)
	e.originURL = storage.publicURL()
	return w.with(append(storage.env(), "ONAIR_URL="+e.url)...)
}

// purgedBy sets the edge as the cdn of the example's local target. settings are more
// names and values, besides servers.
func (e *edge) purgedBy(t *testing.T, w *workplace, settings ...string) {
	t.Helper()
	settings = append(settings, "servers", e.host)
	e.purger = purger(t, settings...)
	yaml := "cdn: {provider: varnish"
	for pair := range slices.Chunk(settings, 2) {
		yaml += fmt.Sprintf(", %s: %q", pair[0], pair[1])
	}
	file := filepath.Join(w.dir, "show.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(text), "  local: {", "  local: {"+yaml+"}, ", 1)
	if edited == string(text) {
		t.Fatal("the example has no target local")
	}
	if err := os.WriteFile(file, []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
}

// purger returns the purger for the cdn settings of a show.yaml.
func purger(t *testing.T, settings ...string) cdn.Purger {
	t.Helper()
	c := &show.CDN{Provider: "varnish", Settings: map[string]string{}}
	for pair := range slices.Chunk(settings, 2) {
		c.Settings[pair[0]] = pair[1]
	}
	p, err := cdn.New(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// launch starts the edge's server and waits until it answers. It stops the server when
// the test ends, and fails the test if the server exits before it answers.
func (e *edge) launch(t *testing.T, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the server was stopped on purpose, or the test prints its output
		close(ended)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	await(t, name+" to answer", func() bool {
		select {
		case <-ended:
			t.Fatalf("%s ended:\n%s", cmd, said.Bytes())
		default:
		}
		c, err := net.Dial("tcp", e.host)
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
}

// origin makes onair serve behave like a bucket: objects are below a path, a CDN may
// cache changing objects for an hour, missing objects are answered with 403, and
// onair's records can be read. down takes it offline.
type origin struct {
	url          string       // no slash at its end
	requests     atomic.Int64 // requests so far
	down         atomic.Bool  // whether connections are cut
	cacheControl atomic.Value // a string that replaces the header; "" keeps the header
}

func newOrigin(t *testing.T, target, folder string) *origin {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	o := &origin{}
	o.cacheControl.Store("")
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: func(r *http.Response) error {
			switch cc := o.cacheControl.Load().(string); {
			case r.StatusCode == http.StatusNotFound:
				r.StatusCode = http.StatusForbidden
				r.Body = io.NopCloser(strings.NewReader("<Error><Code>AccessDenied</Code></Error>"))
				r.Header = http.Header{"Content-Type": {"application/xml"}}
			case cc != "":
				r.Header.Set("Cache-Control", cc)
			case r.Header.Get("Cache-Control") == "public, max-age=60":
				r.Header.Set("Cache-Control", "public, max-age=60, s-maxage=3600")
			}
			return nil
		},
	}
	bucket := http.StripPrefix(strings.TrimSuffix(folder, "/"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.EqualFold(path.Clean(r.URL.Path), "/.onair/release.json") {
			fmt.Fprint(w, `{"schema_version": 1}`)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.requests.Add(1)
		if o.down.Load() {
			panic(http.ErrAbortHandler)
		}
		bucket.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// reply is a response of an edge.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a request to the edge without changing it: ask follows no redirect, cleans
// no path and decompresses nothing. The path is below the show's URL, unless it starts
// with a slash. header has names and values.
func (e *edge) ask(t *testing.T, method, path string, header ...string) *reply {
	t.Helper()
	return e.askFrom(t, "127.0.0.1", method, path, header...)
}

func (e *edge) askFrom(t *testing.T, local, method, path string, header ...string) *reply {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(local)}, Timeout: patience}
	c, err := dialer.Dial("tcp", e.host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(path, "/") {
		path = e.base + path
	}
	fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, path, e.host)
	for pair := range slices.Chunk(header, 2) {
		fmt.Fprintf(c, "%s: %s\r\n", pair[0], pair[1])
	}
	fmt.Fprint(c, "\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return &reply{res.StatusCode, res.Header, body}
}

// want fails the test unless the reply has the status and, if body is not nil, the
// body.
func (r *reply) want(t *testing.T, what string, status int, body []byte) {
	t.Helper()
	if r.status != status {
		t.Errorf("%s: status %d, want %d", what, r.status, status)
	}
	if body != nil && !bytes.Equal(r.body, body) {
		t.Errorf("%s: %d bytes that are not the %d expected", what, len(r.body), len(body))
	}
}

// file returns the content of an object.
func (e *edge) file(t *testing.T, key string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(e.dir, filepath.FromSlash(key)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// change replaces an object's bytes at the origin.
func (e *edge) change(t *testing.T, key, text string) []byte {
	t.Helper()
	name := filepath.Join(e.dir, filepath.FromSlash(key))
	if err := os.WriteFile(name+".new", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}

// key returns the first published key that has the prefix start and the suffix end.
func (e *edge) key(t *testing.T, start, end string) string {
	t.Helper()
	for _, key := range keysIn(t, e.dir) {
		if strings.HasPrefix(key, start) && strings.HasSuffix(key, end) {
			return key
		}
	}
	t.Fatalf("no object %s…%s", start, end)
	return ""
}

// checkAll sends an edge the requests of apps, browsers and attackers. caches tells
// whether the edge caches responses.
func (e *edge) checkAll(t *testing.T, caches bool) {
	t.Run("ranges", e.checkRanges)
	t.Run("objects", func(t *testing.T) { e.checkObjects(t, caches) })
	t.Run("addresses", e.checkAddresses)
	t.Run("missing", e.checkMissing)
	t.Run("records", e.checkRecords)
	t.Run("methods", e.checkMethods)
	t.Run("gzip", e.checkGzip)
}

// checkRanges must run first, because it asks the edge for ranges of objects that it
// has not cached.
func (e *edge) checkRanges(t *testing.T) {
	key := e.key(t, "audio/", ".mp3")
	data := e.file(t, key)
	for range 2 {
		r := e.ask(t, "GET", key, "Range", "bytes=1000-1999")
		r.want(t, "a range", http.StatusPartialContent, data[1000:2000])
		if got, want := r.header.Get("Content-Range"), fmt.Sprintf("bytes 1000-1999/%d", len(data)); got != want {
			t.Errorf("Content-Range %q, want %q", got, want)
		}
		e.ask(t, "GET", key, "Range", "bytes=-500").want(t, "the end", http.StatusPartialContent, data[len(data)-500:])
		e.ask(t, "GET", key, "Range", fmt.Sprintf("bytes=%d-", len(data))).want(t, "beyond the end", http.StatusRequestedRangeNotSatisfiable, nil)
	}
	r := e.ask(t, "HEAD", key)
	r.want(t, "HEAD", http.StatusOK, []byte{})
	if r.header.Get("Content-Length") != fmt.Sprint(len(data)) || r.header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("HEAD: %v", r.header)
	}
}

// checkObjects checks that every object has the bytes and headers that onair serve
// gives it, and that the edge answers a second request from its cache.
func (e *edge) checkObjects(t *testing.T, caches bool) {
	for _, key := range keysIn(t, e.dir) {
		request, err := http.NewRequest("HEAD", e.served+key, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", verify.OtherSite) // a preview sends CORS headers to onair verify only
		served, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		served.Body.Close()
		r := e.ask(t, "GET", key)
		r.want(t, key, http.StatusOK, e.file(t, key))
		if got := r.header.Get("Content-Length"); got != fmt.Sprint(len(r.body)) {
			t.Errorf("%s: Content-Length %q of %d bytes", key, got, len(r.body))
		}
		for _, name := range []string{"Access-Control-Allow-Origin", "Cache-Control", "Content-Type", "X-Content-Type-Options"} {
			if got, want := r.header.Values(name), served.Header.Get(name); len(got) != 1 || got[0] != want || want == "" {
				t.Errorf("%s: %s %q, onair serve says %q", key, name, got, want)
			}
		}
		const policy = "Content-Security-Policy" // of every object but the embedded players
		if got, want := r.header.Get(policy), served.Header.Get(policy); got != want || (want == "") != strings.HasSuffix(key, "/embed/index.html") {
			t.Errorf("%s: %s %q, onair serve says %q", key, policy, got, want)
		}
		e.ask(t, "GET", key, "If-None-Match", r.header.Get("ETag")).want(t, key+" again", http.StatusNotModified, nil)
		if again := e.ask(t, "GET", key+"?utm_source=app"); caches && again.header.Get("X-Cache") != "HIT" {
			t.Errorf("%s: the second listener's is a %s", key, again.header.Get("X-Cache"))
		}
	}
}

func (e *edge) checkAddresses(t *testing.T) {
	page := e.key(t, "episodes/", "/index.html")
	folder := strings.TrimSuffix(page, "index.html")
	e.ask(t, "GET", "").want(t, "/", http.StatusOK, e.file(t, "index.html"))
	e.ask(t, "GET", folder).want(t, folder, http.StatusOK, e.file(t, page))
	bare := strings.TrimSuffix(folder, "/")
	r := e.ask(t, "GET", bare)
	r.want(t, bare, http.StatusMovedPermanently, nil)
	if got := r.header.Get("Location"); got != e.base+folder {
		t.Errorf("%s leads to %q", bare, got)
	}
	// No request may cause a redirect to another site, or inject a header.
	for _, path := range []string{"//evil.example/x", "/\\evil.example/x", "/a%0d%0aX-Evil:%20yes/x", "/%2fevil.example/x"} {
		r := e.ask(t, "GET", path)
		location := r.header.Get("Location")
		if strings.HasPrefix(location, "//") || strings.HasPrefix(location, "/\\") || r.header.Get("X-Evil") != "" {
			t.Errorf("%s leads to %q, with %v", path, location, r.header)
		}
	}
}

func (e *edge) checkMissing(t *testing.T) {
	page := e.file(t, "404.html")
	for _, path := range []string{"nothing.html", "nothing/", "audio/", "nothing.mp3"} {
		for range 2 {
			r := e.ask(t, "GET", path, "Range", "bytes=0-9", "If-None-Match", "*")
			r.want(t, path, http.StatusNotFound, page)
			if r.header.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
				t.Errorf("%s: %v", path, r.header)
			}
		}
		e.ask(t, "HEAD", path).want(t, "HEAD "+path, http.StatusNotFound, []byte{})
	}
	if e.base != "/" {
		e.ask(t, "GET", "/feed.xml").want(t, "/feed.xml", http.StatusNotFound, nil)
	}
	e.ask(t, "GET", "404.html").want(t, "404.html", http.StatusOK, page)
}

// checkRecords checks that onair's own records cannot be read, whatever the spelling of
// the path.
func (e *edge) checkRecords(t *testing.T) {
	if len(e.file(t, ".onair/release.json")) == 0 {
		t.Fatal("there are no records to hide")
	}
	for _, path := range []string{
		"/.onair/release.json", e.base + ".onair/release.json", e.base + "/.onair/release.json", "/.purge" + e.base + ".onair/release.json",
		".onair/release.json", "%2eonair/release.json", ".%6fnair/release.json", ".onai%72/release.json", ".onair%2frelease.json",
		"%2e%6F%6e%61%69%72/release.json", "%2e%4f%4E%41%49%52%2frelease.json", "./.onair/release.json", "x/../.onair/release.json",
		"x/%2e%2e/.onair/release.json", "%2f.onair/release.json", ".ONAIR/release.json", ".onair/release.json?x=/feed.xml", ".onair/", ".onair/parts/",
	} {
		r := e.ask(t, "GET", path)
		if r.status != http.StatusNotFound && r.status != http.StatusBadRequest || bytes.Contains(r.body, []byte("schema_version")) {
			t.Errorf("%s: status %d\n%s", path, r.status, r.body)
		}
	}
}

func (e *edge) checkMethods(t *testing.T) {
	r := e.ask(t, "OPTIONS", "feed.xml", "Origin", "https://player.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "range")
	r.want(t, "OPTIONS", http.StatusNoContent, nil)
	if r.header.Get("Access-Control-Allow-Origin") != "*" || r.header.Get("Access-Control-Allow-Headers") != "Range" {
		t.Errorf("OPTIONS: %v", r.header)
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		e.ask(t, method, "feed.xml", "Content-Length", "0").want(t, method, http.StatusMethodNotAllowed, nil)
	}
	e.ask(t, "GET", "feed.xml").want(t, "the feed after all that", http.StatusOK, e.file(t, "feed.xml"))
}

func (e *edge) checkGzip(t *testing.T) {
	for _, key := range []string{"feed.xml", "index.html", e.key(t, "episodes/", ".vtt"), e.key(t, "assets/", ".css")} {
		r := e.ask(t, "GET", key, "Accept-Encoding", "gzip")
		unpacked, err := gunzip(r.body)
		if r.header.Get("Content-Encoding") != "gzip" || !strings.Contains(r.header.Get("Vary"), "Accept-Encoding") || err != nil || !bytes.Equal(unpacked, e.file(t, key)) {
			t.Errorf("%s: %v, %v", key, r.header, err)
		}
	}
	if r := e.ask(t, "GET", e.key(t, "audio/", ".mp3"), "Accept-Encoding", "gzip"); r.header.Get("Content-Encoding") != "" {
		t.Errorf("audio is packed: %v", r.header)
	}
}

func gunzip(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// checkPurge checks that a change is visible right after a purge by any spelling of its
// URL, and not before.
func (e *edge) checkPurge(t *testing.T) {
	for _, key := range []string{"feed.xml", "index.html", e.key(t, "episodes/", "/index.html")} {
		for i, spelling := range cdn.Spellings(e.url, key) {
			old, fresh := e.file(t, key), []byte(nil)
			e.sees(t, key, "before the change", old)
			fresh = e.change(t, key, "<p>"+key+" take "+strings.Repeat("I", i+1)+"</p>")
			e.sees(t, key, "before the purge", old)
			if err := e.purger.Purge(t.Context(), []string{spelling}, nil); err != nil {
				t.Fatalf("purge %s: %v", spelling, err)
			}
			e.sees(t, key, "after the purge of "+spelling, fresh)
		}
	}
	if err := e.purger.Purge(t.Context(), []string{e.url + "never-there.html", e.url + "never/"}, nil); err != nil {
		t.Errorf("a purge of what is not cached: %v", err)
	}
}

// sees checks that an object has the content want at each of its addresses, compressed
// and uncompressed.
func (e *edge) sees(t *testing.T, key, when string, want []byte) {
	t.Helper()
	for _, spelling := range cdn.Spellings(e.url, key) {
		for _, encoding := range []string{"gzip", "identity"} {
			r := e.ask(t, "GET", strings.TrimPrefix(spelling, "http://"+e.host), "Accept-Encoding", encoding)
			if r.status == http.StatusMovedPermanently {
				continue
			}
			body := r.body
			if r.header.Get("Content-Encoding") == "gzip" {
				body, _ = gunzip(r.body)
			}
			if r.status != http.StatusOK || !bytes.Equal(body, want) {
				t.Errorf("%s %s: %s: status %d, %.60q instead of %.60q", spelling, when, encoding, r.status, body, want)
			}
		}
	}
}

// checkPublish checks that listeners get the new feed and pages after a publish.
func (e *edge) checkPublish(t *testing.T, w *workplace) {
	for take := range 2 {
		for _, key := range keysIn(t, e.dir) {
			e.ask(t, "GET", key)
		}
		retitle(t, w, fmt.Sprintf("Through the edge, take %d", take))
		w.run(t, "publish", "--yes")
		for _, key := range keysIn(t, e.dir) {
			e.sees(t, key, "after the publish", e.file(t, key))
		}
		if !bytes.Contains(e.ask(t, "GET", "feed.xml").body, fmt.Appendf(nil, "take %d", take)) {
			t.Error("the feed has no new title")
		}
	}
}

// checkLostPurge checks that publish notices a purge that was answered with 200 but
// reached another server. It notices by comparing bytes.
func (e *edge) checkLostPurge(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(elsewhere.Close)
	e.ask(t, "GET", "feed.xml")
	fresh := e.change(t, "feed.xml", "<rss>unheard of</rss>")
	for what, purge := range map[string]func() error{
		"another server": func() error {
			return purger(t, "servers", elsewhere.URL).Purge(t.Context(), cdn.Spellings(e.url, "feed.xml"), nil)
		},
		"another path": func() error {
			return e.purger.Purge(t.Context(), cdn.Spellings("http://"+e.host+e.base+"other/", "feed.xml"), nil)
		},
	} {
		if err := purge(); err != nil {
			t.Errorf("%s: the purge is not even believed: %v", what, err)
		}
		if r := e.ask(t, "GET", "feed.xml"); bytes.Equal(r.body, fresh) {
			t.Errorf("%s: the purge worked", what)
		}
	}
	if err := e.purger.Purge(t.Context(), cdn.Spellings(e.url, "feed.xml"), nil); err != nil {
		t.Fatal(err)
	}
	e.sees(t, "feed.xml", "after a purge that is heard", fresh)
}

// checkForeignPurge checks that clients at other addresses cannot purge.
func (e *edge) checkForeignPurge(t *testing.T) {
	old := e.file(t, "feed.xml")
	e.sees(t, "feed.xml", "at first", old)
	e.change(t, "feed.xml", "<rss>for the owner to show</rss>")
	e.askFrom(t, "127.0.0.2", "PURGE", "feed.xml").want(t, "a foreign PURGE", http.StatusMethodNotAllowed, nil)
	e.askFrom(t, "127.0.0.2", "PURGE", "feed.xml", "X-Forwarded-For", "127.0.0.1").want(t, "a liar's PURGE", http.StatusMethodNotAllowed, nil)
	e.askFrom(t, "127.0.0.2", "PURGE", "/", "xkey", "feed.xml").want(t, "a foreign PURGE by key", http.StatusMethodNotAllowed, nil)
	e.sees(t, "feed.xml", "after a foreign purge", old)
}

package e2e

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// The buckets of the emulator: a public one, and one for onair's own records.
const (
	bucketName  = "hello-universe"
	privateName = "hello-universe-private"
)

// emulator is a Google Cloud Storage emulator in this process with two empty buckets,
// and a web server for the first bucket. It records requests and can kill the process
// that sends them.
type emulator struct {
	url string // of the server, without a slash at its end

	*rules
	shown    atomic.Int64 // requests to the website
	running  atomic.Int64 // calls that are being handled
	mu       sync.Mutex
	requests []request
	sent     map[string]int64 // bytes of request bodies since forget, by key
	planned  *plannedKill
	written  func(key string) // called after every write, before it is answered; may be nil
	arrived  func(r request)  // called with every request before it is handled; may be nil
}

// request is a recorded request of a client.
type request struct {
	kind   kind
	bucket string
	key    string // empty for a listing
}

func (r request) String() string { return string(r.kind) + " " + r.key }

// kind is a class of requests, as cloud storage bills them.
type kind string

const (
	list  kind = "list"
	read  kind = "read"
	write kind = "write" // all changes of a bucket
)

// killPoint is the write at which a process is killed, and how far that write gets.
type killPoint struct {
	at     int // the first write is 1
	moment moment
}

// plannedKill is a kill that has not happened yet.
type plannedKill struct {
	killPoint
	kill func()
	seen int // writes so far
}

// moment is a point in the life of a write request.
type moment string

const (
	arriving moment = "when it arrives"       // the bucket does not change
	halfway  moment = "halfway through"       // the bucket receives half a body and drops it
	answered moment = "before it is answered" // the bucket has changed, the writer gets no response
)

// startEmulator starts an emulator and stops it when the test ends.
func startEmulator(t testing.TB) *emulator {
	t.Helper()
	e := &emulator{}
	front := httptest.NewServer(http.HandlerFunc(e.serve))
	t.Cleanup(front.Close)
	e.open(t, front.URL)
	return e
}

// open creates the buckets of an emulator that has the URL.
func (e *emulator) open(t testing.TB, url string) {
	t.Helper()
	fake, err := fakestorage.NewServerWithOptions(fakestorage.Options{
		NoListener: true, // this test listens itself
		// Reads are routed by Host, so both must be the host that clients use.
		PublicHost:  strings.TrimPrefix(url, "http://"),
		ExternalURL: url,
		Writer:      io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Stop)
	for _, name := range []string{bucketName, privateName} {
		fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: name})
	}
	e.url, e.rules, e.sent = url, newRules(fake), map[string]int64{}
}

// env returns variables that make the binary use the public bucket at the emulator's
// URL.
func (e *emulator) env() []string {
	return []string{
		"STORAGE_EMULATOR_HOST=" + strings.TrimPrefix(e.url, "http://"),
		"ONAIR_STORAGE=gs://" + bucketName,
		"ONAIR_URL=" + e.publicURL(),
	}
}

// privateEnv returns env, and a variable that puts onair's own records into the private
// bucket.
func (e *emulator) privateEnv() []string {
	return append(e.env(), "ONAIR_STATE=gs://"+privateName)
}

func (e *emulator) publicURL() string { return e.url + "/" + bucketName + "/" }

func (e *emulator) serve(w http.ResponseWriter, r *http.Request) {
	c, ours := parseCall(r)
	if !ours {
		e.show(w, r)
		return
	}
	e.running.Add(1)
	defer e.running.Add(-1)
	req := c.request()
	e.mu.Lock()
	e.requests = append(e.requests, req)
	k := e.killFor(req)
	arrived, written := e.arrived, e.written
	e.mu.Unlock()

	if arrived != nil {
		arrived(req)
	}
	if k != nil && k.moment != answered {
		if k.moment == halfway {
			// An upload without a length is cut within its first kilobyte.
			_, _ = io.CopyN(io.Discard, r.Body, max(r.ContentLength/2, 512))
		}
		k.kill()
		panic(http.ErrAbortHandler)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil { // the client has disconnected
		panic(http.ErrAbortHandler)
	}
	e.mu.Lock()
	e.sent[req.key] += int64(len(body))
	e.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := e.answer(r, c)
	// A write is answered only after the test's callback has inspected the bucket.
	if req.kind == write && written != nil {
		written(req.key)
	}
	if k != nil {
		k.kill()
		panic(http.ErrAbortHandler)
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = io.Copy(w, answer.Body)
}

// show serves the public bucket as a CDN does: the page of a folder is its index.html,
// and onair's own records cannot be read.
func (e *emulator) show(w http.ResponseWriter, r *http.Request) {
	e.shown.Add(1)
	key, ok := strings.CutPrefix(r.URL.Path, "/"+bucketName+"/")
	if !ok || strings.HasPrefix(key, ".onair/") || r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.NotFound(w, r)
		return
	}
	if key == "" || strings.HasSuffix(key, "/") {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = r.URL.Path+"index.html", ""
	}
	e.fake.HTTPHandler().ServeHTTP(w, r)
}

// request converts a call to a recorded request.
func (c call) request() request {
	r := request{read, c.bucket, c.key}
	switch {
	case c.changes():
		r.kind = write
	case c.op == opList:
		r.kind = list
	}
	return r
}

// killFor returns the kill planned for this request, or nil.
func (e *emulator) killFor(r request) *plannedKill {
	d := e.planned
	if d == nil || r.kind != write {
		return nil
	}
	if d.seen++; d.seen != d.at {
		return nil
	}
	e.planned = nil
	return d
}

// forget deletes the recorded requests.
func (e *emulator) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests, e.sent = nil, map[string]int64{}
}

// asked returns the requests recorded since forget.
func (e *emulator) asked() []request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.requests)
}

// writes returns the keys written since forget, in order of arrival.
func (e *emulator) writes() []string {
	var keys []string
	for _, r := range e.asked() {
		if r.kind == write {
			keys = append(keys, r.key)
		}
	}
	return keys
}

// traffic returns the number of bytes sent since forget to keys with one of the
// prefixes, and all requests for such keys.
func (e *emulator) traffic(prefixes ...string) (bytes int64, requests []request) {
	ofThese := func(key string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
	}
	for _, r := range e.asked() {
		if ofThese(r.key) {
			requests = append(requests, r)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, n := range e.sent {
		if ofThese(key) {
			bytes += n
		}
	}
	return bytes, requests
}

// watch sets the function that is called after every write.
func (e *emulator) watch(written func(key string)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.written = written
}

// intercept sets the function that is called with every request before it is
// handled; nil for none.
func (e *emulator) intercept(arrived func(request)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.arrived = arrived
}

// kill starts the command and kills it with SIGKILL at the given write. killed reports
// whether the command got that far; said is its standard error.
func (e *emulator) kill(cmd *exec.Cmd, d killPoint) (killed bool, said string, err error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	e.mu.Lock()
	err = cmd.Start()
	if err == nil {
		e.planned = &plannedKill{killPoint: d, kill: func() { _ = cmd.Process.Kill() }}
	}
	e.mu.Unlock()
	if err != nil {
		return false, "", err
	}
	err = cmd.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	killed = e.planned == nil
	e.planned = nil
	return killed, stderr.String(), err
}

// settle waits until no call of a killed process is being handled, so that none takes
// effect later.
func (e *emulator) settle(t testing.TB) {
	t.Helper()
	await(t, "the last calls of a killed process", func() bool { return e.running.Load() == 0 })
}

// object is an object in the bucket.
type object struct {
	contentType, cacheControl string
	crc32c                    string // base64, as in the API of cloud storage
	metadata                  map[string]string
	data                      []byte
}

// objects returns the objects in the public bucket by key, except onair's own records.
func (e *emulator) objects(t testing.TB) map[string]object {
	t.Helper()
	all := map[string]object{}
	for _, key := range e.keys(t, bucketName) {
		if !strings.HasPrefix(key, ".onair/") {
			all[key] = e.object(t, key)
		}
	}
	return all
}

// keys returns the keys of a bucket, in order.
func (e *emulator) keys(t testing.TB, bucket string) (keys []string) {
	t.Helper()
	listed, err := e.fake.ListObjectsWithOptionsPaginated(bucket, fakestorage.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if listed.NextPageToken != "" {
		t.Fatal("the bucket holds more than a page")
	}
	for _, attrs := range listed.Objects {
		keys = append(keys, attrs.Name)
	}
	return keys
}

func (e *emulator) object(t testing.TB, key string) object {
	t.Helper()
	return e.objectIn(t, bucketName, key)
}

func (e *emulator) objectIn(t testing.TB, bucket, key string) object {
	t.Helper()
	o, err := e.fake.GetObject(bucket, key)
	if err != nil {
		t.Fatalf("object %s/%s: %v", bucket, key, err)
	}
	return object{o.ContentType, o.CacheControl, o.Crc32c, o.Metadata, o.Content}
}

// summarize counts requests by kind and key, for messages.
func summarize(requests []request) string {
	count := map[string]int{}
	for _, r := range requests {
		count[r.String()]++
	}
	var lines []string
	for r, n := range count {
		lines = append(lines, fmt.Sprintf("%3d × %s", n, r))
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(a[6:], b[6:]) })
	return strings.Join(lines, "\n")
}

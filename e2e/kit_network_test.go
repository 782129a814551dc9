package e2e

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
)

// fault is a failure between a client and cloud storage. A fault has the name that
// Google's storage-testbench uses, if there is one.
type fault string

const (
	noFault fault = ""

	return408 fault = "return-408"
	return429 fault = "return-429"
	return500 fault = "return-500"
	return503 fault = "return-503"
	return401 fault = "return-401"
	return403 fault = "return-403"
	return412 fault = "return-412" // the precondition holds, but the response says that it fails

	resetBefore   fault = "return-reset-connection"      // the request has no effect
	resetAfter    fault = "return-reset-connection-late" // the request takes effect, but its response is lost
	brokenUpload  fault = "broken-upload"                // half of the request arrives
	brokenStream  fault = "return-broken-stream"         // half of the response arrives
	stallBefore   fault = "stall-before"                 // the request has no effect and gets no response
	stallAfter    fault = "stall-after"                  // the request takes effect but gets no response
	corruptUpload fault = "corrupted-upload"             // a bit of the stored data is flipped in transit
	corruptedData fault = "return-corrupted-data"        // a bit of the returned data is flipped in transit

	expiredToken fault = "expired-page-token" // the next page of a listing is refused
	lostToken    fault = "lost-page-token"    // the listing ends early without an error
)

// faultSet is a set of faults that can occur: temporary ones, temporary ones that
// a retry solves, and permanent ones.
type faultSet struct{ passing, mild, lasting []fault }

var cloudFaults = faultSet{
	passing: []fault{
		return408, return429, return500, return503, return401, return403, return412, resetBefore, resetAfter, brokenUpload,
		brokenStream, stallBefore, stallAfter, corruptUpload, corruptedData, expiredToken, lostToken,
	},
	mild: []fault{
		return408, return429, return500, return503, resetBefore, resetAfter, brokenUpload, brokenStream, stallBefore, stallAfter, corruptUpload,
	},
	lasting: []fault{return403, return412, return503, resetBefore, resetAfter, brokenUpload, brokenStream, stallBefore, stallAfter, corruptUpload, corruptedData},
}

// schedule decides which requests have which faults. The decision depends on what a
// request asks for (its question) and on how often that was asked before. It does not
// depend on the order of requests, which differs between runs, so a seed is
// reproducible.
type schedule struct {
	seed     int
	often    float64 // share of the requests with a fault
	passing  []fault // faults that such requests may have
	doomed   float64 // share of the questions whose requests all fail
	lasting  []fault // faults that these requests may have
	harmless bool    // the faults must not keep a publish from succeeding

	mu    sync.Mutex
	asked map[string]int
	met   map[fault]int // number of occurrences
}

func newSchedule(seed int, w faultSet) *schedule {
	s := &schedule{seed: seed, passing: w.passing, lasting: w.lasting, asked: map[string]int{}, met: map[fault]int{}}
	switch seed % 5 {
	case 0:
		s.often = 0.02
	case 1:
		s.often = 0.2
	case 2:
		s.often = 0.6
	case 3:
		s.often, s.doomed = 0.1, 0.02
	case 4:
		s.often, s.passing, s.harmless = 0.08, w.mild, true
	}
	return s
}

// next returns the fault for a request with the given question. It chooses among the
// faults for which can returns true.
func (s *schedule) next(question string, can func(fault) bool) fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[question]++
	f := noFault
	switch {
	case s.draw("doomed", question) < s.doomed:
		f = s.lasting[int(s.draw("lasting", question)*float64(len(s.lasting)))]
	case s.draw("often", question, s.asked[question]) < s.often:
		f = s.passing[int(s.draw("passing", question, s.asked[question])*float64(len(s.passing)))]
	}
	if !can(f) {
		f = noFault
	}
	if f != noFault {
		s.met[f]++
	}
	return f
}

// draw returns a number in [0, 1) that depends only on the seed and the arguments.
func (s *schedule) draw(what ...any) float64 {
	sum := fnv.New64a()
	fmt.Fprint(sum, s.seed, what)
	x := sum.Sum64() // texts with different ends have similar hashes, so mix the bits
	for _, factor := range []uint64{0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53, 1} {
		x = (x ^ x>>33) * factor
	}
	return float64(x>>11) / (1 << 53)
}

// question returns a text that identifies what a call asks for, without its random
// parts.
func (c call) question(r *http.Request) string {
	if strings.HasPrefix(c.key, ".onair/joined/") {
		return fmt.Sprint(c.op, "joined")
	}
	return fmt.Sprint(c.op, r.Method, c.bucket, "/", c.key)
}

// fits reports whether the fault applies to the call.
func (f fault) fits(c call, r *http.Request) bool {
	media := r.URL.Query().Get("alt") == "media"
	switch f {
	case corruptUpload:
		return c.op == opUpload
	case corruptedData:
		return media
	case expiredToken:
		return c.op == opList && r.URL.Query().Get("pageToken") != ""
	case lostToken:
		return c.op == opList
	case return412:
		return c.changes()
	}
	return true
}

// network is a transport to an emulator without a socket. It injects the faults of a
// schedule.
type network struct {
	e        *emulator
	schedule *schedule // nil for no faults
}

// RoundTrip implements http.RoundTripper.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := sentBody(r)
	if err != nil {
		return nil, err
	}
	c, ours := parseCall(r)
	f := noFault
	if ours && n.schedule != nil {
		f = n.schedule.next(c.question(r), func(f fault) bool { return f.fits(c, r) })
	}
	if answer, err := f.before(r, body); answer != nil || err != nil {
		return answer, err
	}
	if f == corruptUpload {
		body = corrupted(body)
	}
	answer, err := n.deliver(r, body)
	if err != nil {
		return nil, err
	}
	return f.after(r, answer)
}

func (n *network) follow(s *schedule) { n.schedule = s }

// CloseIdleConnections implements the interface that http.Client looks for.
func (n *network) CloseIdleConnections() {}

func sentBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(r.Body)
}

// before returns the error or response of a fault that occurs before the request is
// handled.
func (f fault) before(r *http.Request, body []byte) (*http.Response, error) {
	var code int
	switch f {
	case return401, return403, return408, return412, return429, return500, return503:
		fmt.Sscanf(string(f), "return-%d", &code)
		answer := failure(code, "The schedule says so.").Result()
		answer.Request = r
		return answer, nil
	case expiredToken:
		answer := failure(http.StatusBadRequest, "Invalid value for pageToken.").Result()
		answer.Request = r
		return answer, nil
	case resetBefore, brokenUpload: // in the emulator half a request changes nothing, as TestKill shows
		return nil, syscall.ECONNRESET
	case stallBefore:
		return nil, stall(r.Context())
	}
	return nil, nil
}

// stall waits until the client gives up.
func stall(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

// deliver sends a request to the emulator and returns its response.
func (n *network) deliver(r *http.Request, body []byte) (response *http.Response, err error) {
	defer func() {
		if recovered := recover(); recovered == http.ErrAbortHandler {
			response, err = nil, io.EOF
		} else if recovered != nil {
			panic(recovered)
		}
	}()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(context.WithoutCancel(r.Context()))
	in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	in.Host, in.RequestURI = r.URL.Host, r.URL.RequestURI()
	answer := httptest.NewRecorder()
	n.e.serve(answer, in)
	response = answer.Result()
	response.Request = r
	return response, nil
}

// after applies a fault to a response.
func (f fault) after(r *http.Request, answer *http.Response) (*http.Response, error) {
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	tail := io.Reader(nil)
	switch f {
	case resetAfter:
		return nil, syscall.ECONNRESET
	case stallAfter:
		return nil, stall(r.Context())
	case brokenStream:
		data, tail = data[:len(data)/2], brokenReader{}
	case corruptedData:
		if len(data) > 0 {
			data[len(data)/2] ^= 1
		}
	case lostToken:
		data = bytes.ReplaceAll(data, []byte(`"nextPageToken"`), []byte(`"lostPageToken"`))
	}
	answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), orEmpty(tail)))
	return answer, nil
}

func orEmpty(r io.Reader) io.Reader {
	if r == nil {
		return strings.NewReader("")
	}
	return r
}

// brokenReader is a connection that ends in the middle.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// corrupted flips a bit in the content of an upload, which follows the second empty line of a
// multipart body.
func corrupted(body []byte) []byte {
	spoiled := bytes.Clone(body)
	_, rest, _ := bytes.Cut(spoiled, []byte("\r\n\r\n"))
	_, content, ok := bytes.Cut(rest, []byte("\r\n\r\n"))
	if ok && len(content) > 0 {
		content[0] ^= 1
	}
	return spoiled
}

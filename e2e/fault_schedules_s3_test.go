package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/publish/bucket/s3"
	"onair/publish/record"
)

// s3Faults are the faults for an S3 server. They include no stalls, because the server
// uses the real clock, and no faults of listing pages, because a listing has only one
// page.
var s3Faults = faultSet{
	passing: []fault{
		return429, return500, return503, return401, return403, return412, resetBefore, resetAfter, brokenUpload, brokenStream, corruptUpload, corruptedData,
	},
	mild:    []fault{return429, return500, return503, resetBefore, resetAfter, brokenUpload, brokenStream},
	lasting: []fault{return403, return412, return503, resetBefore, resetAfter, brokenUpload, brokenStream, corruptUpload, corruptedData},
}

// s3Network is a transport to an S3 server that injects the faults of a schedule.
type s3Network struct {
	schedule *schedule        // nil for no faults
	written  func(key string) // called after every write
}

func (n *s3Network) follow(s *schedule) { n.schedule = s }

// RoundTrip implements http.RoundTripper.
func (n *s3Network) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := sentBody(r)
	if err != nil {
		return nil, err
	}
	f := noFault
	if n.schedule != nil {
		question := r.Method + r.URL.Path
		for _, name := range []string{"list-type", "uploads", "uploadId", "partNumber"} {
			if r.URL.Query().Has(name) {
				question += " " + name
			}
		}
		f = n.schedule.next(question, func(f fault) bool { return f.fitsS3(r) })
	}
	switch f {
	case return401, return403, return412, return429, return500, return503:
		return refusal(f, r), nil
	case resetBefore, brokenUpload:
		return nil, syscall.ECONNRESET
	case corruptUpload:
		body = bytes.Clone(body)
		body[len(body)/2] ^= 1
	}
	in := r.Clone(r.Context())
	in.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 {
		in.Body = http.NoBody
	}
	answer, err := http.DefaultTransport.RoundTrip(in)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if changesS3(r) && n.written != nil {
		n.written(r.URL.Path)
	}
	return f.after(r, answer)
}

func changesS3(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead
}

// fitsS3 reports whether the fault applies to the request.
func (f fault) fitsS3(r *http.Request) bool {
	switch f {
	case corruptUpload:
		return r.Method == http.MethodPut && r.ContentLength > 0
	case corruptedData:
		return r.Method == http.MethodGet && !r.URL.Query().Has("list-type")
	case return412:
		return changesS3(r)
	}
	return true
}

// refusal returns an error response of S3.
func refusal(f fault, r *http.Request) *http.Response {
	code := 0
	fmt.Sscanf(string(f), "return-%d", &code)
	name := map[fault]string{
		return401: "AccessDenied", return403: "AccessDenied", return412: "PreconditionFailed",
		return429: "SlowDown", return500: "InternalError", return503: "ServiceUnavailable",
	}[f]
	said := fmt.Sprintf("<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>The schedule says so.</Message></Error>", name)
	if r.Method == http.MethodHead {
		said = ""
	}
	return &http.Response{
		StatusCode: code, Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/xml"}},
		Body:   io.NopCloser(strings.NewReader(said)), ContentLength: int64(len(said)),
	}
}

// TestFaultSchedulesS3 is TestFaultSchedules on an S3 server, by the real clock.
func TestFaultSchedulesS3(t *testing.T) {
	t.Parallel()
	server := startVersityGW(t)
	server.publish(t)
	var all tally
	n := rounds(t, 80)
	var group errgroup.Group
	group.SetLimit(12) // most schedules wait before a retry
	for seed := range n {
		group.Go(func() error {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { server.runSchedule(t, seed, nil, &all) })
			return nil
		})
	}
	_ = group.Wait()
	all.report(t, n, s3Faults.passing)
}

// runSchedule runs a schedule below its own prefix, through the CDN if there is one.
func (s *s3Server) runSchedule(t *testing.T, seed int, cdn *foreverCDN, all *tally) {
	prefix := fmt.Sprintf("/seed-%d", seed)
	at := func(bucket string) string { return strings.Replace(s.bucketURL(bucket), "?", prefix+"?", 1) }
	home, files := s.url+"/"+bucketName+prefix+"/", smallShow(t)
	app := &listener{}
	if cdn != nil {
		home, app.client = foreverCDNURL+prefix+"/", cdn.client
		files["show.yaml"].Data = append(files["show.yaml"].Data, "cdn: {provider: varnish, servers: "+foreverCDNURL+"}\nannounce: [websub, overcast]\nowner: {name: A, email: a@hello-universe.example}\n"...)
	}
	app.feedURL = home + "feed.xml"
	changes := changesOf(t, files, map[string]string{"ONAIR_STORAGE": at(bucketName), "ONAIR_STATE": at(privateName), "ONAIR_URL": home})
	changes = append(changes, changes[2]) // joins the audio in the storage, because the master is absent
	net := &s3Network{written: app.look}
	open := func(patience time.Duration) record.Storage {
		bucket := func(name string) *s3.Bucket {
			b, err := s3.Open(t.Context(), at(name), &s3.Options{HTTPClient: &http.Client{Transport: net}, Patience: patience})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		return record.Storage{Public: bucket(bucketName), State: bucket(privateName)}
	}
	hasty := open(8 * time.Second)
	p := stage{
		storage: open(patience),
		hasty:   &hasty,
		network: net,
		held:    func(t testing.TB) map[string]object { return objectsIn(t, openS3(t, at(bucketName))) },
		cdn:     cdn,
	}
	change, feeds := changes[seed%len(changes)], 1
	if change.before != nil {
		feeds++
		if err := p.publish(t, change.before); err != nil {
			t.Fatal(err)
		}
	}
	if cdn != nil {
		cdn.askTooEarly(t, change.publish)
	}
	schedule := newSchedule(seed, s3Faults) // the seed selects one of the four changes, and one of five kinds of schedules
	failed := p.survive(t, change.publish, schedule)
	all.add(failed, schedule)
	p.mustHold(t, change.after, "in the end")
	app.mustBeSatisfied(t, feeds)
	if cdn != nil {
		cdn.mustShow(t, change.after, failed)
	}
}

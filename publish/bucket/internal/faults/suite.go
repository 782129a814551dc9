package faults

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
)

// Suite tests how a bucket behind a network handles faults. Each test runs in a
// synctest bubble, where pauses take no time.
type Suite struct {
	// Open returns a bucket that contains feed.xml with the body "one", and its
	// transport.
	Open func(t *testing.T) (bucket.Bucket, *Transport)

	Version string              // version of feed.xml
	Listed  int                 // objects in the bucket
	Large   string              // a body that is sent in parts
	Calls   map[string]callFunc // calls to test in addition to those of every bucket
	Limit   time.Duration       // the longest that any call may take

	Temporary map[string]Do    // faults that stop after a few requests; one is named "503"
	Lasting   map[string]Do    // faults that look temporary and never stop
	Final     map[string]Final // faults that no other try can fix
	Commits   func(*http.Request) bool
	Spares    func(*http.Request) bool // requests without faults, because they are tried only once; nil if there are none
}

// Final is a fault that ends a call with an error that is Want and contains Text.
type Final struct {
	Do   Do
	Want error // nil accepts any
	Text string
}

// callFunc makes one call.
type callFunc = func(ctx context.Context, b bucket.Bucket) error

// testFunc tests one call of a bucket.
type testFunc = func(t *testing.T, b bucket.Bucket, net *Transport, call callFunc)

// Run runs the suite.
func (s *Suite) Run(t *testing.T) {
	s.Final["certificate"] = Final{untrusted, nil, "unknown authority"}
	for name, do := range s.Temporary {
		s.each(t, "passes: "+name, s.passes(do))
	}
	for name, do := range s.Lasting {
		s.each(t, "lasts: "+name, s.lasts(do))
	}
	for name, f := range s.Final {
		s.each(t, "final: "+name, s.final(f))
	}
	s.each(t, "asks to wait", s.asksToWait)
	s.each(t, "cancelled in a pause", s.cancelled)
	t.Run("interrupted reads", s.reads)
}

// each runs a test with each kind of call.
func (s *Suite) each(t *testing.T, name string, test testFunc) {
	for kind, call := range s.calls() {
		t.Run(name+"/"+kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, net := s.Open(t)
				test(t, b, net, call)
			})
		})
	}
}

// passes checks that a call succeeds after three faults.
func (s *Suite) passes(do Do) testFunc {
	return func(t *testing.T, b bucket.Bucket, net *Transport, call callFunc) {
		net.Pending = s.times(3, do)
		if err := call(t.Context(), b); err != nil {
			t.Errorf("after three faults: %v", err)
		}
		if len(net.Pending) == 3 {
			t.Error("no fault was met")
		}
	}
}

// lasts checks that a call gives up in time.
func (s *Suite) lasts(do Do) testFunc {
	return func(t *testing.T, b bucket.Bucket, net *Transport, call callFunc) {
		net.Pending = s.times(200, do)
		start := time.Now()
		err := call(t.Context(), b)
		if err == nil || !strings.Contains(err.Error(), "gave up after ") {
			t.Errorf("error is %v, want one that says gave up", err)
		}
		if took := time.Since(start); took > s.Limit { // by the bubble's clock
			t.Errorf("gave up after %v, want within %v", took, s.Limit)
		}
	}
}

// final checks that a call fails with its first request.
func (s *Suite) final(f Final) testFunc {
	return func(t *testing.T, b bucket.Bucket, net *Transport, call callFunc) {
		net.Pending = s.times(1, f.Do)
		err := call(t.Context(), b)
		if f.Want != nil && !errors.Is(err, f.Want) || err == nil || !strings.Contains(err.Error(), f.Text) || !strings.Contains(err.Error(), "://my-show") {
			t.Errorf("error is %v, want %v with %q and the place", err, f.Want, f.Text)
		}
		if len(net.Requests) != 1 {
			t.Errorf("%d requests, want 1: %q", len(net.Requests), net.Requests)
		}
	}
}

// asksToWait checks that a call obeys Retry-After.
func (s *Suite) asksToWait(t *testing.T, b bucket.Bucket, net *Transport, call callFunc) {
	const wait = 100 * time.Second // longer than any pause without Retry-After
	net.Pending = s.times(1, withRetryAfter(s.Temporary["503"], wait))
	start := time.Now()
	if err := call(t.Context(), b); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took < wait {
		t.Errorf("tried again within %v, want after %v", took, wait)
	}
}

// cancelled checks that a pause ends with its context.
func (s *Suite) cancelled(t *testing.T, b bucket.Bucket, net *Transport, call callFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	net.Pending = s.times(1, func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		time.AfterFunc(time.Nanosecond, cancel) // before the pause is over
		Drain(req)
		return nil, io.EOF
	})
	if err := call(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want Canceled", err)
	}
}

// times returns n faults.
func (s *Suite) times(n int, do Do) (all []Fault) {
	match := Always
	if s.Spares != nil {
		match = func(req *http.Request) bool { return !s.Spares(req) }
	}
	for range n {
		all = append(all, On(match, do))
	}
	return all
}

// withRetryAfter adds a Retry-After header to the answer of do.
func withRetryAfter(do Do, wait time.Duration) Do {
	return func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := do(base, req)
		if err == nil {
			resp.Header.Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		}
		return resp, err
	}
}

func untrusted(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
	Drain(req)
	return nil, &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
}

// Call makes the call of the suite with this name.
func (s *Suite) Call(ctx context.Context, b bucket.Bucket, name string) error {
	return s.calls()[name](ctx, b)
}

// calls returns one call of each kind.
func (s *Suite) calls() map[string]callFunc {
	absent := bucket.Condition{Absent: true}
	calls := map[string]callFunc{
		"write": func(ctx context.Context, b bucket.Bucket) error {
			_, err := b.Write(ctx, buckettest.Object("new.xml", "new"), absent)
			return err
		},
		"write large": func(ctx context.Context, b bucket.Bucket) error {
			_, err := b.Write(ctx, buckettest.Object("new.mp3", s.Large), absent)
			return err
		},
		"read": func(ctx context.Context, b bucket.Bucket) error {
			body, err := ReadAll(ctx, b, "feed.xml")
			if err == nil && body != "one" {
				err = fmt.Errorf("read %q", body)
			}
			return err
		},
		"set headers": func(ctx context.Context, b bucket.Bucket) error {
			_, err := b.SetHeaders(ctx, "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{Version: s.Version})
			return err
		},
		"delete": func(ctx context.Context, b bucket.Bucket) error {
			return b.Delete(ctx, "feed.xml", bucket.Condition{Version: s.Version})
		},
		"list": func(ctx context.Context, b bucket.Bucket) error {
			n := 0
			for _, err := range b.List(ctx, "") {
				if err != nil {
					return err
				}
				n++
			}
			if n != s.Listed {
				return fmt.Errorf("listed %d objects, want %d", n, s.Listed)
			}
			return nil
		},
	}
	maps.Copy(calls, s.Calls)
	return calls
}

// ReadAll reads an object.
func ReadAll(ctx context.Context, b bucket.Bucket, key string) (string, error) {
	r, _, err := b.Open(ctx, key, 0, -1)
	if err != nil {
		return "", err
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	return string(body), err
}

// reads interrupts the reading of an object's body.
func (s *Suite) reads(t *testing.T) {
	body := strings.Repeat("0123456789", 10_000)
	for name, test := range map[string]struct {
		do    func(replace func()) Do
		want  error
		fails bool
	}{
		"cut":        {do: func(func()) Do { return CutsBody(777, Failing(io.ErrUnexpectedEOF)) }},
		"ends early": {do: func(func()) Do { return CutsBody(777, strings.NewReader("")) }},
		"stalls": {do: func(func()) Do {
			return func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
				return CutsBody(777, Stuck(req.Context()))(base, req)
			}
		}},
		"replaced meanwhile": {want: bucket.ErrPrecondition, fails: true, do: func(replace func()) Do {
			return func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
				resp, err := CutsBody(777, Failing(io.ErrUnexpectedEOF))(base, req)
				replace()
				return resp, err
			}
		}},
		"flipped": {fails: true, do: func(func()) Do { return CutsBody(777, strings.NewReader("X"+body[778:])) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, net := s.Open(t)
				write := func(body string) {
					if _, err := b.Write(t.Context(), buckettest.Object("audio.mp3", body), bucket.Condition{}); err != nil {
						t.Fatal(err)
					}
				}
				write(body)
				isBody := func(req *http.Request) bool { return req.Method == http.MethodGet && req.Header.Get("Range") != "" }
				net.Pending = []Fault{On(isBody, test.do(func() { write(strings.Repeat("9876543210", 10_000)) }))}
				got, err := ReadAll(t.Context(), b, "audio.mp3")
				if (err != nil) != test.fails || test.want != nil && !errors.Is(err, test.want) || err == nil && got != body {
					t.Errorf("read %d bytes, %v", len(got), err)
				}
				if len(net.Pending) != 0 {
					t.Error("nothing was interrupted")
				}
			})
		})
	}
}

// LostAnswers loses the answer to each of the named calls, which the server carries out.
// The call must notice that it has succeeded and change nothing twice. The function made
// returns how many objects the store has made.
func (s *Suite) LostAnswers(t *testing.T, names []string, made func() int) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, net := s.Open(t)
				before := made()
				net.Pending = []Fault{On(s.Commits, LosesAnswer)}
				if err := s.Call(t.Context(), b, name); err != nil {
					t.Error(err)
				}
				if len(net.Pending) != 0 || made()-before > 1 {
					t.Errorf("%d answers not lost, %d objects made; want 0, and 1 at most", len(net.Pending), made()-before)
				}
			})
		})
	}
}

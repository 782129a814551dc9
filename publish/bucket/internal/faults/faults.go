// Package faults is for tests. It provides an HTTP transport that makes requests fail as
// networks and servers do, and a suite of tests that use this transport.
package faults

import (
	"context"
	"io"
	"net/http"
	"sync"
)

// Transport is a transport that makes some requests fail. The first pending fault
// is applied to the next request that it matches, and then removed. A test reads
// the fields while no request is under way.
type Transport struct {
	Base     http.RoundTripper
	Pending  []Fault
	Requests []string // method and path of every request
	Sent     int64    // bytes of all request bodies

	mu sync.Mutex
}

// Fault replaces the handling of the first request that it matches.
type Fault struct {
	Match func(*http.Request) bool
	Do    Do
}

// Do handles a request instead of base.
type Do = func(base http.RoundTripper, req *http.Request) (*http.Response, error)

// On makes a Fault.
func On(match func(*http.Request) bool, do Do) Fault { return Fault{match, do} }

// RoundTrip implements http.RoundTripper.
func (f *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.Requests = append(f.Requests, req.Method+" "+req.URL.Path)
	if req.Body != nil {
		req = req.Clone(req.Context())
		req.Body = &countedBody{req.Body, f}
	}
	var do Do
	if len(f.Pending) > 0 && f.Pending[0].Match(req) {
		do, f.Pending = f.Pending[0].Do, f.Pending[1:]
	}
	f.mu.Unlock()
	if do != nil {
		return do(f.Base, req)
	}
	return f.Base.RoundTrip(req)
}

// countedBody counts what is read of a request's body.
type countedBody struct {
	io.ReadCloser
	f *Transport
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.f.mu.Lock()
	defer b.f.mu.Unlock()
	b.f.Sent += int64(n)
	return n, err
}

// Always matches every request.
func Always(*http.Request) bool { return true }

// Method matches requests of a method.
func Method(m string) func(*http.Request) bool {
	return func(req *http.Request) bool { return req.Method == m }
}

// Breaks closes the connection before the server has the whole request.
func Breaks(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.CopyN(io.Discard, req.Body, 1000)
		req.Body.Close()
	}
	return nil, io.EOF
}

// LosesAnswer closes the connection after the server has done its work.
func LosesAnswer(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	if _, err := base.RoundTrip(req); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

// Stalls neither sends the request nor answers it.
func Stalls(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// CutsBody cuts the body of the response after n bytes and continues it with tail.
func CutsBody(n int64, tail io.Reader) Do {
	return func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := base.RoundTrip(req)
		if err == nil {
			resp.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(io.LimitReader(resp.Body, n), tail), resp.Body}
		}
		return resp, err
	}
}

// Drain reads the body of a request to its end.
func Drain(req *http.Request) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
}

// Failing returns a reader that fails with err.
func Failing(err error) io.Reader { return errReader{err} }

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// Stuck returns a reader that blocks until the context ends.
func Stuck(ctx context.Context) io.Reader { return stuckReader{ctx.Done()} }

type stuckReader struct{ done <-chan struct{} }

func (r stuckReader) Read([]byte) (int, error) {
	<-r.done
	return 0, context.Canceled
}

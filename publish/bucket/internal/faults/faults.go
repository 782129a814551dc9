// Package faults is a transport for tests that spoils requests: between a client
// and a server it does what networks and servers do on bad days.
package faults

import (
	"context"
	"io"
	"net/http"
	"sync"
)

// Transport is a transport that spoils some requests. The first of the pending
// faults is asked whether it wants the next request, and is used up when it took
// one. A test looks at the fields while no request is under way.
type Transport struct {
	Base     http.RoundTripper
	Pending  []Fault
	Requests []string // method and path of every request
	Sent     int64    // bytes of their bodies

	mu sync.Mutex
}

// Fault takes over the first request that it matches.
type Fault struct {
	Match func(*http.Request) bool
	Do    Do
}

// Do is what happens to a request instead of base.
type Do = func(base http.RoundTripper, req *http.Request) (*http.Response, error)

// On makes a fault of what happens to the requests that match.
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

// Breaks cuts the connection before the server has got the whole request.
func Breaks(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.CopyN(io.Discard, req.Body, 1000)
		req.Body.Close()
	}
	return nil, io.EOF
}

// LosesAnswer cuts the connection when the server has done its work.
func LosesAnswer(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	if _, err := base.RoundTrip(req); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

// Stalls neither sends nor answers.
func Stalls(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// CutsBody lets n bytes of the response through and does then as tail does.
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

// Drain reads a request to its end, as a server does that has nothing to say.
func Drain(req *http.Request) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
}

// Failing returns a reader that fails.
func Failing(err error) io.Reader { return errReader{err} }

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// Stuck returns a reader that brings nothing until the context ends.
func Stuck(ctx context.Context) io.Reader { return stuckReader{ctx} }

type stuckReader struct{ ctx context.Context }

func (r stuckReader) Read([]byte) (int, error) { <-r.ctx.Done(); return 0, r.ctx.Err() }

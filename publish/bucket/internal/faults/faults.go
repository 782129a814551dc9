// Package faults is a transport for tests that spoils requests: between a client
// and a server it does what networks and servers do on bad days.
package faults

import (
	"context"
	"io"
	"net/http"
	"sync"
)

// Transport is a transport that spoils some requests. Each fault is asked in turn
// whether it wants the next request, and is used up when it took one.
type Transport struct {
	Base http.RoundTripper

	mu       sync.Mutex
	Pending  []Fault
	Requests []string // method and path of every request
	Sent     int64    // bytes of their bodies
}

// Fault takes a request over, or returns false to leave it alone.
type Fault func(base http.RoundTripper, req *http.Request) (resp *http.Response, err error, took bool)

// RoundTrip implements http.RoundTripper.
func (f *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.Requests = append(f.Requests, req.Method+" "+req.URL.Path)
	if req.Body != nil {
		req = req.Clone(req.Context())
		req.Body = &countedBody{req.Body, f}
	}
	var next Fault
	if len(f.Pending) > 0 {
		next = f.Pending[0]
	}
	f.mu.Unlock()
	if next != nil {
		if resp, err, took := next(f.Base, req); took {
			f.mu.Lock()
			f.Pending = f.Pending[1:]
			f.mu.Unlock()
			return resp, err
		}
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

// Do is what happens to a request instead of base.
type Do = func(base http.RoundTripper, req *http.Request) (*http.Response, error)

// On makes a fault of what happens to the requests that match.
func On(match func(*http.Request) bool, do Do) Fault {
	return func(base http.RoundTripper, req *http.Request) (*http.Response, error, bool) {
		if !match(req) {
			return nil, nil, false
		}
		resp, err := do(base, req)
		return resp, err, true
	}
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

package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// patience is how long a request may make no progress.
const patience = time.Minute

// errStalled ends a request that made no progress for too long.
var errStalled = errors.New("connection stalled")

// stallGuard is a transport that cancels a request when neither its body nor its
// response has made progress for some time. One time limit for the whole request
// would be too short for a large body on a slow line, and too long for others.
type stallGuard struct {
	base http.RoundTripper
}

// CancelStalled returns a transport that cancels requests that make no progress
// for a minute.
func CancelStalled(base http.RoundTripper) http.RoundTripper { return &stallGuard{base} }

// Transport returns a new transport for parallel requests to one host. It keeps up to 64
// idle connections to the host. The default transport keeps two, and so would close most
// connections after each request.
func Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}

// RoundTrip implements http.RoundTripper.
func (g *stallGuard) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(patience, func() { cancel(errStalled) })
	progress := func() { timer.Reset(patience) }
	cause := func(err error) error {
		if context.Cause(ctx) == errStalled {
			return errStalled
		}
		return err
	}

	req = req.WithContext(ctx) // a copy: the caller's request stays unchanged
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &requestBody{ReadCloser: req.Body, progress: progress}
	}
	if getBody := req.GetBody; getBody != nil {
		req.GetBody = func() (io.ReadCloser, error) {
			body, err := getBody()
			return &requestBody{ReadCloser: body, progress: progress}, err
		}
	}
	resp, err := g.base.RoundTrip(req)
	timer.Stop()
	if err != nil {
		err = cause(err)
		cancel(nil)
		return nil, err
	}
	resp.Body = &responseBody{ReadCloser: resp.Body, timer: timer, cause: cause, cancel: cancel}
	return resp, nil
}

// CloseIdleConnections makes http.Client.CloseIdleConnections work.
func (g *stallGuard) CloseIdleConnections() {
	if c, ok := g.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// requestBody reports progress when it is read, because the bytes read before have been
// sent.
type requestBody struct {
	io.ReadCloser
	progress func()
}

func (b *requestBody) Read(p []byte) (int, error) {
	b.progress()
	n, err := b.ReadCloser.Read(p)
	b.progress()
	return n, err
}

// responseBody runs the timer while it is read, and not between two reads.
type responseBody struct {
	io.ReadCloser
	timer  *time.Timer
	cause  func(error) error // replaces the error of a request that was cancelled for stalling
	cancel context.CancelCauseFunc
}

func (r *responseBody) Read(p []byte) (int, error) {
	r.timer.Reset(patience)
	n, err := r.ReadCloser.Read(p)
	r.timer.Stop()
	if err != nil && err != io.EOF {
		err = r.cause(err)
	}
	return n, err
}

func (r *responseBody) Close() error {
	r.timer.Stop()
	err := r.ReadCloser.Close()
	r.cancel(nil)
	return err
}

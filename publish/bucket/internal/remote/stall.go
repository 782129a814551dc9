package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// patience is how long a request may stand still.
const patience = time.Minute

// ErrStalled ends a request that stood still for too long.
var ErrStalled = errors.New("connection stalled")

// watch is a transport that gives up a request when neither it nor its response
// has moved for some time. A fixed time for the whole would be too short for a
// large body on a slow line, and too long for everything else.
type watch struct {
	base     http.RoundTripper
	patience time.Duration
}

// Watch returns a transport that gives up requests that stand still for a minute.
func Watch(base http.RoundTripper) http.RoundTripper {
	return &watch{base: base, patience: patience}
}

// Transport returns a new transport for requests to one host side by side: it
// keeps as many connections as the busiest publish has workers. The default
// would open most of them anew.
func Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}

// RoundTrip implements http.RoundTripper.
func (w *watch) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(w.patience, func() { cancel(ErrStalled) })
	moved := func() { timer.Reset(w.patience) }

	req = req.WithContext(ctx) // a copy: the caller's request stays as it is
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &watchedBody{ReadCloser: req.Body, moved: moved}
	}
	if getBody := req.GetBody; getBody != nil {
		req.GetBody = func() (io.ReadCloser, error) {
			body, err := getBody()
			return &watchedBody{ReadCloser: body, moved: moved}, err
		}
	}
	resp, err := w.base.RoundTrip(req)
	timer.Stop()
	if err != nil {
		err = stalled(ctx, err)
		cancel(nil)
		return nil, err
	}
	resp.Body = &watchedResponse{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, timer: timer, patience: w.patience}
	return resp, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections through.
func (w *watch) CloseIdleConnections() {
	if c, ok := w.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// stalled replaces the error of a request that was given up by the reason.
func stalled(ctx context.Context, err error) error {
	if context.Cause(ctx) == ErrStalled {
		return ErrStalled
	}
	return err
}

// watchedBody reports when a request's body is read: what was read before has
// gone out.
type watchedBody struct {
	io.ReadCloser
	moved func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.moved()
	n, err := b.ReadCloser.Read(p)
	b.moved()
	return n, err
}

// watchedResponse waits with patience while it is read. The time between two
// reads is the reader's own.
type watchedResponse struct {
	io.ReadCloser
	ctx      context.Context
	cancel   context.CancelCauseFunc
	timer    *time.Timer
	patience time.Duration
}

func (r *watchedResponse) Read(p []byte) (int, error) {
	r.timer.Reset(r.patience)
	n, err := r.ReadCloser.Read(p)
	r.timer.Stop()
	if err != nil && err != io.EOF {
		err = stalled(r.ctx, err)
	}
	return n, err
}

func (r *watchedResponse) Close() error {
	r.timer.Stop()
	err := r.ReadCloser.Close()
	r.cancel(nil)
	return err
}

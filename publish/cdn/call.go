package cdn

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"onair/internal/retry"
	"onair/internal/shorten"

	"golang.org/x/sync/errgroup"
)

// Limits of a purge and of its calls.
const (
	callTimeout = 30 * time.Second
	timePerCall = 250 * time.Millisecond
	parallel    = 8
	maxAnswer   = 64 << 10 // bytes of an answer that are read
)

// caller sends the requests of a purger.
type caller struct {
	client *http.Client
	policy retry.Policy
	secret string // replaced in messages; empty if there is none
}

func newCaller(o *Options) *caller {
	client := http.Client{}
	if o.Client != nil {
		client = *o.Client
	}
	// A redirect could send a token, or a purge, to another server.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Timeout = cmp.Or(client.Timeout, callTimeout)
	return &caller{client: &client, policy: retry.Service(0)} // the method each sets the time limit
}

// request is one call, in a form that can be repeated.
type request struct {
	method, url string
	host        string // for the Host header; empty means the host of the URL
	header      http.Header
	body        []byte
	accept      func(status int) bool // nil accepts 2xx
}

// each makes several calls in parallel, within a time limit for this number of calls.
func (c *caller) each(ctx context.Context, requests []request) error {
	ctx, cancel := context.WithTimeout(ctx, retry.Patience+time.Duration(len(requests))*timePerCall)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, r := range requests {
		group.Go(func() error { return c.call(ctx, r) })
	}
	return group.Wait()
}

// call sends a request until it is accepted, is refused for good, or the policy
// allows no more tries.
func (c *caller) call(ctx context.Context, r request) error {
	return c.policy.Do(ctx, func(ctx context.Context, _ int) error { return c.try(ctx, r) })
}

// try sends a request once.
func (c *caller) try(ctx context.Context, r request) error {
	q, err := http.NewRequestWithContext(ctx, r.method, r.url, strings.NewReader(string(r.body)))
	if err != nil {
		return retry.Permanent(c.describe(r, c.shown(err.Error())))
	}
	q.Host = r.host
	q.Header = r.header.Clone()
	res, err := c.client.Do(q)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s %s: %w", r.method, c.shown(r.url), context.Cause(ctx))
		}
		return c.describe(r, c.shown(err.Error()))
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer)) // a short read loses only the message
	accept := r.accept
	if accept == nil {
		accept = func(status int) bool { return status/100 == 2 }
	}
	if accept(res.StatusCode) {
		return nil
	}
	err = c.describe(r, c.shown(answer(res, body)))
	if retry.TemporaryStatus(res.StatusCode) {
		return retry.After(retry.ParseAfter(res.Header.Get("Retry-After"), time.Now()), err)
	}
	return retry.Permanent(err)
}

// describe returns an error that names the call.
func (c *caller) describe(r request, why string) error {
	return fmt.Errorf("%s %s: %s", r.method, c.shown(r.url), why)
}

// shown returns text for a message: one line of at most 300 characters, without the
// secret.
func (c *caller) shown(s string) string {
	if c.secret != "" {
		s = strings.ReplaceAll(s, c.secret, "[token]")
	}
	return shorten.Line(s, 300)
}

// answer describes a response that is an error: its status, and its message if it
// is JSON of a form that one of the vendors uses. Other bodies, such as HTML, are
// left out.
func answer(res *http.Response, body []byte) string {
	status := strings.TrimSpace(fmt.Sprintf("status %d %s", res.StatusCode, strings.ToLower(http.StatusText(res.StatusCode))))
	var said struct {
		Msg, Detail string // Fastly
		Errors      []struct{ Message string }
		Error       struct{ Message string } // Google
	}
	_ = json.Unmarshal(body, &said) // fields of another form stay empty
	messages := []string{said.Msg, said.Detail, said.Error.Message}
	for _, e := range said.Errors { // Cloudflare
		messages = append(messages, e.Message)
	}
	for _, m := range unique(messages) {
		if m != "" {
			status += ": " + m
		}
	}
	return status
}

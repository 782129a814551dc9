// Package fetch is an HTTP client with limits, for the show as listeners get it,
// feeds to import, and services that are notified of a new episode.
//
// Every request has these limits:
//
//   - It uses http or https and follows at most five redirects, or none if it has a
//     body. After a redirect to another host, it sends no credentials.
//   - It is cancelled after a total time, and after a time in which no byte arrives.
//   - A body has a maximum size, counted after decompression. The size that a server
//     claims is not trusted, and a gzip bomb ends at the limit.
//   - Errors contain the method and the address without query, fragment and user,
//     because those parts may be secrets. They contain no headers or bodies.
//   - It is not retried. Errors that a retry would repeat are marked with
//     [retry.Permanent]: too many redirects, an address that is not http or https, a
//     closed port, an unknown name, an untrusted certificate.
//
// [Own] reaches any address and uses the proxy of the environment. [Public] is for
// untrusted addresses. When it dials, it refuses every address that is not on the
// public internet: loopback, private, link-local, the metadata services of clouds. It
// checks the address that it dials, so that a name cannot resolve to another address
// after the check. Public uses no proxy, because the proxy would dial.
package fetch

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"onair/internal/retry"
)

// MaxBody is the default of Request.Limit, in bytes.
const MaxBody = 32 << 20

const (
	maxRedirects = 5
	maxHeader    = 256 << 10
	defaultTotal = time.Minute
	defaultStall = 20 * time.Second
)

var (
	// ErrNotPublic reports that an address is not on the public internet.
	ErrNotPublic = errors.New("not an address of the public internet")
	// ErrTooLarge reports that a body has more bytes than the request allows.
	ErrTooLarge = errors.New("body is too large")
	// ErrRedirects reports that a request was redirected too often.
	ErrRedirects = fmt.Errorf("more than %d redirects", maxRedirects)
)

// Client makes requests. It is safe for concurrent use.
type Client struct {
	transport *http.Transport
	stall     time.Duration
}

// Options are options for a client; nil means defaults.
type Options struct {
	Stall time.Duration  // longest time without a byte; 0 means 20 seconds
	Roots *x509.CertPool // trusted authorities; nil means those of the system

	// Dial connects to a server. Nil means to dial over the network, through the proxy
	// of the environment if there is one. Tests set it to reach their own servers under
	// a show's host names.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Own returns a client for addresses that the user chose.
func Own(o *Options) *Client {
	if o == nil {
		o = &Options{}
	}
	if o.Dial != nil {
		return newClient(o, o.Dial)
	}
	c := newClient(o, (&net.Dialer{Timeout: cmp.Or(o.Stall, defaultStall)}).DialContext)
	c.transport.Proxy = http.ProxyFromEnvironment
	return c
}

// Public returns a client for untrusted addresses.
func Public() *Client { return guarded(nil, isPublic) }

// guarded returns a client that dials only allowed addresses. They are checked after
// a name is resolved.
func guarded(resolver *net.Resolver, allowed func(net.Addr) bool) *Client {
	dialer := &net.Dialer{
		Timeout:  defaultStall,
		Resolver: resolver,
		Control: func(network, address string, _ syscall.RawConn) error {
			addr, err := net.ResolveTCPAddr(network, address) // the name is resolved by now
			if err != nil || !allowed(addr) {
				return ErrNotPublic
			}
			return nil
		},
	}
	return newClient(&Options{}, dialer.DialContext)
}

func newClient(o *Options, dial func(context.Context, string, string) (net.Conn, error)) *Client {
	return &Client{
		stall: cmp.Or(o.Stall, defaultStall),
		transport: &http.Transport{
			DialContext:            dial,
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots},
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    16,
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
}

// Request is one request. Only URL is required.
type Request struct {
	Method string // empty means GET
	URL    string
	Header http.Header
	Body   []byte

	Limit int64         // longest body of the response, in bytes; 0 means MaxBody
	Total time.Duration // longest time until the body has been read; 0 means a minute
	Stay  bool          // do not follow redirects
}

// Do makes a request. The caller reads and closes the body. A Read past the limit
// returns an error that wraps ErrTooLarge. Response.Request has the address after all
// redirects.
func (c *Client) Do(ctx context.Context, r *Request) (*http.Response, error) {
	u, err := parse(r.URL)
	if err != nil {
		return nil, err
	}
	ctx, guard := startGuard(ctx, cmp.Or(r.Total, defaultTotal), c.stall)
	response, err := c.follow(ctx, r, u)
	if err != nil {
		err = fmt.Errorf("%s %s: %w", cmp.Or(r.Method, http.MethodGet), withoutSecrets(u), classify(guard.explain(err)))
		guard.stop()
		return nil, err
	}
	limit := cmp.Or(r.Limit, MaxBody)
	response.Body = &body{ReadCloser: response.Body, guard: guard, limit: limit, remaining: limit}
	return response, nil
}

// parse parses an absolute http or https address. Its errors contain no part of the
// address that may be a secret.
func parse(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, retry.Permanent(errors.New("the address is not a URL"))
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, retry.Permanent(fmt.Errorf("%s is not a web address: want http:// or https://", withoutSecrets(u)))
	}
	return u, nil
}

// connectionRefused is the number that Windows has for syscall.ECONNREFUSED.
const connectionRefused = syscall.Errno(10061)

// classify marks an error of a connection as permanent if a retry would repeat the
// error.
func classify(err error) error {
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, connectionRefused), errors.Is(err, ErrNotPublic):
	case errors.As(err, &certificate):
	case errors.As(err, &name) && name.IsNotFound:
	default:
		return err
	}
	return retry.Permanent(err)
}

// timeoutError reports that a request took too long.
type timeoutError string

func (e timeoutError) Error() string { return string(e) }

// Timeout implements net.Error.
func (e timeoutError) Timeout() bool { return true }

// withoutSecrets returns an address without the parts that may be secrets.
func withoutSecrets(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

// follow makes a request and follows redirects.
func (c *Client) follow(ctx context.Context, r *Request, u *url.URL) (*http.Response, error) {
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if header.Get("User-Agent") == "" {
		header.Set("User-Agent", "onair")
	}
	if u.User != nil {
		password, _ := u.User.Password()
		basic := http.Request{Header: header}
		basic.SetBasicAuth(u.User.Username(), password)
	}
	for range maxRedirects + 1 {
		request, err := http.NewRequestWithContext(ctx, r.Method, u.String(), bytes.NewReader(r.Body))
		if err != nil {
			return nil, errors.New("the request cannot be made")
		}
		request.Header = header.Clone()
		response, err := c.transport.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		next, err := redirect(response, r)
		if err != nil {
			response.Body.Close()
			return nil, err
		}
		if next == nil {
			return response, nil
		}
		_, _ = io.CopyN(io.Discard, response.Body, 4<<10) // so that the connection can be reused
		response.Body.Close()
		if next.Host != u.Host {
			header.Del("Authorization")
			header.Del("Cookie")
		}
		u = next
	}
	return nil, retry.Permanent(ErrRedirects)
}

// redirect returns the address that a response redirects to. It returns nil if there is
// none, or if the request does not follow redirects.
func redirect(response *http.Response, r *Request) (*url.URL, error) {
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	location := response.Header.Get("Location")
	if r.Stay || len(r.Body) > 0 || location == "" {
		return nil, nil
	}
	next, err := response.Request.URL.Parse(location)
	if err != nil {
		return nil, retry.Permanent(errors.New("redirected to an address that is not a URL"))
	}
	if next, err = parse(next.String()); err != nil {
		return nil, fmt.Errorf("redirected: %w", err)
	}
	return next, nil
}

// body is the body of a response with the limits of its request.
type body struct {
	io.ReadCloser
	guard            *guard
	limit, remaining int64 // bytes; remaining is negative after the limit
}

func (b *body) Read(p []byte) (int, error) {
	if b.remaining < 0 {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, b.limit)
	}
	if int64(len(p)) > b.remaining+1 {
		p = p[:b.remaining+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.guard.progress()
	if b.remaining -= int64(n); b.remaining < 0 {
		return n - 1, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, b.limit)
	}
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read the body: %w", b.guard.explain(err))
	}
	return n, err
}

func (b *body) Close() error {
	b.guard.stop()
	return b.ReadCloser.Close()
}

// guard cancels a request that takes too long.
type guard struct {
	cancel context.CancelCauseFunc
	cause  func() error // returns why the request was cancelled, or nil
	total  *time.Timer
	idle   *time.Timer
	stall  time.Duration
}

// startGuard returns a guard and the context that it cancels.
func startGuard(ctx context.Context, total, stall time.Duration) (context.Context, *guard) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &guard{
		cancel: cancel,
		cause:  func() error { return context.Cause(ctx) },
		total:  time.AfterFunc(total, func() { cancel(timeoutError(fmt.Sprintf("not finished within %s", total))) }),
		idle:   time.AfterFunc(stall, func() { cancel(timeoutError(fmt.Sprintf("no data received for %s", stall))) }),
		stall:  stall,
	}
}

// progress restarts the timer for the time without a byte.
func (g *guard) progress() { g.idle.Reset(g.stall) }

// explain returns why the request was cancelled, or err if it was not cancelled.
func (g *guard) explain(err error) error {
	if cause := g.cause(); cause != nil {
		return cause
	}
	return err
}

func (g *guard) stop() {
	g.total.Stop()
	g.idle.Stop()
	g.cancel(nil)
}

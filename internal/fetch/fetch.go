// Package fetch is the one HTTP client of onair for addresses it did not make
// up: the show as listeners get it, feeds to be imported, services that are told
// of a new episode.
//
// What holds for every request:
//
//   - Only http and https, and at most five redirects. Credentials do not follow
//     a redirect to another host, and a request with a body follows none.
//   - It ends: after a time in all, and after a time in which nothing came.
//   - A body has at most so many bytes, counted after decompression: what a
//     server says of its size is not believed, and a gzip bomb stops there.
//   - Errors name the method and the address without query, fragment and user:
//     those parts may be secrets. Headers and bodies are never in an error.
//   - Nothing is retried: whoever asks knows whether asking again makes sense.
//
// [Own] reaches any address and goes through the proxy of the environment.
// [Public] is for the addresses of strangers. It refuses, at the moment of
// dialling and so whatever a name resolves to then, every address that is not of
// the public internet: loopback, private, link-local, the metadata services of
// clouds. It uses no proxy, because a proxy would do the dialling.
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
)

// MaxBody is how many bytes a body may have where a request does not say.
const MaxBody = 32 << 20

const (
	maxRedirects = 5
	maxHeader    = 256 << 10
	defaultTotal = time.Minute
	defaultStall = 20 * time.Second
)

// Errors that callers branch on.
var (
	// ErrNotPublic: the address is not one of the public internet.
	ErrNotPublic = errors.New("not an address of the public internet")
	// ErrTooLarge: a body has more bytes than the request allows.
	ErrTooLarge = errors.New("body is too large")
)

// Client makes requests. It is safe for concurrent use.
type Client struct {
	transport *http.Transport
	stall     time.Duration
}

// Options are the circumstances of a client; nil means defaults.
type Options struct {
	Stall time.Duration  // without a byte until a request is given up; 0: 20 seconds
	Roots *x509.CertPool // authorities that are trusted; nil: the system's

	// Dial connects; nil: the network, or the environment's proxy. Tests bring the
	// servers of a show's names.
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

// Public returns a client for addresses that a stranger wrote.
func Public() *Client { return guarded(nil, isPublic) }

// guarded dials only addresses that are allowed, whatever a name resolves to.
func guarded(resolver *net.Resolver, allowed func(net.Addr) bool) *Client {
	dialer := &net.Dialer{
		Timeout:  defaultStall,
		Resolver: resolver,
		Control: func(network, address string, _ syscall.RawConn) error {
			addr, err := net.ResolveTCPAddr(network, address) // digits by now: nothing is looked up
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
	Method string // empty: GET
	URL    string
	Header http.Header
	Body   []byte

	Limit int64         // bytes that the answer's body may have; 0: MaxBody
	Total time.Duration // until the body has been read; 0: a minute
	Stay  bool          // a redirect is the answer
}

// Do makes a request. The caller reads and closes the body; a Read past the
// limit is ErrTooLarge. Response.Request has the address that answered in the
// end.
func (c *Client) Do(ctx context.Context, r *Request) (*http.Response, error) {
	u, err := parse(r.URL)
	if err != nil {
		return nil, err
	}
	ctx, guard := watch(ctx, cmp.Or(r.Total, defaultTotal), c.stall)
	response, err := c.follow(ctx, r, u)
	if err != nil {
		err = fmt.Errorf("%s %s: %w", cmp.Or(r.Method, http.MethodGet), shown(u), guard.cause(err))
		guard.stop()
		return nil, err
	}
	limit := cmp.Or(r.Limit, MaxBody)
	response.Body = &body{ReadCloser: response.Body, guard: guard, limit: limit, left: limit}
	return response, nil
}

// parse accepts absolute http and https addresses. The error does not repeat
// what may be a secret.
func parse(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("the address is not a URL")
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, fmt.Errorf("%s is not an address of the web: want http:// or https://", shown(u))
	}
	return u, nil
}

// shown is an address without the parts that may be secrets.
func shown(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

// follow makes a request and those that redirects ask for.
func (c *Client) follow(ctx context.Context, r *Request, u *url.URL) (*http.Response, error) {
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("User-Agent", "onair")
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
		_, _ = io.CopyN(io.Discard, response.Body, 4<<10) // the connection can be used again
		response.Body.Close()
		if next.Host != u.Host {
			header.Del("Authorization")
			header.Del("Cookie")
		}
		u = next
	}
	return nil, fmt.Errorf("more than %d redirects", maxRedirects)
}

// redirect is where an answer sends the request; nil where it does not, or is
// not to be followed.
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
		return nil, errors.New("redirected to what is not a URL")
	}
	if next, err = parse(next.String()); err != nil {
		return nil, fmt.Errorf("redirected: %w", err)
	}
	return next, nil
}

// body is the body of an answer, held to the limits of its request.
type body struct {
	io.ReadCloser
	guard       *guard
	limit, left int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, b.limit)
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.guard.heard()
	if b.left -= int64(n); b.left < 0 {
		return n - 1, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, b.limit)
	}
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read the body: %w", b.guard.cause(err))
	}
	return n, err
}

func (b *body) Close() error {
	b.guard.stop()
	return b.ReadCloser.Close()
}

// guard ends a request that takes too long.
type guard struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	total  *time.Timer
	quiet  *time.Timer
	stall  time.Duration
}

// watch starts the two clocks of a request.
func watch(ctx context.Context, total, stall time.Duration) (context.Context, *guard) {
	g := &guard{stall: stall}
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	g.total = time.AfterFunc(total, func() { g.cancel(fmt.Errorf("not done after %s", total)) })
	g.quiet = time.AfterFunc(stall, func() { g.cancel(fmt.Errorf("nothing came for %s", stall)) })
	return g.ctx, g
}

// heard starts the clock of silence again.
func (g *guard) heard() { g.quiet.Reset(g.stall) }

// cause is why the request ended, where the error only says that it did.
func (g *guard) cause(err error) error {
	if cause := context.Cause(g.ctx); cause != nil {
		return cause
	}
	return err
}

func (g *guard) stop() {
	g.total.Stop()
	g.quiet.Stop()
	g.cancel(nil)
}

// Package call makes calls to the services that recognize, translate and speak.
package call

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"onair/internal/fetch"
	"onair/internal/oauth"
	"onair/internal/retry"
)

const (
	// patience is how long Do keeps trying.
	patience = 30 * time.Minute
	// total limits one try. A service may work for minutes on an hour of audio before it
	// answers.
	total = 30 * time.Minute
	// limit is the largest answer, in bytes.
	limit = 256 << 20
	// shown is the shortest pause that Client.Say is called about.
	shown = 30 * time.Second
)

// Client calls a service.
type Client struct {
	// Authorize adds credentials to the header of a request. If it is nil, requests have no
	// credentials.
	Authorize func(context.Context, http.Header) error
	// Sleep waits between tries. If it is nil, the system's clock is used.
	Sleep func(context.Context, time.Duration) error
	// Say shows the user a message about a long pause. It may be nil.
	Say func(string)

	http  *fetch.Client
	limit int64 // longest answer, in bytes
}

// New returns a client.
func New() *Client {
	return &Client{http: fetch.Own(&fetch.Options{Stall: total}), limit: limit}
}

// Request is a call.
type Request struct {
	Method, URL string
	Type        string // media type of the body
	Body        []byte
	Once        bool // do not repeat the request if the service may have acted on it
}

// Error is an answer with an error status.
type Error struct {
	Status  int // HTTP status
	Message string
}

func (e *Error) Error() string { return e.Message }

// Lost reports whether the service may have acted on a request although its answer is
// missing.
func Lost(err error) bool {
	var answer *Error
	return err != nil && !errors.As(err, &answer) && !errors.Is(err, errNotSent)
}

var errNotSent = errors.New("no credentials")

// Do calls the service and returns the body of the answer. It repeats the call after
// temporary failures until patience is over. If the service asks for a pause, Do waits that
// long.
func (c *Client) Do(ctx context.Context, r *Request) (answer []byte, err error) {
	policy := retry.Service(patience)
	policy.Sleep = c.Sleep
	err = policy.Do(ctx, func(ctx context.Context, _ int) error {
		var tried error
		if answer, tried = c.try(ctx, r); r.Once && Lost(tried) {
			tried = retry.Permanent(tried)
		}
		return tried
	})
	return answer, err
}

func (c *Client) try(ctx context.Context, r *Request) ([]byte, error) {
	header := http.Header{}
	if r.Type != "" {
		header.Set("Content-Type", r.Type)
	}
	if c.Authorize != nil {
		if err := c.Authorize(ctx, header); err != nil {
			return nil, retry.Permanent(fmt.Errorf("%w: %w", errNotSent, err))
		}
	}
	response, err := c.http.Do(ctx, &fetch.Request{Method: r.Method, URL: r.URL, Header: header, Body: r.Body, Limit: c.limit, Total: total})
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if errors.Is(err, fetch.ErrTooLarge) { // the next answer would be as large, and would cost as much
		return nil, retry.Permanent(fmt.Errorf("the answer is larger than %d bytes", c.limit))
	} else if err != nil {
		return nil, fmt.Errorf("the answer is cut off: %w", err)
	}
	if response.StatusCode/100 == 2 {
		return body, nil
	}
	failed := &Error{response.StatusCode, oauth.New(response.StatusCode, body).Message}
	// The status for a customer without credit is the same as for too many calls.
	if !retry.TemporaryStatus(failed.Status) || strings.Contains(string(body), "insufficient_quota") {
		return nil, retry.Permanent(failed)
	}
	pause := retry.ParseAfter(response.Header.Get("Retry-After"), time.Now())
	if c.Say != nil && shown <= pause && pause < patience {
		c.Say(fmt.Sprintf("the service asks to wait %v: %s", pause.Round(time.Second), failed.Message))
	}
	return nil, retry.After(pause, failed)
}

// CheckAddress returns an error unless it is safe to send credentials and audio to an
// address: the address must be https, or http to this machine, without a user name or a
// query.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("is not an address such as https://api.example/v1")
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("is plain http: only https is safe, except to this machine")
	}
	return nil
}

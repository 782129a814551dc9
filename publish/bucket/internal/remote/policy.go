// Package remote holds the code that buckets behind a network share: tries and
// deadlines, a transport that gives up stalled requests, readers that continue after
// interruptions, a check of each body before its end is sent, and one-line errors without
// secrets.
package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"onair/internal/retry"
)

const (
	// slowestRate is the assumed rate of a slow line, in bytes a second.
	slowestRate = 32 << 10

	// triesToReach is how many times a call is tried if it cannot connect to a server that
	// has never answered, for instance because the address is wrong.
	triesToReach = 4
)

// Policy says how often and for how long a call is tried.
type Policy struct {
	retry.Policy

	// Temporary reports whether another try may succeed.
	Temporary func(error) bool
	// Explain turns an error of the provider's client into an error with one line of
	// text, which wraps the sentinel that callers branch on, if there is one.
	Explain func(error) error
	// Header returns the headers of the response that caused an error; nil if there was
	// no response.
	Header func(error) http.Header

	// Patience is how long a call may take besides the time for its body.
	Patience time.Duration

	reached atomic.Bool // the server has answered a request
}

// NewPolicy returns a policy with these functions. A call is tried for five minutes,
// plus the time that its body takes at 32 KiB a second.
func NewPolicy(temporary func(error) bool, explain func(error) error, header func(error) http.Header) *Policy {
	return &Policy{
		Policy:    retry.Service(0), // Do sets the limit
		Patience:  retry.Patience,
		Temporary: temporary,
		Explain:   explain,
		Header:    header,
	}
}

// timeFor returns how long a call that moves size bytes may take.
func (p *Policy) timeFor(size int64) time.Duration {
	return p.Patience + time.Duration(size/slowestRate)*time.Second
}

// Do calls try with n = 1, 2, 3 and so on, until it succeeds or another try cannot
// help. Each try moves up to size bytes. Do returns the last error, explained. A try
// may itself call Do for its steps; if a step fails, the try is not repeated.
func (p *Policy) Do(ctx context.Context, size int64, try func(ctx context.Context, n int) error) error {
	policy := p.Policy
	policy.Limit = p.timeFor(size)
	return policy.Do(ctx, func(ctx context.Context, n int) error {
		err := try(ctx, n)
		if err == nil || p.Header(err) != nil {
			p.reached.Store(true)
		}
		marked := p.mark(err)
		if n >= triesToReach && !p.reached.Load() && isDial(err) {
			return retry.Permanent(fmt.Errorf("gave up after %d tries: %w", n, marked))
		}
		return marked
	})
}

// isDial reports whether an error means that no connection was made.
func isDial(err error) bool {
	var e *net.OpError
	return errors.As(err, &e) && e.Op == "dial"
}

// mark explains the error of a try, and tells package retry what should follow.
func (p *Policy) mark(err error) error {
	if err == nil || retry.IsPermanent(err) {
		return err
	}
	explained := p.Explain(err)
	if !p.Temporary(err) {
		return retry.Permanent(explained)
	}
	return retry.After(retry.ParseAfter(p.Header(err).Get("Retry-After"), time.Now()), explained)
}

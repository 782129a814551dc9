// Package remote holds what the buckets behind a network have in common: tries
// and deadlines, a transport that gives up stalled requests, readers that
// continue after interruptions, bodies whose end is sent only when they are
// known to be right, and one-line errors without secrets.
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
	// slowestRate is the bytes a second that even a slow line manages.
	slowestRate = 32 << 10

	// triesToReach is how often a server is tried that has never answered, such as
	// one whose address is wrong.
	triesToReach = 4
)

// Policy says how often and for how long a call is tried.
type Policy struct {
	retry.Policy

	// Temporary reports whether another try may succeed.
	Temporary func(error) bool
	// Explain turns an error of the provider's client into the sentinel that
	// callers branch on, with one line of text.
	Explain func(error) error
	// Header returns the headers of the answer that an error is about; nil if
	// there is none.
	Header func(error) http.Header

	// Patience is how long a call may take besides the time for its body.
	Patience time.Duration

	reached atomic.Bool // the server has answered a request
}

// NewPolicy returns the policy of a provider with such errors: a call is tried for
// five minutes and as long as its body takes at 32 KiB a second.
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

// Do calls try with n = 1, 2, 3 and so on, until it succeeds or nothing is gained
// by another try. Each try moves up to size bytes. The error is the last one,
// explained. A try may call Do for its steps: no other try follows where that
// failed.
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

// isDial reports whether there was no connection at all.
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

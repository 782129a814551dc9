// Package retry repeats calls that failed for a temporary reason, with growing pauses
// between the tries.
//
// The error of a try decides what follows:
//
//   - An ordinary error is followed by another try, after a pause.
//   - [Permanent] marks an error that another try would only repeat.
//   - [After] marks an error with the pause that the server asked for, as read
//     by [ParseAfter] from a Retry-After header.
package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Policy says how often and for how long a call is tried. First and Longest are
// required.
type Policy struct {
	// Tries is the maximum number of tries. 0 sets no limit.
	Tries int

	// The pause after the n-th try is up to First * 2^(n-1), and at most Longest.
	// A server may ask for a longer one.
	First, Longest time.Duration

	// MaxAsked is the longest pause that a server may ask for; a longer one is cut
	// to it. 0 sets no limit.
	MaxAsked time.Duration

	// Jitter returns the length of a pause, given its upper limit. nil picks it at
	// random between 0 and the limit, so that many callers that failed together do
	// not return together.
	Jitter func(limit time.Duration) time.Duration

	// Limit is the time that all tries and pauses of one call may take together. When it
	// ends, a try that is under way is cancelled. 0 sets no limit.
	Limit time.Duration

	// Deadline is the time after which no further try begins, except for the first
	// MinTries. A try that is under way at that time is not cancelled. The zero time sets
	// no deadline.
	Deadline time.Time
	MinTries int

	// Now and Sleep are the clock. nil means the system's clock.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Patience is the usual Limit for calls to a service.
const Patience = 5 * time.Minute

// Service returns the policy for calls to a service over a network. limit is the time
// for all tries and pauses of a call. The number of tries has no limit, so that a call
// can outlast an outage of a minute, whether or not the service asks for a pause.
func Service(limit time.Duration) Policy {
	return Policy{First: 500 * time.Millisecond, Longest: 20 * time.Second, Limit: limit}
}

// NoJitter is a Policy.Jitter that makes every pause as long as it may be.
func NoJitter(limit time.Duration) time.Duration { return limit }

// Do calls try with n = 1, 2, 3 and so on until it succeeds or another try cannot help.
// The context that try gets ends with the policy's limit. Do returns the last error of
// try, or the error of ctx if ctx has ended. The error is marked as [Permanent], so
// that an outer Do does not repeat the call.
func (p *Policy) Do(ctx context.Context, try func(ctx context.Context, n int) error) error {
	bounded := ctx
	if p.Limit > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, p.Limit)
		defer cancel()
	}
	for n := 1; ; n++ {
		err := try(bounded, n)
		if err == nil {
			return nil
		}
		if end := p.Next(bounded, n, err); end != nil {
			if bounded.Err() != nil && ctx.Err() == nil && !IsPermanent(end) {
				end = fmt.Errorf("gave up after %v: %w", p.Limit, err)
			}
			return Permanent(end)
		}
	}
}

// Next waits for the next try after n tries, the last of which failed with err. It
// returns nil if another try should follow, and otherwise the error with which the call
// ends. It is for callers that cannot leave the loop to [Policy.Do].
func (p *Policy) Next(ctx context.Context, n int, err error) error {
	switch {
	case IsPermanent(err):
		return err
	case ctx.Err() != nil:
		return contextError(ctx, err)
	case n == p.Tries:
		return gaveUp(n, err)
	}
	asked := askedFor(err)
	if p.MaxAsked > 0 {
		asked = min(asked, p.MaxAsked)
	}
	pause := max(asked, p.pause(n))
	switch late := p.isLate(ctx, n, pause); {
	case late && pause == asked:
		return fmt.Errorf("asked to wait %v, which is too long: %w", asked, err)
	case late:
		return gaveUp(n, err)
	}
	if p.sleep(ctx, pause) != nil {
		return contextError(ctx, err)
	}
	return nil
}

func gaveUp(tries int, err error) error {
	if tries == 1 {
		return fmt.Errorf("gave up after one try: %w", err)
	}
	return fmt.Errorf("gave up after %d tries: %w", tries, err)
}

// contextError returns the error of a call whose context has ended. That is err if it
// wraps the context's error, because err may say more, or else the context's error.
func contextError(ctx context.Context, err error) error {
	if ctx.Err() == nil || errors.Is(err, ctx.Err()) {
		return err
	}
	return ctx.Err()
}

// pause returns the length of the pause after n tries.
func (p *Policy) pause(n int) time.Duration {
	limit := min(p.First<<min(n-1, 16), p.Longest)
	if p.Jitter != nil {
		return p.Jitter(limit)
	}
	return rand.N(limit)
}

// isLate reports whether it is too late for another try after a pause.
func (p *Policy) isLate(ctx context.Context, n int, pause time.Duration) bool {
	at := p.now().Add(pause)
	if end, ok := ctx.Deadline(); ok && at.After(end) {
		return true
	}
	return !p.Deadline.IsZero() && n >= p.MinTries && at.After(p.Deadline)
}

func (p *Policy) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

func (p *Policy) sleep(ctx context.Context, d time.Duration) error {
	if p.Sleep != nil {
		return p.Sleep(ctx, d)
	}
	return Sleep(ctx, d)
}

// Sleep waits for a duration. It returns the error of ctx if ctx ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// permanentError marks an error as permanent.
type permanentError struct{ error }

func (e *permanentError) Unwrap() error { return e.error }

// Permanent marks an error that another try would only repeat. It keeps the text
// of err and wraps it. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil || IsPermanent(err) {
		return err
	}
	return &permanentError{err}
}

// IsPermanent reports whether an error, or one that it wraps, was marked by
// Permanent.
func IsPermanent(err error) bool {
	var permanent *permanentError
	return errors.As(err, &permanent)
}

// askedError marks an error with the pause that a server asked for.
type askedError struct {
	error
	pause time.Duration
}

func (e *askedError) Unwrap() error { return e.error }

// After marks an error with the pause that a server asked for before the next try. It
// keeps the text of err and wraps it.
func After(pause time.Duration, err error) error {
	if err == nil || pause <= 0 {
		return err
	}
	return &askedError{err, pause}
}

// askedFor returns the pause that After marked an error with, or 0.
func askedFor(err error) time.Duration {
	var asked *askedError
	if errors.As(err, &asked) {
		return asked.pause
	}
	return 0
}

// TemporaryStatus reports whether another try may succeed after a response with an HTTP
// status. It may if the server is busy or broken, or did not get the request in time.
func TemporaryStatus(code int) bool {
	return code == http.StatusRequestTimeout || code == http.StatusTooManyRequests || code >= 500
}

// ParseAfter returns the pause that the value of a Retry-After header asks for
// (RFC 9110, section 10.2.3): seconds or a date. It is 0 if the value is empty,
// malformed or in the past.
func ParseAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(seconds, 0), 1e6)) * time.Second
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}

// Package remote is what the buckets behind a network have in common: tries and
// deadlines, requests that stand still, readers that continue after
// interruptions, bodies that end only when they have proved right, and errors of
// one line without secrets.
package remote

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Policy says how often and for how long a call is tried.
type Policy struct {
	Tries int // at most, of one call

	// The pause after the n-th try is random up to First * 2^(n-1), so that many
	// workers that failed together do not return together, and at most Longest.
	First, Longest time.Duration

	// The whole of a call may take Least, and longer for the bytes it moves.
	Least time.Duration
	Rate  int64 // bytes a second that even a slow line manages

	Sleep func(context.Context, time.Duration) error

	// Temporary reports whether another try may go better, and Explain puts an
	// error into our words: the sentinel that callers branch on, and one line.
	Temporary func(error) bool
	Explain   func(error) error
}

// NewPolicy returns the policy of a provider with such errors: a call has seven
// tries within five minutes and as long as its body takes at 32 KiB a second.
func NewPolicy(temporary func(error) bool, explain func(error) error) *Policy {
	return &Policy{
		Tries:     7,
		First:     500 * time.Millisecond,
		Longest:   10 * time.Second,
		Least:     5 * time.Minute,
		Rate:      32 << 10,
		Sleep:     sleep,
		Temporary: temporary,
		Explain:   explain,
	}
}

// sleep waits, or returns the context's error if that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Deadline is how long a call that moves size bytes may take.
func (p *Policy) Deadline(size int64) time.Duration {
	return p.Least + time.Duration(size/p.Rate)*time.Second
}

// Pause waits before the next try, after n of them.
func (p *Policy) Pause(ctx context.Context, n int) error {
	limit := min(p.First<<min(n-1, 16), p.Longest)
	return p.Sleep(ctx, rand.N(limit))
}

// Do calls try, with 1, 2, 3 and so on, until it succeeds or fails for good. It
// moves up to size bytes each time. The error is the last one, explained. A try
// may call Do for its steps: no other try follows where that failed.
func (p *Policy) Do(ctx context.Context, size int64, try func(ctx context.Context, n int) error) error {
	limit := p.Deadline(size)
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for n := 1; ; n++ {
		err := try(bounded, n)
		switch {
		case err == nil:
			return nil
		case ctx.Err() == nil && !p.Temporary(err):
			return &finalError{p.Explain(err)}
		case n == p.Tries:
			return &finalError{fmt.Errorf("gave up after %d tries: %w", n, p.Explain(err))}
		}
		if p.Pause(bounded, n) == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return &finalError{fmt.Errorf("gave up after %v: %w", limit, p.Explain(err))}
	}
}

// finalError is the end of a call. It has been explained.
type finalError struct{ error }

func (e *finalError) Unwrap() error { return e.error }

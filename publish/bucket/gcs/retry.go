package gcs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// policy says how often and for how long a call is tried.
type policy struct {
	tries int // at most, of one call

	// The pause after the n-th try is random up to first * 2^(n-1), so that many
	// workers that failed together do not return together, and at most longest.
	first, longest time.Duration

	// The whole of a call may take least, and longer for the bytes it moves.
	least time.Duration
	rate  int64 // bytes a second that even a slow line manages

	sleep func(context.Context, time.Duration) error
}

var defaultPolicy = policy{
	tries:   7,
	first:   500 * time.Millisecond,
	longest: 10 * time.Second,
	least:   5 * time.Minute,
	rate:    32 << 10,
	sleep:   sleep,
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

// deadline is how long a call that moves size bytes may take.
func (p *policy) deadline(size int64) time.Duration {
	return p.least + time.Duration(size/p.rate)*time.Second
}

// pause waits before the next try, after n of them.
func (p *policy) pause(ctx context.Context, n int) error {
	limit := min(p.first<<min(n-1, 16), p.longest)
	return p.sleep(ctx, rand.N(limit))
}

// retry calls try, with 1, 2, 3 and so on, until it succeeds or fails for good.
// The error is the last one, put into our words by explain.
func (b *Bucket) retry(ctx context.Context, size int64, try func(ctx context.Context, n int) error) error {
	limit := b.policy.deadline(size)
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for n := 1; ; n++ {
		err := try(bounded, n)
		switch {
		case err == nil:
			b.exists.Store(true)
			return nil
		case ctx.Err() == nil && !temporary(err):
			return explain(err)
		case n == b.policy.tries:
			return fmt.Errorf("gave up after %d tries: %w", n, explain(err))
		}
		if b.policy.pause(bounded, n) == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return fmt.Errorf("gave up after %v: %w", limit, explain(err))
	}
}

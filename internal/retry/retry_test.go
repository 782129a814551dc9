package retry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/retry"
)

var errBusy = errors.New("busy")

// policy returns a policy that records its pauses and does not wait.
func policy(pauses *[]time.Duration) *retry.Policy {
	return &retry.Policy{
		Tries:   4,
		First:   time.Second,
		Longest: 3 * time.Second,
		Jitter:  retry.NoJitter,
		Sleep: func(ctx context.Context, d time.Duration) error {
			*pauses = append(*pauses, d)
			return ctx.Err()
		},
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	const s = time.Second
	inAMinute := time.Now().Add(time.Minute)
	for name, test := range map[string]struct {
		change func(*retry.Policy)
		errs   []error // errors of the tries; the last one repeats
		pauses []time.Duration
		err    string
	}{
		"success":           {errs: []error{nil}},
		"passing":           {errs: []error{errBusy, errBusy, nil}, pauses: []time.Duration{s, 2 * s}},
		"lasting":           {errs: []error{errBusy}, pauses: []time.Duration{s, 2 * s, 3 * s}, err: "gave up after 4 tries: busy"},
		"permanent":         {errs: []error{errBusy, retry.Permanent(errBusy)}, pauses: []time.Duration{s}, err: "busy"},
		"wrapped permanent": {errs: []error{fmt.Errorf("step: %w", retry.Permanent(errBusy))}, err: "step: busy"},
		"one try": {
			change: func(p *retry.Policy) { p.Tries = 1 },
			errs:   []error{errBusy}, err: "gave up after one try: busy",
		},
		"asked to wait": {
			errs:   []error{retry.After(7*s, errBusy), retry.After(s, errBusy), nil},
			pauses: []time.Duration{7 * s, 2 * s},
		},
		"asked to wait for an hour, cut": {
			change: func(p *retry.Policy) { p.MaxAsked = 30 * s },
			errs:   []error{retry.After(time.Hour, errBusy), nil}, pauses: []time.Duration{30 * s},
		},
		"asked to wait for an hour, too long": {
			change: func(p *retry.Policy) { p.Limit = time.Minute },
			errs:   []error{retry.After(time.Hour, errBusy)}, err: "asked to wait 1h0m0s, which is too long: busy",
		},
		"no time for another pause": {
			change: func(p *retry.Policy) { p.Limit = 1500 * time.Millisecond },
			errs:   []error{errBusy}, pauses: []time.Duration{s}, err: "gave up after 2 tries: busy",
		},
		"before the deadline": {
			change: func(p *retry.Policy) { p.Tries, p.Deadline = 0, inAMinute },
			errs:   []error{errBusy, errBusy, errBusy, errBusy, errBusy, nil},
			pauses: []time.Duration{s, 2 * s, 3 * s, 3 * s, 3 * s},
		},
		"after the deadline": {
			change: func(p *retry.Policy) { p.Deadline = inAMinute.Add(-time.Hour) },
			errs:   []error{errBusy}, err: "gave up after one try: busy",
		},
		"tries after the deadline": {
			change: func(p *retry.Policy) { p.Deadline, p.MinTries = inAMinute.Add(-time.Hour), 3 },
			errs:   []error{errBusy}, pauses: []time.Duration{s, 2 * s}, err: "gave up after 3 tries: busy",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var pauses []time.Duration
			p := policy(&pauses)
			if test.change != nil {
				test.change(p)
			}
			tries := 0
			err := p.Do(t.Context(), func(_ context.Context, n int) error {
				if tries++; n != tries {
					t.Errorf("try %d is called number %d", tries, n)
				}
				return test.errs[min(n, len(test.errs))-1]
			})
			if test.err == "" && err != nil || test.err != "" && (err == nil || err.Error() != test.err || !errors.Is(err, errBusy)) {
				t.Errorf("Do: %v, want %q", err, test.err)
			}
			if diff := cmp.Diff(test.pauses, pauses); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDoStopsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &retry.Policy{First: time.Minute, Longest: time.Minute, Jitter: retry.NoJitter}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		err := p.Do(ctx, func(context.Context, int) error { return errBusy })
		if took := time.Since(start); !errors.Is(err, context.Canceled) || took != time.Second {
			t.Errorf("Do: %v after %v, want Canceled after a second", err, took)
		}
	})
}

func TestLimitCancelsATry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &retry.Policy{First: time.Second, Longest: time.Second, Limit: time.Minute}
		err := p.Do(t.Context(), func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		})
		if err == nil || err.Error() != "gave up after 1m0s: context deadline exceeded" {
			t.Errorf("Do: %v", err)
		}
	})
}

// TestNested checks that the outer call makes no other try after the inner call has
// given up.
func TestNested(t *testing.T) {
	t.Parallel()
	var pauses []time.Duration
	p := policy(&pauses)
	tries := 0
	err := p.Do(t.Context(), func(ctx context.Context, _ int) error {
		return p.Do(ctx, func(context.Context, int) error {
			tries++
			return errBusy
		})
	})
	if tries != p.Tries || err == nil || err.Error() != "gave up after 4 tries: busy" {
		t.Errorf("%d tries: %v", tries, err)
	}
}

func TestRandomPauses(t *testing.T) {
	t.Parallel()
	var pauses []time.Duration
	p := policy(&pauses)
	p.Tries, p.First, p.Longest, p.Jitter = 0, 500*time.Millisecond, 10*time.Second, nil
	for n := 1; n < 20; n++ {
		pauses = nil
		for range 1000 {
			if err := p.Next(t.Context(), n, errBusy); err != nil {
				t.Fatal(err)
			}
		}
		limit := min(p.First<<(n-1), p.Longest)
		longest := time.Duration(0)
		for _, d := range pauses {
			longest = max(longest, d)
		}
		if longest > limit || longest < limit/2 {
			t.Errorf("longest pause after %d tries is %v, want up to %v", n, longest, limit)
		}
	}
}

func TestParseAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                     0,
		"soon":                 0,
		"-1":                   0,
		"0":                    0,
		"120":                  2 * time.Minute,
		"1e3":                  0,
		"99999999999999999999": 0,
		"999999999":            1e6 * time.Second,
		now.Add(time.Hour).Format(http.TimeFormat):  time.Hour,
		now.Add(-time.Hour).Format(http.TimeFormat): 0,
	} {
		if got := retry.ParseAfter(value, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

// TestService checks that a call outlasts an outage of a minute, whether or not the
// service asks for a pause.
func TestService(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"busy": errBusy, "asks": retry.After(30*time.Second, errBusy)} {
		synctest.Test(t, func(t *testing.T) {
			p := retry.Service(retry.Patience)
			start, tries := time.Now(), 0
			got := p.Do(t.Context(), func(context.Context, int) error {
				tries++
				if time.Since(start) < 70*time.Second {
					return err
				}
				return nil
			})
			if got != nil || tries > 60 {
				t.Errorf("%s: %v after %d tries", name, got, tries)
			}
		})
	}
}

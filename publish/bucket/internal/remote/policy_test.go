package remote

import (
	"context"
	"testing"
	"time"
)

func TestPauses(t *testing.T) {
	var longest [20]time.Duration
	p := NewPolicy(nil, nil)
	n := 0
	p.Sleep = func(_ context.Context, d time.Duration) error {
		longest[n] = max(longest[n], d)
		return nil
	}
	for n = 1; n < len(longest); n++ {
		for range 1000 {
			if err := p.Pause(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		limit := min(500*time.Millisecond<<(n-1), 10*time.Second)
		if longest[n] > limit || longest[n] < limit/2 {
			t.Errorf("longest pause after %d tries is %v, want up to %v", n, longest[n], limit)
		}
	}
	if got := p.Deadline(60 << 20); got != 37*time.Minute {
		t.Errorf("deadline for 60 MiB is %v, want 37m", got)
	}
}

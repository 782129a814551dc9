package remote

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/retry"
)

func TestTimeFor(t *testing.T) {
	t.Parallel()
	if got := NewPolicy(nil, nil, nil).timeFor(60 << 20); got != 37*time.Minute {
		t.Errorf("time for 60 MiB is %v, want 37m", got)
	}
}

// TestAskedPauses calls servers that say how long they are busy. The pauses between the
// tries are those that the servers ask for, where they are longer than onair's own.
func TestAskedPauses(t *testing.T) {
	t.Parallel()
	const s = time.Second
	inHalfAMinute := time.Date(2000, 1, 1, 0, 0, 30, 0, time.UTC).Format(http.TimeFormat) // the clock of synctest
	for name, test := range map[string]struct {
		asked  []string // Retry-After of the responses; then the call succeeds
		status int
		size   int64 // bytes that the call moves
		want   []time.Duration
		err    string
	}{
		"half a minute":             {[]string{"30"}, 503, 0, []time.Duration{30 * s}, ""},
		"half a minute, as a date":  {[]string{inHalfAMinute}, 503, 0, []time.Duration{30 * s}, ""},
		"too many requests":         {[]string{"90", "120"}, 429, 0, []time.Duration{90 * s, 120 * s}, ""},
		"nothing":                   {[]string{"", "", ""}, 503, 0, []time.Duration{s / 2, s, 2 * s}, ""},
		"less than onair waits":     {[]string{"0", "1", "1"}, 500, 0, []time.Duration{s / 2, s, 2 * s}, ""},
		"not a time":                {[]string{"soon", "-5"}, 502, 0, []time.Duration{s / 2, s}, ""},
		"an hour":                   {[]string{"3600"}, 503, 0, nil, "asked to wait 1h0m0s, which is too long: busy"},
		"three minutes, then three": {[]string{"180", "180"}, 503, 0, []time.Duration{180 * s}, "asked to wait 3m0s, which is too long: busy"},
		"an hour, for a gibibyte":   {[]string{"3600"}, 503, 1 << 30, []time.Duration{time.Hour}, ""},
		"an error that stays":       {[]string{"30"}, 400, 0, nil, "busy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				busy := errors.New("busy")
				header := http.Header{}
				p := NewPolicy(func(error) bool { return TemporaryStatus(test.status) }, func(err error) error { return err }, func(error) http.Header { return header })
				p.Jitter = retry.NoJitter
				var pauses []time.Duration
				last := time.Now()
				err := p.Do(t.Context(), test.size, func(_ context.Context, n int) error {
					if n > 1 {
						pauses = append(pauses, time.Since(last))
						last = time.Now()
					}
					if n > len(test.asked) {
						return nil
					}
					header.Set("Retry-After", test.asked[n-1])
					return busy
				})
				if test.err == "" && err != nil || test.err != "" && (err == nil || err.Error() != test.err) {
					t.Errorf("error = %v, want %q", err, test.err)
				}
				if diff := cmp.Diff(test.want, pauses); diff != "" {
					t.Errorf("pauses (-want +got):\n%s", diff)
				}
			})
		})
	}
}

package call

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestLongPause expects the user to hear of a long pause, and a call to end if the pause
// would be longer than it may take.
func TestLongPause(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		seconds    int
		said, fail string
	}{
		{7, "", ""},
		{1200, "the service asks to wait 20m0s: slow down", ""},
		{7200, "", "asked to wait 2h0m0s, which is too long: slow down"},
	} {
		requests := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if requests++; requests == 1 {
				w.Header().Set("Retry-After", fmt.Sprint(test.seconds))
				w.WriteHeader(http.StatusTooManyRequests)
				fmt.Fprint(w, `{"error": {"message": "slow down"}}`)
			}
		}))
		t.Cleanup(server.Close)
		var said []string
		var slept time.Duration
		c := New()
		c.Say = func(message string) { said = append(said, message) }
		c.Sleep = func(_ context.Context, d time.Duration) error { slept += d; return nil }
		_, err := c.Do(t.Context(), &Request{Method: http.MethodPost, URL: server.URL})
		if got := strings.Join(said, ""); got != test.said {
			t.Errorf("%d seconds: the user hears %q, want %q", test.seconds, got, test.said)
		}
		switch asked := time.Duration(test.seconds) * time.Second; {
		case test.fail == "" && (err != nil || slept != asked):
			t.Errorf("slept %v, want %v; %v", slept, asked, err)
		case test.fail != "" && (err == nil || err.Error() != test.fail):
			t.Errorf("error is %v, want %q", err, test.fail)
		}
	}
}

// TestLargeAnswer expects a call whose answer is too large to fail at once, because each
// answer may cost money.
func TestLargeAnswer(t *testing.T) {
	t.Parallel()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		fmt.Fprint(w, `{"text": "Hello, universe."}`)
	}))
	t.Cleanup(server.Close)
	c := New()
	c.limit = 20
	c.Sleep = func(context.Context, time.Duration) error { return nil }
	_, err := c.Do(t.Context(), &Request{Method: http.MethodPost, URL: server.URL})
	if err == nil || err.Error() != "the answer is larger than 20 bytes" || requests != 1 {
		t.Errorf("%d requests, %v", requests, err)
	}
}

package main

import (
	"testing"
	"time"
)

func TestDurationFlag(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"31:12": 31*time.Minute + 12*time.Second, "1:00:02.5": time.Hour + 2500*time.Millisecond,
		"31m12s": 31*time.Minute + 12*time.Second, "60": time.Minute, "1872.5": 1872500 * time.Millisecond,
		"": 0, "0": 0, "-5s": 0, "1:2": 0, "an hour": 0,
	} {
		var d time.Duration
		if err := (durationFlag{&d}).Set(text); d != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %v, %v; want %v", text, d, err, want)
		}
	}
}

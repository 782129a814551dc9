package main

import (
	"testing"

	"onair/publish"
)

func TestLeftText(t *testing.T) {
	for want, left := range map[string]publish.Left{
		"left by an interrupted publish: purge 3 objects, verify, tell websub, podping": {
			Interrupted: true, Purge: []string{"a", "b", "c"}, Verify: true, Announce: []string{"websub", "podping"},
		},
		"left by an interrupted publish: record that it is done": {Interrupted: true},
		"left by the last publish: tell overcast":                {Announce: []string{"overcast"}},
		"left by the last publish: verify":                       {Verify: true},
	} {
		if got := leftText(&left); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

package main

import (
	"testing"

	"onair/publish"
)

func TestLeftText(t *testing.T) {
	for want, left := range map[string]publish.Left{
		"left by an interrupted publish: purge 3 objects, verify, tell websub, podping": {
			Interrupted: true,
			Pending:     publish.Pending{Purge: []string{"a", "b", "c"}, Verify: true, Announce: []string{"websub", "podping"}},
		},
		"left by an interrupted publish: record that it is done": {Interrupted: true},
		"left by the last publish: tell overcast":                {Pending: publish.Pending{Announce: []string{"overcast"}}},
		"left by the last publish: verify":                       {Pending: publish.Pending{Verify: true}},
	} {
		if got := leftText(&left); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

package main

import (
	"testing"

	"onair/publish"
	"onair/publish/record"
)

func TestLeftText(t *testing.T) {
	for want, left := range map[string]publish.Unfinished{
		"left by an interrupted publish: purge 3 objects, verify, tell websub, podping": {
			Interrupted: true,
			Pending:     record.Pending{Purge: []string{"a", "b", "c"}, Verify: true, Announce: []string{"websub", "podping"}},
		},
		"left by an interrupted publish: record that it is done": {Interrupted: true},
		"left by the last publish: tell overcast":                {Pending: record.Pending{Announce: []string{"overcast"}}},
		"left by the last publish: verify":                       {Pending: record.Pending{Verify: true}},
	} {
		if got := leftText(&left); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

package main

import (
	"testing"

	"onair/publish"
	"onair/publish/record"
)

func TestUnfinishedText(t *testing.T) {
	t.Parallel()
	for want, left := range map[string]publish.Unfinished{
		"not finished by an interrupted publish: purge 3 objects, verify, announce to websub, podping": {
			Interrupted: true,
			Pending:     record.Pending{Purge: []string{"a", "b", "c"}, Verify: true, Announce: []string{"websub", "podping"}},
		},
		"not finished by an interrupted publish: record that it is done": {Interrupted: true},
		"not finished by the last publish: announce to overcast":         {Pending: record.Pending{Announce: []string{"overcast"}}},
		"not finished by the last publish: verify":                       {Pending: record.Pending{Verify: true}},
	} {
		if got := unfinishedText(&left); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

package release_test

import (
	"testing"

	"onair/internal/finding/findingtest"
	"onair/publish/release"
)

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	findingtest.Complete(t, release.Rules(), "P004", "P022", "P023", "P024")
}

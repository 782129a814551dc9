package show_test

import (
	"testing"

	"onair/internal/finding/findingtest"
	"onair/show"
)

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	findingtest.Complete(t, show.Rules())
}

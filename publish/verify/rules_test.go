package verify_test

import (
	"testing"

	"onair/internal/finding/findingtest"
	"onair/publish/verify"
)

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	findingtest.Complete(t, verify.Rules())
}

package templates_test

import (
	"testing"

	"onair/internal/finding/findingtest"
	"onair/templates"
)

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	findingtest.Complete(t, templates.Rules())
}

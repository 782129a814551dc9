package speech

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPrices checks that the list of prices is dated, has no price of zero, and says where
// the prices of each engine were looked up.
func TestPrices(t *testing.T) {
	t.Parallel()
	p := prices()
	if !regexp.MustCompile(`^20[0-9]{2}-[01][0-9]$`).MatchString(p.Date) {
		t.Errorf("date %q", p.Date)
	}
	for _, list := range []map[string]float64{p.RecognitionPerMinute, p.TranslationPerMillion, p.VoicePerMillion} {
		for _, model := range slices.Sorted(maps.Keys(list)) {
			engine, _, ok := strings.Cut(model, " ")
			if !ok || list[model] <= 0 || len(p.Sources[engine]) == 0 {
				t.Errorf("%s: price %v, sources %q", model, list[model], p.Sources[engine])
			}
		}
	}
}

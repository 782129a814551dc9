package templates_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"onair/templates"
	"onair/transcripts"
)

// BenchmarkLongTranscript renders the page of an episode with a transcript as long as
// the longest in a real catalogue.
func BenchmarkLongTranscript(b *testing.B) {
	const turns = 1168
	speakers := []string{"Mary O'Brien", "Søren & Co", "Deneb"}
	var source strings.Builder
	for i := range turns {
		at := time.Duration(i) * 5 * time.Second
		stamp := fmt.Sprintf(`\[%02d:%02d:%02d\] `, int(at.Hours()), int(at.Minutes())%60, int(at.Seconds())%60)
		fmt.Fprintf(&source, "**%s:** %sIt goes out, and it comes back \"in ranges\".\n\n", speakers[i%len(speakers)], stamp)
	}
	text := transcripts.Parse([]byte(source.String()), nil)
	if len(text.Turns) != turns {
		b.Fatalf("%d turns, want %d", len(text.Turns), turns)
	}
	site := sampleSite(b)
	site.Episodes[0].Transcripts[0].Read = words(text, text.Starts(2*time.Hour))
	theme, err := templates.Load(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := renderWith(theme, site); err != nil { // to set the keys of assets
		b.Fatal(err)
	}
	for page, err := range theme.Pages(site) {
		if err != nil {
			b.Fatal(err)
		}
		if page.Key != site.Episodes[0].PageKey() {
			continue
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := page.Render(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	}
}

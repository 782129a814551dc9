package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"

	"onair/e2e/internal/synthetic"
)

// audit is what Lighthouse finds about a page.
type audit struct {
	URL       string
	Scores    map[string]int // from 0 to 100, by category
	Blocking  float64        // total blocking time, in milliseconds
	Shift     float64        // cumulative layout shift
	Imperfect []string       // titles of audits that are not perfect
}

// lighthouse runs Lighthouse on pages of one server. categories are separated by commas.
func lighthouse(t testing.TB, categories string, urls ...string) (all []audit) {
	t.Helper()
	out := tool(t, "node", append([]string{need(t, "lighthouse"), need(t, "chromium"), categories}, urls...)...)
	for line := range bytes.Lines(out) {
		all = append(all, decode[audit](t, line))
	}
	return all
}

// TestLighthouse checks pages with the categories of Lighthouse that do not depend on
// the speed of the machine. It also checks that Lighthouse reports a broken page.
func TestLighthouse(t *testing.T) {
	t.Parallel()
	site := gallery(t)
	const categories = "accessibility,best-practices,seo"
	var urls []string
	for _, name := range []string{"home", "hour", "results"} {
		urls = append(urls, site.url+site.kinds()[name])
	}
	for _, page := range lighthouse(t, categories, urls...) {
		for category, score := range page.Scores {
			if score < 100 {
				t.Errorf("%s: %d of 100 for %s: %q", page.URL, score, category, page.Imperfect)
			}
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<html><img src="missing.png"></html>`)
	}))
	defer server.Close()
	broken := lighthouse(t, categories, server.URL+"/")
	for category, score := range broken[0].Scores {
		if score == 100 {
			t.Errorf("a broken page is perfect in %s", category)
		}
	}
}

// BenchmarkLighthouse measures pages of one hour and of six hours of talk as Lighthouse
// does: on a simulated phone with a slow network.
func BenchmarkLighthouse(b *testing.B) {
	site, err := publishSite("lighthouse", func(dir string) error {
		episodes := filepath.Join(dir, "episodes")
		for n, name := range []string{"hour", "six-hours"} {
			front := fmt.Sprintf("---\ntitle: A talk of %s\nguid: 0000000%d-0000-4000-8000-000000000000\ndate: 2026-11-0%d 06:00\n---\nA long talk.\n", name, n+1, n+1)
			if err := synthetic.WriteFiles(filepath.Join(episodes, name), map[string][]byte{"episode.md": []byte(front)}); err != nil {
				return err
			}
			if err := writeTalk(filepath.Join(episodes, name), filepath.Join(episodes, "2-cloudy-with-a-chance-of-packets", "transcript.md"), 1+5*n, 1168+3832*n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"hour", "six-hours"} {
		b.Run(name, func(b *testing.B) {
			var points, blocking, shift []float64
			for b.Loop() {
				page := lighthouse(b, "performance", site.url+"episodes/"+name+"/")[0]
				points, blocking, shift = append(points, float64(page.Scores["performance"])), append(blocking, page.Blocking), append(shift, page.Shift)
			}
			for _, m := range []struct {
				unit   string
				values []float64
			}{{"points", points}, {"blocking-ms", blocking}, {"shift", shift}} {
				slices.Sort(m.values)
				b.ReportMetric(m.values[len(m.values)/2], m.unit)
			}
		})
	}
}

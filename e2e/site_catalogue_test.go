package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	requests "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"onair/e2e/internal/synthetic"
)

// cataloguePhrases are phrases of the catalogue, one of each language, with their episodes.
var cataloguePhrases = map[string]int{"word 205 and": 205, "كلمة 206 و": 206, "言葉207と": 207}

// publishCatalogue publishes 341 episodes in English, Arabic and Japanese, with transcripts
// of the given length in bytes.
func publishCatalogue(t testing.TB, length int) *site {
	t.Helper()
	site, err := publishSite("catalogue", func(dir string) error {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		c := &synthetic.Catalogue{
			Episodes: 341, Master: 100_000, Rate: synthetic.Kbps8, Transcript: length, Languages: []string{"en", "ar", "ja"},
			Show: "site: {cards: false}\n",
		}
		return c.Write(dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// TestCatalogue searches a catalogue of 341 episodes for a phrase of each language in a
// browser and plays the hit; no page of a list scrolls sideways or has more than 40 kB
// after gzip.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	chromium := need(t, "chromium")
	site := publishCatalogue(t, 2000)
	b := openTab(t, chromium)
	for phrase, episode := range cataloguePhrases {
		b.open(t, site.url)
		b.do(t, "search", chromedp.KeyEvent("/"), chromedp.SendKeys(`form[role="search"] input`, `"`+phrase+"\"\r"))
		b.awaitPage(t, "/search/")
		b.waitFor(t, "hits for "+phrase, `document.querySelectorAll(".hit mark").length > 0`)
		b.waitFor(t, "the episode", fmt.Sprintf(`[...document.querySelectorAll(".hit h2 a")].every(a => a.pathname.includes("/%d-of-many/"))`, episode))
		b.repeat(t)
		b.do(t, "play the hit", chromedp.Click(`.play-hit`))
		b.waitFor(t, "the audio to play", `!audio.paused && audio.currentTime > 0`)
	}
	for _, key := range site.pages(t) {
		if strings.HasPrefix(key, "episodes/") {
			continue
		}
		if packed := site.packed(t, key); packed > 40_000 {
			t.Errorf("%s has %d bytes after gzip, want at most 40,000", key, packed)
		}
		b.open(t, site.url+strings.TrimSuffix(key, "index.html"))
		b.mustFit(t, key, 320)
	}
	b.mustBeQuiet(t)
}

// BenchmarkFirstHits measures how long the first hits of a query take in a catalogue of 341
// episodes, with an empty cache and a CPU of a quarter of the speed, for the median query.
func BenchmarkFirstHits(b *testing.B) {
	site := publishCatalogue(b, 57_000)
	page := openTab(b, need(b, "chromium"))
	_, err := chromedp.Call(page, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4})
	if err == nil {
		_, err = chromedp.Call(page, requests.Enable, requests.EnableParams{})
	}
	if err == nil {
		_, err = chromedp.Call(page, requests.SetCacheDisabled, requests.SetCacheDisabledParams{CacheDisabled: true})
	}
	if err != nil {
		b.Fatal(err)
	}
	var all []float64
	for b.Loop() {
		for phrase := range cataloguePhrases {
			for _, query := range []string{phrase, `"` + phrase + `"`} {
				page.open(b, site.url+"search/")
				took, err := chromedp.Run(page, chromedp.Evaluate[float64](fmt.Sprintf(`new Promise(done => {
					const [field, hits, started] = [document.querySelector("main [type=search]"), document.querySelector(".hits"), performance.now()];
					new MutationObserver(() => hits.children.length && done(performance.now() - started)).observe(hits, { childList: true });
					field.value = %q;
					field.form.requestSubmit();
				})`, query), chromedp.EvalAwaitPromise))
				if err != nil {
					b.Fatal(err)
				}
				all = append(all, took)
			}
		}
	}
	slices.Sort(all)
	b.ReportMetric(all[len(all)/2], "first-hits-ms")
	b.ReportMetric(all[len(all)-1], "slowest-ms")
}

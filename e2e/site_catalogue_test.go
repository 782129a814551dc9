package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"onair/e2e/internal/synthetic"
)

// TestCatalogue publishes 341 episodes in English, Arabic and Japanese. It searches for
// a phrase of each language in a browser and plays the hit; no page of a list scrolls
// sideways or has more than 40 kB after gzip.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	chromium := need(t, "chromium")
	site, err := publishSite(t.TempDir(), func(dir string) error {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		c := &synthetic.Catalogue{
			Episodes: 341, Master: 100_000, Rate: synthetic.Kbps8, Transcript: 2000, Languages: []string{"en", "ar", "ja"},
			Show: "site: {cards: false}\n",
		}
		return c.Write(dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	b := openTab(t, chromium)
	for phrase, episode := range map[string]int{"word 205 and": 205, "كلمة 206 و": 206, "言葉207と": 207} {
		b.open(t, site.url)
		b.do(t, "search", chromedp.KeyEvent("/"), chromedp.SendKeys(`form[role="search"] input`, `"`+phrase+"\"\r"))
		b.awaitPage(t, "/search/")
		b.waitFor(t, "hits for "+phrase, `document.querySelectorAll(".hit mark").length > 0`)
		b.waitFor(t, "the episode", fmt.Sprintf(`[...document.querySelectorAll(".hit h2 a")].every(a => a.pathname.includes("/%d-of-many/"))`, episode))
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

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// look sets the size of the window and its colour scheme.
func (b *tab) look(t testing.TB, width, height int64, scheme string) {
	t.Helper()
	_, err := chromedp.Call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
	if err == nil {
		_, err = chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// cardSlugs are the episodes of the gallery whose cards are among the screenshots.
var cardSlugs = []string{"2-cloudy-with-a-chance-of-packets", "arabic", "bare", "japanese", "long-title"}

// TestScreenshots takes screenshots of every kind of page, on a phone and a desktop,
// light and dark, and copies cards. It writes them into the folder in ONAIR_SCREENSHOTS.
// make screenshots runs it.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("ONAIR_SCREENSHOTS")
	if dir == "" {
		t.Skip("ONAIR_SCREENSHOTS names no folder")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	site := gallery(t)
	b := openTab(t, need(t, "chromium"))
	const tallest = 2600
	for name, path := range site.kinds() {
		for _, w := range windows {
			for _, scheme := range []string{"light", "dark"} {
				height := w.height
				if name == "embed" {
					height = 180
				}
				b.look(t, w.width, height, scheme)
				b.open(t, site.url+path)
				if name == "results" {
					b.do(t, "wait for hits", chromedp.WaitVisible(".hit mark"))
				}
				if tall := eval[int64](t, b, `document.documentElement.scrollHeight`); name != "embed" && tall > height {
					b.look(t, w.width, min(tall, tallest), scheme)
				}
				time.Sleep(150 * time.Millisecond) // images further down load lazily
				png, err := chromedp.Run(b, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%s.png", name, w.name, scheme)), png, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, slug := range cardSlugs {
		cards, err := filepath.Glob(filepath.Join(site.dir, "episodes", slug, "card-*.jpg"))
		if err != nil || len(cards) != 1 {
			t.Fatalf("cards of %s: %v, %v", slug, cards, err)
		}
		jpg, err := os.ReadFile(cards[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "card-"+slug+".jpg"), jpg, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b.mustBeQuiet(t)
}

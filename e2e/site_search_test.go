package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestSearch searches for a phrase of a transcript from the first page, plays the hit,
// and follows the hit's link while it plays.
func TestSearch(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/")
	turn := `[...document.querySelectorAll("#transcript .turn[data-start]")].find(turn => turn.dataset.start > 5 && turn.querySelector(".words").textContent.trim().split(/\s+/).length > 5)`
	start := eval[string](t, b, turn+`.dataset.start`)
	words := eval[string](t, b, turn+`.querySelector(".words").textContent.trim().split(/\s+/).slice(0, 4).join(" ")`)
	phrase := `"` + strings.ToUpper(words) + `"`

	b.do(t, "go to the search", chromedp.KeyEvent("/"))
	b.awaitPage(t, "/search/")

	b.open(t, site.url)
	b.do(t, "search", chromedp.KeyEvent("/"), chromedp.SendKeys(`form[role="search"] input`, phrase+"\r"))
	b.awaitPage(t, "/search/")
	b.do(t, "wait for hits", chromedp.WaitVisible(".hit mark"))
	b.waitFor(t, "the announcement", `/\d/.test(document.querySelector(".found[role=status]").textContent)`)
	b.repeat(t)
	b.do(t, "play the hit", chromedp.Click(`.play-hit`))
	b.waitForSeek(t, start)
	b.do(t, "mark the page", chromedp.Evaluate[chromedp.Void](`window.same = true`), chromedp.Click(".hit h2 a"))
	b.waitFor(t, "the page of the episode, with the audio still playing", `window.same && location.pathname.includes("/episodes/") && !audio.paused && !!document.querySelector("#transcript [aria-current]")`)

	b.do(t, "go back", chromedp.Evaluate[chromedp.Void](`history.back()`))
	b.waitFor(t, "the same search", `document.querySelectorAll(".hit mark").length > 0 && document.querySelector("main [type=search]").value.includes('"')`) // chromedp typed the quoted phrase
	b.do(t, "search for nothing", chromedp.Evaluate[chromedp.Void](`(field => { field.value = "<img src=x onerror=alert(1)> zyxwv"; field.form.requestSubmit(); })(document.querySelector("main [type=search]"))`))
	b.waitFor(t, "the answer", `!document.querySelector(".hit") || document.querySelector(".found").textContent === document.querySelector(".found").dataset.none`)
	b.mustBeQuiet(t)
}

// TestSearchFindsOnlyWhatIsLive checks that words of drafts and scheduled episodes are
// not in the published index.
func TestSearchFindsOnlyWhatIsLive(t *testing.T) {
	t.Parallel()
	site := published(t)
	live := map[string]bool{}
	for _, e := range site.source(t).live() {
		live[e.slug] = true
	}
	found := 0
	for _, key := range keysIn(t, site.dir) {
		below, ok := strings.CutPrefix(key, "episodes/")
		slug, file, _ := strings.Cut(below, "/")
		if ok && strings.HasPrefix(file, "search-") {
			found++
			if !live[slug] {
				t.Errorf("%s is published, but %s is not live", key, slug)
			}
		}
	}
	if found != len(live) {
		t.Errorf("%d episodes are in the index, want the %d live ones", found, len(live))
	}
}

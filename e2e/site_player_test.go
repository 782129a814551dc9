package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// playable returns the newest live episode with at least three chapters. The episode
// also has a transcript.
func (s *site) playable(t testing.TB) *episodeSource {
	t.Helper()
	for _, e := range s.source(t).live() {
		if len(e.Chapters) > 2 {
			return e
		}
	}
	t.Fatal("no live episode with chapters")
	return nil
}

// eval returns the value of an expression in the page.
func eval[T any](t testing.TB, b *tab, expression string) T {
	t.Helper()
	v, err := chromedp.Run(b, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v\nconsole: %q", expression, err, b.console)
	}
	return v
}

// click clicks an element through a script in the page, as a screen reader does.
func (b *tab) click(t testing.TB, element string) {
	t.Helper()
	b.do(t, "click "+element, chromedp.Evaluate[chromedp.Void](element+`.click()`))
}

// repeat makes the audio start again at its end, so that it plays until the end of the
// test, however slow the machine is. It also records the times to which the audio seeks.
func (b *tab) repeat(t testing.TB) {
	t.Helper()
	b.do(t, "repeat", chromedp.Evaluate[chromedp.Void](`(audio => {
		audio.loop = true;
		window.sought = [];
		audio.addEventListener("seeking", () => window.sought.push(audio.currentTime));
	})(document.querySelector("audio"))`))
}

// waitForSeek waits until the audio, which repeats, has gone to a time in seconds, and
// plays on from there.
func (b *tab) waitForSeek(t testing.TB, seconds string) {
	t.Helper()
	b.waitFor(t, "the audio to play from "+seconds+" s",
		fmt.Sprintf(`window.sought.some(at => Math.abs(at - %s) < 0.2) && audio.currentTime > %[1]s && !audio.paused`, seconds))
}

// wheel turns the mouse wheel over the middle of the page.
func (b *tab) wheel(t testing.TB, pixels float64) {
	t.Helper()
	_, err := chromedp.Call(b, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: 300, Y: 300, DeltaX: 1, DeltaY: pixels})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPlayerSeeks plays an episode, and seeks in it by chapter, by a time of the transcript, by key
// and by address.
func TestPlayerSeeks(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	address := site.url + "episodes/" + site.playable(t).slug + "/"
	b.open(t, address)
	b.do(t, "play", chromedp.Click("#player .play"))
	b.waitFor(t, "the audio to play", `audio.currentTime > 0.3 && !audio.paused`)
	b.repeat(t)

	// dispatch has the browser's events when data is late.
	dispatch := func(event string) bool {
		return eval[bool](t, b, fmt.Sprintf(`(document.querySelector("audio").dispatchEvent(new Event(%q)), document.querySelector(".loading .play") !== null)`, event))
	}
	if before, waiting, after := dispatch("play"), dispatch("waiting"), dispatch("playing"); before || !waiting || after {
		t.Errorf("the button shows loading before, while and after data is late: %t, %t, %t", before, waiting, after)
	}

	for _, links := range []string{".chapters a[data-seek]", "#transcript a[data-seek]"} {
		last := fmt.Sprintf(`[...document.querySelectorAll(%q)].at(-2)`, links)
		start := eval[string](t, b, last+`.dataset.seek`)
		b.click(t, last)
		b.waitForSeek(t, start)
		b.waitFor(t, "the address to end in #t="+start, fmt.Sprintf(`%s > 5 && location.hash === "#t=%[1]s"`, start))
	}
	b.waitFor(t, "a current chapter and a current turn", `document.querySelectorAll(".chapters [aria-current]").length === 1 &&
		document.querySelectorAll("#transcript .turn[aria-current]").length === 1`)
	b.waitFor(t, "the waveform to be the timeline", `getComputedStyle(document.querySelector(".track"), "::before").maskImage.includes("/assets/waveform-") &&
		getComputedStyle(document.querySelector(".track")).getPropertyValue("--played") > 0.02`)

	b.do(t, "pause by key", chromedp.KeyEvent("k"))
	b.waitFor(t, "the pause", `audio.paused && !(audio.loop = false)`)
	for _, c := range []struct {
		key   string
		shift bool
		want  string
	}{
		{"j", false, "was - 15"},
		{"l", false, "was + 30"},
		{kb.ArrowLeft, false, "was - 15"},
		{kb.ArrowRight, false, "was + 30"},
		{kb.ArrowLeft, true, `Number(document.querySelector(".chapters [aria-current]").dataset.start)`},
	} {
		b.do(t, "go to 40 s", chromedp.Evaluate[chromedp.Void](`document.querySelector("audio").currentTime = 40`))
		b.waitFor(t, "the seek", `audio.currentTime === 40 && !audio.seeking && document.querySelector(".elapsed").textContent === "0:40"`)
		var options []chromedp.KeyOption
		if c.shift {
			options = append(options, chromedp.KeyModifiers(chromedp.ModifierShift))
		}
		b.do(t, "key "+c.key, chromedp.KeyEvent(c.key, options...))
		b.waitFor(t, fmt.Sprintf("key %q to seek to %s", c.key, c.want), `(was => Math.abs(audio.currentTime - Math.min(audio.duration, `+c.want+`)) < 0.01)(40)`)
	}
	b.do(t, "faster", chromedp.KeyEvent(">"))
	b.waitFor(t, "the speed", `audio.playbackRate === 1.1 && audio.preservesPitch`)

	// Keys typed into a field do not control the player.
	b.do(t, "type", chromedp.SendKeys(".filter input", "k "))
	b.waitFor(t, "the filter", `document.querySelector(".filter input").value === "k " && audio.paused`)

	for hash, want := range map[string]string{
		"#t=61": "61", "#t=1:01": "61", "#t=0:01:01.5": "61.5", "#t=1m1s": "61", "#t=99999": "audio.duration", "#t=1e1": "61", "#t=61x": "61",
	} {
		b.do(t, "address", chromedp.Evaluate[chromedp.Void](`location.hash = "#t=61"`))
		b.waitFor(t, "#t=61", `audio.currentTime === 61`)
		b.do(t, "address", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`location.hash = %q`, hash)))
		b.waitFor(t, hash+" to go to "+want, `Math.abs(audio.currentTime - `+want+`) < 0.5`) // the browser may correct the duration after a seek
	}
	b.do(t, "address with an end", chromedp.Evaluate[chromedp.Void](`location.hash = "#t=30,31"`), chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`), chromedp.KeyEvent(" "))
	b.waitFor(t, "the end of the span", `audio.paused && audio.currentTime >= 31 && !audio.ended`)
	b.mustBeQuiet(t)
}

// TestLongTranscript checks that the end of a transcript of an hour is on its page,
// with and without scripts, that a link to a turn shows it, and that the page follows there.
func TestLongTranscript(t *testing.T) {
	t.Parallel()
	const turns = hourTurns
	site := gallery(t)
	address := site.url + "episodes/hour/"
	b := openTab(t, need(t, "chromium"))
	b.open(t, address)
	b.waitFor(t, "all turns", fmt.Sprintf(`document.querySelectorAll("#transcript .turn .stamp").length === %d`, turns))
	last := `(turn => turn && turn.top < innerHeight && turn.bottom > 0)([...document.querySelectorAll("#transcript .turn")].at(-1)?.getBoundingClientRect())`
	anchor := eval[string](t, b, `[...document.querySelectorAll("#transcript .turn")].at(-1).id`)
	b.open(t, site.url)
	b.open(t, address+"#"+anchor)
	b.waitFor(t, "the last turn to be shown", last)

	// Turns on the way get other heights than the browser expects.
	b.open(t, site.url)
	b.open(t, address)
	b.do(t, "play and follow", chromedp.Click("#player .play"), chromedp.Click(".follow input"))
	b.click(t, fmt.Sprintf(`[...document.querySelectorAll("#transcript .stamp")].at(%d)`, turns-300))
	b.waitFor(t, "a turn far away", fmt.Sprintf(`!audio.paused && [...document.querySelectorAll("#transcript .turn")].indexOf(document.querySelector(".turn[aria-current]")) > %d`, turns-299))
	b.waitFor(t, "the page to follow there", `(turn => turn.top < innerHeight && turn.bottom > 0)(document.querySelector(".turn[aria-current]").getBoundingClientRect()) && document.querySelector(".back-to").hidden`)
	b.mustBeQuiet(t)

	b = openTab(t, need(t, "chromium"))
	if _, err := chromedp.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.open(t, address)
	if !eval[bool](t, b, fmt.Sprintf(`(turns => turns.length === %d && turns.at(-1).getClientRects().length > 0)([...document.querySelectorAll("#transcript .turn")])`, turns)) {
		t.Error("the last turn is not shown without scripts")
	}
}

// TestTranscriptIsOneStop checks that the Tab key reaches one stamp of the transcript, that
// arrow keys go on from there, and that a filter moves the stop to a turn that is shown.
func TestTranscriptIsOneStop(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/")
	// tab presses the key from the field of the filter until a stamp has the focus.
	tab := func() {
		b.do(t, "tab from the filter", chromedp.Focus(".filter input"))
		for range 10 {
			b.do(t, "tab", chromedp.KeyEvent(kb.Tab))
			if eval[bool](t, b, `document.activeElement.matches(".stamp")`) {
				return
			}
		}
		t.Fatal("no stamp gets the focus")
	}
	tab()
	b.do(t, "the next turn, and on", chromedp.KeyEvent(kb.ArrowDown), chromedp.Evaluate[chromedp.Void](`window.second = document.activeElement`), chromedp.KeyEvent(kb.Tab))
	if !eval[bool](t, b, `window.second === document.querySelectorAll(".stamp")[1] && !document.activeElement.matches(".stamp")`) {
		t.Error("the transcript is more than one stop")
	}
	b.do(t, "filter", chromedp.Evaluate[chromedp.Void](`(field => {
		field.value = [...document.querySelectorAll(".turn .words")].at(-2).textContent;
		field.dispatchEvent(new Event("input", {bubbles: true}));
	})(document.querySelector(".filter input"))`))
	b.waitFor(t, "the filter", `window.second.closest("[hidden]") !== null`)
	tab()
	b.mustBeQuiet(t)
}

// TestPlayerFollows checks that the page follows the transcript until the reader scrolls, and that
// a button brings the reader back.
func TestPlayerFollows(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/")
	visible := `(turn => turn && turn.top < innerHeight && turn.bottom > 0)(document.querySelector(".turn[aria-current]")?.getBoundingClientRect())`
	b.do(t, "play and follow", chromedp.Click("#player .play"), chromedp.Click(".follow input"))
	b.repeat(t)
	b.click(t, `[...document.querySelectorAll("#transcript a[data-seek]")].at(-4)`)
	b.waitFor(t, "the current turn to be shown", `!audio.paused && `+visible)
	await(t, "the offer to go back", func() bool {
		b.wheel(t, -20000) // the page may still be scrolling to the turn
		return eval[bool](t, b, `scrollY < 300 && !document.querySelector(".back-to").hidden && /\d:\d\d/.test(document.querySelector(".back-to").textContent)`)
	})

	// The next turns must not scroll the page.
	b.click(t, `document.querySelector("[data-skip='-15']")`)
	b.do(t, "wait for turns", chromedp.Evaluate[chromedp.Void](`window.turn = document.querySelector(".turn[aria-current]")`))
	b.waitFor(t, "the next turn", `document.querySelector(".turn[aria-current]") !== window.turn`)
	if y := eval[float64](t, b, `scrollY`); y > 300 {
		t.Errorf("the page scrolled to %g after the reader had left", y)
	}
	b.do(t, "go back", chromedp.Click(".back-to"))
	b.waitFor(t, "the way back", visible+` && document.querySelector(".back-to").hidden && document.activeElement.matches(".turn .stamp")`)
	b.mustBeQuiet(t)
}

// TestPlayerAcrossPages plays an episode while opening all pages and going back. The
// audio must never stop.
func TestPlayerAcrossPages(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url)
	b.do(t, "play from the first page", chromedp.Click(".latest .play-episode"))
	b.waitFor(t, "the audio to play", `audio.currentTime > 0.3 && !audio.paused`)
	b.repeat(t)
	b.do(t, "watch the audio", chromedp.Evaluate[chromedp.Void](`(audio => {
		window.stops = 0;
		audio.addEventListener("pause", () => window.stops++);
	})(document.querySelector("audio"))`))
	title := eval[string](t, b, `document.querySelector(".now-episode").textContent`)
	var visited []string
	for range 5 {
		visited = append(visited, eval[string](t, b, `location.href`))
		b.do(t, "scroll", chromedp.Evaluate[chromedp.Void](`scrollTo({ top: 200, behavior: "instant" })`))
		b.waitFor(t, "the scroll position to be kept", `history.scrollRestoration !== "manual" || history.state?.scroll === scrollY`)
		link := `[...document.querySelectorAll(".card h3 a, .siblings a, .masthead .home")].find(a => !` + fmt.Sprintf(`%q`, visited) + `.includes(a.href) || a.matches(".home"))`
		b.click(t, strings.ReplaceAll(link, `" "`, `", "`))
		b.waitFor(t, "the next page", fmt.Sprintf(`location.href !== %q && document.activeElement === document.querySelector("h1") && scrollY === 0`, visited[len(visited)-1]))
		b.waitFor(t, "its title", `document.title.includes(document.querySelector("h1").textContent)`)
	}
	for i := len(visited) - 1; i >= 0; i-- {
		b.do(t, "go back", chromedp.Evaluate[chromedp.Void](`history.back()`))
		b.waitFor(t, "the page before", fmt.Sprintf(`location.href === %q && document.activeElement === document.querySelector("h1") && scrollY > 100`, visited[i]))
	}
	b.waitFor(t, "the audio to have played all the time", fmt.Sprintf(`window.stops === 0 && !audio.paused && audio.currentTime > 0 && document.querySelector(".now-episode").textContent === %q`, title))
	b.mustBeQuiet(t)
}

// TestKeysBeforePlaying checks that the help about keys is shown before anything plays, and
// that the key / leads into the field of the search while audio plays.
func TestKeysBeforePlaying(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"people/")
	b.do(t, "help", chromedp.KeyEvent("?"))
	b.waitFor(t, "the help", `document.querySelector(".keys h2").getClientRects().length > 0`)
	b.do(t, "close", chromedp.Click(".keys .close"))
	b.open(t, site.url)
	b.do(t, "play", chromedp.Click(".latest .play-episode"))
	b.waitFor(t, "the audio to play", `audio.currentTime > 0.3 && !audio.paused`)
	b.click(t, `document.querySelector(".masthead [href*=people]")`)
	b.waitFor(t, "another page", `document.body.matches(".people-page")`)
	b.do(t, "search", chromedp.KeyEvent("/"))
	b.waitFor(t, "the field of the search", `document.activeElement.matches("main [name=q]") && !audio.paused`)
	b.mustBeQuiet(t)
}

// TestPlayerRemembers checks that the position survives a reload, that only positions that
// were played are remembered, and that the first page offers to continue there.
func TestPlayerRemembers(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	address := site.url + "episodes/" + site.playable(t).slug + "/"
	b.open(t, address+"#t=40")
	b.waitFor(t, "the seek", `audio.currentTime === 40`)
	b.do(t, "play", chromedp.Click("#player .play"))
	b.waitFor(t, "the audio to play", `audio.currentTime > 41`)
	// Coming back to the page plays on, although its address has another time.
	b.do(t, "skip", chromedp.KeyEvent("l"))
	b.waitFor(t, "the place to be remembered", `audio.currentTime > 70 && history.state?.heard > 70`)
	b.click(t, `document.querySelector(".masthead .home")`)
	b.waitFor(t, "the first page", `document.body.matches(".show-page")`)
	b.do(t, "go back", chromedp.Evaluate[chromedp.Void](`history.back()`))
	b.waitFor(t, "the episode to play on", `location.hash === "#t=40" && document.activeElement === document.querySelector(".title h1") && !audio.paused && audio.currentTime > 70`)
	b.do(t, "pause", chromedp.Click("#player .play"))
	b.waitFor(t, "the pause", `audio.paused`)
	place := eval[float64](t, b, `document.querySelector("audio").currentTime`)
	same := fmt.Sprintf(`Math.abs(audio.currentTime - %g) < 0.2 && audio.paused`, place)
	b.do(t, "reload", chromedp.Reload())
	b.waitFor(t, "the place after a reload", same)

	b.open(t, site.url)
	b.open(t, address)
	b.waitFor(t, "the place after coming back", same)

	// Opening a link, or seeking without playing, must not change anything.
	b.open(t, site.url)
	b.open(t, address+"#t=20")
	b.waitFor(t, "the seek", `audio.currentTime === 20`)
	b.do(t, "skip", chromedp.KeyEvent("l"))
	b.waitFor(t, "the seek", `audio.currentTime === 50`)
	b.do(t, "skip back, with the focus on a stamp", chromedp.Focus("#transcript .stamp"), chromedp.KeyEvent(kb.ArrowLeft))
	b.waitFor(t, "the seek", `audio.currentTime === 35`)
	b.open(t, site.url)
	b.open(t, address)
	b.waitFor(t, "the same place", same)

	b.open(t, site.url)
	b.waitFor(t, "the offer to continue, with artwork and what is left", fmt.Sprintf(`(offer => offer.querySelector("h3 a").href === %q &&
		offer.querySelector("img").currentSrc.includes("/assets/artwork-") && offer.querySelector("img").naturalWidth > 0 &&
		/^−\d+:\d\d$/.test(offer.querySelector(".continue-left").textContent) && offer.style.getPropertyValue("--played") > 0.1)(document.querySelector(".continue"))`, address))
	b.repeat(t)
	b.do(t, "continue", chromedp.Click(".continue .play-episode"))
	b.waitForSeek(t, fmt.Sprint(place))
	b.waitFor(t, "the mark of what plays", `!!document.querySelector(".continue .playing")`)
	b.mustBeQuiet(t)
}

// TestPlayerAfterAnError checks that the player says that the connection failed, and that
// its button tries again from the same place.
func TestPlayerAfterAnError(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/#t=40")
	b.do(t, "play", chromedp.Click("#player .play"))
	b.waitFor(t, "the audio to play", `audio.currentTime > 40.3 && !audio.paused`)
	b.do(t, "fail until the audio is loaded again", chromedp.Evaluate[chromedp.Void](`(audio => {
		Object.defineProperty(audio, "error", { configurable: true, value: { code: 2 } });
		audio.addEventListener("loadstart", () => { delete audio.error; }, { once: true });
		audio.dispatchEvent(new Event("error"));
	})(document.querySelector("audio"))`))
	b.waitFor(t, "the message", `audio.paused && document.querySelector(".trouble [data-error='2']").getClientRects().length > 0`)
	b.do(t, "try again", chromedp.Click("#player .play"))
	b.waitFor(t, "the audio to play on", `audio.error === null && !audio.paused && audio.currentTime > 40.3 && document.querySelector(".trouble").hidden`)
	b.mustBeQuiet(t)
}

// TestPlayerWithoutStorage plays in a browser that forbids storage.
func TestPlayerWithoutStorage(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, "about:blank")
	_, err := chromedp.Call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(window, "localStorage", { get() { throw new DOMException("forbidden", "SecurityError"); } });`,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/#t=30")
	b.do(t, "play", chromedp.Click("#player .play"))
	b.waitFor(t, "the audio to play", `audio.currentTime > 30.3 && !audio.paused`)
	b.do(t, "faster", chromedp.KeyEvent(">"))
	b.waitFor(t, "the speed", `audio.playbackRate === 1.1`)
	b.mustBeQuiet(t)
}

// TestPlayerWithoutScripts checks what works without scripts: the controls of the
// browser, and links to the audio with a time.
func TestPlayerWithoutScripts(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, "about:blank")
	if _, err := chromedp.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/")
	if !eval[bool](t, b, `(a => a.controls && a.getBoundingClientRect().height > 30 && document.querySelector(".controls").getBoundingClientRect().height === 0)(document.querySelector("audio"))`) {
		t.Error("the controls of the browser are not shown alone")
	}
	if !eval[bool](t, b, `[...document.querySelectorAll(".chapters a[data-seek]")].every(a => a.href === document.querySelector("audio").src + "#t=" + a.dataset.seek)`) {
		t.Error("a chapter is not a link to the audio")
	}
}

// TestStampsWithoutScripts checks that the times of a transcript are links to the audio.
func TestStampsWithoutScripts(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/")
	if !eval[bool](t, b, `(stamps => stamps.length > 5 && stamps.every(a => a.getAttribute("href").endsWith(".mp3#t=" + a.dataset.seek)))([...document.querySelectorAll("#transcript a.stamp[data-seek]")])`) {
		t.Error("a stamp is not a link to the audio")
	}
}

// TestQuoteIsShared selects words of a turn and shares them, with the speaker and a
// link.
func TestQuoteIsShared(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/")
	b.do(t, "select words", chromedp.Evaluate[chromedp.Void](`(turn => {
		navigator.share = async data => { window.shared = data; };
		getSelection().selectAllChildren(turn.querySelector(".words"));
		window.speaker = turn.querySelector(".speaker bdi").textContent;
		window.start = turn.dataset.start;
	})([...document.querySelectorAll("#transcript .turn[data-start]:not(.pause)")][3])`), chromedp.WaitVisible(".quote"))
	b.click(t, `document.querySelector(".quote")`)
	b.waitFor(t, "the quote", `window.shared?.text.endsWith("— " + window.speaker) && window.shared.url.endsWith("#t=" + window.start)`)
	b.do(t, "select words of two turns, from the last to the first", chromedp.Evaluate[chromedp.Void](`(([first, last]) => {
		getSelection().setBaseAndExtent(last, 1, first, 0);
	})([...document.querySelectorAll("#transcript .turn[data-start]:not(.pause) .words")].slice(3, 5))`), chromedp.WaitNotVisible(".quote"))
	b.mustBeQuiet(t)
}

package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// pages returns the published pages, by key.
func (s *site) pages(t testing.TB) (keys []string) {
	t.Helper()
	for _, key := range keysIn(t, s.dir) {
		if filepath.Ext(key) == ".html" && !hashedKey.MatchString(key) {
			keys = append(keys, key)
		}
	}
	if len(keys) < 3 {
		t.Fatalf("only %d pages: %q", len(keys), keys)
	}
	return keys
}

// TestPagesAreHTML checks every published page with the Nu Html Checker, which must report
// neither errors nor warnings. Besides the example's, these are the pages of a show with
// long titles, other scripts and a long transcript.
func TestPagesAreHTML(t *testing.T) {
	t.Parallel()
	// The checker requests no loopback address without this option.
	args := []string{"-Dnu.validator.servlet.allow-forbidden-hosts=true", "-jar", need(t, "vnu"), "--format", "json", "--exit-zero-always", "--stdout"}
	for _, site := range []*site{published(t), gallery(t)} {
		for _, key := range site.pages(t) {
			args = append(args, site.url+key) // a URL, because a file has no origin that the page's policy could allow
		}
	}
	report := decode[struct {
		Messages []struct {
			Type, SubType, URL, Message, Extract string
			LastLine, LastColumn                 int
		}
	}](t, tool(t, "java", args...))
	for _, m := range report.Messages {
		// Browsers do not apply the policy to data blocks.
		if strings.HasPrefix(m.Message, "Inline script violates") && strings.Contains(m.Extract, `type="application/ld+json"`) {
			continue
		}
		t.Errorf("%s:%d:%d: %s %s: %s\n%s", m.URL, m.LastLine, m.LastColumn, m.Type, m.SubType, m.Message, m.Extract)
	}
}

// tab is an open page in a browser, with the messages on its console.
type tab struct {
	context.Context

	mu      sync.Mutex
	console []string
}

// openTab starts a headless browser and stops it when the test ends.
func openTab(t testing.TB, program string) *tab {
	t.Helper()
	// chromedp removes the browser's folder when all processes of the browser have ended.
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.NoSandbox) // the sandbox does not work for root, and the pages are trusted
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{Context: ctx}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.console = append(b.console, fmt.Sprintf("%s %s: %s (%s:%d)", m.Source, m.Type, m.Text, m.URL, m.Line+1))
			b.mu.Unlock()
		}
	}()
	// The browser runs as long as the context of the first call.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return b
}

// do runs actions in the page. They must succeed.
func (b *tab) do(t testing.TB, what string, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := b.try(steps...); err != nil {
		t.Fatalf("%s: %v\nconsole: %q", what, err, b.console)
	}
}

// try runs actions in the page.
func (b *tab) try(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// open opens a page. It retries, because a browser that has just started sometimes
// replaces the page with its own empty page.
func (b *tab) open(t testing.TB, url string) {
	t.Helper()
	err := b.try(chromedp.Navigate(url))
	for err != nil && strings.Contains(err.Error(), "net::ERR_ABORTED") {
		err = b.try(chromedp.Navigate(url))
	}
	if err != nil {
		t.Fatalf("%s: %v\nconsole: %q", url, err, b.console)
	}
}

// mustBeQuiet fails the test if the console has any message, such as a script error, a
// file that failed to load or a violation of the page's policy.
func (b *tab) mustBeQuiet(t testing.TB) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.console {
		t.Errorf("console: %s", line)
	}
}

// TestPagesInBrowser opens every page. No file may be missing, and the policy may not be violated.
func TestPagesInBrowser(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	for _, key := range site.pages(t) {
		b.open(t, site.url+key)
	}
	b.mustBeQuiet(t)
}

// waitFor waits until a condition on the page's audio holds.
func (b *tab) waitFor(t testing.TB, what, condition string) {
	t.Helper()
	expression := `(() => { const audio = document.querySelector("audio"); return ` + condition + `; })()`
	if _, err := chromedp.Run(b, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience))); err != nil {
		t.Fatalf("wait for %s: %v\nconsole: %q", what, err, b.console)
	}
}

// awaitPage waits until the browser has loaded a page whose path ends in the given one.
func (b *tab) awaitPage(t testing.TB, path string) {
	t.Helper()
	await(t, path, func() bool {
		// It fails while the browser goes from one page to another.
		loaded, err := chromedp.Run(b, chromedp.Evaluate[bool](`location.pathname.endsWith("`+path+`") && document.readyState === "complete"`))
		return err == nil && loaded
	})
}

// TestEmbedShowsTranscript opens the transcript in the player for other sites.
func TestEmbedShowsTranscript(t *testing.T) {
	t.Parallel()
	site := published(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"episodes/"+site.playable(t).slug+"/embed/")
	b.do(t, "open the transcript", chromedp.Click("#transcript summary"))
	b.waitFor(t, "the turns", `document.querySelectorAll("#transcript .turn .stamp").length > 5`)
	b.repeat(t)
	b.do(t, "play a turn", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("#transcript a[data-seek]")].at(-4).click()`))
	b.waitFor(t, "the turn to play", `!audio.paused && audio.currentTime > 5 && !!document.querySelector("#transcript .turn[aria-current]")`)
	b.mustBeQuiet(t)
}

// TestEmbedPlaysInAnotherSite shows a player on a page of another origin with the HTML of
// its oEmbed answer. The episode's page itself must not be shown there.
func TestEmbedPlaysInAnotherSite(t *testing.T) {
	t.Parallel()
	site := published(t)
	episode := "episodes/" + site.playable(t).slug + "/"
	embed := decode[struct{ HTML string }](t, site.object(t, episode+"embed/oembed.json")).HTML
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<!doctype html><title>Another site</title><link rel=icon href=data:,>%s<iframe src=%q></iframe>", embed, site.url+episode)
	}))
	t.Cleanup(other.Close)
	b := openTab(t, need(t, "chromium"))
	b.open(t, other.URL)
	await(t, "the player to load", func() bool {
		return b.inFrame(t, 0, `document.readyState === "complete" && !!document.querySelector("audio")`)
	})
	await(t, "the button to be pressed", func() bool { return b.inFrame(t, 0, `(document.querySelector("[data-play]").click(), true)`) })
	await(t, "the player to play", func() bool { return b.inFrame(t, 0, `document.querySelector("audio").currentTime > 0.5`) })
	await(t, "the page to be refused", func() bool { return b.inFrame(t, 1, `document.URL.startsWith("chrome-error:")`) })
}

// inFrame reports whether an expression is true in a frame of the page, by its index. The
// frame may be of another origin. While there is no such frame, inFrame returns false.
func (b *tab) inFrame(t testing.TB, index int, expression string) bool {
	t.Helper()
	tree, err := chromedp.Call(b, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.FrameTree.ChildFrames) <= index {
		return false
	}
	world, err := chromedp.Call(b, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: tree.FrameTree.ChildFrames[index].Frame.ID})
	if err != nil {
		return false // the frame just went to another page
	}
	gesture := true
	result, err := chromedp.Call(b, runtime.Evaluate, runtime.EvaluateParams{Expression: expression, ContextID: world.ExecutionContextID, UserGesture: &gesture})
	return err == nil && string(result.Result.Value) == "true"
}

// TestHourIsLight opens the page of an hour of talk. It may cause 14 requests, and its
// HTML, styles and scripts may have 60 kB after gzip.
func TestHourIsLight(t *testing.T) {
	t.Parallel()
	site := gallery(t)
	b := openTab(t, need(t, "chromium"))
	b.open(t, site.url+"episodes/hour/")
	b.waitFor(t, "the page to load", `document.readyState === "complete"`)
	loaded := eval[[]string](t, b, `performance.getEntriesByType("resource").map(e => e.name)`)
	if requests := len(loaded) + 1; requests > 14 {
		t.Errorf("%d requests, want at most 14: %q", requests, loaded)
	}
	packed := 0
	for _, name := range append(loaded, site.url+"episodes/hour/index.html") {
		if slices.Contains([]string{".html", ".css", ".js"}, path.Ext(name)) {
			packed += site.packed(t, name)
		}
	}
	t.Logf("%d requests, %d bytes of HTML, styles and scripts", len(loaded)+1, packed)
	if packed > 60_000 {
		t.Errorf("%d bytes of HTML, styles and scripts, want at most 60,000", packed)
	}
}

// packed returns the size of a published file after gzip, in bytes.
func (s *site) packed(t testing.TB, keyOrURL string) int {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(s.object(t, keyOrURL))
	_ = z.Close()
	return out.Len()
}

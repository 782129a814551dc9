package e2e

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPreview edits a show while a page of it plays. The page must change without
// interrupting the sound or scrolling, show what is wrong, and mark episodes that are
// not live. The preview must end after an interrupt.
func TestPreview(t *testing.T) {
	t.Parallel()
	chromium := need(t, "chromium")
	w, err := makeWorkplace(t.TempDir(), "ONAIR_URL=https://example.com/")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, onair, "-C", w.dir, "serve", "--addr", "127.0.0.1:0")
	cmd.Env = w.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimSpace(line)
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the command was interrupted
		close(ended)
	}()
	t.Cleanup(func() { cancel(); <-ended })

	source := w.source(t)
	live := source.live()
	var playing, unpublished *episodeSource
	for _, e := range source.episodes {
		switch {
		case !slices.Contains(live, e):
			if _, err := os.Stat(filepath.Join(w.dir, filepath.FromSlash(e.dir), "audio.mp3")); err == nil {
				unpublished = e
			}
		case len(e.Chapters) > 2 && playing == nil:
			playing = e
		}
	}
	if playing == nil || unpublished == nil {
		t.Fatal("the example has no live episode with chapters, or none that is not live and has audio")
	}
	await(t, "the first build", func() bool {
		r, err := http.Get(url)
		if err != nil {
			return false
		}
		defer r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	b := openTab(t, chromium)
	b.open(t, url)
	b.do(t, "wait for the page", chromedp.WaitVisible(".latest .play-episode"))
	b.waitFor(t, "the mark of "+unpublished.slug, `[...document.querySelectorAll("main a")].some(a => a.pathname.includes("/`+unpublished.slug+`/") && a.querySelector(".onair-badge"))`)

	b.open(t, url+"episodes/"+playing.slug+"/")
	b.do(t, "play", chromedp.Click("#player .play"), chromedp.Evaluate[chromedp.Void](`window.same = true; scrollTo({ top: 300, behavior: "instant" })`))
	b.waitFor(t, "the audio to play", `audio.currentTime > 0.3 && !audio.paused`)
	b.repeat(t)
	file := filepath.Join(w.dir, filepath.FromSlash(playing.dir), "episode.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write := func(data string) {
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	still := ` && window.same && !audio.paused && scrollY === 300`
	write(string(text) + "\n\nWritten while it plays.\n")
	b.waitFor(t, "the new paragraph, with sound and place kept", `document.querySelector("main").textContent.includes("Written while it plays.")`+still)
	panel := `[...document.querySelectorAll("aside")].some(e => e.shadowRoot?.textContent.includes("error"))`
	write("---\ntitle: [\n---\n")
	b.waitFor(t, "the finding, on the last good page", panel+` && document.querySelector("main").textContent.includes("Written while it plays.")`+still)
	write(string(text))
	b.waitFor(t, "the repaired page", `!`+panel+` && !document.querySelector("main").textContent.includes("Written while it plays.")`+still)
	b.mustBeQuiet(t)

	cancel() // while the browser waits for news
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("it does not end after an interrupt")
		_ = cmd.Process.Kill()
	}
}

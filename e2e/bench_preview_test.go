//go:build unix

package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/e2e/internal/synthetic"
)

// BenchmarkPreview edits one of 341 episodes. It measures the time from saving the file
// until a browser shows the change in the preview of onair serve. For comparison, it
// measures the time until hugo server serves the changed page, which a browser would
// still have to load.
func BenchmarkPreview(b *testing.B) {
	program, chromium := need(b, "hugo"), need(b, "chromium")
	w := newCatalogue(b, &synthetic.Catalogue{Episodes: 341, Master: 20_000, Rate: synthetic.Kbps8, Transcript: 57_000, Turns: 160, Real: corpus(b)})
	site, _ := newHugoSite(b, w.dir)
	const slug = "170-of-many"
	own, peer := freeAddress(b), freeAddress(b)
	page, peerPage := "http://"+own+"/episodes/"+slug+"/", "http://"+peer+"/"+slug+"/"
	startServer(b, w.command("serve", "--addr", own), page)
	_, port, _ := strings.Cut(peer, ":")
	server := exec.Command(program, "server", "--source", site, "--port", port)
	server.Env = cleanEnv(b.TempDir())
	startServer(b, server, peerPage)
	tab := openTab(b, chromium)
	tab.open(b, page)

	folder := filepath.Join(w.dir, "episodes", slug)
	took := map[string][]time.Duration{}
	edit := func(name, file string, shows func(words string) bool) {
		words := fmt.Sprintf("This is edit %d of %s.", len(took[name]), name)
		start := time.Now()
		appendTo(b, file, "\n**Voice 1:** "+words+"\n")
		await(b, words, func() bool { return shows(words) })
		took[name] = append(took[name], time.Since(start))
	}
	painted := func(words string) bool {
		return eval[bool](b, tab, `document.body.textContent.includes("`+words+`")`)
	}
	served := func(words string) bool {
		r, err := get(http.MethodGet, peerPage)
		return err == nil && bytes.Contains(r.body, []byte(words))
	}
	for b.Loop() {
		edit("notes", filepath.Join(folder, "episode.md"), painted)
		edit("transcript", filepath.Join(folder, "transcript.md"), painted)
		edit("hugo", filepath.Join(site, "content", slug+".md"), served)
	}
	median := map[string]time.Duration{}
	for name, all := range took {
		slices.Sort(all)
		median[name] = all[len(all)/2]
		b.ReportMetric(float64(median[name].Milliseconds()), name+"-ms")
	}
	ratio(b, median["notes"], median["hugo"], "notes-x-hugo")
	ratio(b, median["transcript"], median["hugo"], "transcript-x-hugo")
}

// startServer starts a server, waits until it has the page, and stops it at the end.
func startServer(b testing.TB, server *exec.Cmd, page string) {
	b.Helper()
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait() // the error is that of the interrupt
	})
	await(b, page, func() bool {
		r, err := get(http.MethodGet, page)
		return err == nil && r.status == http.StatusOK
	})
}

//go:build unix

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"onair/e2e/internal/synthetic"
)

// transcribed returns a show of 2,084 short episodes with 119 MB of transcripts: real
// transcripts from ONAIR_CORPUS if it is set, or else synthetic ones. It has no cards,
// because BenchmarkCard in templates/card measures those. Its size does not depend on
// benchScale, because a benchmark of a small site mostly measures startup time.
func transcribed(b testing.TB) *synthetic.Catalogue {
	const episodes, size = 2084, 119_000_000
	return &synthetic.Catalogue{Episodes: episodes, Master: 20_000, Rate: synthetic.Kbps8, Transcript: size / episodes, Turns: 160, Real: corpus(b), Show: "site: {cards: false}\n"}
}

// corpus returns the transcripts in the folder ONAIR_CORPUS, or nil if the variable is
// not set.
func corpus(b testing.TB) [][]byte {
	b.Helper()
	all, err := synthetic.Corpus()
	if err != nil {
		b.Skip(err)
	}
	return all
}

// BenchmarkBuild builds a catalogue of transcripts three times: from scratch, without
// changes, and with one changed transcript. onair checks the show and writes audio,
// pages, five caption files per episode and the feed. Hugo only writes a page for each
// transcript. "onair check" starts without a cache, like the first build.
func BenchmarkBuild(b *testing.B) {
	need(b, "hugo")
	c := transcribed(b)
	w := newCatalogue(b, c)
	site, size := newHugoSite(b, w.dir)
	built := filepath.Join(filepath.Dir(w.dir), "built")
	edited, edits := filepath.Join(w.dir, "episodes", "1000-of-many", "transcript.md"), 0
	startOver := func() {
		w.startOver(b)
		removeAll(b, built)
	}
	build := func() *exec.Cmd { return w.command("build", "-o", built) }
	took := race(b, []contestant{
		{"hugo", func() { removeAll(b, filepath.Join(site, "public")) }, func() *exec.Cmd { return hugo(b, site) }, nil},
		{"check", startOver, func() *exec.Cmd { return w.command("check") }, nil},
		{"build", startOver, build, nil},
		{"build unchanged", func() { settle(b, build) }, build, nil},
		{"build edited", func() {
			edits++
			appendTo(b, edited, fmt.Sprintf("\n**Voice 1:** Edit %d.\n", edits))
		}, build, nil},
	})
	cold, peer := took["build"], took["hugo"]
	for _, x := range []struct {
		name    string
		own, of usage
	}{
		{"hugo", cold, peer},
		{"check", took["check"], cold},
		{"unchanged", took["build unchanged"], cold},
		{"edited", took["build edited"], cold},
	} {
		what := x.name + "-x-build"
		if x.name == "hugo" {
			what = "x-hugo"
		}
		ratio(b, x.own.Wall, x.of.Wall, "wall-"+what)
		ratio(b, x.own.CPU, x.of.CPU, "cpu-"+what)
	}
	ratio(b, cold.RSS, peer.RSS, "rss-x-hugo")
	b.ReportMetric(float64(cold.RSS)/1e6, "rss-MB")
	b.ReportMetric(float64(c.Episodes), "transcripts")
	b.ReportMetric(float64(size)/1e6, "transcripts-MB")
}

// settle runs a build, and waits until files are old enough for the next build to trust
// their times.
func settle(b testing.TB, build func() *exec.Cmd) {
	b.Helper()
	if _, err := output(build()); err != nil {
		b.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	if _, err := output(build()); err != nil {
		b.Fatal(err)
	}
}

// newHugoSite makes a Hugo site of the transcripts of a show, with one page for each in
// a minimal layout. size is the total size of the transcripts in bytes.
func newHugoSite(b testing.TB, show string) (site string, size int64) {
	b.Helper()
	site = filepath.Join(filepath.Dir(show), "hugo")
	files := map[string][]byte{
		"hugo.toml": []byte("baseURL = \"https://catalogue.example/\"\ntitle = \"A catalogue\"\n" +
			"disableKinds = [\"home\", \"section\", \"taxonomy\", \"term\", \"rss\", \"sitemap\", \"robotstxt\", \"404\"]\n"),
		"layouts/_default/single.html": []byte("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n" +
			"<title>{{.Title}}</title>\n<h1>{{.Title}}</h1>\n{{.Content}}\n"),
	}
	names, err := filepath.Glob(filepath.Join(show, "episodes", "*", "transcript.md"))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		slug := filepath.Base(filepath.Dir(name))
		files["content/"+slug+".md"] = fmt.Appendf(nil, "---\ntitle: Number %s\n---\n%s", slug, data)
		size += int64(len(data))
	}
	if err := synthetic.WriteFiles(site, files); err != nil {
		b.Fatal(err)
	}
	return site, size
}

// hugo builds a site with an empty cache.
func hugo(b testing.TB, site string) *exec.Cmd {
	cmd := exec.Command(need(b, "hugo"), "--quiet", "--source", site)
	cmd.Env = cleanEnv(b.TempDir())
	return cmd
}

func init() { components["hugo"] = goProgram("hugo", "v0.155.3") }

func removeAll(b testing.TB, dir string) {
	b.Helper()
	if err := os.RemoveAll(dir); err != nil {
		b.Fatal(err)
	}
}

func appendTo(b testing.TB, name, text string) {
	b.Helper()
	data, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, append(data, text...), 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

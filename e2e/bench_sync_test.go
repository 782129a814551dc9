//go:build unix

package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"onair/e2e/internal/synthetic"
)

// fullCatalogue has 254 episodes, with about 3,300 files and 640 MB.
func fullCatalogue(b testing.TB) *synthetic.Catalogue {
	return &synthetic.Catalogue{Episodes: max(2, int(254*benchScale(b))), Master: 2_500_000, Rate: synthetic.Kbps128, Transcript: 6000, Spanish: true}
}

// BenchmarkSync uploads a whole catalogue to an empty bucket. onair starts from the
// show: it reads, checks, tags and renders it, and requests the objects through the
// public URL. rclone and plain requests start from a folder that onair build wrote. All
// times include the emulator's. The ratios compare uploads of the same objects. The
// metric "parts" is the cost of also storing the parts of every master. "sync-cpu" is
// the ratio of CPU times, not counting that of onair check.
func BenchmarkSync(b *testing.B) {
	need(b, "rclone")
	e := startEmulator(b)
	c := fullCatalogue(b)
	kept := newCatalogue(b, c, e.env()...)
	c.Show = "keep_masters: false\n"
	w := newCatalogue(b, c, e.env()...)
	built := filepath.Join(b.TempDir(), "built")
	w.run(b, "build", "-o", built)
	files, size := weigh(b, built)
	empty := func() { e.empty(b, bucketName); w.startOver(b); kept.startOver(b) }
	took := race(b, []contestant{
		{"onair", empty, func() *exec.Cmd { return w.command("publish", "--yes") }, nil},
		{"rclone", empty, func() *exec.Cmd { return rclone(b, e, built, bucketName) }, nil},
		{"http", empty, func() *exec.Cmd { return upload(b, e, built, bucketName) }, nil},
		{"onair with parts", empty, func() *exec.Cmd { return kept.command("publish", "--yes") }, nil},
		{"onair check", empty, func() *exec.Cmd { return w.command("check") }, nil},
	})
	own, peer, check := took["onair"], took["rclone"], took["onair check"]
	ratio(b, own.CPU, peer.CPU, "cpu-x-rclone")
	ratio(b, own.RSS, peer.RSS, "rss-x-rclone")
	ratio(b, own.Wall, peer.Wall, "wall-x-rclone")
	ratio(b, own.Wall, took["http"].Wall, "wall-x-http")
	ratio(b, own.CPU-check.CPU, peer.CPU, "sync-cpu-x-rclone")
	ratio(b, took["onair with parts"].Wall, own.Wall, "parts-wall-x-none")
	b.ReportMetric(float64(files), "files")
	b.ReportMetric(float64(size)/1e6, "MB")
}

// roundTrip is the simulated latency of a request to a distant bucket.
const roundTrip = 30 * time.Millisecond

// BenchmarkNothingToDo publishes a show that is already live, and again after touching
// every file of the show, as in a fresh clone. Both only send requests for listings, in
// pages of a thousand objects, or fewer at a smaller scale. rclone compares sizes and
// times of a folder that is already built. So does onair if its last run found nothing
// to do; otherwise ("edited", "touched") it reads, checks and renders the show. "check"
// is the share of onair check. The emulator answers at once, except in "far", where
// each response has the latency of a network. "listing" requests the same pages and
// ignores their content.
func BenchmarkNothingToDo(b *testing.B) {
	need(b, "rclone")
	e := startEmulator(b)
	e.pageSize = max(10, int(1000*benchScale(b)))
	c := fullCatalogue(b)
	c.Master, c.Rate = 60_000, synthetic.Kbps8 // the measured publishes send no masters
	w := newCatalogue(b, c, e.env()...)
	built := filepath.Join(b.TempDir(), "built")
	w.run(b, "build", "-o", built)
	w.run(b, "publish", "--yes")
	if _, err := output(rclone(b, e, built, privateName)); err != nil {
		b.Fatal(err)
	}
	n := len(e.all(b, bucketName))
	pages := (n + e.pageSize - 1) / e.pageSize

	requests, writes := map[string]int{}, map[string]int{}
	run := func(name string, prepare func(), command func() *exec.Cmd) contestant {
		return contestant{name, prepare, command, func() {
			requests[name], writes[name] = len(e.asked()), len(e.writes())
			e.forget()
			e.intercept(nil)
		}}
	}
	again := func() { w.still(b); e.forget() }
	slow := func() { e.intercept(func(request) { time.Sleep(roundTrip) }) }
	publish := func() *exec.Cmd { return w.command("publish", "--yes") }
	peer := func() *exec.Cmd { return rclone(b, e, built, privateName) }
	fastList := func() *exec.Cmd { return rclone(b, e, built, privateName, "--fast-list") }
	e.forget()
	took := race(b, []contestant{
		run("onair", again, publish),
		run("listing", nil, func() *exec.Cmd { return listing(b, e, bucketName) }),
		run("onair edited", func() { touchNow(b, filepath.Join(w.dir, "show.yaml")) }, publish),
		run("onair check", nil, func() *exec.Cmd { return w.command("check") }),
		run("rclone", nil, peer),
		run("rclone fast-list", nil, fastList),
		run("onair far", func() { again(); slow() }, publish),
		run("rclone far", slow, peer),
		run("rclone fast-list far", slow, fastList),
		run("onair touched", func() { touchNow(b, w.dir) }, publish),
		run("rclone touched", func() { touchNow(b, built) }, peer),
	})
	for _, name := range []string{"onair", "listing", "onair edited", "onair touched"} {
		if requests[name] != pages || writes[name] != 0 {
			b.Errorf("%s: %d requests, %d of them writes; want %d and none", name, requests[name], writes[name], pages)
		}
	}
	ratio(b, took["onair"].Wall, took["rclone"].Wall, "wall-x-rclone")
	ratio(b, took["onair"].Wall, took["rclone fast-list"].Wall, "wall-x-fast-list")
	ratio(b, took["onair"].Wall, took["listing"].Wall, "wall-x-listing")
	ratio(b, took["onair edited"].Wall, took["rclone"].Wall, "edited-wall-x-rclone")
	ratio(b, took["onair far"].Wall, took["rclone far"].Wall, "far-wall-x-rclone")
	ratio(b, took["onair far"].Wall, took["rclone fast-list far"].Wall, "far-wall-x-fast-list")
	ratio(b, took["onair touched"].Wall, took["rclone touched"].Wall, "touched-wall-x-rclone")
	ratio(b, took["onair check"].CPU, took["onair edited"].CPU, "check-cpu-x-edited")
	b.ReportMetric(float64(n), "objects")
	for name, metric := range map[string]string{"onair": "requests", "onair edited": "edited-requests", "rclone": "rclone-requests", "rclone fast-list": "fast-list-requests", "rclone touched": "touched-rclone-requests"} {
		b.ReportMetric(float64(requests[name]), metric)
	}
	b.ReportMetric(float64(writes["onair touched"]), "touched-writes")
	b.ReportMetric(float64(writes["rclone touched"]), "touched-rclone-writes")
}

// weigh returns the number of files of a build and their total size in bytes.
func weigh(b testing.TB, dir string) (files int, size int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == ".onair" {
			return filepath.SkipDir
		}
		if err == nil && d.Type().IsRegular() {
			var info os.FileInfo
			if info, err = d.Info(); err == nil {
				files, size = files+1, size+info.Size()
			}
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return files, size
}

// all returns every key of a bucket, from all pages of the listing.
func (e *emulator) all(b testing.TB, bucket string) (keys []string) {
	b.Helper()
	for token := ""; ; {
		page := httptest.NewRecorder()
		e.fake.HTTPHandler().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/storage/v1/b/"+bucket+"/o?pageToken="+url.QueryEscape(token), nil))
		var listed struct {
			Items         []struct{ Name string }
			NextPageToken string
		}
		if err := json.Unmarshal(page.Body.Bytes(), &listed); err != nil {
			b.Fatal(err)
		}
		for _, o := range listed.Items {
			keys = append(keys, o.Name)
		}
		if token = listed.NextPageToken; token == "" {
			return keys
		}
	}
}

// empty deletes everything in a bucket, and frees its memory.
func (e *emulator) empty(b testing.TB, bucket string) {
	b.Helper()
	for _, key := range e.all(b, bucket) {
		answer := httptest.NewRecorder()
		e.fake.HTTPHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodDelete, "/storage/v1/b/"+bucket+"/o/"+url.PathEscape(key), nil))
		if answer.Code >= 300 {
			b.Fatalf("delete %s: %d %s", key, answer.Code, strings.TrimSpace(answer.Body.String()))
		}
	}
	e.forget()
	debug.FreeOSMemory()
}

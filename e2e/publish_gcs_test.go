package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// TestPublishToCloudStorage publishes the example to an empty bucket. Every object must
// have the bytes of the build and the right headers and checksum. A second publish must
// only list the bucket.
func TestPublishToCloudStorage(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.env()...)
	w.run(t, "publish", "--yes")

	held := e.objects(t)
	for _, wrong := range differences(held, w.build(t)) {
		t.Error(wrong)
	}
	for key, o := range held {
		if o.metadata["onair-sha256"] == "" {
			t.Errorf("%s: no SHA-256 in its metadata: %v", key, o.metadata)
		}
	}

	e.forget()
	w.run(t, "publish", "--yes")
	for _, r := range e.asked() {
		if r.kind != list {
			t.Errorf("a second publish asks more than listings:\n%s", summarize(e.asked()))
			break
		}
	}
}

// TestPublishOrder publishes the show and then a change of it, with a listener that checks the
// feed after every write: the feed must never name a missing object, and objects must appear in
// the documented order.
func TestPublishOrder(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.env()...)
	app := &listener{feedURL: e.publicURL() + "feed.xml"}
	e.watch(app.look)

	w.run(t, "publish", "--yes")
	first := e.writes()
	e.forget()
	retitle(t, w, "Retitled")
	w.run(t, "publish", "--yes")
	second := e.writes()

	app.mustBeSatisfied(t, 2)
	for _, writes := range [][]string{first, second} {
		feed, claim := slices.Index(writes, "feed.xml"), slices.Index(writes, ".onair/release.json")
		if claim < 0 || feed < claim || writes[len(writes)-1] != ".onair/release.json" {
			t.Errorf("want the claim before the feed and the record last:\n%s", strings.Join(writes, "\n"))
		}
		for i, key := range writes {
			if hashedKey.MatchString(key) && i > claim {
				t.Errorf("%s is written after the claim", key)
			}
		}
	}
}

// TestKill kills publishes with SIGKILL and then runs them again. The kills are at
// points spread over all writes, and at every write of the claim and the feed. A
// listener checks the feed after every write.
func TestKill(t *testing.T) {
	t.Parallel()

	t.Run("first publish", func(t *testing.T) {
		t.Parallel()
		e := startEmulator(t)
		w := newWorkplace(t, e.env()...)
		w.run(t, "publish", "--yes")
		for _, d := range killPoints(e.writes(), 8) {
			t.Run(d.String(), func(t *testing.T) {
				e := startEmulator(t)
				w := newWorkplace(t, e.env()...)
				app := &listener{feedURL: e.publicURL() + "feed.xml"}
				e.watch(app.look)
				w.killAndRecover(t, e, d)
				app.mustBeSatisfied(t, 1)
			})
		}
	})

	t.Run("update", func(t *testing.T) {
		t.Parallel()
		e := startEmulator(t)
		w := newWorkplace(t, e.env()...)
		w.run(t, "publish", "--yes")
		// All titles have the same place in the index of words, so that each title
		// after the first changes the same files.
		title := func(n int) string { return fmt.Sprintf("Take zz%c", 'a'+n) }
		for n := range 2 {
			retitle(t, w, title(n))
			e.forget()
			w.run(t, "publish", "--yes")
		}
		app := &listener{feedURL: e.publicURL() + "feed.xml"}
		e.watch(app.look)
		plan := killPoints(e.writes(), 8)
		for i, d := range plan {
			t.Run(d.String(), func(t *testing.T) {
				retitle(t, w, title(i+2))
				w.killAndRecover(t, e, d)
			})
		}
		app.mustBeSatisfied(t, len(plan))
	})
}

// killAndRecover kills a publish and publishes again. Then the bucket must hold the
// release, and another publish must have nothing to do.
func (w *workplace) killAndRecover(t *testing.T, e *emulator, d killPoint) {
	t.Helper()
	killed, said, err := e.kill(w.command("publish", "--yes"), d)
	if !killed {
		t.Fatalf("the publish ended before write %d: %v\n%s", d.at, err, said)
	}
	e.settle(t)
	w.run(t, "publish", "--yes")
	for _, wrong := range differences(e.objects(t), w.build(t)) {
		t.Error(wrong)
	}
	if got := e.phase(t); got != "done" {
		t.Errorf("phase %q after recovering, want done", got)
	}
	e.forget()
	w.run(t, "publish", "--yes")
	if len(e.writes()) > 0 {
		t.Errorf("the publish after the one that recovered still writes:\n%s", summarize(e.asked()))
	}
}

// String describes the point, for the name of a test.
func (d killPoint) String() string { return fmt.Sprintf("write %d %s", d.at, d.moment) }

// killPoints chooses where to kill a publish with the given writes: at n points spread over
// all writes, and at each moment of every write of the claim, the feed and the record.
func killPoints(writes []string, n int) []killPoint {
	moments := []moment{arriving, halfway, answered}
	var all []killPoint
	add := func(d killPoint) {
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	for i := range n {
		add(killPoint{at: 1 + i*len(writes)/n, moment: moments[i%len(moments)]})
	}
	for i, key := range writes {
		if key == "feed.xml" || key == ".onair/release.json" {
			for _, m := range moments {
				add(killPoint{at: i + 1, moment: m})
			}
		}
	}
	return all
}

// TestStaleClaim kills a publish right after its claim, and publishes from another
// checkout on another machine. That publish must take over the claim.
func TestStaleClaim(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.env()...)
	w.run(t, "publish", "--yes")
	e.forget()
	retitle(t, w, "Learning")
	w.run(t, "publish", "--yes")
	claim := slices.Index(e.writes(), ".onair/release.json") + 1

	retitle(t, w, "Claimed")
	killed, said, err := e.kill(w.command("publish", "--yes"), killPoint{claim, answered})
	if !killed {
		t.Fatalf("the publish ended before its claim: %v\n%s", err, said)
	}
	if got := e.phase(t); got != "applying" {
		t.Fatalf("the killed publish left phase %q, want applying", got)
	}

	other := newWorkplace(t, e.env()...)
	retitle(t, other, "Taken over")
	other.run(t, "publish", "--yes")
	if got := e.phase(t); got != "done" {
		t.Errorf("phase %q after taking over, want done", got)
	}
	for _, wrong := range differences(e.objects(t), other.build(t)) {
		t.Error(wrong)
	}
}

// TestTwoPublishers holds one publisher at its claim until another has published. The
// first publisher must then end with exit code 4 and change nothing.
func TestTwoPublishers(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	slow, fast := newWorkplace(t, e.env()...), newWorkplace(t, e.env()...)
	slow.run(t, "publish", "--yes")
	retitle(t, slow, "The slow one's")
	retitle(t, fast, "The fast one's")

	var overtaken atomic.Bool
	e.intercept(func(r request) {
		if r.key == ".onair/release.json" && r.kind == write && overtaken.CompareAndSwap(false, true) {
			if _, err := output(fast.command("publish", "--yes")); err != nil {
				t.Error(err)
			}
		}
	})
	slow.fails(t, 4, "publish", "--yes")
	if !overtaken.Load() {
		t.Fatal("the slow publisher never claimed")
	}
	if got := e.phase(t); got != "done" {
		t.Errorf("the loser left phase %q, want done", got)
	}
	for _, wrong := range differences(e.objects(t), fast.build(t)) {
		t.Error(wrong)
	}
}

// phase returns the phase of the last publish, from the record in the bucket.
func (e *emulator) phase(t testing.TB) string {
	t.Helper()
	return e.phaseIn(t, bucketName)
}

func (e *emulator) phaseIn(t testing.TB, bucket string) string {
	t.Helper()
	return decode[struct{ Phase string }](t, e.objectIn(t, bucket, ".onair/release.json").data).Phase
}

// mustBeSatisfied fails the test if the listener recorded a failure, or got fewer
// different feeds than the given number.
func (l *listener) mustBeSatisfied(t testing.TB, feeds int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.broken {
		t.Error(b)
	}
	if len(l.seen) < feeds {
		t.Errorf("saw %d different feeds in %d looks, want at least %d", len(l.seen), l.looks, feeds)
	}
}

var titleLine = regexp.MustCompile(`(?m)^title:.*$`)

// retitle changes the title of the newest live episode. This changes its tag, the key
// of its audio, the feed and several pages.
func retitle(t testing.TB, w *workplace, title string) {
	t.Helper()
	retitleEpisode(t, w, w.source(t).live()[0], title)
}

func retitleEpisode(t testing.TB, w *workplace, e *episodeSource, title string) {
	t.Helper()
	edit(t, filepath.Join(w.dir, filepath.FromSlash(e.dir), "episode.md"), func(text string) string {
		if !titleLine.MatchString(text) {
			t.Fatalf("no title in %s", e.dir)
		}
		return titleLine.ReplaceAllLiteralString(text, "title: "+strconv.Quote(title))
	})
}

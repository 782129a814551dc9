package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/gcs"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// rounds returns how many rounds a randomised test runs: n, scaled by the percentage in
// ONAIR_E2E_ROUNDS.
func rounds(t testing.TB, n int) int {
	t.Helper()
	percent := os.Getenv("ONAIR_E2E_ROUNDS")
	if percent == "" {
		return n
	}
	p, err := strconv.Atoi(percent)
	if err != nil || p <= 0 {
		t.Fatalf("ONAIR_E2E_ROUNDS=%s: want percent of the usual rounds, such as 10", percent)
	}
	return max(1, n*p/100)
}

// cloudURL is the URL of an emulator that listens on no socket.
const cloudURL = "http://storage.test"

// stage is storage behind a network with faults.
type stage struct {
	storage record.Storage
	hasty   *record.Storage                    // the storage, with calls that soon give up; for publishes that may fail; nil to use storage
	network interface{ follow(*schedule) }     // nil for no faults
	held    func(testing.TB) map[string]object // returns the objects of the public bucket, except onair's own records
	cdn     *foreverCDN                        // in front of the storage; nil for none
	prune   bool                               // whether publishes delete objects that have not been used for a long time
}

// cloud is an emulator without a socket and the storage in it.
type cloud struct {
	*emulator
	stage
	app *listener
}

// newCloud opens an emulator's buckets through a network. Its listener checks the feed
// after every write.
func newCloud(t *testing.T) *cloud {
	t.Helper()
	e := &emulator{}
	e.open(t, cloudURL)
	e.pageSize = 7
	net := &network{e: e}
	c := &cloud{emulator: e, stage: stage{network: net, held: e.objects}}
	c.app = &listener{feedURL: e.publicURL() + "feed.xml", client: &http.Client{Transport: &network{e: e}}}
	e.watch(c.app.look)
	open := func(name string) bucket.Bucket {
		b, err := gcs.Open(t.Context(), "gs://"+name, &gcs.Options{HTTPClient: &http.Client{Transport: net}, Endpoint: cloudURL + "/storage/v1/"})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	c.storage = record.Storage{Public: open(bucketName), State: open(privateName)}
	return c
}

// publish plans a release and applies the plan through the network.
func (c *stage) publish(t *testing.T, r *release.Release) error {
	p, err := publish.NewPlan(t.Context(), r, c.storage, &publish.PlanOptions{Prune: c.prune, AskClock: c.prune})
	if err != nil {
		return err
	}
	o := &publish.ApplyOptions{By: "e2e", Now: r.Now}
	if c.cdn != nil {
		o.Services = c.cdn.live(t, r)
	}
	_, err = publish.Apply(t.Context(), p, c.storage, o)
	var unverified *publish.UnverifiedError
	if errors.As(err, &unverified) {
		err = fmt.Errorf("%w: %v", err, unverified.Findings)
	}
	return err
}

// mustHold fails the test unless the buckets hold the release and a publish would have
// nothing to do.
func (c *stage) mustHold(t *testing.T, r *release.Release, when string) {
	t.Helper()
	p, err := publish.NewPlan(t.Context(), r, c.storage, nil)
	if err != nil {
		t.Errorf("plan %s: %v", when, err)
		return
	}
	if !p.Empty() {
		t.Errorf("%s there is something left to do: %+v, phase %q", when, p.Totals(), p.Previous.Phase)
	}
	held := c.held(t)
	if c.cdn != nil { // the CDN may cache changing objects for an hour
		for key, o := range held {
			o.cacheControl = strings.TrimSuffix(o.cacheControl, ", s-maxage=3600")
			held[key] = o
		}
	}
	for _, wrong := range differences(held, bodiesOf(t, r)) {
		t.Errorf("%s: %s", when, wrong)
	}
}

// bodiesOf returns the contents of the objects of a release, by key. Objects without a
// body are left out: the audio whose master is absent, which is joined in the storage.
func bodiesOf(t testing.TB, r *release.Release) map[string][]byte {
	t.Helper()
	bodies := map[string][]byte{}
	for _, o := range r.Objects {
		if o.Body == nil {
			continue
		}
		body, err := o.Body()
		if err != nil {
			t.Fatal(err)
		}
		var data bytes.Buffer
		_, err = data.ReadFrom(body)
		body.Close()
		if err != nil {
			t.Fatal(err)
		}
		bodies[o.Key] = data.Bytes()
	}
	return bodies
}

// smallShow returns a show in memory: three episodes of ten seconds, the third scheduled for
// August.
func smallShow(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}

	read := func(name string) []byte {
		data, err := os.ReadFile("../examples/minimal/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}

	files["show.yaml"] = &fstest.MapFile{Data: append(read("show.yaml"), "timezone: UTC\n"...)}
	files["artwork.jpg"] = &fstest.MapFile{Data: read("artwork.jpg")}
	audio := read("episodes/1-the-only-one/audio.mp3")
	for i, month := range []int{6, 7, 8} {
		dir := fmt.Sprintf("episodes/%d-of-three/", i+1)
		sound := bytes.Clone(audio)
		sound[len(sound)/2] ^= byte(i) // in the middle of a frame
		files[dir+"audio.mp3"] = &fstest.MapFile{Data: sound}
		files[dir+"chapters.txt"] = &fstest.MapFile{Data: []byte("0:00 Start\n0:05 Middle\n")}
		files[dir+"episode.md"] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"---\ntitle: Number %d\nguid: 72b06c18-8627-47ea-8f87-d9cc8fa5426%d\ndate: 2026-%02d-01 09:00\nnumber: %d\nsummary: One of three.\n---\nNotes.\n",
			i+1, i+1, month, i+1)}
	}
	return files
}

// cloudEnv points a show at the emulator without a socket.
var cloudEnv = map[string]string{"ONAIR_STORAGE": "gs://" + bucketName, "ONAIR_STATE": "gs://" + privateName, "ONAIR_URL": cloudURL + "/" + bucketName + "/"}

// releaseAt returns the release of a show in a month of 2026.
func releaseAt(t testing.TB, files fstest.MapFS, month time.Month, env map[string]string) *release.Release {
	t.Helper()
	s, found := show.Load(maps.Clone(files), &show.LoadOptions{Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if found.HasErrors() {
		t.Fatal(found)
	}
	r, found, err := release.New(t.Context(), s, &release.Options{Now: time.Date(2026, month, 15, 0, 0, 0, 0, time.UTC)})
	if err != nil || found.HasErrors() {
		t.Fatal(err, found)
	}
	return r
}

// change is a release to publish, the release that is live before, and the release that
// must be live after.
type change struct{ before, publish, after *release.Release }

// changesOf returns the changes that schedules run with: publishing to an empty bucket;
// retitling an episode while a scheduled one goes live; the same without the masters,
// so that audio is joined.
func changesOf(t testing.TB, files fstest.MapFS, env map[string]string) []change {
	t.Helper()
	first := releaseAt(t, files, time.July, env)
	files["onair.lock"] = &fstest.MapFile{Data: first.Lock.Format()}
	md := files["episodes/1-of-three/episode.md"].Data
	files["episodes/1-of-three/episode.md"] = &fstest.MapFile{Data: bytes.Replace(md, []byte("Number 1"), []byte("Number One"), 1)}
	second := releaseAt(t, files, time.September, env)
	maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool { return strings.HasSuffix(name, ".mp3") })
	withoutAudio := releaseAt(t, files, time.September, env)
	return []change{
		{nil, first, first},
		{first, second, second},
		{first, withoutAudio, second},
	}
}

// TestFaultSchedules publishes through networks with a thousand different schedules of
// faults. Either the publish fails or the buckets are right; afterwards a publish
// without faults makes them right. A listener checks the feed after every write: the
// feed must never name an absent object. No object may be stored twice.
func TestFaultSchedules(t *testing.T) {
	t.Parallel()
	changes := changesOf(t, smallShow(t), cloudEnv)
	var all tally
	n := rounds(t, 1000)
	t.Cleanup(func() { all.report(t, n, cloudFaults.passing) })
	for seed := range n {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				change, feeds := changes[seed%len(changes)], 1
				c := newCloud(t)
				if change.before != nil {
					feeds++
					if err := c.publish(t, change.before); err != nil {
						t.Fatal(err)
					}
				}
				s := newSchedule(seed/len(changes), cloudFaults)
				all.add(c.survive(t, change.publish, s), s)
				c.mustHold(t, change.after, "in the end")
				c.app.mustBeSatisfied(t, feeds)
				c.mustBeStoredOnce(t, feeds)
			})
		})
	}
}

// TestPruneSchedules prunes, through networks with faults, objects that a killed
// publish left a month earlier. In half of the rounds a concurrent publish needs them
// again. In the end the objects must be deleted, or present if needed, and the feed
// must never have named an absent object.
func TestPruneSchedules(t *testing.T) {
	t.Parallel()
	files := smallShow(t)
	first := releaseAt(t, files, time.July, cloudEnv)
	files["onair.lock"] = &fstest.MapFile{Data: first.Lock.Format()}
	titled := func(title string) *release.Release {
		changed := maps.Clone(files)
		const name = "episodes/1-of-three/episode.md"
		changed[name] = &fstest.MapFile{Data: bytes.Replace(files[name].Data, []byte("Number 1"), []byte(title), 1)}
		return releaseAt(t, changed, time.July, cloudEnv)
	}
	killed, second := titled("Killed"), titled("Second")
	var all tally
	n := rounds(t, 300)
	t.Cleanup(func() { all.report(t, n, nil) })
	for seed := range n {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(t)
				if err := c.publish(t, first); err != nil {
					t.Fatal(err)
				}
				strays := c.leaveHalf(t, killed)
				if err := c.publish(t, second); err != nil {
					t.Fatal(err)
				}
				time.Sleep(publish.PruneAfter + time.Hour)
				c.prune = true
				wanted, feeds := second, 2
				if seed%2 == 1 {
					wanted, feeds = killed, 3
				}
				s := newSchedule(seed/2, cloudFaults)
				all.add(c.survive(t, wanted, s), s)
				c.mustHold(t, wanted, "in the end")
				c.app.mustBeSatisfied(t, feeds)

				// If a listing was cut short, onair has forgotten the objects. Then a later publish
				// must find and record them before they can be pruned.
				if err := c.publish(t, titled("Third")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(publish.PruneAfter + time.Hour)
				if err := c.publish(t, wanted); err != nil {
					t.Fatal(err)
				}
				for _, key := range strays {
					if _, there := c.objects(t)[key]; there != (wanted == killed) {
						t.Errorf("%s is there: %v", key, there)
					}
				}
			})
		})
	}
}

// leaveHalf writes the objects that a publish of r leaves behind if it is killed before
// its claim. It returns the keys of the new objects.
func (c *cloud) leaveHalf(t *testing.T, r *release.Release) (keys []string) {
	t.Helper()
	for _, o := range r.Objects {
		if o.Class != release.Immutable {
			continue
		}
		_, err := c.storage.Public.Write(t.Context(), &o.Object, bucket.Condition{Absent: true})
		if err == nil {
			keys = append(keys, o.Key)
		} else if !errors.Is(err, bucket.ErrPrecondition) {
			t.Fatal(err)
		}
	}
	if len(keys) == 0 {
		t.Fatal("there was nothing to leave")
	}
	return keys
}

// tally counts the results of schedules.
type tally struct {
	mu     sync.Mutex
	failed int // publishes that returned an error
	met    map[fault]int
}

func (a *tally) add(failed bool, s *schedule) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if failed {
		a.failed++
	}
	if a.met == nil {
		a.met = map[fault]int{}
	}
	for f, n := range s.met {
		a.met[f] += n
	}
}

// report logs the counts. If there were many schedules, it checks that each fault
// occurred, and that some publishes failed and some succeeded.
func (a *tally) report(t *testing.T, n int, faults []fault) {
	t.Logf("%d of %d publishes failed; faults: %v", a.failed, n, a.met)
	if n < 60 {
		return
	}
	if a.failed < n/10 || a.failed > n*9/10 {
		t.Errorf("%d of %d publishes failed: that is hardly a test", a.failed, n)
	}
	for _, f := range faults {
		if a.met[f] == 0 {
			t.Errorf("%s was never met", f)
		}
	}
}

func (c *stage) follow(s *schedule) {
	c.network.follow(s)
	if c.cdn != nil {
		c.cdn.follow(s)
	}
}

// survive publishes a release through a network with faults, and again without faults.
// It reports whether the first publish failed.
func (c *stage) survive(t *testing.T, r *release.Release, s *schedule) (failed bool) {
	t.Helper()
	c.follow(s)
	faulty := *c
	if c.hasty != nil && !s.harmless {
		faulty.storage = *c.hasty
	}
	err := faulty.publish(t, r)
	c.follow(nil)
	switch {
	case err == nil:
		c.mustHold(t, r, "after a publish that succeeded")
	case s.harmless:
		t.Errorf("trying again should be enough for %v: %v", s.met, err)
	}
	if err := c.publish(t, r); err != nil {
		t.Errorf("over a good network, after %v: %v", s.met, err)
	}
	return err != nil
}

// mustBeStoredOnce fails the test if an object was stored more often than its content
// changed.
func (c *cloud) mustBeStoredOnce(t *testing.T, feeds int) {
	t.Helper()
	for name, n := range c.stored {
		_, key, _ := strings.Cut(name, "/")
		switch {
		case hashedKey.MatchString(key), strings.HasPrefix(key, ".onair/parts/"), strings.HasPrefix(key, ".onair/feeds/"):
			if n > 1 {
				t.Errorf("%s was stored %d times", name, n)
			}
		case key == "feed.xml":
			if n > feeds {
				t.Errorf("%s was stored %d times, and there were %d feeds", name, n, feeds)
			}
		}
	}
}

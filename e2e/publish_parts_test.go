package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// tagged are the prefixes of the keys of audio and its parts.
var tagged = []string{"audio/", ".onair/parts/", ".onair/joined/"}

// withoutMasters returns another checkout of the show, on a machine that never had the
// audio.
func (w *workplace) withoutMasters(t testing.TB, env ...string) *workplace {
	t.Helper()
	clone, err := makeWorkplace(t.TempDir(), env...)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(clone.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(clone.dir, os.DirFS(w.dir)); err != nil {
		t.Fatal(err)
	}
	for _, e := range clone.source(t).episodes {
		if err := os.Remove(clone.master(e)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return clone
}

func (w *workplace) master(e *episodeSource) string {
	return filepath.Join(w.dir, filepath.FromSlash(e.dir), "audio.mp3")
}

// payloadOf returns the digest and the length of a file's audio.
func payloadOf(t testing.TB, name string) (digest string, n int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, payload := splitMP3(data)
	return sha256Hex(payload), len(payload)
}

// audioOf returns the published audio of an episode, found through the feed.
func (e *emulator) audioOf(t testing.TB, slug string) object {
	t.Helper()
	promises, err := promisesOf(e.object(t, "feed.xml").data)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range promises {
		if key, ok := strings.CutPrefix(p.url, e.publicURL()); ok && strings.HasPrefix(key, "audio/"+slug+"-") {
			o := e.object(t, key)
			if want := hashedKey.FindStringSubmatch(key)[1]; wantHash(key, o.data) != want {
				t.Errorf("%s: the key's hash is not that of the bytes", key)
			}
			return o
		}
	}
	t.Fatalf("the feed does not name the audio of %s", slug)
	return object{}
}

// mustPlay fails the test unless the published audio of an episode has the payload of
// the master, byte for byte.
func (e *emulator) mustPlay(t testing.TB, slug, payload string) {
	t.Helper()
	if _, got := splitMP3(e.audioOf(t, slug).data); sha256Hex(got) != payload {
		t.Errorf("%s: the published audio is not the master's", slug)
	}
}

// TestTagCosts changes the title of an episode of twenty megabytes, and then its cover,
// on a machine that never had the audio. It checks which requests are sent.
func TestTagCosts(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.privateEnv()...)
	episode := w.source(t).live()[0]
	lengthen(t, w.master(episode), 20<<20)
	w.run(t, "publish", "--yes", "--replace-audio", episode.slug)
	payload, size := payloadOf(t, w.master(episode))
	app := &listener{feedURL: e.publicURL() + "feed.xml"}
	e.watch(app.look)
	clone := w.withoutMasters(t, e.privateEnv()...)

	e.forget()
	retitleEpisode(t, clone, episode, "Another title")
	clone.run(t, "publish", "--yes")
	sent, requests := e.traffic(tagged...)
	if sent > int64(size/1000) {
		t.Errorf("a new title sends %d bytes for audio of %d, want 1/1000 of that", sent, size)
	}
	if len(requests) != 4 { // upload the text of the tag; join; copy; delete the joined object
		t.Errorf("a new title takes\n%s", summarize(requests))
	}
	e.mustPlay(t, episode.slug, payload)

	e.forget()
	cover, err := os.ReadFile(filepath.Join(clone.dir, "artwork.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(clone.dir, filepath.FromSlash(episode.dir))
	if err := os.WriteFile(filepath.Join(folder, "artwork.jpg"), recoloured(cover), 0o644); err != nil {
		t.Fatal(err)
	}
	if episode.Artwork == "" {
		edit(t, filepath.Join(folder, "episode.md"), func(text string) string {
			return strings.Replace(text, "---\n", "---\nartwork: artwork.jpg\n", 1)
		})
	}
	clone.run(t, "publish", "--yes")
	sent, requests = e.traffic(tagged...)
	if sent > int64(size/40) || sent < 10_000 {
		t.Errorf("a new cover sends %d bytes for audio of %d, want at most 1/40 of that, and the cover", sent, size)
	}
	if len(requests) != 5 { // also upload the cover
		t.Errorf("a new cover takes\n%s", summarize(requests))
	}
	e.mustPlay(t, episode.slug, payload)
	app.mustBeSatisfied(t, 2)

	e.forget()
	clone.run(t, "publish", "--yes")
	if writes := e.writes(); len(writes) > 0 {
		t.Errorf("with nothing to do it writes %q", writes)
	}
}

// recoloured returns a JPEG of the same picture with other bytes: it adds a comment
// (ITU-T T.81, B.2.4.5).
func recoloured(jpeg []byte) []byte {
	return bytes.Join([][]byte{jpeg[:2], {0xff, 0xfe, 0, 6}, []byte("more"), jpeg[2:]}, nil)
}

// lengthen repeats the MPEG frames of an MP3 until it has at least the given number of bytes.
func lengthen(t testing.TB, name string, size int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	tag, payload := splitMP3(data)
	longer := append(bytes.Clone(tag), payload...)
	for len(longer) < size {
		longer = append(longer, payload...)
	}
	if err := os.WriteFile(name, longer, 0o644); err != nil {
		t.Fatal(err)
	}
}

// later sets a time after the date of the example's scheduled episode.
const later = "ONAIR_NOW=2040-01-01T00:00:00Z"

// scheduled returns the example's scheduled episode.
func (w *workplace) scheduled(t testing.TB) *episodeSource {
	t.Helper()
	s := w.source(t)
	for _, e := range s.episodes {
		if !e.Draft && !e.date.IsZero() && e.date.Format(time.RFC3339) > now {
			return e
		}
	}
	t.Fatal("the example has no scheduled episode")
	return nil
}

// TestScheduledGoesLive publishes after a scheduled episode's date on a machine that
// never had its audio. The stored parts must be enough. Without them the episode must
// stay out, and nothing may be written.
func TestScheduledGoesLive(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.privateEnv()...)
	w.run(t, "publish", "--yes")
	episode := w.scheduled(t)
	payload, _ := payloadOf(t, w.master(episode))
	for key := range e.objects(t) {
		if strings.Contains(key, episode.slug) {
			t.Errorf("%s: listeners could find the scheduled episode", key)
		}
	}
	clone := w.withoutMasters(t, append(e.privateEnv(), later)...)

	// Without audio and parts, the episode stays out.
	part := ".onair/parts/" + payload
	kept, err := e.fake.GetObject(privateName, part)
	if err != nil {
		t.Fatalf("the scheduled episode's audio is not kept: %v", err)
	}
	if err := e.fake.Backend().DeleteObject(privateName, part); err != nil {
		t.Fatal(err)
	}
	e.forget()
	for _, command := range []string{"plan", "publish"} {
		said, code := ending(clone.command(command))
		if named := strings.Contains(string(said), episode.slug) || strings.Contains(string(said), episode.Title); code != 3 || !named ||
			!strings.Contains(string(said), "the audio is neither here nor in the storage") {
			t.Errorf("%s without audio and parts: exit code %d\n%s", command, code, said)
		}
	}
	if writes := e.writes(); len(writes) > 0 {
		t.Errorf("a publish without the episode writes %q", writes)
	}

	e.fake.CreateObject(kept)
	app := &listener{feedURL: e.publicURL() + "feed.xml"}
	e.watch(app.look)
	e.forget()
	clone.run(t, "publish", "--yes")
	e.mustPlay(t, episode.slug, payload)
	app.mustBeSatisfied(t, 2)
	if sent, _ := e.traffic("audio/", part); sent > 100_000 {
		t.Errorf("%d bytes of audio travel", sent)
	}
}

// TestScheduledStaysSecret publishes without a private bucket. Then no object may be
// stored for the scheduled episode.
func TestScheduledStaysSecret(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.env()...)
	w.run(t, "publish", "--yes")
	episode := w.scheduled(t)
	payload, _ := payloadOf(t, w.master(episode))
	for _, key := range e.keys(t, bucketName) {
		o := e.object(t, key)
		if strings.Contains(key, episode.slug) || strings.Contains(key, payload) || bytes.Contains(o.data, []byte(episode.GUID)) || bytes.Contains(o.data, []byte(episode.Title)) {
			t.Errorf("%s tells of the scheduled episode", key)
		}
	}
}

// TestRollbackAndPull restores the previous feed, and pulls masters and lock to a
// machine that has none of them.
func TestRollbackAndPull(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.privateEnv()...)
	w.run(t, "publish", "--yes")
	before := e.object(t, "feed.xml").data
	retitle(t, w, "A mistake")
	w.run(t, "publish", "--yes")
	after := e.object(t, "feed.xml").data

	app := &listener{feedURL: e.publicURL() + "feed.xml"}
	e.watch(app.look)
	w.run(t, "rollback")
	if !bytes.Equal(e.object(t, "feed.xml").data, before) {
		t.Error("the feed is not the one before")
	}
	w.run(t, "publish", "--yes")
	if !bytes.Equal(e.object(t, "feed.xml").data, after) {
		t.Error("the folder's feed did not come back")
	}
	app.mustBeSatisfied(t, 2)

	empty := w.withoutMasters(t, e.privateEnv()...)
	lock := filepath.Join(empty.dir, "onair.lock")
	want, err := os.ReadFile(lock)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	empty.run(t, "pull")
	if got, err := os.ReadFile(lock); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the lock is not the one that was there: %v", err)
	}
	for _, episode := range append(w.source(t).live(), w.scheduled(t)) {
		payload, n := payloadOf(t, w.master(episode))
		data, err := os.ReadFile(empty.master(episode))
		if err != nil || len(data) != n || sha256Hex(data) != payload {
			t.Errorf("%s: %d bytes, not the %d of the master's audio: %v", episode.slug, len(data), n, err)
		}
	}
	e.forget()
	empty.run(t, "publish", "--yes")
	if writes := e.writes(); len(writes) > 0 {
		t.Errorf("a publish from what was pulled writes %q", writes)
	}
}

// TestPrune retitles an episode more often than feeds are kept, and prunes a month
// later by the bucket's clock, while the publisher's clock differs.
func TestPrune(t *testing.T) {
	t.Parallel()
	e := startEmulator(t)
	w := newWorkplace(t, e.privateEnv()...)
	w.run(t, "publish", "--yes")
	first := e.objects(t)
	left := ".onair/joined/LEFTBYADEADPUBLISH"
	e.leave(t, left)
	for take := range 21 {
		retitle(t, w, "Take "+string(rune('A'+take)))
		w.run(t, "publish", "--yes")
	}
	wrong := w.with("ONAIR_NOW=2027-03-20T00:00:00Z")
	for _, day := range []int{0, 29} {
		e.advance(time.Duration(day) * 24 * time.Hour)
		before := e.objects(t)
		wrong.run(t, "publish", "--yes", "--prune")
		if after := e.objects(t); len(after) != len(before) {
			t.Errorf("after %d days %d objects are pruned", day, len(before)-len(after))
		}
	}
	e.advance(48 * time.Hour)
	app := &listener{feedURL: e.publicURL() + "feed.xml"}
	e.watch(app.look)
	before := e.keys(t, privateName)
	wrong.run(t, "publish", "--yes", "--prune")
	app.look("pruning")
	app.mustBeSatisfied(t, 1)

	held, release := e.objects(t), w.build(t)
	for _, wrong := range differences(held, release) {
		t.Error(wrong)
	}
	gone := 0
	for key := range first {
		if _, there := held[key]; !there {
			gone++
			if !hashedKey.MatchString(key) {
				t.Errorf("%s is pruned", key)
			}
		}
	}
	if gone == 0 {
		t.Error("nothing of the first release is pruned a month later")
	}
	private := e.keys(t, privateName)
	if len(private) >= len(before) {
		t.Errorf("no parts are pruned: %d of %d are left", len(private), len(before))
	}
	for _, episode := range append(w.source(t).live(), w.scheduled(t)) {
		payload, _ := payloadOf(t, w.master(episode))
		e.objectIn(t, privateName, ".onair/parts/"+payload)
	}
	for _, key := range private {
		if key == left {
			t.Errorf("%s is left", key)
		}
	}
	for range 20 {
		w.run(t, "rollback") // fails if an object that the feed names is missing
		w.run(t, "publish", "--yes")
	}
	e.forget()
	w.run(t, "publish", "--yes", "--prune")
	for _, key := range e.writes() {
		if key != ".onair/clock" {
			t.Errorf("with nothing to prune it writes %s", key)
		}
	}
}

// leave writes an object that no record names into the private bucket.
func (e *emulator) leave(t testing.TB, key string) {
	t.Helper()
	e.fake.CreateObject(fakestorage.Object{
		ObjectAttrs: fakestorage.ObjectAttrs{BucketName: privateName, Name: key},
		Content:     []byte("left behind"),
	})
}

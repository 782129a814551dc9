package publish_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/checkout"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
	"onair/show/pins"
)

// withoutAudio removes the masters, as in a checkout from git.
func withoutAudio(files fstest.MapFS) {
	maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool { return strings.HasSuffix(name, ".mp3") })
}

// parts returns the keys of the parts that a bucket keeps.
func parts(t *testing.T, b bucket.Bucket) (keys []string) {
	t.Helper()
	for a, err := range b.List(context.Background(), bucket.RecordsPrefix+"parts/") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, a.Key)
	}
	return keys
}

// After a new title only the text of the tag is sent and the rest is joined in the
// storage, even if this machine does not have the audio.
func TestTagChangeCostsTheTag(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)

	withoutAudio(files)
	showtest.Edit(t, files, showtest.GUID+"episode.md", "title: ", "title: The ")
	r := showtest.Release(t, files, nil)
	p := planFor(t, r, s)
	var audio, sent int64
	for _, c := range p.Changes {
		if c.Episode == showtest.GUIDSlug && strings.HasPrefix(c.Key, "audio/") {
			if !c.Joined || c.Action != publish.Add {
				t.Errorf("%s: %s, joined: %v", c.Key, c.Action, c.Joined)
			}
			audio = c.Size
		}
	}
	for _, c := range p.Parts {
		sent += c.Upload
	}
	if sent == 0 || sent > 3_000 {
		t.Errorf("a title of %d bytes of audio sends %d bytes of parts", audio, sent)
	}
	applyTo(t, p, s)
	if err := brokenPromise(s.Public, homeURL); err != nil {
		t.Error(err)
	}

	// The joined object equals the one that a machine with the audio would send.
	full := showtest.Example(t)
	showtest.Edit(t, full, showtest.GUID+"episode.md", "title: ", "title: The ")
	whole := mem.New()
	apply(t, plan(t, showtest.Release(t, full, nil), whole), whole)
	key := r.Episodes[slices.IndexFunc(r.Episodes, func(e *release.Episode) bool { return e.Slug == showtest.GUIDSlug })].AudioKey()
	if !bytes.Equal(read(t, s.Public, key), read(t, whole, key)) {
		t.Error("joined and sent whole differ")
	}
}

// A missing part is sent again if this machine has the audio. Otherwise the
// publish is refused with an error that names the episode.
func TestMissingPart(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	r := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, r, s), s)
	for _, e := range r.Episodes {
		if e.Slug == showtest.GhostSlug {
			if err := s.State.Delete(t.Context(), bucket.RecordsPrefix+"parts/"+e.Pin.Payload.SHA256, bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
	p := planFor(t, showtest.Release(t, files, nil), s)
	if up := p.Totals().Upload; up < 500_000 {
		t.Errorf("only %d bytes are sent, the payload is not among them", up)
	}
	withoutAudio(files)
	_, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, nil)
	var missing *publish.MissingAudioError
	if !errors.As(err, &missing) || missing.Episode != showtest.GhostSlug {
		t.Errorf("got %v", err)
	}
}

// Scheduled episodes are stored in a private state bucket, but not in a public
// one.
func TestScheduledAudioIsStoredPrivately(t *testing.T) {
	t.Parallel()
	r := showtest.Release(t, showtest.Example(t), nil)
	var scheduled string
	for _, e := range r.Episodes {
		if e.Status == show.Scheduled {
			scheduled = bucket.RecordsPrefix + "parts/" + e.Pin.Payload.SHA256
		}
	}
	private := record.Storage{Public: mem.New(), State: mem.New()}
	applyTo(t, planFor(t, r, private), private)
	if !slices.Contains(parts(t, private.State), scheduled) {
		t.Error("the scheduled payload is not kept")
	}
	if len(parts(t, private.Public)) > 0 {
		t.Error("parts are in the public bucket")
	}
	open := record.Storage{Public: mem.New()}
	applyTo(t, planFor(t, r, open), open)
	if slices.Contains(parts(t, open.Public), scheduled) {
		t.Error("anybody can have the scheduled payload")
	}
	for _, key := range keptLocks(t, open.Public) {
		if strings.Contains(string(read(t, open.Public, key)), "4-the-long-tail") {
			t.Error("anybody can read of the scheduled episode")
		}
	}
	if len(keptLocks(t, open.Public)) != 1 || len(keptLocks(t, private.State)) != 1 {
		t.Error("want one lock kept in each")
	}
}

// The scheduled episode goes live on a machine that never had its audio.
func TestScheduledGoesLiveFromParts(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
	withoutAudio(files)
	due := &release.Options{Now: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)}
	p := planFor(t, showtest.Release(t, files, due), s)
	if len(p.Release.Live()) != 5 {
		t.Errorf("%d episodes are live, want 5", len(p.Release.Live()))
	}
	applyTo(t, p, s)
	if err := brokenPromise(s.Public, homeURL); err != nil {
		t.Error(err)
	}
}

func TestRollback(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	first := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, first, s), s)
	before := read(t, s.Public, "feed.xml")
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
	second := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, second, s), s)

	if _, err := publish.Rollback(t.Context(), second.Show, s, &publish.RollbackOptions{Now: showtest.Now}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, s.Public, "feed.xml"), before) {
		t.Error("the feed is not the one before")
	}
	if err := brokenPromise(s.Public, homeURL); err != nil {
		t.Error(err)
	}
	// After the rollback, the next publish compares with the files in the folder.
	p := planFor(t, second, s)
	if p.Empty() || p.Previous.FeedSHA256 != first.Feed.SHA256 {
		t.Errorf("the plan after a rollback: %+v", p.Totals())
	}
	applyTo(t, p, s)
	if bytes.Equal(read(t, s.Public, "feed.xml"), before) {
		t.Error("the folder's feed did not come back")
	}

	// A feed that names missing objects is not restored.
	for _, e := range first.Episodes {
		if e.Slug == showtest.GhostSlug {
			if err := s.Public.Delete(t.Context(), e.AudioKey(), bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, err := publish.Rollback(t.Context(), second.Show, s, nil)
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), "audio/"+showtest.GhostSlug) {
		t.Errorf("got %v", err)
	}
}

// A rollback restores the feed before the live one. A second rollback goes back further.
// After another publish, a rollback restores the feed that was live before that publish.
func TestRollbackGoesBack(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	var feeds [4]string
	publishNext := func(i int) {
		t.Helper()
		showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
		r := showtest.Release(t, files, nil)
		applyTo(t, planFor(t, r, s), s)
		feeds[i] = r.Feed.SHA256
	}
	rollback := func(want int) {
		t.Helper()
		restored, err := publish.Rollback(t.Context(), showtest.Release(t, files, nil).Show, s, &publish.RollbackOptions{Now: showtest.Now})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Index(feeds[:], restored.SHA256); got != want {
			t.Errorf("feed %d is live again, want feed %d", got, want)
		}
	}
	for i := range 3 {
		publishNext(i)
	}
	rollback(1)
	rollback(0)
	if _, err := publish.Rollback(t.Context(), showtest.Release(t, files, nil).Show, s, nil); !errors.Is(err, publish.ErrRefused) {
		t.Errorf("before the first feed: %v", err)
	}
	publishNext(3)
	rollback(0)
}

// A plan to prune that is refused writes nothing, not even the object that the
// clock is read from.
func TestRefusedPruneWritesNothing(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	public, state := mem.New(), mem.New()
	s := record.Storage{Public: public, State: state}
	r := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, r, s), s)
	state.Before = func(op, key string) error {
		if op == mem.OpWrite {
			t.Errorf("%s is written", key)
		}
		return nil
	}
	_, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Prune: true, AskClock: true, Only: []string{"nobody"}})
	if !errors.Is(err, publish.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	public, state := mem.New(), mem.New()
	clock := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	public.Now = func() time.Time { return clock }
	state.Now = public.Now
	s := record.Storage{Public: public, State: state}
	first := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, first, s), s)
	old := contents(t, public)
	prunePlan := func(r *release.Release) *publish.Plan {
		t.Helper()
		p, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Prune: true, AskClock: true})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}

	// The first feed is no longer kept after twenty others.
	var r *release.Release
	title := "title: Hello, Universe"
	for i := range 20 {
		next := fmt.Sprintf("title: Hello, Universe %d", i)
		showtest.Edit(t, files, "show.yaml", title, next)
		title = next
		clock = clock.Add(time.Hour)
		r = showtest.Release(t, files, nil)
		applyTo(t, planFor(t, r, s), s)
	}
	for _, c := range prunePlan(r).Changes {
		if c.Action == publish.Delete {
			t.Errorf("%s would be deleted on the day it is not wanted any more", c.Key)
		}
	}
	clock = clock.Add(publish.PruneAfter + time.Minute)
	r = showtest.Release(t, files, &release.Options{Now: clock})
	looked, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	p := prunePlan(r)
	if got, want := looked.Totals().Delete, p.Totals().Delete; got != want {
		t.Errorf("a plan deletes %d objects, the publish after it %d", got, want)
	}
	for _, c := range p.Changes {
		if c.Action == publish.Delete {
			// Pages name cards and the index; feeds do not.
			page := strings.Contains(c.Key, "/card-") || strings.Contains(c.Key, "/search-")
			if _, ok := old[c.Key]; !ok && !page {
				t.Errorf("%s is named by a kept feed and would be deleted", c.Key)
			}
		}
	}
	if p.Totals().Delete == 0 {
		t.Fatal("nothing would be deleted a month later")
	}
	applyTo(t, p, s)
	if err := brokenPromise(public, homeURL); err != nil {
		t.Error(err)
	}
	for _, c := range p.Changes {
		if _, there := contents(t, public)[c.Key]; there == (c.Action == publish.Delete) {
			t.Errorf("%s: %s, and there: %v", c.Key, c.Action, there)
		}
	}
	for _, e := range r.Episodes { // masters stay
		if e.Pin.Payload.Bytes > 0 && e.Status != show.Draft && !slices.Contains(parts(t, state), bucket.RecordsPrefix+"parts/"+e.Pin.Payload.SHA256) {
			t.Errorf("the payload of %s is gone", e.Slug)
		}
	}
	if p := prunePlan(r); !p.Empty() {
		t.Errorf("something is left to do: %+v", p.Totals())
	}
	if state, err := record.ReadState(t.Context(), s, ""); err != nil || len(state.Feeds) != 20 {
		t.Errorf("%d feeds are kept, %v; want 20", len(state.Feeds), err)
	}
}

// TestPruneKeepsWhatOlderPagesName prunes after the feed has become one page. The pages
// with older episodes are deleted first, and the objects that they name only later.
func TestPruneKeepsWhatOlderPagesName(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	public, state := mem.New(), mem.New()
	clock := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	public.Now = func() time.Time { return clock }
	state.Now = public.Now
	s := record.Storage{Public: public, State: state}
	publishWith := func(o *publish.PlanOptions) {
		t.Helper()
		clock = clock.Add(time.Hour)
		o.AskClock = true
		p, err := publish.NewPlan(t.Context(), showtest.Release(t, files, &release.Options{Now: clock}), s, o)
		if err != nil {
			t.Fatal(err)
		}
		applyTo(t, p, s)
	}
	showtest.Edit(t, files, "show.yaml", "feed: {path", "feed: {page_size: 1, path")
	publishWith(&publish.PlanOptions{})
	page, err := record.Download(t.Context(), public, "feed-2.xml")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(showtest.Ghosts + `chapters-[0-9a-f]+\.json`).FindString(string(page))
	if named == "" {
		t.Fatalf("the page of the second episode names no chapters:\n%s", page)
	}

	// The feed becomes one page, and the chapters change. Twenty more feeds follow.
	showtest.Edit(t, files, "show.yaml", "feed: {page_size: 1, path", "feed: {path")
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: Cold open", "title: Warm open")
	title := "title: Hello, Universe"
	for i := range 21 {
		next := fmt.Sprintf("title: Hello, Universe %d", i)
		showtest.Edit(t, files, "show.yaml", title, next)
		title = next
		publishWith(&publish.PlanOptions{Retag: true})
	}
	clock = clock.Add(publish.PruneAfter)
	publishWith(&publish.PlanOptions{Prune: true})
	there := func(key string) bool {
		_, ok := contents(t, public)[key]
		return ok
	}
	if there("feed-2.xml") || !there(named) {
		t.Errorf("after the first prune the page is there: %t, and what it named: %t; want only the latter", there("feed-2.xml"), there(named))
	}
	publishWith(&publish.PlanOptions{Prune: true})
	if there(named) {
		t.Errorf("%s is still there", named)
	}
}

func TestPull(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	r := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, r, s), s)
	dir := t.TempDir()
	pull := func() (brought, left int) {
		t.Helper()
		err := publish.Pull(t.Context(), r.Show, s, dir, func(p publish.Pulled) {
			if p.Left == "" {
				brought++
			} else {
				left++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return brought, left
	}
	if brought, left := pull(); brought != 6 || left != 0 { // lock, 4 live, 1 scheduled
		t.Errorf("brought %d files, left %d", brought, left)
	}
	for _, e := range r.Episodes {
		if e.Status == show.Draft {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, "episodes", e.Slug, "audio.mp3"))
		if err != nil {
			t.Error(err)
		} else if !bytes.Contains(files[e.Audio].Data, data) || int64(len(data)) != e.Pin.Payload.Bytes {
			t.Errorf("%s is not the master without its tags", e.Slug)
		}
	}
	lock, err := os.ReadFile(filepath.Join(dir, pins.File))
	if diff := cmp.Diff(string(files[pins.File].Data), string(lock)); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if brought, left := pull(); brought != 0 || left != 6 {
		t.Errorf("again: brought %d files, left %d", brought, left)
	}
}

func TestOnlyTheNamedEpisodes(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New()}
	applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
	r := showtest.Release(t, files, nil)
	if _, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Only: []string{showtest.GhostSlug}}); err != nil {
		t.Errorf("named: %v", err)
	}
	_, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Only: []string{"first-light"}})
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), showtest.GhostSlug) {
		t.Errorf("another one named: %v", err)
	}
	if _, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{Only: []string{"nobody"}}); !errors.Is(err, publish.ErrRefused) {
		t.Errorf("nobody: %v", err)
	}
	_, err = publish.NewPlan(t.Context(), showtest.Release(t, files, nil), record.Storage{Public: s.Public, State: mem.New()}, &publish.PlanOptions{Only: []string{showtest.GhostSlug}})
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), "4-the-long-tail") {
		t.Errorf("the audio of a scheduled episode is stored as well: %v", err)
	}
	delete(files, pins.File)
	_, err = publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, &publish.PlanOptions{Only: []string{showtest.GhostSlug}})
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), "4-the-long-tail") {
		t.Errorf("a scheduled episode is pinned as well: %v", err)
	}
}

// partJoiner is a bucket that has to send some of the bytes that it joins.
type partJoiner struct {
	*mem.Bucket
	sends func([]int64) int64
}

func (b partJoiner) JoinSends(sizes []int64) int64 { return b.sends(sizes) }

// TestJoinsThatSend retitles an episode on storage that has to send some or all of the
// bytes that it joins.
func TestJoinsThatSend(t *testing.T) {
	t.Parallel()
	all := func(sizes []int64) (sum int64) {
		for _, n := range sizes {
			sum += n
		}
		return sum
	}
	some := func([]int64) int64 { return 1000 }
	for name, test := range map[string]struct {
		sends  func([]int64) int64
		here   bool // this machine has the audio
		joined bool
		upload func(size int64) int64
	}{
		"some":                      {some, true, true, func(int64) int64 { return 1000 }},
		"some, the audio elsewhere": {some, false, true, func(int64) int64 { return 1000 }},
		"all":                       {all, true, false, func(size int64) int64 { return size }},
		"all, the audio elsewhere":  {all, false, true, func(size int64) int64 { return size }},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			s := record.Storage{Public: partJoiner{mem.New(), test.sends}, State: mem.New()}
			applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
			showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
			if !test.here {
				delete(files, showtest.Ghosts+"audio.mp3")
			}
			r := showtest.Release(t, files, nil)
			p := planFor(t, r, s)
			var found *publish.Change
			for i, c := range p.Changes {
				if c.Action == publish.Add && strings.HasPrefix(c.Key, "audio/") {
					found = &p.Changes[i]
				}
			}
			if found == nil {
				t.Fatal("no audio is added")
			}
			if want := test.upload(found.Size); found.Joined != test.joined || found.Upload != want {
				t.Errorf("joined %v, %d bytes; want %v, %d", found.Joined, found.Upload, test.joined, want)
			}
			var audio publish.Progress
			if _, err := publish.Apply(t.Context(), p, s, &publish.ApplyOptions{Progress: func(p publish.Progress) {
				if p.Step == "audio" {
					audio = p
				}
			}}); err != nil {
				t.Fatal(err)
			}
			if audio.Bytes != audio.AllBytes || (audio.Joined == 1) != (found.Upload < found.Size) {
				t.Errorf("progress: %d of %d bytes, %d joined", audio.Bytes, audio.AllBytes, audio.Joined)
			}
		})
	}
}

// A publish from a checkout that does not contain the live commit is refused.
func TestStaleCheckout(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=V", "-c", "user.email=v@example.org"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	if err := os.CopyFS(dir, os.DirFS("../examples/minimal")); err != nil {
		t.Fatal(err)
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "one")
	s := record.Storage{Public: mem.New()}
	publishIt := func() error {
		sh, found := show.Load(os.DirFS(dir), &show.LoadOptions{Dir: dir})
		if found.HasErrors() {
			t.Fatal(found)
		}
		r, found, err := release.New(t.Context(), sh, &release.Options{Now: showtest.Now})
		if err != nil || found.HasErrors() {
			t.Fatal(err, found)
		}
		p, err := publish.NewPlan(t.Context(), r, s, nil)
		if err != nil {
			return err
		}
		commit, err := checkout.Head(t.Context(), dir)
		if err != nil {
			return err
		}
		_, err = publish.Apply(t.Context(), p, s, &publish.ApplyOptions{Commit: commit})
		return err
	}
	change := func(text string) {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(dir, "episodes/1-the-only-one/episode.md"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		fmt.Fprintf(f, "\n%s\n", text)
	}
	change("two")
	git("commit", "-qam", "two")
	if err := publishIt(); err != nil {
		t.Fatal(err)
	}
	git("checkout", "-q", "HEAD~1")
	err := publishIt()
	if !errors.Is(err, publish.ErrConflict) || !strings.Contains(err.Error(), "which is not part of this checkout") {
		t.Errorf("one commit behind: %v", err)
	}
	git("checkout", "-q", "-")
	change("three")
	if err := publishIt(); err != nil {
		t.Errorf("ahead: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	change("four")
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "another history")
	if err := publishIt(); !errors.Is(err, publish.ErrConflict) || !strings.Contains(err.Error(), "which this clone does not have") {
		t.Errorf("another clone: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git/config"), []byte("[unreadable"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := publishIt(); !errors.Is(err, publish.ErrConflict) || !strings.Contains(err.Error(), "bad config") {
		t.Errorf("git cannot tell: %v", err)
	}
	if _, err := checkout.Head(t.Context(), dir); err == nil {
		t.Error("git cannot tell which commit it is, and nobody says so")
	}
	if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	if err := publishIt(); err != nil {
		t.Errorf("no repository: %v", err)
	}
}

func planFor(t *testing.T, r *release.Release, s record.Storage) *publish.Plan {
	t.Helper()
	p, err := publish.NewPlan(t.Context(), r, s, nil)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	return p
}

func applyTo(t *testing.T, p *publish.Plan, s record.Storage) {
	t.Helper()
	if _, err := publish.Apply(t.Context(), p, s, nil); err != nil {
		t.Fatalf("apply: %v", err)
	}
}

func keptLocks(t *testing.T, b bucket.Bucket) (keys []string) {
	t.Helper()
	for a, err := range b.List(context.Background(), bucket.RecordsPrefix+"locks/") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, a.Key)
	}
	return keys
}

// The publisher that loses a race does not delete the kept lock that the winner's
// record names.
func TestLoserKeepsNoLock(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
	showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: A")
	fast := planFor(t, showtest.Release(t, files, nil), s)
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	slow, err := publish.NewPlan(t.Context(), showtest.Release(t, files, &release.Options{Now: showtest.Now, Remove: []string{showtest.GhostSlug}}), s, &publish.PlanOptions{Drop: []string{showtest.GhostSlug}})
	if err != nil {
		t.Fatal(err)
	}
	applyTo(t, fast, s)
	if _, err := publish.Apply(t.Context(), slow, s, nil); !errors.Is(err, publish.ErrConflict) {
		t.Fatalf("got %v, want a conflict", err)
	}
	dir := t.TempDir()
	if err := publish.Pull(t.Context(), fast.Release.Show, s, dir, func(publish.Pulled) {}); err != nil {
		t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(dir, pins.File))
	if err != nil || !strings.Contains(string(lock), showtest.GhostSlug) {
		t.Errorf("the kept lock is the loser's: %v", err)
	}
}

// A publish may need objects that are being pruned at the same time. Whichever is
// faster, the live feed names no missing object.
func TestPruneRace(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	public, state := mem.New(), mem.New()
	clock := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	public.Now = func() time.Time { return clock }
	state.Now = public.Now
	s := record.Storage{Public: public, State: state}
	first := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, first, s), s)
	for i, title := 0, "title: Hello, Universe"; i < 21; i++ {
		next := fmt.Sprintf("title: Hello, Universe %d", i)
		showtest.Edit(t, files, "show.yaml", title, next)
		title = next
		applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
	}
	clock = clock.Add(publish.PruneAfter + time.Hour)
	outdated, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, &publish.PlanOptions{Prune: true, AskClock: true})
	if err != nil {
		t.Fatal(err)
	}
	raced := false
	public.Before = func(op, key string) error {
		if op != mem.OpDelete || raced {
			return nil
		}
		raced = true
		applyTo(t, planFor(t, first, s), s) // needs the objects of the old title again
		return nil
	}
	_, err = publish.Apply(t.Context(), outdated, s, &publish.ApplyOptions{Parallel: 1})
	public.Before = nil
	if !raced || !errors.Is(err, publish.ErrConflict) && !errors.Is(err, bucket.ErrPrecondition) {
		t.Errorf("raced: %v; pruning ended with %v", raced, err)
	}
	if err := brokenPromise(public, homeURL); err != nil {
		t.Error(err)
	}
}

// A new private bucket takes over the records of the public one.
func TestStateMovesToItsOwnBucket(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	public := mem.New()
	applyTo(t, planFor(t, showtest.Release(t, files, nil), record.Storage{Public: public}), record.Storage{Public: public})
	showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
	s := record.Storage{Public: public, State: mem.New()}
	_, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, nil)
	var dropped *publish.DroppedError
	if !errors.As(err, &dropped) {
		t.Errorf("an episode left the feed unnamed: %v", err)
	}
}

// If the record is lost or damaged, the live feed takes its place: its episodes must
// stay, and the next publish works.
func TestRecordIsRebuilt(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, b bucket.Bucket){
		"lost": func(t *testing.T, b bucket.Bucket) {
			if err := b.Delete(t.Context(), bucket.RecordsPrefix+"release.json", bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
		},
		"damaged": func(t *testing.T, b bucket.Bucket) {
			data := []byte("{")
			if _, err := b.Write(t.Context(), &bucket.Object{Key: bucket.RecordsPrefix + "release.json", Size: 1, CRC32C: checksum(data), Body: inMemory(data)}, bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			s := record.Storage{Public: mem.New()}
			applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
			damage(t, s.Public)
			showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
			p := planFor(t, showtest.Release(t, files, nil), s)
			if got := p.Totals(); got.Update == 0 {
				t.Errorf("%+v", got)
			}
			showtest.Edit(t, files, showtest.Ghosts+"episode.md", "---\n", "---\ndraft: true\n")
			_, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, nil)
			var dropped *publish.DroppedError
			if !errors.As(err, &dropped) || dropped.Slug != showtest.GhostSlug {
				t.Errorf("an episode left the feed unnamed: %v", err)
			}
			applyTo(t, p, s)
			if err := brokenPromise(s.Public, homeURL); err != nil {
				t.Error(err)
			}
		})
	}
}

// A feed for another URL is not restored.
func TestRollbackAcrossAMove(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New()}
	applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
	showtest.Edit(t, files, "show.yaml", "url: "+homeURL, "url: https://moved.example/")
	r := showtest.Release(t, files, nil)
	p, err := publish.NewPlan(t.Context(), r, s, &publish.PlanOptions{MoveFeed: true})
	if err != nil {
		t.Fatal(err)
	}
	applyTo(t, p, s)
	if _, err := publish.Rollback(t.Context(), r.Show, s, nil); !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), homeURL) {
		t.Errorf("got %v", err)
	}
}

// A change of the notes counts as a change of the episode.
func TestOnlySeesChangedNotes(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New()}
	applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
	showtest.Edit(t, files, showtest.GUID+"episode.md", "Rigel has five names", "Rigel has many names")
	_, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, &publish.PlanOptions{Only: []string{showtest.GhostSlug}})
	if !errors.Is(err, publish.ErrRefused) || !strings.Contains(err.Error(), showtest.GUIDSlug) {
		t.Errorf("other notes were published as well: %v", err)
	}
}

// The plan predicts the exact number of requests to the storage.
func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	showtest.Edit(t, files, "show.yaml", "announce: [websub, podcastindex, podping, overcast]", "announce: []")
	public, state := mem.New(), mem.New()
	clock := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	public.Now = func() time.Time { return clock }
	state.Now = public.Now
	s := record.Storage{Public: public, State: state}
	calls := func() (r record.Requests) {
		for _, b := range []*mem.Bucket{public, state} {
			r.List += b.Calls(mem.OpList)
			r.Read += b.Calls(mem.OpOpen)
			r.Write += b.Calls(mem.OpWrite) + b.Calls(mem.OpSetHeaders)
			r.Copy += b.Calls(mem.OpJoin)
			r.Delete += b.Calls(mem.OpDelete)
		}
		return r
	}
	publishing := func(what string, prune bool) {
		t.Helper()
		before := calls()
		p, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), s, &publish.PlanOptions{Prune: prune, AskClock: prune})
		if err != nil {
			t.Fatal(err)
		}
		want := p.Requests()
		applyTo(t, p, s)
		after := calls()
		got := record.Requests{List: after.List - before.List, Read: after.Read - before.Read, Write: after.Write - before.Write, Copy: after.Copy - before.Copy, Delete: after.Delete - before.Delete}
		if got != want {
			t.Errorf("%s: %+v, the plan says %+v", what, got, want)
		}
	}
	publishing("first", false)
	showtest.Edit(t, files, "episodes/first-light/episode.md", "title: ", "title: New ")
	publishing("a new title", false)
	title := "title: Hello, Universe"
	for i := range 21 {
		next := fmt.Sprintf("title: Hello, Universe %d", i)
		showtest.Edit(t, files, "show.yaml", title, next)
		title = next
		publishing("a new show title", false)
	}
	clock = clock.Add(publish.PruneAfter + time.Hour)
	showtest.Edit(t, files, "show.yaml", title, "title: Hello, Prune")
	publishing("pruning", true)
	if public.Calls(mem.OpDelete) == 0 || public.Calls(mem.OpJoin) == 0 {
		t.Error("nothing was pruned, or nothing joined")
	}
}

// Another publish runs while this one is reading the storage. This one must be
// refused before it changes anything.
func TestPublishWhileListing(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]record.Storage{
		"two buckets": {Public: mem.New(), State: mem.New()},
		"one bucket":  {Public: mem.New()},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			applyTo(t, planFor(t, showtest.Release(t, files, nil), s), s)
			showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: A")
			fast := showtest.Release(t, files, nil)
			showtest.Edit(t, files, "show.yaml", "title: A", "title: B")
			slow := showtest.Release(t, files, nil)
			public := s.Public.(*mem.Bucket)
			raced := false
			public.After = func(op, key string) error {
				if op == mem.OpList && key == "" && !raced {
					raced = true
					applyTo(t, planFor(t, fast, s), s)
				}
				return nil
			}
			p := planFor(t, slow, s)
			public.After = nil
			if _, err := publish.Apply(t.Context(), p, s, nil); !raced || !errors.Is(err, publish.ErrConflict) {
				t.Fatalf("raced %v, got %v", raced, err)
			}
			if p := planFor(t, fast, s); !p.Empty() || p.Previous.Phase != record.Done {
				t.Errorf("the loser changed something: %+v, phase %s", p.Totals(), p.Previous.Phase)
			}
		})
	}
}

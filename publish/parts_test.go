package publish_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// After a new title only the text of the tag is sent and the rest is joined in the
// storage, even if this machine does not have the audio.
func TestTagChangeCostsTheTag(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	s := record.Storage{Public: mem.New(), State: mem.New()}
	publishTo(t, files, s)

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
			if err := s.State.Delete(t.Context(), bucket.PartsPrefix+e.Pin.Payload.SHA256, bucket.Condition{}); err != nil {
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
	publishTo(t, files, s)
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
			publishTo(t, files, s)
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

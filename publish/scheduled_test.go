package publish_test

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show/pins"
)

// TestScheduledAudio publishes a show with a scheduled episode, changes the folder or the
// storage, and plans again. The plan says whether the episode can go live.
func TestScheduledAudio(t *testing.T) {
	t.Parallel()
	const (
		text  = "episodes/2-later/episode.md"
		audio = "episodes/2-later/audio.mp3"
		first = "episodes/1-the-only-one/audio.mp3"
		fine  = "goes live by the first publish after its date"
		lost  = "the audio is neither here nor in the storage"
	)
	cache := newCache(t)
	due := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	never := func(files fstest.MapFS) { delete(files, audio) }
	for name, test := range map[string]struct {
		before func(fstest.MapFS) // before the first publish
		after  func(fstest.MapFS)
		public bool // the parts are in the public bucket
		erased bool // the part in the storage is deleted
		now    time.Time
		action publish.Action
		reason string
		lost   bool
	}{
		"audio here":                         {action: publish.Schedule, reason: fine},
		"no audio":                           {before: never, action: publish.Schedule, reason: "no audio yet"},
		"audio that came later":              {before: never, after: func(files fstest.MapFS) { files[audio] = files[first] }, action: publish.Schedule, reason: fine},
		"audio in the storage":               {after: never, action: publish.Schedule, reason: fine},
		"audio deleted in the storage":       {erased: true, action: publish.Schedule, reason: fine},
		"audio deleted everywhere":           {after: never, erased: true, action: publish.Schedule, reason: lost, lost: true},
		"audio that a public storage lacks":  {after: never, public: true, action: publish.Schedule, reason: "no audio here, and the storage keeps none before an episode is live"},
		"audio here, and a public storage":   {public: true, action: publish.Schedule, reason: fine},
		"due, with its audio":                {now: due, action: publish.Add, reason: "goes live now"},
		"due, with its audio in the storage": {after: never, now: due, action: publish.Add, reason: "goes live now"},
		"due, and no audio":                  {before: never, now: due, action: publish.Schedule, reason: "no audio yet"},
		"due, and audio deleted everywhere":  {after: never, erased: true, now: due, action: publish.Schedule, reason: lost, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := minimal(t)
			files[text] = &fstest.MapFile{Data: []byte("---\ntitle: Later\nguid: 0d1a52b0-93f1-4b0a-b7b8-8a1b3f1b6a10\ndate: 2029-03-04 06:00\nnumber: 2\n---\nNotes.\n"), ModTime: showtest.Now}
			longer := slices.Concat(files[first].Data, files[first].Data[len(files[first].Data)/2:]) // no other episode has this audio
			files[audio] = &fstest.MapFile{Data: longer, ModTime: showtest.Now}
			if test.before != nil {
				test.before(files)
			}
			s := record.Storage{Public: mem.New(), State: mem.New()}
			if test.public {
				s.State = nil
			}
			r := showtest.Release(t, files, &release.Options{Now: showtest.Now, Cache: cache})
			applyTo(t, planFor(t, r, s), s)
			files[pins.File] = &fstest.MapFile{Data: r.Lock.Format()}
			if test.after != nil {
				test.after(files)
			}
			if test.erased {
				for _, pin := range r.Lock.Episodes {
					if pin.Slug == "2-later" {
						if err := s.Records().Delete(t.Context(), bucket.PartsPrefix+pin.Payload.SHA256, bucket.Condition{}); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			options := &release.Options{Now: test.now, MayWait: true, Cache: cache}
			if test.now.IsZero() {
				options.Now = showtest.Now
			}
			p, err := publish.NewPlan(t.Context(), showtest.Release(t, files, options), s, nil)
			if missing := (*publish.MissingAudioError)(nil); errors.As(err, &missing) { // as the command does
				options.LeaveOut = missing.Waiting
				p, err = publish.NewPlan(t.Context(), showtest.Release(t, files, options), s, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(p.Episodes, func(e publish.EpisodeChange) bool { return e.Slug == "2-later" })
			if i < 0 {
				t.Fatal("the plan does not name the episode")
			}
			if e := p.Episodes[i]; e.Action != test.action || !slices.Contains(e.Reasons, test.reason) || e.Lost != test.lost {
				t.Errorf("%s %q, lost: %v; want %s %q, lost: %v", e.Action, e.Reasons, e.Lost, test.action, test.reason, test.lost)
			}
			applyTo(t, p, s)
			if err := brokenPromise(s.Public, homeURL); err != nil {
				t.Error(err)
			}
		})
	}
}

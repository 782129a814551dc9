package buckettest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"onair/publish/bucket"
)

func (s *suite) writeConditions(_ *testing.T, b *store) {
	first := b.put("feed.xml", "one", bucket.Condition{Absent: true})
	_, err := b.Write(b.Context(), Object("feed.xml", "two"), bucket.Condition{Absent: true})
	b.is(err, bucket.ErrPrecondition)
	_, err = b.Write(b.Context(), Object("missing", "two"), bucket.Condition{Version: first.Version})
	b.is(err, bucket.ErrPrecondition)
	second := b.put("feed.xml", "two", bucket.Condition{Version: first.Version})
	_, err = b.Write(b.Context(), Object("feed.xml", "three"), bucket.Condition{Version: first.Version})
	b.is(err, bucket.ErrPrecondition)
	b.holds("feed.xml", "two")
	// A write with an old version is refused even if the bytes are the stored ones.
	_, err = b.Write(b.Context(), Object("feed.xml", "two"), bucket.Condition{Version: first.Version})
	b.is(err, bucket.ErrPrecondition)
	_, err = b.Write(b.Context(), Object("feed.xml", "two"), bucket.Condition{Absent: true})
	b.is(err, bucket.ErrPrecondition)
	b.put("feed.xml", "three", bucket.Condition{Version: second.Version})
	b.holds("feed.xml", "three")
	if keys := b.keys(""); len(keys) != 1 {
		b.Errorf("listed after refused writes: %q", keys)
	}
}

func (s *suite) delete(_ *testing.T, b *store) {
	b.put("a/b/c", "x", bucket.Condition{})
	b.put("a/d", "x", bucket.Condition{})
	b.is(b.Delete(b.Context(), "a/b/c", bucket.Condition{}), nil)
	b.is(b.Delete(b.Context(), "a/b/c", bucket.Condition{}), bucket.ErrNotExist)
	_, _, err := b.read(b.Context(), "a/b/c", 0, -1)
	b.is(err, bucket.ErrNotExist)
	b.holds("a/d", "x")
	b.put("a/b", "where a folder was", bucket.Condition{Absent: true})
	b.put("a/d", "y", bucket.Condition{})
	if got := b.keys(""); fmt.Sprint(got) != "[a/b a/d]" {
		b.Errorf("listed after a delete: %q", got)
	}
}

func (s *suite) deleteConditions(_ *testing.T, b *store) {
	b.skip(s.opts.IgnoresDeleteConditions)
	first := b.put("feed.xml", "one", bucket.Condition{})
	second := b.put("feed.xml", "two", bucket.Condition{})
	b.is(b.Delete(b.Context(), "feed.xml", bucket.Condition{Version: first.Version}), bucket.ErrPrecondition)
	b.holds("feed.xml", "two")
	b.is(b.Delete(b.Context(), "feed.xml", bucket.Condition{Version: second.Version}), nil)
	err := b.Delete(b.Context(), "feed.xml", bucket.Condition{Version: second.Version})
	if !errors.Is(err, bucket.ErrNotExist) && !errors.Is(err, bucket.ErrPrecondition) {
		b.Errorf("delete of what is gone: %v, want ErrNotExist or ErrPrecondition", err)
	}
}

// race makes many writers write different bodies to release.json under one condition at
// the same time, and checks that exactly one of them succeeds and that its bytes remain.
func (s *suite) race(b *store, round string, cond bucket.Condition) bucket.Attrs {
	b.Helper()
	const key = "release.json"
	var (
		start, done sync.WaitGroup
		attrs       = make([]bucket.Attrs, s.opts.Racers)
		errs        = make([]error, s.opts.Racers)
	)
	start.Add(1)
	for i := range errs {
		done.Go(func() {
			start.Wait()
			attrs[i], errs[i] = b.Write(b.Context(), Object(key, fmt.Sprintf("writer %d of %s", i, round)), cond)
		})
	}
	start.Done()
	done.Wait()
	winner := -1
	for i, err := range errs {
		switch {
		case err == nil && winner >= 0:
			b.Fatalf("writers %d and %d both succeed under %+v", winner, i, cond)
		case err == nil:
			winner = i
		default:
			b.is(err, bucket.ErrPrecondition)
		}
	}
	if winner < 0 {
		b.Fatalf("no writer succeeds under %+v", cond)
	}
	body, a := b.get(key)
	if want := fmt.Sprintf("writer %d of %s", winner, round); body != want || a.Version != attrs[winner].Version {
		b.Fatalf("%s holds %q at version %s, want %q at %s", key, body, a.Version, want, attrs[winner].Version)
	}
	return a
}

func (s *suite) oneCreatorWins(_ *testing.T, b *store) {
	s.race(b, "creation", bucket.Condition{Absent: true})
}

func (s *suite) oneUpdaterWins(_ *testing.T, b *store) {
	a := b.put("release.json", "start", bucket.Condition{})
	for _, round := range []string{"round 1", "round 2", "round 3"} {
		a = s.race(b, round, bucket.Condition{Version: a.Version})
	}
}

// neverHalf overwrites an object many times while others read and list it.
func (s *suite) neverHalf(_ *testing.T, b *store) {
	b.skip(s.opts.MixesVersions)
	body := func(i int) string { return strings.Repeat(string(rune('a'+i)), 100_000+i) }
	b.put("audio.mp3", body(0), bucket.Condition{})
	written := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				got, a, err := b.read(b.Context(), "audio.mp3", 0, -1)
				if err != nil {
					b.Errorf("read during writes: %v", err)
					return
				}
				if got == "" || got != body(int(got[0]-'a')) || a.Size != int64(len(got)) || a.CRC32C != Object("", got).CRC32C {
					b.Errorf("read %d bytes that nobody wrote, or under attributes of others: %+v", len(got), a)
					return
				}
				select {
				case <-written:
					return
				default:
				}
			}
		})
	}
	for i := range 20 {
		b.put("audio.mp3", body(i), bucket.Condition{})
	}
	close(written)
	readers.Wait()
	b.holds("audio.mp3", body(19))
}

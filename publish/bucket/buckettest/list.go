package buckettest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/publish/bucket"
)

func (s *suite) list(_ *testing.T, b *store) {
	// Key order differs from the order of a walk through folders.
	all := []string{
		".onair/release.json", "a-b", "a.b", "a/b", "a/b.c", "a/c/d", "a0", "audio/1.mp3", "audio/10.mp3", "audio/2.mp3", "b", "feed.xml", "é",
	}
	shuffled := slices.Clone(all)
	slices.Reverse(shuffled)
	for _, key := range shuffled {
		b.put(key, "x", bucket.Condition{})
	}
	for _, prefix := range []string{"", "a", "a/", "a/b", "a/c", "a/c/", "audio/", "audio/1", "audio/1.mp3", "audio/1.mp3x", ".onair/", "é", "z", "a/b/"} {
		want := []string{}
		for _, key := range all {
			if strings.HasPrefix(key, prefix) {
				want = append(want, key)
			}
		}
		if diff := cmp.Diff(want, b.keys(prefix)); diff != "" {
			b.Errorf("List(%q) (-want +got):\n%s", prefix, diff)
		}
	}
}

func (s *suite) listStops(_ *testing.T, b *store) {
	for i := range 10 {
		b.put(fmt.Sprintf("folder%d/key", i), "x", bucket.Condition{})
	}
	n := 0
	for _, err := range b.List(b.Context(), "") {
		if err != nil {
			b.Fatal(err)
		}
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		b.Errorf("listing went on to %d objects after a break at 3", n)
	}
	// A sequence can be read twice.
	list := b.List(b.Context(), "")
	for round := range 2 {
		n = 0
		for range list {
			n++
		}
		if n != 10 {
			b.Errorf("round %d lists %d objects, want 10", round, n)
		}
	}
}

// listWhileWriting lists while others write, overwrite and delete. Objects that
// nobody changes are listed each time, once, in order.
func (s *suite) listWhileWriting(_ *testing.T, b *store) {
	steady := []string{"a/1", "m/1", "m/2", "z/1"}
	for _, key := range steady {
		b.put(key, "x", bucket.Condition{})
	}
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 10 {
				key := fmt.Sprintf("m/w%d/%d", w, i)
				if _, err := b.Write(b.Context(), Object(key, key), bucket.Condition{}); err != nil {
					b.Errorf("write during listings: %v", err)
				}
				if i%2 == 0 {
					if err := b.Delete(b.Context(), key, bucket.Condition{}); err != nil {
						b.Errorf("delete during listings: %v", err)
					}
				}
			}
		})
	}
	for range 10 {
		keys := b.keys("")
		if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
			b.Errorf("listing is out of order or has doubles: %q", keys)
		}
		for _, key := range steady {
			if !slices.Contains(keys, key) {
				b.Errorf("%s is not listed during writes", key)
			}
		}
	}
	writers.Wait()
	if n := len(b.keys("")); n != len(steady)+4*5 {
		b.Errorf("%d objects listed at the end, want %d", n, len(steady)+4*5)
	}
}

func (s *suite) listPages(_ *testing.T, b *store) {
	if s.opts.ManyKeys == 0 {
		b.Skip("no pages to test")
	}
	var writers sync.WaitGroup
	next := make(chan int)
	for range 8 {
		writers.Go(func() {
			for i := range next {
				if _, err := b.Write(b.Context(), Object(fmt.Sprintf("k/%06d", i), "x"), bucket.Condition{Absent: true}); err != nil {
					b.Errorf("Write: %v", err)
				}
			}
		})
	}
	for i := range s.opts.ManyKeys {
		next <- i
	}
	close(next)
	writers.Wait()
	keys := b.keys("k/")
	if len(keys) != s.opts.ManyKeys || !slices.IsSorted(keys) || keys[0] != "k/000000" {
		b.Errorf("%d keys listed, want %d in order from the first", len(keys), s.opts.ManyKeys)
	}
}

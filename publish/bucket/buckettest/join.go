package buckettest

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/publish/bucket"
)

// joinStore is a bucket under test that can join.
type joinStore struct {
	*store
	bucket.Joiner
	parts bucket.Bucket           // where the parts are
	kept  map[string]bucket.Attrs // the parts, by key
}

// forEachJoin runs a test with parts in the bucket itself, and with parts in
// another bucket.
func (s *suite) forEachJoin(t *testing.T, b *store, test func(*joinStore)) {
	j, ok := b.Bucket.(bucket.Joiner)
	if !ok {
		b.Skip("cannot join")
	}
	test(&joinStore{b, j, b.Bucket, map[string]bucket.Attrs{}})
	if s.opts.Sibling == nil {
		return
	}
	t.Run("parts in another bucket", func(t *testing.T) {
		b := &store{T: t, Bucket: s.open(t)}
		test(&joinStore{b, b.Bucket.(bucket.Joiner), s.opts.Sibling(t, b.Bucket), map[string]bucket.Attrs{}})
	})
}

// part stores a part unless it exists.
func (b *joinStore) part(body string) bucket.Part {
	b.Helper()
	key := fmt.Sprintf(".onair/parts/%08x-%d", crc32.ChecksumIEEE([]byte(body)), len(body))
	if a, there := b.kept[key]; there {
		return bucket.Part{Bucket: b.parts, Attrs: a}
	}
	return b.replace(key, body)
}

// replace stores a part and replaces one that exists.
func (b *joinStore) replace(key, body string) bucket.Part {
	b.Helper()
	a, err := b.parts.Write(b.Context(), Object(key, body), bucket.Condition{})
	if err != nil {
		b.Fatal(err)
	}
	b.kept[key] = a
	return bucket.Part{Bucket: b.parts, Attrs: a}
}

// joined returns an object with the size and checksum of body, but with a nil Body, for
// Join.
func joined(key, body string) *bucket.Object {
	o := Object(key, body)
	o.Body = nil
	return o
}

// holdsJust checks that the bucket holds exactly these objects besides parts.
func (b *joinStore) holdsJust(want ...string) {
	b.Helper()
	for _, in := range []bucket.Bucket{b.Bucket, b.parts} {
		got := (&store{b.T, in}).keys("")
		got = slices.DeleteFunc(got, func(key string) bool { return strings.HasPrefix(key, ".onair/parts/") })
		if in != b.Bucket {
			want = nil
		}
		if len(got) != len(want) || len(want) > 0 && !slices.Equal(got, want) {
			b.Errorf("%s holds %q beside parts, want %q", in.URL(), got, want)
		}
	}
}

// large returns the size of a body that is sent in parts.
func (s *suite) large() int { return max(s.opts.Large, 160_000) }

// joinSizes returns sizes of audio to join: a small one and, unless CannotJoinLarge is
// set, one that a provider joins from ranges.
func (s *suite) joinSizes() []int {
	if s.opts.CannotJoinLarge != "" {
		return []int{1000}
	}
	return []int{1000, s.large() + 1}
}

// noise returns text that does not repeat itself, so that a piece in the wrong
// place is noticed.
func noise(seed, n int) string {
	data := make([]byte, n)
	x := uint32(seed)*2654435761 + 1
	for i := range data {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		data[i] = byte(x)
	}
	return string(data)
}

func (s *suite) join(t *testing.T, b *store) {
	s.forEachJoin(t, b, func(b *joinStore) {
		for name, bodies := range map[string][]string{
			"one":            {noise(1, 1000)},
			"tag and audio":  {noise(2, 3000), noise(3, 100_000)},
			"empty between":  {noise(4, 10), "", noise(5, 10)},
			"many":           strings.SplitAfter(strings.Repeat("0123456789", 40), "9"),
			"large":          {noise(6, 3000), noise(7, s.large()/10), noise(8, s.large())},
			"ends on a part": {noise(9, s.large()/16), noise(10, s.large()/16*23)},
		} {
			var parts []bucket.Part
			for _, body := range bodies {
				parts = append(parts, b.part(body))
			}
			body := strings.Join(bodies, "")
			o := joined("audio/"+name+".mp3", body)
			o.Metadata = map[string]string{"sha256": "0a1b"}
			a, err := b.Join(b.Context(), o, parts, bucket.Condition{Absent: true})
			if reason := s.opts.CannotJoinLarge; reason != "" && o.Size > int64(s.large()) && errors.Is(err, errors.ErrUnsupported) {
				b.Logf("%s is left out: %s", name, reason)
				continue
			}
			if err != nil {
				b.Errorf("%s: %v", name, err)
				continue
			}
			got, read := b.get(o.Key)
			if got != body {
				b.Errorf("%s: joined %d bytes are not those of the parts", name, len(got))
			}
			if diff := differ(a, read); diff != "" {
				b.Errorf("%s: attributes as returned (-), as read (+):\n%s", name, diff)
			}
			if _, headerless := b.Bucket.(bucket.Headerless); !headerless && cmp.Diff(o.Headers, read.Headers) != "" {
				b.Errorf("%s: headers (-want +got):\n%s", name, cmp.Diff(o.Headers, read.Headers))
			}
			if err := b.Delete(b.Context(), o.Key, bucket.Condition{}); err != nil {
				b.Error(err)
			}
		}
		b.holdsJust()
	})
}

func (s *suite) joinConditions(t *testing.T, b *store) {
	s.forEachJoin(t, b, func(b *joinStore) {
		b.skip(s.opts.IgnoresJoinConditions)
		for _, size := range s.joinSizes() {
			key := fmt.Sprintf("audio/%d.mp3", size)
			parts := []bucket.Part{b.part("tag"), b.part(noise(1, size))}
			o := joined(key, "tag"+noise(1, size))
			older := b.put(key, "older", bucket.Condition{})
			old := b.put(key, "old", bucket.Condition{})
			for _, cond := range []bucket.Condition{{Absent: true}, {Version: older.Version}} {
				_, err := b.Join(b.Context(), o, parts, cond)
				b.is(err, bucket.ErrPrecondition)
				b.holds(key, "old")
			}
			first, err := b.Join(b.Context(), o, parts, bucket.Condition{Version: old.Version})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := b.Join(b.Context(), o, parts, bucket.Condition{Version: old.Version}); !errors.Is(err, bucket.ErrPrecondition) {
				b.Errorf("Join under a version that was replaced: %v, want ErrPrecondition", err)
			}
			_, err = b.Join(b.Context(), joined("missing", "tag"+noise(1, size)), parts, bucket.Condition{Version: first.Version})
			b.is(err, bucket.ErrPrecondition)
		}
		var keys []string
		for _, size := range s.joinSizes() {
			keys = append(keys, fmt.Sprintf("audio/%d.mp3", size))
		}
		b.holdsJust(keys...)
	})
}

// joinParts checks that a join fails, and changes nothing, if a part is missing, has
// changed, is elsewhere, or does not fit the object.
func (s *suite) joinParts(t *testing.T, b *store) {
	s.forEachJoin(t, b, func(b *joinStore) {
		old := b.put("audio.mp3", "old", bucket.Condition{})
		for _, size := range s.joinSizes() {
			tag, payload := b.part("tag"), b.part(noise(1, size))
			body := "tag" + noise(1, size)
			fails := func(name string, o *bucket.Object, want error, parts ...bucket.Part) {
				b.Helper()
				if _, err := b.Join(b.Context(), o, parts, bucket.Condition{}); !errors.Is(err, want) {
					b.Errorf("%s: Join = %v, want %v", name, err, want)
				}
			}
			for _, spoil := range []func(*bucket.Object){
				func(o *bucket.Object) { o.CRC32C++ },
				func(o *bucket.Object) { o.Size++ },
				func(o *bucket.Object) { o.Size-- },
			} {
				o := joined("audio.mp3", body)
				spoil(o)
				fails("wrong sum or size", o, bucket.ErrBody, tag, payload)
			}
			fails("wrong order", joined("audio.mp3", body), bucket.ErrBody, payload, tag)
			fails("elsewhere", joined("audio.mp3", body), errors.ErrUnsupported, tag, bucket.Part{Bucket: elsewhere{b.parts}, Attrs: payload.Attrs})

			gone := payload
			gone.Key = ".onair/parts/gone"
			fails("gone", joined("audio.mp3", body), bucket.ErrNotExist, tag, gone)
			if reason := s.opts.IgnoresJoinConditions; reason != "" {
				b.Log("part that changed is left out: " + reason)
				continue
			}
			b.replace(payload.Key, noise(2, size))
			fails("changed", joined("audio.mp3", body), bucket.ErrPrecondition, tag, payload)
			payload = b.replace(payload.Key, noise(1, size))
			b.replace(tag.Key, "TAG")
			fails("changed tag", joined("audio.mp3", body), bucket.ErrPrecondition, tag, payload)
			b.replace(tag.Key, "tag")
		}
		if body, a := b.get("audio.mp3"); body != "old" || a.Version != old.Version {
			b.Errorf("after refused joins audio.mp3 holds %.20q, %d bytes, at version %s; want it untouched at %s", body, len(body), a.Version, old.Version)
		}
		b.holdsJust("audio.mp3")
	})
}

// elsewhere is a bucket whose objects no provider can join.
type elsewhere struct{ bucket.Bucket }

func (s *suite) joinCancelled(t *testing.T, b *store) {
	s.forEachJoin(t, b, func(b *joinStore) {
		parts := []bucket.Part{b.part("tag"), b.part(noise(1, s.large()))}
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		_, err := b.Join(ctx, joined("audio.mp3", "tag"+noise(1, s.large())), parts, bucket.Condition{})
		b.is(err, context.Canceled)
		b.holdsJust()
	})
}

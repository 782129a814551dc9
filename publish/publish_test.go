package publish_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/crc32c"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	b := mem.New()
	r := showtest.Release(t, showtest.Example(t), nil)
	apply(t, plan(t, r, b), b)
	if err := brokenPromise(b, homeURL); err != nil {
		t.Error(err)
	}
	got := contents(t, b)
	if len(got) != len(r.Objects) {
		t.Errorf("the bucket has %d objects, the release %d", len(got), len(r.Objects))
	}
	for _, o := range r.Objects {
		want := bucket.Attrs{Key: o.Key, Headers: o.Headers, Size: o.Size, CRC32C: o.CRC32C}
		if diff := cmp.Diff(want, got[o.Key]); diff != "" {
			t.Errorf("%s: %s", o.Key, diff)
		}
		data := read(t, b, o.Key)
		if sum := crc32c.Checksum(data); sum != o.CRC32C || int64(len(data)) != o.Size {
			t.Errorf("%s: the bytes are not those of the release", o.Key)
		}
	}
}

func TestPublishAgainOnlyLists(t *testing.T) {
	t.Parallel()
	b := mem.New()
	dir := t.TempDir()
	r := showtest.Release(t, showtest.Example(t), nil)
	publishIt := func() *publish.Plan {
		p, err := publish.NewPlan(t.Context(), r, record.Storage{Public: b}, &publish.PlanOptions{CacheDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if !p.Empty() {
			if _, err := publish.Apply(t.Context(), p, record.Storage{Public: b}, &publish.ApplyOptions{CacheDir: dir}); err != nil {
				t.Fatal(err)
			}
		}
		return p
	}
	publishIt()
	calls := func() (n [5]int) {
		for i, op := range []string{mem.OpList, mem.OpOpen, mem.OpWrite, mem.OpSetHeaders, mem.OpDelete} {
			n[i] = b.Calls(op)
		}
		return n
	}
	before := calls()
	if p := publishIt(); !p.Empty() {
		t.Errorf("the second plan is %+v", p.Totals())
	}
	before[0]++
	if after := calls(); after != before {
		t.Errorf("calls (list, open, write, set headers, delete): %v, want %v", after, before)
	}
}

// A publish is cut off at each of its writes, before or after the write takes effect.
// The feed must never name a missing object, and the next publish must produce the same
// bucket as an undisturbed one.
func TestInterruptedAnywhere(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	first := showtest.Release(t, files, nil)
	showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: Hello, Multiverse") // changes every tag
	second := showtest.Release(t, files, nil)

	want := mem.New()
	apply(t, plan(t, first, want), want)
	writes := want.Calls(mem.OpWrite)
	apply(t, plan(t, second, want), want)
	writes = want.Calls(mem.OpWrite) - writes

	cut := errors.New("cut")
	for n := range writes {
		for _, done := range []bool{false, true} {
			b := mem.New()
			apply(t, plan(t, first, b), b)
			p := plan(t, second, b)
			left := n
			hook := func(op, key string) error {
				if op != mem.OpWrite {
					return nil
				}
				if left--; left < 0 {
					return cut
				}
				return nil
			}
			if done {
				b.After = hook
			} else {
				b.Before = hook
			}
			if _, err := publish.Apply(t.Context(), p, record.Storage{Public: b}, &publish.ApplyOptions{Parallel: 1}); !errors.Is(err, cut) {
				t.Fatalf("write %d: got %v, want the cut", n, err)
			}
			b.Before, b.After = nil, nil
			if err := brokenPromise(b, homeURL); err != nil {
				t.Fatalf("cut at write %d (done: %v): %v", n, done, err)
			}
			apply(t, plan(t, second, b), b)
			if diff := cmp.Diff(contents(t, want), contents(t, b)); diff != "" {
				t.Fatalf("cut at write %d (done: %v): %s", n, done, diff)
			}
			if p := plan(t, second, b); !p.Empty() {
				t.Fatalf("cut at write %d: something is left to do: %+v", n, p.Totals())
			}
		}
	}
}

// The objects that the feed names exist after each write of a publish that changes
// everything.
func TestEveryWriteLeavesFeedWhole(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	b := mem.New()
	apply(t, plan(t, showtest.Release(t, files, nil), b), b)
	showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: Hello, Multiverse")
	p := plan(t, showtest.Release(t, files, nil), b)
	looks := 0
	b.After = func(op, key string) error {
		if op == mem.OpWrite {
			looks++
			if err := brokenPromise(b, homeURL); err != nil {
				t.Errorf("after writing %s: %v", key, err)
			}
		}
		return nil
	}
	if _, err := publish.Apply(t.Context(), p, record.Storage{Public: b}, &publish.ApplyOptions{Parallel: 1}); err != nil {
		t.Fatal(err)
	}
	if looks < 10 {
		t.Errorf("looked only %d times", looks)
	}
}

func TestSlowerPublisherLoses(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	b := mem.New()
	apply(t, plan(t, showtest.Release(t, files, nil), b), b)
	showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: A")
	fast := plan(t, showtest.Release(t, files, nil), b)
	showtest.Edit(t, files, "show.yaml", "title: A", "title: B")
	slow := plan(t, showtest.Release(t, files, nil), b)

	apply(t, fast, b)
	feed := read(t, b, "feed.xml")
	if _, err := publish.Apply(t.Context(), slow, record.Storage{Public: b}, nil); !errors.Is(err, publish.ErrConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
	if !bytes.Equal(read(t, b, "feed.xml"), feed) {
		t.Error("the slower publisher changed the feed")
	}
	if err := brokenPromise(b, homeURL); err != nil {
		t.Error(err)
	}
}

func TestSameBytesFromAnywhere(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	want := digests(showtest.Release(t, files, nil))

	touched := fstest.MapFS{}
	for name, f := range files {
		touched[name] = &fstest.MapFile{Data: f.Data, ModTime: showtest.Now.Add(1000 * time.Hour)}
	}
	later := digests(showtest.Release(t, touched, &release.Options{Now: showtest.Now.Add(240 * time.Hour)}))
	if diff := cmp.Diff(want, later); diff != "" {
		t.Errorf("ten days later, every file touched: %s", diff)
	}

	silent := maps.Clone(files)
	maps.DeleteFunc(silent, func(name string, _ *fstest.MapFile) bool { return strings.HasSuffix(name, ".mp3") })
	if diff := cmp.Diff(want, digests(showtest.Release(t, silent, nil))); diff != "" {
		t.Errorf("without the audio: %s", diff)
	}
}

// digests returns the keys, sizes and checksums of a release.
func digests(r *release.Release) map[string]string {
	all := map[string]string{}
	for _, o := range r.Objects {
		all[o.Key] = fmt.Sprintf("%d %08x %s", o.Size, o.CRC32C, o.SHA256)
	}
	return all
}

func TestAudioOnlyInTheBucket(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	b := mem.New()
	apply(t, plan(t, showtest.Release(t, files, nil), b), b)
	maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool { return strings.HasSuffix(name, ".mp3") })
	if p := plan(t, showtest.Release(t, files, nil), b); !p.Empty() {
		t.Errorf("nothing changed, yet the plan is %+v", p.Totals())
	}
	_, err := publish.NewPlan(t.Context(), showtest.Release(t, files, nil), record.Storage{Public: mem.New()}, nil)
	var missing *publish.MissingAudioError
	if !errors.As(err, &missing) || missing.File == "" {
		t.Errorf("an empty bucket and no audio: got %v", err)
	}
}

func TestPayloadIsTheMasters(t *testing.T) {
	t.Parallel()
	files := showtest.Example(t)
	r := showtest.Release(t, files, nil)
	for _, e := range r.Episodes {
		if e.AudioKey() == "" {
			continue
		}
		i := slices.IndexFunc(r.Objects, func(o *release.Object) bool { return o.Key == e.AudioKey() })
		body, err := r.Objects[i].Body()
		if err != nil {
			t.Fatal(err)
		}
		tagged, err := io.ReadAll(body)
		body.Close()
		if err != nil {
			t.Fatal(err)
		}
		payload := tagged[int64(len(tagged))-e.Pin.Payload.Bytes:]
		if !bytes.Contains(files[e.Audio].Data, payload) {
			t.Errorf("%s: the published payload is not the master's", e.Slug)
		}
		if !bytes.HasPrefix(tagged, []byte("ID3\x03")) {
			t.Errorf("%s: no ID3v2.3 tag at the front", e.Slug)
		}
	}
}

// The concatenated parts of tagged audio are the tagged audio.
func TestPartsJoin(t *testing.T) {
	t.Parallel()
	r := showtest.Release(t, showtest.Example(t), nil)
	joined := 0
	for _, o := range r.Objects {
		if o.Role != release.RoleAudio {
			continue
		}
		var parts []byte
		for _, p := range o.Parts {
			data := showtest.Body(t, p)
			if int64(len(data)) != p.Size || checksum(data) != p.CRC32C {
				t.Errorf("%s: part %s is not what it says", o.Key, p.Key)
			}
			parts = append(parts, data...)
		}
		if !bytes.Equal(parts, showtest.Body(t, o)) {
			t.Errorf("%s: the parts are not the whole", o.Key)
		}
		joined++
	}
	if joined != 4 {
		t.Errorf("%d live episodes, want 4", joined)
	}
}

package publish_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/file"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
)

func TestDrift(t *testing.T) {
	t.Parallel()
	b := mem.New()
	r := showtest.Release(t, showtest.Example(t), nil)
	apply(t, plan(t, r, b), b)
	if diff := cmp.Diff(publish.Drift{}, plan(t, r, b).Drift()); diff != "" {
		t.Errorf("just published: %s", diff)
	}
	if err := b.Delete(t.Context(), "robots.txt", bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	put(t, b, "CNAME", "theirs")
	put(t, b, "index.html", "theirs")
	put(t, b, "feed.xml", "theirs")
	want := publish.Drift{Edited: []string{"feed.xml", "index.html"}, Missing: []string{"robots.txt"}, Foreign: []string{"CNAME"}}
	if diff := cmp.Diff(want, plan(t, r, b).Drift()); diff != "" {
		t.Error(diff)
	}
}

// put writes an object as another program would.
func put(t *testing.T, b bucket.Bucket, key, text string) {
	t.Helper()
	data := []byte(text)
	o := &bucket.Object{Key: key, Size: int64(len(data)), CRC32C: checksum(data), Body: inMemory(data)}
	if _, err := b.Write(t.Context(), o, bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
}

// A change of the show is not reported as an edit in the storage, neither before the
// next publish nor after an interrupted one.
func TestOwnChangesAreNotDrift(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]bucket.Bucket{"memory": mem.New(), "sparse": sparse{mem.New()}} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			apply(t, plan(t, showtest.Release(t, files, nil), b), b)
			showtest.Edit(t, files, showtest.Ghosts+"episode.md", "title: ", "title: The ")
			showtest.Edit(t, files, "show.yaml", "title: ", "title: The ")
			next := showtest.Release(t, files, nil)
			if drift := plan(t, next, b).Drift(); drift.Edited != nil {
				t.Errorf("an edit of the show: %v", drift.Edited)
			}
			killed := errors.New("killed")
			memory(b).Before = func(op, key string) error {
				if op == mem.OpWrite && key == "index.html" {
					return killed
				}
				return nil
			}
			o := &publish.ApplyOptions{Parallel: 1}
			if _, err := publish.Apply(t.Context(), plan(t, next, b), record.Storage{Public: b}, o); !errors.Is(err, killed) {
				t.Fatal(err)
			}
			memory(b).Before = nil
			if drift := plan(t, next, b).Drift(); drift.Edited != nil {
				t.Errorf("a publish that was cut off: %v", drift.Edited)
			}
			put(t, b, "robots.txt", "theirs")
			if diff := cmp.Diff([]string{"robots.txt"}, plan(t, next, b).Drift().Edited); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func memory(b bucket.Bucket) *mem.Bucket {
	if s, ok := b.(sparse); ok {
		return s.Bucket
	}
	return b.(*mem.Bucket)
}

// Without a record, objects that the release contains or that have onair's mark
// are not foreign. This also holds in a folder, which keeps no marks.
func TestDriftWithoutRecord(t *testing.T) {
	t.Parallel()
	folder, err := file.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]bucket.Bucket{"memory": mem.New(), "folder": folder} {
		t.Run(name, func(t *testing.T) {
			r := showtest.Release(t, showtest.Example(t), nil)
			apply(t, plan(t, r, b), b)
			put(t, b, "CNAME", "theirs")
			if err := b.Delete(t.Context(), ".onair/release.json", bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
			p := plan(t, r, b)
			if diff := cmp.Diff(publish.Drift{Foreign: []string{"CNAME"}}, p.Drift()); diff != "" {
				t.Error(diff)
			}
			if !p.RecordLost {
				t.Error("the record is not said to be lost")
			}
		})
	}
}

// An episode is not reported as live if the storage has lost its files or has
// other bytes for them.
func TestReasonsOfDrift(t *testing.T) {
	t.Parallel()
	b := mem.New()
	r := showtest.Release(t, showtest.Example(t), nil)
	apply(t, plan(t, r, b), b)
	for _, e := range r.Episodes {
		switch e.Slug {
		case showtest.GhostSlug:
			if err := b.Delete(t.Context(), e.AudioKey(), bucket.Condition{}); err != nil {
				t.Fatal(err)
			}
		case showtest.GUIDSlug:
			put(t, b, e.AudioKey(), "theirs")
		}
	}
	put(t, b, "episodes/first-light/index.html", "theirs")
	got := map[string]string{}
	for _, e := range plan(t, r, b).Episodes {
		if e.Action == publish.Update {
			got[e.Slug] = fmt.Sprint(len(e.Drift), " ", strings.Join(e.Reasons, "; "))
		}
	}
	want := map[string]string{
		showtest.GhostSlug: "1 missing in the storage: audio",
		showtest.GUIDSlug:  "1 edited in the storage: audio",
		"first-light":      "1 edited in the storage: page",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every header that changes what a listener gets is compared and put back, in
// buckets that list headers and in those that do not.
func TestDriftOfHeaders(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bucket.Headers){
		"type":        func(h *bucket.Headers) { h.ContentType = "text/plain" },
		"caching":     func(h *bucket.Headers) { h.CacheControl = "public, max-age=14400" },
		"encoding":    func(h *bucket.Headers) { h.ContentEncoding = "gzip" },
		"disposition": func(h *bucket.Headers) { h.ContentDisposition = "attachment" },
		"language":    func(h *bucket.Headers) { h.ContentLanguage = "de" },
		"two of them": func(h *bucket.Headers) { h.ContentLanguage, h.ContentEncoding = "de", "br" },
	} {
		for kind, b := range map[string]bucket.Bucket{"memory": mem.New(), "sparse": sparse{mem.New()}} {
			t.Run(name+" in "+kind, func(t *testing.T) {
				r := showtest.Release(t, showtest.Example(t), nil)
				apply(t, plan(t, r, b), b)
				key := "episodes/first-light/index.html"
				attrs, err := record.Stat(t.Context(), memory(b), key)
				if err != nil {
					t.Fatal(err)
				}
				want := attrs.Headers
				change(&attrs.Headers)
				if _, err := b.SetHeaders(t.Context(), key, attrs.Headers, bucket.Condition{}); err != nil {
					t.Fatal(err)
				}
				p := plan(t, r, b)
				if diff := cmp.Diff(publish.Drift{Headers: []string{key}}, p.Drift()); diff != "" {
					t.Error(diff)
				}
				for _, e := range p.Episodes {
					if e.Slug == "first-light" && (len(e.Drift) != 1 || e.Drift[0] != "headers changed in the storage: page") {
						t.Errorf("drift of the episode is %q", e.Drift)
					}
				}
				apply(t, p, b)
				if attrs, err = record.Stat(t.Context(), memory(b), key); err != nil || cmp.Diff(want, attrs.Headers) != "" {
					t.Errorf("%v %s", err, cmp.Diff(want, attrs.Headers))
				}
				if p := plan(t, r, b); !p.Empty() {
					t.Error("something is left to do")
				}
			})
		}
	}
}

// sticky is a bucket that does not remove Content-Encoding, like one of the emulators of
// Google Cloud Storage.
type sticky struct{ *mem.Bucket }

func (b sticky) SetHeaders(ctx context.Context, key string, h bucket.Headers, cond bucket.Condition) (bucket.Attrs, error) {
	attrs, err := record.Stat(ctx, b.Bucket, key)
	if err == nil && h.ContentEncoding == "" {
		h.ContentEncoding = attrs.ContentEncoding
		return b.Bucket.SetHeaders(ctx, key, h, cond)
	}
	return attrs, err
}

func TestHeaderThatIsNotRemoved(t *testing.T) {
	t.Parallel()
	b := sticky{mem.New()}
	r := showtest.Release(t, showtest.Example(t), nil)
	apply(t, plan(t, r, b), b)
	attrs, err := record.Stat(t.Context(), b.Bucket, "feed.xml")
	if err != nil {
		t.Fatal(err)
	}
	attrs.ContentEncoding = "gzip"
	if _, err := b.Bucket.SetHeaders(t.Context(), "feed.xml", attrs.Headers, bucket.Condition{}); err != nil {
		t.Fatal(err)
	}
	apply(t, plan(t, r, b), b)
	if attrs, err = record.Stat(t.Context(), b.Bucket, "feed.xml"); err != nil || attrs.ContentEncoding != "" {
		t.Errorf("%v, Content-Encoding is %q", err, attrs.ContentEncoding)
	}
}

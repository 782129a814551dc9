package publish_test

import (
	"encoding/json"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
)

// rewriteRecord changes release.json as if a publish had ended differently.
func rewriteRecord(t *testing.T, b bucket.Bucket, change func(map[string]any)) {
	t.Helper()
	record := map[string]any{}
	if err := json.Unmarshal(read(t, b, ".onair/release.json"), &record); err != nil {
		t.Fatal(err)
	}
	change(record)
	data, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	put(t, b, ".onair/release.json", string(data))
}

// pending returns a function that sets the phase and the pending entries of a record.
func pending(phase record.Phase, entries map[string]any) func(map[string]any) {
	return func(state map[string]any) { state["phase"], state["pending"] = phase, entries }
}

func TestUnfinished(t *testing.T) {
	t.Parallel()
	purge := map[string]any{"purge": []string{"feed.xml", "index.html"}}
	all := map[string]any{"purge": []string{"feed.xml"}, "verify": true, "announce": []string{"websub", "podping"}}
	withoutCDN := func(files fstest.MapFS) { showtest.Edit(t, files, "show.yaml", "\ncdn: ", "\n# cdn: ") }
	for name, test := range map[string]struct {
		change func(fstest.MapFS)
		record func(map[string]any)
		want   *publish.Unfinished
	}{
		"nothing":             {nil, func(map[string]any) {}, nil},
		"cut off":             {nil, pending(record.Applying, purge), &publish.Unfinished{Interrupted: true, Pending: record.Pending{Purge: []string{"feed.xml", "index.html"}, Verify: true}}},
		"cut off, and no CDN": {withoutCDN, pending(record.Applying, purge), &publish.Unfinished{Interrupted: true, Pending: record.Pending{Verify: true}}},
		"not verified":        {nil, pending(record.Done, map[string]any{"verify": true}), &publish.Unfinished{Pending: record.Pending{Verify: true}}},
		"not announced":       {nil, pending(record.Done, map[string]any{"announce": []string{"websub"}}), &publish.Unfinished{Pending: record.Pending{Announce: []string{"websub"}}}},
		"not erased":          {nil, pending(record.Done, map[string]any{"erase": []string{"5-gone"}}), &publish.Unfinished{Pending: record.Pending{Erase: []string{"5-gone"}}}},
		"all of it":           {nil, pending(record.Applying, all), &publish.Unfinished{Interrupted: true, Pending: record.Pending{Purge: []string{"feed.xml"}, Verify: true, Announce: []string{"websub", "podping"}}}},
		"cut off at pruning": {nil, func(state map[string]any) { state["deleting"] = []string{"old.html"} },
			&publish.Unfinished{Interrupted: true}},
		"announced already": {nil, func(state map[string]any) {
			pending(record.Applying, map[string]any{"announce": []string{"websub", "podping"}})(state)
			state["announced"] = map[string]any{"feed_sha256": state["feed_sha256"], "channels": []string{"websub"}}
		}, &publish.Unfinished{Interrupted: true, Pending: record.Pending{Verify: true, Announce: []string{"podping"}}}},
		"nobody can look": {func(files fstest.MapFS) {
			withoutCDN(files)
			showtest.Edit(t, files, "show.yaml", "\nannounce: ", "\n# announce: ")
			showtest.Edit(t, files, "show.yaml", "\nstorage: gs://hello-universe", "\nstorage: file:public")
		}, pending(record.Applying, all), &publish.Unfinished{Interrupted: true}},
	} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			if test.change != nil {
				test.change(files)
			}
			r, b := showtest.Release(t, files, nil), mem.New()
			apply(t, plan(t, r, b), b)
			rewriteRecord(t, b, test.record)
			p := plan(t, r, b)
			if diff := cmp.Diff(test.want, p.Unfinished()); diff != "" {
				t.Error(diff)
			}
			if p.Empty() != (test.want == nil) {
				t.Errorf("empty: %v", p.Empty())
			}
		})
	}
}

// An interrupted publish recorded a page that it did not write. The next publish writes
// the page, even if its size stays the same and the listing has no checksums.
func TestInterruptedPagesOfEqualSize(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]bucket.Bucket{"memory": mem.New(), "sparse": sparse{mem.New()}} {
		t.Run(name, func(t *testing.T) {
			files := showtest.Example(t)
			apply(t, plan(t, showtest.Release(t, files, nil), b), b)
			showtest.Edit(t, files, "show.yaml", "title: Hello, Universe", "title: Hello, Uniwerse")
			second := showtest.Release(t, files, nil)
			full := errors.New("the disk is full")
			memory(b).Before = func(op, key string) error {
				if op == mem.OpWrite && key == "index.html" {
					return full
				}
				return nil
			}
			_, err := publish.Apply(t.Context(), plan(t, second, b), record.Storage{Public: b}, nil)
			memory(b).Before = nil
			if !errors.Is(err, full) {
				t.Fatalf("the publish ends with %v", err)
			}
			apply(t, plan(t, second, b), b)
			for _, o := range second.Objects {
				if got := checksum(read(t, b, o.Key)); got != o.CRC32C {
					t.Errorf("%s is not as the release has it", o.Key)
				}
			}
		})
	}
}

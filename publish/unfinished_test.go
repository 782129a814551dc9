package publish_test

import (
	"encoding/json"
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

// pending returns a record with these pending entries.
func pending(phase record.Phase, entries map[string]any) func(map[string]any) {
	return func(state map[string]any) { state["phase"], state["pending"] = phase, entries }
}

func TestLeft(t *testing.T) {
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
		"not told":            {nil, pending(record.Done, map[string]any{"announce": []string{"websub"}}), &publish.Unfinished{Pending: record.Pending{Announce: []string{"websub"}}}},
		"all of it":           {nil, pending(record.Applying, all), &publish.Unfinished{Interrupted: true, Pending: record.Pending{Purge: []string{"feed.xml"}, Verify: true, Announce: []string{"websub", "podping"}}}},
		"cut off at pruning": {nil, func(state map[string]any) { state["deleting"] = []string{"old.html"} },
			&publish.Unfinished{Interrupted: true}},
		"told already": {nil, func(state map[string]any) {
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

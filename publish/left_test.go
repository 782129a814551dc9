package publish_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
)

// rewriteRecord changes release.json as if a publish had ended otherwise.
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

// pending is a record with these entries under pending.
func pending(phase publish.Phase, entries map[string]any) func(map[string]any) {
	return func(record map[string]any) { record["phase"], record["pending"] = phase, entries }
}

func TestLeft(t *testing.T) {
	purge := map[string]any{"purge": []string{"feed.xml", "index.html"}}
	all := map[string]any{"purge": []string{"feed.xml"}, "verify": true, "announce": []string{"websub", "podping"}}
	withoutCDN := func(files fstest.MapFS) { edit(t, files, "show.yaml", "\ncdn: ", "\n# cdn: ") }
	for name, test := range map[string]struct {
		change func(fstest.MapFS)
		record func(map[string]any)
		want   *publish.Left
	}{
		"nothing":             {nil, func(map[string]any) {}, nil},
		"cut off":             {nil, pending(publish.Applying, purge), &publish.Left{Interrupted: true, Pending: publish.Pending{Purge: []string{"feed.xml", "index.html"}, Verify: true}}},
		"cut off, and no CDN": {withoutCDN, pending(publish.Applying, purge), &publish.Left{Interrupted: true, Pending: publish.Pending{Verify: true}}},
		"not verified":        {nil, pending(publish.Done, map[string]any{"verify": true}), &publish.Left{Pending: publish.Pending{Verify: true}}},
		"not told":            {nil, pending(publish.Done, map[string]any{"announce": []string{"websub"}}), &publish.Left{Pending: publish.Pending{Announce: []string{"websub"}}}},
		"all of it":           {nil, pending(publish.Applying, all), &publish.Left{Interrupted: true, Pending: publish.Pending{Purge: []string{"feed.xml"}, Verify: true, Announce: []string{"websub", "podping"}}}},
		"cut off at pruning": {nil, func(record map[string]any) { record["deleting"] = []string{"old.html"} },
			&publish.Left{Interrupted: true}},
		"told already": {nil, func(record map[string]any) {
			pending(publish.Applying, map[string]any{"announce": []string{"websub", "podping"}})(record)
			record["announced"] = map[string]any{"feed_sha256": record["feed_sha256"], "channels": []string{"websub"}}
		}, &publish.Left{Interrupted: true, Pending: publish.Pending{Verify: true, Announce: []string{"podping"}}}},
		"nobody can look": {func(files fstest.MapFS) {
			withoutCDN(files)
			edit(t, files, "show.yaml", "\nannounce: ", "\n# announce: ")
			edit(t, files, "show.yaml", "\nstorage: gs://hello-universe", "\nstorage: file:public")
		}, pending(publish.Applying, all), &publish.Left{Interrupted: true}},
	} {
		t.Run(name, func(t *testing.T) {
			files := example(t)
			if test.change != nil {
				test.change(files)
			}
			r, b := release(t, files, nil), mem.New()
			apply(t, plan(t, r, b), b)
			rewriteRecord(t, b, test.record)
			p := plan(t, r, b)
			if diff := cmp.Diff(test.want, p.Left()); diff != "" {
				t.Error(diff)
			}
			if p.Empty() != (test.want == nil) {
				t.Errorf("empty: %v", p.Empty())
			}
		})
	}
}

package publish_test

import (
	"testing"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
)

func TestListing(t *testing.T) {
	t.Parallel()
	storage := record.Storage{Public: mem.New(), State: mem.New()}
	p, err := publish.NewPlan(t.Context(), showtest.Release(t, showtest.Example(t), nil), storage, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	look := func(what string) {
		t.Helper()
		listed, err := record.List(t.Context(), storage)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := record.List(t.Context(), storage); err != nil || again.Digest != listed.Digest {
			t.Errorf("%s: a second look gives another digest, %v", what, err)
		}
		if before, ok := seen[listed.Digest]; ok {
			t.Errorf("%s: as %s", what, before)
		}
		seen[listed.Digest] = what
	}
	look("empty")
	if p.Listing == "" || seen[p.Listing] == "" {
		t.Error("the plan saw something else")
	}
	write := func(b bucket.Bucket, key, text, cache string) {
		t.Helper()
		o := &bucket.Object{Key: key, Size: int64(len(text)), CRC32C: checksum([]byte(text)), Body: inMemory([]byte(text))}
		o.CacheControl = cache
		if _, err := b.Write(t.Context(), o, bucket.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	write(storage.Public, "index.html", "one", "")
	look("a page")
	write(storage.Public, "index.html", "two", "")
	look("another page")
	write(storage.Public, "index.html", "two", "no-store")
	look("another header")
	write(storage.State, bucket.RecordsPrefix+"release.json", "{}", "")
	look("a record")
	storage.State = nil
	look("no record")
}

package publish_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/bucket/mem"
	"onair/publish/internal/showtest"
	"onair/publish/record"
	"onair/publish/release"
)

// homeURL is the address of the example show.
const homeURL = "https://hello-universe.example/"

// plan plans a publish to a public bucket.
func plan(t *testing.T, r *release.Release, b bucket.Bucket) *publish.Plan {
	t.Helper()
	return planFor(t, r, record.Storage{Public: b})
}

// planFor plans a publish to a storage.
func planFor(t *testing.T, r *release.Release, s record.Storage) *publish.Plan {
	t.Helper()
	p, err := publish.NewPlan(t.Context(), r, s, nil)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	return p
}

// apply carries out a plan for a public bucket.
func apply(t *testing.T, p *publish.Plan, b bucket.Bucket) {
	t.Helper()
	applyTo(t, p, record.Storage{Public: b})
}

// applyTo carries out a plan for a storage.
func applyTo(t *testing.T, p *publish.Plan, s record.Storage) {
	t.Helper()
	if _, err := publish.Apply(t.Context(), p, s, nil); err != nil {
		t.Fatalf("apply: %v", err)
	}
}

// publishTo publishes a show, with the episodes that are live at showtest.Now, and returns
// its release.
func publishTo(t *testing.T, files fs.FS, s record.Storage) *release.Release {
	t.Helper()
	r := showtest.Release(t, files, nil)
	applyTo(t, planFor(t, r, s), s)
	return r
}

// clockedStorage is a storage of two buckets in memory. now is the time of their clocks.
type clockedStorage struct {
	record.Storage
	public, state *mem.Bucket
	now           time.Time
}

func newClockedStorage() *clockedStorage {
	s := &clockedStorage{public: mem.New(), state: mem.New(), now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.Storage = record.Storage{Public: s.public, State: s.state}
	s.public.Now = func() time.Time { return s.now }
	s.state.Now = s.public.Now
	return s
}

// retitle gives the example show a title with a number.
func retitle(files fstest.MapFS, number int) {
	title := regexp.MustCompile(`(?m)^title: .*`)
	files["show.yaml"] = &fstest.MapFile{Data: title.ReplaceAll(files["show.yaml"].Data, fmt.Appendf(nil, "title: Hello, Universe %d", number))}
}

// withoutAudio removes the masters, as in a checkout from git.
func withoutAudio(files fstest.MapFS) {
	maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool { return strings.HasSuffix(name, ".mp3") })
}

// keysBelow returns the keys of a bucket that begin with a prefix.
func keysBelow(t *testing.T, b bucket.Bucket, prefix string) (keys []string) {
	t.Helper()
	for a, err := range b.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, a.Key)
	}
	return keys
}

// parts returns the keys of the parts that a bucket keeps.
func parts(t *testing.T, b bucket.Bucket) []string {
	t.Helper()
	return keysBelow(t, b, bucket.PartsPrefix)
}

// keptLocks returns the keys of the copies of onair.lock that a bucket keeps.
func keptLocks(t *testing.T, b bucket.Bucket) []string {
	t.Helper()
	return keysBelow(t, b, bucket.RecordsPrefix+"locks/")
}

// contents returns every object of a bucket except onair's own records.
func contents(t *testing.T, b bucket.Bucket) map[string]bucket.Attrs {
	t.Helper()
	all := map[string]bucket.Attrs{}
	for a, err := range b.List(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(a.Key, bucket.RecordsPrefix) {
			a.Version, a.Updated = "", time.Time{}
			all[a.Key] = a
		}
	}
	return all
}

// read returns the bytes of an object.
func read(t *testing.T, b bucket.Bucket, key string) []byte {
	t.Helper()
	r, _, err := b.Open(context.Background(), key, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// brokenPromise checks a bucket as a listener would. It returns an error if an object
// that the live feed names is missing or differs from the feed.
func brokenPromise(b bucket.Bucket, base string) error {
	objects := map[string]bucket.Attrs{}
	for a, err := range b.List(context.Background(), "") {
		if err != nil {
			return err
		}
		objects[a.Key] = a
	}
	if _, ok := objects["feed.xml"]; !ok {
		return nil // without a feed nothing is promised
	}
	r, _, err := b.Open(context.Background(), "feed.xml", 0, -1)
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attr := map[string]string{}
		for _, a := range start.Attr {
			attr[a.Name.Local] = a.Value
		}
		var url string
		switch start.Name.Local {
		case "enclosure", "transcript", "chapters":
			url = attr["url"]
		case "image":
			url = attr["href"]
		}
		key, ours := strings.CutPrefix(url, base)
		if url == "" || !ours {
			continue
		}
		o, ok := objects[key]
		mediaType, _, _ := strings.Cut(o.ContentType, ";")
		switch {
		case !ok:
			return fmt.Errorf("the feed names %s, which is absent", key)
		case attr["length"] != "" && attr["length"] != fmt.Sprint(o.Size):
			return fmt.Errorf("%s has %d bytes, the feed says %s", key, o.Size, attr["length"])
		case attr["type"] != "" && attr["type"] != mediaType:
			return fmt.Errorf("%s is %s, the feed says %s", key, o.ContentType, attr["type"])
		}
	}
}

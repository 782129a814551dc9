package gcs

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/internal/faults"
)

const endpoint = "https://storage.example/storage/v1/"

// open returns a bucket whose requests go to rt.
func open(t *testing.T, rawURL string, rt http.RoundTripper) *Bucket {
	t.Helper()
	b, err := Open(t.Context(), rawURL, &Options{HTTPClient: &http.Client{Transport: rt}, Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hasty makes a bucket pause briefly, on the real clock.
func hasty(b *Bucket) *Bucket {
	b.calls.Policy.First = time.Microsecond
	b.calls.Policy.Tries = 7
	return b
}

func TestBucket(t *testing.T) {
	t.Parallel()
	var f *fake
	buckettest.Run(t, func(t *testing.T) bucket.Bucket {
		f = newFake()
		f.pageCap = 7
		return hasty(open(t, "gs://my-show", f))
	}, &buckettest.Options{
		ManyKeys: 100,
		Sibling:  func(t *testing.T, _ bucket.Bucket) bucket.Bucket { return hasty(open(t, "gs://my-show-private", f)) },
	})
}

func TestBucketWithPrefix(t *testing.T) {
	t.Parallel()
	buckettest.Run(t, func(t *testing.T) bucket.Bucket {
		f := newFake()
		for _, name := range []string{"feed.xml", "showcase", "show", "show.xml", "shop/feed.xml", "zzz"} {
			f.store(&fakeObject{Name: name, CRC32C: encodeSum(nil)}, nil)
		}
		return hasty(open(t, "gs://my-show/show/", f))
	}, &buckettest.Options{ManyKeys: 100})
}

func TestURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url, name, prefix string
		fails             bool
	}{
		{url: "gs://my-show", name: "my-show"},
		{url: "gs://my-show/", name: "my-show"},
		{url: "gs://my_show.example.com/a/b", name: "my_show.example.com", prefix: "a/b/"},
		{url: "gs://my-show/a%20b/", name: "my-show", prefix: "a%20b/"},
		{url: "gs://my-show/.onair/parts", name: "my-show", prefix: ".onair/parts/"},
		{url: "gs://", fails: true},
		{url: "gs:///feed.xml", fails: true},
		{url: "gs://My-Show", fails: true},
		{url: "gs://user:secret@my-show", fails: true},
		{url: "gs://my-show/a//b", fails: true},
		{url: "gs://my-show//a", fails: true},
		{url: "gs://my-show/../other", fails: true},
		{url: "gs://my-show/a?project=x", fails: true},
		{url: "s3://my-show", fails: true},
		{url: "my-show", fails: true},
	} {
		name, prefix, err := parse(test.url)
		if name != test.name || prefix != test.prefix || (err != nil) != test.fails {
			t.Errorf("parse(%q) = %q, %q, %v; want %q, %q", test.url, name, prefix, err, test.name, test.prefix)
		}
	}
	if b := open(t, "gs://my-show/a/", newFake()); b.URL() != "gs://my-show/a" {
		t.Errorf("URL() = %q", b.URL())
	}
}

func TestNoCredentials(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "/there/is/no.json")
	_, err := Open(t.Context(), "gs://my-show", nil)
	if !errors.Is(err, bucket.ErrDenied) {
		t.Errorf("Open = %v, want ErrDenied", err)
	}
	for _, want := range []string{"open gs://my-show: permission denied: ", "/there/is/no.json", "gcloud auth application-default login", "GOOGLE_APPLICATION_CREDENTIALS"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

// A key of valid length can be too long with its prefix.
func TestLongKey(t *testing.T) {
	t.Parallel()
	b := open(t, "gs://my-show/prefix", newFake())
	_, err := b.Write(t.Context(), buckettest.Object(strings.Repeat("x", 1020), ""), bucket.Condition{})
	if err == nil || !strings.Contains(err.Error(), "longer than 1024 bytes with its prefix") {
		t.Errorf("Write = %v", err)
	}
}

// Objects of other programs may have names that are not valid keys, and metadata with
// capital letters in its keys.
func TestForeignObjects(t *testing.T) {
	t.Parallel()
	f := newFake()
	for _, name := range []string{"episodes/", "a//b", "feed.xml"} {
		f.store(&fakeObject{Name: name, CRC32C: encodeSum(nil), Metadata: map[string]string{"Made-By": "Hand"}}, nil)
	}
	b := open(t, "gs://my-show", f)
	var got []bucket.Attrs
	for a, err := range b.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a)
	}
	want := []bucket.Attrs{{Key: "feed.xml", Version: "3", Headers: bucket.Headers{Metadata: map[string]string{"made-by": "Hand"}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

// Without a content type the client would guess one from the bytes.
func TestNoContentType(t *testing.T) {
	t.Parallel()
	b := open(t, "gs://my-show", newFake())
	o := buckettest.Object("page", "<!doctype html><title>x</title>")
	o.Headers = bucket.Headers{}
	if a, err := b.Write(t.Context(), o, bucket.Condition{}); err != nil || a.ContentType != "" {
		t.Errorf("Write = %+v, %v; want no Content-Type", a, err)
	}
}

// The version token of another provider matches no object.
func TestForeignVersion(t *testing.T) {
	t.Parallel()
	b := open(t, "gs://my-show", newFake())
	for _, version := range []string{"d41d8cd98f00b204e9800998ecf8427e", "0", "-1", "1.5"} {
		if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "x"), bucket.Condition{Version: version}); !errors.Is(err, bucket.ErrPrecondition) {
			t.Errorf("Write at version %q = %v, want ErrPrecondition", version, err)
		}
	}
}

// TestRequests checks how many requests each call makes. A listing makes one for
// each thousand objects.
func TestRequests(t *testing.T) {
	t.Parallel()
	net := &faults.Transport{Base: newFake()}
	b := open(t, "gs://my-show", net)
	cost := func(name string, want int, call func(ctx context.Context) error) {
		t.Helper()
		before := len(net.Requests)
		if err := call(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := len(net.Requests) - before; got != want {
			t.Errorf("%s costs %d requests, want %d: %q", name, got, want, net.Requests[before:])
		}
	}
	write := func(key string, size int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := b.Write(ctx, buckettest.Object(key, strings.Repeat("x", size)), bucket.Condition{Absent: true})
			return err
		}
	}
	read := func(key string) func(context.Context) error {
		return func(ctx context.Context) error {
			r, _, err := b.Open(ctx, key, 0, -1)
			if err == nil {
				_, err = io.Copy(io.Discard, r)
				r.Close()
			}
			return err
		}
	}
	cost("write", 1, write("feed.xml", 1000))
	cost("write of nothing", 1, write("empty", 0))
	cost("write of a chunk", 1, write("medium", chunkSize))
	cost("write of two chunks and a bit", 1+3, write("large", 2*chunkSize+1))
	cost("read", 2, read("feed.xml"))
	cost("read of nothing", 1, read("empty"))
	cost("set headers", 2, func(ctx context.Context) error {
		_, err := b.SetHeaders(ctx, "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{})
		return err
	})
	cost("set headers that are set", 1, func(ctx context.Context) error {
		_, err := b.SetHeaders(ctx, "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{})
		return err
	})
	cost("delete", 1, func(ctx context.Context) error { return b.Delete(ctx, "empty", bucket.Condition{}) })
	list := func(ctx context.Context) error {
		for _, err := range b.List(ctx, "") {
			if err != nil {
				return err
			}
		}
		return nil
	}
	cost("list", 1, list)
	for i := range 1998 {
		net.Base.(*fake).store(&fakeObject{Name: "k/" + strings.Repeat("x", i), CRC32C: encodeSum(nil)}, nil)
	}
	cost("list of 2,001", 3, list)
}

// inBubble runs a test in a synctest bubble, where pauses take no time.
func inBubble(t *testing.T, test func(t *testing.T, b *Bucket, f *fake, net *faults.Transport)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		net := &faults.Transport{Base: f}
		test(t, open(t, "gs://my-show", net), f, net)
	})
}

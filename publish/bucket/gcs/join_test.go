package gcs

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/internal/faults"
)

// inTwoBuckets runs a test with a public bucket and a private one that has
// feed.xml.
func inTwoBuckets(t *testing.T, test func(t *testing.T, public, private *Bucket, f *fake, net *faults.Transport)) {
	t.Helper()
	inBubble(t, func(t *testing.T, public *Bucket, f *fake, net *faults.Transport) {
		f.private.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("one")), body: []byte("one")}, nil)
		test(t, public, open(t, "gs://my-show-private", net), f, net)
	})
}

func join(t *testing.T, public, private *Bucket) (bucket.Attrs, error) {
	return public.Join(t.Context(), buckettest.Object("new.xml", "one"), []bucket.Part{partOne(private)}, absent)
}

func isPath(part string) func(*http.Request) bool {
	return func(req *http.Request) bool { return strings.Contains(req.URL.Path, part) }
}

// Each step of a join from another bucket meets a temporary fault.
func TestJoinFaults(t *testing.T) {
	t.Parallel()
	for step, match := range map[string]func(*http.Request) bool{
		"compose": isPath("/compose"), "copy": isPath("/rewriteTo/"), "tidy": faults.Method(http.MethodDelete),
	} {
		for name, do := range map[string]faults.Do{
			"503": returns(503, "later"), "breaks": faults.Breaks, "stalls": faults.Stalls, "loses its answer": faults.LosesAnswer,
		} {
			t.Run(step+" "+name, func(t *testing.T) {
				inTwoBuckets(t, func(t *testing.T, public, private *Bucket, f *fake, net *faults.Transport) {
					net.Pending = []faults.Fault{faults.On(match, do)}
					if _, err := join(t, public, private); err != nil {
						t.Error(err)
					}
					if len(net.Pending) != 0 {
						t.Error("no fault was met")
					}
					if o := f.objects["new.xml"]; o == nil || string(o.body) != "one" {
						t.Errorf("new.xml is %+v", o)
					}
					// Objects that could not be deleted, or whose creation was not
					// confirmed, are under JoinedPrefix, where pruning finds them.
					for name := range f.private.objects {
						if name != "feed.xml" && !strings.HasPrefix(name, bucket.JoinedPrefix) {
							t.Errorf("left behind: %s", name)
						}
					}
				})
			})
		}
	}
}

// Another program prunes during a join.
func TestJoinPruned(t *testing.T) {
	t.Parallel()
	inTwoBuckets(t, func(t *testing.T, public, private *Bucket, f *fake, net *faults.Transport) {
		net.Pending = []faults.Fault{faults.On(isPath("/rewriteTo/"), func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
			for name := range f.private.objects {
				if strings.HasPrefix(name, bucket.JoinedPrefix) {
					delete(f.private.objects, name)
				}
			}
			return base.RoundTrip(req)
		})}
		if _, err := join(t, public, private); err != nil {
			t.Error(err)
		}
		if len(net.Pending) != 0 || len(f.private.objects) != 1 {
			t.Errorf("%d faults not met, %d objects in the private bucket", len(net.Pending), len(f.private.objects))
		}
	})
}

// The service composes something wrong without noticing it.
func TestJoinedWrong(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string]func(public, private *Bucket) *Bucket{
		"in the same bucket": func(public, _ *Bucket) *Bucket { return public },
		"in another":         func(_, private *Bucket) *Bucket { return private },
	} {
		t.Run(name, func(t *testing.T) {
			inTwoBuckets(t, func(t *testing.T, public, private *Bucket, f *fake, _ *faults.Transport) {
				f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("one")), body: []byte("one")}, nil)
				wrong := func(o *fakeObject) { o.body = []byte("two"); o.CRC32C = encodeSum(o.body) }
				f.spoil, f.private.spoil = wrong, wrong
				if _, err := join(t, public, parts(public, private)); !errors.Is(err, bucket.ErrBody) {
					t.Errorf("Join = %v, want ErrBody", err)
				}
				if len(f.objects) != 1 || len(f.private.objects) != 1 {
					t.Errorf("%d and %d objects, want just feed.xml in each", len(f.objects), len(f.private.objects))
				}
			})
		})
	}
}

// A join sends hardly any bytes. The test counts the bytes in the bodies of all requests.
func TestJoinTravel(t *testing.T) {
	t.Parallel()
	const megabyte = 1 << 20
	inTwoBuckets(t, func(t *testing.T, public, private *Bucket, f *fake, net *faults.Transport) {
		var parts []bucket.Part
		var all strings.Builder
		put := func(b *Bucket, size int) int64 {
			before := net.Sent
			body := strings.Repeat(fmt.Sprintf("%15d ", len(parts)), size/16)
			a, err := b.Write(t.Context(), buckettest.Object(fmt.Sprintf(".onair/parts/%d", len(parts)), body), absent)
			if err != nil {
				t.Fatal(err)
			}
			parts = append(parts, bucket.Part{Bucket: b, Attrs: a})
			all.WriteString(body)
			return net.Sent - before
		}
		text := put(private, 8<<10)
		cover := put(private, megabyte)
		put(private, 60*megabyte)
		whole := int64(all.Len())

		before, requests := net.Sent, len(net.Requests)
		o := buckettest.Object("audio/1.mp3", all.String())
		o.Body = nil
		if _, err := public.Join(t.Context(), o, parts, absent); err != nil {
			t.Fatal(err)
		}
		joining := net.Sent - before
		if len(net.Requests)-requests != 4 {
			t.Errorf("joining takes %d requests, want compose, two for the copy, and delete: %q", len(net.Requests)-requests, net.Requests[requests:])
		}
		if sent := text + joining; sent > whole/1000 {
			t.Errorf("a new text costs %d bytes, want at most 1/1000 of %d", sent, whole)
		}
		if sent := text + cover + joining; sent > whole/40 {
			t.Errorf("a new cover costs %d bytes, want at most 1/40 of %d", sent, whole)
		}
	})
}

package s3

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/internal/faults"
)

// TestCut cuts an object of three parts, of 3, 0 and 10 bytes.
func TestCut(t *testing.T) {
	t.Parallel()
	parts := []bucket.Part{{Attrs: bucket.Attrs{Key: "a", Size: 3}}, {Attrs: bucket.Attrs{Key: "b"}}, {Attrs: bucket.Attrs{Key: "c", Size: 10}}}
	type slice struct {
		key            string
		offset, length int64
	}
	for _, test := range []struct {
		start, end int64
		want       []slice
	}{
		{0, 2, []slice{{"a", 0, 2}}},
		{0, 3, []slice{{"a", 0, 3}}},
		{0, 5, []slice{{"a", 0, 3}, {"c", 0, 2}}},
		{2, 5, []slice{{"a", 2, 1}, {"c", 0, 2}}},
		{5, 10, []slice{{"c", 2, 5}}},
		{10, 13, []slice{{"c", 7, 3}}},
	} {
		var got []slice
		for _, p := range cut(parts, test.start, test.end) {
			got = append(got, slice{p.Key, p.offset, p.length})
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(slice{})); diff != "" {
			t.Errorf("cut from %d to %d (-want +got):\n%s", test.start, test.end, diff)
		}
	}
}

// TestJoinSends counts the bytes that are sent for joins in parts of 10 bytes.
func TestJoinSends(t *testing.T) {
	t.Parallel()
	b := &Bucket{store: &store{partSize: 10}}
	for _, test := range []struct {
		sizes []int64
		want  int64
	}{
		{[]int64{3, 17}, 20},      // small enough to be sent whole
		{[]int64{3, 18}, 10},      // the first part, with the tag
		{[]int64{3, 97}, 10},      // the same for longer audio
		{[]int64{3, 9, 97}, 20},   // a large tag
		{[]int64{10, 90}, 0},      // cut where the parts end
		{[]int64{3, 0, 97}, 10},   // an empty part
		{[]int64{50, 45, 15}, 10}, // only the second part of the upload, because it comes from two sources
	} {
		if got := b.JoinSends(test.sizes); got != test.want {
			t.Errorf("%d: %d bytes, want %d", test.sizes, got, test.want)
		}
	}
}

// TestUnprovedJoin checks that a join succeeds only if the provider's checksums of the
// copies match, and otherwise leaves nothing behind.
func TestUnprovedJoin(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider provider
		spoil    func([]byte) []byte
	}{
		"says no sums":   {provider{saysNot: true}, nil},
		"sums no wholes": {provider{noFull: true}, nil},
		"knows no sums":  {provider{noCRC: true}, nil},
		"copies wrong":   {provider{}, func(data []byte) []byte { data[0] ^= 1; return data }},
		"copies short":   {provider{}, func(data []byte) []byte { return data[1:] }},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				prepare(t, b, f, net)
				f.provider, f.spoil = test.provider, test.spoil
				if err := call(t.Context(), b, "join"); !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("Join = %v, want ErrUnsupported", err)
				}
				if f.made != 0 || len(f.uploads) != 0 {
					t.Errorf("%d objects made, %d uploads left", f.made, len(f.uploads))
				}

				// Relay stores the same through this machine.
				if _, err := bucket.Relay(t.Context(), b, joinOfLarge(), partsOfLarge(b), absent); err != nil {
					t.Errorf("Relay = %v", err)
				}
				if o := f.objects["my-show/new.mp3"]; o == nil || string(o.body) != "one"+largeBody {
					t.Error("Relay stored something else")
				}
			})
		})
	}
}

// The provider cannot copy ranges, or cannot copy them into an upload with a checksum.
func TestNoRangeCopy(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]faults.Do{
		"not implemented": returns(501, "NotImplemented", "A header you provided implies functionality that is not implemented."),
		"like minio":      returns(400, "InvalidArgument", `Invalid arguments provided: (checksum missing, want "CRC32C", got "")`),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				prepare(t, b, f, net)
				net.Pending = []faults.Fault{faults.On(func(req *http.Request) bool {
					return req.Header.Get("X-Amz-Copy-Source-Range") != ""
				}, do)}
				if err := call(t.Context(), b, "join"); !errors.Is(err, errors.ErrUnsupported) || len(net.Pending) != 0 {
					t.Errorf("Join = %v, want ErrUnsupported", err)
				}
			})
		})
	}
}

// A join receives and sends at most the bytes of one part of the upload, whatever the
// length of the audio. The test counts the bodies of all requests and of the responses to
// GET.
func TestJoinTravel(t *testing.T) {
	t.Parallel()
	const megabyte = 1 << 20
	f := newFake()
	net := &faults.Transport{Base: f}
	received := &counter{base: net}
	public, private := open(t, "s3://my-show"+endpoint, received), open(t, "s3://my-show-private"+endpoint, received)
	var parts []bucket.Part
	var all strings.Builder
	for key, size := range map[string]int{"1-text": 8 << 10, "2-cover": megabyte, "3-audio": 60 * megabyte} {
		a, err := private.Write(t.Context(), buckettest.Object(key, strings.Repeat(key, size/len(key)+1)[:size]), absent)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, bucket.Part{Bucket: private, Attrs: a})
	}
	slices.SortFunc(parts, func(x, y bucket.Part) int { return strings.Compare(x.Key, y.Key) })
	for _, p := range parts {
		body, err := faults.ReadAll(t.Context(), private, p.Key)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(body)
	}
	if err := public.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}

	o := buckettest.Object("audio/1.mp3", all.String())
	o.Body = nil
	net.Sent, net.Requests, received.bytes = 0, nil, 0
	if _, err := public.Join(t.Context(), o, parts, absent); err != nil {
		t.Fatal(err)
	}
	const answers = 64 << 10 // without the bodies of objects
	if net.Sent > defaultPartSize+answers || received.bytes > defaultPartSize+answers {
		t.Errorf("%d bytes up and %d down, want one part of %d at most each", net.Sent, received.bytes, defaultPartSize)
	}
	// A check, the start, three reads, one part, seven copies, and the end.
	if want := 1 + 1 + 3 + 1 + 7 + 1; len(net.Requests) != want {
		t.Errorf("%d requests, want %d: %q", len(net.Requests), want, net.Requests)
	}
	if string(f.objects["my-show/audio/1.mp3"].body) != all.String() {
		t.Error("something else was joined")
	}
}

// counter counts the bytes of the responses to GET.
type counter struct {
	base  http.RoundTripper
	bytes int64
}

func (c *counter) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.base.RoundTrip(req)
	if err == nil && req.Method == http.MethodGet {
		c.bytes += resp.ContentLength
	}
	return resp, err
}

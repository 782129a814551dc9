package s3

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/internal/faults"
)

// secret is a text that must not appear in messages.
const secret = "CANARY"

func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": secret + "-key", "AWS_SESSION_TOKEN": secret + "-token",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		_ = os.Setenv(name, value)
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_CA_BUNDLE"} {
		_ = os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

const endpoint = "?endpoint=https://s3.example"

// open returns a bucket whose requests go to rt.
func open(t *testing.T, rawURL string, rt http.RoundTripper) *Bucket {
	t.Helper()
	b, err := Open(t.Context(), rawURL, &Options{HTTPClient: &http.Client{Transport: rt}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hasty makes a bucket pause briefly, on the real clock.
func hasty(b *Bucket) *Bucket {
	b.calls.Policy.First = time.Microsecond
	return b
}

// TestBucket runs the conformance suite with Amazon's behaviour and with that of
// other providers.
func TestBucket(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider provider
		large    int // size of the object to join; above 16 MiB it is joined in parts
	}{
		"amazon":           {provider{}, 17 << 20},
		"like r2":          {provider{noFull: true}, 0},
		"like b2":          {provider{noCRC: true, noTarget: true}, 0},
		"writes bare keys": {provider{noURL: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var f *fake
			buckettest.Run(t, func(t *testing.T) bucket.Bucket {
				f = newFake()
				f.pageCap = 7
				f.provider = test.provider
				return hasty(open(t, "s3://my-show"+endpoint, f))
			}, &buckettest.Options{
				ManyKeys: 30,
				Racers:   20,
				Large:    test.large,
				Sibling: func(t *testing.T, _ bucket.Bucket) bucket.Bucket {
					return hasty(open(t, "s3://my-show-private"+endpoint, f))
				},
			})
			if len(f.uploads) != 0 {
				t.Errorf("%d uploads are left", len(f.uploads))
			}
		})
	}
}

func TestBucketWithPrefix(t *testing.T) {
	t.Parallel()
	buckettest.Run(t, func(t *testing.T) bucket.Bucket {
		f := newFake()
		for _, name := range []string{"feed.xml", "showcase", "show", "show.xml", "shop/feed.xml", "zzz"} {
			f.put("my-show/"+name, "")
		}
		return hasty(open(t, "s3://my-show/show/"+endpoint, f))
	}, &buckettest.Options{ManyKeys: 30, Racers: 20})
}

func TestURL(t *testing.T) {
	t.Parallel()
	amazon := location{name: "my-show"}
	for _, test := range []struct {
		url   string
		want  location
		fails string
	}{
		{url: "s3://my-show", want: amazon},
		{url: "s3://my-show/", want: amazon},
		{url: "s3://my_show.example.com/a/b", want: location{name: "my_show.example.com", prefix: "a/b/"}},
		{url: "s3://my-show/a%20b/?region=eu-central-1", want: location{name: "my-show", prefix: "a%20b/", region: "eu-central-1"}},
		{url: "s3://my-show?endpoint=https://s3.example/&path_style=false", want: location{name: "my-show", endpoint: "https://s3.example", given: true}},
		{url: "s3://my-show?endpoint=http%3A%2F%2F127.0.0.1%3A7070&path_style=true", want: location{name: "my-show", endpoint: "http://127.0.0.1:7070", given: true, pathStyle: true}},
		{url: "s3://", fails: "not the name of a bucket"},
		{url: "s3:///feed.xml", fails: "not the name of a bucket"},
		{url: "s3://My-Show", fails: "not the name of a bucket"},
		{url: "s3://AKIA:CANARY@my-show", fails: "credentials do not belong in a URL"},
		{url: "s3://my-show/a//b", fails: "bad segment"},
		{url: "s3://my-show/../other", fails: "bad segment"},
		{url: "s3://my-show/a#CANARY", fails: "no fragment"},
		{url: "s3://my-show?secret_key=CANARY", fails: "and no other"},
		{url: "s3://my-show?region=a&region=b", fails: "region is given twice"},
		{url: "s3://my-show?region=", fails: "want a name such as"},
		{url: "s3://my-show?region=eu/../CANARY", fails: "want a name such as"},
		{url: "s3://my-show?path_style=maybe", fails: "want true or false"},
		{url: "s3://my-show?endpoint=s3.example", fails: "want the address of a server"},
		{url: "s3://my-show?endpoint=ftp://s3.example", fails: "want the address of a server"},
		{url: "s3://my-show?endpoint=https://key:CANARY@s3.example", fails: "want the address of a server"},
		{url: "s3://my-show?endpoint=https://s3.example/path", fails: "want the address of a server"},
		{url: "s3://my-show?endpoint=https://s3.example%3FCANARY", fails: "want the address of a server"},
		{url: "s3://my-show?endpoint=%zz", fails: "not a query"},
		{url: "s3://my-show?endpoint=https://my-show.s3.eu-central-1.amazonaws.com", fails: "my-show, does not belong in it: write endpoint=https://s3.eu-central-1.amazonaws.com"},
		{url: "s3://my-show?endpoint=https://my-show.acc.r2.cloudflarestorage.com&region=auto", fails: "write endpoint=https://acc.r2.cloudflarestorage.com"},
		{url: "s3://my-show/a?endpoint=http://my-show.127.0.0.1:7070", fails: "write endpoint=http://127.0.0.1:7070"},
		{url: "s3://my-show?endpoint=https://s3.example/my-show/", fails: "write endpoint=https://s3.example"},
		{url: "s3://minio?endpoint=https://minio.example.com&path_style=true", want: location{name: "minio", endpoint: "https://minio.example.com", given: true, pathStyle: true}},
		{url: "s3://minio?endpoint=https://minio.localhost", want: location{name: "minio", endpoint: "https://minio.localhost"}},
		{url: "gs://my-show", fails: "want s3://bucket"},
		{url: "my-show", fails: "want s3://bucket"},
	} {
		got, err := parse(test.url)
		if test.fails != "" {
			if err == nil || !strings.Contains(err.Error(), test.fails) || strings.Contains(test.fails, "credentials") && strings.Contains(err.Error(), secret) {
				t.Errorf("parse(%q) = %v, want an error that says %q", test.url, err, test.fails)
			}
			continue
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(location{})); err != nil || diff != "" {
			t.Errorf("parse(%q): %v (-want +got):\n%s", test.url, err, diff)
		}
	}
	const configured = "s3://my-show/a/" + endpoint
	if b := open(t, configured, newFake()); b.URL() != configured {
		t.Errorf("URL() = %q", b.URL())
	}
}

// TestRequest checks the addresses of requests.
func TestRequest(t *testing.T) {
	for _, test := range []struct{ url, endpoint, region, want string }{
		{"s3://my-show/a?region=eu-central-1", "", "", "https://my-show.s3.eu-central-1.amazonaws.com/a/feed.xml"},
		{"s3://my-show", "", "eu-west-1", "https://my-show.s3.eu-west-1.amazonaws.com/feed.xml"},
		{"s3://my-show?region=eu-west-1&path_style=true", "", "", "https://s3.eu-west-1.amazonaws.com/my-show/feed.xml"},
		{"s3://my-show?endpoint=https://s3.example", "", "", "https://s3.example/my-show/feed.xml"},
		{"s3://my-show?endpoint=https://s3.example&path_style=false", "", "", "https://my-show.s3.example/feed.xml"},
		{"s3://my-show", "https://s3.example", "", "https://s3.example/my-show/feed.xml"},
	} {
		t.Run(test.url, func(t *testing.T) {
			t.Setenv("AWS_ENDPOINT_URL_S3", test.endpoint)
			t.Setenv("AWS_REGION", test.region)
			var got string
			b := open(t, test.url, roundTripper(func(req *http.Request) (*http.Response, error) {
				got = req.URL.Scheme + "://" + req.URL.Host + req.URL.Path
				return failure(403, "AccessDenied", "no"), nil
			}))
			if _, err := b.Stat(t.Context(), "feed.xml"); !errors.Is(err, bucket.ErrDenied) {
				t.Errorf("Stat = %v, want ErrDenied", err)
			}
			if got != test.want {
				t.Errorf("asked %s, want %s", got, test.want)
			}
		})
	}
}

// A proxy may change Accept-Encoding, so it must be sent and not be signed.
func TestEncodingIsNotSigned(t *testing.T) {
	t.Parallel()
	b := open(t, "s3://my-show"+endpoint, roundTripper(func(req *http.Request) (*http.Response, error) {
		if signed := req.Header.Get("Authorization"); !strings.Contains(signed, "SignedHeaders=") || strings.Contains(signed, "accept-encoding") {
			t.Errorf("%s: Authorization is %q", req.Method, signed)
		}
		if got := req.Header["Accept-Encoding"]; len(got) != 1 || got[0] != "identity" {
			t.Errorf("%s: Accept-Encoding is %q", req.Method, got)
		}
		return failure(403, "AccessDenied", "no"), nil
	}))
	for _, name := range []string{"write", "read", "look", "set headers", "delete", "list"} {
		if err := call(t.Context(), b, name); !errors.Is(err, bucket.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestOpenFails(t *testing.T) {
	for _, test := range []struct {
		name, url string
		env       map[string]string
		denied    bool
		want      []string
	}{
		{"no credentials", "s3://my-show" + endpoint, map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, true,
			[]string{"open s3://my-show/: permission denied: no S3 credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"}},
		{"no such profile", "s3://my-show" + endpoint, map[string]string{"AWS_PROFILE": "podcast"}, true,
			[]string{"permission denied", "podcast", "AWS_PROFILE"}},
		{"no region", "s3://my-show", nil, false, []string{"no region: add ?region="}},
		{"key in the URL", "s3://" + secret + ":" + secret + "@my-show", nil, false, []string{"credentials do not belong in a URL"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			_, err := Open(t.Context(), test.url, nil)
			if err == nil || errors.Is(err, bucket.ErrDenied) != test.denied {
				t.Fatalf("Open = %v, want an error; denied: %t", err, test.denied)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error shows a secret, or has lines: %q", err)
			}
		})
	}
}

// A key of valid length can be too long with its prefix.
func TestLongKey(t *testing.T) {
	t.Parallel()
	b := open(t, "s3://my-show/prefix"+endpoint, newFake())
	_, err := b.Write(t.Context(), buckettest.Object(strings.Repeat("x", 1020), ""), bucket.Condition{})
	if err == nil || !strings.Contains(err.Error(), "longer than 1024 bytes with its prefix") {
		t.Errorf("Write = %v", err)
	}
}

// Objects of other programs may have names that are not valid keys, headers that onair
// does not write, and no known checksum.
func TestForeignObjects(t *testing.T) {
	t.Parallel()
	f := newFake()
	for _, name := range []string{"episodes/", "a//b", "bell\x07", "feed.xml"} {
		f.put("my-show/"+name, "one")
	}
	f.objects["my-show/feed.xml"].header.Set("X-Amz-Meta-Made-By", "Hand")
	b := open(t, "s3://my-show"+endpoint, f)
	var keys []string
	for a, err := range b.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, a.Key)
	}
	if diff := cmp.Diff([]string{"feed.xml"}, keys); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	a, err := b.Stat(t.Context(), "feed.xml")
	want := bucket.Headers{ContentType: "text/plain", Metadata: map[string]string{"made-by": "Hand"}}
	if diff := cmp.Diff(want, a.Headers); err != nil || diff != "" || a.CRC32C != 0 || a.Size != 3 {
		t.Errorf("Stat = %+v, %v (-want +got):\n%s", a, err, diff)
	}
	if body, err := faults.ReadAll(t.Context(), b, "feed.xml"); body != "one" || err != nil {
		t.Errorf("read %q, %v", body, err)
	}
	// A change of headers does not invent a checksum.
	if a, err = b.SetHeaders(t.Context(), "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{}); err != nil || a.CRC32C != 0 {
		t.Errorf("SetHeaders = %+v, %v", a, err)
	}
}

// The version token of another provider matches no object.
func TestForeignVersion(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.put("my-show/feed.xml", "one")
	b := open(t, "s3://my-show"+endpoint, f)
	for _, version := range []string{"1700000000000000", `x", "y`, "a\r\nb", "*"} {
		if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "x"), bucket.Condition{Version: version}); !errors.Is(err, bucket.ErrPrecondition) {
			t.Errorf("Write at version %q = %v, want ErrPrecondition", version, err)
		}
	}
}

// TestRequests checks how many requests each call makes. A listing makes one for
// each thousand objects.
func TestRequests(t *testing.T) {
	t.Parallel()
	f := newFake()
	net := &faults.Transport{Base: f}
	b := open(t, "s3://my-show"+endpoint, net)
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
	write := func(key string, size int, cond bucket.Condition) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := b.Write(ctx, buckettest.Object(key, strings.Repeat("x", size)), cond)
			return err
		}
	}
	read := func(key string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := faults.ReadAll(ctx, b, key)
			return err
		}
	}
	absent := bucket.Condition{Absent: true}
	cost("first probe of all", 3, b.Probe)
	cost("write", 1, write("feed.xml", 1000, absent))
	cost("write of nothing", 1, write("empty", 0, absent))
	cost("largest write in one", 1, write("medium", 16<<20, absent))
	cost("write in three parts, and a look first", 1+5, write("large", 16<<20+1, absent))
	cost("the same whatever is there", 5, write("large", 16<<20+1, bucket.Condition{}))
	cost("look", 1, func(ctx context.Context) error { _, err := b.Stat(ctx, "feed.xml"); return err })
	cost("read", 2, read("feed.xml"))
	cost("read of nothing", 1, read("empty"))
	for _, want := range []int{2, 1} { // the second time the headers are already right
		cost("set headers", want, func(ctx context.Context) error {
			_, err := b.SetHeaders(ctx, "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{})
			return err
		})
	}
	cost("delete", 2, func(ctx context.Context) error { return b.Delete(ctx, "empty", bucket.Condition{}) })
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
		f.put("my-show/k/"+strings.Repeat("x", i), "")
	}
	cost("list of 2,002", 3, list)
	cost("probe in a later process", 2, open(t, "s3://my-show"+endpoint, net).Probe)
}

// testPart is the size of parts in tests that do not depend on the size.
const testPart = 16 << 10

// openSmall returns a bucket with small parts, and its network.
func openSmall(t *testing.T) (*Bucket, *faults.Transport) {
	t.Helper()
	f := newFake()
	net := &faults.Transport{Base: f}
	b := open(t, "s3://my-show"+endpoint, net)
	b.store.partSize, f.minPart = testPart, testPart
	return b, net
}

// inBubble runs a test in a synctest bubble, where pauses take no time.
func inBubble(t *testing.T, test func(t *testing.T, b *Bucket, f *fake, net *faults.Transport)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b, net := openSmall(t)
		test(t, b, net.Base.(*fake), net)
	})
}

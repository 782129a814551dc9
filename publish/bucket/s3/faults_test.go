package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/internal/faults"
)

// one is the version of an object with the body "one".
const one = "f97c5d29941bfb1b2fdab0874906ab82"

var absent = bucket.Condition{Absent: true}

// newSuite returns the suite of faults for fakes. Each Open stores its new fake in *f.
func newSuite(f **fake) *faults.Suite {
	denied := bucket.ErrDenied
	return &faults.Suite{
		Open: func(t *testing.T) (bucket.Bucket, *faults.Transport) {
			b, net := openSmall(t)
			*f = net.Base.(*fake)
			prepare(t, b, *f, net)
			t.Cleanup(func() {
				for id := range (*f).uploads {
					t.Errorf("%s is left", id)
				}
			})
			return b, net
		},
		Version: one,
		Listed:  2,
		Large:   largeBody,
		Limit:   6 * time.Minute,
		Calls: map[string]func(ctx context.Context, b bucket.Bucket) error{
			"look": func(ctx context.Context, b bucket.Bucket) error {
				_, err := b.(*Bucket).Stat(ctx, "feed.xml")
				return err
			},
			"join": func(ctx context.Context, b bucket.Bucket) error {
				_, err := b.(*Bucket).Join(ctx, joinOfLarge(), partsOfLarge(b), absent)
				return err
			},
		},
		Temporary: map[string]faults.Do{
			"408":               returns(408, "", ""),
			"429":               returns(429, "SlowDown", "slow down"),
			"400 timeout":       returns(400, "RequestTimeout", "Your socket connection was not read from."),
			"409":               returns(409, "ConditionalRequestConflict", "A conflicting operation occurred."),
			"500":               returns(500, "InternalError", "We encountered an internal error."),
			"502":               returns(502, "", ""),
			"503":               returns(503, "", ""),
			"connection breaks": faults.Breaks,
			"connection stalls": faults.Stalls,
		},
		Lasting: map[string]faults.Do{"503": returns(503, "SlowDown", "later"), "connection stalls": faults.Stalls},
		Final: map[string]faults.Final{
			"400":                    {Do: returns(400, "InvalidArgument", "Bad name."), Text: "Bad name."},
			"403":                    {Do: returns(403, "AccessDenied", "Access Denied"), Want: denied, Text: "permission denied: Access Denied"},
			"403 of HEAD":            {Do: returns(403, "", ""), Want: denied, Text: "permission denied: status 403 forbidden"},
			"expired":                {Do: returns(400, "ExpiredToken", "The provided token has expired."), Want: denied, Text: "permission denied: The provided token has expired."},
			"wrong clock":            {Do: returns(403, "RequestTimeTooSkewed", "The difference is too large."), Text: "the clock of this machine is wrong"},
			"other region":           {Do: returns(400, "AuthorizationHeaderMalformed", "the region 'us-east-1' is wrong; expecting 'eu-central-1'"), Text: "the bucket is in the region eu-central-1: write s3://my-show?endpoint=https://s3.example&region=eu-central-1"},
			"redirected":             {Do: returns(301, "PermanentRedirect", "must be addressed using the specified endpoint"), Text: "another region"},
			"named region":           {Do: inRegion(301, "PermanentRedirect", "ap-south-1"), Text: "in the region ap-south-1: write s3://my-show?endpoint=https://s3.example&region=ap-south-1"},
			"HEAD of another region": {Do: inRegion(400, "", "us-west-2"), Text: "in the region us-west-2: write"},
			"new bucket":             {Do: inRegion(307, "TemporaryRedirect", "eu-west-3"), Text: "in the region eu-west-3: write"},
			"not a region":           {Do: inRegion(301, "PermanentRedirect", "eu-west-3 <b>"), Text: "another region"},
			"412 of a policy":        {Do: returns(412, "PreconditionFailed", "Denied by a retention policy."), Want: denied, Text: "permission denied: Denied by a retention policy."},
			"not for us":             {Do: returns(405, "MethodNotAllowed", "no"), Text: "no"},
		},
		Commits: commits,
		Spares:  aborts,
	}
}

// TestFaults makes every kind of call while networks and servers fail.
func TestFaults(t *testing.T) { newSuite(new(*fake)).Run(t) }

// The answer to a successful call is lost. The call must find out that it has
// succeeded.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	var f *fake
	newSuite(&f).LostAnswers(t, []string{"write", "write large", "set headers", "delete", "join"}, func() int { return f.made })
}

// inRegion answers that a bucket is in another region.
func inRegion(status int, name, region string) faults.Do {
	return func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := returns(status, name, "")(base, req)
		resp.Header.Set("X-Amz-Bucket-Region", region)
		return resp, err
	}
}

// call makes the call of the suite with this name.
func call(ctx context.Context, b *Bucket, name string) error {
	return newSuite(new(*fake)).Call(ctx, b, name)
}

// largeBody has three parts.
var largeBody = strings.Repeat("0123456789abcdef", testPart/16*2+1)

func large(key string) *bucket.Object { return buckettest.Object(key, largeBody) }

func joinOfLarge() *bucket.Object {
	o := buckettest.Object("new.mp3", "one"+largeBody)
	o.Body = nil
	return o
}

func partsOfLarge(b bucket.Bucket) []bucket.Part {
	return []bucket.Part{foreign(b, "feed.xml", "one"), foreign(b, "old.mp3", largeBody)}
}

// foreign returns, as a part, a stored object that another program has written.
func foreign(b bucket.Bucket, key, body string) bucket.Part {
	return bucket.Part{Bucket: b, Attrs: bucket.Attrs{Key: key, Size: int64(len(body)), Version: strings.Trim(etagOf([]byte(body)), `"`)}}
}

// prepare fills a bucket and makes it probe preconditions.
func prepare(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
	t.Helper()
	f.put("my-show/feed.xml", "one")
	f.put("my-show/old.mp3", largeBody)
	if err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	net.Requests, f.made = nil, 0
}

// aborts matches the abort of an upload, which is tried only once.
func aborts(req *http.Request) bool {
	return req.Method == http.MethodDelete && req.URL.Query().Has("uploadId")
}

func TestNoBucket(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"write", "write large", "read", "look", "set headers", "delete", "list", "join"} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ *Bucket, _ *fake, net *faults.Transport) {
				err := call(t.Context(), open(t, "s3://no-show"+endpoint, net), name)
				if !errors.Is(err, bucket.ErrNoBucket) || errors.Is(err, bucket.ErrNotExist) {
					t.Errorf("error is %v, want ErrNoBucket", err)
				}
			})
		})
	}
}

// commits reports whether a request changes the listing.
func commits(req *http.Request) bool {
	q := req.URL.Query()
	switch req.Method {
	case http.MethodPut:
		return !q.Has("partNumber")
	case http.MethodPost:
		return q.Has("uploadId")
	}
	return req.Method == http.MethodDelete && !q.Has("uploadId")
}

// The answer to a write is lost, and another program writes before the next try.
func TestLostAnswerThenOther(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		key   string
		other func(f *fake, name string)
	}{
		"write":       {"new.xml", func(f *fake, name string) { f.put(name, "not") }},
		"headers":     {"new.xml", func(f *fake, name string) { f.objects[name].header.Set("Cache-Control", "no-store") }},
		"deleted":     {"new.xml", func(f *fake, name string) { f.put(name, "not"); f.objects[name].etag = `"x"` }},
		"write large": {"new.mp3", func(f *fake, name string) { f.put(name, "not") }},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				prepare(t, b, f, net)
				net.Pending = []faults.Fault{faults.On(commits, func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
					resp, err := faults.LosesAnswer(base, req)
					test.other(f, "my-show/"+test.key)
					return resp, err
				})}
				name := "write"
				if test.key == "new.mp3" {
					name = "write large"
				}
				if err := call(t.Context(), b, name); !errors.Is(err, bucket.ErrPrecondition) {
					t.Errorf("Write = %v, want ErrPrecondition", err)
				}
			})
		})
	}
}

// A fault hits one part of a large upload. The part is repeated, or the whole upload.
func TestLargeUpload(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do    faults.Do
		begun int // uploads in all
	}{
		"cut":         {faults.Breaks, 1},
		"503":         {returns(503, "SlowDown", "later"), 1},
		"stalled":     {faults.Stalls, 1},
		"answer lost": {faults.LosesAnswer, 1},
		"forgotten":   {returns(404, "NoSuchUpload", "The specified upload does not exist."), 2},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				prepare(t, b, f, net)
				net.Pending = []faults.Fault{faults.On(func(req *http.Request) bool { return req.URL.Query().Get("partNumber") == "2" }, test.do)}
				a, err := b.Write(t.Context(), large("new.mp3"), absent)
				if err != nil {
					t.Fatal(err)
				}
				if want := large("new.mp3"); a.Size != want.Size || a.CRC32C != want.CRC32C || string(f.objects["my-show/new.mp3"].body) != largeBody {
					t.Errorf("Write = %+v, want what was written", a)
				}
				begun := 0
				for _, r := range net.Requests {
					if strings.HasPrefix(r, http.MethodPost) {
						begun++
					}
				}
				if len(net.Pending) != 0 || f.made != 1 || begun-1 != test.begun {
					t.Errorf("%d faults not met, %d objects made, %d uploads begun; want 0, 1 and %d", len(net.Pending), f.made, begun-1, test.begun)
				}
				if len(f.uploads) != 0 {
					t.Errorf("%d uploads are left", len(f.uploads))
				}
			})
		})
	}
}

// A byte changes on the way: the server refuses it, and the request is repeated.
func TestSpoiledUpload(t *testing.T) {
	t.Parallel()
	flip := func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body[0] ^= 1
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(strings.NewReader(string(body)))
		return base.RoundTrip(req)
	}
	for _, kind := range []provider{{}, {noCRC: true}} {
		for _, name := range []string{"write", "write large"} {
			t.Run(fmt.Sprintf("%s, %+v", name, kind), func(t *testing.T) {
				inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
					f.provider = kind
					prepare(t, b, f, net)
					b.store.noCRC.Store(kind.noCRC)
					net.Pending = []faults.Fault{faults.On(func(req *http.Request) bool {
						return req.Method == http.MethodPut && req.ContentLength > 0
					}, flip)}
					if err := call(t.Context(), b, name); err != nil {
						t.Error(err)
					}
					if len(net.Pending) != 0 || f.made != 1 {
						t.Errorf("%d faults not met, %d objects made", len(net.Pending), f.made)
					}
				})
			})
		}
	}
}

// A body that does not have the announced checksum is not sent again, and nothing of the
// first try remains.
func TestWrongBodyIsNotRetried(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		prepare(t, b, f, net)
		o := large("new.mp3")
		o.CRC32C++
		if _, err := b.Write(t.Context(), o, absent); !errors.Is(err, bucket.ErrBody) {
			t.Errorf("Write = %v, want ErrBody", err)
		}
		// A check, the start, the parts, and the end.
		if len(net.Requests) > 1+1+3+1 || f.made != 0 || len(f.uploads) != 0 {
			t.Errorf("%d requests, %d objects made, %d uploads left", len(net.Requests), f.made, len(f.uploads))
		}
	})
}

// Another program writes between a check and the request that follows it.
func TestReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	meanwhile := func(f *fake) faults.Fault {
		return faults.On(faults.Method(http.MethodHead), func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := base.RoundTrip(req)
			f.put("my-show/feed.xml", "two")
			return resp, err
		})
	}
	for name, test := range map[string]struct {
		call func(ctx context.Context, b *Bucket) error
		want error
	}{
		"open": {func(ctx context.Context, b *Bucket) error {
			body, err := faults.ReadAll(ctx, b, "feed.xml")
			if err == nil && body != "two" {
				err = fmt.Errorf("read %q", body)
			}
			return err
		}, nil},
		"set headers of that version": {func(ctx context.Context, b *Bucket) error { return call(ctx, b, "set headers") }, bucket.ErrPrecondition},
		"set headers of any version": {func(ctx context.Context, b *Bucket) error {
			_, err := b.SetHeaders(ctx, "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{})
			return err
		}, nil},
		"delete that version": {func(ctx context.Context, b *Bucket) error { return call(ctx, b, "delete") }, bucket.ErrPrecondition},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				prepare(t, b, f, net)
				net.Pending = []faults.Fault{meanwhile(f)}
				if err := test.call(t.Context(), b); !errors.Is(err, test.want) {
					t.Errorf("error is %v, want %v", err, test.want)
				}
				if o := f.objects["my-show/feed.xml"]; o == nil || string(o.body) != "two" {
					t.Errorf("what the other wrote is gone: %+v", o)
				}
			})
		})
	}
}

// Errors contain no secrets, whatever verb prints them.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]faults.Do{
		"EOF": faults.Breaks, "503": returns(503, "", ""), "stall": faults.Stalls,
		"403": returns(403, "SignatureDoesNotMatch", "see https://s3.example/x?X-Amz-Security-Token="+secret+" for more"),
		"own error": func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
			faults.Drain(req)
			return nil, fmt.Errorf("dial %s?X-Amz-Security-Token=%s", req.URL, req.Header.Get("X-Amz-Security-Token"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []string{"write", "write large", "read", "set headers", "delete", "list", "join"} {
				inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
					prepare(t, b, f, net)
					for range 200 {
						net.Pending = append(net.Pending, faults.On(faults.Always, do))
					}
					err := call(t.Context(), b, kind)
					if err == nil {
						t.Fatalf("%s succeeds", kind)
					}
					for e := err; e != nil; e = errors.Unwrap(e) {
						if strings.Contains(fmt.Sprintf("%v %+v %#v", e, e, e), secret) {
							t.Errorf("error shows a secret: %v", e)
						}
					}
				})
			}
		})
	}
}

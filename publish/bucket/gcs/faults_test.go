package gcs

import (
	"context"
	"errors"
	"fmt"
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

var absent = bucket.Condition{Absent: true}

// newSuite returns the suite of faults for fakes. Each Open stores its new fake in *f.
func newSuite(f **fake) *faults.Suite {
	return &faults.Suite{
		Open: func(t *testing.T) (bucket.Bucket, *faults.Transport) {
			*f = newFake()
			(*f).store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("one")), body: []byte("one")}, nil)
			net := &faults.Transport{Base: *f}
			return open(t, "gs://my-show", net), net
		},
		Version: "1",
		Listed:  1,
		Large:   strings.Repeat("0123456789abcdef", chunkSize/16*2+1),
		Limit:   5*time.Minute + 2*3*chunkSize/(32<<10)*time.Second,
		Calls: map[string]func(ctx context.Context, b bucket.Bucket) error{
			"join": func(ctx context.Context, b bucket.Bucket) error {
				_, err := b.(*Bucket).Join(ctx, buckettest.Object("new.xml", "one"), []bucket.Part{partOne(b)}, absent)
				return err
			},
		},
		Temporary: map[string]faults.Do{
			"408":               returns(408, "timeout"),
			"429":               returns(429, "slow down"),
			"500":               returns(500, ""),
			"502":               returns(502, nil),
			"503":               returns(503, "later"),
			"connection breaks": faults.Breaks,
			"connection stalls": faults.Stalls,
			"answer is cut":     faults.CutsBody(5, faults.Failing(io.ErrUnexpectedEOF)),
			"answer is garbled": faults.CutsBody(0, strings.NewReader("<html>")),
		},
		Lasting: map[string]faults.Do{"503": returns(503, "later"), "connection stalls": faults.Stalls},
		Final: map[string]faults.Final{
			"400":             {Do: returns(400, "Bad name."), Text: "Bad name."},
			"401":             {Do: returns(401, "Anonymous caller does not have storage.objects.get access."), Want: bucket.ErrDenied, Text: "permission denied: Anonymous caller"},
			"403":             {Do: returns(403, "me@example.com does not have access."), Want: bucket.ErrDenied, Text: "permission denied: me@example.com does not"},
			"412 of a policy": {Do: returns(412, "Request violates constraint 'constraints/storage.publicAccessPrevention', conditionNotMet"), Want: bucket.ErrDenied, Text: "permission denied: Request violates constraint"},
			"412 of another":  {Do: returns(412, "The organization policy forbids it."), Want: bucket.ErrDenied, Text: "The organization policy forbids it."},
			"403 as HTML":     {Do: returns(403, nil), Want: bucket.ErrDenied, Text: "permission denied: status 403 forbidden"},
		},
		Commits: commits,
	}
}

// TestFaults makes every kind of call while networks and servers fail.
func TestFaults(t *testing.T) { newSuite(new(*fake)).Run(t) }

// The answer to a successful call is lost. The call must find out that it has
// succeeded.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	var f *fake
	newSuite(&f).LostAnswers(t, []string{"write", "write large", "set headers", "delete", "join"}, func() int { return int(f.generation) })
}

// partOne returns feed.xml as a part.
func partOne(b bucket.Bucket) bucket.Part {
	o := buckettest.Object("feed.xml", "one")
	return bucket.Part{Bucket: b, Attrs: bucket.Attrs{Key: o.Key, Size: o.Size, CRC32C: o.CRC32C, Version: "1"}}
}

func large(key string) *bucket.Object {
	return buckettest.Object(key, strings.Repeat("0123456789abcdef", chunkSize/16*2+1))
}

func TestNoBucket(t *testing.T) {
	t.Parallel()
	suite := newSuite(new(*fake))
	for _, name := range []string{"write", "write large", "read", "set headers", "delete", "list", "join"} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ *Bucket, _ *fake, net *faults.Transport) {
				err := suite.Call(t.Context(), open(t, "gs://no-show", net), name)
				if !errors.Is(err, bucket.ErrNoBucket) || errors.Is(err, bucket.ErrNotExist) {
					t.Errorf("error is %v, want ErrNoBucket", err)
				}
			})
		})
	}
}

// The bucket's existence is checked once, not for every missing object.
func TestNotExistIsCheap(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, _ *fake, net *faults.Transport) {
		for range 3 {
			if err := b.Delete(t.Context(), "missing", bucket.Condition{}); !errors.Is(err, bucket.ErrNotExist) {
				t.Errorf("Delete = %v, want ErrNotExist", err)
			}
			if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "x"), bucket.Condition{}); err != nil {
				t.Error(err)
			}
		}
		if want := 3 + 1 + 3; len(net.Requests) != want {
			t.Errorf("%d requests, want %d: %q", len(net.Requests), want, net.Requests)
		}
	})
}

// The answer to a write is lost, and another program writes before the next try.
func TestLostAnswerThenOther(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]func(f *fake){
		"other bytes": func(f *fake) {
			f.store(&fakeObject{Name: "new.xml", CRC32C: encodeSum([]byte("not")), body: []byte("not")}, nil)
		},
		"other headers": func(f *fake) { f.objects["new.xml"].CacheControl = "no-store" },
		"other metadata": func(f *fake) {
			f.objects["new.xml"].Metadata = map[string]string{"sha256": "0"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				net.Pending = []faults.Fault{faults.On(faults.Method(http.MethodPost), func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
					resp, err := faults.LosesAnswer(base, req)
					other(f)
					return resp, err
				})}
				if err := newSuite(nil).Call(t.Context(), b, "write"); !errors.Is(err, bucket.ErrPrecondition) {
					t.Errorf("Write = %v, want ErrPrecondition", err)
				}
			})
		})
	}
	t.Run("deleted", func(t *testing.T) {
		inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
			a, err := b.Write(t.Context(), buckettest.Object("new.xml", "old"), bucket.Condition{})
			if err != nil {
				t.Fatal(err)
			}
			net.Pending = []faults.Fault{faults.On(faults.Method(http.MethodPost), func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
				resp, err := faults.LosesAnswer(base, req)
				delete(f.objects, "new.xml")
				return resp, err
			})}
			if _, err := b.Write(t.Context(), buckettest.Object("new.xml", "new"), bucket.Condition{Version: a.Version}); !errors.Is(err, bucket.ErrPrecondition) {
				t.Errorf("Write = %v, want ErrPrecondition", err)
			}
		})
	})
}

// A large upload succeeds although the request with its second chunk fails once.
func TestLargeUpload(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]faults.Do{
		"cut in a chunk":      faults.Breaks,
		"503 for a chunk":     returns(503, "later"),
		"session forgotten":   returns(404, ""),
		"session over":        returns(410, "Gone"),
		"stalled in a chunk":  faults.Stalls,
		"answer to chunk cut": faults.LosesAnswer,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				chunks := 0
				second := func(req *http.Request) bool {
					if isChunk(req) {
						chunks++
					}
					return chunks == 2
				}
				net.Pending = []faults.Fault{faults.On(second, do)}
				a, err := b.Write(t.Context(), large("new.mp3"), absent)
				if err != nil {
					t.Fatal(err)
				}
				if want := large("new.mp3"); a.Size != want.Size || a.CRC32C != want.CRC32C {
					t.Errorf("Write = %+v, want size and sum of what was written", a)
				}
				if len(net.Pending) != 0 || f.generation != 1 {
					t.Errorf("%d faults not met, %d generations made; want 0 and 1", len(net.Pending), f.generation)
				}
			})
		})
	}
}

// A byte changes on the way: the server refuses it, and the write is repeated.
func TestSpoiledUpload(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		net.Pending = []faults.Fault{faults.On(faults.Method(http.MethodPost), func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return nil, err
			}
			req = req.Clone(req.Context())
			req.Body = io.NopCloser(strings.NewReader(strings.Replace(string(body), "<rss/>", "<rsS/>", 1)))
			return base.RoundTrip(req)
		})}
		if _, err := b.Write(t.Context(), buckettest.Object("feed.xml", "<rss/>"), absent); err != nil {
			t.Error(err)
		}
		if got := string(f.objects["feed.xml"].body); got != "<rss/>" {
			t.Errorf("stored %q", got)
		}
	})
}

// A body that does not have the announced checksum is not sent again.
func TestWrongBodyIsNotRetried(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		o := large("new.mp3")
		o.CRC32C++
		if _, err := b.Write(t.Context(), o, absent); !errors.Is(err, bucket.ErrBody) {
			t.Errorf("Write = %v, want ErrBody", err)
		}
		synctest.Wait() // the client's last request goes on in the background
		posts := 0
		for _, r := range net.Requests {
			if strings.HasPrefix(r, "POST /upload/storage/v1/b/my-show/o") {
				posts++
			}
		}
		if posts > 1+3 || len(f.objects) != 0 {
			t.Errorf("%d requests and %d objects, want one try and none", posts, len(f.objects))
		}
	})
}

// The object is replaced between the request for its attributes and the request for its
// bytes.
func TestReplacedWhileOpened(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("one")), body: []byte("one")}, nil)
		net.Pending = []faults.Fault{faults.On(isMedia, func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
			f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("two")), body: []byte("two")}, nil)
			return base.RoundTrip(req)
		})}
		if got, err := faults.ReadAll(t.Context(), b, "feed.xml"); got != "two" || err != nil {
			t.Errorf("read %q, %v; want the new object", got, err)
		}
	})
}

// TestHeadersChangeMeanwhile changes headers after they were read and before they
// are updated.
func TestHeadersChangeMeanwhile(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum(nil)}, nil)
		net.Pending = []faults.Fault{faults.On(faults.Method(http.MethodPatch), func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
			f.objects["feed.xml"].Metadata = map[string]string{"other": "1"}
			f.objects["feed.xml"].Metageneration++
			return base.RoundTrip(req)
		})}
		want := bucket.Headers{ContentType: "a/b", Metadata: map[string]string{"new": "1"}}
		a, err := b.SetHeaders(t.Context(), "feed.xml", want, bucket.Condition{Version: "1"})
		if err != nil || !cmp.Equal(a.Headers, want) {
			t.Errorf("SetHeaders = %+v, %v; want %+v", a.Headers, err, want)
		}
	})
}

// TestSecretsAreNotShown checks that errors contain no secrets.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	const canary = "CANARY"
	for name, do := range map[string]faults.Do{
		"EOF": faults.Breaks, "503": returns(503, "later"), "stall": faults.Stalls, "400": returns(400, "see https://storage.example/x?upload_id="+canary+" for more"),
		"own error": func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
			faults.Drain(req)
			return nil, fmt.Errorf("dial %s", req.URL)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ *Bucket, f *fake, net *faults.Transport) {
				spy := &faults.Transport{Base: net}
				b := open(t, "gs://my-show", roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := spy.RoundTrip(req)
					if err == nil && resp.Header.Get("Location") != "" {
						resp.Header.Set("Location", resp.Header.Get("Location")+"&key="+canary)
					}
					return resp, err
				}))
				for range 1000 {
					net.Pending = append(net.Pending, faults.On(isChunk, do))
				}
				_, err := b.Write(t.Context(), large("new.mp3"), absent)
				if err == nil {
					t.Fatal("Write succeeds")
				}
				for e := err; e != nil; e = errors.Unwrap(e) {
					if strings.Contains(fmt.Sprintf("%v %+v %#v", e, e, e), canary) {
						t.Errorf("error shows a secret: %v", e)
					}
				}
			})
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

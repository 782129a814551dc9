package gcs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/internal/faults"
	"onair/publish/bucket/internal/remote"
)

var absent = bucket.Condition{Absent: true}

// calls are one call of each kind, on an object feed.xml that is there at
// generation 1, or is to be written.
var calls = map[string]func(ctx context.Context, b *Bucket) error{
	"write": func(ctx context.Context, b *Bucket) error {
		_, err := b.Write(ctx, buckettest.Object("new.xml", "new"), absent)
		return err
	},
	"write large": func(ctx context.Context, b *Bucket) error {
		_, err := b.Write(ctx, large("new.mp3"), absent)
		return err
	},
	"read": func(ctx context.Context, b *Bucket) error {
		body, err := readAll(ctx, b, "feed.xml")
		if err == nil && body != "one" {
			err = fmt.Errorf("read %q", body)
		}
		return err
	},
	"set headers": func(ctx context.Context, b *Bucket) error {
		_, err := b.SetHeaders(ctx, "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{Version: "1"})
		return err
	},
	"delete": func(ctx context.Context, b *Bucket) error {
		return b.Delete(ctx, "feed.xml", bucket.Condition{Version: "1"})
	},
	"join": func(ctx context.Context, b *Bucket) error {
		_, err := b.Join(ctx, buckettest.Object("new.xml", "one"), []bucket.Part{partOne(b)}, absent)
		return err
	},
	"list": func(ctx context.Context, b *Bucket) error {
		n := 0
		for _, err := range b.List(ctx, "") {
			if err != nil {
				return err
			}
			n++
		}
		if n != 1 {
			return fmt.Errorf("listed %d objects", n)
		}
		return nil
	},
}

// partOne is feed.xml as a part.
func partOne(b *Bucket) bucket.Part {
	o := buckettest.Object("feed.xml", "one")
	return bucket.Part{Bucket: b, Attrs: bucket.Attrs{Key: o.Key, Size: o.Size, CRC32C: o.CRC32C, Version: "1"}}
}

func large(key string) *bucket.Object {
	return buckettest.Object(key, strings.Repeat("0123456789abcdef", chunkSize/16*2+1))
}

func readAll(ctx context.Context, b *Bucket, key string) (string, error) {
	r, _, err := b.Open(ctx, key, 0, -1)
	if err != nil {
		return "", err
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	return string(body), err
}

// forEachCall runs a test for each kind of call, in a bucket with feed.xml.
func forEachCall(t *testing.T, test func(t *testing.T, b *Bucket, net *faults.Transport, call func(context.Context, *Bucket) error)) {
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("one")), body: []byte("one")}, nil)
				test(t, b, net, call)
			})
		})
	}
}

// What passes is tried again, and the call succeeds.
func TestTemporaryFaults(t *testing.T) {
	temporary := map[string]faults.Do{
		"408":               returns(408, "timeout"),
		"429":               returns(429, "slow down"),
		"500":               returns(500, ""),
		"502":               returns(502, nil),
		"503":               returns(503, "later"),
		"connection breaks": faults.Breaks,
		"connection stalls": faults.Stalls,
		"answer is cut":     faults.CutsBody(5, faults.Failing(io.ErrUnexpectedEOF)),
		"answer is garbled": faults.CutsBody(0, strings.NewReader("<html>")),
	}
	for name, do := range temporary {
		t.Run(name, func(t *testing.T) {
			forEachCall(t, func(t *testing.T, b *Bucket, net *faults.Transport, call func(context.Context, *Bucket) error) {
				net.Pending = []faults.Fault{faults.On(faults.Always, do), faults.On(faults.Always, do), faults.On(faults.Always, do)}
				if err := call(t.Context(), b); err != nil {
					t.Errorf("after three faults: %v", err)
				}
				if len(net.Pending) == 3 {
					t.Error("no fault was met")
				}
			})
		})
	}
}

// What stays wrong is not tried for ever.
func TestLastingFaults(t *testing.T) {
	for name, do := range map[string]faults.Do{
		"503": returns(503, "later"), "connection stalls": faults.Stalls,
	} {
		t.Run(name, func(t *testing.T) {
			forEachCall(t, func(t *testing.T, b *Bucket, net *faults.Transport, call func(context.Context, *Bucket) error) {
				for range 100 {
					net.Pending = append(net.Pending, faults.On(faults.Always, do))
				}
				start := time.Now()
				err := call(t.Context(), b)
				if err == nil || !strings.Contains(err.Error(), "gave up after ") {
					t.Errorf("error is %v, want one that says gave up", err)
				}
				// On the bubble's clock: a minute for each stalled try, within the deadline.
				if took, limit := time.Since(start), b.policy.Deadline(3*chunkSize); took > limit {
					t.Errorf("gave up after %v, want within %v", took, limit)
				}
			})
		})
	}
}

// What another try cannot mend is reported at once, in words of ours.
func TestFinalFaults(t *testing.T) {
	certificate := func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		faults.Drain(req)
		return nil, &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	}
	for name, test := range map[string]struct {
		do   faults.Do
		want error
		text string
	}{
		"400":         {returns(400, "Bad name."), nil, "Bad name."},
		"401":         {returns(401, "Anonymous caller does not have storage.objects.get access."), bucket.ErrDenied, "permission denied: Anonymous caller"},
		"403":         {returns(403, "me@example.com does not have access."), bucket.ErrDenied, "permission denied: me@example.com does not"},
		"403 as HTML": {returns(403, nil), bucket.ErrDenied, "permission denied: status 403 forbidden"},
		"certificate": {certificate, nil, "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			forEachCall(t, func(t *testing.T, b *Bucket, net *faults.Transport, call func(context.Context, *Bucket) error) {
				net.Pending = []faults.Fault{faults.On(faults.Always, test.do)}
				err := call(t.Context(), b)
				if test.want != nil && !errors.Is(err, test.want) || err == nil || !strings.Contains(err.Error(), test.text) || !strings.Contains(err.Error(), "gs://my-show") {
					t.Errorf("error is %v, want %v with %q and the place", err, test.want, test.text)
				}
				if len(net.Requests) != 1 {
					t.Errorf("%d requests, want 1", len(net.Requests))
				}
			})
		})
	}
}

func TestNoBucket(t *testing.T) {
	forEachCall(t, func(t *testing.T, _ *Bucket, net *faults.Transport, call func(context.Context, *Bucket) error) {
		err := call(t.Context(), open(t, "gs://no-show", net))
		if !errors.Is(err, bucket.ErrNoBucket) || errors.Is(err, bucket.ErrNotExist) {
			t.Errorf("error is %v, want ErrNoBucket", err)
		}
	})
}

// Whether the bucket is there is asked once, not with every missing object.
func TestNotExistIsCheap(t *testing.T) {
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

// The answer to a successful call is lost. The call must find that out.
func TestLostAnswers(t *testing.T) {
	for _, name := range []string{"write", "write large", "set headers", "delete", "join"} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("one")), body: []byte("one")}, nil)
				net.Pending = []faults.Fault{faults.On(commits, faults.LosesAnswer)}
				if err := calls[name](t.Context(), b); err != nil {
					t.Error(err)
				}
				if len(net.Pending) != 0 {
					t.Error("no answer was lost")
				}
				if f.generation > 2 {
					t.Errorf("%d generations were made, want that of feed.xml and of what was written", f.generation)
				}
			})
		})
	}
}

// The answer to a write is lost, and somebody else writes before it is repeated.
func TestLostAnswerThenOther(t *testing.T) {
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
				if err := calls["write"](t.Context(), b); !errors.Is(err, bucket.ErrPrecondition) {
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

// A connection is cut, or refused, in the middle of a large upload.
func TestLargeUpload(t *testing.T) {
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

// A byte is flipped on its way: the server refuses, and the write is repeated.
func TestSpoiledUpload(t *testing.T) {
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

// A body that changes under the upload would change again: no second try.
func TestWrongBodyIsNotRetried(t *testing.T) {
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		o := large("new.mp3")
		o.CRC32C++
		if _, err := b.Write(t.Context(), o, absent); !errors.Is(err, bucket.ErrBody) {
			t.Errorf("Write = %v, want ErrBody", err)
		}
		synctest.Wait() // the client lets its last request go on without us
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

func TestInterruptedRead(t *testing.T) {
	body := strings.Repeat("0123456789", 10_000)
	for name, test := range map[string]struct {
		do    func(f *fake) faults.Do
		want  error
		fails bool
	}{
		"cut": {do: func(*fake) faults.Do {
			return faults.CutsBody(777, faults.Failing(io.ErrUnexpectedEOF))
		}},
		"ends early": {do: func(*fake) faults.Do {
			return faults.CutsBody(777, strings.NewReader(""))
		}},
		"stalls": {do: func(*fake) faults.Do {
			return func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
				return faults.CutsBody(777, faults.Stuck(req.Context()))(base, req)
			}
		}},
		"replaced meanwhile": {want: bucket.ErrPrecondition, fails: true, do: func(f *fake) faults.Do {
			return func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
				defer f.store(&fakeObject{Name: "audio.mp3", CRC32C: encodeSum(nil)}, nil)
				return faults.CutsBody(777, faults.Failing(io.ErrUnexpectedEOF))(base, req)
			}
		}},
		"flipped": {fails: true, do: func(*fake) faults.Do {
			return faults.CutsBody(777, strings.NewReader("X"+body[778:]))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				f.store(&fakeObject{Name: "audio.mp3", CRC32C: encodeSum([]byte(body)), body: []byte(body)}, nil)
				net.Pending = []faults.Fault{faults.On(isMedia, test.do(f))}
				got, err := readAll(t.Context(), b, "audio.mp3")
				if (err != nil) != test.fails || test.want != nil && !errors.Is(err, test.want) || err == nil && got != body {
					t.Errorf("read %d bytes, %v", len(got), err)
				}
			})
		})
	}
}

// The object is replaced between the question for its attributes and that for
// its bytes.
func TestReplacedWhileOpened(t *testing.T) {
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("one")), body: []byte("one")}, nil)
		net.Pending = []faults.Fault{faults.On(isMedia, func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
			f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum([]byte("two")), body: []byte("two")}, nil)
			return base.RoundTrip(req)
		})}
		if got, err := readAll(t.Context(), b, "feed.xml"); got != "two" || err != nil {
			t.Errorf("read %q, %v; want the new object", got, err)
		}
	})
}

// Headers change between the look at them and the update.
func TestHeadersChangeMeanwhile(t *testing.T) {
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		f.store(&fakeObject{Name: "feed.xml", CRC32C: encodeSum(nil)}, nil)
		net.Pending = []faults.Fault{faults.On(faults.Method(http.MethodPatch), func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
			f.objects["feed.xml"].Metadata = map[string]string{"other": "1"}
			f.objects["feed.xml"].Metageneration++
			return base.RoundTrip(req)
		})}
		want := bucket.Headers{ContentType: "a/b", Metadata: map[string]string{"new": "1"}}
		a, err := b.SetHeaders(t.Context(), "feed.xml", want, bucket.Condition{Version: "1"})
		if err != nil || !remote.SameHeaders(a.Headers, want) {
			t.Errorf("SetHeaders = %+v, %v; want %+v", a.Headers, err, want)
		}
	})
}

// A caller who gives up is not kept waiting.
func TestCancelledInPause(t *testing.T) {
	forEachCall(t, func(t *testing.T, b *Bucket, net *faults.Transport, call func(context.Context, *Bucket) error) {
		ctx, cancel := context.WithCancel(t.Context())
		net.Pending = []faults.Fault{faults.On(faults.Always, func(base http.RoundTripper, req *http.Request) (*http.Response, error) {
			time.AfterFunc(time.Millisecond, cancel)
			return returns(503, "later")(base, req)
		})}
		if err := call(ctx, b); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want Canceled", err)
		}
	})
}

// Nothing that opens a door is in an error.
func TestSecretsAreNotShown(t *testing.T) {
	const canary = "CANARY"
	for name, do := range map[string]faults.Do{
		"EOF": faults.Breaks, "503": returns(503, "later"), "stall": faults.Stalls, "400": returns(400, "see https://storage.example/x?upload_id="+canary+" for more"),
		"own error": func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
			faults.Drain(req)
			return nil, fmt.Errorf("dial %s", req.URL)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				spy := &faults.Transport{Base: net}
				b = open(t, "gs://my-show", roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := spy.RoundTrip(req)
					if err == nil && resp.Header.Get("Location") != "" {
						resp.Header.Set("Location", resp.Header.Get("Location")+"&key="+canary)
					}
					return resp, err
				}))
				for range 100 {
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

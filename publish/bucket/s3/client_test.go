package s3

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"onair/publish/bucket"
	"onair/publish/bucket/buckettest"
	"onair/publish/bucket/internal/faults"
)

// credential matches the Authorization of a request.
var credential = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=key/(\d{8})/([a-z0-9-]+)/s3/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$`)

// signature computes the signature of a request as it arrived at a server, as S3's
// documentation describes it. body is what arrived.
func signature(r *http.Request, body []byte) (got, want string) {
	m := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return r.Header.Get("Authorization"), "a signature"
	}
	date, region, names := m[1], m[2], m[3]
	path, query, _ := strings.Cut(r.RequestURI, "?")
	var escaped []string
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			escaped = append(escaped, escapeOnce(name)+"="+escapeOnce(value))
		}
	}
	slices.Sort(escaped)
	var headers strings.Builder
	for name := range strings.SplitSeq(names, ";") {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = fmt.Sprint(r.ContentLength)
		}
		headers.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	sum := r.Header.Get("X-Amz-Content-Sha256")
	if real := sha256.Sum256(body); sum != "UNSIGNED-PAYLOAD" && sum != hex.EncodeToString(real[:]) {
		return "a wrong checksum", sum
	}
	canonical := strings.Join([]string{r.Method, escapePath(path), strings.Join(escaped, "&"), headers.String(), names, sum}, "\n")
	digest := sha256.Sum256([]byte(canonical))
	scope := date + "/" + region + "/s3/aws4_request"
	key := []byte("AWS4" + secret + "-key")
	for _, s := range []string{date, region, "s3", "aws4_request", "AWS4-HMAC-SHA256\n" + r.Header.Get("X-Amz-Date") + "\n" + scope + "\n" + hex.EncodeToString(digest[:])} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(s))
		key = h.Sum(nil)
	}
	return m[4], hex.EncodeToString(key)
}

// escapeOnce escapes all bytes but letters, digits and -._~ of what a query contains.
func escapeOnce(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return "malformed"
	}
	return escape(plain, "")
}

// escapePath does the same to a path and keeps slashes.
func escapePath(s string) string {
	plain, err := url.PathUnescape(s)
	if err != nil {
		return "malformed"
	}
	return escape(plain, "/")
}

func escape(plain, keep string) string {
	var out strings.Builder
	for _, b := range []byte(plain) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-._~"+keep, b) >= 0 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

// TestSignature makes all calls on objects with unusual names, over HTTP, and checks the
// signatures where they arrive.
func TestSignature(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.minPart = testPart
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		body, _ := io.ReadAll(r.Body)
		if got, want := signature(r, body); got != want {
			t.Errorf("%s %s: signature is %s, want %s", r.Method, r.RequestURI, got, want)
		}
		if path, _, _ := strings.Cut(r.RequestURI, "?"); path != escapePath(path) {
			t.Errorf("%s %s: the path is not escaped as it is signed", r.Method, r.RequestURI)
		}
		if r.Header.Get("X-Amz-Security-Token") != secret+"-token" {
			t.Errorf("%s %s: the token of the session is missing", r.Method, r.RequestURI)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		resp, err := f.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return
		}
		for k, v := range resp.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	defer server.Close()
	b, err := Open(t.Context(), "s3://my-show/Ann's pre+fix?endpoint="+server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.store.partSize = testPart
	for _, key := range []string{
		"plain.mp3", "two words.mp3", "a+b=c&d.mp3", "100% sure.mp3", "not%20a%2Fspace.mp3", "Åsa Öst 世界.mp3",
		"~!*'();:@,$[]#?<>|^`{}\".mp3", "%", "trailing ", " leading/ and inner /x",
	} {
		o := buckettest.Object(key, "one")
		o.Metadata = map[string]string{"note": "two  spaces "}
		if err := roundTrip(t.Context(), b, o); err != nil {
			t.Errorf("%q: %v", key, err)
		}
		if err := roundTrip(t.Context(), b, large(key)); err != nil {
			t.Errorf("%q in parts: %v", key, err)
		}
	}
	if requests.Load() < 100 {
		t.Errorf("%d requests arrived", requests.Load())
	}
}

// roundTrip writes an object, finds, reads, changes and deletes it.
func roundTrip(ctx context.Context, b *Bucket, o *bucket.Object) error {
	a, err := b.Write(ctx, o, absent)
	if err != nil {
		return err
	}
	listed := 0
	for found, err := range b.List(ctx, o.Key) {
		if err != nil {
			return err
		}
		if found.Key == o.Key && found.Version == a.Version {
			listed++
		}
	}
	if listed != 1 {
		return fmt.Errorf("is listed %d times", listed)
	}
	if body, err := faults.ReadAll(ctx, b, o.Key); err != nil || int64(len(body)) != o.Size {
		return fmt.Errorf("read %d bytes: %w", len(body), err)
	}
	if a, err = b.SetHeaders(ctx, o.Key, bucket.Headers{ContentType: "a/b"}, bucket.Condition{Version: a.Version}); err != nil {
		return err
	}
	return b.Delete(ctx, o.Key, bucket.Condition{Version: a.Version})
}

// raw answers with a body that need not be XML.
func raw(code int, body io.Reader) faults.Do {
	return func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		faults.Drain(req)
		resp := answer(code, nil)
		resp.Body, resp.ContentLength = io.NopCloser(body), -1
		return resp, nil
	}
}

// endless is a reader that repeats a text, up to 64 MiB.
type endless struct {
	text string
	read int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 64<<20 {
		return 0, io.EOF
	}
	n := copy(p, strings.Repeat(e.text, len(p)/len(e.text)+1))
	e.read += int64(n)
	return n, nil
}

// TestErrorBodies checks what is said about errors whose bodies are not those of S3.
func TestErrorBodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"of S3":         {`<?xml version="1.0"?><Error><Code>InvalidArgument</Code><Message>Bad name.</Message><RequestId>1</RequestId></Error>`, "Bad name."},
		"in lines":      {"<Error><Code>X</Code><Message>a\nb\x1b[31m</Message></Error>", "status 400 bad request"},
		"of a proxy":    {"<!DOCTYPE html><html><head><title>No</title></head><body>no<br></html>", "status 400 bad request"},
		"JSON":          {`{"message": "no"}`, "status 400 bad request"},
		"nothing":       {"", "status 400 bad request"},
		"cut":           {"<Error><Code>InvalidArgument</Code><Message>Bad name.</Message><Requ", "Bad name."},
		"with an id":    {`<!DOCTYPE Error [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Error><Message>&b;</Message></Error>`, "status 400 bad request"},
		"other charset": {`<?xml version="1.0" encoding="EBCDIC"?><Error><Message>no</Message></Error>`, "status 400 bad request"},
	} {
		inBubble(t, func(t *testing.T, b *Bucket, _ *fake, net *faults.Transport) {
			net.Pending = []faults.Fault{faults.On(faults.Always, raw(http.StatusBadRequest, strings.NewReader(test.body)))}
			_, err := b.Stat(t.Context(), "feed.xml")
			if err == nil || !strings.HasSuffix(err.Error(), ": "+test.want) {
				t.Errorf("%s: Stat = %v, want an error that ends in %q", name, err, test.want)
			}
		})
	}
	inBubble(t, func(t *testing.T, b *Bucket, _ *fake, net *faults.Transport) {
		body := &endless{text: "x"}
		net.Pending = []faults.Fault{faults.On(faults.Always, raw(http.StatusBadRequest, io.MultiReader(strings.NewReader("<Error><Message>"), body)))}
		if _, err := b.Stat(t.Context(), "feed.xml"); err == nil || body.read > 2*maxFailure {
			t.Errorf("Stat = %v after %d bytes of an endless body", err, body.read)
		}
	})
}

// TestHostileAnswers checks that answers without an end are given up, once and for all.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	list := func(ctx context.Context, b *Bucket) (err error) {
		for _, err = range b.List(ctx, "") {
		}
		return err
	}
	for name, text := range map[string]string{"one text": "x", "objects": "<Contents></Contents>", "depth": "<a>"} {
		inBubble(t, func(t *testing.T, b *Bucket, _ *fake, net *faults.Transport) {
			body := &endless{text: text}
			net.Pending = []faults.Fault{faults.On(faults.Always, raw(http.StatusOK, io.MultiReader(strings.NewReader("<ListBucketResult>"), body)))}
			err := list(t.Context(), b)
			if err == nil || !strings.Contains(err.Error(), "the answer of the server is longer than 16 MiB") || len(net.Requests) != 1 || body.read > maxAnswer+1<<20 {
				t.Errorf("%s: List = %v, after %d bytes and %d requests", name, err, body.read, len(net.Requests))
			}
		})
	}
	inBubble(t, func(t *testing.T, b *Bucket, _ *fake, net *faults.Transport) {
		for range 10 {
			net.Pending = append(net.Pending, faults.On(faults.Always, raw(http.StatusOK, strings.NewReader("<ListBucketResult><NextContinuationToken>1</NextContinuationToken></ListBucketResult>"))))
		}
		if err := list(t.Context(), b); err == nil || !strings.Contains(err.Error(), "the same page again") || len(net.Requests) != 2 {
			t.Errorf("List of one page without end = %v after %d requests", err, len(net.Requests))
		}
	})
}

// TestErrorAfterStatus checks answers with status 200 that report an error or are not
// complete: the request is repeated.
func TestErrorAfterStatus(t *testing.T) {
	t.Parallel()
	copies := func(req *http.Request) bool { return req.Header.Get("X-Amz-Copy-Source") != "" }
	for name, test := range map[string]struct {
		call  string
		match func(*http.Request) bool
	}{
		"copy":     {"set headers", copies},
		"complete": {"write large", func(req *http.Request) bool { return req.Method == http.MethodPost && req.ContentLength > 0 }},
		"part":     {"join", copies},
		"list":     {"list", faults.Method(http.MethodGet)},
	} {
		for what, body := range map[string]string{
			"error":       "  \n<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>",
			"slow down":   "<Error><Code>SlowDown</Code></Error>",
			"cut":         "<Result><ETag>x",
			"nothing":     "",
			"not S3's":    "maintenance",
			"only spaces": "   ",
		} {
			inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
				prepare(t, b, f, net)
				net.Pending = []faults.Fault{faults.On(test.match, raw(http.StatusOK, strings.NewReader(body)))}
				if err := call(t.Context(), b, test.call); err != nil || len(net.Pending) != 0 {
					t.Errorf("%s, %s: %v; %d faults not met", name, what, err, len(net.Pending))
				}
			})
		}
	}
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		prepare(t, b, f, net)
		net.Pending = []faults.Fault{faults.On(copies, raw(http.StatusOK, strings.NewReader("<Error><Code>AccessDenied</Code><Message>No.</Message></Error>")))}
		if err := call(t.Context(), b, "set headers"); !errors.Is(err, bucket.ErrDenied) {
			t.Errorf("refused after the status: %v, want ErrDenied", err)
		}
	})
}

// TestBodyOfWriteBreaks checks that a write has succeeded if its status says so, although
// the connection breaks in the body of the response.
func TestBodyOfWriteBreaks(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, f *fake, net *faults.Transport) {
		prepare(t, b, f, net)
		net.Pending = []faults.Fault{faults.On(commits, faults.CutsBody(0, faults.Failing(io.ErrUnexpectedEOF)))}
		if err := call(t.Context(), b, "write"); err != nil || len(net.Requests) != 1 {
			t.Errorf("Write = %v after %d requests, want 1", err, len(net.Requests))
		}
	})
}

// TestWrongClock checks that a request is signed again with the server's time if this
// machine's clock is wrong, also a HEAD, whose answer does not say why it is refused.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	for _, wrong := range []time.Duration{-24 * time.Hour, -time.Hour, 5 * time.Minute, 300 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.put("my-show/feed.xml", "one")
			refused := 0
			b := open(t, "s3://my-show"+endpoint, roundTripper(func(req *http.Request) (*http.Response, error) {
				signed, err := time.Parse("20060102T150405Z", req.Header.Get("X-Amz-Date"))
				if err != nil {
					return nil, err
				}
				now := time.Now().Add(-wrong)
				resp, err := f.RoundTrip(req)
				if signed.Sub(now).Abs() > 4*time.Minute {
					refused++
					resp = failure(403, "RequestTimeTooSkewed", "The difference is too large.")
					if req.Method == http.MethodHead {
						resp = answer(403, nil)
					}
				}
				if err == nil {
					resp.Header.Set("Date", now.UTC().Format(http.TimeFormat))
				}
				return resp, err
			}))
			if _, err := b.Stat(t.Context(), "feed.xml"); err != nil {
				t.Errorf("a clock that is %v ahead: Stat = %v", wrong, err)
			}
			if a, err := b.Write(t.Context(), buckettest.Object("new.xml", "x"), absent); err != nil || a.Updated.After(time.Now().Add(-wrong)) {
				t.Errorf("a clock that is %v ahead: Write = %+v, %v", wrong, a, err)
			}
			if refused != 1 {
				t.Errorf("a clock that is %v ahead: %d requests were refused, want 1", wrong, refused)
			}
		})
	}
}

// TestRefusedEarly checks that the body of a write is not sent to a server that refuses
// the write by its headers.
func TestRefusedEarly(t *testing.T) {
	t.Parallel()
	var received atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Expect") != "100-continue" {
			n, _ := io.Copy(io.Discard, r.Body)
			received.Add(n)
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	b, err := Open(t.Context(), "s3://my-show?endpoint="+server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write(t.Context(), buckettest.Object("a.mp3", strings.Repeat("x", 8<<20)), bucket.Condition{}); !errors.Is(err, bucket.ErrDenied) {
		t.Errorf("Write = %v, want ErrDenied", err)
	}
	if received.Load() != 0 {
		t.Errorf("%d bytes were sent", received.Load())
	}
}

// TestCredentialsExpire checks that credentials that cannot be refreshed end a call at
// once.
func TestCredentialsExpire(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *Bucket, _ *fake, net *faults.Transport) {
		b.store.client.credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, errors.New("the SSO session has expired:\nlog in, see https://sso.example/?token=" + secret)
		})
		start := time.Now()
		err := call(t.Context(), b, "write")
		if !errors.Is(err, bucket.ErrDenied) || !strings.Contains(err.Error(), "the SSO session has expired") || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), secret) {
			t.Errorf("Write = %v", err)
		}
		if len(net.Requests) != 0 || time.Since(start) != 0 {
			t.Errorf("%d requests in %v", len(net.Requests), time.Since(start))
		}
	})
}

package buckettest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"onair/publish/bucket"
)

func (s *suite) writeAndRead(_ *testing.T, b *store) {
	for key, body := range map[string]string{
		"feed.xml":   "<rss/>",
		"empty":      "",
		"large.mp3":  strings.Repeat("0123456789abcdef", 20_000),
		"deep/er/in": "x",
	} {
		o := Object(key, body)
		written := b.put(key, body, bucket.Condition{})
		if written.Key != key || written.Size != o.Size || written.CRC32C != o.CRC32C || written.Version == "" {
			b.Errorf("Write(%q) = %+v, want the object's key, size and checksum, and a version", key, written)
		}
		got, read := b.get(key)
		if got != body {
			b.Errorf("%s holds %d bytes, want the %d written", key, len(got), len(body))
		}
		if diff := differ(written, read); diff != "" {
			b.Errorf("%s: attributes as written (-), as read (+):\n%s", key, diff)
		}
		for listed, err := range b.List(b.Context(), key) {
			if diff := differ(b.listing(written), listed); err != nil || diff != "" {
				b.Errorf("%s: %v; attributes as written (-), as listed (+):\n%s", key, err, diff)
			}
		}
	}
	before := b.put("feed.xml", "<rss/>", bucket.Condition{})
	after := b.put("feed.xml", "<rss></rss>", bucket.Condition{})
	if before.Version == after.Version {
		b.Errorf("version stays %s while the bytes change", after.Version)
	}
	b.holds("feed.xml", "<rss></rss>")
}

// differ compares attributes. The time of a write may have different precision in
// different answers.
func differ(want, got bucket.Attrs) string {
	return cmp.Diff(want, got, cmpopts.EquateApproxTime(time.Minute))
}

// listing returns the attributes that a listing must give for an object whose attributes
// are a.
func (s *store) listing(a bucket.Attrs) bucket.Attrs {
	if _, sparse := s.Bucket.(bucket.Sparse); sparse {
		a.CRC32C, a.Headers = 0, bucket.Headers{}
	}
	return a
}

// stat checks that Stat returns the attributes that a sparse listing leaves out.
func (s *suite) stat(_ *testing.T, b *store) {
	sparse, ok := b.Bucket.(bucket.Sparse)
	if !ok {
		b.Skip("its listing says everything")
	}
	_, err := sparse.Stat(b.Context(), "feed.xml")
	b.is(err, bucket.ErrNotExist)
	_, err = sparse.Stat(b.Context(), "../feed.xml")
	if err == nil || errors.Is(err, bucket.ErrNotExist) {
		b.Errorf("Stat(../feed.xml): %v, want an error that names the key as invalid", err)
	}
	o := Object("feed.xml", "<rss/>")
	o.Metadata = map[string]string{"sha256": "0a1b"}
	written, err := b.Write(b.Context(), o, bucket.Condition{})
	if err != nil {
		b.Fatal(err)
	}
	a, err := sparse.Stat(b.Context(), "feed.xml")
	if diff := differ(written, a); err != nil || diff != "" {
		b.Errorf("Stat: %v; attributes as written (-), as looked at (+):\n%s", err, diff)
	}
}

// probe checks that Probe finds working preconditions, and that the object on which it
// tries them is not listed.
func (s *suite) probe(_ *testing.T, b *store) {
	prober, ok := b.Bucket.(bucket.Prober)
	if !ok {
		b.Skip("its preconditions hold by design")
	}
	for range 2 {
		b.is(prober.Probe(b.Context()), nil)
	}
	if keys := b.keys(""); len(keys) != 0 {
		b.Errorf("listed after probing: %q", keys)
	}
}

func (s *suite) ranges(_ *testing.T, b *store) {
	written := b.put("audio.mp3", "0123456789", bucket.Condition{})
	b.put("empty", "", bucket.Condition{})
	for _, test := range []struct {
		key            string
		offset, length int64
		want           string
	}{
		{"audio.mp3", 0, -1, "0123456789"},
		{"audio.mp3", 0, 1, "0"},
		{"audio.mp3", 3, 4, "3456"},
		{"audio.mp3", 9, 1, "9"},
		{"audio.mp3", 4, -1, "456789"},
		{"audio.mp3", 8, 100, "89"},
		{"audio.mp3", 3, 0, ""},
		{"audio.mp3", 10, -1, ""},
		{"audio.mp3", 10, 5, ""},
		{"audio.mp3", 1 << 40, 1 << 62, ""},
		{"empty", 0, 10, ""},
		{"empty", 1, -1, ""},
	} {
		got, a, err := b.read(b.Context(), test.key, test.offset, test.length)
		if err != nil || got != test.want {
			b.Errorf("Open(%s, %d, %d) reads %q, %v; want %q", test.key, test.offset, test.length, got, err, test.want)
		}
		if diff := differ(written, a); test.key == written.Key && diff != "" {
			b.Errorf("Open(%s, %d, %d): attributes of the object (-), as read (+):\n%s", test.key, test.offset, test.length, diff)
		}
	}
	if _, _, err := b.read(b.Context(), "audio.mp3", -1, 5); err == nil {
		b.Error("Open with a negative offset succeeds")
	}
}

func (s *suite) headers(_ *testing.T, b *store) {
	b.skipHeaderless()
	o := Object("episodes/1/transcript.vtt", "WEBVTT\n")
	o.Headers = bucket.Headers{
		ContentType:  "text/vtt; charset=utf-8",
		CacheControl: "public, max-age=31536000, immutable",
		Metadata:     map[string]string{"sha256": "0a1b", "note": "two words"},
	}
	written, err := b.Write(b.Context(), o, bucket.Condition{})
	if err != nil {
		b.Fatal(err)
	}
	_, read := b.get(o.Key)
	if diff := cmp.Diff(o.Headers, read.Headers); diff != "" {
		b.Errorf("headers as written (-), as read (+):\n%s", diff)
	}
	want := bucket.Headers{
		ContentType:  "text/vtt",
		CacheControl: "public, max-age=60",
		Metadata:     map[string]string{"sha256": "ffff", "note": "two words", "new": "key"},

		ContentEncoding: "identity", ContentDisposition: "inline", ContentLanguage: "de",
	}
	set, err := b.SetHeaders(b.Context(), o.Key, want, bucket.Condition{Version: written.Version})
	if err != nil {
		b.Fatal(err)
	}
	body, read := b.get(o.Key)
	if diff := cmp.Diff(want, read.Headers); diff != "" {
		b.Errorf("headers as set (-), as read (+):\n%s", diff)
	}
	set.Updated = read.Updated // the answer to a change of headers need not contain the time of the write
	if diff := cmp.Diff(set, read); diff != "" {
		b.Errorf("attributes as returned by SetHeaders (-), as read (+):\n%s", diff)
	}
	if body != "WEBVTT\n" {
		b.Errorf("SetHeaders left the body %q", body)
	}
}

// headersGo checks that SetHeaders removes headers that are not given any more.
func (s *suite) headersGo(_ *testing.T, b *store) {
	b.skipHeaderless()
	b.skip(s.opts.KeepsOldHeaders)
	o := Object("feed.xml", "<rss/>")
	o.Metadata = map[string]string{"sha256": "0a1b", "note": "two words"}
	if _, err := b.Write(b.Context(), o, bucket.Condition{}); err != nil {
		b.Fatal(err)
	}
	for _, want := range []bucket.Headers{
		{ContentType: "text/xml", ContentEncoding: "br", ContentDisposition: `attachment; filename="a.xml"`, ContentLanguage: "de, en"},
		{ContentType: "text/xml", CacheControl: "no-store", Metadata: map[string]string{"sha256": "ffff"}},
		{ContentType: "text/xml", CacheControl: "no-store"},
		{ContentType: "text/xml"},
	} {
		if _, err := b.SetHeaders(b.Context(), o.Key, want, bucket.Condition{}); err != nil {
			b.Fatal(err)
		}
		if _, read := b.get(o.Key); cmp.Diff(want, read.Headers) != "" {
			b.Errorf("headers as set (-), as read (+):\n%s", cmp.Diff(want, read.Headers))
		}
	}
}

func (s *suite) headerConditions(_ *testing.T, b *store) {
	first := b.put("feed.xml", "one", bucket.Condition{})
	second := b.put("feed.xml", "two", bucket.Condition{})
	_, err := b.SetHeaders(b.Context(), "missing", bucket.Headers{}, bucket.Condition{})
	b.is(err, bucket.ErrNotExist)
	b.skip(s.opts.IgnoresHeaderConditions)
	_, err = b.SetHeaders(b.Context(), "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{Version: first.Version})
	b.is(err, bucket.ErrPrecondition)
	_, err = b.SetHeaders(b.Context(), "feed.xml", bucket.Headers{ContentType: "a/b"}, bucket.Condition{Version: second.Version})
	b.is(err, nil)
}

func (s *store) skipHeaderless() {
	s.Helper()
	if _, ok := s.Bucket.(bucket.Headerless); ok {
		s.Skip("keeps no headers")
	}
}

func (s *suite) oddKeys(_ *testing.T, b *store) {
	long := strings.Repeat(strings.Repeat("x", 99)+"/", 10) + "end"
	keys := []string{
		"a b.txt", "50%.txt", "%2F.txt", "a#b.txt", "a+b.txt", "a&b=c.txt", "ü.txt", "u\u0308.txt", "🎙/1.txt",
		"~tilde", ".hidden/file", "..dots", "a,b;c", "@[x]", "'q'", long,
	}
	skipped := map[string]bool{}
	for _, key := range keys {
		if _, err := b.Write(b.Context(), Object(key, "body of "+key), bucket.Condition{Absent: true}); err != nil {
			// A file system may treat some of these names as the same or forbid them.
			// The bucket then has to refuse them.
			if _, ok := b.Bucket.(bucket.Headerless); !ok {
				b.Errorf("Write(%q): %v", key, err)
			}
			skipped[key] = true
		}
	}
	listed := map[string]bool{}
	for _, key := range b.keys("") {
		listed[key] = true
	}
	for _, key := range keys {
		if skipped[key] {
			continue
		}
		b.holds(key, "body of "+key)
		if !listed[key] {
			b.Errorf("%q is not listed", key)
		}
		if err := b.Delete(b.Context(), key, bucket.Condition{}); err != nil {
			b.Errorf("Delete(%q): %v", key, err)
		}
	}
	if left := b.keys(""); len(left) != 0 {
		b.Errorf("left after everything was deleted: %q", left)
	}
}

func (s *suite) invalidKeys(_ *testing.T, b *store) {
	for _, key := range []string{
		"", "/", "/feed.xml", "feed.xml/", "a//b", ".", "..", "../feed.xml", "a/../b", "a/./b", "a\\b", "a\nb", "a\x00b", "\xff",
		strings.Repeat("x", 1025),
	} {
		if _, err := b.Write(b.Context(), Object(key, "x"), bucket.Condition{}); err == nil {
			b.Errorf("Write(%q) succeeds", key)
		}
		if _, _, err := b.read(b.Context(), key, 0, -1); err == nil || errors.Is(err, bucket.ErrNotExist) {
			b.Errorf("Open(%q): %v, want an error that names the key as invalid", key, err)
		}
		if err := b.Delete(b.Context(), key, bucket.Condition{}); err == nil || errors.Is(err, bucket.ErrNotExist) {
			b.Errorf("Delete(%q): %v, want an error that names the key as invalid", key, err)
		}
		if _, err := b.SetHeaders(b.Context(), key, bucket.Headers{}, bucket.Condition{}); err == nil || errors.Is(err, bucket.ErrNotExist) {
			b.Errorf("SetHeaders(%q): %v, want an error that names the key as invalid", key, err)
		}
	}
	if left := b.keys(""); len(left) != 0 {
		b.Errorf("listed after refused writes: %q", left)
	}
}

func (s *suite) notThere(_ *testing.T, b *store) {
	if keys := b.keys(""); len(keys) != 0 {
		b.Errorf("an empty bucket lists %q", keys)
	}
	for range 2 {
		_, _, err := b.read(b.Context(), "a/b", 0, -1)
		b.is(err, bucket.ErrNotExist)
		b.is(b.Delete(b.Context(), "a/b", bucket.Condition{}), bucket.ErrNotExist)
		if !strings.Contains(err.Error(), "a/b") {
			b.Errorf("error %q does not name the key", err)
		}
		b.put("a/b/c", "x", bucket.Condition{}) // the second round has an object below the key
	}
}

func (s *suite) wrongBodies(_ *testing.T, b *store) {
	first := b.put("feed.xml", "old", bucket.Condition{})
	broken := errors.New("disk on fire")
	for name, spoil := range map[string]func(*bucket.Object){
		"checksum":   func(o *bucket.Object) { o.CRC32C++ },
		"too short":  func(o *bucket.Object) { o.Size++ },
		"too long":   func(o *bucket.Object) { o.Size-- },
		"empty":      func(o *bucket.Object) { o.Body = Object("", "").Body },
		"endless":    func(o *bucket.Object) { o.Body = func() (io.ReadCloser, error) { return io.NopCloser(endless{}), nil } },
		"unopenable": func(o *bucket.Object) { o.Body = func() (io.ReadCloser, error) { return nil, broken } },
		"breaks":     func(o *bucket.Object) { o.Body = brokenBody(o.Body, broken, 5_000) },
		"breaks at the end": func(o *bucket.Object) {
			o.Body = brokenBody(o.Body, broken, o.Size)
		},
	} {
		for _, key := range []string{"feed.xml", "new.xml"} {
			o := Object(key, strings.Repeat("new and larger than any buffer ", 10_000))
			spoil(o)
			_, err := b.Write(b.Context(), o, bucket.Condition{})
			if !errors.Is(err, bucket.ErrBody) {
				b.Errorf("%s: Write(%s) = %v, want ErrBody", name, key, err)
			}
			if strings.HasPrefix(name, "breaks") && !errors.Is(err, broken) {
				b.Errorf("%s: error %v hides the body's own", name, err)
			}
		}
	}
	if body, a := b.get("feed.xml"); body != "old" || a.Version != first.Version {
		b.Errorf("feed.xml holds %.20q, %d bytes, at version %s; want it untouched at %s", body, len(body), a.Version, first.Version)
	}
	if keys := b.keys(""); len(keys) != 1 {
		b.Errorf("listed after refused writes: %q", keys)
	}
}

// endless is a reader that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// brokenBody returns a body whose reader fails after n bytes.
func brokenBody(body func() (io.ReadCloser, error), broken error, n int64) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r, err := body()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(r, n), errReader{broken}), r}, nil
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func (s *suite) bodyFromStart(_ *testing.T, b *store) {
	o := Object("a", "body")
	closed, opened := 0, 0
	body := o.Body
	o.Body = func() (io.ReadCloser, error) {
		opened++
		r, err := body()
		return struct {
			io.Reader
			io.Closer
		}{r, closer(func() error { closed++; return r.Close() })}, err
	}
	for range 2 {
		if _, err := b.Write(b.Context(), o, bucket.Condition{}); err != nil {
			b.Fatal(err)
		}
	}
	b.holds("a", "body")
	if opened < 2 || opened != closed {
		b.Errorf("bodies opened %d times, closed %d times; want each write to open its own and to close it", opened, closed)
	}
}

type closer func() error

func (c closer) Close() error { return c() }

func (s *suite) cancelled(_ *testing.T, b *store) {
	a := b.put("feed.xml", "old", bucket.Condition{})
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	_, err := b.Write(ctx, Object("feed.xml", "new"), bucket.Condition{})
	b.is(err, context.Canceled)
	_, _, err = b.read(ctx, "feed.xml", 0, -1)
	b.is(err, context.Canceled)
	_, err = b.SetHeaders(ctx, "feed.xml", bucket.Headers{}, bucket.Condition{})
	b.is(err, context.Canceled)
	b.is(b.Delete(ctx, "feed.xml", bucket.Condition{}), context.Canceled)
	err = nil
	for _, e := range b.List(ctx, "") {
		err = e
	}
	b.is(err, context.Canceled)
	if body, now := b.get("feed.xml"); body != "old" || now.Version != a.Version {
		b.Errorf("feed.xml holds %q at version %s after cancelled calls", body, now.Version)
	}
}

func (s *suite) cancelledHalfWay(_ *testing.T, b *store) {
	for name, size := range map[string]int{"small": 10, "large": 9 << 20} {
		ctx, cancel := context.WithCancel(b.Context())
		o := Object(name, strings.Repeat("x", size))
		body := o.Body
		o.Body = func() (io.ReadCloser, error) {
			r, err := body()
			return struct {
				io.Reader
				io.Closer
			}{io.MultiReader(io.LimitReader(r, int64(size/2)), cancelReader(cancel), r), r}, err
		}
		_, err := b.Write(ctx, o, bucket.Condition{})
		b.is(err, context.Canceled)
		cancel()
	}
	if keys := b.keys(""); len(keys) != 0 {
		b.Errorf("listed after cancelled writes: %q", keys)
	}
}

// cancelReader is a reader that cancels a context.
type cancelReader context.CancelFunc

func (c cancelReader) Read([]byte) (int, error) { c(); return 0, io.EOF }

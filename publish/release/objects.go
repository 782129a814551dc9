package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"sync"

	"onair/internal/crc32c"
	"onair/internal/finding"
	"onair/internal/parallel"
	"onair/publish/bucket"
)

// Object is one object of a release.
type Object struct {
	bucket.Object
	Class   Class
	Role    Role
	Episode string // slug; empty for an object of the whole show
	SHA256  string // SHA-256 of the bytes, in hex; for tagged audio, that of the digests of tag and payload
	Missing string // file that is not on this machine; Body is nil then
	Gone    bool   // stands in for an object that is gone; it is pruned like an unwanted object

	// Parts are the parts from which tagged audio is joined: the pieces of its tag,
	// then the payload. nil means that the object can only be sent whole.
	Parts []*Object
}

// Role is the purpose of an object. Plans show it, and it decides the order of upload.
type Role string

// The roles, in the words of the plan.
const (
	RoleAudio      Role = "audio"
	RoleArtwork    Role = "artwork"
	RoleTranscript Role = "transcript"
	RoleChapters   Role = "chapters"
	RoleWaveform   Role = "waveform"
	RoleTheme      Role = "theme"
	RoleSearch     Role = "search"
	RolePage       Role = "page"
	RoleFeed       Role = "feed"
	RolePart       Role = "part"
)

// add puts an object into the release, with the headers that its key has.
func (b *builder) add(o *Object) *Object {
	if old, ok := b.objects[o.Key]; ok && old.SHA256 != o.SHA256 {
		b.findings.Add(ruleSameKey.At(finding.Position{}, "%s and %s have the same key %s", describe(old), describe(o), o.Key))
	}
	o.Headers = HeadersFor(o.Key, b.show.Feed.Path, b.show.CDN != nil)
	o.Class = ClassOf(o.Key, b.show.Feed.Path)
	if o.Metadata == nil {
		o.Metadata = map[string]string{bucket.MetaSHA256: o.SHA256}
	}
	b.objects[o.Key] = o
	return o
}

func describe(o *Object) string {
	if o.Episode != "" {
		return string(o.Role) + " of " + o.Episode
	}
	return string(o.Role)
}

// source writes the bytes of an object, which are the same every time. A release keeps
// only sums and sizes, and calls the source again when the object is sent, because the
// pages and captions of a whole catalogue do not fit into memory.
type source func(io.Writer) error

// inMemory returns a source of bytes in memory.
func inMemory(data []byte) source {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// keyFunc returns the key of an object whose bytes have the SHA-256, in hex.
type keyFunc func(sha256 string) string

// hashedKey returns a function whose keys contain the hash of the content.
func hashedKey(stem, ext string) keyFunc {
	return func(sha256 string) string { return stem + "-" + sha256[:16] + ext }
}

// fixedKey returns a function that returns the same key for all content.
func fixedKey(key string) keyFunc { return func(string) string { return key } }

// addNew renders an object and adds it.
func (b *builder) addNew(role Role, key keyFunc, src source) (*Object, error) {
	o, err := b.render(role, key, src)
	if err != nil {
		return nil, err
	}
	return b.add(o), nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render renders an object to compute its sums. It passes the bytes to Options.Rendered
// or, if that is nil, to b.rendered. It may be called for several objects at the same
// time.
func (b *builder) render(role Role, key keyFunc, src source) (*Object, error) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := src(buffer); err != nil {
		return nil, err
	}
	s := sumsOf(buffer.Bytes())
	o := b.object(role, s, src)
	o.Key = key(o.SHA256)
	if b.o.Rendered != nil {
		b.o.Rendered(o, buffer.Bytes())
	} else {
		b.rendered.keep(s, buffer.Bytes())
	}
	return o, nil
}

// renderSums is like render, but returns only the sums, which can be cached.
func (b *builder) renderSums(role Role, key keyFunc, src source) (bucket.Sums, error) {
	o, err := b.render(role, key, src)
	if err != nil {
		return bucket.Sums{}, err
	}
	return o.sums(), nil
}

// objectOf returns an object without a key. Its bytes are data; src writes them
// again when the object is sent.
func objectOf(role Role, data []byte, src source) *Object {
	s := sumsOf(data)
	return &Object{
		Role:   role,
		SHA256: s.SHA256,
		Object: bucket.Object{Size: s.Size, CRC32C: s.CRC32C, Body: body(src, len(data))},
	}
}

// body returns a function that opens a reader of the bytes that a source writes. size is
// the approximate number of bytes.
func body(src source, size int) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		out := bytes.NewBuffer(make([]byte, 0, size))
		if err := src(out); err != nil {
			return nil, err
		}
		return io.NopCloser(out), nil
	}
}

// inParallel calls f for the numbers below n, as many at once as there are
// processors, until ctx ends.
func inParallel(ctx context.Context, n int, f func(i int)) {
	parallel.For(n, func(i int) {
		if ctx.Err() == nil {
			f(i)
		}
	})
}

// inOrder calls produce for the numbers below n, several at the same time, and consume
// with their results in order. It stops at the first error, and when ctx ends.
func inOrder[T any](ctx context.Context, n int, produce func(i int) (T, error), consume func(T)) error {
	type result struct {
		value T
		err   error
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	pending := make(chan chan result, runtime.GOMAXPROCS(0))
	go func() {
		defer close(pending)
		for i := range n {
			c := make(chan result, 1)
			select {
			case pending <- c:
			case <-ctx.Done():
				return
			}
			go func() {
				value, err := produce(i)
				c <- result{value, err}
			}()
		}
	}()
	for c := range pending {
		r := <-c
		if r.err != nil {
			return r.err
		}
		consume(r.value)
	}
	return ctx.Err()
}

// sumsOf returns the sums of bytes, which are in one piece or several.
func sumsOf(pieces ...[]byte) (s bucket.Sums) {
	sum := sha256.New()
	for _, data := range pieces {
		sum.Write(data)
		s.Size += int64(len(data))
		s.CRC32C = crc32c.Update(s.CRC32C, data)
	}
	s.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return s
}

// Read returns the bytes of an object. It fails if they are not on this machine.
func (o *Object) Read() ([]byte, error) {
	if o.Body == nil {
		return nil, fmt.Errorf("%s is not on this machine", o.Missing)
	}
	body, err := o.Body()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// sums returns the sums of an object.
func (o *Object) sums() bucket.Sums {
	return bucket.Sums{Size: o.Size, SHA256: o.SHA256, CRC32C: o.CRC32C}
}

// object returns an object that has the sums and no key yet. src writes the object's
// bytes.
func (b *builder) object(role Role, s bucket.Sums, src source) *Object {
	return &Object{
		Role:   role,
		SHA256: s.SHA256,
		Object: bucket.Object{Size: s.Size, CRC32C: s.CRC32C, Body: b.rendered.body(s, src)},
	}
}

// rendered keeps bytes that were rendered for their sums and may be sent soon, so that
// they are not rendered again. It keeps only the bytes of a few episodes, because those
// of a whole catalogue do not fit into memory.
type rendered struct {
	mu   sync.Mutex
	data map[string][]byte // by SHA-256
	size int
}

// maxRendered is how many bytes are kept.
const maxRendered = 8 << 20

// keep keeps bytes if there is space for them.
func (r *rendered) keep(s bucket.Sums, data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.data[s.SHA256]; known || r.size+len(data) > maxRendered {
		return
	}
	if r.data == nil {
		r.data = map[string][]byte{}
	}
	r.data[s.SHA256] = bytes.Clone(data)
	r.size += len(data)
}

// body returns a function that opens a reader of the bytes with the sums. src writes
// the bytes again unless they are kept.
func (r *rendered) body(s bucket.Sums, src source) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r.mu.Lock()
		data, kept := r.data[s.SHA256]
		r.mu.Unlock()
		if kept {
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		return body(src, int(s.Size))()
	}
}

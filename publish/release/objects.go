package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"

	"onair/internal/crc32c"
	"onair/internal/finding"
	"onair/publish/bucket"
)

// Object is one object of a release.
type Object struct {
	bucket.Object
	Class   Class
	Role    Role
	Episode string // slug; empty for what belongs to the whole show
	SHA256  string // hex; of audio, of the two digests of tag and payload (DESIGN section 3)
	Missing string // why there is no Body: the file that is not on this machine

	// Parts are what tagged audio is joined from: the pieces of its tag, then the
	// payload. Nil: it is sent whole.
	Parts []*Object
}

// Role says what an object is for, for people and for the order of upload.
type Role string

// The roles, in the words of the plan.
const (
	RoleAudio      Role = "audio"
	RoleArtwork    Role = "artwork"
	RoleTranscript Role = "transcript"
	RoleChapters   Role = "chapters"
	RoleWaveform   Role = "waveform"
	RoleTheme      Role = "theme"
	RolePage       Role = "page"
	RoleFeed       Role = "feed"
	RolePart       Role = "part"
)

// add puts an object into the release, with the headers that its key has.
func (b *builder) add(o *Object) *Object {
	if old, ok := b.objects[o.Key]; ok && old.SHA256 != o.SHA256 {
		b.findings.Add(ruleSameKey.At(finding.Position{}, "%s and %s both want the key %s", describe(old), describe(o), o.Key))
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

// source returns an object's bytes, the same ones every time. The release keeps
// sums and sizes only and asks again when an object is sent: a catalogue's pages
// and captions would not fit into memory.
type source func() ([]byte, error)

// held is a source that has the bytes at hand.
func held(data []byte) source { return func() ([]byte, error) { return data, nil } }

// keyed adds an object whose key holds the hash of its content.
func (b *builder) keyed(role Role, stem, ext string, from source) (*Object, error) {
	o, err := newObject(role, from)
	if err != nil {
		return nil, err
	}
	return b.addKeyed(o, stem, ext), nil
}

func (b *builder) addKeyed(o *Object, stem, ext string) *Object {
	o.Key = stem + "-" + o.SHA256[:16] + ext
	return b.add(o)
}

// fixed adds an object under a key of its own.
func (b *builder) fixed(role Role, key string, from source) (*Object, error) {
	o, err := newObject(role, from)
	if err != nil {
		return nil, err
	}
	o.Key = key
	return b.add(o), nil
}

// newObject is an object without a key.
func newObject(role Role, from source) (*Object, error) {
	data, err := from()
	if err != nil {
		return nil, err
	}
	return objectOf(role, data, from), nil
}

// made is a new object, or why there is none.
type made struct {
	*Object
	err error
}

// newObjects is newObject for many sources, which are asked several at a time.
// The objects are in the order of their sources.
func newObjects(role Role, from []source) []made {
	all := make([]made, len(from))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, from := range from {
		group.Go(func() error {
			all[i].Object, all[i].err = newObject(role, from)
			return nil
		})
	}
	_ = group.Wait()
	return all
}

// objectOf is newObject for bytes that are at hand, and that from gives again.
func objectOf(role Role, data []byte, from source) *Object {
	sum := sha256.Sum256(data)
	return &Object{
		Role:   role,
		SHA256: hex.EncodeToString(sum[:]),
		Object: bucket.Object{
			Size:   int64(len(data)),
			CRC32C: crc32c.Checksum(data),
			Body: func() (io.ReadCloser, error) {
				data, err := from()
				return io.NopCloser(bytes.NewReader(data)), err
			},
		},
	}
}

// Package bucket defines the storage that a show is published to. Each folder
// below holds one provider; package buckettest holds the conformance suite that
// all of them pass.
//
// Every implementation keeps these rules:
//
//   - An object appears whole or not at all. A reader never sees half of a
//     write, whatever happens to the writer.
//   - A version token names one content under one key. It changes with every
//     write of other bytes, and may change with a write of equal bytes or of
//     headers. It is opaque: compare it for equality only.
//   - The store itself checks preconditions when it writes: of two writers with the
//     same precondition exactly one succeeds. If a store makes versions from content,
//     writing the bytes that an object already has changes nothing, so two writers of
//     the same bytes may both succeed. A claim therefore contains bytes that no other
//     claim has.
//   - A body whose length or CRC32C differs from the Object's is an error and
//     leaves the store unchanged.
//   - List sees every write that returned before List was called.
package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

// Errors that callers branch on. Implementations wrap them.
var (
	// ErrNotExist reports that no object has the key.
	ErrNotExist = errors.New("object does not exist")
	// ErrPrecondition reports that the condition of a call does not hold: another
	// writer has changed the object, or it exists although it must not.
	ErrPrecondition = errors.New("object has changed")
	// ErrNoBucket reports that the bucket itself does not exist.
	ErrNoBucket = errors.New("bucket does not exist")
	// ErrDenied reports that credentials are missing or do not permit the call.
	ErrDenied = errors.New("permission denied")
	// ErrBody reports that a body to be written cannot be read or differs from its
	// Object, for instance because the file has changed. Trying again would not help.
	ErrBody = errors.New("body does not match its size or checksum")
)

// Bucket stores objects by key. Keys are relative, slash-separated and pass
// ValidKey. Implementations are safe for concurrent use.
type Bucket interface {
	// List yields every object whose key starts with prefix, in key order. The
	// error, if any, ends the sequence.
	List(ctx context.Context, prefix string) iter.Seq2[Attrs, error]

	// Open reads an object from offset on; offset must not be negative. A negative
	// length reads to the end of the object. A range that goes beyond the end gives the
	// bytes up to the end, which may be none. The Attrs describe the whole object. The
	// caller closes the reader. The error is ErrNotExist if there is no object.
	Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, Attrs, error)

	// Write stores an object under the condition and returns the attributes of
	// what was stored. The error is ErrPrecondition if the condition does not
	// hold.
	Write(ctx context.Context, o *Object, cond Condition) (Attrs, error)

	// SetHeaders changes headers and metadata under the condition, without sending
	// the body again. The error is ErrNotExist if there is no object.
	SetHeaders(ctx context.Context, key string, h Headers, cond Condition) (Attrs, error)

	// Delete removes an object under the condition. The error is ErrNotExist if
	// there is no object; a store may also return ErrPrecondition if the condition
	// names a version.
	Delete(ctx context.Context, key string, cond Condition) error

	// URL returns the address of the bucket as configured, for messages:
	// gs://my-show/prefix.
	URL() string
}

// Condition must hold for a write to happen. The zero value always holds. At most
// one field is set.
type Condition struct {
	Absent  bool   // no object has the key
	Version string // the object has this version token
}

// Check returns ErrPrecondition unless the condition holds for an object with this
// version token. An empty token means that there is no object. Check is for stores
// that check conditions while they hold a lock.
func (c Condition) Check(version string) error {
	switch {
	case c.Absent && version != "":
		return fmt.Errorf("%w: it exists already", ErrPrecondition)
	case c.Version != "" && version == "":
		return fmt.Errorf("%w: it is gone", ErrPrecondition)
	case c.Version != "" && c.Version != version:
		return fmt.Errorf("%w: it is at version %s, not %s", ErrPrecondition, version, c.Version)
	}
	return nil
}

// Headers are the HTTP headers that an object is served with. An empty header is not
// sent.
type Headers struct {
	ContentType        string
	CacheControl       string
	ContentEncoding    string
	ContentDisposition string
	ContentLanguage    string
	Metadata           map[string]string // lower-case keys; nil if there is none
}

// Field is a header of an object by its name in HTTP.
type Field struct{ Name, Value string }

// Fields returns the headers in a fixed order, including empty ones and without the
// metadata.
func (h *Headers) Fields() []Field {
	return []Field{
		{"Content-Type", h.ContentType},
		{"Cache-Control", h.CacheControl},
		{"Content-Encoding", h.ContentEncoding},
		{"Content-Disposition", h.ContentDisposition},
		{"Content-Language", h.ContentLanguage},
	}
}

// Object is an object to be written.
type Object struct {
	Key string
	Headers
	Size   int64
	CRC32C uint32 // CRC-32 of the whole body, with Castagnoli's polynomial
	Digest string // SHA-256 of the body, in hex, if the caller has just computed it from the bytes; else empty

	// Body opens the body at its first byte. It is called for every try of a write.
	Body func() (io.ReadCloser, error)
}

// Attrs describe a stored object.
type Attrs struct {
	Key string
	Headers
	Size    int64
	CRC32C  uint32 // CRC32C of the whole body; 0 means unknown unless the object is empty
	Version string
	Updated time.Time // when it was last written, by the store's clock
}

// Headerless is implemented by buckets that keep no headers, because the server
// derives them from keys. A plan then does not compare headers.
type Headerless interface{ Headerless() }

// ValidKey returns an error if a key may not be used. A key consists of non-empty
// segments other than "." and "..", separated by single slashes, has at most 1,024
// bytes, is valid UTF-8 without U+FFFD, and contains no ASCII control character and no
// backslash. It therefore means the same object on every provider and stays inside the
// root of a folder.
func ValidKey(key string) error {
	if key == "" || len(key) > 1024 {
		return fmt.Errorf("key %q: want 1 to 1024 bytes", key)
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return fmt.Errorf("key %q: bad segment %q", key, segment)
		}
	}
	if i := strings.IndexFunc(key, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' || r == 0xFFFD }); i >= 0 {
		return fmt.Errorf("key %q: bad character at byte %d", key, i)
	}
	return nil
}

// Package record reads and writes what onair knows of a storage: its listing,
// and release.json, the record of what was published last.
//
// release.json says who published what, when and from which commit; for every object
// its SHA-256, CRC32C, size, class and the bucket's version token; and what the feed
// says about each episode. If release.json is lost, the next publish makes it again from
// the listing and the live feed.
//
// The keys of onair's own objects begin with .onair/. Among them are:
//
//	.onair/release.json           the record
//	.onair/feeds/<sha256>.xml     the last feeds, for a rollback
//	.onair/locks/<sha256>.lock    the onair.lock that was published last
//	.onair/parts/<sha256>         parts of tagged audio
//	.onair/clock                  written to read the storage's clock
package record

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"time"

	"onair/internal/crc32c"
	"onair/publish/bucket"
)

// Storage is where a show is published: the bucket that listeners read, and the
// bucket for onair's own records. If State is nil, the records are in Public,
// where everybody can read them; they then contain nothing about unreleased
// episodes.
type Storage struct {
	Public bucket.Bucket
	State  bucket.Bucket // nil if the records are in Public
	Owner  *Owner        // show that uses the storage; records of other shows are refused; nil disables the check
}

// Records returns the bucket of onair's own records.
func (s Storage) Records() bucket.Bucket {
	if s.State != nil {
		return s.State
	}
	return s.Public
}

// keepsParts reports whether the parts of tagged audio are kept and joined. In a
// folder that listeners read, parts would only be a second copy on the same disk.
func (s Storage) keepsParts() bool {
	_, joins := s.Public.(bucket.Joiner)
	return joins && (s.State != nil || !Headerless(s.Public))
}

// Headerless reports whether a bucket does not store headers, like a folder.
func Headerless(b bucket.Bucket) bool {
	_, ok := b.(bucket.Headerless)
	return ok
}

// maxBytes is the size limit of Download. release.json has about 400 bytes for each
// object, so this is enough for a catalogue of more than 10,000 episodes.
const maxBytes = 128 << 20

// Download reads a record or a feed. It fails if there are more than 128 MiB.
func Download(ctx context.Context, b bucket.Bucket, key string) ([]byte, error) {
	r, _, err := b.Open(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err == nil && len(data) > maxBytes {
		err = fmt.Errorf("%s is larger than %d bytes", key, maxBytes)
	}
	return data, err
}

// Stat returns the attributes of one object, or bucket.ErrNotExist.
func Stat(ctx context.Context, b bucket.Bucket, key string) (bucket.Attrs, error) {
	if sparse, ok := b.(bucket.Sparse); ok {
		return sparse.Stat(ctx, key)
	}
	for attrs, err := range b.List(ctx, key) {
		if err != nil {
			return attrs, err
		}
		if attrs.Key == key {
			return attrs, nil
		}
		break // keys are in order, so the key itself would have come first
	}
	return bucket.Attrs{}, bucket.ErrNotExist
}

// clockKey is the key of an object that is written only to read the storage's
// clock.
const clockKey = bucket.RecordsPrefix + "clock"

// AskClock returns the time of the storage's clock, by writing an object. Pruning
// uses it because the clocks of publishers may be wrong.
func AskClock(ctx context.Context, s Storage) (time.Time, error) {
	attrs, err := s.Records().Write(ctx, NewObject(clockKey, []byte("{}\n")), bucket.Condition{})
	return attrs.Updated, err
}

// NewObject returns one of onair's own records, with headers that forbid caching
// it.
func NewObject(key string, data []byte) *bucket.Object {
	sum := sha256.Sum256(data)
	return &bucket.Object{
		Key:    key,
		Size:   int64(len(data)),
		CRC32C: crc32c.Checksum(data),
		Headers: bucket.Headers{
			ContentType:  contentType(key),
			CacheControl: "private, no-store",
			Metadata:     map[string]string{bucket.MetaSHA256: hex.EncodeToString(sum[:])},
		},
		Body: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

func contentType(key string) string {
	switch path.Ext(key) {
	case ".json":
		return "application/json"
	case ".xml":
		return "application/xml; charset=utf-8"
	}
	return "application/octet-stream"
}

// Package buckettest is a conformance suite for package bucket. Every provider
// passes it: mem and file in their own tests, cloud providers with an emulator and,
// on request, with a real bucket.
package buckettest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"onair/internal/crc32c"
	"onair/publish/bucket"
)

// Options describe what a provider cannot do. Each string is the reason to skip the
// tests that need the ability; empty runs them.
type Options struct {
	// IgnoresDeleteConditions is set if a delete ignores its condition.
	IgnoresDeleteConditions string
	// IgnoresHeaderConditions is set if a change of headers ignores its condition.
	IgnoresHeaderConditions string
	// KeepsOldHeaders is set if new headers are added to the old ones.
	KeepsOldHeaders string
	// MixesVersions is set if a read may return the body of one write and the
	// headers of another.
	MixesVersions string
	// IgnoresJoinConditions is set if a join ignores the conditions on the object
	// and its parts.
	IgnoresJoinConditions string
	// CannotJoinLarge is set if the provider cannot copy ranges correctly.
	CannotJoinLarge string
	// Sibling returns another empty bucket of the same provider, for parts. nil keeps
	// parts only in the bucket itself.
	Sibling func(t *testing.T, b bucket.Bucket) bucket.Bucket
	// Large is the size, in bytes, of a body that the provider's client sends in parts;
	// 0 if it never does. It is a multiple of 16.
	Large int
	// ManyKeys is how many objects the test of paged listings writes; a page must hold
	// fewer. 0 skips the test, as for a store without pages.
	ManyKeys int
	// Racers is how many writers compete for one object. 0 means 100.
	Racers int
}

// Run runs the suite. open returns a new empty bucket for each subtest.
func Run(t *testing.T, open func(t *testing.T) bucket.Bucket, opts *Options) {
	if opts == nil {
		opts = &Options{}
	}
	s := &suite{open: open, opts: *opts}
	if s.opts.Racers == 0 {
		s.opts.Racers = 100
	}
	for _, test := range []struct {
		name string
		run  func(*testing.T, *store)
	}{
		{"write and read", s.writeAndRead},
		{"look at one object", s.stat},
		{"try preconditions out", s.probe},
		{"ranges", s.ranges},
		{"headers are kept", s.headers},
		{"headers are taken away", s.headersGo},
		{"headers are set under a condition", s.headerConditions},
		{"odd keys", s.oddKeys},
		{"invalid keys", s.invalidKeys},
		{"nothing there", s.notThere},
		{"write under a condition", s.writeConditions},
		{"delete", s.delete},
		{"delete under a condition", s.deleteConditions},
		{"wrong bodies leave the store as it was", s.wrongBodies},
		{"body is asked for again", s.bodyFromStart},
		{"cancelled", s.cancelled},
		{"cancelled by the body", s.cancelledHalfWay},
		{"list", s.list},
		{"list stops", s.listStops},
		{"list while writing", s.listWhileWriting},
		{"list in pages", s.listPages},
		{"one creator wins", s.oneCreatorWins},
		{"one updater wins", s.oneUpdaterWins},
		{"readers never see half", s.neverHalf},
		{"join", s.join},
		{"join under a condition", s.joinConditions},
		{"join of wrong parts", s.joinParts},
		{"join cancelled", s.joinCancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.run(t, &store{T: t, Bucket: open(t)})
		})
	}
}

type suite struct {
	open func(t *testing.T) bucket.Bucket
	opts Options
}

// store is a bucket under test, with methods that report failures to the test.
type store struct {
	*testing.T
	bucket.Bucket
}

// Object returns an object with a body in memory.
func Object(key, body string) *bucket.Object {
	return &bucket.Object{
		Key:     key,
		Headers: bucket.Headers{ContentType: "text/plain; charset=utf-8", CacheControl: "public, max-age=60"},
		Size:    int64(len(body)),
		CRC32C:  crc32c.Checksum([]byte(body)),
		Body:    func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil },
	}
}

// put writes an object.
func (s *store) put(key, body string, cond bucket.Condition) bucket.Attrs {
	s.Helper()
	a, err := s.Write(s.Context(), Object(key, body), cond)
	if err != nil {
		s.Fatalf("Write(%q, %+v): %v", key, cond, err)
	}
	return a
}

// get reads an object that must exist.
func (s *store) get(key string) (string, bucket.Attrs) {
	s.Helper()
	body, a, err := s.read(s.Context(), key, 0, -1)
	if err != nil {
		s.Fatalf("Open(%q): %v", key, err)
	}
	return body, a
}

func (s *store) read(ctx context.Context, key string, offset, length int64) (string, bucket.Attrs, error) {
	r, a, err := s.Open(ctx, key, offset, length)
	if err != nil {
		return "", a, err
	}
	var body bytes.Buffer
	_, err = body.ReadFrom(r)
	if err := r.Close(); err != nil {
		return "", a, err
	}
	return body.String(), a, err
}

// keys returns the listed keys.
func (s *store) keys(prefix string) []string {
	s.Helper()
	keys := []string{}
	for a, err := range s.List(s.Context(), prefix) {
		if err != nil {
			s.Fatalf("List(%q): %v", prefix, err)
		}
		keys = append(keys, a.Key)
	}
	return keys
}

// is checks that a call returned the wanted error.
func (s *store) is(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("got error %v, want %v", err, want)
	}
}

// holds checks that the object with a key has these bytes.
func (s *store) holds(key, want string) {
	s.Helper()
	if got, _ := s.get(key); got != want {
		s.Errorf("%s holds %.99q, %d bytes, want %.99q, %d bytes", key, got, len(got), want, len(want))
	}
}

// skip skips the test if there is a reason to.
func (s *store) skip(reason string) {
	s.Helper()
	if reason != "" {
		s.Skip(reason)
	}
}

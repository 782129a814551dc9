package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/publish/bucket"
)

// Listing is a listing of a storage, with facts about it.
type Listing struct {
	Objects    map[string]bucket.Attrs // in the public bucket, by key, without onair's records
	Parts      map[string]bucket.Attrs // kept parts, and leftovers of a join that crashed, by key
	Copies     map[string]bucket.Attrs // kept feeds and locks, by key
	State      *State                  // nil until ReadState
	Headerless bool                    // the public bucket keeps no headers to compare
	KeepsParts bool                    // tagged audio is joined from parts
	Private    bool                    // the records are not in the public bucket
	JoinSends  func([]int64) int64     // returns how many bytes a join of parts of these sizes sends; nil if a join sends no bytes
	Sparse     bool                    // the bucket of the records can stat one object without listing
	Rebuilt    bool                    // State was rebuilt from a live feed that onair wrote
	Clock      time.Time               // time at which the newest listed object was written, by the storage's clock
	Requests   Requests                // requests made so far: for the listing, and for reads after it
	Digest     string                  // digest of all that was listed: keys, versions, sizes, headers, times

	record, former *bucket.Attrs // release.json in the bucket of records, and an older one in the public bucket if the records were there before
}

// Requests are requests to the storage, by kind.
type Requests struct{ List, Read, Write, Copy, Delete int }

// List lists a storage. It does not read the record: State is nil. Two listings with the
// same Digest are equal.
func List(ctx context.Context, s Storage) (*Listing, error) {
	_, sparse := s.Records().(bucket.Sparse)
	seen := &Listing{
		Sparse:     sparse,
		Objects:    map[string]bucket.Attrs{},
		Parts:      map[string]bucket.Attrs{},
		Copies:     map[string]bucket.Attrs{},
		Headerless: Headerless(s.Public),
		KeepsParts: s.keepsParts(),
		Private:    s.State != nil,
	}
	if joiner, ok := s.Public.(bucket.PartJoiner); ok {
		seen.JoinSends = joiner.JoinSends
	}
	sum := sha256.New()
	var line []byte
	list := func(b bucket.Bucket, prefix string, public bool) error {
		fmt.Fprintln(sum, b.URL())
		n := 0
		for attrs, err := range b.List(ctx, prefix) {
			if err != nil {
				return err
			}
			n++
			line = appendAttrs(line[:0], &attrs)
			sum.Write(line)
			if attrs.Updated.After(seen.Clock) {
				seen.Clock = attrs.Updated
			}
			seen.add(attrs, public)
		}
		seen.Requests.List += 1 + max(0, n-1)/1000
		return nil
	}
	// The record is listed before the show's objects; in a single bucket its key sorts
	// before theirs. So if another publisher claims the storage while the objects are
	// listed, the listed record is outdated, and this publisher's claim fails.
	if s.State != nil {
		if err := list(s.State, bucket.RecordsPrefix, false); err != nil {
			return nil, err
		}
	}
	if err := list(s.Public, "", true); err != nil {
		return nil, err
	}
	seen.Digest = hex.EncodeToString(sum.Sum(nil))
	return seen, nil
}

// add adds an object. public says that it is in the public bucket.
func (l *Listing) add(attrs bucket.Attrs, public bool) {
	own := strings.HasPrefix(attrs.Key, bucket.RecordsPrefix)
	switch {
	case public && !own:
		l.Objects[attrs.Key] = attrs
	case public && l.Private:
		if attrs.Key == Key { // left from the time before the records had their own bucket
			l.former = &attrs
		}
	case attrs.Key == Key:
		l.record = &attrs
	case strings.HasPrefix(attrs.Key, feedsPrefix), strings.HasPrefix(attrs.Key, locksPrefix):
		l.Copies[attrs.Key] = attrs
	case strings.HasPrefix(attrs.Key, bucket.PartsPrefix), strings.HasPrefix(attrs.Key, bucket.JoinedPrefix):
		l.Parts[attrs.Key] = attrs
	}
}

// appendAttrs appends a line that differs for different attributes.
func appendAttrs(line []byte, attrs *bucket.Attrs) []byte {
	line = strconv.AppendQuote(line, attrs.Key)
	line = strconv.AppendQuote(line, attrs.Version)
	for _, f := range attrs.Fields() {
		line = strconv.AppendQuote(line, f.Value)
	}
	return fmt.Appendf(line, "%d %d %d %q\n", attrs.Size, attrs.CRC32C, attrs.Updated.UnixNano(), attrs.Metadata)
}

// ReadState reads the record. If the bucket for records is new, it reads the
// record that is still in the public bucket. cacheDir is where this machine keeps
// its copy; empty disables it.
func (l *Listing) ReadState(ctx context.Context, s Storage, cacheDir string) (err error) {
	if l.record == nil && l.former != nil {
		l.State, err = readState(ctx, s.Public, l.former, cacheDir, &l.Requests)
		if err == nil {
			err = l.State.checkOwner(s, s.Public.URL())
			l.State.Version, l.State.Feeds, l.State.LockSHA256 = "", nil, "" // their copies are not in the new bucket
		}
		return err
	}
	l.State, err = readState(ctx, s.Records(), l.record, cacheDir, &l.Requests)
	if err != nil {
		return err
	}
	return l.State.checkOwner(s, s.Records().URL())
}

// Complete adds the attributes that the listing of a sparse bucket lacks, for the
// objects and parts of a release. It takes them from the record if an object still has
// the recorded version and was not written after the record: a change of headers
// changes an object's time but not its version. It makes one request for each other
// object. A publish records what it is going to write with the versions that it found, so
// after an interrupted publish only the records of immutable objects are used.
func (l *Listing) Complete(ctx context.Context, s Storage, objects, parts []*bucket.Object) error {
	public, sparse := s.Public.(bucket.Sparse)
	if !sparse {
		return nil
	}
	var unknown []string
	for _, o := range objects {
		attrs, ok := l.Objects[o.Key]
		known := l.State.Objects[o.Key]
		switch {
		case !ok:
		case l.State.Phase != Done && known.Class != "immutable":
			unknown = append(unknown, o.Key)
		case known.Version == attrs.Version && known.Version != "" && (l.record == nil || !attrs.Updated.After(l.record.Updated)):
			attrs.CRC32C, attrs.ContentType, attrs.CacheControl = known.CRC32C, known.ContentType, known.CacheControl
			attrs.Metadata = map[string]string{bucket.MetaSHA256: known.SHA256}
			if known.SHA256 == o.Metadata[bucket.MetaSHA256] { // equal content has equal metadata
				attrs.Metadata = o.Metadata
			}
			l.Objects[o.Key] = attrs
		default:
			unknown = append(unknown, o.Key)
		}
	}
	for _, o := range parts { // a part's name is its digest, and a part is written whole or not at all
		if attrs, ok := l.Parts[o.Key]; ok {
			attrs.CRC32C = o.CRC32C
			l.Parts[o.Key] = attrs
		}
	}
	return l.stat(ctx, public, unknown)
}

// parallel is how many objects are requested at once.
const parallel = 8

// stat requests the attributes of objects, several at once.
func (l *Listing) stat(ctx context.Context, b bucket.Sparse, keys []string) error {
	found := make([]bucket.Attrs, len(keys))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, key := range keys {
		group.Go(func() (err error) {
			found[i], err = b.Stat(ctx, key)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, attrs := range found {
		l.Objects[attrs.Key] = attrs
	}
	l.Requests.Read += len(keys)
	return nil
}

// Edited reports whether an object has other bytes than the record says. An object that
// an interrupted publish has not written yet does not count as edited. A sparse listing
// has no checksums of objects that the release does not have, so only their sizes are
// compared.
func (l *Listing) Edited(key string) bool {
	attrs, there := l.Objects[key]
	known, recorded := l.State.Objects[key]
	if !there || !recorded || l.State.Phase != Done && attrs.Version == known.Version {
		return false
	}
	return attrs.Size != known.Bytes || attrs.CRC32C != 0 && attrs.CRC32C != known.CRC32C
}

// EditedHeaders reports whether an object has other headers than the record says. A
// bucket without headers has none to compare, and a sparse listing only has the headers
// of objects in the release. After an interrupted publish it returns false.
func (l *Listing) EditedHeaders(key string) bool {
	attrs, there := l.Objects[key]
	known, recorded := l.State.Objects[key]
	if !there || !recorded || l.Headerless || attrs.CRC32C == 0 && attrs.Size > 0 || l.State.Phase != Done {
		return false
	}
	published := bucket.Headers{ContentType: known.ContentType, CacheControl: known.CacheControl}
	return !slices.Equal(attrs.Fields(), published.Fields())
}

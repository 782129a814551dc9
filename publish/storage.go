package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/feed"
	"onair/publish/bucket"
)

// StatePrefix is where onair keeps its own records in a bucket.
const StatePrefix = ".onair/"

// Storage is where a show goes: the bucket that listeners read, and the one for
// onair's own records. Without a State of its own the records are in Public,
// where they can be read by anybody; nothing of an unreleased episode is then
// stored.
type Storage struct {
	Public bucket.Bucket
	State  bucket.Bucket // nil: Public
}

// state is the bucket of onair's own records.
func (s Storage) state() bucket.Bucket {
	if s.State != nil {
		return s.State
	}
	return s.Public
}

// keepsParts reports whether tagged audio is joined from parts that are kept. In
// a folder that listeners read, parts would only be a second copy on the same
// disk.
func (s Storage) keepsParts() bool {
	_, joins := s.Public.(bucket.Joiner)
	return joins && (s.State != nil || !headerless(s.Public))
}

func headerless(b bucket.Bucket) bool {
	_, ok := b.(bucket.Headerless)
	return ok
}

// Observed is what a look at the storage found.
type Observed struct {
	Objects    map[string]bucket.Attrs // in the public bucket, by key; onair's records left out
	Parts      map[string]bucket.Attrs // parts that are kept, by key, and what a crashed join left
	Copies     map[string]bucket.Attrs // kept feeds and locks, by key
	State      *State                  // what is on record; nil until it is read
	Headerless bool                    // the public bucket keeps no headers: there are none to compare
	KeepsParts bool                    // tagged audio is joined from parts
	Private    bool                    // the records are in a bucket of their own
	JoinSends  func([]int64) int64     // how many bytes travel to join parts of these sizes; nil: none
	Sparse     bool                    // that bucket tells of one object without listing
	Rebuilt    bool                    // there is no record, but a feed that onair wrote
	Clock      time.Time               // when the storage was last written to, by its own clock
	Requests   Requests                // what the look cost
	Listing    string                  // digest of all that was listed: names, versions, sizes, headers

	record, former *bucket.Attrs // release.json, and the one of a time before there was a State
}

// observe lists the storage and reads what onair knows of it. Where a listing
// says less than the objects do, the record stands in for what is still at the
// version it knows, and the objects of the release that it does not know are
// looked at one by one. The release may be nil.
func observe(ctx context.Context, s Storage, r *Release, cacheDir string) (*Observed, error) {
	seen, err := List(ctx, s)
	if err != nil {
		return nil, err
	}
	return seen, seen.read(ctx, s, r, cacheDir)
}

// read adds to a listing what it does not say.
func (seen *Observed) read(ctx context.Context, s Storage, r *Release, cacheDir string) error {
	if err := seen.readState(ctx, s, cacheDir); err != nil {
		return err
	}
	if err := seen.complete(ctx, s, r); err != nil {
		return err
	}
	return seen.rebuild(ctx, s, r)
}

// Listing is the digest of the storage's listing that the plan was made from.
func (p *Plan) Listing() string { return p.seen.Listing }

// List lists a storage, and sorts out what is what. It does not read the record:
// State is nil. While Listing stays the same, a plan finds what it found.
func List(ctx context.Context, s Storage) (*Observed, error) {
	_, sparse := s.state().(bucket.Sparse)
	seen := &Observed{
		Sparse:     sparse,
		Objects:    map[string]bucket.Attrs{},
		Parts:      map[string]bucket.Attrs{},
		Copies:     map[string]bucket.Attrs{},
		Headerless: headerless(s.Public),
		KeepsParts: s.keepsParts(),
		Private:    s.State != nil,
	}
	if joiner, ok := s.Public.(bucket.PartJoiner); ok {
		seen.JoinSends = joiner.JoinSends
	}
	sum := sha256.New()
	list := func(b bucket.Bucket, prefix string, public bool) error {
		fmt.Fprintln(sum, b.URL())
		n := 0
		for attrs, err := range b.List(ctx, prefix) {
			if err != nil {
				return err
			}
			n++
			fmt.Fprintf(sum, "%q %q %d %d %q\n", attrs.Key, attrs.Version, attrs.Size, attrs.CRC32C, attrs.Headers)
			if attrs.Updated.After(seen.Clock) {
				seen.Clock = attrs.Updated
			}
			own := strings.HasPrefix(attrs.Key, StatePrefix)
			switch {
			case public && !own:
				seen.Objects[attrs.Key] = attrs
			case public && s.State != nil:
				if attrs.Key == stateKey { // of a time before there was a State
					seen.former = &attrs
				}
			case attrs.Key == stateKey:
				seen.record = &attrs
			case strings.HasPrefix(attrs.Key, feedsPrefix), strings.HasPrefix(attrs.Key, locksPrefix):
				seen.Copies[attrs.Key] = attrs
			case strings.HasPrefix(attrs.Key, partsPrefix), strings.HasPrefix(attrs.Key, bucket.JoinedPrefix):
				seen.Parts[attrs.Key] = attrs
			}
		}
		seen.Requests.List += 1 + max(0, n-1)/1000
		return nil
	}
	// The record first (in one bucket its key comes first): whoever publishes during
	// the look writes another, and then the claim fails before anything is changed.
	if s.State != nil {
		if err := list(s.State, StatePrefix, false); err != nil {
			return nil, err
		}
	}
	if err := list(s.Public, "", true); err != nil {
		return nil, err
	}
	seen.Listing = hex.EncodeToString(sum.Sum(nil))
	return seen, nil
}

// readState reads the record; where a bucket for it is new, the one that is
// still in the public bucket.
func (seen *Observed) readState(ctx context.Context, s Storage, cacheDir string) (err error) {
	if seen.record == nil && seen.former != nil {
		seen.State, err = readState(ctx, s.Public, seen.former, cacheDir, &seen.Requests)
		if err == nil {
			seen.State.version, seen.State.Feeds, seen.State.LockSHA256 = "", nil, "" // their copies are not in the new bucket
		}
		return err
	}
	seen.State, err = readState(ctx, s.state(), seen.record, cacheDir, &seen.Requests)
	return err
}

// rebuild takes from the live feed what a lost record would have said of it: the
// episodes that must not leave it. A feed that onair wrote makes what lies
// around it onair's.
func (seen *Observed) rebuild(ctx context.Context, s Storage, r *Release) error {
	if r == nil || seen.State.Phase != "" {
		return nil
	}
	if _, ok := seen.Objects[r.Show.Feed.Path]; !ok {
		return nil
	}
	data, err := download(ctx, s.Public, r.Show.Feed.Path, maxState)
	if err != nil {
		return fmt.Errorf("read the live feed: %w", err)
	}
	seen.Requests.Read++
	_, episodes, err := readFeed(data, r.Show.URL)
	if err != nil {
		return nil // not a feed, and so nothing that could lose an episode
	}
	seen.State.Episodes = episodes
	seen.Rebuilt = feed.IsOwn(data)
	return nil
}

// complete fills in what the listing of a sparse bucket left out.
func (seen *Observed) complete(ctx context.Context, s Storage, r *Release) error {
	public, sparse := s.Public.(bucket.Sparse)
	if !sparse || r == nil {
		return nil
	}
	var unknown []string
	for _, o := range r.Objects {
		attrs, ok := seen.Objects[o.Key]
		known := seen.State.Objects[o.Key]
		switch {
		case !ok:
		case known.Version == attrs.Version && known.Version != "":
			attrs.CRC32C, attrs.ContentType, attrs.CacheControl = known.CRC32C, known.ContentType, known.CacheControl
			attrs.Metadata = map[string]string{metaSHA256: known.SHA256}
			if known.SHA256 == o.SHA256 { // metadata follows from the content
				attrs.Metadata = o.Metadata
			}
			seen.Objects[o.Key] = attrs
		default:
			unknown = append(unknown, o.Key)
		}
	}
	for _, o := range r.Parts { // named by their SHA-256, and written whole or not at all
		if attrs, ok := seen.Parts[o.Key]; ok {
			attrs.CRC32C = o.CRC32C
			seen.Parts[o.Key] = attrs
		}
	}
	return seen.stat(ctx, public, unknown)
}

// stat looks at objects one by one, several at once.
func (seen *Observed) stat(ctx context.Context, b bucket.Sparse, keys []string) error {
	found := make([]bucket.Attrs, len(keys))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(defaultParallel)
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
		seen.Objects[attrs.Key] = attrs
	}
	seen.Requests.Read += len(keys)
	return nil
}

// download reads a whole object that is not expected to be large.
func download(ctx context.Context, b bucket.Bucket, key string, limit int64) ([]byte, error) {
	r, _, err := b.Open(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", key, limit)
	}
	return data, err
}

// clockKey is an object that is written only to read the storage's clock.
const clockKey = StatePrefix + "clock"

// askClock asks the storage what time it is, which takes a write. Pruning goes by
// this clock, because those of publishers may be wrong.
func askClock(ctx context.Context, s Storage) (time.Time, error) {
	attrs, err := s.state().Write(ctx, recordObject(clockKey, []byte("{}\n")), bucket.Condition{})
	return attrs.Updated, err
}

// missing reports whether there is no such object.
func missing(err error) bool { return errors.Is(err, bucket.ErrNotExist) }

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

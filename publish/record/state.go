package record

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onair/internal/durable"
	"onair/publish/bucket"
)

const (
	// Key is the key of the record.
	Key = bucket.RecordsPrefix + "release.json"

	feedsPrefix = bucket.RecordsPrefix + "feeds/"
	locksPrefix = bucket.RecordsPrefix + "locks/"
)

// FeedKey returns the key of the copy of a feed with this SHA-256.
func FeedKey(sha256 string) string { return feedsPrefix + sha256 + ".xml" }

// LockKey returns the key of the copy of a lock with this SHA-256.
func LockKey(sha256 string) string { return locksPrefix + sha256 + ".lock" }

// schemaVersion is the schema version of release.json.
const schemaVersion = 1

// State is release.json: what was published last, or is being published.
type State struct {
	SchemaVersion int               `json:"schema_version"`
	Phase         Phase             `json:"phase"`            // empty if nothing is on record
	Nonce         string            `json:"nonce"`            // random; makes every record differ from others
	By            string            `json:"by,omitempty"`     // who published
	At            time.Time         `json:"at"`               // time of the publish, by the publisher's clock
	Commit        string            `json:"commit,omitempty"` // commit of the show's git repository
	FeedSHA256    string            `json:"feed_sha256"`
	LockSHA256    string            `json:"lock_sha256,omitempty"` // SHA-256 of the kept copy of the lock
	Episodes      []Episode         `json:"episodes"`              // episodes in the feed, newest first
	Feeds         []KeptFeed        `json:"feeds"`                 // feeds that are kept for a rollback, newest first
	Pending       Pending           `json:"pending"`               // work that this publish, or the next one, has to do
	Announced     Announced         `json:"announced"`
	Deleting      []string          `json:"deleting,omitempty"` // keys that a publish deletes, or was deleting when it was interrupted
	Objects       map[string]Object `json:"objects"`            // every object that onair published, by key

	// Owner is the show that the record belongs to; nil if it is not known.
	Owner *Owner `json:"owner,omitempty"`
	// MovedFrom has the addresses of the feed under former URLs of the show.
	MovedFrom []string `json:"moved_from,omitempty"`
	// Moved maps the former slugs of episodes to their GUIDs. The page of a former slug
	// leads to the episode's present page.
	Moved map[string]string `json:"moved,omitempty"`
	// Tree identifies the show's files at the time of the publish, in the form of
	// checkout.Files; empty if they are not known.
	Tree string `json:"tree,omitempty"`

	Version string `json:"-"` // the bucket's token of this record; empty if there was none
}

// Phase is how far a publish got.
type Phase string

// A publish claims the record as Applying and ends it as Done. After a crash the
// record stays Applying, and the next publish continues.
const (
	Applying Phase = "applying"
	Done     Phase = "done"
)

// Episode is the entry of an episode in the live feed: the facts that a plan needs
// to describe what will change for listeners.
type Episode struct {
	GUID  string `json:"guid"`
	Slug  string `json:"slug"`
	Title string `json:"title"`
	Audio string `json:"audio"`          // key of the tagged audio
	Item  string `json:"item,omitempty"` // SHA-256 of the episode's item in the feed

	Alternates map[string]string `json:"alternates,omitempty"` // keys of the audio in other languages
}

// KeptFeed is a feed that was live and can be restored.
type KeptFeed struct {
	SHA256 string    `json:"sha256"`
	Base   string    `json:"base,omitempty"` // URL of the show when the feed was live
	At     time.Time `json:"at"`
	Commit string    `json:"commit,omitempty"`
	Items  int       `json:"items"`
}

// Pending is the work of a publish that remains once all objects are written.
type Pending struct {
	Purge    []string `json:"purge,omitempty"`    // keys whose copies the CDN has to drop
	Verify   bool     `json:"verify,omitempty"`   // what is live was not verified
	Erase    []string `json:"erase,omitempty"`    // slugs of removed episodes whose files are to be deleted
	Announce []string `json:"announce,omitempty"` // channels that were not notified
}

// Announced is the feed that was announced last, and the channels that were
// notified. No feed is announced to a channel twice.
type Announced struct {
	FeedSHA256 string   `json:"feed_sha256,omitempty"`
	Channels   []string `json:"channels,omitempty"`
}

// Object is an object as onair last wrote it.
type Object struct {
	SHA256       string     `json:"sha256"`
	CRC32C       uint32     `json:"crc32c"`
	Bytes        int64      `json:"bytes"`
	Class        string     `json:"class"` // immutable, page or feed
	ContentType  string     `json:"content_type,omitempty"`
	CacheControl string     `json:"cache_control,omitempty"`
	Version      string     `json:"version,omitempty"`
	Unwanted     *time.Time `json:"unreferenced_since,omitempty"` // since when no release has the object, by the storage's clock; nil if the release has it
	Unproven     bool       `json:"unproven,omitempty"`           // written by a publish that ended early, and possibly never proven
}

// Episode returns the record of the episode with the GUID, or nil.
func (s *State) Episode(guid string) *Episode {
	for i := range s.Episodes {
		if s.Episodes[i].GUID == guid {
			return &s.Episodes[i]
		}
	}
	return nil
}

// FeedKey returns the key of the feed that was published last; empty if none is on
// record.
func (s *State) FeedKey() string {
	if s.Owner != nil && s.Owner.Feed != "" {
		return s.Owner.Feed
	}
	return cmp.Or(append(s.FormerFeeds(""), "")...)
}

// FormerFeeds returns the keys at which the feed was published before, in order. It leaves
// out the current key.
func (s *State) FormerFeeds(current string) (keys []string) {
	for key, o := range s.Objects {
		if o.Class == "feed" && key != current && bucket.ValidKey(key) == nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Unfinished reports whether the last publish left work unfinished.
func (s *State) Unfinished() bool {
	return s.Phase == Applying || len(s.Deleting) > 0 || len(s.Pending.Purge) > 0 || s.Pending.Verify || len(s.Pending.Erase) > 0 || len(s.Pending.Announce) > 0
}

// maxFeeds is how many feeds are kept.
const maxFeeds = 20

// KeepFeed records a feed as the newest, even if the feed is recorded already, and
// drops the oldest feed if there are more than maxFeeds.
func (s *State) KeepFeed(f KeptFeed) {
	feeds := []KeptFeed{f}
	for _, old := range s.Feeds {
		if old.SHA256 != f.SHA256 && len(feeds) < maxFeeds {
			feeds = append(feeds, old)
		}
	}
	s.Feeds = feeds
}

// NewestFeed returns the SHA-256 of the kept feed that is live. After a rollback
// this is not the first one in the record. If the live feed is not kept, NewestFeed
// returns the first one; it is empty if no feed is kept.
func (s *State) NewestFeed() string {
	switch i := s.indexOfFeed(s.FeedSHA256); {
	case i > 0:
		return s.Feeds[i].SHA256
	case len(s.Feeds) > 0:
		return s.Feeds[0].SHA256
	}
	return ""
}

// KeepFeedAgain moves a kept feed to the front of the kept feeds, as the newest.
func (s *State) KeepFeedAgain(sha256 string) {
	if i := s.indexOfFeed(sha256); i > 0 {
		s.KeepFeed(s.Feeds[i])
	}
}

// EarlierFeed finds a kept feed, other than the live one, by the start of its SHA-256.
// The empty string finds the feed before the live one, so a second rollback goes back
// further.
func (s *State) EarlierFeed(digest string) (f KeptFeed, ok bool) {
	feeds := s.Feeds
	if digest == "" {
		feeds = feeds[s.indexOfFeed(s.FeedSHA256)+1:]
	}
	for _, f := range feeds {
		if f.SHA256 != s.FeedSHA256 && strings.HasPrefix(f.SHA256, digest) {
			return f, true
		}
	}
	return KeptFeed{}, false
}

// indexOfFeed returns the index of a kept feed, or -1.
func (s *State) indexOfFeed(sha256 string) int {
	return slices.IndexFunc(s.Feeds, func(f KeptFeed) bool { return f.SHA256 == sha256 })
}

// ReadState returns the record of the last publish. It is nil only if there is an
// error. cacheDir is where this machine keeps its copy; empty disables it.
func ReadState(ctx context.Context, s Storage, cacheDir string) (*State, error) {
	seen, err := List(ctx, s)
	if err != nil {
		return nil, err
	}
	err = seen.ReadState(ctx, s, cacheDir)
	return seen.State, err
}

// readState reads release.json at the version that the listing has. If the copy on
// this machine has that version, no request is made. A show with nothing to do
// then costs only a listing.
func readState(ctx context.Context, b bucket.Bucket, seen *bucket.Attrs, cacheDir string, cost *Requests) (*State, error) {
	if seen == nil {
		return &State{}, nil
	}
	s := &State{Version: seen.Version}
	cached := cacheFile(cacheDir, b.URL())
	data, err := readCache(cached, seen.Version)
	if err != nil || json.Unmarshal(data, s) != nil {
		if data, err = Download(ctx, b, Key); err != nil {
			return nil, fmt.Errorf("read the record of what is live: %w", err)
		}
		cost.Read++
		s = &State{Version: seen.Version}
		if json.Unmarshal(data, s) != nil { // a damaged record counts as missing
			return &State{Version: seen.Version}, nil
		}
		writeCache(cached, seen.Version, data)
	}
	s.sanitize()
	if s.SchemaVersion > schemaVersion {
		return nil, fmt.Errorf("%s has schema version %d; this onair knows %d: use a newer onair", Key, s.SchemaVersion, schemaVersion)
	}
	return s, nil
}

// sanitize removes malformed values from a record: anybody who can write to the
// bucket can write the record.
func (s *State) sanitize() {
	if !IsHex(s.Commit) {
		s.Commit = ""
	}
	if !IsHex(s.Tree) {
		s.Tree = ""
	}
	s.Feeds = slices.DeleteFunc(s.Feeds, func(f KeptFeed) bool { return !IsHex(f.SHA256) || !IsHex(f.Commit) })
	if !IsHex(s.LockSHA256) {
		s.LockSHA256 = ""
	}
}

// IsHex reports whether a string consists of hexadecimal digits in lower case. It
// is true for the empty string.
func IsHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// cacheFile returns the path of this machine's copy of a bucket's record. The first line of
// the file is the version, the rest is the record. The path is empty without a cache.
func cacheFile(dir, bucketURL string) string {
	if dir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(bucketURL))
	return filepath.Join(dir, "releases", hex.EncodeToString(sum[:16])+".json")
}

// errOtherVersion reports that the copy on this machine has another version.
var errOtherVersion = errors.New("another version")

// readCache returns the copy on this machine if it has the version.
func readCache(name, version string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	kept, data, _ := bytes.Cut(data, []byte("\n"))
	if string(kept) != version {
		return nil, errOtherVersion
	}
	return data, nil
}

// writeCache keeps a copy for the next call. Losing it costs one request.
func writeCache(name, version string, data []byte) {
	if name == "" {
		return
	}
	if os.MkdirAll(filepath.Dir(name), 0o700) == nil {
		_ = durable.WriteFile(name, slices.Concat([]byte(version+"\n"), data), 0o600)
	}
}

// Write stores the record by compare-and-swap on the version that was read, and
// returns the time of the bucket's clock. The error is bucket.ErrPrecondition if
// another publisher was faster.
func (s *State) Write(ctx context.Context, b bucket.Bucket, cacheDir string) (time.Time, error) {
	s.SchemaVersion, s.Nonce = schemaVersion, rand.Text()
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return time.Time{}, err
	}
	data = append(data, '\n')
	cond := bucket.Condition{Version: s.Version}
	if s.Version == "" {
		cond = bucket.Condition{Absent: true}
	}
	attrs, err := b.Write(ctx, NewObject(Key, data), cond)
	if err != nil {
		return time.Time{}, err
	}
	s.Version = attrs.Version
	writeCache(cacheFile(cacheDir, b.URL()), attrs.Version, data)
	return attrs.Updated, nil
}

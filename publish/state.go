package publish

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onair/internal/crc32c"
	"onair/internal/durable"
	"onair/publish/bucket"
)

const stateKey = StatePrefix + "release.json"

// stateVersion is the schema version of release.json.
const stateVersion = 1

// maxState bounds release.json: some 400 bytes an object, for a catalogue of
// 10,000 episodes with room to spare.
const maxState = 128 << 20

// State is release.json: what was published last, or is being published. It is
// status, never truth: lost, it is rebuilt from the bucket's listing.
type State struct {
	SchemaVersion int               `json:"schema_version"`
	Phase         Phase             `json:"phase"`
	Nonce         string            `json:"nonce"`            // of two equal claims one must still lose
	By            string            `json:"by,omitempty"`     // who published
	At            time.Time         `json:"at"`               // when, by their clock
	Commit        string            `json:"commit,omitempty"` // of the show's git repository
	FeedSHA256    string            `json:"feed_sha256"`
	LockSHA256    string            `json:"lock_sha256,omitempty"` // of the copy that is kept
	Episodes      []EpisodeState    `json:"episodes"`              // those in the feed, newest first
	Feeds         []FeedState       `json:"feeds"`                 // kept for rollback, newest first
	Pending       Pending           `json:"pending"`               // what an interrupted publish left to do
	Announced     Announced         `json:"announced"`
	Deleting      []string          `json:"deleting,omitempty"` // keys that a publish prunes at this moment, or crashed over
	Objects       map[string]Record `json:"objects"`            // every object of ours, by key

	version string // the bucket's token of this record; empty: there was none
}

// Phase is how far a publish got.
type Phase string

// A publish claims the record as Applying and ends it as Done. Applying that
// nobody works on any more is what a crash leaves; the next publish goes on.
const (
	Applying Phase = "applying"
	Done     Phase = "done"
)

// EpisodeState is what the live feed says of an episode: enough to name, in the
// next plan, what a listener will see change.
type EpisodeState struct {
	GUID  string `json:"guid"`
	Slug  string `json:"slug"`
	Title string `json:"title"`
	Audio string `json:"audio"`          // key
	Item  string `json:"item,omitempty"` // SHA-256 of all that the feed says of it
}

// FeedState is a feed that was live and can be again.
type FeedState struct {
	SHA256 string    `json:"sha256"`
	Base   string    `json:"base,omitempty"` // the show's URL in it
	At     time.Time `json:"at"`
	Commit string    `json:"commit,omitempty"`
	Items  int       `json:"items"`
}

// Pending is what follows the last write of a publish and may still be to do.
type Pending struct {
	Purge    []string `json:"purge,omitempty"`    // keys whose copies the CDN has to forget
	Verify   bool     `json:"verify,omitempty"`   // nobody has looked whether it worked
	Announce []string `json:"announce,omitempty"` // channels that have not been told
}

// Announced is which feed was announced last, and where: never the same one
// twice to the same channel.
type Announced struct {
	FeedSHA256 string   `json:"feed_sha256,omitempty"`
	Channels   []string `json:"channels,omitempty"`
}

// Record is an object of ours as it was last written.
type Record struct {
	SHA256       string     `json:"sha256"`
	CRC32C       uint32     `json:"crc32c"`
	Bytes        int64      `json:"bytes"`
	Class        Class      `json:"class"`
	ContentType  string     `json:"content_type,omitempty"`
	CacheControl string     `json:"cache_control,omitempty"`
	Version      string     `json:"version,omitempty"`
	Unwanted     *time.Time `json:"unreferenced_since,omitempty"` // by the bucket's clock
	Unproven     bool       `json:"unproven,omitempty"`           // left by a publish that ended early: nobody may have looked
}

// episode returns the record of the episode with the GUID, or nil.
func (s *State) episode(guid string) *EpisodeState {
	for i := range s.Episodes {
		if s.Episodes[i].GUID == guid {
			return &s.Episodes[i]
		}
	}
	return nil
}

// ReadState returns the record of what was published last; never nil without an
// error.
func ReadState(ctx context.Context, s Storage, cacheDir string) (*State, error) {
	seen, err := observe(ctx, s, nil, cacheDir)
	if err != nil {
		return nil, err
	}
	return seen.State, nil
}

// readState reads release.json at the version the listing saw. A copy kept on
// this machine under that version saves the request, so that looking at a show
// with nothing to do costs a listing alone.
func readState(ctx context.Context, b bucket.Bucket, seen *bucket.Attrs, cacheDir string, cost *Requests) (*State, error) {
	if seen == nil {
		return &State{}, nil
	}
	s := &State{version: seen.Version}
	cached := stateCache(cacheDir, b.URL())
	data, err := keptState(cached, seen.Version)
	if err != nil || json.Unmarshal(data, s) != nil {
		if data, err = download(ctx, b, stateKey, maxState); err != nil {
			return nil, fmt.Errorf("read the record of what is live: %w", err)
		}
		cost.Read++
		s = &State{version: seen.Version}
		if json.Unmarshal(data, s) != nil { // damaged is as good as lost, and what is live says the rest
			return &State{version: seen.Version}, nil
		}
		keepState(cached, seen.Version, data)
	}
	s.distrust()
	if s.SchemaVersion > stateVersion {
		return nil, fmt.Errorf("%s has schema version %d; this onair knows %d: use a newer onair", stateKey, s.SchemaVersion, stateVersion)
	}
	return s, nil
}

// distrust takes out of a record what is not what it should be: anybody who can
// write to the bucket can write the record.
func (s *State) distrust() {
	if !isHex(s.Commit) {
		s.Commit = ""
	}
	s.Feeds = slices.DeleteFunc(s.Feeds, func(f FeedState) bool { return !isHex(f.SHA256) || !isHex(f.Commit) })
	if !isHex(s.LockSHA256) {
		s.LockSHA256 = ""
	}
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// stateCache is the file in which this machine keeps its copy of a bucket's
// record, behind a line with the version; empty for none.
func stateCache(dir, bucketURL string) string {
	if dir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(bucketURL))
	return filepath.Join(dir, "releases", hex.EncodeToString(sum[:16])+".json")
}

// errOtherVersion: the copy on this machine is that of another version.
var errOtherVersion = errors.New("another version")

// keptState is the copy that is kept, if it is that of the version.
func keptState(name, version string) ([]byte, error) {
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

// keepState keeps a copy for the next look. Losing it costs one request.
func keepState(name, version string, data []byte) {
	if name == "" {
		return
	}
	if os.MkdirAll(filepath.Dir(name), 0o700) == nil {
		_ = durable.WriteFile(name, slices.Concat([]byte(version+"\n"), data), 0o600)
	}
}

// write stores the state under compare-and-swap on the version it was read at,
// and returns the bucket's time. ErrPrecondition: another publisher was faster.
func (s *State) write(ctx context.Context, b bucket.Bucket, cacheDir string) (time.Time, error) {
	s.SchemaVersion, s.Nonce = stateVersion, rand.Text()
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return time.Time{}, err
	}
	data = append(data, '\n')
	cond := bucket.Condition{Version: s.version}
	if s.version == "" {
		cond = bucket.Condition{Absent: true}
	}
	attrs, err := b.Write(ctx, recordObject(stateKey, data), cond)
	if err != nil {
		return time.Time{}, err
	}
	s.version = attrs.Version
	keepState(stateCache(cacheDir, b.URL()), attrs.Version, data)
	return attrs.Updated, nil
}

// recordObject is a record of onair's own, which nobody else should keep.
func recordObject(key string, data []byte) *bucket.Object {
	sum := sha256.Sum256(data)
	return &bucket.Object{
		Key:    key,
		Size:   int64(len(data)),
		CRC32C: crc32c.Checksum(data),
		Headers: bucket.Headers{
			ContentType:  contentType(key, ""),
			CacheControl: "private, no-store",
			Metadata:     map[string]string{metaSHA256: hex.EncodeToString(sum[:])},
		},
		Body: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

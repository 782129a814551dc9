package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onair/internal/durable"
	"onair/publish/bucket"
)

// StatePrefix is where onair keeps its own records in a bucket.
const StatePrefix = ".onair/"

const stateKey = StatePrefix + "release.json"

// stateVersion is the schema version of release.json.
const stateVersion = 1

// castagnoli is the polynomial of CRC32C, the checksum of cloud storage.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maxState bounds release.json: some 300 bytes an object, for a catalogue of
// 10,000 episodes with room to spare.
const maxState = 64 << 20

// State is release.json: what was published last, or is being published. It is
// status, never truth: lost, it is rebuilt from the bucket's listing.
type State struct {
	SchemaVersion int               `json:"schema_version"`
	Phase         Phase             `json:"phase"`
	By            string            `json:"by,omitempty"`     // who published
	At            time.Time         `json:"at"`               // when
	Commit        string            `json:"commit,omitempty"` // of the show's git repository
	FeedSHA256    string            `json:"feed_sha256"`
	Episodes      []EpisodeState    `json:"episodes"` // those in the feed, newest first
	Objects       map[string]Record `json:"objects"`  // every object of ours, by key

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
	Audio string `json:"audio"` // key
}

// Record is an object of ours as it was last written.
type Record struct {
	SHA256  string `json:"sha256"`
	CRC32C  uint32 `json:"crc32c"`
	Bytes   int64  `json:"bytes"`
	Class   Class  `json:"class"`
	Version string `json:"version,omitempty"`
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

// readState reads release.json at the version the listing saw. A copy kept on
// this machine under that version saves the request, so that looking at a show
// with nothing to do costs a listing alone.
func readState(ctx context.Context, b bucket.Bucket, seen *bucket.Attrs, cacheDir string) (*State, error) {
	if seen == nil {
		return &State{}, nil
	}
	cached := stateCache(cacheDir, b.URL(), seen)
	data, err := os.ReadFile(cached)
	if err != nil || crc32.Checksum(data, castagnoli) != seen.CRC32C {
		if data, err = download(ctx, b, stateKey, maxState); err != nil {
			return nil, fmt.Errorf("read the record of what is live: %w", err)
		}
		keepState(cached, data)
	}
	s := &State{version: seen.Version}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("read %s: %w", stateKey, err)
	}
	if s.SchemaVersion > stateVersion {
		return nil, fmt.Errorf("%s has schema version %d; this onair knows %d: use a newer onair", stateKey, s.SchemaVersion, stateVersion)
	}
	return s, nil
}

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

// stateCache is the file in which this machine keeps its copy; empty for none.
func stateCache(dir, bucketURL string, seen *bucket.Attrs) string {
	if dir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(bucketURL + "\x00" + seen.Version))
	return filepath.Join(dir, "releases", hex.EncodeToString(sum[:16])+".json")
}

// keepState keeps a copy for the next look. Losing it costs one request.
func keepState(name string, data []byte) {
	if name == "" {
		return
	}
	if os.MkdirAll(filepath.Dir(name), 0o700) == nil {
		_ = durable.WriteFile(name, data, 0o600)
	}
}

// write stores the state under compare-and-swap on the version it was read at.
// ErrPrecondition: another publisher was faster.
func (s *State) write(ctx context.Context, b bucket.Bucket, cacheDir string) error {
	s.SchemaVersion = stateVersion
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	cond := bucket.Condition{Version: s.version}
	if s.version == "" {
		cond = bucket.Condition{Absent: true}
	}
	attrs, err := b.Write(ctx, recordObject(stateKey, data), cond)
	if err != nil {
		return err
	}
	s.version = attrs.Version
	keepState(stateCache(cacheDir, b.URL(), &attrs), data)
	return nil
}

// observe lists the bucket and reads what onair knows of it.
func observe(ctx context.Context, b bucket.Bucket, cacheDir string) (map[string]bucket.Attrs, *State, error) {
	seen := map[string]bucket.Attrs{}
	var record *bucket.Attrs
	for attrs, err := range b.List(ctx, "") {
		if errors.Is(err, bucket.ErrNotExist) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		switch {
		case attrs.Key == stateKey:
			record = &attrs
		case !strings.HasPrefix(attrs.Key, StatePrefix):
			seen[attrs.Key] = attrs
		}
	}
	state, err := readState(ctx, b, record, cacheDir)
	return seen, state, err
}

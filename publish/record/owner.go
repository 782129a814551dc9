package record

import (
	"fmt"
	"strings"

	"onair/publish/bucket"
	"onair/show"
)

// Owner is the show that a record belongs to.
type Owner struct {
	Title   string `json:"title"`
	URL     string `json:"url"`                    // URL of the show
	Feed    string `json:"feed"`                   // key of its feed
	GUID    string `json:"podcast_guid,omitempty"` // empty for a show without a public URL
	Storage string `json:"storage"`                // URL of its public bucket

	episodes map[string]bool // GUIDs of its episodes, also of former ones; nil in a record
}

// OwnerOf returns the owner of the records of a show.
func OwnerOf(s *show.Show) *Owner {
	o := &Owner{Title: s.Title, URL: s.URL, Feed: s.Feed.Path, Storage: s.Storage, episodes: map[string]bool{}}
	for _, e := range s.Episodes {
		o.episodes[e.GUID] = true
	}
	if s.Lock != nil {
		o.GUID = s.Lock.PodcastGUID
		for guid := range s.Lock.Episodes {
			o.episodes[guid] = true
		}
	}
	return o
}

// Recorded returns the owner for a new record. A record that everybody can read must
// not name another bucket, so there the owner has no Storage.
func (o *Owner) Recorded(private bool) *Owner {
	kept := *o
	kept.episodes = nil
	kept.Storage, _, _ = strings.Cut(o.Storage, "?") // the query may contain a private endpoint
	if !private {
		kept.Storage = ""
	}
	return &kept
}

// OtherShowError reports that a record belongs to another show, or to the same show
// in another storage.
type OtherShowError struct {
	Records string // URL of the bucket with the record
	Owner   Owner  // owner of the record
}

func (e *OtherShowError) Error() string {
	where := e.Owner.URL
	if e.Owner.Storage != "" {
		where += ", storage " + e.Owner.Storage
	}
	return fmt.Sprintf("%s holds the record of another show: %q (%s)", e.Records, e.Owner.Title, where)
}

// Hint returns what to do about the error.
func (e *OtherShowError) Hint() string {
	return "correct storage: or state: in show.yaml; every show and every target needs a bucket or a prefix of its own, such as gs://bucket/name"
}

// checkOwner returns an *OtherShowError if the record does not belong to the show that
// uses the storage. A record without an owner belongs to any show.
func (s *State) checkOwner(storage Storage, where string) error {
	mine, theirs := storage.Owner, s.Owner
	if mine == nil || theirs == nil {
		return nil
	}
	same := mine.sharesEpisode(s) || mine.URL == theirs.URL && mine.URL != show.DefaultURL || mine.GUID != "" && mine.GUID == theirs.GUID
	if len(s.Episodes) == 0 {
		same = same || mine.Title == theirs.Title
	}
	if theirs.Storage != "" && !sameBucket(mine.Storage, theirs.Storage) && mine.URL != theirs.URL {
		same = false
	}
	if same {
		return nil
	}
	return &OtherShowError{Records: where, Owner: *theirs}
}

// sharesEpisode reports whether a record has an episode of the show.
func (o *Owner) sharesEpisode(s *State) bool {
	for _, e := range s.Episodes {
		if o.episodes[e.GUID] {
			return true
		}
	}
	return false
}

// sameBucket reports whether two URLs name the same bucket and prefix. Endpoints are
// not compared.
func sameBucket(a, b string) bool {
	x, y := bucket.ParseURL(a), bucket.ParseURL(b)
	if x.Name == "" || y.Name == "" {
		return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/")
	}
	return x.Scheme == y.Scheme && x.Name == y.Name && x.Prefix == y.Prefix
}

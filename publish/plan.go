package publish

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"onair/feed"
	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// Action is what a plan does with an object or an episode.
type Action string

// Actions on objects and episodes.
const (
	Add     Action = "add"
	Update  Action = "update"
	Headers Action = "headers" // the bytes stay, only the headers change
	Keep    Action = "keep"
	Delete  Action = "delete"
)

// Schedule is an action on episodes only: the episode goes live later.
const (
	Schedule Action = "schedule"
)

// Plan is the difference between a release and its storage: the changes that make
// the storage hold the release.
type Plan struct {
	Release  *release.Release
	Storage  string        // URL of the storage, as in show.yaml
	Previous *record.State // what was published last; never nil
	Changes  []Change
	Parts    []Change // changes in the bucket of onair's records
	Episodes []EpisodeChange

	Listing    string // digest of the storage's listing that the plan was made from
	RecordLost bool   // a feed that onair wrote is live, but there is no record

	seen   *record.Listing
	erased []string // slugs of the episodes to erase
}

// Change is what happens to one object.
type Change struct {
	Key     string
	Episode string // slug; empty for an object of the whole show, and for one that is no longer wanted
	Action  Action
	Reason  string
	Size    int64 // bytes of the object after the change, or before it is deleted
	Upload  int64 // bytes to send
	Class   release.Class
	Joined  bool // the storage joins the object from parts

	object  *release.Object // nil if the release does not have the object
	version string          // token of the stored object when the plan was made; empty if there was none
}

// Totals counts the objects of a plan by action, the bytes to upload and the bytes of
// the whole release.
type Totals struct {
	Add, Update, Keep, Delete int
	Upload, Total             int64
}

// PlanOptions say what a plan may do; nil means defaults.
type PlanOptions struct {
	CacheDir string   // where this machine keeps its copy of the record; empty disables it
	Adopt    bool     // all objects that onair did not write may be overwritten
	Drop     []string // episodes, by slug or GUID, that the feed may lose
	Retag    bool     // more than manyEnclosures live enclosures may get another URL
	Only     []string // the episodes, by slug, that may change; empty allows all

	// AdoptKeys are keys of objects that onair did not write and may overwrite.
	AdoptKeys []string

	// Erase plans the deletion of all files of the episodes in Drop, once the feed is
	// live without these episodes.
	Erase bool

	// Unchecked makes a plan that is only shown, so nothing is refused.
	Unchecked bool

	// OverNewer allows publishing over a commit that the checkout does not
	// contain.
	OverNewer bool

	// MoveFeed allows the feed to get another address. The old address keeps a copy.
	MoveFeed bool

	// Prune plans the deletion of objects that no release has had for PruneAfter, by the
	// storage's clock. AskClock reads that clock, which takes a write, after all checks
	// of the plan have passed. Without AskClock, the later of two times is used: the
	// time of the release and the latest one in the listing.
	Prune    bool
	AskClock bool

	// Listed is a recent listing of the storage; nil lists it now.
	Listed *record.Listing
}

// NewPlan compares a release with a storage. It refuses a plan that cannot be carried
// out, or that would lose something that the options do not name. The error is then a
// *MissingAudioError, *ForeignError, *DroppedError or *RetagError, or wraps ErrRefused or
// ErrConflict. A *MissingAudioError whose Waiting is not empty is returned even if
// Unchecked is set: the caller can plan a release without these episodes.
func NewPlan(ctx context.Context, r *release.Release, s record.Storage, o *PlanOptions) (*Plan, error) {
	if o == nil {
		o = &PlanOptions{}
	}
	seen := o.Listed
	if seen == nil {
		var err error
		if seen, err = record.List(ctx, s); err != nil {
			return nil, err
		}
	}
	if err := complete(ctx, seen, s, r, o.CacheDir); err != nil {
		return nil, err
	}
	p := compare(r, seen)
	p.Storage = r.Show.Storage
	if missing := p.missingAudio(); missing != nil && len(missing.Waiting) > 0 {
		return p, missing
	}
	if !o.Unchecked {
		if err := p.check(ctx, o); err != nil {
			return p, err
		}
	}
	var erase []string
	if o.Erase {
		erase = o.Drop
	}
	p.erase(erase)
	if !o.Prune {
		return p, nil
	}
	now := r.Now
	if seen.Clock.After(now) {
		now = seen.Clock
	}
	if o.AskClock {
		var err error
		if now, err = record.AskClock(ctx, s); err != nil {
			return nil, err
		}
		seen.Requests.Write++
	}
	return p, p.prune(ctx, s, now)
}

// observe lists a storage and reads its record.
func observe(ctx context.Context, s record.Storage, cacheDir string) (*record.Listing, error) {
	seen, err := record.List(ctx, s)
	if err != nil {
		return nil, err
	}
	return seen, seen.ReadState(ctx, s, cacheDir)
}

// complete adds to a listing the record and, for a sparse bucket, the attributes of the
// objects in the release. If there is no record, it reads the episodes of the live feed,
// because they must stay in the feed. It adds to the release the objects that depend on
// the record: copies of the feed at former addresses, and stand-ins for former pages.
func complete(ctx context.Context, seen *record.Listing, s record.Storage, r *release.Release, cacheDir string) error {
	if err := seen.ReadState(ctx, s, cacheDir); err != nil {
		return err
	}
	if err := rebuild(ctx, seen, s, r); err != nil {
		return err
	}
	if err := keepFormerFeeds(r, seen.State); err != nil {
		return err
	}
	if err := addStandIns(r, seen.State); err != nil {
		return err
	}
	return seen.Complete(ctx, s, bucketObjects(r.Objects), bucketObjects(r.Parts))
}

func bucketObjects(objects []*release.Object) []*bucket.Object {
	all := make([]*bucket.Object, len(objects))
	for i, o := range objects {
		all[i] = &o.Object
	}
	return all
}

// rebuild makes a missing record from the live feed. If onair wrote the feed, it sets
// seen.Rebuilt, and the other objects are taken to be onair's as well.
func rebuild(ctx context.Context, seen *record.Listing, s record.Storage, r *release.Release) error {
	if seen.State.Phase != "" {
		return nil
	}
	if err := findFormerFeeds(ctx, seen, s, r); err != nil {
		return err
	}
	if _, ok := seen.Objects[r.Show.Feed.Path]; !ok {
		return nil
	}
	data, err := record.Download(ctx, s.Public, r.Show.Feed.Path)
	if err != nil {
		return fmt.Errorf("read the live feed: %w", err)
	}
	seen.Requests.Read++
	_, episodes, err := record.ReadFeed(data, r.Show.URL)
	if err != nil {
		return nil // it is not a feed, and has no episode to lose
	}
	for number := 1; ; number++ {
		page := r.Show.Feed.Page(number)
		if _, ok := seen.Objects[page]; !ok {
			break
		}
		older, err := record.Download(ctx, s.Public, page)
		if err != nil {
			return fmt.Errorf("read %s of the live feed: %w", page, err)
		}
		seen.Requests.Read++
		if _, more, err := record.ReadFeed(older, r.Show.URL); err == nil && feed.IsOwn(older) {
			episodes = append(episodes, more...)
		}
	}
	seen.State.Episodes = episodes
	seen.Rebuilt = feed.IsOwn(data)
	return nil
}

// compare compares a release with a storage, by checksums and never by dates. It
// is a pure function.
func compare(r *release.Release, seen *record.Listing) *Plan {
	p := &Plan{Release: r, Previous: seen.State, Listing: seen.Digest, RecordLost: seen.Rebuilt, seen: seen}
	p.Changes = make([]Change, 0, len(r.Objects))
	parts := map[string]bool{} // the parts that are needed
	for _, o := range r.Objects {
		c := diff(o, seen)
		if len(o.Parts) > 0 && seen.KeepsParts {
			payload := o.Parts[len(o.Parts)-1]
			parts[payload.Key] = true
			if sends := joinSends(o, seen); c.Upload > 0 && joinable(o, seen) && (sends < o.Size || o.Body == nil) {
				c.Joined, c.Upload = true, sends
				for _, part := range o.Parts {
					parts[part.Key] = true
				}
			}
		}
		p.Changes = append(p.Changes, c)
	}
	for _, e := range r.Episodes {
		for _, r := range e.Recordings() {
			if (e.Status == show.Scheduled || e.Waiting) && r.Payload != nil && seen.KeepsParts && seen.Private {
				parts[r.Payload.Key] = true
			}
		}
	}
	p.diffParts(parts)
	p.addUnwanted()
	p.compareEpisodes()
	return p
}

// diff returns the change of one object of a release.
func diff(o *release.Object, seen *record.Listing) Change {
	old, ok := seen.Objects[o.Key]
	c := Change{Key: o.Key, Size: o.Size, Class: o.Class, Episode: o.Episode, Action: Keep, object: o, version: old.Version}
	switch {
	case !ok:
		c.Action, c.Reason, c.Upload = Add, "new", o.Size
		if _, published := seen.State.Objects[o.Key]; published {
			c.Reason = reasonGone
		}
	case !sameBytes(old, o):
		c.Action, c.Reason, c.Upload = Update, "content differs", o.Size
		if seen.Edited(o.Key) {
			c.Reason = reasonEdited
		}
	case slices.Contains(seen.State.Deleting, o.Key):
		c.Action, c.Reason, c.Upload = Update, "is being pruned by another publish", o.Size
	case !same(old, o, seen.Headerless):
		c.Action, c.Reason = Headers, headerReason(old.Headers, o.Headers)
	}
	return c
}

// same reports whether the bucket has the object as it is in the release.
func same(old bucket.Attrs, o *release.Object, headerless bool) bool {
	return sameBytes(old, o) && (headerless || sameHeaders(old.Headers, o.Headers))
}

func sameBytes(old bucket.Attrs, o *release.Object) bool {
	return old.Size == o.Size && old.CRC32C == o.CRC32C
}

// sameHeaders reports whether the header fields are equal, and old has the metadata of
// wanted. It ignores other metadata of old, which comes from other tools.
func sameHeaders(old, wanted bucket.Headers) bool {
	if !slices.Equal(old.Fields(), wanted.Fields()) {
		return false
	}
	for k, v := range wanted.Metadata {
		if old.Metadata[k] != v {
			return false
		}
	}
	return true
}

// headerReason describes how headers have to change.
func headerReason(old, wanted bucket.Headers) string {
	var changes []string
	fields := wanted.Fields()
	for i, was := range old.Fields() {
		if was != fields[i] {
			changes = append(changes, fmt.Sprintf("%s: %s → %s", was.Name, cmp.Or(was.Value, "none"), cmp.Or(fields[i].Value, "none")))
		}
	}
	return cmp.Or(strings.Join(changes, ", "), "metadata")
}

// joinable reports whether every part of an object is kept, or can be sent.
func joinable(o *release.Object, seen *record.Listing) bool {
	return !slices.ContainsFunc(o.Parts, func(part *release.Object) bool { return !kept(part, seen) && part.Body == nil })
}

// joinSends returns how many bytes are sent to join an object from its parts.
func joinSends(o *release.Object, seen *record.Listing) int64 {
	if seen.JoinSends == nil {
		return 0
	}
	var sizes []int64
	for _, part := range o.Parts {
		sizes = append(sizes, part.Size)
	}
	return seen.JoinSends(sizes)
}

// kept reports whether a part is in the storage.
func kept(part *release.Object, seen *record.Listing) bool {
	attrs, ok := seen.Parts[part.Key]
	return ok && sameBytes(attrs, part)
}

// diffParts adds the needed parts to the plan. It leaves out a part that is neither in
// the storage nor on this machine: checkAudio refuses the object that needs it.
func (p *Plan) diffParts(needed map[string]bool) {
	for _, part := range p.Release.Parts {
		if !needed[part.Key] {
			continue
		}
		c := Change{Key: part.Key, Size: part.Size, Class: part.Class, Episode: part.Episode, Action: Keep, object: part, version: p.seen.Parts[part.Key].Version}
		if !kept(part, p.seen) {
			if part.Body == nil {
				continue
			}
			c.Action, c.Reason, c.Upload = Add, "new", part.Size
			if c.version != "" { // the key is the digest of the content, so the stored part is damaged
				c.Action, c.Reason = Update, "content differs"
			}
		}
		p.Parts = append(p.Parts, c)
	}
}

// addUnwanted adds objects that onair published and that the release does not
// have. They stay until they are pruned.
func (p *Plan) addUnwanted() {
	wanted := map[string]bool{}
	for _, o := range p.Release.Objects {
		wanted[o.Key] = true
	}
	for _, key := range sortedKeys(p.Previous.Objects) {
		if old, ok := p.seen.Objects[key]; ok && !wanted[key] {
			p.Changes = append(p.Changes, Change{Key: key, Action: Keep, Reason: "no longer wanted", Size: old.Size, Class: release.Class(p.Previous.Objects[key].Class), version: old.Version})
		}
	}
	slices.SortFunc(p.Changes, func(a, b Change) int { return strings.Compare(a.Key, b.Key) })
}

// Totals counts the objects and bytes of the plan.
func (p *Plan) Totals() Totals {
	var t Totals
	for _, c := range slices.Concat(p.Changes, p.Parts) {
		switch c.Action {
		case Add:
			t.Add++
		case Update, Headers:
			t.Update++
		case Delete:
			t.Delete++
		case Keep:
			if c.object != nil {
				t.Keep++
			}
		}
		t.Upload += c.Upload
		if c.object != nil && c.object.Role != release.RolePart {
			t.Total += c.Size
		}
	}
	return t
}

// Empty reports whether the storage holds the release and no publish is unfinished.
func (p *Plan) Empty() bool {
	t := p.Totals()
	s := p.Previous
	return t.Add+t.Update+t.Delete == 0 && s.Phase == record.Done && !s.Unfinished() && s.FeedSHA256 == p.Release.Feed.SHA256
}

// Requests counts the requests that made the plan and those that Apply makes if
// nothing fails. It does not count the probe of a provider or the search for
// strays.
func (p *Plan) Requests() record.Requests {
	r := p.seen.Requests
	if p.Empty() {
		return r
	}
	r.Write += 2 // the claim, and the record that all is done
	if p.Previous.NewestFeed() != p.Release.Feed.SHA256 {
		r.Write++
	}
	if lock, sum := p.Release.KeptLock(p.seen.Private); lock != nil && sum != p.Previous.LockSHA256 {
		r.Write++
	}
	if len(p.pending().Announce) > 0 {
		r.Write++
	}
	if p.Totals().Delete > 0 {
		r.Write++
	}
	for _, c := range slices.Concat(p.Changes, p.Parts) {
		switch {
		case c.Action == Delete:
			r.Delete++
			if p.seen.Sparse { // to see whether another publish is under way
				r.Read++
			} else {
				r.List++
			}
		case c.Joined:
			r.Copy++
		case c.Action != Keep:
			r.Write++
		}
	}
	return r
}

// filter returns the changes of wanted objects for which keep returns true.
func (p *Plan) filter(keep func(*Change) bool) []*Change {
	var out []*Change
	for i := range p.Changes {
		if c := &p.Changes[i]; c.object != nil && keep(c) {
			out = append(out, c)
		}
	}
	return out
}

// Fingerprint identifies the plan and everything on which it depends: the release, the
// record, and the version of every object that was listed.
func (p *Plan) Fingerprint() string {
	sum := sha256.New()
	for _, o := range slices.Concat(p.Release.Objects, p.Release.Parts) {
		fmt.Fprintf(sum, "%s %s %v\n", o.Key, o.SHA256, o.Headers)
	}
	for _, list := range []map[string]bucket.Attrs{p.seen.Objects, p.seen.Parts} {
		for _, key := range sortedKeys(list) {
			fmt.Fprintf(sum, "%s %s\n", key, list[key].Version)
		}
	}
	fmt.Fprintf(sum, "%s\n%s\n", p.Previous.Version, p.Storage)
	for _, c := range slices.Concat(p.Changes, p.Parts) {
		fmt.Fprintf(sum, "%s %s\n", c.Key, c.Action)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

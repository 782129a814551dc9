package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"onair/publish/bucket"
	"onair/show"
)

// Action is what a plan does to an object or an episode.
type Action string

// What can happen to an object. Delete comes with pruning only.
const (
	Add     Action = "add"
	Update  Action = "update"
	Headers Action = "headers" // the bytes stay, what a server says of them changes
	Keep    Action = "keep"
	Delete  Action = "delete"
)

// What else can happen to an episode.
const (
	Schedule Action = "schedule"
)

// Plan is the difference between a release and a bucket: what has to happen so
// that the bucket holds the release.
type Plan struct {
	Release  *Release
	Storage  string // where it goes, as the show says it
	Previous *State // what was published last; never nil
	Changes  []Change
	Episodes []EpisodeChange

	seen int // objects listed
}

// Change is what happens to one object.
type Change struct {
	Key    string
	Action Action
	Reason string
	Size   int64 // of the object as it will be
	Upload int64 // bytes that travel
	Class  Class

	object  *Object // nil for an object that the release does not want
	version string  // token that the object had when the plan was made
}

// EpisodeChange is what a listener will see happen to one episode.
type EpisodeChange struct {
	*Episode
	Action  Action
	Reasons []string
}

// Totals are a plan's figures: objects by action, bytes that travel, and the
// bytes that the release has in all.
type Totals struct {
	Add, Update, Keep, Delete int
	Upload, Total             int64
}

// PlanOptions say how to look at a bucket; nil means defaults.
type PlanOptions struct {
	CacheDir string   // where this machine keeps its copy of the record; empty: nowhere
	Adopt    bool     // objects that onair did not write may be overwritten
	Drop     []string // episodes, by slug or GUID, that the feed may lose
}

// NewPlan looks at the bucket and compares. It refuses, with a
// *MissingAudioError, a *ForeignError or a *DroppedError, a plan that cannot be
// carried out, that would overwrite what is not onair's, or that would take an
// episode out of the feed.
func NewPlan(ctx context.Context, r *Release, b bucket.Bucket, o *PlanOptions) (*Plan, error) {
	if o == nil {
		o = &PlanOptions{}
	}
	seen, state, err := observe(ctx, b, o.CacheDir)
	if err != nil {
		return nil, err
	}
	_, headerless := b.(bucket.Headerless)
	p := Diff(r, seen, state, headerless)
	p.Storage = r.Show.Storage
	if err := p.check(seen, o.Adopt); err != nil {
		return p, err
	}
	return p, p.checkDropped(o.Drop)
}

// Diff compares a release with what a bucket lists, by checksums and never by
// dates. headerless: the bucket keeps no headers, so there are none to compare.
// It is a pure function.
func Diff(r *Release, seen map[string]bucket.Attrs, state *State, headerless bool) *Plan {
	p := &Plan{Release: r, Previous: state, seen: len(seen)}
	for _, o := range r.Objects {
		c := Change{Key: o.Key, Size: o.Size, Class: o.Class, object: o}
		old, ok := seen[o.Key]
		c.version = old.Version
		switch {
		case !ok:
			c.Action, c.Reason, c.Upload = Add, "new", o.Size
		case !sameBytes(old, o):
			c.Action, c.Reason, c.Upload = Update, "content differs", o.Size
		case !same(old, o, headerless):
			c.Action, c.Reason = Headers, headerReason(old.Headers, o.Headers)
		default:
			c.Action = Keep
		}
		p.Changes = append(p.Changes, c)
	}
	wanted := map[string]bool{}
	for _, o := range r.Objects {
		wanted[o.Key] = true
	}
	for key := range state.Objects {
		if old, ok := seen[key]; ok && !wanted[key] {
			p.Changes = append(p.Changes, Change{Key: key, Action: Keep, Reason: "no longer wanted", Size: old.Size, Class: state.Objects[key].Class, version: old.Version})
		}
	}
	slices.SortFunc(p.Changes, func(a, b Change) int { return strings.Compare(a.Key, b.Key) })
	p.compareEpisodes()
	return p
}

// same reports whether the bucket holds the object as the release wants it.
func same(old bucket.Attrs, o *Object, headerless bool) bool {
	return sameBytes(old, o) && (headerless || sameHeaders(old.Headers, o.Headers))
}

func sameBytes(old bucket.Attrs, o *Object) bool {
	return old.Size == o.Size && old.CRC32C == o.CRC32C
}

// sameHeaders compares what matters to a reader and to onair. A bucket may hold
// metadata of other tools; that is theirs.
func sameHeaders(old, new bucket.Headers) bool {
	if old.ContentType != new.ContentType || old.CacheControl != new.CacheControl {
		return false
	}
	for k, v := range new.Metadata {
		if old.Metadata[k] != v {
			return false
		}
	}
	return true
}

func headerReason(old, new bucket.Headers) string {
	switch {
	case old.ContentType != new.ContentType:
		return fmt.Sprintf("Content-Type: %s → %s", cmp.Or(old.ContentType, "none"), new.ContentType)
	case old.CacheControl != new.CacheControl:
		return fmt.Sprintf("Cache-Control: %s → %s", cmp.Or(old.CacheControl, "none"), new.CacheControl)
	}
	return "metadata"
}

// compareEpisodes says, episode by episode, what listeners will notice.
func (p *Plan) compareEpisodes() {
	changed := map[string][]Role{} // by slug
	for _, c := range p.Changes {
		if c.object != nil && c.object.Episode != "" && c.Action != Keep {
			changed[c.object.Episode] = append(changed[c.object.Episode], c.object.Role)
		}
	}
	for _, e := range p.Release.Episodes {
		ec := EpisodeChange{Episode: e, Action: Keep}
		old := p.Previous.episode(e.GUID)
		switch {
		case e.Status == show.Draft:
			continue
		case e.Status == show.Scheduled:
			ec.Action = Schedule
		case old == nil:
			ec.Action, ec.Reasons = Add, []string{"goes live now"}
		default:
			ec.Reasons = reasons(old, e, changed[e.Slug])
			if len(ec.Reasons) > 0 {
				ec.Action = Update
			}
		}
		p.Episodes = append(p.Episodes, ec)
	}
}

func reasons(old *EpisodeState, e *Episode, roles []Role) (out []string) {
	if old.Slug != e.Slug {
		out = append(out, fmt.Sprintf("moves from %s", old.Slug))
	}
	if old.Title != e.Title {
		out = append(out, fmt.Sprintf("title: %q → %q", old.Title, e.Title))
	}
	if old.Audio != e.AudioKey() {
		out = append(out, "new audio URL, same GUID")
	}
	for _, role := range []Role{RoleTranscript, RoleChapters, RolePage} {
		if slices.Contains(roles, role) {
			out = append(out, fmt.Sprintf("%s changes", role))
		}
	}
	return out
}

// Totals counts.
func (p *Plan) Totals() Totals {
	var t Totals
	for _, c := range p.Changes {
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
		if c.object != nil {
			t.Total += c.Size
		}
	}
	return t
}

// Empty reports whether the bucket holds the release and nothing that an
// interrupted publish began is left to finish.
func (p *Plan) Empty() bool {
	t := p.Totals()
	return t.Add+t.Update+t.Delete == 0 && p.Previous.Phase == Done && p.Previous.FeedSHA256 == p.Release.Feed.SHA256
}

// Episode is the slug of the episode that the object belongs to; empty for what
// belongs to the whole show, or is no longer wanted.
func (c *Change) Episode() string {
	if c.object == nil {
		return ""
	}
	return c.object.Episode
}

// LiveEpisodes is the number of episodes that the feed will have.
func (p *Plan) LiveEpisodes() int {
	return len(p.Release.live())
}

// Replaced returns the slugs of live episodes whose audio gets a new URL: apps
// that have it may download it again.
func (p *Plan) Replaced() (slugs []string) {
	for _, e := range p.Episodes {
		if old := p.Previous.episode(e.GUID); old != nil && e.audio != nil && old.Audio != e.audio.Key {
			slugs = append(slugs, e.Slug)
		}
	}
	return slugs
}

// Requests are what applying the plan asks of the storage, by kind.
type Requests struct{ List, Read, Write int }

// Requests counts the look that made the plan and what Apply would add to it.
func (p *Plan) Requests() Requests {
	r := Requests{List: 1 + p.seen/1000}
	if p.Empty() {
		return r
	}
	t := p.Totals()
	r.Write = t.Add + t.Update + 2 // claim and record
	return r
}

// filter returns the changes of wanted objects that pass.
func (p *Plan) filter(keep func(*Change) bool) []*Change {
	var out []*Change
	for i := range p.Changes {
		if c := &p.Changes[i]; c.object != nil && keep(c) {
			out = append(out, c)
		}
	}
	return out
}

// feed is the change of the feed; every release has one.
func (p *Plan) feed() *Change {
	return p.filter(func(c *Change) bool { return c.Class == Feed })[0]
}

// ErrRefused is wrapped by every refusal to apply a plan that would lose
// something.
var ErrRefused = errors.New("refused")

func (p *Plan) check(seen map[string]bucket.Attrs, adopt bool) error {
	for _, c := range p.filter(func(c *Change) bool { return c.Upload > 0 }) {
		if c.object.Body == nil {
			return &MissingAudioError{Episode: c.object.Episode, File: c.object.Missing, Key: c.Key}
		}
		if c.Action == Update && !adopt && !ours(seen[c.Key], p.Previous) {
			return &ForeignError{Storage: p.Storage, Key: c.Key}
		}
	}
	return nil
}

// checkDropped refuses a feed that loses an episode nobody named: apps forget
// what was listened to, and directories count it as gone.
func (p *Plan) checkDropped(named []string) error {
	live := map[string]bool{}
	for _, e := range p.Release.live() {
		live[e.GUID] = true
	}
	for _, e := range p.Previous.Episodes {
		if !live[e.GUID] && !slices.Contains(named, e.GUID) && !slices.Contains(named, e.Slug) {
			return &DroppedError{Slug: e.Slug, GUID: e.GUID}
		}
	}
	return nil
}

// DroppedError: an episode that is live would leave the feed, or would change
// its GUID, which is the same to an app.
type DroppedError struct{ Slug, GUID string }

func (e *DroppedError) Error() string {
	return fmt.Sprintf("%s (GUID %s) is live and would leave the feed", e.Slug, e.GUID)
}

// ours reports whether onair wrote the object: it carries onair's metadata, or
// is on record. Of a bucket with neither nothing can be said.
func ours(a bucket.Attrs, s *State) bool {
	_, marked := a.Metadata[metaSHA256]
	_, recorded := s.Objects[a.Key]
	return marked || recorded
}

// MissingAudioError: an episode's audio is neither on this machine nor in the
// bucket.
type MissingAudioError struct{ Episode, File, Key string }

func (e *MissingAudioError) Error() string {
	return fmt.Sprintf("%s: the audio is needed and is neither here (%s) nor in the bucket (%s)", e.Episode, e.File, e.Key)
}

// ForeignError: a key that the release wants holds something onair did not
// write.
type ForeignError struct{ Storage, Key string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s holds %s, which onair did not write", e.Storage, e.Key)
}

// stateOf is the record of the plan's release. Objects that are ours but no
// longer wanted stay on record, so that pruning knows them.
func (p *Plan) stateOf(phase Phase) *State {
	s := &State{Phase: phase, FeedSHA256: p.Release.Feed.SHA256, Objects: maps.Clone(p.Previous.Objects), version: p.Previous.version}
	if s.Objects == nil {
		s.Objects = map[string]Record{}
	}
	for _, o := range p.Release.Objects {
		s.Objects[o.Key] = Record{SHA256: o.SHA256, CRC32C: o.CRC32C, Bytes: o.Size, Class: o.Class}
	}
	for _, c := range p.Changes {
		if r, ok := s.Objects[c.Key]; ok {
			r.Version = c.version
			s.Objects[c.Key] = r
		}
	}
	for _, e := range p.Release.live() {
		s.Episodes = append(s.Episodes, EpisodeState{GUID: e.GUID, Slug: e.Slug, Title: e.Title, Audio: e.audio.Key})
	}
	return s
}

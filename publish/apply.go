package publish

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/internal/plural"
	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
)

// ApplyOptions say how a plan is carried out; nil means defaults.
type ApplyOptions struct {
	Parallel int       // uploads at once; 0 is 8
	By       string    // who publishes, for the record
	Commit   string    // of the show's git repository, for the record
	Now      time.Time // for the record
	CacheDir string    // where this machine keeps its copy of the record; empty disables it
	Services *Services // nil disables proving, purging, verifying and announcing

	// Progress is called for every step, and for bytes as they are sent. Calls do
	// not overlap. nil disables it.
	Progress func(Progress)
}

// Progress is how far one step of an apply is.
type Progress struct {
	Step                string // audio, files, prove, feed, pages, purge, verify, announce, prune
	Objects, AllObjects int
	Bytes, AllBytes     int64
	Joined              int    // objects joined in the storage
	Note                string // result of the step, once it is done
}

// ErrConflict reports that another publish ran in the meantime. The call that
// returns it changed nothing that listeners see.
var ErrConflict = errors.New("another publish is running")

const defaultParallel = 8

// Apply carries out a plan in an order in which listeners never get a mixture of old and
// new: each step ends before the next begins, and every step can be repeated.
//
//  1. immutable objects, audio first: nothing names them yet;
//  2. new pages: nothing links to them yet;
//  3. prove all of that through the public URL;
//  4. the claim: release.json, by compare-and-swap; the slower publisher loses
//     here;
//  5. the feed, by compare-and-swap on the version that the plan saw;
//  6. changed pages, each on its planned version;
//  7. purge what changed, then verify that listeners get it;
//  8. record that the release is live; then announce, once;
//  9. prune what the plan says.
//
// If Apply is killed at any point, the live feed names only existing objects, and the
// next Apply of a fresh plan continues where this one stopped. The error is an
// *UnfinishedError. If it wraps an *UnverifiedError, listeners do not get what they
// should.
func Apply(ctx context.Context, p *Plan, s record.Storage, o *ApplyOptions) (Outcome, error) {
	if o == nil {
		o = &ApplyOptions{}
	}
	a := newApplier(p, s, o)
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"probe", a.probe}, {"audio", a.sendAudio}, {"files", a.sendFiles}, {"prove", a.prove}, {"claim", a.claim},
		{"feed", a.sendFeed}, {"pages", a.sendPages}, {"verify", a.purgeAndVerify}, {"announce", a.announce}, {"prune", a.prune},
	} {
		if err := step.run(ctx); err != nil {
			return a.outcome, a.unfinished(step.name, err)
		}
	}
	return a.outcome, nil
}

// UnfinishedError reports that an Apply ended early.
type UnfinishedError struct {
	error
	Step     string         // in which it ended
	FeedLive bool           // the feed and all that it names are live; if not, listeners notice nothing
	Pending  record.Pending // what remains to do once everything is live
}

func (a *applier) unfinished(step string, err error) error {
	e := &UnfinishedError{error: err, Step: step, FeedLive: a.outcome.FeedLive, Pending: a.state.Pending}
	e.Pending.Verify = e.Pending.Verify || a.services != nil && a.services.Web != nil && a.outcome.Verified == nil
	return e
}

func (e *UnfinishedError) Unwrap() error { return e.error }

// Outcome is the result of the steps that reach beyond the storage.
type Outcome struct {
	FeedLive  bool     // the feed and all that it names are live
	Purged    bool     // a CDN was purged
	Verified  *bool    // nil if nothing was verified
	Announced []string // channels that were notified
}

type applier struct {
	plan     *Plan
	storage  record.Storage
	o        *ApplyOptions
	services *Services
	state    *record.State
	outcome  Outcome

	mu       sync.Mutex
	progress Progress
	versions map[string]string       // of what was written, by key
	parts    map[string]bucket.Attrs // that were written, by key
}

func newApplier(p *Plan, s record.Storage, o *ApplyOptions) *applier {
	return &applier{plan: p, storage: s, o: o, services: o.Services, state: p.stateOf(o), versions: map[string]string{}, parts: map[string]bucket.Attrs{}}
}

// probe checks that the provider honours preconditions. If it does not, the
// publish continues, and reports that no other publish may run at the same time.
func (a *applier) probe(ctx context.Context) error {
	for _, b := range []bucket.Bucket{a.storage.Public, a.storage.Records()} {
		prober, ok := b.(bucket.Prober)
		if !ok {
			continue
		}
		err := prober.Probe(ctx)
		if errors.Is(err, bucket.ErrNoPreconditions) {
			a.note("storage", "the provider ignores preconditions: never publish from two places at once")
		} else if err != nil {
			return err
		}
	}
	return nil
}

// sendAudio sends the enclosures that differ and the parts from which they are
// joined. It is the long part of step 1.
func (a *applier) sendAudio(ctx context.Context) error {
	var parts []*Change
	for i := range a.plan.Parts {
		if c := &a.plan.Parts[i]; c.Action == Add || c.Action == Update {
			parts = append(parts, c)
		}
	}
	audio := a.plan.filter(func(c *Change) bool { return c.Action != Keep && c.object.Role == release.RoleAudio })
	if len(parts)+len(audio) == 0 {
		return nil
	}
	a.begin("audio", slices.Concat(parts, audio))
	if err := a.each(ctx, parts, a.writePart); err != nil {
		return err
	}
	return a.each(ctx, audio, a.write)
}

// sendFiles does the rest of step 1, and step 2.
func (a *applier) sendFiles(ctx context.Context) error {
	return a.send(ctx, "files", a.plan.filter(func(c *Change) bool {
		return c.Action != Keep && c.object.Role != release.RoleAudio && (c.Class == release.Immutable || c.Class == release.Page && c.Action == Add)
	}))
}

func (a *applier) sendFeed(ctx context.Context) error {
	feed := a.plan.filter(func(c *Change) bool { return c.Class == release.Feed && c.Action != Keep })
	if err := a.send(ctx, "feed", feed); err != nil {
		return err
	}
	a.outcome.FeedLive = true
	if len(feed) == 0 {
		return nil
	}
	a.note("feed", fmt.Sprintf("%s, %s", feed[0].Key, plural.Count(len(a.state.Episodes), "episode")))
	return nil
}

func (a *applier) sendPages(ctx context.Context) error {
	pages := a.plan.filter(func(c *Change) bool { return c.Class == release.Page && c.Action != Keep && c.Action != Add })
	if err := a.send(ctx, "pages", pages); err != nil || len(pages) == 0 {
		return err
	}
	a.note("pages", fmt.Sprintf("%d updated", len(pages)))
	return nil
}

// send writes the changes of one step, several at once.
func (a *applier) send(ctx context.Context, step string, changes []*Change) error {
	if len(changes) == 0 {
		return nil
	}
	a.begin(step, changes)
	return a.each(ctx, changes, a.write)
}

// begin starts the progress of a step.
func (a *applier) begin(step string, changes []*Change) {
	a.progress = Progress{Step: step, AllObjects: len(changes)}
	for _, c := range changes {
		a.progress.AllBytes += c.Upload
	}
	a.report(func(*Progress) {})
}

func (a *applier) each(ctx context.Context, changes []*Change, write func(context.Context, *Change) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cmp.Or(a.o.Parallel, defaultParallel))
	for _, c := range changes {
		group.Go(func() error { return write(ctx, c) })
	}
	return group.Wait()
}

// writePart stores a part. Its name is the digest of its content, so a part that
// exists already is the right one.
func (a *applier) writePart(ctx context.Context, c *Change) error {
	b := a.storage.Records()
	attrs, err := b.Write(ctx, a.metered(c.object), c.condition())
	if errors.Is(err, bucket.ErrPrecondition) {
		attrs, err = alreadyThere(ctx, b, c)
	}
	if err != nil {
		return err
	}
	a.report(func(p *Progress) {
		p.Objects++
		a.parts[c.Key] = attrs
	})
	return nil
}

// condition returns the condition that the object is as the plan saw it.
func (c *Change) condition() bucket.Condition {
	if c.version == "" {
		return bucket.Condition{Absent: true}
	}
	return bucket.Condition{Version: c.version}
}

// write changes one object to its planned state, on condition that it is still as
// the plan saw it.
func (a *applier) write(ctx context.Context, c *Change) error {
	var attrs bucket.Attrs
	var err error
	switch {
	case c.Joined:
		attrs, err = a.join(ctx, c)
	case c.Action == Headers:
		attrs, err = a.storage.Public.SetHeaders(ctx, c.Key, c.object.Headers, c.condition())
	default:
		attrs, err = a.storage.Public.Write(ctx, a.metered(c.object), c.condition())
	}
	if errors.Is(err, bucket.ErrPrecondition) {
		attrs, err = alreadyThere(ctx, a.storage.Public, c)
	}
	if err != nil {
		return err
	}
	a.report(func(p *Progress) {
		p.Objects++
		a.versions[c.Key] = attrs.Version
	})
	return nil
}

// join joins tagged audio from its parts. If the storage turns out not to support
// that, join uploads the whole audio if it is on this machine; otherwise it
// downloads the parts and uploads them joined.
func (a *applier) join(ctx context.Context, c *Change) (bucket.Attrs, error) {
	var parts []bucket.Part
	for _, part := range c.object.Parts {
		attrs, ok := a.parts[part.Key]
		if !ok {
			attrs = a.plan.seen.Parts[part.Key]
		}
		parts = append(parts, bucket.Part{Bucket: a.storage.Records(), Attrs: attrs})
	}
	attrs, err := a.storage.Public.(bucket.Joiner).Join(ctx, &c.object.Object, parts, c.condition())
	switch {
	case err == nil:
		a.report(func(p *Progress) {
			p.Bytes += c.Upload
			if c.Upload < c.Size {
				p.Joined++
			}
		})
		return attrs, nil
	case !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, bucket.ErrNotExist), errors.Is(err, bucket.ErrNotExist) && c.object.Body == nil:
		return attrs, err
	}
	a.report(func(p *Progress) { p.AllBytes += c.Size - c.Upload })
	if c.object.Body != nil {
		return a.storage.Public.Write(ctx, a.metered(c.object), c.condition())
	}
	attrs, err = bucket.Relay(ctx, a.storage.Public, &c.object.Object, parts, c.condition())
	a.report(func(p *Progress) { p.Bytes += c.Size })
	return attrs, err
}

// alreadyThere checks whether the same bytes were written in the meantime, as by
// another publish of the same show. Any other content is a conflict.
func alreadyThere(ctx context.Context, b bucket.Bucket, c *Change) (bucket.Attrs, error) {
	attrs, err := record.Stat(ctx, b, c.Key)
	if err != nil && !errors.Is(err, bucket.ErrNotExist) {
		return attrs, err
	}
	if err == nil && same(attrs, c.object, record.Headerless(b)) {
		return attrs, nil
	}
	return attrs, fmt.Errorf("%w: %s has changed since the plan was made", ErrConflict, c.Key)
}

// report changes the progress and calls Progress.
func (a *applier) report(change func(*Progress)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.progress)
	if a.o.Progress != nil {
		a.o.Progress(a.progress)
	}
}

// metered is an object whose body reports its bytes as they are read. A retry
// reads from the start, and subtracts the bytes that the previous attempt
// reported.
func (a *applier) metered(o *release.Object) *bucket.Object {
	if a.o.Progress == nil {
		return &o.Object
	}
	metered := o.Object
	var sent int64
	metered.Body = func() (io.ReadCloser, error) {
		a.report(func(p *Progress) { p.Bytes -= sent; sent = 0 })
		r, err := o.Body()
		if err != nil {
			return nil, err
		}
		return &countingReader{ReadCloser: r, add: func(n int) {
			a.report(func(p *Progress) { p.Bytes += int64(n); sent += int64(n) })
		}}, nil
	}
	return &metered
}

type countingReader struct {
	io.ReadCloser
	add func(int)
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.add(n)
	return n, err
}

// bodyOf reads a small object of the release.
func bodyOf(o *release.Object) ([]byte, error) {
	r, err := o.Body()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out bytes.Buffer
	_, err = out.ReadFrom(r)
	return out.Bytes(), err
}

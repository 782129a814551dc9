package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"onair/internal/plural"
	"onair/publish/bucket"
	"onair/publish/checkout"
	"onair/publish/record"
	"onair/publish/release"
)

// ApplyOptions say how a plan is carried out; nil means defaults.
type ApplyOptions struct {
	Parallel int       // uploads at once; 0 is 8
	By       string    // who publishes, for the record
	Commit   string    // commit of the show's git repository, for the record
	Now      time.Time // time of the publish, for the record
	CacheDir string    // where this machine keeps its copy of the record; empty disables it
	Services *Services // nil disables proving, purging, verifying and announcing

	// Progress is called when a step begins or has a result, and as objects and bytes are
	// sent. Calls do not overlap. nil disables it.
	Progress func(Progress)
}

// ErrConflict reports that another publish ran in the meantime, or that the live release
// comes from a commit that this checkout does not contain. If Apply returns it,
// UnfinishedError.FeedLive says whether listeners notice anything.
var ErrConflict = errors.New("another publish is running")

// Apply carries out a plan in these steps. Each step ends before the next begins, and
// every step can be repeated:
//
//  1. immutable objects, audio first: nothing names them yet;
//  2. new pages: nothing links to them yet;
//  3. prove the immutable objects through the public URL;
//  4. the claim: release.json, by compare-and-swap; the slower publisher loses
//     here;
//  5. the feed, by compare-and-swap on the version that the plan saw;
//  6. changed pages, each on its planned version;
//  7. delete the files of erased episodes, purge what changed, then verify what
//     listeners get;
//  8. record that the release is live; then announce, once;
//  9. prune what the plan says.
//
// If Apply is killed at any point, the live feed names only existing objects, and the
// next Apply of a fresh plan continues where this one stopped. The error is an
// *UnfinishedError. If it wraps an *UnverifiedError, a check through the public URL
// failed.
func Apply(ctx context.Context, p *Plan, s record.Storage, o *ApplyOptions) (Outcome, error) {
	if o == nil {
		o = &ApplyOptions{}
	}
	a := newApplier(p, s, o)
	if dir := p.Release.Show.Folder.Dir; o.Commit != "" && dir != "" {
		a.state.Tree = checkout.Files(ctx, dir)
	}
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
	Step     string         // the step in which it ended
	FeedLive bool           // the feed and all that it names are live; otherwise listeners notice nothing
	Pending  record.Pending // what remains to do once everything is live
}

func (a *applier) unfinished(step string, err error) error {
	e := &UnfinishedError{error: err, Step: step, FeedLive: a.outcome.FeedLive, Pending: a.state.Pending}
	e.Pending.Verify = e.Pending.Verify || a.services != nil && a.services.Web != nil && a.outcome.Verified == nil
	return e
}

func (e *UnfinishedError) Unwrap() error { return e.error }

// Outcome says what Apply has achieved, even if it ended early.
type Outcome struct {
	FeedLive  bool     // the feed and all that it names are live
	Purged    bool     // a CDN was purged
	Verified  *bool    // nil if nothing was verified
	Announced []string // channels that were notified
}

// applier carries out the steps of a plan.
type applier struct {
	meter    *meter
	uploads  *uploader
	plan     *Plan
	storage  record.Storage
	o        *ApplyOptions
	services *Services
	state    *record.State
	outcome  Outcome
}

func newApplier(p *Plan, s record.Storage, o *ApplyOptions) *applier {
	m := &meter{call: o.Progress}
	return &applier{
		meter: m, uploads: newUploader(p, s, o.Parallel, m),
		plan: p, storage: s, o: o, services: o.Services, state: p.stateOf(o),
	}
}

// probe checks that the provider honours preconditions. If the provider does not, the
// publish continues, and warns that no other publish may run at the same time.
func (a *applier) probe(ctx context.Context) error {
	for _, b := range []bucket.Bucket{a.storage.Public, a.storage.Records()} {
		prober, ok := b.(bucket.Prober)
		if !ok {
			continue
		}
		err := prober.Probe(ctx)
		if errors.Is(err, bucket.ErrNoPreconditions) {
			a.meter.note("storage", "the provider ignores preconditions: never publish from two places at once")
		} else if err != nil {
			return err
		}
	}
	return nil
}

// sendAudio sends the parts and the enclosures that differ. It is the long part of
// step 1.
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
	a.meter.begin("audio", slices.Concat(parts, audio))
	if err := a.uploads.each(ctx, parts, a.uploads.writePart); err != nil {
		return err
	}
	return a.uploads.each(ctx, audio, a.uploads.write)
}

// sendFiles does the rest of step 1, and step 2.
func (a *applier) sendFiles(ctx context.Context) error {
	return a.uploads.send(ctx, "files", a.plan.filter(func(c *Change) bool {
		return c.Action != Keep && c.object.Role != release.RoleAudio && (c.Class == release.Immutable || c.Class == release.Page && c.Action == Add)
	}))
}

func (a *applier) sendFeed(ctx context.Context) error {
	feed := a.plan.filter(func(c *Change) bool { return c.Class == release.Feed && c.Action != Keep })
	main := slices.DeleteFunc(slices.Clone(feed), func(c *Change) bool { return c.Key != a.plan.Release.Feed.Key })
	copies := slices.DeleteFunc(feed, func(c *Change) bool { return c.Key == a.plan.Release.Feed.Key })
	if err := a.uploads.send(ctx, "feed", main); err != nil {
		return err
	}
	a.outcome.FeedLive = true
	if err := a.uploads.send(ctx, "feed", copies); err != nil { // after the feed, because the copies lead subscribers to it
		return err
	}
	var notes []string
	if len(main) > 0 {
		notes = append(notes, fmt.Sprintf("%s, %s", main[0].Key, plural.Count(len(a.state.Episodes), "episode")))
	}
	for _, c := range copies {
		notes = append(notes, c.Key+" leads subscribers to "+a.plan.Release.Show.FeedURL())
	}
	if len(notes) > 0 {
		a.meter.note("feed", strings.Join(notes, "; "))
	}
	return nil
}

func (a *applier) sendPages(ctx context.Context) error {
	pages := a.plan.filter(func(c *Change) bool { return c.Class == release.Page && c.Action != Keep && c.Action != Add })
	if err := a.uploads.send(ctx, "pages", pages); err != nil || len(pages) == 0 {
		return err
	}
	a.meter.note("pages", fmt.Sprintf("%d updated", len(pages)))
	return nil
}

package publish

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
)

// claim stores copies of the new feed and the lock, and then writes to release.json
// that this publish is under way.
func (a *applier) claim(ctx context.Context) error {
	if err := a.keepFeed(ctx); err != nil {
		return err
	}
	if err := a.keepLock(ctx); err != nil {
		return err
	}
	a.adoptStrays(ctx)
	now, err := a.record(ctx)
	if err != nil {
		return err
	}
	a.noteUnwanted(now)
	return nil
}

// record writes release.json and returns the storage's time.
func (a *applier) record(ctx context.Context) (time.Time, error) {
	now, err := a.state.Write(ctx, a.storage.Records(), a.o.CacheDir)
	if errors.Is(err, bucket.ErrPrecondition) {
		return now, fmt.Errorf("%w to %s", ErrConflict, a.plan.Storage)
	}
	return now, err
}

// done records that the storage holds the release.
func (a *applier) done(ctx context.Context) error {
	a.state.Phase = record.Done
	for key, version := range a.uploads.versions {
		r := a.state.Objects[key]
		r.Version = version
		a.state.Objects[key] = r
	}
	_, err := a.record(ctx)
	return err
}

// stateOf returns the record with which a publish claims the storage. Objects that
// are not in the release stay in the record, so that they can be pruned.
func (p *Plan) stateOf(o *ApplyOptions) *record.State {
	old := p.Previous
	s := &record.State{
		Phase: record.Applying, By: o.By, At: o.Now.UTC(), Commit: o.Commit,
		FeedSHA256: p.Release.Feed.SHA256,
		Owner:      record.OwnerOf(p.Release.Show).Recorded(p.seen.Private),
		MovedFrom:  p.movedFrom(),
		Moved:      movedPages(p.Release, old),
		Feeds:      slices.Clone(old.Feeds),
		Pending:    p.pending(),
		Announced:  old.Announced,
		LockSHA256: old.LockSHA256,
		Deleting:   p.deleting(),
		Objects:    maps.Clone(old.Objects),
		Version:    old.Version,
	}
	if o.Services == nil || o.Services.Announcer == nil || o.Services.Web == nil { // nothing will be announced
		s.Pending.Announce = nil
	}
	if s.Objects == nil {
		s.Objects = map[string]record.Object{}
	}
	for _, c := range p.Changes {
		if c.object == nil {
			continue
		}
		s.Objects[c.Key] = record.Object{
			SHA256: c.object.SHA256, CRC32C: c.object.CRC32C, Bytes: c.Size, Class: string(c.Class),
			ContentType: c.object.ContentType, CacheControl: c.object.CacheControl, Version: c.version,
		}
		if c.object.Gone {
			kept := s.Objects[c.Key]
			kept.Unwanted = old.Objects[c.Key].Unwanted
			s.Objects[c.Key] = kept
		}
	}
	for _, e := range p.Release.Live() {
		s.Episodes = append(s.Episodes, record.Episode{GUID: e.GUID, Slug: e.Slug, Title: e.Title, Audio: e.AudioKey(), Item: e.ItemSHA256, Alternates: alternateKeys(e)})
	}
	return s
}

// alternateKeys returns the keys of an episode's audio in other languages; nil if it has
// none.
func alternateKeys(e *release.Episode) map[string]string {
	if len(e.Alternates) == 0 {
		return nil
	}
	keys := map[string]string{}
	for _, a := range e.Alternates {
		keys[a.Language] = a.AudioKey()
	}
	return keys
}

// noteUnwanted marks recorded objects as unwanted since now, the storage's time, unless
// they are marked already. Unwanted are the objects that the release does not have, and
// those that are only stand-ins for pages that are gone. Unwanted objects that the
// storage lacks leave the record.
func (a *applier) noteUnwanted(now time.Time) {
	wanted := map[string]bool{}
	for _, o := range a.plan.Release.Objects {
		wanted[o.Key] = !o.Gone
	}
	for key, r := range a.state.Objects {
		_, there := a.plan.seen.Objects[key]
		switch {
		case wanted[key]:
		case !there:
			delete(a.state.Objects, key)
		case r.Unwanted == nil:
			r.Unwanted = &now
			a.state.Objects[key] = r
		}
	}
}

// keepFeed stores a copy of the release's feed beside the record, for Rollback,
// and records it as the newest.
func (a *applier) keepFeed(ctx context.Context) error {
	feed := a.plan.Release.Feed
	newest := a.plan.Previous.NewestFeed()
	a.state.KeepFeedAgain(newest)
	if newest == feed.SHA256 {
		return nil
	}
	data, err := feed.Read()
	if err != nil {
		return err
	}
	_, err = a.storage.Records().Write(ctx, record.NewObject(record.FeedKey(feed.SHA256), data), bucket.Condition{Absent: true})
	if err != nil && !errors.Is(err, bucket.ErrPrecondition) { // the name is the digest, so an existing copy is equal
		return fmt.Errorf("keep a copy of the feed: %w", err)
	}
	a.state.KeepFeed(record.KeptFeed{SHA256: feed.SHA256, Base: a.plan.Release.Show.URL, At: a.state.At, Commit: a.state.Commit, Items: len(a.plan.Release.Live())})
	return nil
}

// keepLock stores a copy of the release's lock beside the record. If the record is in the
// public bucket, the copy has only the live episodes.
func (a *applier) keepLock(ctx context.Context) error {
	data, sum := a.plan.Release.KeptLock(a.storage.State != nil)
	if sum == a.state.LockSHA256 || data == nil {
		return nil
	}
	_, err := a.storage.Records().Write(ctx, record.NewObject(record.LockKey(sum), data), bucket.Condition{Absent: true})
	if err != nil && !errors.Is(err, bucket.ErrPrecondition) { // the name is the digest, so an existing copy is equal
		return fmt.Errorf("keep a copy of the lock: %w", err)
	}
	a.state.LockSHA256 = sum
	return nil
}

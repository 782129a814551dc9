package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
)

const (
	// PruneAfter is how long an object must have been unwanted before it is pruned:
	// apps and directories may use an old feed for that long.
	PruneAfter = 30 * 24 * time.Hour
	// pruneAtMost is the largest number of objects that one publish prunes.
	pruneAtMost = 1000
)

// prune plans the deletion of recorded objects that have been unwanted for PruneAfter,
// of old parts that nothing needs, and of copies of feeds and locks that are not in the
// record; in total at most pruneAtMost objects. It keeps objects that the live feed or a
// kept feed names, and every payload in the lock.
func (p *Plan) prune(ctx context.Context, s record.Storage, now time.Time) error {
	kept, err := p.keptKeys(ctx, s)
	if err != nil {
		return err
	}
	left := pruneAtMost
	for i := range p.Changes {
		c := &p.Changes[i]
		since := p.Previous.Objects[c.Key].Unwanted
		if c.object != nil && !c.object.Gone || c.Action == Delete || kept[c.Key] || since == nil || now.Sub(*since) < PruneAfter || left == 0 {
			continue
		}
		if _, there := p.seen.Objects[c.Key]; !there {
			continue
		}
		c.object, c.Upload = nil, 0
		c.Action, c.Reason = Delete, fmt.Sprintf("not referenced since %s", since.Format(time.DateOnly))
		left--
	}
	p.pruneParts(now, &left)
	p.pruneCopies(&left)
	return nil
}

// pruneCopies plans the deletion of copies of feeds and locks that are not in the record
// and at least an hour old.
func (p *Plan) pruneCopies(left *int) {
	recorded := map[string]bool{record.LockKey(p.Previous.LockSHA256): true}
	for _, f := range p.Previous.Feeds {
		recorded[record.FeedKey(f.SHA256)] = true
	}
	for _, key := range sortedKeys(p.seen.Copies) {
		attrs := p.seen.Copies[key]
		if recorded[key] || *left == 0 || p.seen.Clock.Sub(attrs.Updated) < time.Hour { // another publish may be about to record a new copy
			continue
		}
		p.Parts = append(p.Parts, Change{Key: key, Action: Delete, Reason: "no longer in the record", Size: attrs.Size, Class: release.Immutable, version: attrs.Version})
		*left--
	}
}

// pruneParts plans the deletion of parts that nothing needs and that are at least
// PruneAfter old, and of temporary objects that crashed joins left behind.
func (p *Plan) pruneParts(now time.Time, left *int) {
	for _, key := range p.unneededParts() {
		attrs := p.seen.Parts[key]
		leftover := strings.HasPrefix(key, bucket.JoinedPrefix)
		if *left == 0 || !leftover && now.Sub(attrs.Updated) < PruneAfter {
			continue
		}
		p.deletePart(key, "part of no published object")
		*left--
	}
}

// unneededParts returns the keys of the stored parts that are not in the release, its
// lock or the plan.
func (p *Plan) unneededParts() (keys []string) {
	kept := map[string]bool{}
	for _, part := range p.Release.Parts {
		kept[part.Key] = true
	}
	for _, pin := range p.Release.Lock.Episodes {
		for _, payload := range pin.Payloads() {
			kept[bucket.PartsPrefix+payload.SHA256] = true
		}
	}
	for _, c := range p.Parts {
		kept[c.Key] = true
	}
	return slices.DeleteFunc(sortedKeys(p.seen.Parts), func(key string) bool { return kept[key] })
}

func (p *Plan) deletePart(key, reason string) {
	attrs := p.seen.Parts[key]
	p.Parts = append(p.Parts, Change{Key: key, Action: Delete, Reason: reason, Size: attrs.Size, Class: release.Immutable, version: attrs.Version})
}

// keptKeys returns the keys that the live feed and the kept feeds name, except the keys
// of episodes that have left the live feed.
func (p *Plan) keptKeys(ctx context.Context, s record.Storage) (map[string]bool, error) {
	kept := map[string]bool{}
	for _, f := range p.Previous.Feeds {
		data, err := record.Download(ctx, s.Records(), record.FeedKey(f.SHA256))
		p.seen.Requests.Read++
		if errors.Is(err, bucket.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("read a kept feed: %w", err)
		}
		if err := p.addNamed(kept, data, cmp.Or(f.Base, p.Release.Show.URL)); err != nil {
			return nil, err
		}
	}
	return kept, p.keepOlderPages(ctx, s, kept)
}

// addNamed adds to kept the keys that a feed names, except the keys of episodes that have
// left the live feed. base is the URL of the show when the feed was live.
func (p *Plan) addNamed(kept map[string]bool, feed []byte, base string) error {
	named, episodes, err := record.ReadFeed(feed, base)
	if err != nil {
		return err
	}
	live := p.Release.LiveGUIDs()
	gone := slices.DeleteFunc(episodes, func(e record.Episode) bool { return live[e.GUID] || e.Slug == "" })
	for key := range named {
		if !slices.ContainsFunc(gone, func(e record.Episode) bool { return isOf(key, e.Slug) }) {
			kept[key] = true
		}
	}
	return nil
}

// keepOlderPages adds to kept the keys that the further pages of the live feed name.
// These pages have the older episodes. A kept feed has only the newest episodes, and
// refers to these pages for the others.
func (p *Plan) keepOlderPages(ctx context.Context, s record.Storage, kept map[string]bool) error {
	for n := 1; ; n++ {
		key := p.Release.Show.Feed.Page(n)
		if _, there := p.seen.Objects[key]; !there {
			return nil
		}
		data, err := record.Download(ctx, s.Public, key)
		p.seen.Requests.Read++
		if errors.Is(err, bucket.ErrNotExist) {
			continue
		} else if err != nil {
			return fmt.Errorf("read a page of the live feed: %w", err)
		}
		if err := p.addNamed(kept, data, p.Release.Show.URL); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
}

// deleting returns the keys in the public bucket that the plan deletes.
func (p *Plan) deleting() (keys []string) {
	for _, c := range p.Changes {
		if c.Action == Delete {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// prune deletes the objects whose deletion is planned, except those that erase has
// deleted. The record lists the keys of public objects from the claim until they are
// deleted. A later plan that needs such an object therefore writes it again, as another
// version, which this prune does not delete. Pruning ends with ErrConflict if another
// publisher has claimed since, because this plan does not know which objects the other
// publisher needs.
func (a *applier) prune(ctx context.Context) error {
	var public, own []*Change
	for i := range a.plan.Changes {
		if c := &a.plan.Changes[i]; c.Action == Delete && !c.Erased() {
			public = append(public, c)
		}
	}
	for i := range a.plan.Parts {
		if c := &a.plan.Parts[i]; c.Action == Delete && !c.Erased() {
			own = append(own, c)
		}
	}
	if len(public)+len(own) == 0 {
		return nil
	}
	a.meter.begin("prune", slices.Concat(public, own))
	if err := a.uploads.each(ctx, public, a.remover(a.storage.Public)); err != nil {
		return err
	}
	if err := a.uploads.each(ctx, own, a.remover(a.storage.Records())); err != nil {
		return err
	}
	for _, c := range public {
		delete(a.state.Objects, c.Key)
	}
	a.state.Deleting = nil
	_, err := a.record(ctx)
	return err
}

// remover returns a function that deletes an object if it still has the version that
// the plan saw. The function returns ErrConflict if another publisher has claimed
// since.
func (a *applier) remover(b bucket.Bucket) func(context.Context, *Change) error {
	return func(ctx context.Context, c *Change) error {
		current, err := record.Stat(ctx, a.storage.Records(), record.Key)
		if err != nil {
			return err
		}
		if current.Version != a.state.Version {
			return fmt.Errorf("%w: pruning stopped", ErrConflict)
		}
		err = b.Delete(ctx, c.Key, bucket.Condition{Version: c.version})
		if err != nil && !errors.Is(err, bucket.ErrNotExist) {
			return err
		}
		a.meter.report(func(p *Progress) { p.Objects++ })
		return nil
	}
}

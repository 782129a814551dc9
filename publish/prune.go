package publish

import (
	"context"
	"fmt"
	"strings"
	"time"

	"onair/publish/bucket"
)

const (
	// PruneAfter is how long nothing must have wanted an object before it is
	// pruned: apps and directories may hold on to a feed that long.
	PruneAfter = 30 * 24 * time.Hour
	// pruneAtMost bounds what one publish deletes.
	pruneAtMost = 1000
)

// prune adds deletions to the plan: recorded objects that nothing has wanted for
// PruneAfter, and parts that no release on record needs. What the live feed or a
// kept one names stays, and so does every payload in the lock.
func (p *Plan) prune(ctx context.Context, s Storage, now time.Time) error {
	kept, err := p.keptKeys(ctx, s)
	if err != nil {
		return err
	}
	left := pruneAtMost
	for i := range p.Changes {
		c := &p.Changes[i]
		since := p.Previous.Objects[c.Key].Unwanted
		if c.object != nil || kept[c.Key] || since == nil || now.Sub(*since) < PruneAfter || left == 0 {
			continue
		}
		c.Action, c.Reason = Delete, fmt.Sprintf("not wanted since %s", since.Format(time.DateOnly))
		left--
	}
	p.pruneParts(kept, now, &left)
	return nil
}

// pruneParts deletes parts that are needed no more and older than PruneAfter.
func (p *Plan) pruneParts(kept map[string]bool, now time.Time, left *int) {
	for _, part := range p.Release.Parts {
		kept[part.Key] = true
	}
	for _, pin := range p.Release.Lock.Episodes {
		kept[partsPrefix+pin.Payload.SHA256] = true
	}
	for _, key := range sortedKeys(p.seen.Parts) {
		attrs := p.seen.Parts[key]
		leftover := strings.HasPrefix(key, bucket.JoinedPrefix) // of a join that crashed
		if kept[key] || *left == 0 || !leftover && now.Sub(attrs.Updated) < PruneAfter {
			continue
		}
		p.Parts = append(p.Parts, Change{Key: key, Action: Delete, Reason: "a part of nothing", Size: attrs.Size, Class: Immutable, version: attrs.Version})
		*left--
	}
}

// keptKeys are the keys that the live feed and the kept ones name.
func (p *Plan) keptKeys(ctx context.Context, s Storage) (map[string]bool, error) {
	kept := map[string]bool{}
	for _, f := range p.Previous.Feeds {
		data, err := download(ctx, s.state(), feedKey(f.SHA256), maxState)
		if missing(err) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("read a kept feed: %w", err)
		}
		all, _, err := readFeed(data, p.Release.Show.URL)
		if err != nil {
			return nil, err
		}
		for key := range all {
			kept[key] = true
		}
	}
	return kept, nil
}

// prune deletes what the plan says, and the kept feeds that are off the record.
func (a *applier) prune(ctx context.Context) error {
	var public, parts []*Change
	for i := range a.plan.Changes {
		if c := &a.plan.Changes[i]; c.Action == Delete {
			public = append(public, c)
		}
	}
	for i := range a.plan.Parts {
		if c := &a.plan.Parts[i]; c.Action == Delete {
			parts = append(parts, c)
		}
	}
	if len(public)+len(parts) == 0 {
		return nil
	}
	a.begin("prune", append(public, parts...))
	if err := a.each(ctx, public, a.remover(a.storage.Public)); err != nil {
		return err
	}
	if err := a.each(ctx, parts, a.remover(a.storage.state())); err != nil {
		return err
	}
	for _, c := range public {
		delete(a.state.Objects, c.Key)
	}
	_, err := a.record(ctx)
	return err
}

// remover deletes from a bucket what the plan saw there, and nothing newer.
func (a *applier) remover(b bucket.Bucket) func(context.Context, *Change) error {
	return func(ctx context.Context, c *Change) error {
		err := b.Delete(ctx, c.Key, bucket.Condition{Version: c.version})
		if err != nil && !missing(err) {
			return err
		}
		a.report(func(p *Progress) { p.Objects++ })
		return nil
	}
}

package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/plural"
	"onair/publish/announce"
	"onair/publish/cdn"
	"onair/publish/record"
	"onair/publish/release"
	"onair/publish/verify"
)

// Services are the services that a publish uses besides the storage.
type Services struct {
	Web       *verify.Web         // checks the show as listeners get it; nil if the show's URL is not meant to be reachable
	Purger    cdn.Purger          // nil if there is no CDN
	Announcer *announce.Announcer // nil disables announcing
}

// UnverifiedError reports that listeners do not get what is in the storage. The findings
// say why.
type UnverifiedError struct {
	Before   bool // the publish stopped before the feed, so listeners notice nothing
	Findings finding.List
}

func (e *UnverifiedError) Error() string {
	n := e.Findings.Count(finding.Error)
	if e.Before {
		return "stopped before the feed, so that listeners notice nothing: new objects cannot be fetched through the public URL"
	}
	return fmt.Sprintf("published, but %d checks of the live show failed", n)
}

// pending returns the work that remains after the last write of this publish, including
// the work that the publish before it did not finish.
func (p *Plan) pending() record.Pending {
	pending := record.Pending{Purge: slices.Clone(p.Previous.Pending.Purge)}
	feedChanges := false
	for _, c := range p.filter(func(c *Change) bool { return c.Action != Keep && c.Class != release.Immutable }) {
		pending.Purge = append(pending.Purge, c.Key)
		feedChanges = feedChanges || c.Class == release.Feed
	}
	pending.Purge = append(pending.Purge, p.erasedKeys()...)
	pending.Erase = p.erased
	slices.Sort(pending.Purge)
	pending.Purge = slices.Compact(pending.Purge)

	s := p.Release.Show
	announced := p.Previous.Announced
	wanted := p.Previous.Pending.Announce
	if feedChanges {
		wanted = s.Announce
	}
	if s.Private || s.Target != "" && len(s.Announce) == 0 || !s.IsPublic() {
		wanted = nil
	}
	for _, channel := range wanted {
		if announced.FeedSHA256 != p.Release.Feed.SHA256 || !slices.Contains(announced.Channels, channel) {
			pending.Announce = append(pending.Announce, channel)
		}
	}
	return pending
}

// unproven reports whether an object may not have been proven yet: it is new, it is an
// immutable object that is written again, or it was written by a publish that ended
// before its claim.
func (p *Plan) unproven(c *Change) bool {
	old, claimed := p.Previous.Objects[c.Key]
	return c.Action == Add || c.Class == release.Immutable && c.Action != Keep || c.Action == Keep && (!claimed || old.Unproven)
}

// prove requests the new immutable objects through the public URL before any feed names
// them. First it purges these objects and the new pages, because a CDN may have cached
// that they do not exist.
func (a *applier) prove(ctx context.Context) error {
	added := a.plan.filter(func(c *Change) bool { return c.Class != release.Feed && a.plan.unproven(c) })
	if a.services == nil || a.services.Web == nil || len(added) == 0 {
		return nil
	}
	a.meter.begin("prove", added)
	var keys, immutable []string
	for _, c := range added {
		keys = append(keys, c.Key)
		if c.Class == release.Immutable {
			immutable = append(immutable, c.Key)
		}
	}
	if err := a.purge(ctx, keys); err != nil {
		return err
	}
	found := verify.Prove(ctx, a.services.Web, verify.Expect(a.plan.Release, immutable))
	if err := ctx.Err(); err != nil {
		return err
	}
	if found.HasErrors() {
		return &UnverifiedError{Before: true, Findings: found}
	}
	a.meter.note("prove", fmt.Sprintf("%s through %s ✓", plural.Count(len(immutable), "new object"), a.plan.Release.Show.URL))
	return nil
}

// purge purges keys from the CDN, under every spelling of their URLs.
func (a *applier) purge(ctx context.Context, keys []string) error {
	if a.services == nil || a.services.Purger == nil || len(keys) == 0 {
		return nil
	}
	var urls, surrogates []string
	for _, key := range keys {
		urls = append(urls, cdn.Spellings(a.plan.Release.Show.URL, key)...)
		surrogates = append(surrogates, cdn.SurrogateKey(key))
	}
	if err := a.services.Purger.Purge(ctx, urls, surrogates); err != nil {
		return fmt.Errorf("purge the CDN: %w", err)
	}
	return nil
}

// purgeAndVerify deletes the objects of erased episodes, purges the changed keys,
// verifies what listeners get, and records that the publish is done. Whatever fails
// stays pending.
func (a *applier) purgeAndVerify(ctx context.Context) error {
	if err := a.erase(ctx); err != nil {
		return err
	}
	pending := a.state.Pending.Purge
	if a.services != nil && a.services.Purger != nil && len(pending) > 0 {
		if err := a.purge(ctx, pending); err != nil {
			return err
		}
		a.meter.note("purge", a.plan.Release.Show.CDN.Provider+", "+plural.Count(len(pending), "object"))
		a.outcome.Purged = true
	}
	a.state.Pending.Purge = nil
	found, err := a.verify(ctx)
	if err != nil {
		return err
	}
	a.state.Pending.Verify = found.HasErrors()
	if err := a.done(ctx); err != nil {
		return err
	}
	if found.HasErrors() {
		return &UnverifiedError{Findings: found}
	}
	return nil
}

// verify verifies the live show. It does nothing without a Web.
func (a *applier) verify(ctx context.Context) (finding.List, error) {
	if a.services == nil || a.services.Web == nil {
		return nil, nil
	}
	address := a.plan.Release.Show.FeedURL()
	a.meter.note("verify", address)
	start := time.Now()
	found := verify.Verify(ctx, a.services.Web, a.plan.Release, &verify.Options{Published: a.state.Objects, Episodes: a.plan.toVerify()})
	ok := !found.HasErrors()
	a.outcome.Verified = &ok
	if ok {
		a.meter.note("verify", fmt.Sprintf("%s fresh after %.1f s ✓", address, time.Since(start).Seconds()))
	}
	return found, ctx.Err()
}

// toVerify returns the episodes to verify after a publish: those that changed, or
// nil for all if the previous publish was not verified. The feed and the pages are
// always verified.
func (p *Plan) toVerify() []string {
	if p.Previous.Phase != record.Done || p.Previous.Pending.Verify {
		return nil
	}
	changed := []string{}
	for _, e := range p.Episodes {
		if e.changesFeed {
			changed = append(changed, e.Slug)
		}
	}
	return changed
}

// announce notifies the pending channels that the feed has changed, and records the
// channels that accepted the notification. It does nothing unless the show was verified
// without errors.
func (a *applier) announce(ctx context.Context) error {
	pending := a.state.Pending.Announce
	verified := a.outcome.Verified != nil && *a.outcome.Verified
	if a.services == nil || a.services.Announcer == nil || !verified || len(pending) == 0 {
		return nil
	}
	s := a.plan.Release.Show
	notified, failed := announce.Announce(ctx, a.services.Announcer, pending, s.FeedURL())
	if a.state.Announced.FeedSHA256 != a.state.FeedSHA256 {
		a.state.Announced = record.Announced{FeedSHA256: a.state.FeedSHA256}
	}
	a.outcome.Announced = notified
	a.state.Announced.Channels = append(slices.Clone(a.state.Announced.Channels), notified...)
	a.state.Pending.Announce = slices.DeleteFunc(slices.Clone(pending), func(c string) bool { return slices.Contains(notified, c) })
	if len(notified) > 0 {
		a.meter.note("announce", strings.Join(notified, " ✓  ")+" ✓")
	}
	if _, err := a.record(ctx); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("the show is live, but not all channels could be notified; the next publish tries again: %w", failed)
	}
	return nil
}

package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// RollbackOptions are the options of Rollback; nil means the defaults.
type RollbackOptions struct {
	Feed     string // start of the SHA-256 of a kept feed; empty means the feed before the live one
	By       string
	Now      time.Time
	CacheDir string
	Services *Services
}

// Rollback makes an earlier feed live again if everything that it names still
// exists. It does not change pages; to restore those, revert the show and publish.
func Rollback(ctx context.Context, sh *show.Show, s record.Storage, o *RollbackOptions) (record.KeptFeed, error) {
	if o == nil {
		o = &RollbackOptions{}
	}
	seen, err := observe(ctx, s, o.CacheDir)
	if err != nil {
		return record.KeptFeed{}, err
	}
	target, err := feedToRestore(seen.State, o.Feed)
	if err != nil {
		return target, err
	}
	data, err := readKeptFeed(ctx, s, target)
	if err != nil {
		return target, err
	}
	if target.Base != "" && target.Base != sh.URL {
		return target, refusef("that feed was made for %s, but the show is now at %s", target.Base, sh.URL)
	}
	all, episodes, err := record.ReadFeed(data, sh.URL)
	if err != nil {
		return target, err
	}
	for _, key := range sortedKeys(all) {
		if err := checkNamed(seen, key, all[key]); err != nil {
			return target, err
		}
	}
	p, err := planRestore(sh, seen, data)
	if err != nil {
		return target, err
	}
	a := newApplier(p, s, &ApplyOptions{By: o.By, Now: o.Now, CacheDir: o.CacheDir, Services: o.Services, Commit: target.Commit})
	a.state.Episodes = episodes
	return target, a.restore(ctx)
}

// feedToRestore finds a kept feed by the start of its SHA-256. The default is the
// feed before the live one.
func feedToRestore(s *record.State, digest string) (record.KeptFeed, error) {
	f, ok := s.EarlierFeed(digest)
	switch {
	case ok:
		return f, nil
	case digest != "":
		return f, refusef("no kept feed %s, except the live one", digest)
	}
	return f, refusef("no earlier feed is kept")
}

// readKeptFeed reads a kept feed and checks its SHA-256.
func readKeptFeed(ctx context.Context, s record.Storage, kept record.KeptFeed) ([]byte, error) {
	data, err := record.Download(ctx, s.Records(), record.FeedKey(kept.SHA256))
	if err != nil {
		return nil, fmt.Errorf("read the kept feed: %w", err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != kept.SHA256 {
		return nil, refusef("the kept feed %s was changed: its SHA-256 is not the one in its name", record.FeedKey(kept.SHA256))
	}
	return data, nil
}

// checkNamed checks that the bucket has an object that a feed names, and that the object
// has the length in the feed, unless that is 0.
func checkNamed(seen *record.Listing, key string, length int64) error {
	attrs, ok := seen.Objects[key]
	switch {
	case !ok:
		return refusef("the feed names %s, which is missing", key)
	case length > 0 && attrs.Size != length:
		return refusef("the feed gives %s %d bytes, but it has %d", key, length, attrs.Size)
	}
	return nil
}

// planRestore returns the plan that writes a feed and its copies under former addresses.
func planRestore(sh *show.Show, seen *record.Listing, data []byte) (*Plan, error) {
	rel := release.OfFeed(sh, data)
	if err := keepFormerFeeds(rel, seen.State); err != nil {
		return nil, err
	}
	p := &Plan{Release: rel, Storage: sh.Storage, Previous: seen.State, seen: seen}
	for _, o := range rel.Objects {
		p.Changes = append(p.Changes, Change{Key: o.Key, Action: Update, Size: o.Size, Upload: o.Size, Class: release.Feed, object: o, version: seen.Objects[o.Key].Version})
	}
	return p, p.checkMoved(false)
}

// restore claims the storage, writes the feed, purges, verifies and records, as a
// publish does.
func (a *applier) restore(ctx context.Context) error {
	for _, step := range []func(context.Context) error{a.claimAgain, a.sendFeed, a.purgeAndVerify, a.announce} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// claimAgain claims the storage for a feed of which a copy is kept already. It marks no
// objects as unwanted, because the newer release will be published again.
func (a *applier) claimAgain(ctx context.Context) error {
	_, err := a.record(ctx)
	return err
}

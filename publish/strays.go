package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"regexp"
	"strings"

	"golang.org/x/sync/errgroup"

	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
)

// adoptAtMost is the largest number of objects that a publish checks when it searches
// for strays.
const adoptAtMost = 200

// adoptStrays records objects of onair that are in no record. A publish leaves such
// objects if it ends before its claim, by a crash or because another publish was
// faster. Once recorded, they count as unwanted and can be pruned. Objects that cannot
// be checked now are left to a later publish.
func (a *applier) adoptStrays(ctx context.Context) {
	seen := a.plan.seen
	var keys []string
	for key := range seen.Objects {
		if _, recorded := a.state.Objects[key]; !recorded && (isHashed(key) || aPage.MatchString(key)) {
			keys = append(keys, key)
		}
	}
	// Foreign objects are checked again by every publish. The random order keeps
	// them from hiding a stray forever.
	rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	keys = keys[:min(len(keys), adoptAtMost)]
	found := make([]bucket.Attrs, len(keys))
	var group errgroup.Group
	group.SetLimit(a.uploads.parallel)
	for i, key := range keys {
		group.Go(func() error {
			if attrs, err := a.marked(ctx, seen.Objects[key]); err == nil {
				found[i] = attrs
			}
			return nil
		})
	}
	_ = group.Wait()
	for _, attrs := range found {
		if !isOurs(attrs) {
			continue
		}
		a.state.Objects[attrs.Key] = record.Object{
			SHA256: attrs.Metadata[bucket.MetaSHA256], CRC32C: attrs.CRC32C, Bytes: attrs.Size, Class: string(release.ClassOf(attrs.Key, a.plan.Release.Show.Feed.Path)),
			ContentType: attrs.ContentType, CacheControl: attrs.CacheControl, Version: attrs.Version, Unproven: true,
		}
	}
}

// isHashed reports whether a key contains the hash of the object's content.
func isHashed(key string) bool { return release.ClassOf(key, "") == release.Immutable }

// aPage matches the pages of episodes that a publish adds before it claims.
var aPage = regexp.MustCompile(`^episodes/[^/]+/((embed|transcript-[^/]+)/)?index\.html$`)

// isOurs reports whether an object has the metadata of onair and a key that fits the
// metadata: the key of an episode page, or a key with the hash in the metadata. The
// metadata alone do not suffice, because a copy of an object under another key has them
// as well.
func isOurs(attrs bucket.Attrs) bool {
	sum := attrs.Metadata[bucket.MetaSHA256]
	return len(sum) == hex.EncodedLen(sha256.Size) && record.IsHex(sum) && (aPage.MatchString(attrs.Key) || strings.Contains(attrs.Key, "-"+sum[:16]+"."))
}

// marked returns a listed object with its metadata. A sparse bucket does not list
// metadata, so marked requests it. A folder does not store metadata, so for a key with a
// hash marked computes it from the content.
func (a *applier) marked(ctx context.Context, attrs bucket.Attrs) (bucket.Attrs, error) {
	public := a.storage.Public
	if sparse, ok := public.(bucket.Sparse); ok {
		return sparse.Stat(ctx, attrs.Key)
	}
	if !record.Headerless(public) || !isHashed(attrs.Key) {
		return attrs, nil
	}
	body, attrs, err := public.Open(ctx, attrs.Key, 0, -1)
	if err != nil {
		return attrs, err
	}
	defer body.Close()
	sum, err := release.ContentSum(attrs.Key, body)
	attrs.Metadata = map[string]string{bucket.MetaSHA256: sum}
	return attrs, err
}

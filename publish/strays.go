package publish

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"onair/audio"
	"onair/publish/bucket"
)

// adoptStrays puts on record what onair wrote and no record names: the objects
// of a publish that ended before its claim, by a crash or because another one
// was faster. From then on they count as not wanted, and pruning knows them.
func (a *applier) adoptStrays(ctx context.Context) error {
	seen := a.plan.seen
	var keys []string
	for _, key := range sortedKeys(seen.Objects) {
		if _, recorded := a.state.Objects[key]; !recorded && couldBeOurs(key) && len(keys) < pruneAtMost {
			keys = append(keys, key)
		}
	}
	found := make([]bucket.Attrs, len(keys))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cmp.Or(a.o.Parallel, defaultParallel))
	for i, key := range keys {
		group.Go(func() (err error) {
			found[i], err = a.marked(ctx, seen.Objects[key])
			if missing(err) { // it went away since
				err = nil
			}
			return err
		})
	}
	err := group.Wait()
	for _, attrs := range found {
		if sum := attrs.Metadata[metaSHA256]; sum != "" {
			a.state.Objects[attrs.Key] = Record{
				SHA256: sum, CRC32C: attrs.CRC32C, Bytes: attrs.Size, Class: ClassOf(attrs.Key, a.plan.Release.Show.Feed.Path),
				ContentType: attrs.ContentType, CacheControl: attrs.CacheControl, Version: attrs.Version,
			}
		}
	}
	return err
}

// couldBeOurs reports whether onair writes keys like this before it claims.
func couldBeOurs(key string) bool {
	return hashed.MatchString(key) || strings.HasPrefix(key, "episodes/") && strings.HasSuffix(key, "/index.html")
}

// marked completes what a listing says by the mark of onair, if the object has
// it. A folder keeps no metadata: there an object is ours if its key holds the
// hash of its content.
func (a *applier) marked(ctx context.Context, attrs bucket.Attrs) (bucket.Attrs, error) {
	public := a.storage.Public
	if sparse, ok := public.(bucket.Sparse); ok {
		return sparse.Stat(ctx, attrs.Key)
	}
	if !headerless(public) || !hashed.MatchString(attrs.Key) {
		return attrs, nil
	}
	body, attrs, err := public.Open(ctx, attrs.Key, 0, -1)
	if err != nil {
		return attrs, err
	}
	defer body.Close()
	sum, err := contentSum(attrs.Key, body)
	if err == nil && strings.Contains(attrs.Key, "-"+sum[:16]+".") {
		attrs.Metadata = map[string]string{metaSHA256: sum}
	}
	return attrs, err
}

// contentSum is the digest that names an object: of tagged audio that of the two
// digests of tag and payload, of anything else that of its bytes.
func contentSum(key string, body io.Reader) (string, error) {
	tag, rest := sha256.New(), sha256.New()
	if !strings.HasPrefix(key, "audio/") {
		_, err := io.Copy(rest, body)
		return hex.EncodeToString(rest.Sum(nil)), err
	}
	buffered := bufio.NewReader(body)
	head, err := buffered.Peek(audio.TagHeaderBytes)
	if err == nil {
		_, err = io.CopyN(tag, buffered, audio.TagBytes(head))
	}
	if err != nil && err != io.EOF { // shorter than a tag, or than its own says: not ours
		return "", err
	}
	_, err = io.Copy(rest, buffered)
	sum := sha256.Sum256(slices.Concat(tag.Sum(nil), rest.Sum(nil)))
	return hex.EncodeToString(sum[:]), err
}

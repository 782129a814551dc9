package gcs

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// store is the API of Cloud Storage. A call makes one try.
type store struct {
	api    *api
	policy *remote.Policy // of the steps of a call
	prefix string         // prefix of the keys that callers may list; empty, or ends in a slash
}

var _ remote.Store = (*store)(nil)

// List implements remote.Store.
func (s *store) List(ctx context.Context, prefix, token string, size int) (page []bucket.Attrs, next string, err error) {
	objects, next, err := s.api.list(ctx, prefix, token, size)
	if status(err) == http.StatusNotFound {
		return nil, "", bucket.ErrNoBucket
	}
	for _, o := range objects {
		page = append(page, attrs(o))
	}
	return page, next, err
}

// probe returns ErrNoBucket if there is no bucket. It makes a listing, because a
// publish needs the permission for that anyway. Any other error says nothing about the
// bucket.
func (s *store) probe(ctx context.Context) error {
	_, _, err := s.List(ctx, s.prefix, "", 1)
	return err
}

// Stat implements remote.Store.
func (s *store) Stat(ctx context.Context, name string) (remote.Stored, error) {
	r, err := s.api.stat(ctx, name)
	if err != nil {
		return remote.Stored{}, notFound(err)
	}
	return stored(r), nil
}

// Get implements remote.Store.
func (s *store) Get(ctx context.Context, name, version string, offset, length int64) (io.ReadCloser, error) {
	generation, err := parseVersion(version)
	if err != nil {
		return nil, err
	}
	body, err := s.api.read(ctx, name, generation, offset, length)
	return body, gone(err)
}

// gone returns ErrPrecondition if err says that the generation does not exist any more,
// and err otherwise.
func gone(err error) error {
	if status(err) == http.StatusNotFound {
		return fmt.Errorf("%w while it was read", bucket.ErrPrecondition)
	}
	return err
}

// Put implements remote.Store.
func (s *store) Put(ctx context.Context, name string, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	conds, err := preconditions(cond)
	if err != nil {
		return bucket.Attrs{}, err
	}
	r, err := s.upload(ctx, name, o, conds)
	switch status(err) {
	case http.StatusPreconditionFailed:
		return bucket.Attrs{}, bucket.ErrPrecondition
	case http.StatusNotFound:
		return bucket.Attrs{}, bucket.ErrNoBucket
	}
	if err != nil {
		return bucket.Attrs{}, err
	}
	return attrs(r), nil
}

// SetHeaders implements remote.Store.
func (s *store) SetHeaders(ctx context.Context, name string, now remote.Stored, h bucket.Headers) (remote.Stored, error) {
	generation, err := parseVersion(now.Version)
	if err != nil {
		return remote.Stored{}, err
	}
	for _, step := range headerSteps(now.Headers, h) {
		unchanged := atGeneration(generation)
		unchanged.Set("ifMetagenerationMatch", strconv.FormatInt(now.Metageneration, 10))
		r, err := s.api.object(ctx, http.MethodPatch, s.api.objectPath(name), unchanged, step)
		if status(err) == http.StatusPreconditionFailed {
			return remote.Stored{}, remote.ErrReplaced
		} else if err != nil {
			return remote.Stored{}, notFound(err)
		}
		now = stored(r)
	}
	return now, nil
}

// headerSteps returns the patches that lead from one set of headers to another.
func headerSteps(from, to bucket.Headers) (steps []map[string]any) {
	// A patch adds to the metadata. So if a key has to go, the first patch removes all of
	// them.
	for k := range from.Metadata {
		if _, keep := to.Metadata[k]; !keep {
			steps = append(steps, map[string]any{"metadata": nil})
			break
		}
	}
	last := map[string]any{
		"contentType": to.ContentType, "cacheControl": to.CacheControl,
		"contentEncoding": to.ContentEncoding, "contentDisposition": to.ContentDisposition, "contentLanguage": to.ContentLanguage,
	}
	if len(to.Metadata) > 0 {
		last["metadata"] = to.Metadata
	}
	return append(steps, last)
}

// Delete implements remote.Store.
func (s *store) Delete(ctx context.Context, name string, cond bucket.Condition) error {
	conds, err := preconditions(cond)
	if err != nil {
		return err
	}
	return notFound(s.api.delete(ctx, name, conds))
}

// notFound returns ErrNotExist if err says that there is no object or no bucket, and
// err otherwise.
func notFound(err error) error {
	if status(err) == http.StatusNotFound {
		return bucket.ErrNotExist
	}
	return err
}

// preconditions returns the parameters of a request that requires a condition.
func preconditions(cond bucket.Condition) (url.Values, error) {
	switch {
	case cond.Absent:
		return atGeneration(0), nil
	case cond.Version != "":
		generation, err := parseVersion(cond.Version)
		return atGeneration(generation), err
	}
	return nil, nil
}

// atGeneration returns the parameters of a request that requires a generation. 0 means
// that there is no object.
func atGeneration(generation int64) url.Values {
	return url.Values{"ifGenerationMatch": {strconv.FormatInt(generation, 10)}}
}

// parseVersion returns the generation of a version token. It returns ErrPrecondition
// for another provider's token, which a record may have after a move of the storage.
func parseVersion(version string) (int64, error) {
	generation, err := strconv.ParseInt(version, 10, 64)
	if err != nil || generation <= 0 {
		return 0, fmt.Errorf("%w: version %q is not one of this bucket", bucket.ErrPrecondition, version)
	}
	return generation, nil
}

// stored converts the service's description of an object.
func stored(r *resource) remote.Stored {
	return remote.Stored{
		Attrs: bucket.Attrs{
			Key: r.Name,
			Headers: bucket.Headers{
				ContentType:        r.ContentType,
				CacheControl:       r.CacheControl,
				ContentEncoding:    r.ContentEncoding,
				ContentDisposition: r.ContentDisposition,
				ContentLanguage:    r.ContentLanguage,
				Metadata:           remote.Lower(r.Metadata),
			},
			Size:    r.Size,
			CRC32C:  r.sum(),
			Version: strconv.FormatInt(r.Generation, 10),
			Updated: r.created(),
		},
		Metageneration: r.Metageneration,
	}
}

func attrs(r *resource) bucket.Attrs { return stored(r).Attrs }

// headersOf returns the headers of a new object.
func headersOf(h bucket.Headers) resource {
	return resource{
		ContentType: h.ContentType, CacheControl: h.CacheControl,
		ContentEncoding: h.ContentEncoding, ContentDisposition: h.ContentDisposition, ContentLanguage: h.ContentLanguage,
		Metadata: remote.Lower(h.Metadata),
	}
}

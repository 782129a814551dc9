package gcs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// chunkSize is how many bytes of a large body are sent at a time, and kept in
// memory to be sent again. A body that is not larger is sent in one request and not
// kept.
const chunkSize = 8 << 20

// store is the API of Cloud Storage. A call makes one try.
type store struct {
	objects *storage.BucketHandle
	prefix  string // prefix of the keys that callers may list; empty, or ends in a slash
}

var _ remote.Store = (*store)(nil)

// listed are the fields that a listing requests.
var listed = []string{"Name", "Size", "CRC32C", "Generation", "ContentType", "CacheControl", "ContentEncoding", "ContentDisposition", "ContentLanguage", "Metadata", "Created"}

// List implements remote.Store. An iterator repeats its first error forever, so each
// page uses a new iterator.
func (s *store) List(ctx context.Context, prefix, token string, size int) (page []bucket.Attrs, next string, err error) {
	query := &storage.Query{Prefix: prefix, Projection: storage.ProjectionNoACL}
	if err := query.SetAttrSelection(listed); err != nil {
		return nil, "", err
	}
	it := s.objects.Objects(ctx, query)
	info := it.PageInfo()
	info.MaxSize, info.Token = size, token
	for {
		o, err := it.Next()
		switch {
		case errors.Is(err, iterator.Done):
			return page, "", nil
		case status(err) == http.StatusNotFound:
			return nil, "", bucket.ErrNoBucket
		case err != nil:
			return nil, "", err
		}
		page = append(page, attrs(o))
		if info.Remaining() == 0 {
			return page, info.Token, nil
		}
	}
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
	a, err := s.objects.Object(name).Attrs(ctx)
	if err != nil {
		return remote.Stored{}, notFound(err)
	}
	return stored(a), nil
}

// Get implements remote.Store.
func (s *store) Get(ctx context.Context, name, version string, offset, length int64) (io.ReadCloser, error) {
	o := s.objects.Object(name)
	generation, err := parseVersion(version)
	if err != nil {
		return nil, err
	}
	body, err := o.Generation(generation).NewRangeReader(ctx, offset, length)
	if err != nil {
		return nil, gone(err)
	}
	return generationReader{body}, nil
}

// generationReader reads one generation. After an interruption the client opens further
// connections by itself, so each Read may find the generation gone.
type generationReader struct{ *storage.Reader }

func (r generationReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	return n, gone(err)
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
	target, err := under(s.objects.Object(name), cond)
	if err != nil {
		return bucket.Attrs{}, err
	}
	a, err := send(ctx, target, o)
	switch status(err) {
	case http.StatusPreconditionFailed:
		return bucket.Attrs{}, bucket.ErrPrecondition
	case http.StatusNotFound, http.StatusGone:
		if o.Size <= chunkSize {
			return bucket.Attrs{}, bucket.ErrNoBucket
		}
		// Either there is no bucket, or the server has forgotten the session of an
		// upload in chunks.
		return bucket.Attrs{}, cmp.Or(s.probe(ctx), errLostSession)
	}
	if err != nil {
		return bucket.Attrs{}, err
	}
	return attrs(a), nil
}

// send stores an object, without trying again after an error. If anything is wrong with
// the body, the request is cut off before its end, so that nothing is stored.
//
// When a body breaks off, the client still sends the boundary that ends the upload's
// last part, and only then closes the connection. So the end of the body is held back
// until the whole body is known to be right. Without the end, the server has a body
// that is too short and does not match the announced checksum.
func send(ctx context.Context, target *storage.ObjectHandle, o *bucket.Object) (*storage.ObjectAttrs, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := target.NewWriter(ctx)
	w.ContentType = o.ContentType
	w.ForceEmptyContentType = true // the client would guess one
	w.CacheControl = o.CacheControl
	w.ContentEncoding, w.ContentDisposition, w.ContentLanguage = o.ContentEncoding, o.ContentDisposition, o.ContentLanguage
	w.Metadata = remote.Lower(o.Metadata)
	w.CRC32C, w.SendCRC32C = o.CRC32C, true
	if w.ChunkSize = 0; o.Size > chunkSize {
		w.ChunkSize = chunkSize
	}
	if err := remote.SendBody(ctx, w, o); err != nil {
		// Close would end the request as if the body were whole. CloseWithError is
		// deprecated in favour of cancelling, which takes effect only some time later.
		cancel()
		_ = w.CloseWithError(err) //lint:ignore SA1019 see above
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	a := w.Attrs()
	if a.Size != o.Size || a.CRC32C != o.CRC32C {
		return nil, fmt.Errorf("the bucket has %d bytes with checksum %08x, not %d with %08x", a.Size, a.CRC32C, o.Size, o.CRC32C)
	}
	return a, nil
}

// SetHeaders implements remote.Store.
func (s *store) SetHeaders(ctx context.Context, name string, now remote.Stored, h bucket.Headers) (remote.Stored, error) {
	generation, err := parseVersion(now.Version)
	if err != nil {
		return remote.Stored{}, err
	}
	for _, step := range headerSteps(now.Headers, h) {
		unchanged := storage.Conditions{GenerationMatch: generation, MetagenerationMatch: now.Metageneration}
		a, err := s.objects.Object(name).If(unchanged).Update(ctx, step)
		if status(err) == http.StatusPreconditionFailed {
			return remote.Stored{}, remote.ErrReplaced
		} else if err != nil {
			return remote.Stored{}, notFound(err)
		}
		now = stored(a)
	}
	return now, nil
}

// headerSteps returns the updates that lead from one set of headers to another.
func headerSteps(from, to bucket.Headers) (steps []storage.ObjectAttrsToUpdate) {
	// An update adds to the metadata and cannot remove single keys. So if a key has to go,
	// the first update removes all of them.
	for k := range from.Metadata {
		if _, keep := to.Metadata[k]; !keep {
			steps = append(steps, storage.ObjectAttrsToUpdate{Metadata: map[string]string{}})
			break
		}
	}
	last := storage.ObjectAttrsToUpdate{
		ContentType: to.ContentType, CacheControl: to.CacheControl,
		ContentEncoding: to.ContentEncoding, ContentDisposition: to.ContentDisposition, ContentLanguage: to.ContentLanguage,
	}
	if len(to.Metadata) > 0 {
		last.Metadata = maps.Clone(to.Metadata)
	}
	return append(steps, last)
}

// Delete implements remote.Store.
func (s *store) Delete(ctx context.Context, name string, cond bucket.Condition) error {
	target, err := under(s.objects.Object(name), cond)
	if err != nil {
		return err
	}
	return notFound(target.Delete(ctx))
}

// notFound returns ErrNotExist if err says that there is no object or no bucket, and
// err otherwise.
func notFound(err error) error {
	if status(err) == http.StatusNotFound {
		return bucket.ErrNotExist
	}
	return err
}

// under returns a handle that requires a condition.
func under(o *storage.ObjectHandle, cond bucket.Condition) (*storage.ObjectHandle, error) {
	switch {
	case cond.Absent:
		return o.If(storage.Conditions{DoesNotExist: true}), nil
	case cond.Version != "":
		generation, err := parseVersion(cond.Version)
		if err != nil {
			return nil, err
		}
		return o.If(storage.Conditions{GenerationMatch: generation}), nil
	}
	return o, nil
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

// stored converts the client's attributes of an object.
func stored(a *storage.ObjectAttrs) remote.Stored {
	return remote.Stored{
		Attrs: bucket.Attrs{
			Key: a.Name,
			Headers: bucket.Headers{
				ContentType:        a.ContentType,
				CacheControl:       a.CacheControl,
				ContentEncoding:    a.ContentEncoding,
				ContentDisposition: a.ContentDisposition,
				ContentLanguage:    a.ContentLanguage,
				Metadata:           remote.Lower(a.Metadata),
			},
			Size:    a.Size,
			CRC32C:  a.CRC32C,
			Version: strconv.FormatInt(a.Generation, 10),
			Updated: a.Created, // when this generation was written; a.Updated also changes with headers
		},
		Metageneration: a.Metageneration,
	}
}

func attrs(a *storage.ObjectAttrs) bucket.Attrs { return stored(a).Attrs }

package gcs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"cloud.google.com/go/storage"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// chunkSize is how much of a large body is sent, and kept in memory to be sent
// again, at a time. A smaller body is sent in one request, and not kept.
const chunkSize = 8 << 20

// largeAtOnce is how many large bodies are sent at once, each with a chunk in
// memory.
const largeAtOnce = 4

// Write stores an object.
func (b *Bucket) Write(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	attrs, err := b.write(ctx, o, cond)
	if err != nil {
		return bucket.Attrs{}, b.wrap("write", o.Key, err)
	}
	return attrs, nil
}

func (b *Bucket) write(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	object, err := b.object(o.Key)
	if err != nil {
		return bucket.Attrs{}, err
	}
	target, err := under(object, cond)
	if err != nil {
		return bucket.Attrs{}, err
	}
	if o.Size > chunkSize {
		select {
		case b.large <- struct{}{}:
			defer func() { <-b.large }()
		case <-ctx.Done():
			return bucket.Attrs{}, ctx.Err()
		}
	}
	var stored *storage.ObjectAttrs
	err = b.retry(ctx, o.Size, func(ctx context.Context, n int) error {
		stored, err = send(ctx, target, o)
		switch status(err) {
		case http.StatusPreconditionFailed:
			if n > 1 {
				stored, err = b.lookForOurs(ctx, object, o)
			}
		case http.StatusNotFound, http.StatusGone:
			if err = bucket.ErrNoBucket; o.Size > chunkSize {
				// Or else the session of an upload in many requests was forgotten.
				err = cmp.Or(b.probe(ctx), errLostSession)
			}
		}
		return err
	})
	if err != nil {
		return bucket.Attrs{}, err
	}
	return b.attrs(stored), nil
}

// send is one try to store an object. If anything is wrong with the body, the
// request is cut off before its end, so that there is nothing to store.
//
// The client makes that harder than it sounds: when a body breaks off, it still
// sends the boundary that ends the upload's last part, and only then breaks the
// connection. So the end of the body is held back until all of it has proved to
// be right. What the server can have got before is short, and does not have the
// checksum that was announced.
func send(ctx context.Context, target *storage.ObjectHandle, o *bucket.Object) (*storage.ObjectAttrs, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := target.NewWriter(ctx)
	w.ContentType = o.ContentType
	w.ForceEmptyContentType = true // no guess where none is given
	w.CacheControl = o.CacheControl
	w.Metadata = remote.Lower(o.Metadata)
	w.CRC32C, w.SendCRC32C = o.CRC32C, true
	if w.ChunkSize = 0; o.Size > chunkSize {
		w.ChunkSize = chunkSize
	}
	if err := remote.SendBody(ctx, w, o); err != nil {
		// Not Close: that would end the request as if it were whole. CloseWithError
		// is deprecated for cancelling, which takes effect only some time later.
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

// lookForOurs is asked when a repeated write finds its precondition broken. The
// first may have done it, its answer lost: then the object has our bytes and
// headers.
func (b *Bucket) lookForOurs(ctx context.Context, object *storage.ObjectHandle, o *bucket.Object) (*storage.ObjectAttrs, error) {
	a, err := b.stat(ctx, object)
	if errors.Is(err, bucket.ErrNotExist) {
		return nil, fmt.Errorf("%w: it is gone", bucket.ErrPrecondition)
	} else if err != nil {
		return nil, err
	}
	if a.Size == o.Size && a.CRC32C == o.CRC32C && remote.SameHeaders(b.attrs(a).Headers, o.Headers) {
		return a, nil
	}
	return nil, bucket.ErrPrecondition
}

// SetHeaders replaces an object's headers. Each try looks at the object first:
// what is as it should be, be it by an earlier try, is left alone.
func (b *Bucket) SetHeaders(ctx context.Context, key string, h bucket.Headers, cond bucket.Condition) (bucket.Attrs, error) {
	attrs, err := b.setHeaders(ctx, key, h, cond)
	if err != nil {
		return bucket.Attrs{}, b.wrap("set headers of", key, err)
	}
	return attrs, nil
}

func (b *Bucket) setHeaders(ctx context.Context, key string, h bucket.Headers, cond bucket.Condition) (attrs bucket.Attrs, err error) {
	object, err := b.object(key)
	if err != nil {
		return bucket.Attrs{}, err
	}
	h.Metadata = remote.Lower(h.Metadata)
	err = b.retry(ctx, 0, func(ctx context.Context, _ int) error {
		a, err := b.stat(ctx, object)
		if err != nil {
			return err
		}
		if err := cond.Check(b.attrs(a).Version); err != nil {
			return err
		}
		for _, step := range headerSteps(b.attrs(a).Headers, h) {
			a, err = object.If(storage.Conditions{GenerationMatch: a.Generation, MetagenerationMatch: a.Metageneration}).Update(ctx, step)
			switch status(err) {
			case http.StatusPreconditionFailed:
				return errReplaced // look again: the condition may still hold
			case http.StatusNotFound:
				return b.absent(ctx)
			}
			if err != nil {
				return err
			}
		}
		attrs = b.attrs(a)
		return nil
	})
	return attrs, err
}

// headerSteps returns the updates that lead from one set of headers to another.
func headerSteps(from, to bucket.Headers) (steps []storage.ObjectAttrsToUpdate) {
	if remote.SameHeaders(from, to) {
		return nil
	}
	// An update adds to metadata and cannot take single keys away.
	for k := range from.Metadata {
		if _, keep := to.Metadata[k]; !keep {
			steps = append(steps, storage.ObjectAttrsToUpdate{Metadata: map[string]string{}})
			break
		}
	}
	last := storage.ObjectAttrsToUpdate{ContentType: to.ContentType, CacheControl: to.CacheControl}
	if len(to.Metadata) > 0 {
		last.Metadata = maps.Clone(to.Metadata)
	}
	return append(steps, last)
}

// Delete removes an object.
func (b *Bucket) Delete(ctx context.Context, key string, cond bucket.Condition) error {
	if err := b.delete(ctx, key, cond); err != nil {
		return b.wrap("delete", key, err)
	}
	return nil
}

func (b *Bucket) delete(ctx context.Context, key string, cond bucket.Condition) error {
	object, err := b.object(key)
	if err != nil {
		return err
	}
	target, err := under(object, cond)
	if err != nil {
		return err
	}
	return b.retry(ctx, 0, func(ctx context.Context, n int) error {
		err := target.Delete(ctx)
		if status(err) != http.StatusNotFound {
			return err
		}
		if err = b.absent(ctx); n > 1 && errors.Is(err, bucket.ErrNotExist) {
			return nil // an earlier try did it, and its answer was lost
		}
		return err
	})
}

package gcs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cloud.google.com/go/storage"

	"onair/internal/crc32c"
	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

var _ bucket.Joiner = (*Bucket)(nil)

const (
	// maxSources is the largest number of sources in one compose request.
	maxSources = 32

	// tidyTimeout limits the deletion of temporary objects.
	tidyTimeout = 30 * time.Second
)

// Join composes the object from its parts, each at its generation. Parts in the
// same bucket are composed directly at the key. Parts in another bucket are
// composed there, as a temporary object under bucket.JoinedPrefix that the service
// copies to the key. More than 32 parts need further temporary objects. Each
// request to compose contains the checksum, which the service compares before the
// object appears.
func (b *Bucket) Join(ctx context.Context, o *bucket.Object, parts []bucket.Part, cond bucket.Condition) (bucket.Attrs, error) {
	attrs, err := b.join(ctx, o, parts, cond)
	return attrs, b.calls.Wrap("join", o.Key, err)
}

func (b *Bucket) join(ctx context.Context, o *bucket.Object, parts []bucket.Part, cond bucket.Condition) (bucket.Attrs, error) {
	from, sources, err := sourcesOf(parts)
	if err != nil {
		return bucket.Attrs{}, err
	}
	if err := bucket.CheckParts(o, parts); err != nil {
		return bucket.Attrs{}, err
	}
	return b.calls.Put(ctx, o, func(ctx context.Context, name string) (bucket.Attrs, error) {
		target, err := under(b.store.objects.Object(name), cond)
		if err != nil {
			return bucket.Attrs{}, err
		}
		a, err := b.joinOnce(ctx, target, o, from, sources)
		if status(err) == http.StatusPreconditionFailed {
			return bucket.Attrs{}, bucket.ErrPrecondition
		} else if err != nil {
			return bucket.Attrs{}, err
		}
		return attrs(a), nil
	})
}

// source is an object to compose from.
type source struct {
	*storage.ObjectHandle // at one generation
	size                  int64
	sum                   uint32
	temporary             bool
}

// sourcesOf returns the parts as sources, and the bucket that all of them are in.
func sourcesOf(parts []bucket.Part) (from *Bucket, sources []source, err error) {
	for _, p := range parts {
		b, ok := p.Bucket.(*Bucket)
		if !ok || from != nil && b.store.objects.BucketName() != from.store.objects.BucketName() {
			return nil, nil, fmt.Errorf("part %s is stored elsewhere: %w", p.Key, errors.ErrUnsupported)
		}
		from = b
		name, err := b.calls.Name(p.Key)
		if err != nil {
			return nil, nil, err
		}
		object, err := under(b.store.objects.Object(name), bucket.Condition{Version: p.Version})
		if err != nil {
			return nil, nil, fmt.Errorf("part %s: %w", p.Key, err)
		}
		sources = append(sources, source{object, p.Size, p.CRC32C, false})
	}
	if from == nil {
		return nil, nil, fmt.Errorf("no parts to join: %w", errors.ErrUnsupported)
	}
	return from, sources, nil
}

// errLostTemporary reports that a temporary object is gone, for example because another
// publish pruned it. Another try may succeed.
var errLostTemporary = errors.New("a temporary object is missing")

// joinOnce joins the sources, without trying again after an error.
func (b *Bucket) joinOnce(ctx context.Context, target *storage.ObjectHandle, o *bucket.Object, from *Bucket, sources []source) (*storage.ObjectAttrs, error) {
	j := &joining{from: from}
	defer j.tidy(ctx)
	headers := storage.ObjectAttrs{
		ContentType: o.ContentType, CacheControl: o.CacheControl,
		ContentEncoding: o.ContentEncoding, ContentDisposition: o.ContentDisposition, ContentLanguage: o.ContentLanguage,
		Metadata: remote.Lower(o.Metadata),
	}
	for len(sources) > maxSources {
		var err error
		if sources, err = j.halfway(ctx, sources); err != nil {
			return nil, err
		}
	}
	if from.store.objects.BucketName() == b.store.objects.BucketName() {
		return j.compose(ctx, target, headers, sources)
	}
	whole, err := j.temporary(ctx, sources)
	if err != nil {
		return nil, err
	}
	copier := target.CopierFrom(whole.ObjectHandle)
	copier.ObjectAttrs = headers
	a, err := copier.Run(ctx)
	if status(err) == http.StatusNotFound {
		return nil, from.lost(ctx, b)
	} else if err != nil {
		return nil, err
	}
	return a, prove(ctx, target, a, whole.size, whole.sum)
}

// lost returns why a copy to another bucket got the status 404.
func (b *Bucket) lost(ctx context.Context, to *Bucket) error {
	if err := to.store.probe(ctx); err != nil {
		return err
	}
	return errLostTemporary
}

// joining is the state of one joinOnce, in the bucket of the parts.
type joining struct {
	from *Bucket
	made []*storage.ObjectHandle // temporary objects, at their generations
}

// tidy deletes temporary objects. If that fails, pruning deletes them: it deletes
// everything under bucket.JoinedPrefix.
func (j *joining) tidy(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTimeout)
	defer cancel()
	for _, o := range j.made {
		_ = o.Delete(ctx)
	}
}

// halfway composes groups of sources into fewer sources. A group is as large as one
// request takes.
func (j *joining) halfway(ctx context.Context, sources []source) (fewer []source, err error) {
	for len(sources) > 0 {
		n := min(len(sources), maxSources)
		s, err := j.temporary(ctx, sources[:n])
		if err != nil {
			return nil, err
		}
		fewer, sources = append(fewer, s), sources[n:]
	}
	return fewer, nil
}

// temporary composes a temporary object with a new name.
func (j *joining) temporary(ctx context.Context, sources []source) (source, error) {
	name, err := j.from.calls.Name(bucket.JoinedPrefix + rand.Text())
	if err != nil {
		return source{}, err
	}
	object := j.from.store.objects.Object(name)
	a, err := j.compose(ctx, object.If(storage.Conditions{DoesNotExist: true}), storage.ObjectAttrs{}, sources)
	if err != nil {
		return source{}, err
	}
	object = object.If(storage.Conditions{GenerationMatch: a.Generation})
	j.made = append(j.made, object)
	return source{object, a.Size, a.CRC32C, true}, nil
}

// compose composes an object from sources.
func (j *joining) compose(ctx context.Context, target *storage.ObjectHandle, headers storage.ObjectAttrs, sources []source) (*storage.ObjectAttrs, error) {
	handles := make([]*storage.ObjectHandle, len(sources))
	var size int64
	var sum uint32
	for i, s := range sources {
		handles[i] = s.ObjectHandle
		sum = crc32c.Join(sum, s.sum, s.size)
		size += s.size
	}
	composer := target.ComposerFrom(handles...)
	composer.ObjectAttrs = headers
	composer.CRC32C, composer.SendCRC32C = sum, true
	a, err := composer.Run(ctx)
	if status(err) == http.StatusNotFound {
		if sources[0].temporary {
			return nil, errLostTemporary
		}
		return nil, j.from.calls.Absent(ctx)
	} else if err != nil {
		return nil, err
	}
	return a, prove(ctx, target, a, size, sum)
}

// prove checks the size and checksum of a stored object, although the service promises
// that they are right. It deletes the object if they are wrong.
func prove(ctx context.Context, target *storage.ObjectHandle, a *storage.ObjectAttrs, size int64, sum uint32) error {
	if a.Size == size && a.CRC32C == sum {
		return nil
	}
	err := fmt.Errorf("the joined object has %d bytes with checksum %08x, not %d with %08x", a.Size, a.CRC32C, size, sum)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTimeout)
	defer cancel()
	if deleteErr := target.If(storage.Conditions{GenerationMatch: a.Generation}).Delete(ctx); deleteErr != nil {
		err = fmt.Errorf("%w, and could not be deleted: %s", err, text(deleteErr))
	}
	return fmt.Errorf("%w: %w", bucket.ErrBody, err)
}

package gcs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"onair/internal/crc32c"
	"onair/publish/bucket"
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
		conds, err := preconditions(cond)
		if err != nil {
			return bucket.Attrs{}, err
		}
		r, err := b.joinOnce(ctx, name, conds, o, from, sources)
		if status(err) == http.StatusPreconditionFailed {
			return bucket.Attrs{}, bucket.ErrPrecondition
		} else if err != nil {
			return bucket.Attrs{}, err
		}
		return attrs(r), nil
	})
}

// source is an object to compose from, at one generation.
type source struct {
	name       string
	generation int64
	size       int64
	sum        uint32
	temporary  bool
}

// sourcesOf returns the parts as sources, and the bucket that all of them are in.
func sourcesOf(parts []bucket.Part) (from *Bucket, sources []source, err error) {
	for _, p := range parts {
		b, ok := p.Bucket.(*Bucket)
		if !ok || from != nil && b.store.api.bucket != from.store.api.bucket {
			return nil, nil, fmt.Errorf("part %s is stored elsewhere: %w", p.Key, errors.ErrUnsupported)
		}
		from = b
		name, err := b.calls.Name(p.Key)
		if err != nil {
			return nil, nil, err
		}
		generation, err := parseVersion(p.Version)
		if err != nil {
			return nil, nil, fmt.Errorf("part %s: %w", p.Key, err)
		}
		sources = append(sources, source{name, generation, p.Size, p.CRC32C, false})
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
func (b *Bucket) joinOnce(ctx context.Context, name string, conds url.Values, o *bucket.Object, from *Bucket, sources []source) (*resource, error) {
	j := &joining{from: from}
	defer j.tidy(ctx)
	headers := headersOf(o.Headers)
	for len(sources) > maxSources {
		var err error
		if sources, err = j.halfway(ctx, sources); err != nil {
			return nil, err
		}
	}
	if from.store.api.bucket == b.store.api.bucket {
		return j.compose(ctx, name, conds, headers, sources)
	}
	whole, err := j.temporary(ctx, sources)
	if err != nil {
		return nil, err
	}
	r, err := from.store.api.copy(ctx, whole.name, whole.generation, b.store.api, name, conds, headers)
	if status(err) == http.StatusNotFound {
		return nil, from.lost(ctx, b)
	} else if err != nil {
		return nil, err
	}
	return r, b.store.prove(ctx, name, r, whole.size, whole.sum)
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
	made []source // temporary objects
}

// tidy deletes temporary objects. If that fails, pruning deletes them: it deletes
// everything under bucket.JoinedPrefix.
func (j *joining) tidy(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTimeout)
	defer cancel()
	for _, o := range j.made {
		_ = j.from.store.api.delete(ctx, o.name, atGeneration(o.generation))
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
	r, err := j.compose(ctx, name, atGeneration(0), resource{}, sources)
	if err != nil {
		return source{}, err
	}
	made := source{name, r.Generation, r.Size, r.sum(), true}
	j.made = append(j.made, made)
	return made, nil
}

// compose composes an object from sources.
func (j *joining) compose(ctx context.Context, name string, conds url.Values, headers resource, sources []source) (*resource, error) {
	parts := make([]part, len(sources))
	var size int64
	var sum uint32
	for i, s := range sources {
		parts[i].Name, parts[i].Preconditions.Generation = s.name, s.generation
		sum = crc32c.Join(sum, s.sum, s.size)
		size += s.size
	}
	want := checksum(sum)
	headers.CRC32C = &want
	r, err := j.from.store.api.compose(ctx, name, conds, parts, headers)
	if status(err) == http.StatusNotFound {
		if sources[0].temporary {
			return nil, errLostTemporary
		}
		return nil, j.from.calls.Absent(ctx)
	} else if err != nil {
		return nil, err
	}
	return r, j.from.store.prove(ctx, name, r, size, sum)
}

// prove checks the size and checksum of a stored object, although the service promises
// that they are right. It deletes the object if they are wrong.
func (s *store) prove(ctx context.Context, name string, r *resource, size int64, sum uint32) error {
	if r.Size == size && r.sum() == sum {
		return nil
	}
	err := fmt.Errorf("the joined object has %d bytes with checksum %08x, not %d with %08x", r.Size, r.sum(), size, sum)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTimeout)
	defer cancel()
	if deleteErr := s.api.delete(ctx, name, atGeneration(r.Generation)); deleteErr != nil {
		err = fmt.Errorf("%w, and could not be deleted: %s", err, text(deleteErr))
	}
	return fmt.Errorf("%w: %w", bucket.ErrBody, err)
}

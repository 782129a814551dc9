package gcs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"onair/publish/bucket"
)

// pageSize is the most that a page holds.
const pageSize = 1000

// List yields the objects, with one request for each thousand.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[bucket.Attrs, error] {
	return func(yield func(bucket.Attrs, error) bool) {
		for token, more := "", true; more; more = token != "" {
			page, next, err := b.page(ctx, prefix, token)
			if err != nil {
				yield(bucket.Attrs{}, fmt.Errorf("list %s: %w", b.url, err))
				return
			}
			for _, o := range page {
				a := b.attrs(o)
				if bucket.ValidKey(a.Key) != nil {
					continue // made by others, as consoles make "folder/": no key names it
				}
				if !yield(a, nil) {
					return
				}
			}
			token = next
		}
	}
}

// page reads one page of a listing.
func (b *Bucket) page(ctx context.Context, prefix, token string) (page []*storage.ObjectAttrs, next string, err error) {
	query := &storage.Query{Prefix: b.prefix + prefix, Projection: storage.ProjectionNoACL}
	if err := query.SetAttrSelection([]string{"Name", "Size", "CRC32C", "Generation", "ContentType", "CacheControl", "Metadata", "Created"}); err != nil {
		return nil, "", err
	}
	err = b.retry(ctx, 0, func(ctx context.Context, _ int) error {
		page, next, err = onePage(b.objects.Objects(ctx, query), token)
		if status(err) == http.StatusNotFound {
			return bucket.ErrNoBucket
		}
		return err
	})
	return page, next, err
}

// onePage reads the page of a token from a new iterator. An iterator repeats its
// first error for ever, so each try takes another.
func onePage(it *storage.ObjectIterator, token string) (page []*storage.ObjectAttrs, next string, err error) {
	info := it.PageInfo()
	info.MaxSize, info.Token = pageSize, token
	for {
		o, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return page, "", nil
		} else if err != nil {
			return nil, "", err
		}
		page = append(page, o)
		if info.Remaining() == 0 {
			return page, info.Token, nil
		}
	}
}

// absent tells a missing object from a missing bucket, which answer alike. It
// asks only if nothing has shown yet that the bucket is there.
func (b *Bucket) absent(ctx context.Context) error {
	if b.exists.Load() {
		return bucket.ErrNotExist
	}
	if err := b.probe(ctx); err != nil && (errors.Is(err, bucket.ErrNoBucket) || temporary(err)) {
		return err
	}
	return bucket.ErrNotExist
}

// probe asks whether the bucket is there, by the one question that whoever may
// plan a publish may ask. Other errors than ErrNoBucket tell nothing.
func (b *Bucket) probe(ctx context.Context) error {
	it := b.objects.Objects(ctx, &storage.Query{Prefix: b.prefix, Projection: storage.ProjectionNoACL})
	it.PageInfo().MaxSize = 1
	_, err := it.Next()
	switch {
	case status(err) == http.StatusNotFound:
		return bucket.ErrNoBucket
	case errors.Is(err, iterator.Done):
		return nil
	}
	return err
}

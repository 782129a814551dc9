package gcs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"cloud.google.com/go/storage"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// stat asks for an object's attributes, in one try.
func (b *Bucket) stat(ctx context.Context, o *storage.ObjectHandle) (*storage.ObjectAttrs, error) {
	a, err := o.Attrs(ctx)
	if status(err) == http.StatusNotFound {
		return nil, b.absent(ctx)
	}
	return a, err
}

// Open asks for the object's attributes and then for the bytes of exactly that
// generation. A reader continues after interruptions, and checks the sum if it
// reads the whole.
func (b *Bucket) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	r, attrs, err := b.open(ctx, key, offset, length)
	if err != nil {
		return nil, bucket.Attrs{}, b.wrap("open", key, err)
	}
	return r, attrs, nil
}

func (b *Bucket) open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	if offset < 0 {
		return nil, bucket.Attrs{}, fmt.Errorf("negative offset %d", offset)
	}
	o, err := b.object(key)
	if err != nil {
		return nil, bucket.Attrs{}, err
	}
	var r *remote.Reader
	var attrs bucket.Attrs
	err = b.retry(ctx, 0, func(try context.Context, _ int) error {
		a, err := b.stat(try, o)
		if err != nil {
			return err
		}
		attrs = b.attrs(a)
		r = remote.NewReader(ctx, b.policy, attrs, offset, length, connect(o.Generation(a.Generation)), func(err error) error {
			return b.wrap("read", key, err)
		})
		if err = r.Open(); errors.Is(err, bucket.ErrPrecondition) {
			err = errReplaced // meanwhile: ask again
		}
		if err != nil {
			r.Close()
		}
		return err
	})
	return r, attrs, err
}

// errReplaced is a generation that was there a moment ago. It is temporary.
var errReplaced = errors.New("object was replaced while it was opened")

// connect opens ranges of one generation.
func connect(o *storage.ObjectHandle) remote.Connect {
	return func(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
		body, err := o.NewRangeReader(ctx, offset, length)
		if err != nil {
			return nil, gone(err)
		}
		return generation{body}, nil
	}
}

// generation is a connection that brings the bytes of one generation. The client
// opens others behind it.
type generation struct{ *storage.Reader }

func (g generation) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	return n, gone(err)
}

// gone gives the error of a generation that is not there any more its name.
func gone(err error) error {
	if status(err) == http.StatusNotFound {
		return fmt.Errorf("%w while it was read", bucket.ErrPrecondition)
	}
	return err
}

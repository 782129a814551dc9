package s3

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

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
	name, err := b.name(key)
	if err != nil {
		return bucket.Attrs{}, err
	}
	h.Metadata = remote.Lower(h.Metadata)
	err = b.retry(ctx, 0, func(ctx context.Context, _ int) error {
		a, err := b.stat(ctx, key, name)
		if err != nil {
			return err
		}
		if err := cond.Check(a.Version); err != nil {
			return err
		}
		if !remote.SameHeaders(a.Headers, h) {
			a.Headers = h
			err = b.copyOnto(ctx, name, &a)
		}
		attrs = a
		return err
	})
	return attrs, err
}

// copyOnto copies an object onto itself with other headers, if it still has the
// version of attrs, and updates that.
func (b *Bucket) copyOnto(ctx context.Context, name string, attrs *bucket.Attrs) error {
	etag := aws.String(`"` + attrs.Version + `"`)
	return ask(&b.noCopyCondition, func(with bool) error {
		in := &s3.CopyObjectInput{
			Bucket:            &b.at.name,
			Key:               &name,
			CopySource:        aws.String(copySource(b.at.name, name)),
			CopySourceIfMatch: etag,
			MetadataDirective: types.MetadataDirectiveReplace,
			ContentType:       optional(attrs.ContentType),
			CacheControl:      optional(attrs.CacheControl),
			Metadata:          withSum(attrs.Metadata, attrs.Size, attrs.CRC32C),
		}
		if with {
			in.IfMatch = etag
		}
		out, err := b.client.CopyObject(ctx, in)
		switch status(err) {
		case http.StatusPreconditionFailed:
			return errReplaced // look again: the condition may still hold
		case http.StatusNotFound:
			return b.absent(ctx)
		}
		if err != nil {
			return err
		}
		if out.CopyObjectResult != nil {
			attrs.Version = version(out.CopyObjectResult.ETag)
			attrs.Updated = aws.ToTime(out.CopyObjectResult.LastModified)
		}
		if attrs.Updated.IsZero() {
			attrs.Updated, _ = awsmiddleware.GetServerTime(out.ResultMetadata)
		}
		return nil
	})
}

// copySource writes the source of a copy: escaped more than a path is, because a
// plus sign is read as a space there.
func copySource(bucketName, name string) string {
	return bucketName + "/" + strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(name), "%2F", "/"), "+", "%20")
}

// Delete removes an object.
func (b *Bucket) Delete(ctx context.Context, key string, cond bucket.Condition) error {
	if err := b.delete(ctx, key, cond); err != nil {
		return b.wrap("delete", key, err)
	}
	return nil
}

// delete looks at the object before each try: a delete of nothing is a success
// to S3, and some providers ignore conditions of a delete.
func (b *Bucket) delete(ctx context.Context, key string, cond bucket.Condition) error {
	name, err := b.name(key)
	if err != nil {
		return err
	}
	return b.retry(ctx, 0, func(ctx context.Context, n int) error {
		a, err := b.stat(ctx, key, name)
		if errors.Is(err, bucket.ErrNotExist) && n > 1 {
			return nil // an earlier try did it, and its answer was lost
		} else if err != nil {
			return err
		}
		if err := cond.Check(a.Version); err != nil {
			return err
		}
		return ask(&b.noDeleteCondition, func(with bool) error {
			in := &s3.DeleteObjectInput{Bucket: &b.at.name, Key: &name}
			if with && cond.Version != "" {
				in.IfMatch = aws.String(`"` + cond.Version + `"`)
			}
			_, err := b.client.DeleteObject(ctx, in)
			return err
		})
	})
}

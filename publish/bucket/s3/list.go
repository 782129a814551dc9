package s3

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"onair/publish/bucket"
)

// pageSize is the most that a page holds.
const pageSize = 1000

// List yields the objects, with one request for each thousand. Their Attrs have
// Key, Size, Version and Updated only.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[bucket.Attrs, error] {
	return func(yield func(bucket.Attrs, error) bool) {
		for token, more := "", true; more; more = token != "" {
			var page *s3.ListObjectsV2Output
			err := b.retry(ctx, 0, func(ctx context.Context, _ int) (err error) {
				page, err = b.listOnce(ctx, prefix, token, pageSize)
				return err
			})
			if err != nil {
				yield(bucket.Attrs{}, fmt.Errorf("list %s: %w", b.at, err))
				return
			}
			for _, o := range page.Contents {
				a, ok := b.listed(page, o)
				if ok && !yield(a, nil) {
					return
				}
			}
			token = aws.ToString(page.NextContinuationToken)
		}
	}
}

// listOnce asks for one page.
func (b *Bucket) listOnce(ctx context.Context, prefix, token string, size int32) (*s3.ListObjectsV2Output, error) {
	in := &s3.ListObjectsV2Input{
		Bucket:  &b.at.name,
		Prefix:  aws.String(b.at.prefix + prefix),
		MaxKeys: &size,
		// XML has no way to write some characters that names of others may have.
		EncodingType: types.EncodingTypeUrl,
	}
	if token != "" {
		in.ContinuationToken = &token
	}
	return b.client.ListObjectsV2(ctx, in)
}

// listed translates an entry of a page. It is false for what others made, as
// consoles make "folder/": no key names it.
func (b *Bucket) listed(page *s3.ListObjectsV2Output, o types.Object) (bucket.Attrs, bool) {
	name := aws.ToString(o.Key)
	if page.EncodingType == types.EncodingTypeUrl { // some ignore the wish
		var err error
		if name, err = url.QueryUnescape(name); err != nil {
			return bucket.Attrs{}, false
		}
	}
	key, ok := strings.CutPrefix(name, b.at.prefix)
	if !ok || key == probeKey || bucket.ValidKey(key) != nil {
		return bucket.Attrs{}, false
	}
	return bucket.Attrs{Key: key, Size: aws.ToInt64(o.Size), Version: version(o.ETag), Updated: aws.ToTime(o.LastModified)}, true
}

// version makes a version token of an ETag.
func version(etag *string) string { return strings.Trim(aws.ToString(etag), `"`) }

package s3

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"onair/publish/bucket"
)

var _ bucket.Inspector = (*Bucket)(nil)

// Inspect asks for the settings of the bucket, which takes the permission
// s3:GetBucketVersioning.
func (b *Bucket) Inspect(ctx context.Context) (setup bucket.Setup, err error) {
	err = b.retry(ctx, 0, func(ctx context.Context, _ int) error {
		out, err := b.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &b.at.name})
		if err != nil {
			return err
		}
		setup.Versioned = out.Status == types.BucketVersioningStatusEnabled
		return nil
	})
	if err != nil {
		err = b.wrap("look at", "", err)
	}
	return setup, err
}

// PublicURL is the object's address at the endpoint.
func (b *Bucket) PublicURL(key string) string {
	return b.address() + "/" + (&url.URL{Path: b.at.prefix + key}).EscapedPath()
}

// PublicList is the bucket's address at the endpoint.
func (b *Bucket) PublicList() string {
	return b.address() + "?" + url.Values{"list-type": {"2"}, "prefix": {b.at.prefix}}.Encode()
}

// address is the bucket's own address, without a slash at its end.
func (b *Bucket) address() string {
	o := b.client.Options()
	endpoint := "https://s3." + o.Region + ".amazonaws.com"
	if o.BaseEndpoint != nil {
		endpoint = strings.TrimSuffix(*o.BaseEndpoint, "/")
	}
	if o.UsePathStyle {
		return endpoint + "/" + b.at.name
	}
	scheme, host, _ := strings.Cut(endpoint, "://")
	return scheme + "://" + b.at.name + "." + host
}

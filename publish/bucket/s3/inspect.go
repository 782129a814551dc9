package s3

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"onair/publish/bucket"
)

var _ bucket.Inspector = (*Bucket)(nil)

// Versioned needs the permission s3:GetBucketVersioning.
func (b *Bucket) Versioned(ctx context.Context) (versioned bool, err error) {
	err = b.ask(ctx, func(ctx context.Context) error {
		out, err := b.store.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &b.store.at.name})
		versioned = err == nil && out.Status == types.BucketVersioningStatusEnabled
		return err
	})
	return versioned, err
}

// Website needs the permission s3:GetBucketWebsite.
func (b *Bucket) Website(ctx context.Context) (site bucket.Website, err error) {
	err = b.ask(ctx, func(ctx context.Context) error {
		out, err := b.store.client.GetBucketWebsite(ctx, &s3.GetBucketWebsiteInput{Bucket: &b.store.at.name})
		switch {
		case code(err) == "NoSuchWebsiteConfiguration":
			return nil
		case err != nil:
			return err
		case out.IndexDocument == nil && out.RedirectAllRequestsTo == nil:
			return errors.ErrUnsupported // the provider ignored the question and listed the bucket
		}
		if out.IndexDocument != nil {
			site.IndexPage = aws.ToString(out.IndexDocument.Suffix)
		}
		if out.ErrorDocument != nil {
			site.ErrorPage = aws.ToString(out.ErrorDocument.Key)
		}
		return nil
	})
	return site, err
}

// ask requests one of the settings of the bucket.
func (b *Bucket) ask(ctx context.Context, question func(context.Context) error) error {
	err := b.calls.Retry(ctx, 0, func(ctx context.Context, _ int) error {
		err := question(ctx)
		if !slices.Contains(deniedCodes, code(err)) && slices.Contains(notKnown, status(err)) {
			return errors.ErrUnsupported
		}
		return err
	})
	return b.calls.Wrap("read the settings of", "", err)
}

// notKnown are the statuses with which providers answer if they do not have a setting.
var notKnown = []int{http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotImplemented}

// PublicURL returns the object's address at the endpoint.
func (b *Bucket) PublicURL(key string) string {
	if b.signedOnly() {
		return ""
	}
	return b.address() + "/" + (&url.URL{Path: b.store.at.prefix + key}).EscapedPath()
}

// PublicList returns the bucket's address at the endpoint.
func (b *Bucket) PublicList() string {
	if b.signedOnly() {
		return ""
	}
	return b.address() + "?" + url.Values{"list-type": {"2"}, "prefix": {b.store.at.prefix}}.Encode()
}

// signedOnly reports whether the endpoint answers only requests with credentials.
// The objects of R2 are public only through a domain of the bucket.
func (b *Bucket) signedOnly() bool {
	endpoint := aws.ToString(b.store.client.Options().BaseEndpoint)
	return strings.HasSuffix(strings.TrimSuffix(endpoint, "/"), ".r2.cloudflarestorage.com")
}

// address returns the bucket's own address, without a slash at its end.
func (b *Bucket) address() string {
	o := b.store.client.Options()
	endpoint := "https://s3." + o.Region + ".amazonaws.com"
	if o.BaseEndpoint != nil {
		endpoint = strings.TrimSuffix(*o.BaseEndpoint, "/")
	}
	if o.UsePathStyle {
		return endpoint + "/" + b.store.at.name
	}
	scheme, host, _ := strings.Cut(endpoint, "://")
	return scheme + "://" + b.store.at.name + "." + host
}

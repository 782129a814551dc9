package s3

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"onair/publish/bucket"
)

var _ bucket.Inspector = (*Bucket)(nil)

// Versioned needs the permission s3:GetBucketVersioning.
func (b *Bucket) Versioned(ctx context.Context) (versioned bool, err error) {
	err = b.ask(ctx, func(ctx context.Context) error {
		var out struct{ Status string }
		_, err := b.store.client.call(ctx, &request{method: http.MethodGet, query: url.Values{"versioning": {""}}}, &out)
		versioned = err == nil && out.Status == "Enabled"
		return err
	})
	return versioned, err
}

// Website needs the permission s3:GetBucketWebsite.
func (b *Bucket) Website(ctx context.Context) (site bucket.Website, err error) {
	err = b.ask(ctx, func(ctx context.Context) error {
		var out struct {
			IndexPage string    `xml:"IndexDocument>Suffix"`
			ErrorPage string    `xml:"ErrorDocument>Key"`
			Redirect  *struct{} `xml:"RedirectAllRequestsTo"`
		}
		_, err := b.store.client.call(ctx, &request{method: http.MethodGet, query: url.Values{"website": {""}}}, &out)
		switch {
		case code(err) == "NoSuchWebsiteConfiguration":
			return nil
		case err != nil:
			return err
		case out.IndexPage == "" && out.Redirect == nil:
			return errors.ErrUnsupported // the provider ignored the question and listed the bucket
		}
		site.IndexPage, site.ErrorPage = out.IndexPage, out.ErrorPage
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
	return b.store.client.base.String() + "/" + (&url.URL{Path: b.store.at.prefix + key}).EscapedPath()
}

// PublicList returns the bucket's address at the endpoint.
func (b *Bucket) PublicList() string {
	if b.signedOnly() {
		return ""
	}
	return b.store.client.base.String() + "?" + url.Values{"list-type": {"2"}, "prefix": {b.store.at.prefix}}.Encode()
}

// signedOnly reports whether the endpoint answers only requests with credentials.
// The objects of R2 are public only through a domain of the bucket.
func (b *Bucket) signedOnly() bool {
	return strings.HasSuffix(b.store.client.base.Host, ".r2.cloudflarestorage.com")
}

package gcs

import (
	"context"
	"net/url"
	"os"
	"strings"

	"cloud.google.com/go/storage"

	"onair/publish/bucket"
)

var _ bucket.Inspector = (*Bucket)(nil)

// Versioned asks for the settings of the bucket, which takes the permission
// storage.buckets.get.
func (b *Bucket) Versioned(ctx context.Context) (bool, error) {
	attrs, err := b.settings(ctx)
	return err == nil && attrs.VersioningEnabled, err
}

// Website takes the same permission as Versioned.
func (b *Bucket) Website(ctx context.Context) (bucket.Website, error) {
	attrs, err := b.settings(ctx)
	if err != nil || attrs.Website == nil {
		return bucket.Website{}, err
	}
	return bucket.Website{IndexPage: attrs.Website.MainPageSuffix, ErrorPage: attrs.Website.NotFoundPage}, nil
}

func (b *Bucket) settings(ctx context.Context) (attrs *storage.BucketAttrs, err error) {
	err = b.retry(ctx, 0, func(ctx context.Context, _ int) (err error) {
		attrs, err = b.objects.Attrs(ctx)
		return err
	})
	if err != nil {
		err = b.wrap("look at", "", err)
	}
	return attrs, err
}

// PublicURL is the object's address in the XML API.
func (b *Bucket) PublicURL(key string) string {
	return publicHost() + b.objects.BucketName() + "/" + (&url.URL{Path: b.prefix + key}).EscapedPath()
}

// PublicList is the bucket's address in the XML API.
func (b *Bucket) PublicList() string {
	return publicHost() + b.objects.BucketName() + "?" + url.Values{"prefix": {b.prefix}}.Encode()
}

// publicHost is where buckets are read, or the emulator that stands in for it.
func publicHost() string {
	host := os.Getenv("STORAGE_EMULATOR_HOST")
	switch {
	case host == "":
		return "https://storage.googleapis.com/"
	case strings.Contains(host, "://"):
		return strings.TrimSuffix(host, "/") + "/"
	}
	return "http://" + host + "/"
}

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

// Versioned needs the permission storage.buckets.get.
func (b *Bucket) Versioned(ctx context.Context) (bool, error) {
	attrs, err := b.settings(ctx)
	return err == nil && attrs.VersioningEnabled, err
}

// Website needs the permission storage.buckets.get.
func (b *Bucket) Website(ctx context.Context) (bucket.Website, error) {
	attrs, err := b.settings(ctx)
	if err != nil || attrs.Website == nil {
		return bucket.Website{}, err
	}
	return bucket.Website{IndexPage: attrs.Website.MainPageSuffix, ErrorPage: attrs.Website.NotFoundPage}, nil
}

func (b *Bucket) settings(ctx context.Context) (attrs *storage.BucketAttrs, err error) {
	err = b.calls.Retry(ctx, 0, func(ctx context.Context, _ int) (err error) {
		attrs, err = b.store.objects.Attrs(ctx)
		return err
	})
	return attrs, b.calls.Wrap("read the settings of", "", err)
}

// PublicURL returns the object's address in the XML API.
func (b *Bucket) PublicURL(key string) string {
	return publicHost() + b.store.objects.BucketName() + "/" + (&url.URL{Path: b.store.prefix + key}).EscapedPath()
}

// PublicList returns the bucket's address in the XML API.
func (b *Bucket) PublicList() string {
	return publicHost() + b.store.objects.BucketName() + "?" + url.Values{"prefix": {b.store.prefix}}.Encode()
}

// publicHost returns the address of the XML API, or of the emulator.
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

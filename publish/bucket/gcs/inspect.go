package gcs

import (
	"context"
	"net/url"
	"os"
	"strings"

	"onair/publish/bucket"
)

var _ bucket.Inspector = (*Bucket)(nil)

// Inspect asks for the settings of the bucket, which takes the permission
// storage.buckets.get.
func (b *Bucket) Inspect(ctx context.Context) (setup bucket.Setup, err error) {
	err = b.retry(ctx, 0, func(ctx context.Context, _ int) error {
		attrs, err := b.objects.Attrs(ctx)
		if err != nil {
			return err
		}
		setup.Versioned = attrs.VersioningEnabled
		return nil
	})
	if err != nil {
		err = b.wrap("look at", "", err)
	}
	return setup, err
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

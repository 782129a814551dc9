package gcs

import (
	"context"
	"net/http"
	"net/url"

	"onair/publish/bucket"
)

var _ bucket.Inspector = (*Bucket)(nil)

// settings are what onair reads of a bucket's settings.
type settings struct {
	Versioning struct {
		Enabled bool `json:"enabled"`
	} `json:"versioning"`
	Website struct {
		IndexPage string `json:"mainPageSuffix"`
		ErrorPage string `json:"notFoundPage"`
	} `json:"website"`
}

// Versioned needs the permission storage.buckets.get.
func (b *Bucket) Versioned(ctx context.Context) (bool, error) {
	s, err := b.settings(ctx)
	return s.Versioning.Enabled, err
}

// Website needs the permission storage.buckets.get.
func (b *Bucket) Website(ctx context.Context) (bucket.Website, error) {
	s, err := b.settings(ctx)
	return bucket.Website(s.Website), err
}

func (b *Bucket) settings(ctx context.Context) (s settings, err error) {
	err = b.calls.Retry(ctx, 0, func(ctx context.Context, _ int) error {
		s = settings{}
		return b.store.api.call(ctx, http.MethodGet, b.store.api.bucketPath(), url.Values{"fields": {"versioning,website"}}, nil, &s)
	})
	return s, b.calls.Wrap("read the settings of", "", err)
}

// PublicURL returns the object's address in the XML API.
func (b *Bucket) PublicURL(key string) string {
	return publicHost() + b.store.api.bucket + "/" + (&url.URL{Path: b.store.prefix + key}).EscapedPath()
}

// PublicList returns the bucket's address in the XML API.
func (b *Bucket) PublicList() string {
	return publicHost() + b.store.api.bucket + "?" + url.Values{"prefix": {b.store.prefix}}.Encode()
}

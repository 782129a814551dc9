package main

import (
	"context"
	"path/filepath"
	"strings"

	"onair/publish"
	"onair/publish/announce"
	"onair/publish/bucket"
	"onair/publish/bucket/file"
	"onair/publish/bucket/gcs"
	"onair/publish/bucket/s3"
	"onair/publish/cdn"
	"onair/publish/record"
	"onair/publish/verify"
	"onair/show"
)

// openStorage opens the buckets of a show.
func openStorage(ctx context.Context, a *app, s *show.Show) (storage record.Storage, err error) {
	storage.Owner = record.OwnerOf(s)
	if storage.Public, err = openBucket(ctx, a, s, s.Storage); err != nil || s.State == "" {
		return storage, err
	}
	storage.State, err = openBucket(ctx, a, s, s.State)
	return storage, err
}

// openShow loads a show, which may have errors, and opens its storage. It is for
// commands that do not use the episodes.
func openShow(ctx context.Context, a *app) (*show.Show, record.Storage, error) {
	s, err := loadAnyShow(a)
	if err != nil {
		return nil, record.Storage{}, err
	}
	storage, err := openStorage(ctx, a, s)
	return s, storage, err
}

// openBucket opens the bucket at a URL.
func openBucket(ctx context.Context, a *app, s *show.Show, url string) (bucket.Bucket, error) {
	scheme, _, _ := strings.Cut(url, ":")
	switch scheme {
	case "file":
		return file.Open(localDir(s, url), &file.Options{Sums: a.cache()})
	case "gs":
		return gcs.Open(ctx, url, nil)
	case "s3":
		return s3.Open(ctx, url, nil)
	}
	return nil, withHint(usagef("storage %s: the scheme is not supported", url), "use file:DIR, gs://bucket/prefix or s3://bucket/prefix")
}

// localDir returns the folder of a file: URL. A relative URL is relative to the folder
// of the show.
func localDir(s *show.Show, url string) string {
	dir := filepath.FromSlash(strings.TrimPrefix(url, "file:"))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(s.Folder.Dir, dir)
	}
	return dir
}

// openServices returns the services that a publish uses besides the storage. If the
// storage comes from the environment only, the publish is a trial: no CDN is purged,
// and nothing is verified or announced.
func openServices(a *app, s *show.Show) (*publish.Services, error) {
	services := &publish.Services{}
	if s.Detached {
		return services, nil
	}
	if verify.Visible(s) {
		services.Web = &verify.Web{Storage: s.Storage}
	}
	if s.CDN != nil {
		purger, err := cdn.New(s.CDN, &cdn.Options{Env: a.env, Dir: s.Folder.Dir, Stdout: a.stderr, Stderr: a.stderr})
		if err != nil {
			return nil, err
		}
		services.Purger = purger
	}
	if services.Web != nil && len(s.Announce) > 0 && !s.Private && s.IsPublic() {
		services.Announcer = &announce.Announcer{PodpingToken: a.getenv("PODPING_TOKEN")}
		if err := services.Announcer.Check(s.Announce); err != nil {
			return nil, withHint(err, "ask for a token at podping.cloud, or remove podping from announce:")
		}
	}
	return services, nil
}

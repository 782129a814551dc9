package main

import (
	"context"
	"path/filepath"
	"strings"

	"onair/publish"
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
func (g *global) openStorage(ctx context.Context, s *show.Show) (storage record.Storage, err error) {
	if storage.Public, err = g.openBucket(ctx, s, s.Storage); err != nil || s.State == "" {
		return storage, err
	}
	storage.State, err = g.openBucket(ctx, s, s.State)
	return storage, err
}

// openShow opens a show and its storage for a command that needs nothing of its
// episodes.
func (g *global) openShow(ctx context.Context) (*show.Show, record.Storage, error) {
	s, found, err := g.loadShow()
	if err == nil && s == nil {
		err = g.refuse(found)
	}
	if err != nil {
		return nil, record.Storage{}, err
	}
	storage, err := g.openStorage(ctx, s)
	return s, storage, err
}

// openBucket is the one place that turns a URL into a bucket.
func (g *global) openBucket(ctx context.Context, s *show.Show, url string) (bucket.Bucket, error) {
	scheme, _, _ := strings.Cut(url, ":")
	switch scheme {
	case "file":
		return file.Open(localDir(s, url), &file.Options{Sums: g.cache()})
	case "gs":
		return gcs.Open(ctx, url, nil)
	case "s3":
		return s3.Open(ctx, url, nil)
	}
	return nil, withHint(usagef("storage %s: this onair cannot write there", url), "use file:DIR, gs://bucket/prefix or s3://bucket/prefix")
}

// localDir is the folder of a file: URL; a relative one starts at the show.
func localDir(s *show.Show, url string) string {
	dir := filepath.FromSlash(strings.TrimPrefix(url, "file:"))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(s.Folder.Dir, dir)
	}
	return dir
}

// world is what a publish of the show may touch outside of its storage. A
// storage that only the environment names is a trial: the show's CDN and its
// listeners have nothing to do with it.
func (g *global) world(s *show.Show) (*publish.Services, error) {
	live := &publish.Services{}
	if s.Detached {
		return live, nil
	}
	if publish.Visible(s) {
		live.Web = &verify.Web{Storage: s.Storage}
	}
	if s.CDN != nil {
		purger, err := cdn.New(s.CDN, &cdn.Options{Env: g.env, Dir: s.Folder.Dir, Stdout: g.stderr, Stderr: g.stderr})
		if err != nil {
			return nil, err
		}
		live.Purger = purger
	}
	if live.Web != nil && len(s.Announce) > 0 && !s.Private && s.IsPublic() {
		live.Announcer = &publish.Announcer{PodpingToken: g.getenv("PODPING_TOKEN")}
		if err := live.Announcer.Check(s.Announce); err != nil {
			return nil, withHint(err, "it comes from who runs podping.cloud; or take podping out of announce:")
		}
	}
	return live, nil
}

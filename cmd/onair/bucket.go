package main

import (
	"context"
	"path/filepath"
	"strings"

	"onair/internal/statcache"
	"onair/publish/bucket"
	"onair/publish/bucket/file"
	"onair/publish/bucket/gcs"
	"onair/show"
)

// openBucket is the one place that turns a URL into a bucket.
func (g *global) openBucket(ctx context.Context, s *show.Show) (bucket.Bucket, error) {
	scheme, rest, _ := strings.Cut(s.Storage, ":")
	switch scheme {
	case "file":
		dir := filepath.FromSlash(rest)
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(s.Folder.Dir, dir)
		}
		return file.Open(dir, &file.Options{Sums: statcache.Open(g.cacheDir())})
	case "gs":
		return gcs.Open(ctx, s.Storage, nil)
	}
	return nil, withHint(usagef("storage %s: this onair cannot write there", s.Storage), "use file:DIR or gs://bucket/prefix")
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"onair/feed/check"
	"onair/feed/tree"
	"onair/internal/finding"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/record"
)

// compareWithLive compares the feed of a plan with the live one, by the rules of feed
// check --against. It returns nil if no feed is live, or if the feed does not change.
// With --remove or --new-guid, errors become warnings.
func compareWithLive(ctx context.Context, a *app, f *changeFlags, p *publish.Plan, storage record.Storage) (*check.Changes, error) {
	release := p.Release
	key := p.Previous.FeedKey()
	feed := slices.IndexFunc(p.Changes, func(c publish.Change) bool { return c.Key == release.Feed.Key })
	if key == "" || feed < 0 || p.Changes[feed].Action == publish.Keep || release.Feed.Body == nil {
		return nil, nil
	}
	before, err := readPages(a, key, release.Show.URL, func(key string) ([]byte, error) { return record.Download(ctx, storage.Public, key) })
	if errors.Is(err, bucket.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read the live feed: %w", err)
	}
	after, err := readPages(a, release.Feed.Key, release.Show.URL, func(key string) ([]byte, error) {
		for _, o := range release.Objects {
			if o.Key == key && o.Body != nil {
				return o.Read()
			}
		}
		return nil, bucket.ErrNotExist
	})
	if err != nil || before.Kind != tree.RSS {
		return nil, err
	}
	changes := check.Compare(after, before, release.Feed.Key, a.now())
	for i, found := range changes.Findings {
		if len(f.remove)+len(f.newGUID) > 0 && found.Severity == finding.Error {
			changes.Findings[i] = found.WithSeverity(finding.Warning)
		}
		changes.Findings[i].Line, changes.Findings[i].Column = 0, 0 // the file is not written yet
	}
	return changes, nil
}

// readPages reads a feed, whose first page has the given key, and its further pages. If
// the URL of the next page begins with base, the show's URL, the rest is the key of
// that page.
func readPages(a *app, key, base string, read func(key string) ([]byte, error)) (*check.Report, error) {
	var all *check.Report
	seen := map[string]bool{}
	for ok := true; ok && !seen[key] && len(seen) < tree.MaxPages; {
		seen[key] = true
		data, err := read(key)
		if all != nil && errors.Is(err, bucket.ErrNotExist) {
			break
		} else if err != nil {
			return nil, err
		}
		page := check.Feed(data, &check.Options{File: key, Now: a.now()})
		if all == nil {
			all = page
		} else {
			all.AddPage(page)
		}
		key, ok = strings.CutPrefix(page.Next.URL, base)
	}
	return all, nil
}

// printChanges prints what subscribers notice when the feed of a plan goes live.
func printChanges(a *app, w io.Writer, p *publish.Plan, changes *check.Changes) {
	if changes == nil || a.quiet || len(changes.Findings)+changes.ByGUID+changes.ByFile == 0 {
		return
	}
	fmt.Fprintln(w, "compared with the live feed:")
	a.writeFindings(w, changes.Findings, p.Release.Show)
	if changes.ByGUID+changes.ByFile > 0 {
		fmt.Fprintln(w, changes.Summary())
	}
	fmt.Fprintln(w)
}

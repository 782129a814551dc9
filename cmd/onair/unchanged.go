package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/consistency"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
	"onair/transcripts/credit"
)

// upToDate is what a publish with nothing to do caches. While the show and the listing
// of its storage stay the same, the next publish only lists the storage. So a publish
// that runs every few minutes, for scheduled episodes, stays cheap.
type upToDate struct {
	Storage string // URL, as in show.Show
	State   string
	Listing string // digest of the storage's listing
	Title   string
	Checked string // text that reported the check
}

// maxUnchecked is how long publish, check and build rely on cached results about the
// whole show. After that they check everything again, because some changes, such as in
// the time zone database, are not visible in any file.
const maxUnchecked = 24 * time.Hour

var upToDateFunc = derive.Func{Name: "up-to-date", Version: 1}

// cache returns the cache of this user, or nil if there is no folder for it.
func (a *app) cache() *derive.Cache {
	if a.derived == nil {
		if dir := a.cacheDir(); dir != "" {
			a.derived = derive.Open(filepath.Join(dir, "derived"), derive.Build())
		}
	}
	return a.derived
}

// showKey returns a key of the target and the home folder. The show depends on them
// besides its files, environment variables and the date.
func showKey(a *app) derive.Key {
	home, _ := os.UserHomeDir() // for ~ in paths of the show
	return derive.KeyOf(a.target, home)
}

// showName returns the name under which the cache keeps a value about the show.
func showName(a *app) string {
	dir, _ := filepath.Abs(a.dir)
	return dir + "\x00" + a.target
}

// conditions returns the environment, the state of git, the time and the maximum age
// for cached results about the show.
func conditions(ctx context.Context, a *app) *derive.Conditions {
	return &derive.Conditions{
		Env:    a.getenv,
		Git:    func(dir string) string { return credit.State(ctx, dir) },
		Now:    a.now(),
		MaxAge: maxUnchecked,
	}
}

// recallUpToDate returns what the last publish cached. unchanged reports whether
// neither the show nor the storage has changed since. listing is the listing of the
// storage, or nil if the storage was not listed.
func recallUpToDate(ctx context.Context, a *app) (last upToDate, unchanged bool, listing *record.Listing, err error) {
	last, ok := derive.KnownTraced[upToDate](a.cache(), upToDateFunc, showName(a), showKey(a), conditions(ctx, a))
	if !ok {
		return last, false, nil, nil
	}
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return last, false, nil, err
	}
	storage, err := openStorage(ctx, a, &show.Show{Folder: show.Folder{Dir: dir}, Storage: last.Storage, State: last.State})
	if err != nil {
		return last, false, nil, err
	}
	if listing, err = record.List(ctx, storage); err != nil {
		return last, false, nil, err
	}
	return last, listing.Digest == last.Listing, listing, nil
}

// rememberUpToDate caches that there is nothing to do if the plan is empty, onair.lock
// does not change, and no warning has to be repeated by the next publish.
func rememberUpToDate(ctx context.Context, a *app, trace *derive.Trace, p *publish.Plan, found finding.List) {
	s := p.Release.Show
	warns := slices.ContainsFunc(p.Episodes, func(e publish.EpisodeChange) bool { return e.NoAudio != "" }) // repeat the warning in every run
	if trace == nil || !p.Empty() || p.Release.LockChanges() || warns {
		return
	}
	derive.KeepTraced(a.cache(), upToDateFunc, showName(a), showKey(a), conditions(ctx, a), trace, upToDate{
		Storage: s.Storage,
		State:   s.State,
		Listing: p.Listing,
		Title:   s.Title,
		Checked: checkedText(p, found) + ", unchanged since " + p.Release.Now.In(s.Timezone).Format("2 Jan 15:04"),
	})
}

// checked is the cached result of a check.
type checked struct {
	Findings []plainFinding
	Show     *outline // nil if show.yaml cannot be read
}

// plainFinding is a finding without its methods, so that JSON has all of its fields.
type plainFinding finding.Finding

// outline is the part of a show that is needed for printing findings.
type outline struct {
	Dir      string // folder of the show
	Accept   map[string]string
	Episodes []*show.Episode // only the fields that name an episode
}

var checkFunc = derive.Func{Name: "check", Version: 3}

// newChecked returns what to cache about a check.
func newChecked(r *release.Release, found finding.List) checked {
	var c checked
	for _, f := range found {
		c.Findings = append(c.Findings, plainFinding(f))
	}
	if r != nil {
		c.Show = &outline{Dir: r.Show.Folder.Dir, Accept: r.Show.Accept}
		for _, e := range r.Show.Episodes {
			c.Show.Episodes = append(c.Show.Episodes, &show.Episode{Dir: e.Dir, Slug: e.Slug, GUID: e.GUID, Number: e.Number, Type: e.Type})
		}
	}
	return c
}

// findings returns the cached findings.
func (c *checked) findings() (found finding.List) {
	for _, f := range c.Findings {
		found = append(found, finding.Finding(f))
	}
	return found
}

// show returns the outline as a show, for printing findings. It is nil if show.yaml
// cannot be read.
func (c *checked) show() *show.Show {
	if c.Show == nil {
		return nil
	}
	return &show.Show{Folder: show.Folder{Dir: c.Show.Dir}, Accept: c.Show.Accept, Episodes: c.Show.Episodes}
}

// checkShow builds the release and returns its findings, or returns the cached ones.
func checkShow(ctx context.Context, a *app) (checked, error) {
	return derive.Traced(a.cache(), checkFunc, showName(a), showKey(a), conditions(ctx, a), func(trace *derive.Trace) (checked, error) {
		r, found, err := buildRelease(ctx, a, &changeFlags{}, trace, releaseFlags{withoutSite: true})
		if err == nil && r != nil && !found.HasErrors() {
			found = append(found, consistency.Check(r)...)
		}
		return newChecked(r, found), err
	})
}

// built is the cached result of a build without errors.
type built struct {
	checked
	Folder derive.Key // key of the listing of the folder
	Files  int
}

var buildFunc = derive.Func{Name: "build", Version: 1}

// folderKey returns a key for the listing of a bucket.
func folderKey(ctx context.Context, b bucket.Bucket) (derive.Key, error) {
	var listed []string
	for attrs, err := range b.List(ctx, "") {
		if err != nil {
			return derive.Key{}, err
		}
		listed = append(listed, attrs.Key, attrs.Version)
	}
	return derive.KeyOf(listed), nil
}

package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/publish"
	"onair/publish/record"
	"onair/show"
)

// upToDate is what a publish remembers that found nothing to do. While the show
// and the listing of its storage stay the same, there is still nothing to do. A
// publish that runs every few minutes, for an episode that is scheduled, then
// costs a listing.
type upToDate struct {
	Storage string // as in show.Show
	State   string
	Listing string // digest of what the storage lists
	Title   string
	Checked string // what there was, what was found in it, and when
}

var upToDateFunc = derive.Func{Name: "up-to-date", Version: 1}

// cache returns what this user's onair remembers; nil if there is no place for it.
func (a *app) cache() *derive.Cache {
	if a.derived == nil {
		if dir := a.cacheDir(); dir != "" {
			a.derived = derive.Open(filepath.Join(dir, "derived"), derive.Build())
		}
	}
	return a.derived
}

// showKey is the key of what decides, beside files, variables and dates, how the
// show loads. It changes once a day, so that all is checked again that no file
// shows, such as the time zones of this machine.
func (a *app) showKey() derive.Key {
	home, _ := os.UserHomeDir() // where "~" in the show leads
	return derive.KeyOf(a.target, home, a.now().Unix()/int64(24*time.Hour/time.Second))
}

// showName is the name under which something is remembered of the show.
func (a *app) showName() string {
	dir, _ := filepath.Abs(a.dir)
	return dir + "\x00" + a.target
}

// conditions are what decides about the show besides its files.
func (a *app) conditions() *derive.Conditions {
	return &derive.Conditions{Env: a.getenv, Now: a.now()}
}

// upToDate returns what the last publish remembers if neither the show nor the
// storage has changed since. Otherwise it returns false, and what it has listed
// of the storage on the way.
func (a *app) upToDate(ctx context.Context) (last upToDate, still bool, listed *record.Listing, err error) {
	last, ok := derive.KnownTraced[upToDate](a.cache(), upToDateFunc, a.showName(), a.showKey(), a.conditions())
	if !ok {
		return last, false, nil, nil
	}
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return last, false, nil, err
	}
	storage, err := a.openStorage(ctx, &show.Show{Folder: show.Folder{Dir: dir}, Storage: last.Storage, State: last.State})
	if err != nil {
		return last, false, nil, err
	}
	if listed, err = record.List(ctx, storage); err != nil {
		return last, false, nil, err
	}
	return last, listed.Digest == last.Listing, listed, nil
}

// rememberUpToDate keeps that a plan has nothing to do.
func (a *app) rememberUpToDate(trace *derive.Trace, p *publish.Plan, found finding.List) {
	s := p.Release.Show
	if trace == nil || !p.Empty() || p.Release.LockChanges() {
		return
	}
	derive.KeepTraced(a.cache(), upToDateFunc, a.showName(), a.showKey(), a.conditions(), trace, upToDate{
		Storage: s.Storage,
		State:   s.State,
		Listing: p.Listing(),
		Title:   s.Title,
		Checked: checkedText(p, found) + ", unchanged since " + p.Release.Now.In(s.Timezone).Format("2 Jan 15:04"),
	})
}

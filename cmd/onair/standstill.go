package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/internal/statcache"
	"onair/publish"
	"onair/show"
)

// standstill is what a publish remembers that found nothing to do, beside the
// files that it read: while all of it is as it was, there is still nothing to do.
// A publish that runs every few minutes, for an episode that is scheduled, then
// costs a listing and no look into the episodes.
type standstill struct {
	Env     map[string]string `json:"env"`     // the variables that were asked for
	Since   time.Time         `json:"since"`   // when there was nothing to do
	Until   time.Time         `json:"until"`   // when the next episode goes live; zero: there is none
	Storage string            `json:"storage"` // as in show.Show
	State   string            `json:"state"`
	Listing string            `json:"listing"` // digest of what the storage lists
	Title   string            `json:"title"`
	Checked string            `json:"checked"` // what there was, what was found in it, and when

	listed *publish.Observed // the storage as it is now
}

const (
	// standstillKind names what is remembered in the cache; it changes when the
	// form does.
	standstillKind = "standstill-2"
	// longStandstill is when all is looked at again, also what no file shows, such
	// as the time zones of this machine.
	longStandstill = 24 * time.Hour
)

// watch notes all that a release is made of: files, this program, variables.
type watch struct {
	reads *statcache.Reads
	env   map[string]string
}

// watch returns nil where it cannot be told which program this is: another one
// may find what this one did not.
func (g *global) watch() *watch {
	w := &watch{reads: &statcache.Reads{}, env: map[string]string{}}
	name, err := os.Executable()
	if err != nil {
		return nil
	}
	_, _ = w.reads.Stat(name)
	return w
}

// lookup is g.env, noted.
func (w *watch) lookup(env func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env(name)
		w.env[name] = v
		return v, ok
	}
}

// standstillName says whose standstill it is: that of this program for this show,
// at this target, for this user.
func (g *global) standstillName() string {
	program, _ := os.Executable()
	dir, _ := filepath.Abs(g.dir)
	home, _ := os.UserHomeDir() // where "~" in the show leads
	return strings.Join([]string{program, dir, g.target, home}, "\x00")
}

// standstill returns what the last publish remembers if neither the show nor the
// storage has changed since. Otherwise it returns false, and what it has listed of
// the storage on the way.
func (g *global) standstill(ctx context.Context) (last standstill, still bool, err error) {
	now := g.now()
	if !statcache.Open(g.cacheDir()).GetMade(standstillKind, g.standstillName(), &last) ||
		now.Before(last.Since) || now.Sub(last.Since) >= longStandstill || !last.Until.IsZero() && !now.Before(last.Until) {
		return last, false, nil
	}
	for name, was := range last.Env {
		if g.getenv(name) != was {
			return last, false, nil
		}
	}
	dir, err := filepath.Abs(g.dir)
	if err != nil {
		return last, false, err
	}
	storage, err := g.openStorage(ctx, &show.Show{Folder: show.Folder{Dir: dir}, Storage: last.Storage, State: last.State})
	if err != nil {
		return last, false, err
	}
	if last.listed, err = publish.List(ctx, storage); err != nil {
		return last, false, err
	}
	return last, last.listed.Listing == last.Listing, nil
}

// rememberStandstill keeps, of a plan with nothing to do, what it was made from.
// Where more was asked than files, such as git for who contributed, nothing is
// kept.
func (g *global) rememberStandstill(w *watch, p *publish.Plan, found finding.List) {
	s := p.Release.Show
	if w == nil || !p.Empty() || p.Release.Asked || p.Release.LockChanges() {
		return
	}
	statcache.Open(g.cacheDir()).PutMade(standstillKind, g.standstillName(), s.Folder.Reads, standstill{
		Env:     w.env,
		Since:   p.Release.Now,
		Until:   p.Release.NextLive(),
		Storage: s.Storage,
		State:   s.State,
		Listing: p.Listing(),
		Title:   s.Title,
		Checked: checkedText(p, found) + ", unchanged since " + p.Release.Now.In(s.Timezone).Format("2 Jan 15:04"),
	})
}

package main

import (
	"context"
	"fmt"
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
	Env     map[string]string `json:"env"`     // every variable that was asked for
	Since   time.Time         `json:"since"`   // when there was nothing to do
	Until   time.Time         `json:"until"`   // when the next episode goes live; zero: there is none
	Storage string            `json:"storage"` // as in show.Show
	State   string            `json:"state"`
	Listing string            `json:"listing"` // digest of what the storage lists
	Title   string            `json:"title"`
	Checked string            `json:"checked"` // what there was, and what was found in it
}

// standstillKind names what is remembered in the cache; it changes when the form
// does.
const standstillKind = "standstill-1"

// watch notes all that a release is made of: files, this program, variables.
type watch struct {
	reads *statcache.Reads
	env   map[string]string
}

func (g *global) watch() *watch {
	w := &watch{reads: &statcache.Reads{}, env: map[string]string{}}
	if name, err := os.Executable(); err == nil {
		_, _ = w.reads.Stat(name) // another version may find what this one did not
	}
	return w
}

// lookup is g.env, noted.
func (w *watch) lookup(env func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env(name)
		w.env[name] = variable(v, ok)
		return v, ok
	}
}

// variable tells an empty variable from one that is not set.
func variable(v string, ok bool) string {
	if !ok {
		return ""
	}
	return "=" + v
}

// standstillName says whose standstill it is: this show's, at this target, for
// this user.
func (g *global) standstillName() string {
	dir, _ := filepath.Abs(g.dir)
	home, _ := os.UserHomeDir() // where "~" in the show leads
	return strings.Join([]string{dir, g.target, home}, "\x00")
}

// standsStill reports whether neither the show nor the storage has changed since
// a publish found nothing to do, and says so.
func (g *global) standsStill(ctx context.Context) (bool, error) {
	var last standstill
	now := g.now()
	if !statcache.Open(g.cacheDir()).GetMade(standstillKind, g.standstillName(), &last) ||
		now.Before(last.Since) || !last.Until.IsZero() && !now.Before(last.Until) {
		return false, nil
	}
	for name, was := range last.Env {
		if variable(g.env(name)) != was {
			return false, nil
		}
	}
	dir, err := filepath.Abs(g.dir)
	if err != nil {
		return false, err
	}
	storage, err := g.openStorage(ctx, &show.Show{Folder: show.Folder{Dir: dir}, Storage: last.Storage, State: last.State})
	if err != nil {
		return false, err
	}
	listing, err := publish.Listing(ctx, storage)
	if err != nil || listing != last.Listing {
		return false, err
	}
	if !g.quiet {
		fmt.Fprintf(g.stderr, "%-9s %s, unchanged\n", "check", last.Checked)
		g.printNothingToDo(last.Title)
	}
	return true, nil
}

// rememberStandstill keeps, of a plan with nothing to do, what it was made from.
// Where more was asked than files, such as git for who contributed, nothing is
// kept.
func (g *global) rememberStandstill(w *watch, p *publish.Plan, found finding.List) {
	s := p.Release.Show
	if w == nil || s.Folder.Reads != w.reads || !p.Empty() || p.Release.Asked || p.Release.LockChanges() {
		return
	}
	statcache.Open(g.cacheDir()).PutMade(standstillKind, g.standstillName(), w.reads, standstill{
		Env:     w.env,
		Since:   p.Release.Now,
		Until:   p.Release.NextLive(),
		Storage: s.Storage,
		State:   s.State,
		Listing: p.Listing(),
		Title:   s.Title,
		Checked: checkedText(p, found),
	})
}

package main

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"onair/internal/shell"
	"onair/publish/bucket"
	"onair/show"
)

// changeFlags are the flags and arguments that permit changes which a plan otherwise
// refuses. After resolve, episodes are slugs.
type changeFlags struct {
	replaceAudio, remove, newGUID []string // episodes
	only                          []string // the only episodes that may change; empty for all

	adopt []string // keys of objects that onair did not write, or adoptAll

	retag, overNewer, moveFeed, prune, erase bool

	mayWait  bool     // a due episode without audio stays out of the feed
	leaveOut []string // slugs of due episodes whose audio is in neither the folder nor the storage
}

// adoptAll is the value of --adopt without a key.
const adoptAll = "all"

// addFlags adds all flags to a command.
func (f *changeFlags) addFlags(c *cobra.Command, a *app) {
	f.addLockFlags(c, a)
	flags := c.Flags()
	flags.StringSliceVar(&f.adopt, "adopt", nil, "allow overwriting all objects that onair did not write, or those with these `KEYS`")
	flags.Lookup("adopt").NoOptDefVal = adoptAll
	flags.BoolVar(&f.retag, "retag", false, "allow new URLs for more than ten live enclosures")
	flags.BoolVar(&f.overNewer, "over-newer", false, "allow publishing over a commit that is not in this checkout")
	flags.BoolVar(&f.moveFeed, "move-feed", false, "allow another address for the feed; the old one keeps a copy that leads subscribers to the new one")
	flags.BoolVar(&f.erase, "erase", false, "with --remove: delete all files of the episode, once the feed is live without it")
	flags.BoolVar(&f.prune, "prune", false, "delete objects that have not been referenced for 30 days")
}

// addLockFlags adds the flags for changes of onair.lock.
func (f *changeFlags) addLockFlags(c *cobra.Command, a *app) {
	flags := c.Flags()
	flags.StringSliceVar(&f.replaceAudio, "replace-audio", nil, "allow the published audio of this `EPISODE` to change")
	flags.StringSliceVar(&f.remove, "remove", nil, "allow the removal of this published `EPISODE`")
	flags.StringSliceVar(&f.newGUID, "new-guid", nil, "allow the GUID of this `EPISODE` to change: apps will show a new episode")
	for _, name := range []string{"replace-audio", "remove", "new-guid"} {
		c.RegisterFlagCompletionFunc(name, completeEpisodes(a))
	}
}

// args returns the arguments that give a suggested command the same permissions.
func (f *changeFlags) args() string {
	var b strings.Builder
	for _, list := range []struct {
		flag  string
		names []string
	}{{"", f.only}, {" --replace-audio", f.replaceAudio}, {" --remove", f.remove}, {" --new-guid", f.newGUID}} {
		for _, name := range list.names {
			if list.flag != "" && strings.ContainsAny(name, `,"`) { // the flag separates values by commas
				name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
			}
			fmt.Fprintf(&b, "%s %s", list.flag, shell.Quote(name))
		}
	}
	if len(f.adopt) > 0 {
		b.WriteString(" --adopt")
		if !slices.Contains(f.adopt, adoptAll) {
			b.WriteString("=" + strings.Join(f.adopt, ","))
		}
	}
	for _, on := range []struct {
		flag string
		set  bool
	}{{"retag", f.retag}, {"over-newer", f.overNewer}, {"move-feed", f.moveFeed}, {"erase", f.erase}, {"prune", f.prune}} {
		if on.set {
			fmt.Fprintf(&b, " --%s", on.flag)
		}
	}
	return b.String()
}

// resolve replaces the names of episodes by their slugs. An episode of --remove need
// not be in the folder any more.
func (f *changeFlags) resolve(s *show.Show) error {
	if f.erase && len(f.remove) == 0 {
		return usagef("--erase needs --remove EPISODE")
	}
	f.takeKeys(s)
	for i, name := range f.remove {
		if e, err := s.Find(name); err == nil {
			f.remove[i] = e.Slug
		} else {
			f.remove[i] = pinnedSlug(s, name)
		}
	}
	for _, list := range [][]string{f.replaceAudio, f.newGUID, f.only} {
		if err := resolveEpisodes(s, list); err != nil {
			return err
		}
	}
	return nil
}

// pinnedSlug returns the slug of an episode in the show's lock, even if the folder of
// the episode is gone. name is the slug, the path of the episode's folder, or a number
// with which only one slug begins. Other names are returned as they are.
func pinnedSlug(s *show.Show, name string) string {
	base, number := path.Base(filepath.ToSlash(name)), strings.TrimLeft(name, "#0")
	var numbered []string
	for _, pin := range s.Lock.Episodes {
		if pin.Slug == base {
			return base
		}
		if n, _, ok := strings.Cut(pin.Slug, "-"); ok && n == number {
			numbered = append(numbered, pin.Slug)
		}
	}
	if len(numbered) == 1 {
		return numbered[0]
	}
	return name
}

// takeKeys treats arguments as keys to adopt, as in --adopt index.html feed.xml, if
// --adopt has no value. Such an argument has a dot or a slash and does not name an
// episode.
func (f *changeFlags) takeKeys(s *show.Show) {
	if !slices.Contains(f.adopt, adoptAll) {
		return
	}
	var keys, only []string
	for _, name := range f.only {
		_, err := s.Find(name)
		if err != nil && strings.ContainsAny(name, "./") && bucket.ValidKey(name) == nil {
			keys = append(keys, strings.Split(name, ",")...)
		} else {
			only = append(only, name)
		}
	}
	if len(keys) > 0 {
		f.adopt, f.only = keys, only
	}
}

// resolveEpisodes replaces the names of episodes (slug, GUID, number or path) by their
// slugs.
func resolveEpisodes(s *show.Show, names []string) error {
	for i, name := range names {
		e, err := s.Find(name)
		if err != nil {
			return usageError{err}
		}
		names[i] = e.Slug
	}
	return nil
}

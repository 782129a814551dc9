package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
)

// intent names the changes that are meant although they could hurt.
type intent struct {
	replaceAudio, remove, newGUID []string // episodes, by slug
	only                          []string // the episodes that may change; empty: all

	adopt, retag, overNewer, prune bool
	publishing                     bool // the plan is about to be applied
	nothing                        bool // the plan is only looked at, also that of a show with errors

	trace  *derive.Trace   // records what the release depends on; may be nil
	listed *record.Listing // what the storage lists; nil asks it
}

// addFlags adds the flags by which changes of a plan are named.
func (i *intent) addFlags(c *cobra.Command, g *global) {
	i.addLockFlags(c, g)
	f := c.Flags()
	f.BoolVar(&i.adopt, "adopt", false, "overwrite objects that onair did not write")
	f.BoolVar(&i.retag, "retag", false, "let more than ten live enclosures get another URL")
	f.BoolVar(&i.overNewer, "over-newer", false, "publish over a commit that this checkout does not contain")
	f.BoolVar(&i.prune, "prune", false, "delete what nothing has wanted for 30 days")
}

// addLockFlags adds the flags by which changes of the lock are named.
func (i *intent) addLockFlags(c *cobra.Command, g *global) {
	f := c.Flags()
	f.StringSliceVar(&i.replaceAudio, "replace-audio", nil, "let the published audio of this `EPISODE` change")
	f.StringSliceVar(&i.remove, "remove", nil, "let this published `EPISODE` go")
	f.StringSliceVar(&i.newGUID, "new-guid", nil, "let the GUID of this `EPISODE` change: apps will show it as a new one")
	for _, name := range []string{"replace-audio", "remove", "new-guid"} {
		c.RegisterFlagCompletionFunc(name, g.completeEpisodes)
	}
}

// args are the arguments by which another command means the same.
func (i *intent) args() string {
	var b strings.Builder
	for _, list := range []struct {
		flag  string
		names []string
	}{{"", i.only}, {" --replace-audio", i.replaceAudio}, {" --remove", i.remove}, {" --new-guid", i.newGUID}} {
		for _, name := range list.names {
			fmt.Fprintf(&b, "%s %s", list.flag, name)
		}
	}
	for _, on := range []struct {
		flag string
		set  bool
	}{{"adopt", i.adopt}, {"retag", i.retag}, {"over-newer", i.overNewer}, {"prune", i.prune}} {
		if on.set {
			fmt.Fprintf(&b, " --%s", on.flag)
		}
	}
	return b.String()
}

// loadShow reads the show in -C, for --to.
func (g *global) loadShow() (*show.Show, finding.List, error) { return g.loadShowWith(&intent{}) }

// resolve turns the names of episodes into slugs: a slug, a GUID, or a number
// that only one has. One to be removed may be gone from the folder already.
func (i *intent) resolve(s *show.Show) error {
	for n, name := range i.remove {
		i.remove[n] = cmp.Or(slugOf(s, name), name)
	}
	for _, list := range [][]string{i.replaceAudio, i.newGUID, i.only} {
		if err := resolve(s, list); err != nil {
			return err
		}
	}
	return nil
}

// resolve turns the names of episodes, which must be in the folder, into slugs.
func resolve(s *show.Show, names []string) error {
	for n, name := range names {
		if names[n] = slugOf(s, name); names[n] == "" {
			return usagef("there is no episode %q", name)
		}
	}
	return nil
}

// slugOf finds an episode by slug, GUID or number; empty: there is none, or more
// than one with the number.
func slugOf(s *show.Show, name string) string {
	slug := ""
	for _, e := range s.Episodes {
		switch {
		case e.Slug == name || e.GUID == name:
			return e.Slug
		case e.Type == show.Full && e.Number > 0 && strconv.Itoa(e.Number) == name && slug != "":
			return ""
		case e.Type == show.Full && e.Number > 0 && strconv.Itoa(e.Number) == name:
			slug = e.Slug
		}
	}
	return slug
}

func (g *global) loadShowWith(meant *intent) (*show.Show, finding.List, error) {
	dir, err := filepath.Abs(g.dir)
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(dir) // no link leads out; open as long as the show is read
	if err != nil {
		return nil, nil, err
	}
	o := &show.LoadOptions{Dir: dir, Target: g.target, Env: meant.trace.Env(g.env), NewGUID: meant.newGUID}
	s, found := show.Load(meant.trace.FS(root.FS(), dir), o)
	return s, found, nil
}

// release loads the show and builds its release, with everything that is wrong
// with either. The release is nil when show.yaml could not be read.
func (g *global) release(ctx context.Context, meant *intent) (*release.Release, finding.List, error) {
	s, found, err := g.loadShowWith(&intent{trace: meant.trace}) // not newGUID: its names are not resolved yet
	if err != nil || s == nil {
		return nil, found, err
	}
	if err := meant.resolve(s); err != nil {
		return nil, nil, err
	}
	if len(meant.newGUID) > 0 {
		if s, found, err = g.loadShowWith(meant); err != nil || s == nil {
			return nil, found, err
		}
	}
	progress, done := g.measuring()
	defer done()
	r, more, err := release.New(ctx, s, &release.Options{
		Progress:     progress,
		Now:          g.now(),
		Cache:        g.cache(),
		Trace:        meant.trace,
		ReplaceAudio: meant.replaceAudio,
		Remove:       meant.remove,
	})
	found = append(found, more...)
	found.Sort()
	return r, found, err
}

// readable is release for commands that only look: there may be errors, as long
// as it is known where the show goes.
func (g *global) readable(ctx context.Context, meant *intent) (*release.Release, finding.List, error) {
	r, found, err := g.release(ctx, meant)
	if err == nil && (r == nil || slices.ContainsFunc(found, leadsAstray)) {
		err = g.refuse(found)
	}
	if err == nil && r == nil {
		err = errors.New("there is no show to work on")
	}
	return r, found, err
}

// astray are the rules by which show.yaml or the environment may name another
// storage or address than is meant.
var astray = []string{"S002", "S003", "S004", "S005", "S006", "S007", "S009", "S015", "S021", "S037", "P001"}

func leadsAstray(f finding.Finding) bool {
	return f.Severity == finding.Error && (f.File == "" || f.File == "show.yaml" && slices.Contains(astray, f.Rule))
}

// sound is release for commands that need one without errors.
func (g *global) sound(ctx context.Context, meant *intent) (*release.Release, finding.List, error) {
	r, found, err := g.readable(ctx, meant)
	if err == nil {
		err = g.refuse(found)
	}
	return r, found, err
}

// completeTargets offers the targets of the show.
func (g *global) completeTargets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	s, _, err := g.loadShow()
	if err != nil || s == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return s.Targets, cobra.ShellCompDirectiveNoFileComp
}

// completeEpisodes offers the slugs of the show.
func (g *global) completeEpisodes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	s, _, err := g.loadShow()
	if err != nil || s == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var slugs []string
	for _, e := range s.Episodes {
		slugs = append(slugs, e.Slug+"\t"+e.Title)
	}
	return slugs, cobra.ShellCompDirectiveNoFileComp
}

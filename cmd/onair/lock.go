package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"onair/show"
)

type lockOptions struct {
	intent
	locked bool
}

func newLock(g *global) *cobra.Command {
	var o lockOptions
	c := &cobra.Command{
		Use:   "lock",
		Short: "Pin the audio of live and scheduled episodes in onair.lock",
		Long: `Write into onair.lock what must never change by accident: the payload of every
episode that is live or scheduled, and its GUID. publish does this by itself;
lock is for committing first and publishing elsewhere, as in CI, and for naming
a change that is meant.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: `  onair lock
  onair lock --replace-audio 4-cloudy     # a better edit of published audio
  onair lock --remove 4-cloudy            # the episode is gone for good`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return g.lock(c.Context(), &o) },
	}
	o.addLockFlags(c, g)
	c.Flags().BoolVar(&o.locked, "locked", g.getenv("CI") == "true", "fail when onair.lock would change")
	return c
}

func (g *global) lock(ctx context.Context, o *lockOptions) error {
	r, _, err := g.sound(ctx, &o.intent)
	if err != nil {
		return err
	}
	if r.Show.Private {
		return usagef("the target %s is private: it pins nothing", r.Show.Target)
	}
	for _, name := range o.remove {
		if !r.Knows(name) {
			return usagef("there is no episode %q in %s to remove", name, show.LockFile)
		}
	}
	changes := r.LockChanges()
	if err := r.WriteLock(o.locked); err != nil {
		return err
	}
	if g.quiet {
		return nil
	}
	if changes {
		fmt.Fprintf(g.stderr, "%s %s\n", show.LockFile, lockText(r))
	} else {
		fmt.Fprintf(g.stderr, "%s is up to date\n", show.LockFile)
	}
	return nil
}

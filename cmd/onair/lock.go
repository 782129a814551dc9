package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"onair/show/pins"
)

type lockOptions struct {
	changeFlags
	locked bool
}

func newLock(a *app) *cobra.Command {
	var o lockOptions
	c := &cobra.Command{
		Use:   "lock",
		Short: "Pin the audio of live and scheduled episodes in onair.lock",
		Long: `Write the GUIDs and the audio checksums of live and scheduled episodes into
onair.lock, so that they don't change by accident. publish does this too; use lock
to commit onair.lock before publishing elsewhere, such as in CI, and to allow an
intended change.

Exit codes: 0 done · 1 failed · 2 usage · 3 the show has errors.`,
		Example: `  onair lock
  onair lock --replace-audio 4-cloudy     # published audio was edited
  onair lock --remove 4-cloudy            # the episode was removed`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runLock(c.Context(), a, &o) },
	}
	o.addLockFlags(c, a)
	c.Flags().BoolVar(&o.locked, "locked", a.getenv("CI") == "true", "fail if onair.lock would change")
	return c
}

func runLock(ctx context.Context, a *app, o *lockOptions) error {
	r, _, err := requireRelease(ctx, a, &o.changeFlags, nil, releaseFlags{withoutSite: true})
	if err != nil {
		return err
	}
	if r.Show.Private {
		return usagef("the target %s is private: nothing is pinned", r.Show.Target)
	}
	for _, name := range o.remove {
		if !r.Knows(name) {
			return usagef("there is no episode %q in %s to remove", name, pins.File)
		}
	}
	changes := r.LockChanges()
	if err := r.WriteLock(o.locked); err != nil {
		return err
	}
	if a.quiet {
		return nil
	}
	if changes {
		fmt.Fprintf(a.stderr, "%s %s\n", pins.File, lockText(r))
	} else {
		fmt.Fprintf(a.stderr, "%s is up to date\n", pins.File)
	}
	return nil
}

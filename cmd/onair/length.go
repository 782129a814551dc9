package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"onair/show"
)

// length is a flag for how long audio is: 31:12 as in chapters, 31m12s, or
// seconds as ffprobe prints them.
type length struct{ d *time.Duration }

// addDuration adds --duration to a command.
func addDuration(c *cobra.Command, d *time.Duration, of string) {
	c.Flags().Var(length{d}, "duration", "length of the audio"+of+", such as `31:12`, 31m12s or 1872.5")
}

func (l length) String() string {
	if l.d == nil || *l.d == 0 {
		return ""
	}
	return show.FormatTimestamp(*l.d)
}

func (l length) Type() string { return "duration" }

func (l length) Set(s string) error {
	d, ok := show.ParseClock(s)
	if !ok {
		d, _ = time.ParseDuration(s)
	}
	if d <= 0 {
		return fmt.Errorf("want a length such as 31:12, 31m12s or 1872.5")
	}
	*l.d = d
	return nil
}

package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"onair/internal/source"
)

// durationFlag is the value of a flag for the length of audio. It accepts 31:12 as in
// chapters, 31m12s as in Go, and a number of seconds as ffprobe prints it.
type durationFlag struct{ d *time.Duration }

// addDuration adds the flag --duration to a command. In its usage text, the argument
// "of" is added to "length of the audio".
func addDuration(c *cobra.Command, d *time.Duration, of string) {
	c.Flags().Var(durationFlag{d}, "duration", "length of the audio"+of+", such as `31:12`, 31m12s or 1872.5")
}

func (f durationFlag) String() string {
	if f.d == nil || *f.d == 0 {
		return ""
	}
	return source.FormatTimestamp(*f.d)
}

func (f durationFlag) Type() string { return "duration" }

func (f durationFlag) Set(s string) error {
	d, ok := source.ParseClock(s)
	if !ok {
		d, _ = time.ParseDuration(s)
	}
	if d <= 0 {
		return fmt.Errorf("want a length such as 31:12, 31m12s or 1872.5")
	}
	*f.d = d
	return nil
}

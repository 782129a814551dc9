package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"onair/internal/finding"
)

// ui colours text if that is enabled.
type ui struct{ on bool }

// newUI returns a ui for w. The value of --color decides, then NO_COLOR and
// CLICOLOR_FORCE, then whether w is a terminal.
func newUI(sys *system, w io.Writer, when string) *ui {
	switch when {
	case "always":
		return &ui{true}
	case "never":
		return &ui{false}
	}
	if v, ok := sys.env("NO_COLOR"); ok && v != "" {
		return &ui{false}
	}
	if v, ok := sys.env("CLICOLOR_FORCE"); ok && v != "" && v != "0" {
		return &ui{true}
	}
	return &ui{isTerminal(w) && sys.getenv("TERM") != "dumb"}
}

// ui returns the ui for one of the streams of the command.
func (a *app) ui(w io.Writer) *ui { return newUI(a.system, w, a.color) }

func (u *ui) paint(code, s string) string {
	if !u.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (u *ui) bold(s string) string   { return u.paint("1", s) }
func (u *ui) dim(s string) string    { return u.paint("2", s) }
func (u *ui) red(s string) string    { return u.paint("31", s) }
func (u *ui) green(s string) string  { return u.paint("32", s) }
func (u *ui) yellow(s string) string { return u.paint("33", s) }

// severity returns the name of a severity in its colour.
func (u *ui) severity(s finding.Severity) string {
	switch s {
	case finding.Error:
		return u.red(s.String())
	case finding.Warning:
		return u.yellow(s.String())
	}
	return u.dim(s.String())
}

// clean makes untrusted text safe to print on one line of a terminal. It replaces line
// feeds and tabs by spaces, and removes other control characters and marks of
// bidirectional text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// bytesText formats a size in bytes for people.
func bytesText(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1000_000:
		return fmt.Sprintf("%.0f KB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// durationText formats a length as m:ss or h:mm:ss.
func durationText(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// dateText formats a date. The year is left out if it is the current one.
func dateText(t, now time.Time) string {
	if t.Year() == now.Year() {
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006 15:04")
}

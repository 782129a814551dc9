package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"onair/internal/finding"
	"onair/publish"
	"onair/publish/bucket"
)

// Exit codes that scripts may rely on.
const (
	exitFailed   = 1
	exitUsage    = 2
	exitFindings = 3
	exitConflict = 4
	exitChanges  = 10 // plan --exit-code
)

// usageError is a command line that cannot be meant.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// hinted is an error with a line on what to do about it.
type hinted struct {
	error
	hint string
}

func (e hinted) Unwrap() error { return e.error }

// withHint adds a hint to an error; nil stays nil.
func withHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return hinted{err, fmt.Sprintf(format, args...)}
}

// exitError ends the command with a code and nothing left to say.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exitCode is the one place where an error becomes an exit code.
func exitCode(err error) int {
	var exit exitError
	var usage usageError
	switch {
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &usage), isCobraUsage(err):
		return exitUsage
	case errors.Is(err, publish.ErrConflict), errors.Is(err, bucket.ErrPrecondition):
		return exitConflict
	}
	return exitFailed
}

// isCobraUsage recognises cobra's own complaints, which have no type.
func isCobraUsage(err error) bool {
	for _, start := range []string{"unknown command", "unknown flag", "unknown shorthand", "accepts ", "requires ", "required flag", "flag needs", "invalid argument", "if any flags in the group"} {
		if strings.HasPrefix(err.Error(), start) {
			return true
		}
	}
	return false
}

// explain prints an error and what to do about it. It is the only place that
// prints errors.
func explain(w io.Writer, ui *ui, err error) {
	var exit exitError
	if errors.As(err, &exit) {
		return
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(w, "%s: %s; run the command again to go on\n", ui.red("interrupted"), cmp.Or(unfinished(err), "nothing is half done"))
		return
	}
	message := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
	fmt.Fprintf(w, "%s %s\n", ui.red("onair:"), clean(message))
	if hint := hintFor(err); hint != "" {
		fmt.Fprintf(w, "  %s\n", clean(hint))
	}
	if at := unfinished(err); at != "" && !errors.Is(err, publish.ErrConflict) {
		fmt.Fprintf(w, "  %s; run onair publish again to go on\n", clean(at))
	}
}

// unfinished is where a publish ended early and what it left; empty: it is not
// about a publish.
func unfinished(err error) string {
	var e *publish.UnfinishedError
	switch {
	case !errors.As(err, &e):
		return ""
	case !e.Live:
		return "stopped at the step " + e.Step + ", listeners notice nothing"
	}
	var left []string
	if e.Step == "feed" || e.Step == "pages" {
		left = append(left, "pages")
	}
	left = append(left, pendingText(e.Pending)...)
	if e.Step == "prune" {
		left = append(left, "prune")
	}
	return "the feed is live, left to do: " + cmp.Or(strings.Join(left, ", "), "the record")
}

// hintFor is what to do about an error.
func hintFor(err error) string {
	var h hinted
	var f finding.Finding
	var missing *publish.MissingAudioError
	var foreign *publish.ForeignError
	var dropped *publish.DroppedError
	var stale *publish.StaleError
	var retag *publish.RetagError
	switch {
	case errors.As(err, &h):
		return h.hint
	case errors.As(err, &f):
		return f.Hint
	case errors.As(err, &missing):
		return "run onair publish where " + missing.File + " is, or copy it here"
	case errors.As(err, &dropped):
		return "if that is meant: --remove " + dropped.Slug + ", or --new-guid " + dropped.Slug
	case errors.As(err, &stale) && stale.Err != nil:
		return "git has to answer in the show's folder: try git log; --over-newer publishes all the same"
	case errors.As(err, &stale):
		return "pull first; --over-newer publishes all the same"
	case errors.As(err, &retag):
		return "if that is meant, as after a change of the show's title or artwork: --retag"
	case errors.As(err, &foreign):
		return "--adopt lets onair overwrite it"
	case errors.Is(err, publish.ErrConflict):
		return "run onair plan to see what is live now, then publish again"
	case errors.Is(err, publish.ErrLocked):
		return "run onair lock, with --remove, --replace-audio or --new-guid if one is meant, and commit onair.lock"
	case errors.Is(err, bucket.ErrNoBucket):
		return "create it, or correct storage: or state: in show.yaml"
	case errors.Is(err, fs.ErrPermission):
		return "check who owns the file and its folder"
	case isCobraUsage(err):
		return "onair --help lists the commands; onair COMMAND --help explains one"
	}
	return ""
}

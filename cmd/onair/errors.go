package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"onair/internal/finding"
	"onair/publish"
	"onair/publish/bucket"
	"onair/publish/release"
)

// hintedError is an error with a hint that says what to do about it.
type hintedError struct {
	error
	hint string
}

func (e hintedError) Unwrap() error { return e.error }

// withHint adds a hint to an error; nil stays nil.
func withHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return hintedError{err, fmt.Sprintf(format, args...)}
}

// printError prints the error of a command with its hint. It prints nothing for an
// exitError.
func printError(w io.Writer, ui *ui, err error) {
	var exit exitError
	if errors.As(err, &exit) {
		return
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(w, "%s: %s; run the command again to continue\n", ui.red("interrupted"), cmp.Or(unfinished(err), "nothing is left unfinished"))
		return
	}
	fmt.Fprintf(w, "%s %s\n", ui.red("onair:"), clean(errorText(err)))
	if hint := hintFor(err); hint != "" {
		for line := range strings.SplitSeq(hint, "\n") {
			fmt.Fprintf(w, "  %s\n", clean(line))
		}
	}
	if at := unfinished(err); at != "" && !errors.Is(err, publish.ErrConflict) {
		fmt.Fprintf(w, "  %s; run onair publish again to continue\n", clean(at))
	}
}

// errorText returns the text of an error in one line. A file that cannot be opened or
// found is a file to open, whichever system call reported it.
func errorText(err error) string {
	text := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
	if failed, ok := errors.AsType[*fs.PathError](err); ok && slices.Contains(lookups, failed.Op) {
		text = strings.Replace(text, failed.Op+" "+failed.Path, "open "+failed.Path, 1)
	}
	return text
}

// lookups are the names that package os gives to the system calls that look for a file.
var lookups = []string{"stat", "lstat", "fstat", "statat", "lstatat", "openat", "CreateFile", "GetFileAttributesEx"}

// unfinished describes where a publish stopped and what remains to be done. It returns
// an empty string for an error that does not come from a publish.
func unfinished(err error) string {
	var e *publish.UnfinishedError
	switch {
	case !errors.As(err, &e):
		return ""
	case !e.FeedLive:
		return "stopped during " + e.Step + "; listeners are not affected"
	}
	var remaining []string
	if e.Step == "feed" || e.Step == "pages" {
		remaining = append(remaining, "pages")
	}
	remaining = append(remaining, pendingText(e.Pending)...)
	if e.Step == "prune" {
		remaining = append(remaining, "prune")
	}
	return "the feed is live; still to do: " + cmp.Or(strings.Join(remaining, ", "), "the record")
}

// hintFor returns a hint about an error, or an empty string.
func hintFor(err error) string {
	var h hintedError
	var hinted interface{ Hint() string }
	var f finding.Finding
	var missing *publish.MissingAudioError
	var dropped *publish.DroppedError
	var retag *publish.RetagError
	switch {
	case errors.As(err, &h):
		return h.hint
	case errors.As(err, &hinted):
		return hinted.Hint()
	case errors.As(err, &f):
		return f.Hint
	case errors.As(err, &missing):
		return "onair pull gets the masters that the storage keeps; or copy " + missing.File + " here, or publish on the machine that has it"
	case errors.As(err, &dropped):
		name := cmp.Or(dropped.Slug, dropped.GUID)
		return "if this is intended, use --remove " + name + " or --new-guid " + name
	case errors.As(err, &retag):
		return "if this is intended, such as after a change of the show's title or artwork, use --retag"
	case errors.Is(err, publish.ErrConflict):
		return "run onair plan to see what is live now, then publish again"
	case errors.Is(err, release.ErrLocked):
		return "run onair lock, with --remove, --replace-audio or --new-guid if that is intended, and commit onair.lock"
	case errors.Is(err, bucket.ErrNoBucket):
		return "create it, or correct storage: or state: in show.yaml"
	case errors.Is(err, fs.ErrPermission):
		return "check who owns the file and its folder"
	case errors.Is(err, syscall.ENOSPC):
		return "make room, and run the command again; what was there before is unchanged"
	case isCobraUsage(err):
		return "onair --help lists the commands; onair COMMAND --help explains one"
	}
	return ""
}

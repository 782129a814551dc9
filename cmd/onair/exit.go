package main

import (
	"errors"
	"fmt"
	"strings"

	"onair/publish"
	"onair/publish/bucket"
)

// The exit codes are part of the interface: scripts rely on them.
const (
	exitFailed   = 1  // any other error
	exitUsage    = 2  // an invalid command line
	exitFindings = 3  // findings of error severity
	exitConflict = 4  // another publish was faster, or the storage has changed
	exitChanges  = 10 // plan --exit-code found changes, or version --check a newer release
)

// usageError reports an invalid command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitError ends the command with an exit code and prints nothing.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exitCode returns the exit code for an error.
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

// isCobraUsage reports whether cobra refused the command line. Errors of cobra do not
// have a type of their own, so it compares their texts.
func isCobraUsage(err error) bool {
	for _, start := range []string{"unknown command", "unknown flag", "unknown shorthand", "accepts ", "requires ", "required flag", "flag needs", "invalid argument", "if any flags in the group"} {
		if strings.HasPrefix(err.Error(), start) {
			return true
		}
	}
	return false
}

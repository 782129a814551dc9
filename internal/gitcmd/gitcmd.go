// Package gitcmd runs git commands that read a repository.
package gitcmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Command returns a git command with the arguments, to be run in a folder. It
// takes no optional locks, and its messages are in English.
func Command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	return cmd
}

// Output runs a command and returns its standard output. The error contains the first
// line of git's message and wraps the error of the command.
func Output(cmd *exec.Cmd) ([]byte, error) {
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return nil, fmt.Errorf("git: %s: %w", Complaint(string(exit.Stderr)), err)
	}
	return out, err
}

// Complaint returns the first line of git's standard error, without "fatal: ".
func Complaint(stderr string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
	return strings.TrimPrefix(line, "fatal: ")
}

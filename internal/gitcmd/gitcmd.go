// Package gitcmd asks git about a folder, without changing anything in it.
package gitcmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Command is git with the arguments, to be run in a folder. It takes no locks
// that it can do without, and complains in English.
func Command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	return cmd
}

// Output runs a command and returns what it prints. The error says what git
// complains about, and wraps that of the command.
func Output(cmd *exec.Cmd) ([]byte, error) {
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return nil, fmt.Errorf("git: %s: %w", Complaint(string(exit.Stderr)), err)
	}
	return out, err
}

// Complaint is the first line of what git writes to standard error.
func Complaint(stderr string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
	return strings.TrimPrefix(line, "fatal: ")
}

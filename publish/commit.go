package publish

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"onair/internal/gitcmd"
)

// HeadCommit returns the commit of a show's folder; empty if there is no repository,
// or no commit in it. It fails if git refuses to read the repository, such as one of
// another user.
func HeadCommit(ctx context.Context, dir string) (string, error) {
	out, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD")
	if err == nil || exitCode(err) == 1 || !inRepository(dir) {
		return out, nil
	}
	return "", err
}

// inRepository reports whether a folder is in a git repository.
func inRepository(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
		return true
	}
	parent := filepath.Dir(dir)
	return parent != dir && inRepository(parent)
}

// descent says whether a checkout contains a commit.
type descent int

const (
	contained descent = iota // it contains the commit, or is not a repository
	older                    // it does not contain the commit
	unknown                  // the clone does not know the commit
)

// descends reports whether the checkout in dir contains a commit. The error is
// that of git.
func descends(ctx context.Context, dir, commit string) (descent, error) {
	if dir == "" {
		return contained, nil
	}
	if head, err := HeadCommit(ctx, dir); head == "" {
		return contained, err
	}
	if _, err := git(ctx, dir, "cat-file", "-e", commit+"^{commit}"); err != nil {
		return unknown, nil
	}
	_, err := git(ctx, dir, "merge-base", "--is-ancestor", commit, "HEAD")
	switch {
	case err == nil:
		return contained, nil
	case exitCode(err) == 1:
		return older, nil
	}
	return unknown, err
}

// git runs git in a folder and returns what it prints.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := gitcmd.Output(gitcmd.Command(ctx, dir, args...))
	return strings.TrimSpace(string(out)), err
}

// exitCode returns the exit code of a command, or -1 if it did not run.
func exitCode(err error) int {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

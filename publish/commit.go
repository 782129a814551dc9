package publish

import (
	"context"
	"errors"
	"os/exec"
	"strings"
)

// HeadCommit is the commit that a show's folder is checked out at; empty where
// there is no git repository, or no git.
func HeadCommit(ctx context.Context, dir string) string {
	out, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD")
	if err != nil {
		return ""
	}
	return out
}

// descent is how a checkout stands to a commit.
type descent int

const (
	contained descent = iota // it contains the commit, or there is no telling
	older                    // it does not contain the commit
	unknown                  // the clone does not know the commit
)

// descends reports whether the checkout in dir contains a commit.
func descends(ctx context.Context, dir, commit string) descent {
	if dir == "" || HeadCommit(ctx, dir) == "" {
		return contained
	}
	if _, err := git(ctx, dir, "cat-file", "-e", commit+"^{commit}"); err != nil {
		return unknown
	}
	_, err := git(ctx, dir, "merge-base", "--is-ancestor", commit, "HEAD")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		return older
	}
	return contained
}

// git runs git in a folder and returns what it prints.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

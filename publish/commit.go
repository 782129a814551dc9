package publish

import (
	"context"
	"os/exec"
	"strings"
)

// HeadCommit is the commit that a show's folder is checked out at; empty where
// there is no git repository, or no git.
func HeadCommit(ctx context.Context, dir string) string {
	cmd := exec.CommandContext(ctx, "git", "rev-parse", "--verify", "--quiet", "HEAD")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

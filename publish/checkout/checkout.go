// Package checkout compares the git checkout of a show with the commit and the files
// that were published last.
package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/gitcmd"
)

// Head returns the commit that is checked out in a show's folder. It is empty if there
// is no repository, or no commit in it. Head fails if git refuses to read the
// repository, for example because another user owns it.
func Head(ctx context.Context, dir string) (string, error) {
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

// A Descent says whether a checkout contains a commit.
type Descent int

// The values of a Descent.
const (
	Contained Descent = iota // HEAD is the commit or descends from it; or there is no HEAD
	Older                    // HEAD is an ancestor of the commit
	Diverged                 // neither HEAD nor the commit is an ancestor of the other
	Unknown                  // the repository does not have the commit
)

// Descends reports whether the checkout in dir contains a commit. The error is git's.
func Descends(ctx context.Context, dir, commit string) (Descent, error) {
	if dir == "" {
		return Contained, nil
	}
	if head, err := Head(ctx, dir); head == "" {
		return Contained, err
	}
	if _, err := git(ctx, dir, "cat-file", "-e", commit+"^{commit}"); err != nil {
		return Unknown, nil
	}
	_, err := git(ctx, dir, "merge-base", "--is-ancestor", commit, "HEAD")
	switch {
	case err == nil:
		return Contained, nil
	case exitCode(err) != 1:
		return Unknown, err
	}
	if _, err = git(ctx, dir, "merge-base", "--is-ancestor", "HEAD", commit); exitCode(err) == 1 {
		return Diverged, nil
	}
	return Older, err
}

// IsShallow reports whether the repository has only a part of its history.
func IsShallow(ctx context.Context, dir string) bool {
	out, _ := git(ctx, dir, "rev-parse", "--is-shallow-repository")
	return out == "true"
}

// fileDigits is how many hexadecimal digits identify a file in record.State.Tree.
const fileDigits = 12

// fileID identifies the content of a file at a path.
func fileID(name, blob string) string {
	sum := sha256.Sum256([]byte(name + " " + blob))
	return hex.EncodeToString(sum[:])[:fileDigits]
}

// isTracked reports whether a file is written by people and not by onair: a YAML file
// in the show's folder itself, or a file other than audio in one of the folders for
// episodes, people, sponsors, templates and transcripts.
func isTracked(name string) bool {
	dir, _, below := strings.Cut(name, "/")
	if !below {
		return path.Ext(name) == ".yaml"
	}
	ext := path.Ext(name)
	return slices.Contains([]string{"episodes", "people", "sponsors", "templates", "transcripts"}, dir) && ext != ".mp3" && ext != ".m4a"
}

// Files identifies the files of a show that people write and git tracks, with the
// content that they have in the folder, committed or not. It returns an empty string if
// git cannot list them.
func Files(ctx context.Context, dir string) string {
	temp, err := os.MkdirTemp("", "onair-git-")
	if err != nil {
		return ""
	}
	defer os.RemoveAll(temp)
	index, err := git(ctx, dir, "rev-parse", "--path-format=absolute", "--git-path", "index", "--git-path", "objects")
	if err != nil {
		return ""
	}
	index, objects, _ := strings.Cut(index, "\n")
	data, err := os.ReadFile(index)
	if err != nil || os.WriteFile(filepath.Join(temp, "index"), data, 0o600) != nil || os.Mkdir(filepath.Join(temp, "objects"), 0o700) != nil {
		return ""
	}
	run := func(args ...string) (string, error) { // uses a copy of the index, and writes nothing to the repository
		cmd := gitcmd.Command(ctx, dir, args...)
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+filepath.Join(temp, "index"),
			"GIT_OBJECT_DIRECTORY="+filepath.Join(temp, "objects"), "GIT_ALTERNATE_OBJECT_DIRECTORIES="+objects)
		out, err := gitcmd.Output(cmd)
		return string(out), err
	}
	if _, err := run("add", "--update", "--", "."); err != nil {
		return ""
	}
	out, err := run("ls-files", "--stage", "-z")
	if err != nil {
		return ""
	}
	var files []string
	for line := range strings.SplitSeq(out, "\x00") {
		facts, name, _ := strings.Cut(line, "\t")
		if fields := strings.Fields(facts); len(fields) == 3 && isTracked(name) {
			files = append(files, fileID(name, fields[1]))
		}
	}
	slices.Sort(files)
	return strings.Join(files, "")
}

// HasFiles reports whether the commits up to HEAD contain all files that Files
// identified, each at its path. It is true after a rebase that keeps the files and
// changes the commits.
func HasFiles(ctx context.Context, dir, files string) bool {
	if files == "" || len(files)%fileDigits != 0 {
		return false
	}
	out, err := git(ctx, dir, "log", "--root", "-m", "--raw", "--no-abbrev", "--no-renames", "--relative", "--format=", "-z", "HEAD", "--", ".")
	if err != nil {
		return false
	}
	known := map[string]bool{}
	fields := strings.Split(out, "\x00")
	for i := 0; i+1 < len(fields); i++ {
		if facts := strings.Fields(fields[i]); len(facts) == 5 && strings.HasPrefix(facts[0], ":") {
			known[fileID(fields[i+1], facts[3])] = true
			i++
		}
	}
	for ; files != ""; files = files[fileDigits:] {
		if !known[files[:fileDigits]] {
			return false
		}
	}
	return true
}

// git runs git in a folder and returns what it prints.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := gitcmd.Output(gitcmd.Command(ctx, dir, args...))
	return strings.TrimSpace(string(out)), err
}

// exitCode returns the exit code of a command, or -1 if there is none.
func exitCode(err error) int {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

package credit

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"onair/internal/derive"
	"onair/internal/gitcmd"
)

var (
	// ErrShallow reports that a clone lacks part of its history, and therefore some
	// contributors.
	ErrShallow = errors.New("the clone is shallow: git does not know all contributors")
	// ErrNoRepository reports that there is no git repository, or no git.
	ErrNoRepository = errors.New("no git repository")
)

// repository is the git repository that contains a folder, in the state in which open found
// it.
type repository struct {
	dir      string
	up       string // relative path from dir to the top of the work tree
	prefix   string // path of dir in the repository; empty or ends with a slash
	shallow  bool
	commit   string   // empty if nothing is committed yet
	replaced []string // hashes and names of the refs under replaceRefs
}

// replaceRefs is the namespace of the refs that git replace makes. The name of such a ref
// ends with the hash of an object, and the ref points to the replacement of this object.
const replaceRefs = "refs/replace/"

// open returns the repository that contains the folder dir. The error is ErrNoRepository
// if there is none.
func open(ctx context.Context, dir string) (*repository, error) {
	out, err := gitcmd.Output(gitcmd.Command(ctx, dir, "rev-parse", "--is-shallow-repository", "--show-cdup", "--show-prefix",
		"--revs-only", "HEAD", "--glob="+replaceRefs+"*", "--symbolic-full-name", "--glob="+replaceRefs+"*"))
	if exit := (*exec.ExitError)(nil); errors.Is(err, exec.ErrNotFound) || errors.As(err, &exit) && bytes.Contains(exit.Stderr, []byte("not a git repository")) {
		return nil, ErrNoRepository
	}
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) < 3 {
		return nil, fmt.Errorf("git rev-parse printed %q", out)
	}
	r := &repository{dir: dir, shallow: lines[0] == "true", up: lines[1], prefix: lines[2], replaced: lines[3:]}
	names := 0
	for _, line := range r.replaced {
		if strings.HasPrefix(line, replaceRefs) {
			names++
		} else if _, err := hex.DecodeString(line); err != nil {
			return nil, fmt.Errorf("git rev-parse printed %q", out)
		}
	}
	if len(r.replaced) > 2*names { // besides a hash and a name for each ref, there is HEAD's hash, at the start
		r.commit, r.replaced = r.replaced[0], r.replaced[1:]
	}
	return r, nil
}

// state returns a digest of everything that contributors depend on besides the list of
// files: the commit, the replacements in its history, whether the history is complete,
// the mailmap, git's configuration and git itself. Equal states give equal contributors.
func (r *repository) state(ctx context.Context) (string, error) {
	config, err := gitcmd.Output(gitcmd.Command(ctx, r.dir, "config", "--list", "-z"))
	if err != nil {
		return "", err
	}
	mailmaps := []string{filepath.Join(r.dir, filepath.FromSlash(r.up), ".mailmap")}
	for setting := range strings.SplitSeq(string(config), "\x00") {
		switch name, value, _ := strings.Cut(setting, "\n"); name {
		case "mailmap.file":
			if !filepath.IsAbs(value) {
				return "", fmt.Errorf("the mailmap %s is not an absolute path", value)
			}
			mailmaps = append(mailmaps, value)
		case "mailmap.blob":
			return "", fmt.Errorf("the mailmap is the blob %s", value)
		}
	}
	key := derive.KeyOf(r.prefix, r.shallow, r.commit, r.replaced, config)
	for _, name := range mailmaps {
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return "", err
		}
		text, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		key = derive.KeyOf(key, name, info.Mode().Type(), text) // the type matters, because git does not follow every symbolic link
	}
	if name, err := exec.LookPath("git"); err == nil {
		program, err := derive.Stat(name)
		if err != nil {
			return "", err
		}
		key = derive.KeyOf(key, program)
	}
	return hex.EncodeToString(key[:]), nil
}

// stateOf returns the state of a folder that open refused, or an empty string if the
// state is unknown.
func stateOf(err error) string {
	if errors.Is(err, ErrNoRepository) {
		return "no repository"
	}
	return ""
}

// State returns the state of the git repository that contains the folder dir: a text that
// differs whenever Contributors may answer differently for the same files. It is empty if
// the state is unknown.
func State(ctx context.Context, dir string) string {
	r, err := open(ctx, dir)
	if err != nil {
		return stateOf(err)
	}
	state, err := r.state(ctx)
	if err != nil {
		return ""
	}
	return state
}

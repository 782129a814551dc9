package review

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/gitcmd"
)

// Change is a transcript before and after a change.
type Change struct {
	Name          string // slash-separated, relative to the dir of Changes
	Before, After []byte
	New           bool // the file did not exist before, under this or another name
}

// maxFile is the limit on the size of a transcript, in bytes.
const maxFile = 64 << 20

// ErrShallow reports that git does not have the history that a comparison needs.
var ErrShallow = errors.New("git has no common ancestor of the base and this")

// Changes returns the transcripts in dir's working tree that differ from the newest
// common ancestor of HEAD and base. wanted reports whether a file is a transcript;
// paths limit the comparison. Untracked files are new. Deleted files are left out,
// and so is everything that is not a regular file.
func Changes(ctx context.Context, dir, base string, paths []string, wanted func(name string) bool) ([]Change, error) {
	g := git{dir}
	ancestor, err := g.ancestor(ctx, base)
	if err != nil {
		return nil, err
	}
	paths = append([]string{"--"}, paths...)
	raw, err := g.run(ctx, append([]string{"diff", "--raw", "-z", "--no-abbrev", "--find-renames", "--no-ext-diff", "--no-textconv", "--relative", ancestor}, paths...)...)
	if err != nil {
		return nil, fmt.Errorf("compare with %s: %w", base, err)
	}
	changes, err := g.readRaw(ctx, raw, wanted)
	if err != nil {
		return nil, err
	}
	untracked, err := g.run(ctx, append([]string{"ls-files", "--others", "--exclude-standard", "-z"}, paths...)...)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	for name := range strings.SplitSeq(string(untracked), "\x00") {
		if name == "" || !wanted(name) {
			continue
		}
		c := Change{Name: name, New: true}
		if ok, err := g.readAfter(&c); err != nil {
			return nil, err
		} else if ok {
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return changes, nil
}

// git runs git in a folder.
type git struct{ dir string }

func (g git) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := gitcmd.Command(ctx, g.dir, append([]string{"--literal-pathspecs"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		complaint := gitcmd.Complaint(stderr.String())
		if complaint == "" {
			return nil, fmt.Errorf("run git: %w", err)
		}
		return nil, fmt.Errorf("git: %s", complaint)
	}
	return stdout.Bytes(), nil
}

// ancestor returns the newest common ancestor of HEAD and base.
func (g git) ancestor(ctx context.Context, base string) (string, error) {
	if base == "" || strings.HasPrefix(base, "-") {
		return "", fmt.Errorf("%q is not a revision", base)
	}
	for _, rev := range []string{"HEAD", base} {
		_, err := g.run(ctx, "rev-parse", "--verify", "--quiet", rev+"^{commit}")
		if _, silent := errors.AsType[*exec.ExitError](err); silent {
			return "", fmt.Errorf("git does not know the commit %s", rev)
		}
		if err != nil {
			return "", err
		}
	}
	out, err := g.run(ctx, "merge-base", base, "HEAD")
	if err != nil {
		return "", ErrShallow
	}
	return strings.TrimSpace(string(out)), nil
}

// readRaw reads the output of git diff --raw -z: ":mode mode object object status",
// then one name, or two for a file that moved.
func (g git) readRaw(ctx context.Context, raw []byte, wanted func(string) bool) ([]Change, error) {
	fields := strings.Split(string(raw), "\x00")
	var changes []Change
	for i := 0; i+1 < len(fields); {
		head := strings.Fields(strings.TrimPrefix(fields[i], ":"))
		if len(head) != 5 {
			return nil, fmt.Errorf("read the changes from git: unexpected output %q", fields[i])
		}
		old, status := head[2], head[4]
		name := fields[i+1]
		i += 2
		if status[0] == 'R' || status[0] == 'C' {
			if i >= len(fields) {
				return nil, errors.New("read the changes from git: a name is missing")
			}
			name = fields[i]
			i++
		}
		if status[0] == 'D' || !strings.HasPrefix(head[1], "100") || !wanted(name) {
			continue
		}
		c := Change{Name: name, New: status[0] == 'A' || !strings.HasPrefix(head[0], "100")}
		if ok, err := g.readAfter(&c); err != nil || !ok {
			if err != nil {
				return nil, err
			}
			continue
		}
		if !c.New {
			before, err := g.run(ctx, "cat-file", "blob", old)
			if err != nil {
				return nil, fmt.Errorf("read the former %s: %w", name, err)
			}
			c.Before = before
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// readAfter reads a file of the working tree. ok is false if there is no regular
// file.
func (g git) readAfter(c *Change) (ok bool, err error) {
	root, err := os.OpenRoot(g.dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	name := filepath.FromSlash(c.Name)
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	if info.Size() > maxFile {
		return false, fmt.Errorf("%s is larger than %d bytes", c.Name, maxFile)
	}
	c.After, err = root.ReadFile(name)
	return err == nil, err
}

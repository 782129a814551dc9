package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/slugs"
	"onair/internal/sourcefs"
)

// others are the names of Markdown files that are not transcripts, in lower case.
var others = []string{
	"readme.md", "contributing.md", "code_of_conduct.md", "changelog.md", "license.md", "security.md", "support.md", "episode.md",
}

// Files returns the files in args and the files in the folders in args, sorted and each
// once. Relative names are below dir. A file in args is always included. From a folder,
// Files returns only the regular files that wanted accepts; wanted may be IsTranscript. It
// skips hidden folders. Symbolic links to folders, and files that wanted accepts but that
// are not regular, are in refused.
func Files(dir string, args []string, wanted func(name string) bool) (names []string, refused []*sourcefs.RefusedError, err error) {
	for _, arg := range args {
		info, err := os.Stat(In(dir, arg))
		if err != nil {
			return nil, nil, err
		}
		if !info.IsDir() {
			names = append(names, arg)
			continue
		}
		err = filepath.WalkDir(In(dir, arg), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(In(dir, arg), name)
			switch {
			case err != nil:
				return err
			case rel == ".":
			case strings.HasPrefix(d.Name(), "."):
				if d.IsDir() {
					return filepath.SkipDir
				}
			case d.Type().IsRegular() && wanted(filepath.Join(arg, rel)):
				names = append(names, filepath.Join(arg, rel))
			case !d.Type().IsRegular() && !d.IsDir() && (wanted(filepath.Join(arg, rel)) || leadsToFolder(name, d)):
				refused = append(refused, &sourcefs.RefusedError{Name: filepath.Join(arg, rel), Reason: sourcefs.TypeReason(d.Type())})
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(names, slugs.Compare)
	return slices.Compact(names), refused, nil
}

func leadsToFolder(name string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// IsTranscript reports whether a file in a repository of transcripts is a
// transcript. name is its path.
func IsTranscript(name string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(filepath.Dir(name)), "/") {
		if strings.HasPrefix(part, ".") && part != "." && part != ".." {
			return false
		}
	}
	base := strings.ToLower(filepath.Base(name))
	return strings.HasSuffix(base, ".md") && !strings.HasPrefix(base, ".") && !slices.Contains(others, base)
}

// In returns the path of a name relative to dir. It returns an absolute name unchanged.
func In(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// Root returns the top folder of the repository or show that contains dir: the
// nearest one with transcripts.yaml, show.yaml or .git, or dir if there is none.
func Root(dir string) (string, error) {
	top, _, err := FindRoot(dir)
	return top, err
}

// FindRoot is like Root, and also reports whether dir is in a repository or show.
func FindRoot(dir string) (top string, found bool, err error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", false, err
	}
	for at := start; ; at = filepath.Dir(at) {
		for _, mark := range []string{SettingsFile, "show.yaml", ".git"} {
			_, err := os.Lstat(filepath.Join(at, mark))
			if err == nil {
				return at, true, nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return "", false, fmt.Errorf("find the top of the repository: %w", err)
			}
		}
		if at == filepath.Dir(at) {
			return start, false, nil
		}
	}
}

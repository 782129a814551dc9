package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// others are the Markdown files of a repository that are no transcripts, in
// small letters.
var others = []string{
	"readme.md", "contributing.md", "code_of_conduct.md", "changelog.md", "license.md", "security.md", "support.md", "episode.md",
}

// Files are the transcripts among files and in folders, below dir unless they
// are absolute, in order. A file that is named is always one; of a folder, those
// are that wanted says, such as IsTranscript. Hidden folders and what is no
// regular file are passed by.
func Files(dir string, args []string, wanted func(name string) bool) ([]string, error) {
	var names []string
	for _, arg := range args {
		info, err := os.Stat(In(dir, arg))
		if err != nil {
			return nil, err
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
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// IsTranscript reports whether a file is a transcript by its name, a path, in a
// repository of transcripts.
func IsTranscript(name string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(filepath.Dir(name)), "/") {
		if strings.HasPrefix(part, ".") && part != "." && part != ".." {
			return false
		}
	}
	base := strings.ToLower(filepath.Base(name))
	return strings.HasSuffix(base, ".md") && !strings.HasPrefix(base, ".") && !slices.Contains(others, base)
}

// In is a name below dir, or the name itself where it is absolute.
func In(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// Root is the top of the repository or show that dir lies in: the nearest
// folder with transcripts.yaml, show.yaml or .git; dir itself where there is
// none.
func Root(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := start; ; at = filepath.Dir(at) {
		for _, mark := range []string{SettingsFile, "show.yaml", ".git"} {
			_, err := os.Lstat(filepath.Join(at, mark))
			if err == nil {
				return at, nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return "", fmt.Errorf("look for the top of the repository: %w", err)
			}
		}
		if at == filepath.Dir(at) {
			return start, nil
		}
	}
}

package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestArchitectureNamesFiles checks that every path in docs/architecture.md exists, and that
// every package is named there.
func TestArchitectureNamesFiles(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	paths := regexp.MustCompile("`([a-z0-9_]+/[a-z0-9_/.]*)`").FindAllSubmatch(page, -1)
	if len(paths) < 50 {
		t.Errorf("only %d paths are found in the page", len(paths))
	}
	named := map[string]bool{}
	for _, m := range paths {
		named[string(m[1])] = true
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(string(m[1])))); err != nil {
			t.Errorf("docs/architecture.md names %s: %v", m[1], err)
		}
	}
	for _, dir := range packages(t, root) {
		if !named[dir+"/"] {
			t.Errorf("docs/architecture.md does not name the package %s", dir)
		}
	}
}

// packages returns the slash-separated folders below root that have packages, except those
// of examples and those that are only for tests.
func packages(t *testing.T, root string) (dirs []string) {
	t.Helper()
	forTests := regexp.MustCompile(`test$|/faults$`)
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "e2e" || name == "examples" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			if dir := path.Dir(name); !slices.Contains(dirs, dir) && !forTests.MatchString(dir) {
				dirs = append(dirs, dir)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

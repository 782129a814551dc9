package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestArchitectureNamesFiles checks that every path in docs/architecture.md exists.
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
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(string(path[1])))); err != nil {
			t.Errorf("docs/architecture.md names %s: %v", path[1], err)
		}
	}
}

package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	attribute = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	anchor    = regexp.MustCompile(`id="([^"]*)"`)
)

// TestLinks renders the documentation and checks every link in it: a link to code must
// lead to a file of the repository, and a link to a heading must lead to one that
// exists.
func TestLinks(t *testing.T) {
	out := t.TempDir()
	const source = "https://code.example/blob/main"
	if err := build("../..", out, source); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{} // text of each page, by name
	if err := filepath.WalkDir(out, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(out, name)
		pages[filepath.ToSlash(rel)] = string(text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.html", "publish.html", "commands/onair_publish.html", "theme.css"} {
		if pages[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
	links := 0
	for name, text := range pages {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		for _, m := range attribute.FindAllStringSubmatch(text, -1) {
			links++
			if file, ok := strings.CutPrefix(m[1], source+"/"); ok {
				file, _, _ = strings.Cut(file, "#")
				if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(file))); err != nil {
					t.Errorf("%s links to %s, which is not in the repository", name, file)
				}
				continue
			}
			if strings.Contains(m[1], ":") {
				continue
			}
			target, fragment, _ := strings.Cut(m[1], "#")
			if target = path.Join(path.Dir(name), target); strings.HasPrefix(m[1], "#") {
				target = name
			}
			other, ok := pages[target]
			if !ok {
				t.Errorf("%s links to %s, which does not exist", name, m[1])
				continue
			}
			if fragment == "" {
				continue
			}
			found := false
			for _, id := range anchor.FindAllStringSubmatch(other, -1) {
				found = found || id[1] == fragment
			}
			if !found {
				t.Errorf("%s links to %s, but %s has no such heading", name, m[1], target)
			}
		}
	}
	if links < 100 {
		t.Errorf("only %d links are found", links)
	}
}

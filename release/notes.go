package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// notes returns the section of CHANGELOG.md that describes a version, without its
// heading. The version may begin with v. A missing section is an error, because a
// release must say what changed.
func notes(root, version string) (string, error) {
	data, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return "", err
	}
	version = strings.TrimPrefix(version, "v")
	var section []string
	found := false
	for line := range strings.Lines(string(data)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			if found {
				break
			}
			word, _, _ := strings.Cut(strings.TrimSpace(title), " ")
			found = word == version
			continue
		}
		if found {
			section = append(section, line)
		}
	}
	text := strings.TrimSpace(strings.Join(section, ""))
	if text == "" {
		return "", fmt.Errorf("CHANGELOG.md has no section %q with text: rename Unreleased to it before the tag", "## "+version)
	}
	return text + "\n", nil
}
